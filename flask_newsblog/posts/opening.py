"""A story found by its address, and what hangs on it: what pages of stories begin with."""

from __future__ import annotations

from datetime import datetime

from flask import abort
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from ..database import row_number
from ..mount import Mount, this_blog
from . import queries
from .pages import StoryParts
from .queries import Frame, Story


def open_blog() -> tuple[Mount, datetime, Frame]:
    """The blog of this request, the moment, and what every page needs. One statement."""
    mount = this_blog()
    now = mount.now()
    return mount, now, queries.load_frame(mount.blog, now)


def open_story(mount: Mount, now: datetime, slug: str, day: dict[str, int]) -> Story | BaseResponse:
    """A story by its address; one that it once had, or that names another day, leads to it."""
    story = queries.find_story(mount.blog, key_of(slug), now)
    if story is None:
        moved = queries.find_moved(mount.blog, slug, now)
        if moved is None:
            abort(404)
        return mount.moved(mount.post_url(moved.slug, moved.published_at))
    card = story.card
    local = card.published_at.astimezone(mount.settings.zone)
    if slug != card.slug or any(getattr(local, part) != value for part, value in day.items()):
        return mount.moved(mount.post_url(card.slug, card.published_at))
    return story


def gather(mount: Mount, now: datetime, story: Story) -> StoryParts:
    """A story with what hangs on it. Two statements."""
    card = story.card
    attached = queries.find_attached(card.id)
    return StoryParts(
        story=story,
        body=Markup(story.body_html),  # noqa: S704  rendered and cleaned by text/ on save
        authors=attached.authors,
        tags=attached.tags,
        corrections=attached.corrections,
        nearby=queries.find_nearby(mount.blog, card, attached.tags, now),
    )


def post_number(text: str) -> int:
    """The number in an address's argument; anything else is an address that leads nowhere."""
    number = row_number(text)
    if number is None:
        abort(404)
    return number


def key_of(slug: str) -> str:
    # PostgreSQL refuses NUL in text, and no slug has one.
    if "\0" in slug:
        abort(404)
    return slug
