"""Attack mode: whether unwanted replies come so thick that those of newcomers must wait.

It is computed from what is stored and switched by nobody, so it ends by itself and no page
that is kept knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, func, literal_column, select

from ..database import UTCDateTime
from ..models import Comment, CommentState
from ..posts.statements import BLOG, run
from ..settings import Settings

SPAN = timedelta(minutes=10)
TIMES_USUAL = 5
_DAY = timedelta(hours=24)
# The rest of the day, in spans: what is looked at as an attack must not count as usual.
_OTHER_SPANS = (_DAY - 3 * SPAN) / SPAN
# No more rows are counted than these, of each state.
_MOST_RECENT, _MOST_IN_A_DAY = 2_000, 20_000
# What waits, and what was found to be unwanted since: a flood is one while it is dealt with.
_UNWANTED = (
    CommentState.HELD, CommentState.SPAM, CommentState.REJECTED, CommentState.DELETED,
)  # fmt: skip


# What its writer deleted has no fingerprint, and was unwanted by nobody.
_BY_THE_STAFF = {CommentState.DELETED: (Comment.fingerprint.is_not(None),)}


@dataclass(frozen=True, slots=True)
class Counts:
    """Replies that wait or were turned down: of the last 10, 20 and 30 minutes, and of a day."""

    ten: int
    twenty: int
    thirty: int
    day: int

    @property
    def usual(self) -> float:
        """How many are usual in ten minutes."""
        return max(0, self.day - self.thirty) / _OTHER_SPANS


def is_attack(counts: Counts, least: int) -> bool:
    """Whether these are many: ``least`` in ten minutes, and five times what is usual.

    Once begun it lasts while half of that comes in, over half an hour: else it would
    go on and off with every pause for breath.
    """
    if not least:
        return False
    enough = max(least, TIMES_USUAL * counts.usual)
    spans = (counts.ten, counts.twenty - counts.ten, counts.thirty - counts.twenty)
    began = any(span >= enough for span in spans)
    return began and (counts.ten >= enough or counts.thirty / len(spans) >= enough / 2)


def is_under_attack(blog: str, settings: Settings, now: datetime) -> bool:
    """Whether attack mode is on, for the newsroom to show."""
    return is_attack(counts_of(blog, settings, now), settings.attack_held_replies)


def counts_of(blog: str, settings: Settings, now: datetime) -> Counts:
    """What attack mode is computed from; the day is left out where it makes no difference."""
    given = values(settings.attack_held_replies, now)
    return Counts(*run(_statement(), blog=blog, **given).one())


def values(least: int, now: datetime) -> dict[str, Any]:
    """The parameters of :func:`counting`."""
    return {
        "ten": now - SPAN,
        "twenty": now - 2 * SPAN,
        "thirty": now - 3 * SPAN,
        "day": now - _DAY,
        # Of so few in half an hour no ten minutes can have enough.
        "least": least or _MOST_IN_A_DAY,
        "most": max(_MOST_RECENT, 3 * least),
    }


def counting(
    blog: sa.ColumnElement[str] = BLOG,
) -> tuple[sa.Subquery, tuple[sa.ColumnElement[int], ...]]:
    """A row with the first three of :class:`Counts`, and the columns of all to select from it.

    Both are made anew for each statement that is put together: two that were each kept by
    themselves might be of two makings, where two threads come first at once, and a statement
    of both would name the row twice. What is counted is bounded.
    """
    found = _unwanted(blog, _moment("thirty"), bindparam("most", type_=sa.Integer())).subquery()
    since = found.c.created_at

    def so_far(name: str) -> sa.ColumnElement[int]:
        return func.coalesce(func.sum(sa.case((since > _moment(name), 1), else_=0)), 0)

    row = select(
        so_far("ten").label("ten"), so_far("twenty").label("twenty"), func.count().label("thirty")
    )
    recent = row.select_from(found).subquery("recent")
    day = _unwanted(blog, _moment("day"), sa.literal(_MOST_IN_A_DAY)).subquery()
    whole = select(func.count()).select_from(day).scalar_subquery()
    many = recent.c.thirty >= bindparam("least", type_=sa.Integer())
    in_a_day = sa.case((many, whole), else_=recent.c.thirty)
    return recent, (*recent.c, in_a_day.label("day"))


@cache
def _statement() -> sa.Executable:
    return select(*counting()[1])


def _unwanted(
    blog: sa.ColumnElement[str], since: sa.BindParameter[datetime], most: Any
) -> sa.CompoundSelect[Any]:
    parts = []
    for state in _UNWANTED:
        part = (
            select(Comment.created_at)
            .where(
                Comment.blog == blog,
                Comment.state == literal_column(f"'{state}'", sa.String()),
                Comment.created_at > since,
                *_BY_THE_STAFF.get(state, ()),
            )
            .order_by(Comment.created_at.desc())
            .limit(most)
            .subquery()
        )
        parts.append(select(part.c.created_at))
    return sa.union_all(*parts)


def _moment(name: str) -> sa.BindParameter[datetime]:
    return bindparam(name, type_=UTCDateTime())
