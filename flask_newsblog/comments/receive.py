"""The steps that a reply takes until it is stored.

*open → signed in → parent → form → said before → pause → checks → the host → nudge → store*.
Where it was sent from is looked at before, by the view. Every refusal says why, so that the
form can be shown again with what was typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..database import row_number
from ..i18n import Words, mark
from ..models import Comment, CommentState, Proof
from ..mount import Mount
from ..people import Person, secret_hash
from ..posts.queries import Story
from ..text.typed import one_line
from . import actions, notify, queries, subscriptions, tokens, writers
from .actions import Openness, ParentGone, Reply, TooSoon
from .checks import Draft, Outcome, Verdict
from .drafts import Sending, make_draft
from .forms import EMAIL_LENGTH, NAME_LENGTH, ReplyForm
from .judging import judge, objection
from .known import look_up
from .origin import Origin
from .private import digest_secret, signing_keys
from .writers import Writer

_CLOSED = mark("Replies to this story are closed. Your text is below for you to copy.")
_SIGN_IN = mark("Please sign in to reply. Your text is below for you to copy.")
_TOO_FAST = mark("You are posting comments too quickly. Slow down.")
PARENT_GONE = mark(
    "The comment you were replying to is no longer there. You can post yours to the story instead."
)
_PLEASE_MEND = mark("Your comment has not been posted. Please check the following:")
_REFUSED_BEFORE = mark("You have already sent this comment, and it was not published.")
_NUDGE = mark(
    "Your comment would wait for a moderator: %(why)s. You can change it, or send it as it is."
)
_ONE_MORE = mark("%(one)s, and %(other)s")

# What a writer who says something again is led to; else they are told, and keep their words.
_STANDING = (CommentState.HELD, CommentState.PUBLISHED)


@dataclass(frozen=True)
class Sent:
    """A reply as it arrived, and what is known of who sent it, and from where.

    ``key`` is that of a guest's browser, where it wants one, and ``key_is_trusted`` what
    :func:`~flask_newsblog.comments.writers.standing` says of it.
    """

    form: ReplyForm
    person: Person | None
    origin: Origin
    address: str | None
    agent: str
    key: str = ""
    key_is_trusted: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why a reply was not taken; ``wait`` is in seconds, where waiting helps.

    ``nudged`` is there where the same text will be taken when it comes again with it.
    """

    status: int
    problem: str
    parent: Comment | None = None
    wait: int = 0
    nudged: str = ""


@dataclass(frozen=True)
class Taken:
    """The comment that a reply became; ``duplicate`` says that it was one already.

    ``theirs`` says that, as far as one can tell, it is whoever sent it now that wrote it.
    """

    comment: Comment
    duplicate: bool = False
    theirs: bool = True


def receive(mount: Mount, now: datetime, story: Story, sent: Sent) -> Taken | Refusal:
    """Take a reply through all its steps.

    Raises:
        IntegrityError: it was said at this very moment by somebody else, or what it
            hangs on went; the caller rolls back and tries once more.
    """
    form, settings = sent.form, mount.settings
    parent = parent_from(story, form.parent.data or "")
    match actions.openness(settings, story, now, signed_in=sent.person is not None):
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
            return Taken(same, duplicate=True, theirs=writers.is_same(same, writer))
        return Refusal(422, _REFUSED_BEFORE, parent)
    known = look_up(mount.blog, settings, writer, text, now)
    if known.wait:
        return Refusal(429, _TOO_FAST, parent, wait=known.wait)
    draft = make_draft(
        mount.blog, settings, writer, text, known, now, _sending(mount, now, story, sent)
    )
    return _look_and_store(mount, now, story, parent, writer, draft, sent.form)


def _look_and_store(
    mount: Mount,
    now: datetime,
    story: Story,
    parent: Comment | None,
    writer: Writer,
    draft: Draft,
    form: ReplyForm,
) -> Taken | Refusal:
    verdicts = judge(mount, story.card.id, draft)
    if why := objection(verdicts):
        return Refusal(422, why, parent)
    told = mark_of(draft.text)
    if form.nudged.data != told and (why := _advice(mount.words, verdicts)):
        return Refusal(422, mount.words.t(_NUDGE, why=why), parent, nudged=told)
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
        stored = actions.post_comment(reply, now, mount.settings)
    except TooSoon as error:
        return Refusal(429, _TOO_FAST, parent, wait=error.seconds)
    except ParentGone:
        return Refusal(422, PARENT_GONE)
    if form.subscribe.data and mount.settings.mail_from:
        subscriptions.subscribe(stored, writer.email, now)
    notify.stored(mount.settings, stored, now)
    return Taken(stored)


def _advice(words: Words, verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """What the writer could change so that fewer checks hold the reply."""
    told: dict[str, None] = {}
    for _, verdict in verdicts:
        if verdict.outcome is Outcome.HOLD and verdict.advice:
            counted = {} if verdict.count is None else {"n": words.number(verdict.count)}
            told[words.t(verdict.advice, **counted)] = None
    found = ""
    for one in told:
        found = words.t(_ONE_MORE, one=found, other=one) if found else one
    return found


def mark_of(text: str) -> str:
    """What a form says of a text of which its writer was told what would hold it.

    It needs no key: whoever makes one up is spared the hint, and the reply waits all the same.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def parent_from(story: Story, given: str) -> Comment | None:
    """The comment of this story that readers see and may answer, by what a form says."""
    number = row_number(given)
    return queries.find_parent(story.card.id, number) if number is not None else None


def _writer(mount: Mount, now: datetime, story: Story, sent: Sent) -> Writer:
    form, person = sent.form, sent.person
    digest, network = writers.digest_and_network(
        sent.address, digest_secret(mount), now.date().isoformat()
    )
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
            proof=Proof.PERSON,
        )
    name, email = form.author.data or "", form.email.data or ""
    key = secret_hash(sent.key) if sent.key else None
    return Writer(
        name=name,
        email=email,
        website=(form.url.data or "") if mount.settings.reply_website else "",
        person_id=None,
        badge="",
        address_digest=digest,
        network=network,
        agent=agent,
        browser_digest=key,
        proof=Proof.BROWSER if sent.key_is_trusted else Proof.NONE,
    )


def _sending(mount: Mount, now: datetime, story: Story, sent: Sent) -> Sending:
    took = sent.form.took.data or ""
    return Sending(
        origin=sent.origin,
        honeypot=sent.form.subject.data or "",
        writing_time=tokens.read_challenge(signing_keys(), took, story.card.id, now),
    )
