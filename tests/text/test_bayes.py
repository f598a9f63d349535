"""Words as the spam filter counts them, and the sum over them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.text.bayes import (
    LEAST_COMMENTS,
    LIKELY_SPAM,
    MAX_CLUES,
    MAX_TOKEN,
    MAX_TOKENS,
    spam_probability,
    tokens,
)

from ..timing import least_seconds

ENOUGH = 10 * LEAST_COMMENTS
HAMMY, SPAMMY, NEUTRAL = (ENOUGH, 0), (0, ENOUGH), (50, 50)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ferry, the FERRY!", {"the", "ferry"}),
        ("a I 7 10", {"10"}),
        ("ＦＵＬＬ width", {"full", "width"}),
        ("Straße STRASSE", {"strasse"}),
        ("don't under_score", {"don", "under", "score"}),
        ("ча́йка हिन्दी", {"ча́йка", "हिन्दी"}),
        ("東京都の天気", {"東京", "京都", "都の", "の天", "天気"}),
        ("東京 2026年", {"東京", "2026", "年"}),
        ("see http://pills.example/buy-now", {"see", "buy", "now"}),
        ("สวัสดี", {"สว", "วั", "ัส", "สด", "ดี"}),
        ("V\u200bI\u00adAGRA", {"viagra"}),
        ("x" * 41 + " " + "y" * 40, {"y" * 40}),
    ],
)
def test_words_are_found_in_any_script(text: str, words: set[str]) -> None:
    assert {word for word in tokens(text) if ":" not in word} == words


def test_what_is_known_of_the_writer_is_marked_as_such() -> None:
    found = tokens("Hello", "Best Pills", "https://Shop.Pills.Example:80/x", "me@Bulk.example")
    assert set(found) == {
        "hello", "name:best", "name:pills", "host:shop.pills.example", "host:pills.example",
        "mail:bulk.example", "links:0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("none", {"links:0"}),
        ("http://a.example/x", {"links:1", "host:a.example"}),
        ("www.a.example, https://b.c.example.",
         {"links:2", "host:a.example", "host:b.c.example", "host:c.example"}),
        ("www.a.example " * 9, {"links:many", "host:a.example"}),
        ("http://me:secret@a.example:80/?x", {"links:1", "host:a.example"}),
    ],
)  # fmt: skip
def test_hosts_of_links_are_marked_and_links_counted(text: str, marks: set[str]) -> None:
    assert {word for word in tokens(text) if ":" in word} == marks


def test_only_the_domain_of_an_address_is_kept() -> None:
    assert "mira" not in " ".join(tokens("", email="mira@vale.example"))
    assert tokens("", email="mira") == ("links:0",)


def test_of_a_long_comment_the_words_come_from_all_over_it() -> None:
    text = " ".join(f"word{number}" for number in range(5000))
    found = tokens(text)
    assert len(found) == MAX_TOKENS
    places = [int(word[4:]) for word in found if ":" not in word]
    assert min(places) < 500
    assert max(places) > 4500
    assert found == tokens(" ".join(reversed(text.split())))


def test_many_hosts_leave_room_for_words() -> None:
    text = " ".join(f"http://h{number}.example/" for number in range(500)) + " ferry"
    assert len([word for word in tokens(text) if word.startswith("host:")]) < MAX_TOKENS // 2


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_has_words_that_can_be_stored(text: str, name: str, url: str, mail: str) -> None:
    found = tokens(text, name, url, mail)
    assert found == tuple(sorted(set(found)))
    assert len(found) <= MAX_TOKENS
    for word in found:
        assert 0 < len(word) <= MAX_TOKEN
        assert " " not in word
        assert "\0" not in word
        word.encode()


@pytest.mark.parametrize("part", ["www.", "http://a ", "e\u0301", "字", "@", "ﷺ", "a.b/", "\u200b"])
def test_the_longest_comment_costs_as_much_more_as_it_is_longer(part: str) -> None:
    text = (part * 65_520)[:65_520]
    whole, quarter = best_seconds(text), best_seconds(text[: len(text) // 4])
    # In proportion it would be 4 times; what grows with the square would be 16.
    assert whole < 10 * quarter + 0.01


def best_seconds(text: str) -> float:
    return least_seconds(lambda: tokens(text, text[:245], text[:200], text[:100]))


# The sum


@pytest.mark.parametrize("totals", [(0, 0), (LEAST_COMMENTS - 1, 500), (500, LEAST_COMMENTS - 1)])
def test_too_few_comments_of_either_kind_are_no_ground(totals: tuple[int, int]) -> None:
    assert spam_probability([SPAMMY] * 50, *totals) is None


def test_words_of_one_side_decide_together() -> None:
    assert (spam_probability([SPAMMY] * 5, ENOUGH, ENOUGH) or 0) > 0.99
    assert (spam_probability([HAMMY] * 5, ENOUGH, ENOUGH) or 1) < 0.01


def test_no_single_word_decides() -> None:
    for neutral in ([], [NEUTRAL] * 30):
        assert (spam_probability([SPAMMY, *neutral], ENOUGH, ENOUGH) or 1) < LIKELY_SPAM


def test_words_that_both_use_say_nothing() -> None:
    assert spam_probability([NEUTRAL] * 100, ENOUGH, ENOUGH) == 0.5
    assert spam_probability([(0, 0)], ENOUGH, ENOUGH) == 0.5


def test_it_is_how_often_that_counts_not_how_many() -> None:
    # One hundred of a thousand approved, one hundred of a hundred unwanted.
    assert (spam_probability([(100, 100)] * 3, 1000, 100) or 0) > LIKELY_SPAM


def test_a_word_that_was_seen_once_says_less_than_one_seen_often() -> None:
    once = spam_probability([(0, 1)] * 3, ENOUGH, ENOUGH) or 0
    assert 0.5 < once < (spam_probability([(0, 50)] * 3, ENOUGH, ENOUGH) or 0)


def test_the_other_way_round_gives_the_other_answer() -> None:
    counts = [(3, 9), (0, 4), (8, 1)]
    there = spam_probability(counts, 40, 60)
    back = spam_probability([(spam, ham) for ham, spam in counts], 60, 40)
    assert there == pytest.approx(1 - (back or 0))


_COUNTS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


@given(st.lists(_COUNTS, max_size=2 * MAX_CLUES), st.integers(20, 10**6), st.integers(20, 10**6))
def test_it_is_a_probability_whatever_was_counted(
    counts: list[tuple[int, int]], ham: int, spam: int
) -> None:
    answer = spam_probability(counts, ham, spam)
    assert answer is not None
    assert 0 <= answer <= 1
    assert answer == spam_probability(reversed(counts), ham, spam)
