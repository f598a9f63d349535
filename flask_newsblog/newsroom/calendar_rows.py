"""A month as the calendar shows it: in weeks, and what is on each day."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from ..mount import Mount
from .desk_pages import CalendarDay, WorkRow
from .desk_rows import work_row
from .desk_work import Work

Weeks = Sequence[Sequence[date]]


def weeks_of(month: date, first_weekday: int) -> Weeks:
    """The weeks of a month, with the days of others that they begin and end with."""
    return Calendar(first_weekday).monthdatescalendar(month.year, month.month)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def calendar_days(
    mount: Mount, weeks: Weeks, month: date, found: Iterable[Work], now: datetime
) -> tuple[tuple[CalendarDay, ...], ...]:
    """The weeks with what is on each day, in the blog's time zone."""
    zone = mount.settings.zone
    today, on = now.astimezone(zone).date(), dict[date, list[WorkRow]]()
    for work in found:
        on.setdefault(work.at.astimezone(zone).date(), []).append(work_row(mount, work, now))
    return tuple(
        tuple(
            CalendarDay(day, day.month == month.month, day == today, tuple(on.get(day, ())))
            for day in week
        )
        for week in weeks
    )
