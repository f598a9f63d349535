"""What the desk looks up of comments beside its queue: how many there are, all about one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import select

from ..comments.moderation import Verb
from ..comments.queries import verdicts_on
from ..comments.queue import BEGINNING, REPORTED, QueueRow
from ..database import session
from ..models import Comment, CommentChange, CommentState, Post, Report
from .places import STATES

Found: TypeAlias = "sa.Row[*tuple[Any, ...]]"

# To count millions for a tab takes seconds, and nobody works off more in a day.
COUNTED = 10_000
_LISTED = 50
_OF_COMMENT = (
    "id", "blog", "post_id", "parent_id", "state", "author_name", "author_email", "author_url",
    "person_id", "badge", "proof", "network", "picked", "rejection", "reviewed_at", "created_at",
    "edited_at", "body", "body_html",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done in one go: with so many comments.

    Of what takes another batch back, ``kept`` were changed again since, and are as they were.
    ``undone`` says that all of it was taken back.
    """

    verb: str
    count: int
    kept: int
    undone: bool


def counts_of(blogs: Collection[str], states: Sequence[str] = STATES) -> dict[str, int]:
    """How many comments of these blogs are in each state, or reported; :data:`COUNTED` of a blog
    may also be more. One statement.
    """
    parts = []
    for blog in sorted(blogs):
        for state in states:
            some = _in_state(blog, state).limit(COUNTED).subquery()
            number = select(sa.func.count()).select_from(some).scalar_subquery()
            parts.append(select(sa.literal(state).label("state"), number.label("number")))
    counts = dict.fromkeys(states, 0)
    if parts:
        for state, number in session().execute(sa.union_all(*parts)):
            counts[state] += number
    return counts


def find_row(blogs: Collection[str], comment_id: int) -> QueueRow | None:
    """A comment of these blogs as the queue has it, whatever its state."""
    comment = session().get(Comment, comment_id)
    if comment is None or comment.blog not in blogs:
        return None
    post = session().get(Post, comment.post_id)
    parent = session().get(Comment, comment.parent_id) if comment.parent_id else None
    assert post is not None  # a foreign key says so
    still_open = sa.and_(Report.comment_id == comment_id, Report.closed_at.is_(None))
    return QueueRow(
        **{name: getattr(comment, name) for name in _OF_COMMENT},
        pinned=post.pinned_comment_id == comment_id,
        title=post.title,
        slug=post.slug,
        post_state=post.state,
        published_at=post.published_at,
        embargo_until=post.embargo_until,
        parent_name=parent.author_name if parent else None,
        parent_state=parent.state if parent else None,
        parent_html=parent.body_html[:BEGINNING] if parent else None,
        reports=session().scalar(select(sa.func.count()).where(still_open)) or 0,
        reasons=tuple(verdicts_on([comment_id]).get(comment_id, ())),
    )


def replies_to(comment_id: int) -> Sequence[Found]:
    """What answers a comment, whatever its state, oldest first and in short."""
    return (
        session()
        .execute(
            select(
                Comment.id, Comment.author_name, sa.func.substr(Comment.body_html, 1, BEGINNING),
                Comment.state, Comment.created_at,
            )
            .where(Comment.parent_id == comment_id)
            .order_by(Comment.created_at, Comment.id)
            .limit(_LISTED)
        )
        .all()
    )  # fmt: skip


def reports_on(comment_id: int) -> Sequence[Found]:
    """What readers reported of a comment, newest first."""
    return (
        session()
        .execute(
            select(Report.reason, Report.text, Report.created_at, Report.closed_at)
            .where(Report.comment_id == comment_id)
            .order_by(Report.created_at.desc(), Report.id.desc())
            .limit(_LISTED)
        )
        .all()
    )


def find_batch(blogs: Collection[str], batch: str) -> Batch | None:
    """What was done under this number in these blogs, if anything was. One or two statements."""
    # PostgreSQL refuses NUL in text.
    if not batch.isalnum():
        return None
    rows = (
        session()
        .execute(
            select(
                CommentChange.verb, CommentChange.undoes, CommentChange.comment_id,
                CommentChange.undone_at,
            )
            .where(CommentChange.batch == batch, CommentChange.blog.in_(blogs))
            .order_by(CommentChange.id)
        )
        .all()
    )  # fmt: skip
    if not rows:
        return None
    kept = 0
    if undoes := rows[0].undoes:
        ids = sa.func.count(sa.distinct(CommentChange.comment_id))
        left = CommentChange.undone_at.is_(None), CommentChange.batch == undoes
        kept = session().scalar(select(ids).where(*left)) or 0
    verb = rows[0].verb
    # To pin one unpins another, which is not what was chosen.
    count = 1 if verb == Verb.PIN else len({row.comment_id for row in rows})
    return Batch(verb, count, kept, all(row.undone_at for row in rows))


def _in_state(blog: str, state: str) -> Any:
    if state == REPORTED:
        return (
            select(Report.comment_id)
            .distinct()
            .where(Report.blog == blog, Report.closed_at.is_(None), Report.comment_id.is_not(None))
        )
    return select(Comment.id).where(Comment.blog == blog, Comment.state == CommentState(state))
