"""Words, dates and numbers in the language of the blog, with Babel or without.

The words come from the standard library's gettext: first the host's own catalogs of
the domain ``newsblog``, then ours, then English. Dates and numbers are
written by Babel where it is installed (the extra ``i18n``) and otherwise by patterns
whose names of months and days stand in our catalogs.
"""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DOMAIN = "newsblog"
_OURS = Path(__file__).parent / "translations"
# Languages written from right to left (Unicode CLDR, characterOrder).
_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}
)
RELATIVE_FOR = dt.timedelta(hours=24)
_NO_TIME = dt.timedelta(0)


def mark(word: str) -> str:
    """Mark a word for the catalogs where it stands; it is translated where it is shown."""
    return word


_MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"),
    mark("July"), mark("August"), mark("September"), mark("October"), mark("November"),
    mark("December"),
)  # fmt: skip
_MONTHS_SHORT = (
    mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun"),
    mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec"),
)  # fmt: skip
_DAYS = (
    mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday"),
    mark("Saturday"), mark("Sunday"),
)  # fmt: skip
_DAYS_SHORT = (
    mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"),
)  # fmt: skip
# Dates are written so where Babel is not installed; a translation puts them in its own order.
_STYLES = {
    "full": mark("EEEE d MMMM yyyy"),
    "long": mark("d MMMM yyyy"),
    "medium": mark("d MMM yyyy"),
    "short": mark("yyyy-MM-dd"),
}
# A number with its groups, as the language writes it.
_GROUPED = mark("1,234")
# Quoted text, in which two quotes are one, and the parts of a date.
_TOKENS = re.compile(r"'((?:[^']|'')*)'|([A-Za-z]+)")


@dataclass(frozen=True)
class Words:
    """One language as pages speak it: words, dates, numbers."""

    language: str
    zone: ZoneInfo
    date_format: str
    catalogs: gettext.NullTranslations

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, for the page's ``dir`` attribute."""
        return "rtl" if re.split("[-_]", self.language)[0].lower() in _RIGHT_TO_LEFT else "ltr"

    @property
    def first_weekday(self) -> int:
        """The day that a week begins with, Monday being 0; without Babel it is Monday."""
        return 0 if _babel() is None else int(_locale(self.language).first_week_day)

    def t(self, text: str, **values: Any) -> str:
        """The text in this language, with ``%(name)s`` filled in."""
        found = self.catalogs.gettext(text)
        return found % values if values else found

    def tn(self, one: str, many: str, n: int, **values: Any) -> str:
        """The form of a counted text that fits ``n``; ``%(n)s`` is the number as it is written."""
        return self.catalogs.ngettext(one, many, n) % {"n": self.number(n), **values}

    def number(self, value: int) -> str:
        """A whole number with this language's grouping."""
        babel = _babel()
        if babel is None:
            return f"{value:,}".replace(",", self.t(_GROUPED)[1:-3])
        return _babel_number(value, self.language)

    def date(self, when: dt.datetime | dt.date, pattern: str = "") -> str:
        """A day in the blog's time zone, by ``pattern`` or else by the setting ``date_format``."""
        day = when.astimezone(self.zone).date() if isinstance(when, dt.datetime) else when
        pattern = pattern or self.date_format
        babel = _babel()
        if babel is None:
            pattern = self.t(_STYLES[pattern]) if pattern in _STYLES else pattern
            return _TOKENS.sub(self._part_of(day), pattern)
        return _babel_date(day, pattern, self.language)

    def time(self, when: dt.datetime) -> str:
        """The hour and minute in the blog's time zone."""
        local = when.astimezone(self.zone)
        babel = _babel()
        if babel is None:
            return f"{local:%H:%M}"
        return _babel_time(local.hour, local.minute, self.language)

    def date_and_time(self, when: dt.datetime) -> str:
        """A day and the time on it, as :meth:`date` and :meth:`time` write them."""
        return self.t("%(date)s, %(time)s", date=self.date(when), time=self.time(when))

    def iso(self, when: dt.datetime) -> str:
        """A moment for programs (ISO 8601), in the blog's time zone, to the second."""
        return when.astimezone(self.zone).isoformat(timespec="seconds")

    def ago(self, when: dt.datetime, now: dt.datetime) -> str:
        """How long ago, for a day; from then on, and for what is to come, the date."""
        passed = now - when
        if not _NO_TIME <= passed < RELATIVE_FOR:
            return self.date(when)
        minutes = int(passed.total_seconds() // 60)
        if minutes < 1:
            return self.t("just now")
        if minutes < 60:
            return self.tn("%(n)s minute ago", "%(n)s minutes ago", minutes)
        return self.tn("%(n)s hour ago", "%(n)s hours ago", minutes // 60)

    def _part_of(self, day: dt.date) -> Callable[[re.Match[str]], str]:
        def write(token: re.Match[str]) -> str:
            quoted, part = token.groups()
            if part is None:
                return str(quoted).replace("''", "'") or "'"
            month, weekday = day.month - 1, day.weekday()
            parts = {
                "d": str(day.day), "dd": f"{day.day:02}", "M": str(day.month),
                "MM": f"{day.month:02}", "MMM": self.t(_MONTHS_SHORT[month]),
                "MMMM": self.t(_MONTHS[month]), "y": str(day.year), "yy": f"{day.year % 100:02}",
                "yyyy": f"{day.year:04}", "EEE": self.t(_DAYS_SHORT[weekday]),
                "EEEE": self.t(_DAYS[weekday]),
            }  # fmt: skip
            return parts[part]

        return write


def words_for(
    language: str, zone: ZoneInfo, date_format: str, host_folders: tuple[str, ...] = ()
) -> Words:
    """The words of a language.

    Args:
        language: a tag such as ``pt-BR``.
        zone: the blog's time zone.
        date_format: a style or pattern, as in the setting.
        host_folders: where the host keeps its catalogs; theirs come before ours.
    """
    # Flask-Babel writes pt_BR, pages say pt-BR.
    language = language.replace("_", "-")
    return Words(language, zone, date_format, _catalogs(language, host_folders))


@lru_cache(maxsize=64)
def _catalogs(language: str, host_folders: tuple[str, ...]) -> gettext.NullTranslations:
    parts = language.split("-")
    tags = ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]
    chain = gettext.NullTranslations()
    found = [
        gettext.translation(DOMAIN, folder, languages=tags, fallback=True)
        for folder in (*host_folders, str(_OURS))
    ]
    for catalog in found:
        # ``fallback=True`` hands out an empty catalog where there is none.
        if type(catalog) is gettext.NullTranslations:
            continue
        if type(chain) is gettext.NullTranslations:
            chain = catalog
        else:
            chain.add_fallback(catalog)
    return chain


@lru_cache(maxsize=1)
def _babel() -> Any:
    try:
        import babel.dates
        import babel.numbers
    except ImportError:
        return None
    return babel


# A page says the same few days, hours and numbers many times over, and Babel reads its
# patterns anew for each.
@lru_cache(maxsize=4096)
def _babel_date(day: dt.date, pattern: str, language: str) -> str:
    return str(_babel().dates.format_date(day, format=pattern, locale=_locale(language)))


@lru_cache(maxsize=4096)
def _babel_time(hour: int, minute: int, language: str) -> str:
    return str(_babel().dates.format_time(dt.time(hour, minute), "short", locale=_locale(language)))


@lru_cache(maxsize=4096)
def _babel_number(value: int, language: str) -> str:
    return str(_babel().numbers.format_decimal(value, locale=_locale(language)))


@lru_cache(maxsize=64)
def _locale(language: str) -> Any:
    babel = _babel()
    for tag in (language, language.split("-")[0]):
        try:
            return babel.Locale.parse(tag, sep="-")
        except (ValueError, babel.UnknownLocaleError):
            continue
    return babel.Locale.parse("en")
