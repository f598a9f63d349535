"""Who is to hear of what happened with a comment: mails are stored with the change itself.

All of it does nothing while the blog has no address to send from. The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import getaddresses

from sqlalchemy import func, select

from ..database import session
from ..models import Comment, CommentState, Mail, MailState, Subscription
from ..settings import Settings
from . import addresses, collecting, outbox, subscriptions
from .outbox import Kind

# So many replies are remembered for one mail; of more there is only the number.
MOST_REPLIES = 100


def stored(settings: Settings, comment: Comment, now: datetime) -> None:
    """Somebody wrote a comment: published, or held until somebody looks at it."""
    if not settings.mail_from:
        return
    if comment.state == CommentState.HELD:
        _ask_writer(comment, now)
        waits(settings, comment, now)
    elif comment.state == CommentState.PUBLISHED:
        if subscriptions.wants_to_confirm(comment.id):
            _ask_writer(comment, now)
        _tell_subscribers(settings, comment, now)


def published(settings: Settings, comment: Comment, now: datetime) -> None:
    """A comment that was held went before the readers."""
    if not settings.mail_from or comment.state != CommentState.PUBLISHED:
        return
    email = comment.author_email
    # That somebody confirmed an address does not make whoever types it now its owner.
    if email and (comment.person_id is not None or subscriptions.showed_address(comment, email)):
        key = f"{Kind.PUBLISHED}:{comment.id}:{outbox.digest(comment.blog)}"
        # It may have been taken back before the mail went, which was then dropped.
        outbox.put_again(comment.blog, Kind.PUBLISHED, key, email, {"comment": comment.id}, now)
    _tell_subscribers(settings, comment, now)


def waits(settings: Settings, comment: Comment, now: datetime) -> None:
    """A comment waits for a moderator, from now on or again."""
    if not settings.mail_from:
        return
    pause = timedelta(minutes=settings.mail_pause_minutes)
    everybody = moderators(settings)
    told = _will_be_told(comment.blog, everybody)
    # In one order, so that two do not wait for each other.
    for address in everybody:
        if address not in told:
            stem = f"{Kind.QUEUE}:{outbox.digest(comment.blog, address)}"
            collecting.collect(comment.blog, Kind.QUEUE, stem, address, {}, now, pause, alone=False)


def _will_be_told(blog: str, addresses: Sequence[str]) -> set[str]:
    """The moderators whose mail on what waits is not sent yet, and will not be before we commit."""
    if not addresses:
        return set()
    waiting = select(func.max(Mail.id)).where(
        Mail.blog == blog, Mail.recipient.in_(addresses),
        Mail.kind == Kind.QUEUE, Mail.state == MailState.WAITING,
    )  # fmt: skip
    ids = session().scalars(waiting.group_by(Mail.recipient)).all()
    # By their numbers, which are there: see the outbox.
    found = select(Mail.recipient).where(Mail.id.in_(ids), Mail.state == MailState.WAITING)
    return (
        set(session().scalars(found.order_by(Mail.id).with_for_update(read=True))) if ids else set()
    )


def moderators(settings: Settings) -> list[str]:
    """The addresses that hear of what waits, each once."""
    return sorted({address for _, address in getaddresses([settings.moderators]) if address})


def _ask_writer(comment: Comment, now: datetime) -> None:
    email = comment.author_email
    if comment.person_id is not None or not email:
        return
    if addresses.ask(comment.blog, email, now):
        key = f"{Kind.CONFIRM}:{comment.id}:{outbox.digest(comment.blog)}"
        outbox.put(comment.blog, Kind.CONFIRM, key, email, {"comment": comment.id}, now)


def _tell_subscribers(settings: Settings, comment: Comment, now: datetime) -> None:
    if comment.parent_id is None:
        return
    found = session().execute(
        select(Subscription.id, Subscription.email, Subscription.person_id)
        .where(
            Subscription.comment_id == comment.parent_id,
            Subscription.confirmed_at.is_not(None),
            Subscription.ended_at.is_(None),
        )
        .order_by(Subscription.email)
    )
    writer = addresses.folded(comment.author_email)
    for subscription_id, email, person_id in found.all():
        if addresses.folded(email) == writer or (person_id and person_id == comment.person_id):
            continue
        if not addresses.is_refused(comment.blog, email):
            _tell(settings, comment, subscription_id, email, now)


def _tell(
    settings: Settings, comment: Comment, subscription_id: int, email: str, now: datetime
) -> None:
    stem = f"{Kind.REPLY}:{comment.post_id}:{outbox.digest(comment.blog, email)}"
    if any(comment.id in data["ids"] for data in collecting.told(comment.blog, email, stem)):
        return  # it was published before, and taken back meanwhile
    pause = timedelta(minutes=settings.mail_pause_minutes)
    empty = {"post": comment.post_id, "subscriptions": [], "ids": [], "more": 0}
    mail = collecting.collect(comment.blog, Kind.REPLY, stem, email, empty, now, pause, alone=True)
    data = mail.data
    full = len(data["ids"]) >= MOST_REPLIES
    mail.data = {
        "post": comment.post_id,
        "subscriptions": sorted({*data["subscriptions"], subscription_id}),
        "ids": data["ids"] if full else [*data["ids"], comment.id],
        "more": data["more"] + full,
    }
    session().flush()
