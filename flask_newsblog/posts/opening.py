"""A story found by its address, and what hangs on it: what pages of stories begin with."""

from __future__ import annotations

from datetime import datetime

from flask import abort
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from ..context import render_error
from ..database import begin_anew, row_number
from ..i18n import mark
from ..media.placing import pictures_in
from ..models import Post, PostState
from ..mount import Mount, this_blog
from ..text.markdown import render_post
from . import queries
from .due import apply_overdue
from .pages import ErrorPage, StoryParts
from .queries import Frame, Story
from .written import Written

_WITHDRAWN = mark("This story has been withdrawn")
_NO_NOTICE = mark("It is no longer available.")


def open_blog() -> tuple[Mount, datetime, Frame]:
    """The blog of this request, the moment, and what every page needs. One statement.

    An update whose time has come is put before the readers first.
    """
    mount = this_blog()
    now = mount.now()
    frame = queries.load_frame(mount.blog, now)
    if frame.overdue:
        # What was read so far is over: it would lock some databases, and hide from others
        # what is changed now.
        begin_anew()
        apply_overdue(mount, now)
        frame = queries.load_frame(mount.blog, now)
    return mount, now, frame


def open_story(mount: Mount, now: datetime, slug: str, day: dict[str, int]) -> Story | BaseResponse:
    """A story by its address; one that it once had, or that names another day, leads to it."""
    story = queries.find_story(mount.blog, key_of(slug), now)
    if story is None:
        moved = queries.find_moved(mount.blog, slug, now)
        if moved is None:
            abort(404)
        if moved.state == PostState.WITHDRAWN:
            return _withdrawn(mount, now, moved.withdrawal)
        return mount.moved(mount.post_url(moved.slug, moved.published_at))
    card = story.card
    local = card.published_at.astimezone(mount.settings.zone)
    if slug != card.slug or any(getattr(local, part) != value for part, value in day.items()):
        return mount.moved(mount.post_url(card.slug, card.published_at))
    return story


def _withdrawn(mount: Mount, now: datetime, notice: str) -> BaseResponse:
    """What readers find at the address of a story that was taken from them, without its words."""
    words = mount.words
    page = ErrorPage(410, words.t(_WITHDRAWN), notice or words.t(_NO_NOTICE))
    return render_error(410, page, queries.load_frame(mount.blog, now), now)


def gather(mount: Mount, now: datetime, story: Story) -> StoryParts:
    """A story with what hangs on it. Two statements."""
    card = story.card
    settings = mount.settings
    attached = queries.find_attached(card.id, now if settings.show_changes else None)
    return StoryParts(
        story=story,
        body=Markup(story.body_html),  # noqa: S704  rendered and cleaned by text/ on save
        authors=attached.authors,
        tags=attached.tags,
        corrections=attached.corrections,
        nearby=queries.find_nearby(mount.blog, card, attached.tags, now),
        corrections_on_top=settings.corrections_place == "top",
        changed=attached.changed,
    )


def body_of(post: Post, written: Written) -> Markup:
    """The newest saved words of a story, as readers will see them.

    Raises:
        TextTooLong: they cannot be shown as one story, and the desk was told so.
    """
    if post.saved_revision == post.shown_revision:
        return shown_body(post)
    return render_post(written.body, pictures=pictures_in(post.blog, written.body))


def shown_body(post: Post) -> Markup:
    """The words of a story as its row has them: those that readers see, or would."""
    return Markup(post.body_html)  # noqa: S704  rendered and cleaned by text/ on save


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
