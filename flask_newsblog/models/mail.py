"""Mail: the outbox, whom it may go to, and who asked for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, BigId, JSONText, UTCDateTime, exact, utcnow
from .columns import one_of, primary_key, refer


class MailState(StrEnum):
    """How far a mail in the outbox has come.

    ``CLAIMED``: somebody is about to send it; ``HANDED``: it is being handed to the mail
    server, and only the server knows whether it has it; ``DROPPED``: there is nothing to
    tell any more.
    """

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDED = "handed"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(Base):
    """A mail in the outbox, stored in the same transaction as what it tells of.

    ``key`` names the occasion, so that one occasion makes one mail. What it says is
    written when it is sent, from ``data``: rows of numbers, no texts. ``doubtful`` says that
    a process ended while it handed the mail over, so that it may have been sent twice.
    """

    __tablename__ = "newsblog_mail"
    __table_args__ = (
        primary_key("newsblog_mail"),
        UniqueConstraint("key", name="uq_newsblog_mail_key"),
        one_of("state", MailState, "ck_newsblog_mail_state"),
        Index("ix_newsblog_mail_due", "state", "send_after", "id"),
        Index("ix_newsblog_mail_recipient", "blog", "recipient", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    kind: Mapped[str] = mapped_column(sa.String(32))
    key: Mapped[str] = mapped_column(exact(255))
    recipient: Mapped[str] = mapped_column(exact(320))
    data: Mapped[dict[str, Any]] = mapped_column(JSONText, default=dict)
    state: Mapped[str] = mapped_column(sa.String(16), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str | None] = mapped_column(sa.String(1000))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MailAddress(Base):
    """An address that somebody typed: whether they showed that it is theirs, or want no mail."""

    __tablename__ = "newsblog_mail_address"
    __table_args__ = (
        primary_key("newsblog_mail_address"),
        UniqueConstraint("blog", "email", name="uq_newsblog_mail_address_email"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    email: Mapped[str] = mapped_column(exact(320))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Subscription(Base):
    """Somebody who wants to hear of the replies to their comment.

    It counts from ``confirmed_at`` on: at once for people of the host, after a click in a
    mail for guests. ``notified_id`` is the last comment they were told of.
    """

    __tablename__ = "newsblog_subscription"
    __table_args__ = (
        primary_key("newsblog_subscription"),
        refer("newsblog_subscription", "post", "post_id"),
        refer("newsblog_subscription", "comment", "comment_id"),
        UniqueConstraint("comment_id", "email", name="uq_newsblog_subscription_email"),
        Index("ix_newsblog_subscription_post", "post_id"),
        Index("ix_newsblog_subscription_email", "blog", "email"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    comment_id: Mapped[int] = mapped_column(BigId)
    email: Mapped[str] = mapped_column(exact(320))
    person_id: Mapped[str | None] = mapped_column(exact(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notified_id: Mapped[int] = mapped_column(BigId, default=0)
