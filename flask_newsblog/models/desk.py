"""The desk's own records: sign-in links, the front page as it was put together, who did what."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, BigId, LongText, UTCDateTime, exact, utcnow
from .columns import primary_key, refer


class SignIn(Base):
    """A one-time link into the newsroom and the visit it opened.

    Only a hash of the link's secret is kept; using the link sets ``used_at``.
    """

    __tablename__ = "newsblog_sign_in"
    __table_args__ = (
        primary_key("newsblog_sign_in"),
        UniqueConstraint("secret_hash", name="uq_newsblog_sign_in_secret"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    secret_hash: Mapped[str] = mapped_column(exact(64))
    name: Mapped[str] = mapped_column(sa.String(245))
    role: Mapped[str] = mapped_column(sa.String(16))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FrontSlot(Base):
    """A story that the desk has put at a place of the front page, for a while or for good."""

    __tablename__ = "newsblog_front_slot"
    __table_args__ = (
        primary_key("newsblog_front_slot"),
        refer("newsblog_front_slot", "post", "post_id"),
        Index("ix_newsblog_front_slot_place", "blog", "position", "id"),
        Index("ix_newsblog_front_slot_post_id", "post_id"),
        Index("ix_newsblog_front_slot_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    position: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)


class Banner(Base):
    """A line of breaking news over the front page, which always has an end.

    It leads to a post, to another address, or nowhere.
    """

    __tablename__ = "newsblog_banner"
    __table_args__ = (
        primary_key("newsblog_banner"),
        refer("newsblog_banner", "post", "post_id", "SET NULL"),
        Index("ix_newsblog_banner_ends", "blog", "ends_at", "id"),
        Index("ix_newsblog_banner_post_id", "post_id"),
        Index("ix_newsblog_banner_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    text: Mapped[str] = mapped_column(sa.String(300))
    post_id: Mapped[int | None] = mapped_column(BigId)
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)


class AuditEntry(Base):
    """Who did what to which thing, when. Nothing changes a row once it is there.

    ``verb`` is what was done, ``kind`` and ``thing_id`` are what it was done to, ``title`` is
    what that was called then, ``detail`` what more there is to say.
    """

    __tablename__ = "newsblog_audit"
    __table_args__ = (
        primary_key("newsblog_audit"),
        Index("ix_newsblog_audit_at", "blog", "at", "id"),
        Index("ix_newsblog_audit_thing", "blog", "kind", "thing_id", "id"),
        Index("ix_newsblog_audit_person", "blog", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")
    verb: Mapped[str] = mapped_column(exact(32))
    kind: Mapped[str] = mapped_column(exact(16))
    thing_id: Mapped[int | None] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(sa.String(300), default="")
    detail: Mapped[str] = mapped_column(LongText, default="")
