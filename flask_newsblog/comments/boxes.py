"""Thread and reply form, made ready for their page."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from flask import current_app, url_for

from ..models import Comment
from ..mount import Mount
from ..people import Person
from ..posts.pages import StoryParts
from ..posts.queries import Story
from . import queries
from .actions import Openness, openness
from .forms import EMAIL_LENGTH, NAME_LENGTH, WEBSITE_LENGTH, ReplyForm, many_lines
from .pages import CommentView, Field, ReplyBox, StoryPage
from .queries import Place
from .thread import Shared, one_comment, thread_page


def story_page(
    mount: Mount,
    now: datetime,
    parts: StoryParts,
    place: Place,
    held: Comment | None = None,
    box: ReplyBox | None = None,
) -> StoryPage:
    """A story, one page of its thread, and the form, by default the one for everybody."""
    settings, card = mount.settings, parts.story.card
    box = box or reply_box(mount, now, parts.story)
    threads = queries.find_threads(card.id, place, settings.threads_per_page)
    takes_replies = openness(settings, parts.story, signed_in=True) is Openness.OPEN
    thread = thread_page(
        threads,
        place,
        card.comment_count,
        settings.thread_depth,
        settings.newest_replies_first,
        _shared(mount, now, box.story_url, f"{box.action}?to=" if takes_replies else ""),
        queries.as_row(held) if held is not None else None,
    )
    return StoryPage(
        **{field.name: getattr(parts, field.name) for field in fields(StoryParts)},
        thread=thread,
        reply=box,
    )


def reply_box(
    mount: Mount,
    now: datetime,
    story: Story,
    form: ReplyForm | None = None,
    parent: Comment | None = None,
    person: Person | None = None,
    problem: str = "",
) -> ReplyBox:
    """The form: blank, or with what was typed and what is wrong with it."""
    settings, words, card = mount.settings, mount.words, story.card
    state = openness(settings, story, signed_in=person is not None)
    errors = _errors(form)
    story_url = mount.post_url(card.slug, card.published_at)
    quoted = _quoted(mount, now, story_url, parent) if parent is not None else None
    strangers_wait = state is Openness.SIGN_IN or (state is Openness.OPEN and person is None)

    def field(name: str, most: int, required: bool) -> Field:
        value = str(form[name].data or "") if form is not None else ""
        focused = bool(errors) and errors[0][0] == name
        return Field(value, dict(errors).get(name, ""), required, most, focused)

    return ReplyBox(
        state=state,
        action=mount.url("reply", post_id=card.id),
        comment=field("comment", settings.reply_length, True),
        author=field("author", NAME_LENGTH, settings.reply_needs_name_and_email),
        email=field("email", EMAIL_LENGTH, settings.reply_needs_name_and_email),
        url=field("url", WEBSITE_LENGTH, False),
        remember=form is not None and bool(form.remember.data),
        honeypot=str(form.subject.data or "") if form is not None else "",
        took=many_lines(form.took.data) if form is not None else "",
        asks_website=settings.reply_website,
        heading=quoted.reply_label if quoted is not None else words.t("Leave a Reply"),
        parent=quoted,
        story_url=story_url,
        signed_in=(person.name.strip() or words.t("Anonymous")) if person else "",
        problem=words.t(problem) if problem else "",
        errors=errors,
        sign_in_url=_sign_in_url(mount, story, parent) if strangers_wait else "",
        kept="" if form is None or state is Openness.OPEN else form.comment.data or "",
    )


def _errors(form: ReplyForm | None) -> tuple[tuple[str, str], ...]:
    """Names of fields and the first thing that is wrong with each, in the order of the form."""
    if form is None:
        return ()
    names = ("comment", "author", "email", "url")
    return tuple((name, str(form[name].errors[0])) for name in names if form[name].errors)


def _quoted(mount: Mount, now: datetime, story_url: str, parent: Comment) -> CommentView:
    return one_comment(queries.as_row(parent), _shared(mount, now, story_url, ""))


def _shared(mount: Mount, now: datetime, story_url: str, reply_url: str) -> Shared:
    words = mount.words
    return Shared(
        words=words,
        now=now,
        story_url=story_url,
        comment_url=mount.url("comment", comment_id=0).removesuffix("0"),
        reply_url=reply_url,
        anonymous=words.t("Anonymous"),
        reply_to=words.t("Reply to %(name)s"),
    )


def _sign_in_url(mount: Mount, story: Story, parent: Comment | None) -> str:
    endpoint = mount.settings.login_endpoint
    if not endpoint or endpoint not in current_app.view_functions:
        return ""
    to = parent.id if parent is not None else None
    return url_for(endpoint, next=mount.url("reply", post_id=story.card.id, to=to))
