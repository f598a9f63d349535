"""What lies on the moderators' desk: comments in one state, or reported, with what decides them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from ..database import session
from ..models import Comment, CommentState, Post, Report
from .queries import verdicts_on
from .search import has_words

REPORTED = "reported"
# So many characters of what a comment answers are shown with it.
BEGINNING = 640
# A search looks through so many comments from the edge of the page on: no index helps it.
LOOKED_THROUGH = 20_000


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A comment as moderators see it, its story, and what it answers.

    ``reasons`` are outcomes and reasons as the checks gave them, ``reports`` how many reports
    of it are open. ``parent_html`` is how the parent begins, ``published_at`` the
    story's moment.
    """

    id: int
    blog: str
    post_id: int
    parent_id: int | None
    state: str
    author_name: str
    author_email: str
    author_url: str
    person_id: str | None
    badge: str
    proof: str
    network: str | None
    picked: bool
    pinned: bool
    rejection: str
    reviewed_at: datetime | None
    created_at: datetime
    edited_at: datetime | None
    title: str
    slug: str
    post_state: str
    published_at: datetime | None
    embargo_until: datetime | None
    parent_name: str | None
    parent_state: str | None
    parent_html: str | None
    body: str
    body_html: str
    reports: int = 0
    reasons: tuple[tuple[str, str], ...] = ()


def find_queue(
    blogs: Collection[str],
    state: str,
    search: str = "",
    limit: int = 50,
    beyond: int | None = None,
) -> Sequence[QueueRow]:
    """The comments of these blogs in a state, or those with open reports (:data:`REPORTED`).

    What waits longest comes first of what is held, and the newest of all else. ``beyond`` is
    the last comment of the page before.
    """
    if not blogs:
        return []
    oldest_first = state == CommentState.HELD
    # Blog by blog, each in the order of its index; of all together, all would be sorted.
    parts = [
        _wanted(_places(blog, state, beyond, oldest_first), search, oldest_first).limit(limit)
        for blog in sorted(set(blogs))
    ]
    ids = sa.union_all(*(select(part.subquery()) for part in parts)).subquery()
    rows = session().execute(_rows(ids, oldest_first).limit(limit)).all()
    if not rows:
        return []
    ids_found = [row.id for row in rows]
    verdicts, reports = verdicts_on(ids_found), _open_reports(ids_found)
    return [
        QueueRow(*(*row, reports.get(row.id, 0), tuple(verdicts.get(row.id, ())))) for row in rows
    ]


def _wanted(ids: Any, search: str, oldest_first: bool) -> Any:
    if not search.split():
        return ids
    looked_through = ids.limit(LOOKED_THROUGH).subquery()
    return (
        select(Comment.id)
        .join(looked_through, looked_through.c.id == Comment.id)
        .where(has_words(search, session().get_bind(Comment).dialect.name))
        .order_by(*_order(oldest_first))
    )


def _places(blog: str, state: str, beyond: int | None, oldest_first: bool) -> Any:
    query = select(Comment.id).where(Comment.blog == blog)
    if state == REPORTED:
        reported = select(Report.comment_id).where(
            Report.blog == blog, Report.closed_at.is_(None), Report.comment_id.is_not(None)
        )
        query = query.where(Comment.id.in_(reported))
    else:
        query = query.where(Comment.state == state)
    if beyond is not None:
        at = select(Comment.created_at).where(Comment.id == beyond).scalar_subquery()
        when, own = Comment.created_at, Comment.id
        if oldest_first:
            query = query.where(and_(when >= at, or_(when > at, own > beyond)))
        else:
            query = query.where(and_(when <= at, or_(when < at, own < beyond)))
    return query.order_by(*_order(oldest_first))


def _order(oldest_first: bool) -> tuple[Any, Any]:
    when, own = Comment.created_at, Comment.id
    return (when.asc(), own.asc()) if oldest_first else (when.desc(), own.desc())


def _rows(ids: Any, oldest_first: bool) -> Any:
    parent = aliased(Comment)
    return (
        select(
            Comment.id, Comment.blog, Comment.post_id, Comment.parent_id, Comment.state,
            Comment.author_name, Comment.author_email, Comment.author_url, Comment.person_id,
            Comment.badge, Comment.proof, Comment.network, Comment.picked,
            sa.func.coalesce(Post.pinned_comment_id == Comment.id, sa.false()),
            Comment.rejection, Comment.reviewed_at, Comment.created_at, Comment.edited_at,
            Post.title, Post.slug, Post.state, Post.published_at, Post.embargo_until,
            parent.author_name, parent.state, sa.func.substr(parent.body_html, 1, BEGINNING),
            Comment.body, Comment.body_html,
        )
        .select_from(ids)
        .join(Comment, Comment.id == ids.c.id)
        .join(Post, Post.id == Comment.post_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .order_by(*_order(oldest_first))
    )  # fmt: skip


def _open_reports(ids: Sequence[int]) -> dict[int, int]:
    counted = (
        select(Report.comment_id, sa.func.count())
        .where(Report.comment_id.in_(ids), Report.closed_at.is_(None))
        .group_by(Report.comment_id)
    )
    return {comment_id or 0: number for comment_id, number in session().execute(counted)}
