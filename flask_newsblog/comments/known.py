"""What the database knows of a reply before it is stored, and of its writer: one statement.

How soon somebody may write again, how often the same was said, which rules there are, and
whether there is an attack.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select

from ..database import BigId, UTCDateTime
from ..models import Comment, Rule
from ..posts.statements import BLOG, run
from ..settings import Settings
from . import attack
from .rulebook import Version
from .writers import Writer, words_digest

TEN_MINUTES = timedelta(minutes=10)
REPEATS_COUNT_FOR = timedelta(days=30)
# How often something was said before is not counted any further.
MOST_REPEATS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the database knows of a draft.

    ``wait`` is for how many seconds this household or person may not write, ``repeats`` how
    often the same words were said before, up to ``MOST_REPEATS``. ``rules`` is the version
    of the rules.
    """

    wait: int
    repeats: int
    attack: bool
    rules: Version


def look_up(
    blog: str,
    settings: Settings,
    writer: Writer,
    text: str,
    now: datetime,
    *,
    besides: int | None = None,
) -> Known:
    """All of it. ``besides`` is a comment that is stored already, which does not repeat itself."""
    row = run(
        _statement(),
        blog=blog,
        **_pace(writer, settings),
        **attack.values(settings.attack_held_replies, now),
        text=words_digest(text),
        besides=besides or 0,
        month=now - REPEATS_COUNT_FOR,
    ).one()
    return Known(
        wait=_seconds(row, settings, now),
        repeats=row.repeats,
        attack=attack.is_attack(attack.Counts(*row[4:8]), settings.attack_held_replies),
        rules=Version(*row[9:]),
    )


def seconds_to_wait(writer: Writer, settings: Settings, now: datetime) -> int:
    """How long this household or person has to wait before the next reply; 0 if not at all."""
    if not settings.reply_pause_seconds and not settings.replies_per_ten_minutes:
        return 0
    return _seconds(run(_times(), **_pace(writer, settings)).one(), settings, now)


def state_and_wait(
    comment_id: int, writer: Writer, settings: Settings, now: datetime
) -> tuple[str | None, int]:
    """The state of a comment as it is now, and :func:`seconds_to_wait`."""
    row = run(_times_and_state(), comment=comment_id, **_pace(writer, settings)).one_or_none()
    return (None, 0) if row is None else (row.state, _seconds(row, settings, now))


def _pace(writer: Writer, settings: Settings) -> dict[str, Any]:
    return {
        "address": writer.address_digest,
        "person": writer.person_id,
        "skipped": max(0, settings.replies_per_ten_minutes - 1),
    }


def _seconds(row: Any, settings: Settings, now: datetime) -> int:
    """From the first columns: the last reply and the one so many before, of both kinds."""
    pause, most = settings.reply_pause_seconds, settings.replies_per_ten_minutes
    last, first = (
        max((time for time in found if time is not None), default=None)
        for found in (row[0:2], row[2:4])
    )
    ends = []
    if pause and last is not None:
        ends.append(last + timedelta(seconds=pause))
    if most and first is not None:
        ends.append(first + TEN_MINUTES)
    return max((ceil((end - now).total_seconds()) for end in ends if end > now), default=0)


@cache
def _times() -> sa.Select[Any]:
    return select(*_moments())


@cache
def _times_and_state() -> sa.Select[Any]:
    # A plain read would see what was when the request began (MariaDB's REPEATABLE READ); the
    # times are read so, for to lock them is to lock the gaps that all others write into.
    asked = Comment.id == bindparam("comment", type_=BigId)
    return select(*_moments(), Comment.state).where(asked).with_for_update(read=True)


def _moments() -> list[sa.ColumnElement[Any]]:
    """When an address and a person last wrote, and when they wrote the one so many before."""
    whose = ((Comment.address_digest, "address"), (Comment.person_id, "person"))
    skipped = bindparam("skipped", type_=sa.Integer())
    newest = [
        select(Comment.created_at)
        .where(column == bindparam(name, type_=sa.String()))
        .order_by(Comment.created_at.desc())
        .limit(1)
        for column, name in whose
    ]
    found = [*newest, *(query.offset(skipped) for query in newest)]
    return [query.correlate(None).scalar_subquery() for query in found]


@cache
def _statement() -> sa.Select[Any]:
    said = (
        select(Comment.id)
        .where(
            Comment.blog == BLOG,
            Comment.text_digest == bindparam("text", type_=sa.String()),
            Comment.created_at > bindparam("month", type_=UTCDateTime()),
            Comment.id != bindparam("besides", type_=BigId),
        )
        .limit(MOST_REPEATS)
        .subquery()
    )
    repeats = select(func.count()).select_from(said).scalar_subquery()
    rules = (
        select(func.count(), func.max(Rule.id), func.max(Rule.changed_at, type_=UTCDateTime()))
        .where(Rule.blog == BLOG)
        .subquery("rules")
    )
    recent, counts = attack.counting()
    return select(
        *_moments(),
        *counts,
        repeats.label("repeats"),
        *rules.c,
    ).join_from(recent, rules, sa.true())
