"""The steps that a reply takes until it is stored.

*open → signed in → parent → form → said before → pause → checks → the host → store*. Where it
was sent from is looked at before, by the view. Every refusal says why, so that the form
can be shown again with what was typed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..database import mend_session, row_number
from ..i18n import mark
from ..models import Comment, CommentState
from ..mount import Mount
from ..people import Person
from ..posts.queries import Story
from ..signals import comment_submitting
from ..text.markdown import render_comment
from . import actions, checks, queries, writers
from .actions import Openness, ParentGone, Reply
from .checks import CHECKS, Draft, Outcome, Verdict
from .forms import EMAIL_LENGTH, NAME_LENGTH, ReplyForm, one_line
from .origin import Origin
from .writers import Writer

_CLOSED = mark("Replies to this story are closed. Your text is below for you to copy.")
_SIGN_IN = mark("Please sign in to reply. Your text is below for you to copy.")
_TOO_FAST = mark("You are posting comments too quickly. Slow down.")
PARENT_GONE = mark(
    "The comment you were replying to is no longer there. You can post yours to the story instead."
)
_PLEASE_MEND = mark("Your comment has not been posted. Please check the following:")
_REFUSED_BEFORE = mark("You have already sent this comment, and it was not published.")

# What a writer who says something again is led to; else they are told, and keep their words.
_STANDING = (CommentState.HELD, CommentState.PUBLISHED)


@dataclass(frozen=True)
class Sent:
    """A reply as it arrived, and what is known of who sent it, and from where."""

    form: ReplyForm
    person: Person | None
    origin: Origin
    address: str | None
    agent: str


@dataclass(frozen=True)
class Refusal:
    """Why a reply was not taken; ``wait`` is in seconds, where waiting helps."""

    status: int
    problem: str
    parent: Comment | None = None
    wait: int = 0


@dataclass(frozen=True)
class Taken:
    """The comment that a reply became; ``duplicate`` says that it was one already."""

    comment: Comment
    duplicate: bool = False


def receive(mount: Mount, now: datetime, story: Story, sent: Sent) -> Taken | Refusal:
    """Take a reply through all its steps.

    Raises:
        IntegrityError: it was said at this very moment by somebody else, or what it
            hangs on went; the caller rolls back and tries once more.
    """
    form, settings = sent.form, mount.settings
    parent = parent_from(story, form.parent.data or "")
    match actions.openness(settings, story, signed_in=sent.person is not None):
        case Openness.OFF | Openness.CLOSED:
            return Refusal(403, _CLOSED)
        case Openness.SIGN_IN:
            return Refusal(403, _SIGN_IN, parent)
    if form.parent.data and parent is None:
        return Refusal(422, PARENT_GONE)
    if not form.validate():
        return Refusal(422, _PLEASE_MEND, parent)
    writer, text = _writer(mount, now, story, sent), form.comment.data or ""
    same = queries.find_same(
        writers.fingerprint_of(story.card.id, parent.id if parent else None, writer, text)
    )
    if same is not None:
        if same.state in _STANDING:
            return Taken(same, duplicate=True)
        return Refusal(422, _REFUSED_BEFORE, parent)
    if seconds := writers.seconds_to_wait(writer, settings.reply_pause_seconds, now):
        return Refusal(429, _TOO_FAST, parent, wait=seconds)
    return _look_and_store(mount, now, story, parent, writer, _draft(mount, sent, writer, text))


def _look_and_store(
    mount: Mount,
    now: datetime,
    story: Story,
    parent: Comment | None,
    writer: Writer,
    draft: Draft,
) -> Taken | Refusal:
    verdicts = checks.judge(draft, (*CHECKS, *mount.comment_checks))
    if not _objection(verdicts):
        verdicts += [("comment_submitting", v) for v in _ask_the_host(mount, story, draft)]
    if objection := _objection(verdicts):
        return Refusal(422, objection, parent)
    reply = Reply(
        blog=mount.blog,
        post_id=story.card.id,
        parent=parent,
        writer=writer,
        text=draft.text,
        html=draft.html,
        verdicts=verdicts,
    )
    try:
        return Taken(actions.post_comment(reply, now))
    except ParentGone:
        return Refusal(422, PARENT_GONE)


def _objection(verdicts: list[tuple[str, Verdict]]) -> str:
    return next((v.reason for _, v in verdicts if v.outcome is Outcome.REFUSE), "")


def parent_from(story: Story, given: str) -> Comment | None:
    """The comment of this story that readers see and may answer, by what a form says."""
    number = row_number(given)
    return queries.find_parent(story.card.id, number) if number is not None else None


def _ask_the_host(mount: Mount, story: Story, draft: Draft) -> list[Verdict]:
    """What receivers object; one that fails holds the reply, as a check that fails does."""
    if comment_submitting.is_muted:
        return []
    receivers = comment_submitting.receivers_for(mount.app)
    answers = [_ask_receiver(mount, receiver, story, draft) for receiver in receivers]
    return [answer for answer in answers if answer is not None]


def _ask_receiver(mount: Mount, receiver: Any, story: Story, draft: Draft) -> Verdict | None:
    try:
        answer = mount.app.ensure_sync(receiver)(
            mount.app, blog=mount.blog, post_id=story.card.id, draft=draft
        )
        verdict = answer if isinstance(answer, Verdict) else None
        if verdict is None and answer:
            verdict = Verdict(Outcome.REFUSE, str(answer))
    except Exception:
        # It must not cost a reader their words, as a check must not.
        return checks.failed(getattr(receiver, "__name__", type(receiver).__name__))
    mend_session()
    return verdict


def _writer(mount: Mount, now: datetime, story: Story, sent: Sent) -> Writer:
    form, person = sent.form, sent.person
    secret = hashlib.sha256(str(mount.app.secret_key).encode()).digest()
    digest, network = writers.digest_and_network(sent.address, secret, now.date().isoformat())
    agent = sent.agent.replace("\0", "")
    if person is not None:
        email = one_line(person.email)
        return Writer(
            name=one_line(person.name)[:NAME_LENGTH],
            email=email if len(email) <= EMAIL_LENGTH else "",
            website="",
            person_id=person.id,
            badge=writers.badge_of(story.card.id, person, mount.can),
            address_digest=digest,
            network=network,
            agent=agent,
        )
    return Writer(
        name=form.author.data or "",
        email=form.email.data or "",
        website=(form.url.data or "") if mount.settings.reply_website else "",
        person_id=None,
        badge="",
        address_digest=digest,
        network=network,
        agent=agent,
    )


def _draft(mount: Mount, sent: Sent, writer: Writer, text: str) -> Draft:
    took = sent.form.took.data or ""
    writing_time = None
    if took.isascii() and took.isdigit() and len(took) < 9:
        writing_time = timedelta(milliseconds=int(took))
    return Draft(
        text=text,
        html=render_comment(text),
        name=writer.name,
        email=writer.email,
        website=writer.website,
        proven=writer.person_id is not None,
        origin=sent.origin,
        honeypot=sent.form.subject.data or "",
        writing_time=writing_time,
        hold_guests=mount.settings.hold_guests,
        hold_links=mount.settings.hold_links,
    )
