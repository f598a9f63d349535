"""What is due at the desk, and what waits for somebody to do something with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import literal_column, select

from ..database import session
from ..models import DeskNote, NoteKind, PendingUpdate, Post, PostState
from .desk_queries import SHORT, on_the_desk

# Of each kind so many are found, of which the page shows those that the person may act on.
EACH = 40
# What was planned and never came is called late for so long.
LATE = timedelta(days=30)
# Changes that are not before the readers are looked for in the stories changed last.
CHANGED_LAST = 500


class Kind(StrEnum):
    """What is to be done about a story, or will happen to it."""

    PLANNED = "planned"
    SCHEDULED = "scheduled"
    UPDATE = "update"
    REVIEW = "review"
    RETURNED = "returned"
    PREVIEW = "preview"
    UNSHOWN = "unshown"
    OUT = "published"


DUE = (Kind.PLANNED, Kind.SCHEDULED, Kind.UPDATE)


@dataclass(frozen=True, slots=True)
class Work:
    """A story, what is to be done about it, and since when or until when.

    ``who`` handed it on; ``number`` counts notes.
    """

    post: Post
    kind: Kind
    at: datetime
    who: str
    number: int


def find_work(
    blog: str, person_id: str, hidden: Collection[int], now: datetime, tomorrow: datetime
) -> list[Work]:
    """What is due before ``tomorrow``, and what waits: at most :data:`EACH` of each kind.

    One statement.
    """
    seen = (Post.blog == blog, on_the_desk(hidden))
    return run(
        [
            planned(now - LATE, tomorrow, EACH, *seen),
            published(Kind.SCHEDULED, now, tomorrow, EACH, *seen),
            updates(blog, now - LATE, tomorrow, EACH, *seen),
            _in_review(*seen),
            _returned(blog, *seen, Post.person_id == person_id, Post.state == PostState.DRAFT),
            _previews(blog, *seen),
            _unshown(blog, hidden),
        ]
    )


def run(branches: list[Any]) -> list[Work]:
    """The stories of several selections by :func:`work`, put together. One statement."""
    either = sa.union_all(*(select(*branch.subquery().c) for branch in branches)).subquery()
    query = (
        select(Post, either.c.kind, either.c.at, either.c.who, either.c.number)
        .join_from(either, Post, Post.id == either.c.post_id)
        .options(*SHORT)
        .order_by(either.c.at, Post.id)
    )
    return [
        Work(post, Kind(kind), at, who, number)
        for post, kind, at, who, number in session().execute(query)
    ]


def work(kind: Kind, at: Any, who: Any = None, number: Any = None) -> Any:
    """A selection of stories of one kind."""
    return select(
        literal_column(f"'{kind}'", sa.String()).label("kind"), Post.id.label("post_id"),
        at.label("at"), (Post.person_name if who is None else who).label("who"),
        (literal_column("1", sa.Integer()) if number is None else number).label("number"),
    )  # fmt: skip


def planned(start: datetime, end: datetime, limit: int, *seen: Any) -> Any:
    """What the desk means to have in this time, and is not published."""
    when = (Post.planned_at >= start, Post.planned_at < end, Post.state != PostState.PUBLISHED)
    query = work(Kind.PLANNED, Post.planned_at).where(*seen, *when)
    return query.order_by(Post.planned_at, Post.id).limit(limit)


def published(kind: Kind, start: datetime, end: datetime, limit: int, *seen: Any) -> Any:
    """What comes out in this time, or came."""
    when = (Post.published_at >= start, Post.published_at < end)
    query = work(kind, Post.published_at).where(*seen, Post.state == PostState.PUBLISHED, *when)
    return query.order_by(Post.published_at, Post.id).limit(limit)


def updates(blog: str, start: datetime, end: datetime, limit: int, *seen: Any) -> Any:
    """The changes of stories that come before the readers in this time."""
    query = work(Kind.UPDATE, PendingUpdate.due_at, PendingUpdate.person_name)
    query = query.join_from(PendingUpdate, Post, Post.id == PendingUpdate.post_id)
    when = (PendingUpdate.due_at >= start, PendingUpdate.due_at < end)
    query = query.where(PendingUpdate.blog == blog, *when, *seen)
    return query.order_by(PendingUpdate.due_at, Post.id).limit(limit)


def _in_review(*seen: Any) -> Any:
    newest = (
        select(sa.func.max(DeskNote.id))
        .where(DeskNote.post_id == Post.id, *_open(NoteKind.REVIEW))
        .correlate(Post)
        .scalar_subquery()
    )
    at = sa.func.coalesce(DeskNote.created_at, Post.changed_at)
    who = sa.func.coalesce(DeskNote.person_name, Post.person_name)
    query = work(Kind.REVIEW, at, who).select_from(Post)
    query = query.outerjoin(DeskNote, DeskNote.id == newest)
    query = query.where(*seen, Post.state == PostState.IN_REVIEW)
    return query.order_by(Post.changed_at, Post.id).limit(EACH)


def _returned(blog: str, *seen: Any) -> Any:
    at, who = sa.func.max(DeskNote.created_at), sa.func.max(DeskNote.person_name)
    return _noted(work(Kind.RETURNED, at, who), blog, NoteKind.RETURNED, *seen)


def _previews(blog: str, *seen: Any) -> Any:
    # The oldest of them: it is what has waited longest.
    at, number = sa.func.min(DeskNote.created_at), sa.func.count()
    who = sa.func.max(DeskNote.person_name)
    return _noted(work(Kind.PREVIEW, at, who, number), blog, NoteKind.PREVIEW, *seen)


def _noted(query: Any, blog: str, kind: NoteKind, *seen: Any) -> Any:
    query = query.join_from(DeskNote, Post, Post.id == DeskNote.post_id)
    query = query.where(DeskNote.blog == blog, *_open(kind), *seen).group_by(Post.id)
    return query.order_by(sa.func.min(DeskNote.id)).limit(EACH)


def _open(kind: NoteKind) -> tuple[Any, ...]:
    return DeskNote.kind == kind, DeskNote.done_at.is_(None)


def _unshown(blog: str, hidden: Collection[int]) -> Any:
    out = (Post.blog == blog, Post.state == PostState.PUBLISHED, on_the_desk(hidden))
    last = select(Post.id).where(*out).order_by(Post.changed_at.desc(), Post.id.desc())
    few = last.limit(CHANGED_LAST).subquery()
    query = work(Kind.UNSHOWN, Post.changed_at).join_from(few, Post, Post.id == few.c.id)
    query = query.where(Post.saved_revision != Post.shown_revision)
    return query.order_by(Post.changed_at.desc(), Post.id.desc()).limit(EACH)
