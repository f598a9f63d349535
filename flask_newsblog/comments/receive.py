"""A reply on its way in: *limits → form → duplicate → pause → checks → store*.

Where it was sent from is looked at before, by the view. Every refusal says why, so that
the form can be shown again with what was typed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..context import Mount
from ..i18n import mark
from ..models import Comment, CommentState
from ..people import Action, Person
from ..posts.queries import Story
from ..signals import comment_submitting
from ..text.markdown import render_comment
from . import actions, queries
from .actions import ParentGone, Writer
from .boxes import takes_replies
from .checks import CHECKS, Draft, Outcome, judge
from .forms import EMAIL_LENGTH, NAME_LENGTH, ReplyForm, one_line
from .origin import Origin

_CLOSED = mark("Replies to this story are closed. What you wrote is kept below for you to copy.")
_SIGN_IN = mark("Only people who are signed in may reply. What you wrote is kept below.")
_TOO_FAST = mark("You are posting comments too quickly. Slow down.")
_PARENT_GONE = mark(
    "The comment that you were answering is not there any more. You can post this to the"
    " story instead."
)
_PLEASE_MEND = mark("Your comment was not posted yet. Please look at this:")
_REFUSED_BEFORE = mark("You said this before, and it was not published. Please say it differently.")

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
    """The comment that a reply became; ``again`` says that it was one already."""

    comment: Comment
    again: bool = False


def receive(mount: Mount, now: datetime, found: Story, sent: Sent) -> Taken | Refusal:
    """Take a reply through all its steps.

    Raises:
        IntegrityError: it was said at this very moment by somebody else, or what it
            hangs on went; the caller rolls back and tries once more.
    """
    form, settings = sent.form, mount.settings
    parent = find_parent(found, form.parent.data or "")
    if not takes_replies(mount, found):
        return Refusal(403, _CLOSED)
    if settings.reply_needs_sign_in and sent.person is None:
        return Refusal(403, _SIGN_IN, parent)
    if form.parent.data and parent is None:
        return Refusal(422, _PARENT_GONE)
    if not form.validate():
        return Refusal(422, _PLEASE_MEND, parent)
    writer, text = _writer(mount, now, found, sent), form.comment.data or ""
    said = queries.find_said(
        actions.said_digest(found.card.id, parent.id if parent else None, writer, text)
    )
    if said is not None:
        if said.state in _STANDING:
            return Taken(said, again=True)
        return Refusal(422, _REFUSED_BEFORE, parent)
    if seconds := actions.seconds_to_wait(writer, settings.reply_pause_seconds, now):
        return Refusal(429, _TOO_FAST, parent, wait=seconds)
    draft = _draft(mount, sent, writer, text)
    verdicts = judge(draft, (*CHECKS, *mount.comment_checks))
    objection = next((v.reason for _, v in verdicts if v.outcome is Outcome.REFUSE), "")
    if objection := objection or _ask_the_host(mount, found, draft):
        return Refusal(422, objection, parent)
    try:
        stored = actions.post_comment(
            found.card.id, mount.blog, parent, writer, text, draft.html, verdicts, now
        )
    except ParentGone:
        return Refusal(422, _PARENT_GONE)
    return Taken(stored)


def find_parent(found: Story, given: str) -> Comment | None:
    """The comment of this story that readers see and may answer, by what a form says."""
    # Eighteen digits fit in a 64-bit column of any of the databases.
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        return None
    return queries.find_parent(found.card.id, int(given))


def _ask_the_host(mount: Mount, found: Story, draft: Draft) -> str:
    answers = comment_submitting.send(
        mount.app, blog=mount.blog, post_id=found.card.id, draft=draft
    )
    return next((str(sentence) for _, sentence in answers if sentence), "")


def _writer(mount: Mount, now: datetime, found: Story, sent: Sent) -> Writer:
    form, person = sent.form, sent.person
    secret = hashlib.sha256(str(mount.app.secret_key).encode()).digest()
    visitor, network = actions.address_digests(sent.address, secret, now.date().isoformat())
    agent = sent.agent.replace("\0", "")
    if person is not None:
        email = one_line(person.email)
        return Writer(
            name=one_line(person.name)[:NAME_LENGTH],
            email=email if len(email) <= EMAIL_LENGTH else "",
            website="",
            person_id=person.id,
            badge=_badge(mount, found, person),
            visitor=visitor,
            network=network,
            agent=agent,
        )
    return Writer(
        name=form.author.data or "",
        email=form.email.data or "",
        website=(form.url.data or "") if mount.settings.reply_website else "",
        person_id=None,
        badge="",
        visitor=visitor,
        network=network,
        agent=agent,
    )


def _badge(mount: Mount, found: Story, person: Person) -> str:
    if queries.is_author(found.card.id, person.id):
        return "author"
    return "staff" if mount.can(person, Action.ENTER, None) else ""


def _draft(mount: Mount, sent: Sent, writer: Writer, text: str) -> Draft:
    took = sent.form.took.data or ""
    writing_time = None
    if took.isascii() and took.isdigit() and len(took) < 9:
        writing_time = timedelta(milliseconds=int(took))
    return Draft(
        text=text,
        html=str(render_comment(text)),
        name=writer.name,
        email=writer.email,
        website=writer.website,
        proven=writer.person_id is not None,
        origin=sent.origin,
        trap=sent.form.subject.data or "",
        writing_time=writing_time,
        hold_guests=mount.settings.hold_guests,
        hold_links=mount.settings.hold_links,
    )
