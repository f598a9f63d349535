"""Thread and reply form, made ready for their page."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import current_app, url_for

from ..context import Mount
from ..models import Comment
from ..people import Person
from ..posts.pages import StoryParts
from ..posts.queries import Story
from . import queries
from .forms import EMAIL_LENGTH, NAME_LENGTH, WEBSITE_LENGTH, ReplyForm
from .pages import CommentView, Field, ReplyBox, StoryPage, Thread
from .queries import Place
from .thread import in_order


def story_page(
    mount: Mount,
    parts: StoryParts,
    place: Place,
    held: Comment | None = None,
    box: ReplyBox | None = None,
) -> StoryPage:
    """A story, one page of its thread, and the form, by default the one for everybody."""
    if box is None:
        form = ReplyForm(None, mount.settings, mount.words, known=False)
        box = reply_box(mount, parts.story, form, None, None)
    return StoryPage(
        **{field.name: getattr(parts, field.name) for field in fields(StoryParts)},
        thread=_thread(mount, parts.story, place, held),
        reply=box,
    )


def reply_box(
    mount: Mount,
    found: Story,
    form: ReplyForm,
    parent: Comment | None,
    person: Person | None,
    problem: str = "",
) -> ReplyBox:
    """The form with what was typed, and what is wrong with it."""
    settings, words = mount.settings, mount.words
    open = takes_replies(mount, found)
    invited = open and (person is not None or not settings.reply_needs_sign_in)
    names = ("comment", "author", "email", "url")
    errors = tuple((name, str(form[name].errors[0])) for name in names if form[name].errors)

    def field(name: str, length: int, needed: bool) -> Field:
        value: Any = form[name].data
        return Field(value or "", dict(errors).get(name, ""), needed, length)

    required = settings.reply_needs_name_and_email
    quoted = _quoted(mount, parent) if parent is not None else None
    heading = words.t("Leave a Reply")
    if quoted is not None:
        heading = words.t("Reply to %(name)s", name=quoted.name or words.t("Anonymous"))
    return ReplyBox(
        open=invited,
        action=mount.url("reply", post_id=found.card.id),
        comment=field("comment", settings.reply_length, True),
        author=field("author", NAME_LENGTH, required),
        email=field("email", EMAIL_LENGTH, required),
        url=field("url", WEBSITE_LENGTH, False),
        remember=bool(form.remember.data),
        website=settings.reply_website,
        heading=heading,
        parent=quoted,
        cancel=mount.post_url(found.card.slug, found.card.published_at),
        signed_in=(person.name.strip() or words.t("Anonymous")) if person else "",
        problem=words.t(problem) if problem else "",
        errors=errors,
        sign_in_url=_sign_in_url(mount, found) if open and person is None else "",
        kept="" if invited else (form.comment.data or ""),
    )


def takes_replies(mount: Mount, found: Story) -> bool:
    """Whether a story may be replied to at all."""
    return mount.settings.replies and found.replies_open


def _quoted(mount: Mount, parent: Comment) -> CommentView:
    row = queries.Threads((queries.as_row(parent),), (), None, None, None)
    return in_order(row, 1, mount.words.t("Anonymous"))[0]


def _sign_in_url(mount: Mount, found: Story) -> str:
    endpoint = mount.settings.login_endpoint
    if not endpoint or endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, next=mount.url("reply", post_id=found.card.id))


def _thread(mount: Mount, found: Story, place: Place, held: Comment | None) -> Thread:
    settings, card = mount.settings, found.card
    threads = queries.find_threads(card.id, place, settings.threads_per_page)
    order = None
    if place.newest_first != settings.newest_replies_first:
        order = "newest" if place.newest_first else "oldest"

    def address(**values: Any) -> str:
        return mount.post_url(card.slug, card.published_at, _anchor="comments", **values)

    more = earlier = later = ""
    if threads.cut is not None:
        root, part = threads.cut
        more = address(replies=root, part=part, order=order)
    if place.part is not None:
        # Before a part of a thread comes its beginning.
        earlier = address(replies=place.start, order=order)
    elif threads.earlier:
        earlier = address(until=threads.earlier, order=order)
    if threads.later:
        later = address(replies=threads.later, order=order)
    waiting_row = queries.as_row(held) if held is not None else None
    return Thread(
        comments=in_order(threads, settings.thread_depth, mount.words.t("Anonymous"), waiting_row),
        count=card.comment_count,
        earlier=earlier,
        later=later,
        more=more,
        other_order=address(order="oldest" if place.newest_first else "newest"),
        newest_first=place.newest_first,
        comment_url=mount.url("comment", comment_id=0).removesuffix("0"),
        reply_url=(
            f"{mount.url('reply', post_id=card.id)}?to=" if takes_replies(mount, found) else ""
        ),
    )
