"""Thread and reply form, made ready for their page."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from flask import current_app, url_for

from ..models import Comment, CommentState
from ..mount import Mount
from ..people import Person
from ..posts.pages import StoryParts
from ..posts.queries import Story
from ..text.typed import many_lines
from . import queries
from .actions import Openness, openness
from .forms import EMAIL_LENGTH, NAME_LENGTH, WEBSITE_LENGTH, ReplyForm
from .pages import CommentView, Field, ReplyBox, StoryPage
from .queries import Place, ThreadRow, Threads
from .thread import VISITS_KEPT, Shared, one_comment, thread_page


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
    takes_replies = openness(settings, parts.story, now, signed_in=True) is Openness.OPEN
    thread = thread_page(
        threads,
        place,
        card.comment_count,
        settings.thread_depth,
        settings.newest_replies_first,
        _shared(mount, now, box.story_url, f"{box.action}?to=" if takes_replies else ""),
        queries.as_row(held) if held is not None else None,
        _pinned(parts.story, place, threads),
    )
    return StoryPage(
        **{field.name: getattr(parts, field.name) for field in fields(StoryParts)},
        thread=thread,
        reply=box,
    )


def _pinned(story: Story, place: Place, threads: Threads) -> ThreadRow | None:
    """What the desk has pinned above the threads: on the page already, or one statement more."""
    number = story.pinned_comment_id
    if number is None or not place.first:
        return None
    here = (row for row in (*threads.roots, *threads.replies) if row.id == number)
    found = next(here, None) or queries.find_pinned(story.card.id, number)
    return found if found and found.state == CommentState.PUBLISHED else None


def reply_box(
    mount: Mount,
    now: datetime,
    story: Story,
    form: ReplyForm | None = None,
    parent: Comment | None = None,
    person: Person | None = None,
    problem: str = "",
    nudged: str = "",
) -> ReplyBox:
    """The form: blank, or with what was typed and what is wrong with it.

    ``nudged`` marks the text of which the problem tells what would hold it.
    """
    settings, words, card = mount.settings, mount.words, story.card
    state = openness(settings, story, now, signed_in=person is not None)
    errors = _errors(form)
    story_url = mount.post_url(card.slug, card.published_at)
    quoted = quoted_comment(mount, now, story_url, parent) if parent is not None else None
    strangers_wait = state is Openness.SIGN_IN or (state is Openness.OPEN and person is None)

    def field(name: str, most: int, required: bool) -> Field:
        value = str(form[name].data or "") if form is not None else ""
        focused = bool(errors) and errors[0][0] == name
        return Field(value, dict(errors).get(name, ""), required, most, focused)

    return ReplyBox(
        state=state,
        action=mount.url("reply", post_id=card.id),
        challenge_url=mount.url("challenge", post_id=card.id),
        comment=field("comment", settings.reply_length, True),
        author=field("author", NAME_LENGTH, settings.reply_needs_name_and_email),
        email=field("email", EMAIL_LENGTH, settings.reply_needs_name_and_email),
        url=field("url", WEBSITE_LENGTH, False),
        **_kept(form, nudged),
        asks_website=settings.reply_website,
        asks_remember=settings.reply_remember,
        asks_subscribe=bool(settings.mail_from) and (person is None or bool(person.email)),
        heading=quoted.reply_label if quoted is not None else words.t("Leave a Reply"),
        parent=quoted,
        story_url=story_url,
        signed_in=(person.name.strip() or words.t("Anonymous")) if person else "",
        problem=words.t(problem) if problem else "",
        errors=errors,
        sign_in_url=_sign_in_url(mount, story, parent) if strangers_wait else "",
        kept="" if form is None or state is Openness.OPEN else form.comment.data or "",
    )


def _kept(form: ReplyForm | None, nudged: str) -> dict[str, Any]:
    """What stands in the form beside what people type."""
    if form is None:
        return {"remember": False, "subscribe": False, "honeypot": "", "took": "", "nudged": ""}
    return {
        "remember": bool(form.remember.data),
        "subscribe": bool(form.subscribe.data),
        "honeypot": str(form.subject.data or ""),
        "took": many_lines(form.took.data),
        "nudged": nudged or many_lines(form.nudged.data),
    }


def _errors(form: ReplyForm | None) -> tuple[tuple[str, str], ...]:
    """Names of fields and the first thing that is wrong with each, in the order of the form."""
    if form is None:
        return ()
    names = ("comment", "author", "email", "url")
    return tuple((name, str(form[name].errors[0])) for name in names if form[name].errors)


def quoted_comment(mount: Mount, now: datetime, story_url: str, comment: Comment) -> CommentView:
    """A comment by itself, above the form that answers or reports it."""
    return one_comment(queries.as_row(comment), _shared(mount, now, story_url, ""))


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
        report=words.t("Report the comment by %(name)s"),
        lately=now - VISITS_KEPT,
    )


def _sign_in_url(mount: Mount, story: Story, parent: Comment | None) -> str:
    endpoint = mount.settings.login_endpoint
    if not endpoint or endpoint not in current_app.view_functions:
        return ""
    to = parent.id if parent is not None else None
    return url_for(endpoint, next=mount.url("reply", post_id=story.card.id, to=to))
