"""The outbox: mails stored with what they tell of, and what becomes of each. The caller commits.

*Waiting → claimed → handed → sent*: each step is one UPDATE that asks for the step before
and for the same attempt, so that of several processes one does it, and one that was away too long
does nothing any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select, update

from ..database import insert_missing, session
from ..models import Mail, MailState, Subscription, length_of

# How long a mail waits after each attempt that failed; after one more it is given up.
PAUSES = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=6), timedelta(days=1),
)  # fmt: skip
# After how long whoever claimed a mail is taken for gone. Longer than a mail server may
# take over one, all its steps together.
CLAIMED_FOR = timedelta(minutes=5)
# What has to wait for its story is looked at so often, for so long.
PUT_OFF, PUT_OFF_FOR = timedelta(hours=1), timedelta(days=30)
_LEFT_BEHIND = "The process that sent it ended before it was done, and so did those before."
_ERROR_LENGTH = length_of(Mail.last_error)


class Kind(StrEnum):
    """What a mail is about."""

    CONFIRM = "confirm"
    PUBLISHED = "published"
    REPLY = "reply"
    QUEUE = "queue"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A mail that this process is about to send, as it was when it was claimed."""

    id: int
    blog: str
    kind: str
    key: str
    recipient: str
    data: dict[str, Any]
    attempts: int
    doubtful: bool
    created_at: datetime

    @property
    def message_id(self) -> str:
        """What names this mail to mail programs, the same each time that it is sent."""
        return f"newsblog.{self.id}.{digest(self.key, self.created_at.isoformat())}"


def digest(*parts: str) -> str:
    """A short name for texts of any length."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def put(
    blog: str,
    kind: Kind,
    key: str,
    recipient: str,
    data: dict[str, Any],
    now: datetime,
    send_after: datetime | None = None,
) -> None:
    """Store a mail, unless there is one of this key: it is told of already."""
    insert_missing(
        Mail,
        Mail.key,
        blog=blog, kind=kind, key=key, recipient=recipient, data=data, created_at=now,
        send_after=send_after or now,
    )  # fmt: skip


def put_again(
    blog: str, kind: Kind, key: str, recipient: str, data: dict[str, Any], now: datetime
) -> None:
    """Store a mail, also where one of this key was dropped, or is just about to be.

    One that is with the server, or was sent, stays the only one. Who has claimed it may have
    read what was true before, and so does nothing with it any more.
    """
    put(blog, kind, key, recipient, data, now)
    # By the unique key alone: see _update. A doubtful one may have been sent.
    state = sa.func.coalesce(Mail.state, "")
    session().execute(
        update(Mail)
        .where(Mail.key == key, Mail.doubtful.is_(False))
        .where(state.in_((MailState.DROPPED, MailState.CLAIMED)))
        .values(
            state=MailState.WAITING, recipient=recipient, data=data, created_at=now,
            send_after=now, last_error=None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def due(blog: str, now: datetime, limit: int = 100) -> Sequence[int]:
    """Mails whose time has come, the oldest first."""
    return (
        session()
        .scalars(
            select(Mail.id)
            .where(Mail.blog == blog, Mail.state == MailState.WAITING, Mail.send_after <= now)
            .order_by(Mail.send_after, Mail.id)
            .limit(limit)
        )
        .all()
    )


def recover(blog: str, now: datetime) -> tuple[int, int]:
    """Let what a process left behind be sent after all: how many, and how many perhaps again.

    What was left behind as often as a mail is tried is given up, for it may be what ends them.
    """
    found = session().execute(
        select(Mail.id, Mail.state, Mail.attempts).where(
            Mail.blog == blog,
            Mail.state.in_((MailState.CLAIMED, MailState.HANDED)),
            Mail.claimed_until < now,
        )
    )
    done: dict[str, int] = {MailState.CLAIMED: 0, MailState.HANDED: 0}
    for mail_id, state, attempts in found.all():
        again: dict[str, Any] = {"state": MailState.WAITING}
        if state == MailState.HANDED:
            again["doubtful"] = True
        if attempts > len(PAUSES):
            again |= {"state": MailState.FAILED, "last_error": _LEFT_BEHIND}
        done[state] += _update(mail_id, [state], Mail.claimed_until < now, again)
    return done[MailState.CLAIMED], done[MailState.HANDED]


def claim(mail_id: int, now: datetime) -> Claim | None:
    """Take a mail that waits; nothing if somebody else was faster."""
    ours = {
        "state": MailState.CLAIMED, "claimed_until": now + CLAIMED_FOR,
        "attempts": Mail.attempts + 1,
    }  # fmt: skip
    if not _update(mail_id, [MailState.WAITING], Mail.send_after <= now, ours):
        return None
    row = session().execute(
        select(
            Mail.id, Mail.blog, Mail.kind, Mail.key, Mail.recipient, Mail.data, Mail.attempts,
            Mail.doubtful, Mail.created_at,
        ).where(Mail.id == mail_id)
    )  # fmt: skip
    return Claim(**row.one()._asdict())


def fix(mail: Claim, data: dict[str, Any]) -> None:
    """Settle what a claimed mail tells of, so that it would tell the same a second time."""
    _step(mail, MailState.CLAIMED, data=data)


def hand(mail: Claim, now: datetime) -> bool:
    """Note that from now on the server may have it; whether it is still ours to hand over."""
    return _step(mail, MailState.CLAIMED, state=MailState.HANDED, claimed_until=now + CLAIMED_FOR)


def sent(mail: Claim, now: datetime) -> bool:
    """Note that the server has taken it, and what its reader has been told of."""
    # First the subscriptions, as whoever posts a reply locks them: in one order.
    ids = mail.data.get("ids", ())
    if mail.kind == Kind.REPLY and ids:
        newest = max(ids)
        kept = Subscription.notified_id
        session().execute(
            update(Subscription)
            .where(Subscription.id.in_(mail.data["subscriptions"]))
            .values(notified_at=now, notified_id=sa.case((kept < newest, newest), else_=kept))
            .execution_options(synchronize_session=False)
        )
    return _step(mail, MailState.HANDED, state=MailState.SENT, sent_at=now, last_error=None)


def drop(mail: Claim) -> bool:
    """Send nothing: there is nothing to tell any more."""
    return _step(mail, MailState.CLAIMED, state=MailState.DROPPED)


def put_off(mail: Claim, now: datetime) -> bool:
    """Look again in an hour, as often as it takes within 30 days; then there is nothing to tell."""
    if mail.created_at < now - PUT_OFF_FOR:
        return drop(mail)
    # It was not tried: no attempt is lost by it. The next claim has this one's number.
    again = {"send_after": now + PUT_OFF, "attempts": mail.attempts - 1}
    return _step(mail, MailState.CLAIMED, state=MailState.WAITING, **again)


def give_up(mail: Claim, error: str) -> bool:
    """Try no more."""
    return _step(mail, *_OURS, state=MailState.FAILED, last_error=error[:_ERROR_LENGTH])


def put_back(mail: Claim, now: datetime, error: str, doubtful: bool = False) -> datetime | None:
    """Try again later: when, or not at all after so many times."""
    if mail.attempts > len(PAUSES):
        give_up(mail, error)
        return None
    again = now + PAUSES[mail.attempts - 1]
    _step(
        mail, *_OURS, state=MailState.WAITING, send_after=again,
        last_error=error[:_ERROR_LENGTH], doubtful=mail.doubtful or doubtful,
    )  # fmt: skip
    return again


_OURS = (MailState.CLAIMED, MailState.HANDED)


def _step(mail: Claim, *former: str, **values: Any) -> bool:
    return _update(mail.id, former, Mail.attempts == mail.attempts, values)


def _update(
    mail_id: int, former: Sequence[str], where: sa.ColumnElement[bool], values: dict[str, Any]
) -> bool:
    """Change a mail that is still in its former state; no where somebody was faster."""
    # MariaDB locks all that an UPDATE looks at, and would look through the index of states:
    # senders then wait for each other. An expression is in no index, so it goes by number.
    state = sa.func.coalesce(Mail.state, "")
    done: Any = session().execute(
        update(Mail)
        .where(Mail.id == mail_id, state.in_(former), where)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)


def in_states(blog: str, states: Sequence[str], limit: int) -> Sequence[Mail]:
    """The newest mails of a blog in these states."""
    query = select(Mail).where(Mail.blog == blog, Mail.state.in_(states))
    return session().scalars(query.order_by(Mail.id.desc()).limit(limit)).all()


def retry(blog: str, mail_id: int, now: datetime) -> bool:
    """Have a mail that was given up sent after all; whether it is such a one."""
    again = {"state": MailState.WAITING, "attempts": 0, "send_after": now}
    return _update(mail_id, [MailState.FAILED], Mail.blog == blog, again)
