"""A story that no reader has seen thrown away, brought back, and after a while removed for good.

The caller commits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update

from ..database import session
from ..models import (
    Banner,
    Byline,
    Comment,
    DeskNote,
    Editing,
    FrontSlot,
    MediaUse,
    OldSlug,
    PendingUpdate,
    Post,
    PostTag,
    PreviewLink,
    Redirect,
    Revision,
)
from .standing import Step, hold, require, touch

# For so long a story that was thrown away can be brought back.
KEPT = timedelta(days=30)
_AT_ONCE = 50
# Not every database takes what hangs on a row along with it. Notes are before the links by
# which they came.
_HANGS_ON_IT = (
    Byline, DeskNote, Editing, FrontSlot, MediaUse, OldSlug, PendingUpdate, PostTag, PreviewLink,
    Redirect, Revision,
)  # fmt: skip


def throw_away(post: Post, now: datetime) -> None:
    """Take a story from the desk that no reader has seen. Nothing of it is lost yet.

    Raises:
        CannotBeDone: readers see it, have seen it, or will by a time that is set.
    """
    hold(post)
    require(Step.THROW_AWAY, post, now)
    post.discarded_at = now
    touch(post, now)


def pick_up(post: Post, now: datetime) -> None:
    """Bring a story back that was thrown away, to where it stood.

    Raises:
        CannotBeDone: it was not thrown away.
    """
    hold(post)
    require(Step.PICK_UP, post, now)
    post.discarded_at = None
    touch(post, now)


def remove_discarded(blog: str, now: datetime) -> list[tuple[int, str]]:
    """Remove some stories for good in which nothing was done since they were thrown away.

    Returns:
        the number and headline of each.
    """
    limit = now - KEPT
    query = select(Post.id).where(Post.blog == blog, *_forgotten(limit))
    removed = []
    for number in session().scalars(query.order_by(Post.id).limit(_AT_ONCE)).all():
        post = session().get(Post, number)
        if post is None:
            continue
        hold(post)
        # Somebody may have brought it back, or written in it, before it was held.
        still = select(Post.title).where(Post.id == number, *_forgotten(limit))
        title = session().scalar(still)
        if title is not None:
            _remove(number)
            removed.append((number, title))
    return removed


def _forgotten(limit: datetime) -> tuple[Any, ...]:
    written = exists().where(Revision.post_id == Post.id, Revision.saved_at >= limit)
    answered = exists().where(Comment.post_id == Post.id)
    return Post.discarded_at < limit, ~written, ~answered


def _remove(number: int) -> None:
    for model in _HANGS_ON_IT:
        gone = delete(model).where(model.post_id == number)
        session().execute(gone.execution_options(synchronize_session=False))
    free = update(Banner).where(Banner.post_id == number).values(post_id=None)
    session().execute(free.execution_options(synchronize_session=False))
    story = delete(Post).where(Post.id == number)
    session().execute(story.execution_options(synchronize_session=False))
    session().expire_all()
