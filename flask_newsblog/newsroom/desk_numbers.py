"""What the desk counts: stories by state, and stories and comments by day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import literal_column, select

from ..database import session
from ..models import Comment, CommentState, Post, PostState, Report
from .desk_queries import DISCARDED, SCHEDULED, on_the_desk, scheduled, thrown_away
from .lookups import COUNTED

_STORIES, _COMMENTS, _WAITING, _REPORTS = "stories", "comments", "waiting", "reports"
_CAME_IN = (CommentState.PUBLISHED, CommentState.HELD, CommentState.REJECTED)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted. ``states`` are the stories in each state, up to ``COUNTED``.

    The others have a number for each day, the oldest first: stories that came out, comments
    that came in but for spam, and those of them that still wait. ``reports`` are open ones.
    """

    states: dict[str, int]
    stories: tuple[int, ...] = ()
    comments: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    reports: int = 0


def count(
    blog: str, hidden: Collection[int], now: datetime, days: Sequence[datetime] = ()
) -> Numbers:
    """Count the stories by state and, where ``days`` tells their beginnings, what came on each.

    One statement; each count is read from an index alone.
    """
    parts = [_number(state, _in_state(blog, state, hidden, now)) for state in _states()]
    if days:
        out = (Post.blog == blog, Post.state == PostState.PUBLISHED, Post.published_at <= now)
        here = Comment.blog == blog
        still_open = select(Report.id).where(Report.blog == blog, Report.closed_at.is_(None))
        parts += [
            _by_day(_STORIES, Post.published_at, days, *out),
            _by_day(_COMMENTS, Comment.created_at, days, here, Comment.state.in_(_CAME_IN)),
            _by_day(_WAITING, Comment.created_at, days, here, Comment.state == CommentState.HELD),
            _number(_REPORTS, still_open),
        ]
    found = {(row.name, row.day): row.number for row in session().execute(sa.union_all(*parts))}

    def series(name: str) -> tuple[int, ...]:
        return tuple(found.get((name, day), 0) for day in range(len(days)))

    return Numbers(
        states={state: found[state, 0] for state in _states()},
        stories=series(_STORIES),
        comments=series(_COMMENTS),
        waiting=series(_WAITING),
        reports=found.get((_REPORTS, 0), 0),
    )


def _states() -> tuple[str, ...]:
    return (*PostState, SCHEDULED, DISCARDED)


def _in_state(blog: str, state: str, hidden: Collection[int], now: datetime) -> Any:
    if state == DISCARDED:
        return thrown_away(blog, hidden)
    query = select(Post.id).where(Post.blog == blog, on_the_desk(hidden))
    if state == SCHEDULED:
        waiting = scheduled(blog, now)
        return query.join(waiting, waiting.c.id == Post.id)
    query = query.where(Post.state == state)
    # Its embargo is not asked about: it ends before the story's time, and is in no index here.
    return query.where(Post.published_at <= now) if state == PostState.PUBLISHED else query


def _number(name: str, query: Any) -> Any:
    some = query.limit(COUNTED).subquery()
    return select(
        _text(name), literal_column("0", sa.Integer()).label("day"),
        sa.func.count().label("number"),
    ).select_from(some)  # fmt: skip


def _by_day(name: str, column: Any, days: Sequence[datetime], *conditions: Any) -> Any:
    begun = [(column >= start, day) for day, start in enumerate(days)]
    day = sa.case(*reversed(begun), else_=-1).label("day")
    each = select(day).where(*conditions, column >= days[0]).subquery()
    number = sa.func.count().label("number")
    return select(_text(name), each.c.day, number).select_from(each).group_by(each.c.day)


def _text(name: str) -> Any:
    return literal_column(f"'{name}'", sa.String()).label("name")
