"""What there is to tell in a mail, looked up when it is sent: no more than is true by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import func, select

from ..database import session
from ..models import Comment, CommentChange, CommentState, Post, Subscription
from ..posts.statements import visible

Found: TypeAlias = "sa.Row[*tuple[Any, ...]]"

# So many comments stand in one mail; of the others there is the number.
LISTED = 20

_COLUMNS = (
    Comment.id, Comment.state, Comment.author_name, Comment.author_email, Comment.person_id,
    Comment.reviewed_at, Comment.created_at, Comment.body, Comment.body_html, Post.title,
    Post.slug, Post.published_at,
)  # fmt: skip


def comment_before_readers(blog: str, comment_id: int, now: datetime) -> Found | None:
    """A comment, in whatever state, under a story that readers see."""
    query = select(*_COLUMNS).join(Post, Post.id == Comment.post_id)
    return (
        session().execute(query.where(Comment.id == comment_id, visible(blog, now))).one_or_none()
    )


def is_published(blog: str, comment_id: int) -> bool:
    """Whether a comment is published, whether readers see its story or not."""
    query = select(Comment.id).where(
        Comment.blog == blog, Comment.id == comment_id, Comment.state == CommentState.PUBLISHED
    )
    return session().scalar(query) is not None


def replies(blog: str, data: dict[str, Any], now: datetime) -> Sequence[Found]:
    """The replies of a mail that are published, to comments whose writers still want mail."""
    wanted = select(Subscription.comment_id).where(
        Subscription.id.in_(data["subscriptions"]),
        Subscription.confirmed_at.is_not(None),
        Subscription.ended_at.is_(None),
    )
    return (
        session()
        .execute(
            select(*_COLUMNS)
            .join(Post, Post.id == Comment.post_id)
            .where(
                Comment.id.in_(data["ids"]),
                Comment.parent_id.in_(wanted),
                Comment.state == CommentState.PUBLISHED,
                visible(blog, now),
            )
            .order_by(Comment.id)
        )
        .all()
    )


def held_ids(blog: str) -> list[int]:
    """The comments that wait, the newest first, as many as a mail lists."""
    query = select(Comment.id).where(Comment.blog == blog, Comment.state == CommentState.HELD)
    newest_first = query.order_by(Comment.created_at.desc(), Comment.id.desc())
    return list(session().scalars(newest_first.limit(LISTED)))


def held(blog: str, ids: Sequence[int]) -> tuple[Sequence[Found], int]:
    """Those of these comments that still wait, the newest first, and how many wait in all."""
    waiting = (Comment.blog == blog, Comment.state == CommentState.HELD)
    rows = session().execute(
        select(*_COLUMNS)
        .join(Post, Post.id == Comment.post_id)
        .where(*waiting, Comment.id.in_(ids))
        .order_by(Comment.created_at.desc(), Comment.id.desc())
    )
    return rows.all(), session().scalar(select(func.count()).where(*waiting)) or 0


def latest_changes(ids: Sequence[int]) -> dict[int, int]:
    """The latest change of each of these comments that had any."""
    rows = session().execute(
        select(CommentChange.comment_id, func.max(CommentChange.id))
        .where(CommentChange.comment_id.in_(ids))
        .group_by(CommentChange.comment_id)
    )
    return {row.comment_id: row[1] for row in rows}
