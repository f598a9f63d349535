"""Words, dates and numbers in English, German and Arabic, with Babel and without."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flask_newsblog.comments.moderation import DECISIONS, Verb
from flask_newsblog.i18n import Words, words_for
from flask_newsblog.newsroom.wording import sentence

MAY = date(2026, 5, 4)  # a Monday
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RLM = "\u200f"


def words(language: str, date_format: str = "long", zone: str = "UTC") -> Words:
    return words_for(language, ZoneInfo(zone), date_format)


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize(
    "pattern", ["full", "long", "medium", "short", "d MMM yyyy", "EEE d.M.yy", "EEEE dd/MM/y"]
)
def test_dates_are_the_same_with_babel_and_without(
    language: str, pattern: str, request: pytest.FixtureRequest
) -> None:
    days = [date(2026, month, 3 + month) for month in range(1, 13)]
    with_babel = [words(language).date(day, pattern) for day in days]
    request.getfixturevalue("without_babel")
    assert [words(language).date(day, pattern) for day in days] == with_babel


@pytest.mark.parametrize(
    ("language", "pattern", "written"),
    [
        ("en-GB", "long", "4 May 2026"),
        ("de", "full", "Montag, 4. Mai 2026"),
        ("de", "long", "4. Mai 2026"),
        ("de", "medium", "04.05.2026"),
        ("de", "short", "04.05.26"),
        ("ar", "full", "الاثنين، 4 مايو 2026"),
        ("ar", "long", "4 مايو 2026"),
        ("ar", "medium", f"04{RLM}/05{RLM}/2026"),
    ],
)
def test_a_date_is_written_as_the_language_writes_it(
    either_way: bool, language: str, pattern: str, written: str
) -> None:
    assert words(language).date(MAY, pattern) == written


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("d MMMM yyyy", "4 May 2026"),
        ("EEE d.M.yy", "Mon 4.5.26"),
        ("EEEE, dd/MM/yyyy", "Monday, 04/05/2026"),
        ("y年M月d日", "2026年5月4日"),
        ("d 'of' MMMM", "4 of May"),
        ("MMM ''yy", "May '26"),
        ("d 'o''clock' M", "4 o'clock 5"),
        ("'d' d", "d 4"),
    ],
)
def test_a_pattern_of_ones_own_is_followed(either_way: bool, pattern: str, written: str) -> None:
    assert words("en", pattern).date(MAY) == written


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1,234,567"), ("de", "1.234.567"), ("ar", "1,234,567")]
)
def test_a_number_is_grouped_as_the_language_groups_it(
    either_way: bool, language: str, written: str
) -> None:
    assert words(language).number(1_234_567) == written
    assert words(language).number(7) == "7"


@pytest.mark.parametrize(
    ("passed", "english", "german", "arabic"),
    [
        (timedelta(), "just now", "gerade eben", "الآن"),
        (timedelta(seconds=59), "just now", "gerade eben", "الآن"),
        (timedelta(minutes=1), "1 minute ago", "vor 1 Minute", "قبل دقيقة واحدة"),
        (timedelta(minutes=2), "2 minutes ago", "vor 2 Minuten", "قبل دقيقتين"),
        (timedelta(minutes=5), "5 minutes ago", "vor 5 Minuten", "قبل 5 دقائق"),
        (timedelta(minutes=11), "11 minutes ago", "vor 11 Minuten", "قبل 11 دقيقة"),
        (timedelta(minutes=59), "59 minutes ago", "vor 59 Minuten", "قبل 59 دقيقة"),
        (timedelta(hours=1), "1 hour ago", "vor 1 Stunde", "قبل ساعة واحدة"),
        (timedelta(hours=3), "3 hours ago", "vor 3 Stunden", "قبل 3 ساعات"),
        (timedelta(hours=23, minutes=59), "23 hours ago", "vor 23 Stunden", "قبل 23 ساعة"),
        (timedelta(hours=24), "3 May 2026", "3. Mai 2026", "3 مايو 2026"),
        (-timedelta(seconds=1), "4 May 2026", "4. Mai 2026", "4 مايو 2026"),
    ],
)
def test_how_long_ago_is_said_for_a_day(
    either_way: bool, passed: timedelta, english: str, german: str, arabic: str
) -> None:
    said = [words(tag).ago(NOON - passed, NOON) for tag in ("en-GB", "de", "ar")]
    assert said == [english, german, arabic]


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "لا تعليقات"), (1, "تعليق واحد"), (2, "تعليقان"), (3, "3 تعليقات"),
        (10, "10 تعليقات"), (11, "11 تعليقًا"), (99, "99 تعليقًا"), (100, "100 تعليق"),
        (102, "102 تعليق"), (103, "103 تعليقات"), (1011, "1,011 تعليقًا"),
    ],
)  # fmt: skip
def test_arabic_has_its_six_ways_of_counting(either_way: bool, n: int, said: str) -> None:
    assert words("ar").tn("%(n)s reply", "%(n)s replies", n) == said


@pytest.mark.parametrize("verb", sorted(DECISIONS | {Verb.EDIT, Verb.UNDO}))
def test_what_was_done_at_the_desk_is_counted_as_the_language_counts(verb: Verb) -> None:
    english, german, arabic = words("en"), words("de"), words("ar")
    for n in (1, 2):
        said = {sentence(tongue, verb, n, same=n, kept=n) for tongue in (english, german, arabic)}
        assert len(said) == 3
    assert len({sentence(arabic, verb, n) for n in (1, 2, 3, 11)}) == 4


def test_a_day_and_time_are_said_together(either_way: bool) -> None:
    assert words("de").date_and_time(NOON) == "4. Mai 2026, 12:00 Uhr"
    assert words("en-GB").date_and_time(NOON) == "4 May 2026, 12:00"
    assert words("ar").date_and_time(NOON).startswith("4 مايو 2026، 12:00")


def test_the_day_and_hour_are_those_of_the_blogs_time_zone(either_way: bool) -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    lisbon = words("en-GB", zone="Europe/Lisbon")
    assert lisbon.date(late) == "1 July 2026"
    assert lisbon.time(late) == "00:30"
    assert words("en-GB").date(late) == "30 June 2026"


@pytest.mark.parametrize(
    ("language", "direction"),
    [("en", "ltr"), ("de-AT", "ltr"), ("ar", "rtl"), ("ar-EG", "rtl"), ("he_IL", "rtl"),
     ("fa", "rtl"), ("UR", "rtl"), ("arn", "ltr")],
)  # fmt: skip
def test_a_language_knows_its_direction(language: str, direction: str) -> None:
    assert words(language).direction == direction


@pytest.mark.parametrize("language", ["de-AT", "de_AT", "de-Latn-AT", "de-foo", "de-x-quatsch"])
def test_a_language_falls_back_to_what_it_is_a_kind_of(either_way: bool, language: str) -> None:
    found = words(language)
    assert found.t("Newsroom") == "Redaktion"
    assert "Mai" in found.date(MAY, "d MMMM yyyy")


@pytest.mark.parametrize("language", ["xx", "tlh", "qaa-Qaaa", "zz_ZZ"])
def test_a_language_that_nobody_knows_speaks_english(either_way: bool, language: str) -> None:
    found = words(language)
    assert found.t("Newsroom") == "Newsroom"
    assert found.date(MAY, "d MMMM yyyy") == "4 May 2026"
    assert found.number(1234) == "1,234"


def test_a_word_of_the_readers_may_hold_percent_signs() -> None:
    said = words("de").t("Signed in as %(name)s", name="100 % (ich)s")
    assert said == "Angemeldet als 100 % (ich)s"
