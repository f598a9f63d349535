"""Who did what, when: read, and taken along as a table. Nothing here changes anything."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import groupby
from textwrap import shorten
from zoneinfo import ZoneInfo

from flask import Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue

from ..audit import Thing
from ..database import row_number
from ..i18n import mark
from ..mount import Mount, this_blog
from ..people import Action
from ..text.typed import one_line
from .access import may, staff
from .audit_pages import AuditDay, AuditPage, AuditRow
from .audit_queries import (
    COMMENT,
    STORY_KINDS,
    Entry,
    Wanted,
    entries,
    entry_place,
    every_entry,
    still_there,
)
from .audit_words import KINDS, person, sentence
from .embargoes import hidden_stories
from .head import desk_head, draw_desk
from .pages import Choice

ROWS = 100
_LONGEST = 200
_DETAIL = 300
_ASKED = ("person", "kind", "thing", "from", "to")
# What programs for tables take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = ("time", "person", "what", "deed", "kind", "number", "title", "detail")
_NO_DAY = mark("This is no day: write one such as 2026-05-04.")


class _NoDay(ValueError):
    """What was typed is no day."""


@staff(Action.MANAGE)
def audit() -> ResponseReturnValue:
    """Who did what, the latest first."""
    mount, now = this_blog(), this_blog().now()
    status, problem = 200, ""
    try:
        wanted = _wanted(mount, now)
    except _NoDay:
        status, problem, wanted = (
            422,
            mount.words.t(_NO_DAY),
            Wanted(mount.blog, hidden=hidden_stories(now)),
        )
    found = entries(wanted, ROWS + 1)
    more, found = len(found) > ROWS, found[:ROWS]
    args = request.args
    # None but our own: others would say how the address is made.
    asked = {name: args[name] for name in _ASKED if args.get(name)}
    page = AuditPage(
        head=desk_head("audit"),
        person=one_line(args.get("person")),
        kinds=_kinds(mount, args.get("kind", "")),
        thing=args.get("thing", ""),
        start=args.get("from", ""),
        end=args.get("to", ""),
        problem=problem,
        searched=bool(asked),
        days=_days(mount, found),
        older=mount.url("audit", **asked, before=found[-1].key) if more else "",
        export_url=mount.url("audit_export", **asked),
    )
    answer = draw_desk("newsroom/audit.html", page, now)
    answer.status_code = status
    return answer


@staff(Action.MANAGE)
def audit_export() -> ResponseReturnValue:
    """All that the search finds, as a table."""
    mount, now = this_blog(), this_blog().now()
    try:
        wanted = _wanted(mount, now)
    except _NoDay:
        abort(400)
    response = Response(stream_with_context(_lines(mount, wanted)), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _wanted(mount: Mount, now: datetime) -> Wanted:
    args, zone = request.args, mount.settings.zone
    kind, thing, before = (args.get(name, "") for name in ("kind", "thing", "before"))
    if kind and kind not in KINDS:
        abort(404)
    number = row_number(thing)
    if thing and number is None:
        abort(404)
    place = entry_place(mount.blog, before) if before else None
    if before and place is None:
        abort(404)
    start, end = _day(args.get("from", ""), zone), _day(args.get("to", ""), zone)
    return Wanted(
        mount.blog,
        person=one_line(args.get("person"))[:_LONGEST],
        kind=kind,
        thing_id=number,
        start=start,
        end=end + timedelta(days=1) if end is not None else None,
        before=place,
        hidden=hidden_stories(now),
    )


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise _NoDay(text) from None
    # A year on both sides is left for time zones.
    if not 1 < day.year < 9998:
        raise _NoDay(text)
    return datetime.combine(day, time(), zone)


def _kinds(mount: Mount, chosen: str) -> tuple[Choice, ...]:
    names = {"": mark("Everything"), **KINDS}
    return tuple(Choice(kind, mount.words.t(name), kind == chosen) for kind, name in names.items())


def _days(mount: Mount, found: Iterable[Entry]) -> tuple[AuditDay, ...]:
    found = list(found)
    stories = still_there(
        {entry.thing_id for entry in found if entry.kind in STORY_KINDS and entry.thing_id}
    )
    may_moderate = may(Action.MODERATE)
    rows: list[tuple[datetime, AuditRow]] = []
    # What was done with many comments in one go is told once.
    for _, together in groupby(found, key=lambda e: (e.batch, e.verb) if e.batch else e.key):
        first, *others = together
        url = _url(mount, first, stories, may_moderate)
        rows.append((first.at, _row(mount, first, len(others), url)))
    zone = mount.settings.zone
    by_day = groupby(rows, key=lambda row: row[0].astimezone(zone).date())
    return tuple(
        AuditDay(datetime.combine(day, time(), zone), tuple(row for _, row in rows_of_day))
        for day, rows_of_day in by_day
    )


def _row(mount: Mount, entry: Entry, more: int, url: str) -> AuditRow:
    kind = KINDS.get(entry.kind)
    return AuditRow(
        at=entry.at,
        kind=entry.kind,
        kind_name=mount.words.t(kind) if kind else entry.kind,
        parts=sentence(mount.words, entry, more, url),
        # In whole in the table to take along.
        detail=shorten(entry.detail, _DETAIL, placeholder=" …"),
        person_url=mount.url("audit", person=entry.person) if entry.person else "",
    )


def _url(mount: Mount, entry: Entry, stories: set[int], may_moderate: bool) -> str:
    """Where the thing is, if it is still there."""
    if entry.kind == COMMENT:
        return mount.url("moderated_comment", comment_id=entry.thing_id) if may_moderate else ""
    if entry.kind == Thing.BANNER and entry.thing_id:
        return mount.url("banners", banner=entry.thing_id)
    if entry.kind in STORY_KINDS and entry.thing_id in stories:
        return mount.url("edit_post", post_id=entry.thing_id)
    return ""


def _lines(mount: Mount, wanted: Wanted) -> Iterator[str]:
    words = mount.words
    yield _line(_COLUMNS)
    for entry in every_entry(wanted):
        what = "".join(part.text for part in sentence(words, entry, 0, ""))
        number = str(entry.thing_id or "")
        yield _line(
            (words.iso(entry.at), person(words, entry), what, entry.verb, entry.kind, number,
             entry.title, entry.detail)
        )  # fmt: skip


def _line(cells: Iterable[str]) -> str:
    written = StringIO()
    csv.writer(written).writerow(
        f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells
    )
    return written.getvalue()
