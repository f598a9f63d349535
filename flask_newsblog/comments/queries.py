"""How replies are found: a page of threads in one statement, whatever their number.

A page holds so many threads, from a root on or up to one, in either order of time. Its
replies are cut where there are too many for one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from ..database import BigId, UTCDateTime, session
from ..models import Author, Byline, Comment, CommentState, CommentVerdict, Post
from ..posts.statements import visible

# Replies on one page, beside its roots; what is more is on pages of its thread's own.
REPLIES = 1000

Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"
Found: TypeAlias = "sa.Row[*tuple[Any, ...]]"

_POST = bindparam("post", type_=BigId)
_AT = bindparam("at", type_=BigId)
_LIMIT = bindparam("limit", type_=sa.Integer())


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of a story's threads: from a root on, or up to one, or the first.

    ``part`` begins within the thread at ``start``, with this reply.
    """

    start: int | None = None
    until: int | None = None
    part: int | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Threads:
    """The rows of one page, roots first and each with its replies in order of time."""

    roots: tuple[Found, ...]
    replies: tuple[Found, ...]
    earlier: int | None
    later: int | None
    cut: tuple[int, int] | None


def find_threads(post_id: int, place: Place, limit: int) -> Threads:
    """One page of a story's threads, in one statement.

    ``cut`` names the root and the first reply of it that is not here, where there are
    too many; then what is after that root is on the next page.
    """
    statement = _threads(place.start is not None, place.until is not None, place.newest_first)
    if place.part is not None:
        statement = _thread_part()
        values = {"at": place.start, "part": place.part, "limit": 2}
    else:
        at = place.start if place.start is not None else place.until
        values = {"at": at, "limit": limit + 1}
    found = session().execute(statement, {"post": post_id, **values}).all()
    rows = [row for row in found if not row.prior]
    prior = len(rows) < len(found)
    backwards = place.until is not None and place.start is None
    roots = sorted((r for r in rows if r.root_id is None), key=_time_of, reverse=place.newest_first)
    if place.part is not None:
        limit = 1
    more = len(roots) > limit
    roots = roots[-limit:] if backwards else roots[:limit]
    known = {root.id: index for index, root in enumerate(roots)}
    replies = [row for row in rows if row.root_id in known]
    replies.sort(key=lambda row: (known[row.root_id], *_time_of(row)))
    cut = None
    overflow = None
    if len(replies) > REPLIES:
        first_cut = replies[REPLIES]
        cut = (first_cut.root_id, first_cut.id)
        replies = replies[:REPLIES]
        kept = known[first_cut.root_id] + 1
        overflow = roots[kept].id if kept < len(roots) else None
        roots = roots[:kept]
    return Threads(
        tuple(roots), tuple(replies), *_ends(roots, place, more, overflow, rows, prior), cut
    )


def find_comment(blog: str, comment_id: int, now: datetime) -> Found | None:
    """Where a comment stands that readers see: id, root_id, created_at, slug, published_at."""
    return (
        session()
        .execute(_comment(), {"blog": blog, "now": now, "comment": comment_id})
        .one_or_none()
    )


def is_far_down(root_id: int, created_at: datetime, comment_id: int) -> bool:
    """Whether a reply comes after all that one page shows of its thread."""
    before = session().scalar(
        _place_in_thread(), {"at": root_id, "created": created_at, "part": comment_id}
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
    return session().execute(_rows(ids.subquery())).one()


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


@cache
def _threads(from_start: bool, up_to: bool, newest_first: bool) -> Any:
    root = _roots()
    moment = select(Comment.created_at).where(Comment.id == _AT, Comment.post_id == _POST)
    descending = newest_first
    if from_start:
        root = root.where(_beyond(moment, later=not newest_first, inclusive=True))
    elif up_to:
        descending = not newest_first
        root = root.where(_beyond(moment, later=newest_first, inclusive=False))
    roots = root.order_by(*_order(descending)).limit(_LIMIT).cte("roots")
    reading = (
        (roots.c.created_at.desc(), roots.c.id.desc())
        if newest_first
        else (roots.c.created_at, roots.c.id)
    )
    replies = (
        select(Comment.id)
        .select_from(roots)
        .join(Comment, Comment.root_id == roots.c.id)
        .where(Comment.shown.is_(True))
        .order_by(*reading, Comment.created_at, Comment.id)
        .limit(REPLIES + 1)
        .subquery()
    )
    ids = [select(roots.c.id, sa.literal(False).label("prior")), select(replies.c.id, sa.false())]
    if from_start:
        before = _beyond(moment, later=newest_first, inclusive=False)
        prior = _roots().where(before).order_by(*_order(not newest_first)).limit(1).subquery()
        ids.append(select(prior.c.id, sa.true()))
    return _rows(sa.union_all(*ids).subquery())


@cache
def _thread_part() -> Any:
    part = bindparam("part", type_=BigId)
    moment = select(Comment.created_at).where(Comment.id == part, Comment.root_id == _AT)
    replies = (
        select(Comment.id)
        .where(Comment.root_id == _AT, Comment.shown.is_(True))
        .where(_beyond(moment, later=True, inclusive=True, number=part))
        .order_by(Comment.created_at, Comment.id)
        .limit(REPLIES + 1)
        .subquery()
    )
    root = select(Comment.id).where(
        Comment.id == _AT, Comment.post_id == _POST, Comment.shown.is_(True)
    ).limit(_LIMIT).subquery()  # fmt: skip
    ids = select(root.c.id, sa.literal(False).label("prior")).union_all(
        select(replies.c.id, sa.false())
    )
    return _rows(ids.subquery())


@cache
def _comment() -> Any:
    return (
        select(Comment.id, Comment.root_id, Comment.created_at, Post.slug, Post.published_at)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.id == bindparam("comment", type_=BigId), Comment.shown.is_(True), visible())
    )


@cache
def _place_in_thread() -> Any:
    created = bindparam("created", type_=UTCDateTime())
    part = bindparam("part", type_=BigId)
    before = (
        select(Comment.id)
        .where(Comment.root_id == _AT, Comment.shown.is_(True), Comment.created_at <= created)
        .where(or_(Comment.created_at < created, Comment.id < part))
        .limit(REPLIES)
        .subquery()
    )
    return select(sa.func.count()).select_from(before)


def _roots() -> Any:
    return select(Comment.id, Comment.created_at).where(
        Comment.post_id == _POST, Comment.shown.is_(True), Comment.root_id.is_(None)
    )


def _order(descending: bool) -> tuple[Any, Any]:
    if descending:
        return Comment.created_at.desc(), Comment.id.desc()
    return Comment.created_at, Comment.id


def _rows(ids: Any) -> Query:
    parent = aliased(Comment)
    return (
        select(
            Comment.id, Comment.parent_id, Comment.root_id, Comment.depth, Comment.state,
            Comment.author_name, Comment.author_url, Comment.badge, Comment.created_at,
            Comment.edited_at, Comment.body_html, parent.author_name.label("parent_name"),
            parent.state.label("parent_state"), ids.c.prior,
        )
        .select_from(ids)
        .join(Comment, Comment.id == ids.c.id)
        .outerjoin(parent, parent.id == Comment.parent_id)
    )  # fmt: skip


def _beyond(moment: Any, *, later: bool, inclusive: bool, number: Any = _AT) -> Any:
    at = moment.scalar_subquery()
    when, own = Comment.created_at, Comment.id
    if later:
        beyond = or_(when > at, own >= number if inclusive else own > number)
        return and_(when >= at, beyond)
    return and_(when <= at, or_(when < at, own <= number if inclusive else own < number))


def _time_of(row: Any) -> tuple[datetime, int]:
    return row.created_at, row.id


def _ends(
    roots: Sequence[Any],
    place: Place,
    more: bool,
    overflow: int | None,
    rows: Sequence[Any],
    prior: bool,
) -> tuple[int | None, int | None]:
    """The roots at which the page before this one ends and the page after it begins."""
    if not roots:
        return None, None
    if place.part is not None:
        return roots[0].id, None
    if place.until is not None and place.start is None:
        return (roots[0].id if more else None), place.until
    first_after = overflow
    if first_after is None and more:
        in_order = sorted(
            (row for row in rows if row.root_id is None), key=_time_of, reverse=place.newest_first
        )
        first_after = in_order[len(roots)].id
    return (roots[0].id if prior else None), first_after
