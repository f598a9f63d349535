"""When the desk means to have a story: written down beside it, and publishing nothing."""

from __future__ import annotations

from datetime import datetime

from ..models import Post, PostState
from .actions import AlreadyPublished


def plan(post: Post, at: datetime | None, now: datetime) -> None:
    """Write down when the desk means to have a story, or with ``None`` that nobody says.

    Raises:
        AlreadyPublished: it is published, be it for a time to come, and has its time.
    """
    if at is not None and post.state == PostState.PUBLISHED:
        raise AlreadyPublished(f"The story “{post.title}” is published and has its time already.")
    post.planned_at = at
    post.changed_at = now
