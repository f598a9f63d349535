"""How replies are found: a page of threads in one statement, whatever their number.

A page holds so many threads, from a root on or up to one, in either order of time. Its
replies are cut where there are too many for one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import select

from ..database import UTCDateTime, session
from ..models import Author, Byline, Comment, CommentState, CommentVerdict, Post
from . import statements

# Replies on one page, beside its roots; what is more is on pages of its thread's own.
REPLIES = 1000

Found: TypeAlias = "sa.Row[*tuple[Any, ...]]"


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of a story's threads: from a root on, or up to one, or the first.

    ``part`` begins within the thread at ``start``, with this reply. ``own`` is a comment
    that waits and may be such a root or reply, for its writer alone.
    """

    start: int | None = None
    until: int | None = None
    part: int | None = None
    newest_first: bool = False
    own: int | None = None

    @property
    def backwards(self) -> bool:
        """Whether the page ends at a root, where the others begin with one."""
        return self.start is None and self.until is not None


@dataclass(frozen=True, slots=True)
class Threads:
    """The rows of one page, roots in reading order, replies by root and time.

    ``earlier`` is the root at which the page before this one ends, ``later`` the one with
    which the page after it begins.
    """

    roots: tuple[Found, ...]
    replies: tuple[Found, ...]
    earlier: int | None
    later: int | None
    cut: tuple[int, int] | None
    newest_first: bool = False


def find_threads(post_id: int, place: Place, limit: int) -> Threads:
    """One page of a story's threads, in one statement.

    ``cut`` names the root and the first reply of it that is not here, where there are
    too many; then what is after that root is on the next page.
    """
    dialect, newest_first = session().get_bind(Comment).dialect.name, place.newest_first
    if place.part is not None:
        limit, statement = 1, statements.thread_part(newest_first, dialect)
    else:
        from_start = place.start is not None
        statement = statements.threads(from_start, place.backwards, newest_first, dialect)
    values = {
        "post": post_id,
        "at": place.until if place.backwards else place.start,
        "part": place.part,
        "own": place.own or 0,
        "shown": limit,
        "one_more": limit + 1,
        "most": REPLIES + 1,
    }
    return _page(session().execute(statement, values).all(), place, limit)


def _page(found: Sequence[Found], place: Place, limit: int) -> Threads:
    rows = [row for row in found if not row.prior]
    roots = [row for row in rows if row.root_id is None]
    known = sorted(roots, key=_time_of, reverse=place.newest_first)
    # One more than is shown tells that there is another page.
    roots = known[-limit:] if place.backwards else known[:limit]
    order = {root.id: index for index, root in enumerate(roots)}
    replies = [row for row in rows if row.root_id in order]
    replies.sort(key=lambda row: (order[row.root_id], *_time_of(row)))
    cut = None
    if len(replies) > REPLIES:
        cut = (replies[REPLIES].root_id, replies[REPLIES].id)
        replies, roots = replies[:REPLIES], roots[: order[cut[0]] + 1]
    earlier, later = None, None
    if roots:
        first, last = known.index(roots[0]), known.index(roots[-1])
        if first or len(rows) < len(found):
            earlier = roots[0].id
        if last + 1 < len(known):
            later = known[last + 1].id
        elif place.backwards and place.until != place.own:
            later = place.until
    return Threads(tuple(roots), tuple(replies), earlier, later, cut, place.newest_first)


def find_comment(blog: str, comment_id: int, now: datetime) -> Found | None:
    """Where a comment stands that readers see: id, root_id, created_at, slug, published_at."""
    return (
        session()
        .execute(statements.comment(), {"blog": blog, "now": now, "comment": comment_id})
        .one_or_none()
    )


def is_far_down(root_id: int, created_at: datetime, comment_id: int) -> bool:
    """Whether a reply comes after all that one page shows of its thread."""
    before = session().scalar(
        statements.place_in_thread(),
        {"at": root_id, "created": created_at, "part": comment_id, "most": REPLIES},
    )
    return (before or 0) >= REPLIES


def find_parent(post_id: int, comment_id: int) -> Comment | None:
    """A published comment of this story, to be answered."""
    return (
        session()
        .scalars(
            select(Comment).where(
                Comment.id == comment_id,
                Comment.post_id == post_id,
                Comment.state == CommentState.PUBLISHED,
            )
        )
        .one_or_none()
    )


def as_row(comment: Comment) -> Any:
    """A stored comment in the form of a thread's rows."""
    ids = select(Comment.id, sa.literal(False).label("prior")).where(Comment.id == comment.id)
    return session().execute(statements.rows(ids.subquery())).one()


def find_said(said: str) -> Comment | None:
    """The comment with this digest of post, parent, writer and text."""
    return session().scalars(select(Comment).where(Comment.said == said)).one_or_none()


def last_written(visitor: str | None, person_id: str | None) -> datetime | None:
    """When somebody from this address, or this person, last wrote."""
    times = [
        select(Comment.created_at)
        .where(column == value)
        .order_by(Comment.created_at.desc())
        .limit(1)
        .subquery()
        for column, value in (
            (Comment.visitor, visitor),
            (Comment.person_id, person_id),
        )
        if value
    ]
    if not times:
        return None
    merged = sa.union_all(*(select(time.c.created_at) for time in times)).subquery()
    last: datetime | None = session().scalar(
        select(sa.func.max(merged.c.created_at, type_=UTCDateTime()))
    )
    return last


def is_author(post_id: int, person_id: str) -> bool:
    """Whether this person of the host stands over the story as an author."""
    query = (
        select(Byline.post_id)
        .join(Author, Author.id == Byline.author_id)
        .where(Byline.post_id == post_id, Author.person_id == person_id)
    )
    return session().scalar(query.limit(1)) is not None


def with_ids(blog: str, ids: Sequence[int]) -> Sequence[Comment]:
    """The comments of a blog with these ids, in their order."""
    return (
        session()
        .scalars(
            select(Comment).where(Comment.blog == blog, Comment.id.in_(ids)).order_by(Comment.id)
        )
        .all()
    )


def in_state(blog: str, state: str, limit: int) -> Sequence[Found]:
    """The newest comments of a blog in a state, with their stories' titles."""
    return (
        session()
        .execute(
            select(Comment.id, Comment.author_name, Comment.created_at, Comment.body, Post.title)
            .join(Post, Post.id == Comment.post_id)
            .where(Comment.blog == blog, Comment.state == state)
            .order_by(Comment.created_at.desc(), Comment.id.desc())
            .limit(limit)
        )
        .all()
    )


def reasons_of(ids: Sequence[int]) -> dict[int, list[str]]:
    """Why each of these comments was held: what the checks said of it, in their order."""
    rows = session().execute(
        select(CommentVerdict.comment_id, CommentVerdict.reason)
        .where(CommentVerdict.comment_id.in_(ids))
        .order_by(CommentVerdict.comment_id, CommentVerdict.id)
    )
    found: dict[int, list[str]] = {}
    for comment_id, reason in rows:
        found.setdefault(comment_id, []).append(reason)
    return found


def _time_of(row: Any) -> tuple[datetime, int]:
    return row.created_at, row.id
