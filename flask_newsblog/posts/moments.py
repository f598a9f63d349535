"""A day and a time as somebody writes them, in the time zone of the blog."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from ..i18n import mark
from .standing import CannotBeDone

_UNREADABLE = mark("Write the day as 2026-05-04 and the time as 18:30.")
_SKIPPED = mark("There is no such time on that day: the clocks go forward. Choose another.")
# A year on both sides is left for time zones.
_FIRST, _LAST = 2, 9998


def read_moment(day: str, clock: str, zone: ZoneInfo) -> datetime:
    """The moment of a day and time in a time zone, in UTC.

    Of two that are called so, when the clocks go back, it is the first.

    Raises:
        CannotBeDone: they cannot be read, or the clocks go over that time.
    """
    try:
        there = date.fromisoformat(day.strip())
        then = time.fromisoformat(clock.strip())
    except ValueError as error:
        raise CannotBeDone(_UNREADABLE) from error
    if not _FIRST <= there.year <= _LAST or then.tzinfo is not None:
        raise CannotBeDone(_UNREADABLE)
    local = datetime.combine(there, then, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise CannotBeDone(_SKIPPED)
    return moment
