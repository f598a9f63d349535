"""From when until when, as forms of the desk tell it in the blog's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..i18n import mark

FOR_GOOD = "good"
SPANS = {
    FOR_GOOD: mark("For good"),
    "1": mark("For 1 hour"),
    "3": mark("For 3 hours"),
    "12": mark("For 12 hours"),
    "24": mark("For a day"),
}
NO_TIME = mark("This is no day and time: write one such as 2026-05-04T18:30.")
TOO_EARLY = mark("This would be over before it begins. Choose a later end.")
_YEARS = range(2000, 9000)


class NoTime(ValueError):
    """What was typed is no day and time."""


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when; no start means now, no end for good."""

    start: datetime | None
    end: datetime | None


def read_period(form: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Period:
    """The time that a form tells by ``from``, ``until`` and ``lasting``.

    A day and time in ``until`` counts more than how long it is to last.

    Raises:
        NoTime: a field holds something else.
    """
    start, end = (read_moment(form.get(name, ""), zone) for name in ("from", "until"))
    hours = form.get("lasting", FOR_GOOD)
    if hours not in SPANS:
        raise NoTime(hours)
    if end is None and hours != FOR_GOOD:
        end = max(start or now, now) + timedelta(hours=int(hours))
    return Period(start, end)


def read_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A day and time as ``<input type="datetime-local">`` sends it; None where it is empty.

    Raises:
        NoTime: it is something else.
    """
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoTime(text) from None
    if moment.year not in _YEARS:
        raise NoTime(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def write_moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the field takes it."""
    if moment is None:
        return ""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")


def write_period(start: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    """From when until when, as the audit keeps it in every language."""
    moments = (write_moment(start, zone), write_moment(end, zone) or "…")
    return " – ".join(moments).replace("T", " ")
