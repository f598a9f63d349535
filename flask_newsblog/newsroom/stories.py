"""A story of the desk: found for the person here, and named as its pages have it on top."""

from __future__ import annotations

from datetime import datetime

from flask import abort

from ..database import session
from ..i18n import mark
from ..models import Post, PostState
from ..mount import Mount, this_blog
from ..posts import revisions
from ..posts.actions import is_scheduled
from ..posts.opening import post_number
from .access import may_change, may_see
from .media_pages import LeadChoice
from .story_pages import StoryHead

STATE_NAMES = {
    "draft": mark("Draft"),
    "in-review": mark("In review"),
    "scheduled": mark("Scheduled"),
    "published": mark("Published"),
    "withdrawn": mark("Withdrawn"),
    "discarded": mark("Thrown away"),
}


def story_here(post_id: int, now: datetime) -> Post:
    """A story of this blog that the person here may see: 404 without one, 403 without the right."""
    post = session().get(Post, post_id)
    if post is None or post.blog != this_blog().blog:
        abort(404)
    if not may_see(post, now):
        abort(403)
    return post


def story_to_change(post_id: int, now: datetime) -> Post:
    """A story of this blog that the person here may write in."""
    post = story_here(post_id, now)
    if not may_change(post):
        abort(403)
    return post


def story_for(mount: Mount, now: datetime, number: str | None) -> LeadChoice | None:
    """The story that a picture is looked for, by the number in an address; 404 without one."""
    if not number:
        return None
    post = story_to_change(post_number(number), now)
    url, lead = mount.url("edit_post", post_id=post.id), revisions.saved_in(post)[1].lead_image
    return LeadChoice(post.id, post.title, url, lead)


def state_of(post: Post, now: datetime) -> str:
    """Where a story stands, as the desk says it: a state, ``scheduled`` or ``discarded``."""
    if post.discarded_at is not None:
        return "discarded"
    return "scheduled" if is_scheduled(post, now) else post.state


def story_head(mount: Mount, post: Post, now: datetime) -> StoryHead:
    """What the pages of one story have on top."""
    state = state_of(post, now)
    out = state == PostState.PUBLISHED and post.published_at is not None
    return StoryHead(
        id=post.id,
        title=post.title,
        state=state,
        state_name=mount.words.t(STATE_NAMES[state]),
        published_at=post.published_at,
        url=mount.post_url(post.slug, post.published_at) if out and post.published_at else "",
        unshown=post.saved_revision != post.shown_revision,
        may_change=may_change(post),
    )
