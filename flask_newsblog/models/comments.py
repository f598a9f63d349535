"""Readers' replies, what is known of them, and what was done with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, BigId, JSONText, LongText, UTCDateTime, exact, utcnow
from .columns import one_of, primary_key, refer


class CommentState(StrEnum):
    """Where a comment stands: only published ones are shown."""

    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"


class Proof(StrEnum):
    """What a writer has shown for who they are; what they typed shows nothing.

    ``PERSON``: signed in at the host; ``ADDRESS``: opened a link that was mailed to the
    address; ``BROWSER``: came with the key of a comment that was approved.
    """

    NONE = ""
    PERSON = "person"
    ADDRESS = "address"
    BROWSER = "browser"


class RuleKind(StrEnum):
    """What a rule of the desk's looks at."""

    WORD = "word"
    EMAIL = "email"
    DOMAIN = "domain"
    NETWORK = "network"
    PERSON = "person"


class RuleOutcome(StrEnum):
    """What follows where a rule fits: the reply waits, or its writer gets it back."""

    HOLD = "hold"
    REFUSE = "refuse"


class ReportReason(StrEnum):
    """Why a reader reports a comment; ``ERROR`` is about the story itself."""

    SPAM = "spam"
    ABUSE = "abuse"
    PRIVACY = "privacy"
    OTHER = "other"
    ERROR = "error"


class Comment(Base):
    """A reader's reply.

    A thread is ``parent_id`` plus ``root_id`` and ``depth``, which an insert takes
    from its parent alone; the roots of a post have neither parent nor root.
    ``shown`` tells what stands in a thread: published comments, and the tombstones of
    others on which published replies hang. ``fingerprint`` is a digest of post, parent, writer
    and text, so that saying something twice stores it once. ``address_digest`` is a keyed digest
    of the writer's network address, for counting floods; ``network`` its cut form.
    ``text_digest`` is one of the words alone, for finding what is said again and again;
    ``browser_digest`` of the key that the writer's browser holds. ``rejection`` is what the
    writer is told, ``reviewed_at`` when a moderator last decided, ``trained`` what the spam
    filter has learnt of it: ``ham``, ``spam`` or nothing.
    """

    __tablename__ = "newsblog_comment"
    __table_args__ = (
        primary_key("newsblog_comment"),
        refer("newsblog_comment", "post", "post_id"),
        refer("newsblog_comment", "comment", "parent_id", "SET NULL"),
        refer("newsblog_comment", "comment", "root_id", "SET NULL"),
        UniqueConstraint("blog", "source_id", name="uq_newsblog_comment_source"),
        one_of("state", CommentState, "ck_newsblog_comment_state"),
        one_of("proof", Proof, "ck_newsblog_comment_proof"),
        UniqueConstraint("fingerprint", name="uq_newsblog_comment_fingerprint"),
        Index("ix_newsblog_comment_thread", "post_id", "shown", "root_id", "created_at", "id"),
        Index("ix_newsblog_comment_root", "root_id", "shown", "created_at", "id"),
        Index("ix_newsblog_comment_parent_id", "parent_id"),
        Index("ix_newsblog_comment_queue", "blog", "state", "created_at", "id"),
        Index("ix_newsblog_comment_email", "blog", "author_email", "trained", "created_at"),
        Index("ix_newsblog_comment_network", "network", "created_at"),
        Index("ix_newsblog_comment_address", "address_digest", "created_at"),
        Index("ix_newsblog_comment_person", "person_id", "created_at"),
        Index("ix_newsblog_comment_taught", "person_id", "trained", "created_at"),
        Index("ix_newsblog_comment_browser", "blog", "browser_digest"),
        Index("ix_newsblog_comment_text", "blog", "text_digest", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    root_id: Mapped[int | None] = mapped_column(BigId)
    depth: Mapped[int] = mapped_column(default=0)
    source_id: Mapped[str | None] = mapped_column(exact(255))
    state: Mapped[str] = mapped_column(sa.String(16), default=CommentState.HELD)
    shown: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str | None] = mapped_column(exact(64))
    author_name: Mapped[str] = mapped_column(sa.String(245), default="")
    author_email: Mapped[str] = mapped_column(exact(100), default="")
    author_url: Mapped[str] = mapped_column(sa.String(200), default="")
    person_id: Mapped[str | None] = mapped_column(exact(255))
    badge: Mapped[str] = mapped_column(sa.String(16), default="")
    address_digest: Mapped[str | None] = mapped_column(exact(32))
    network: Mapped[str | None] = mapped_column(exact(64))
    user_agent: Mapped[str | None] = mapped_column(sa.String(255))
    proof: Mapped[str] = mapped_column(sa.String(16), default=Proof.NONE, server_default="")
    browser_digest: Mapped[str | None] = mapped_column(exact(64))
    text_digest: Mapped[str | None] = mapped_column(exact(32))
    picked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    rejection: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trained: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    report_count: Mapped[int] = mapped_column(default=0, server_default="0")
    renderer: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Last, as in Post.
    body: Mapped[str] = mapped_column(LongText)
    body_html: Mapped[str] = mapped_column(LongText)


class CommentVerdict(Base):
    """What one check concluded of a comment, and why."""

    __tablename__ = "newsblog_comment_verdict"
    __table_args__ = (
        primary_key("newsblog_comment_verdict"),
        refer("newsblog_comment_verdict", "comment", "comment_id"),
        Index("ix_newsblog_comment_verdict_comment_id", "comment_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    comment_id: Mapped[int] = mapped_column(BigId)
    check: Mapped[str] = mapped_column("check_name", sa.String(80))
    outcome: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)


class CommentChange(Base):
    """What somebody did with a comment; never altered but for ``undone_at``.

    ``before`` and ``after`` hold the values that were changed, by column. What was done in
    one go has one ``batch``. ``undoes`` is the batch that this one takes back. No name of a
    person stands for what happened by itself.
    """

    __tablename__ = "newsblog_comment_change"
    __table_args__ = (
        primary_key("newsblog_comment_change"),
        refer("newsblog_comment_change", "comment", "comment_id"),
        Index("ix_newsblog_comment_change_comment", "comment_id", "id"),
        Index("ix_newsblog_comment_change_batch", "batch"),
        Index("ix_newsblog_comment_change_blog", "blog", "changed_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    comment_id: Mapped[int] = mapped_column(BigId)
    batch: Mapped[str] = mapped_column(exact(32))
    undoes: Mapped[str | None] = mapped_column(exact(32))
    verb: Mapped[str] = mapped_column(sa.String(16))
    before: Mapped[dict[str, Any]] = mapped_column(JSONText, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSONText, default=dict)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Rule(Base):
    """A rule of the desk's for new replies; one with an end is a ban for a time.

    ``value`` is a word or phrase, an email address, a domain, a network such as
    ``203.0.113.0/24``, or the id of a person at the host.
    """

    __tablename__ = "newsblog_rule"
    __table_args__ = (
        primary_key("newsblog_rule"),
        UniqueConstraint("blog", "kind", "value", name="uq_newsblog_rule_value"),
        one_of("kind", RuleKind, "ck_newsblog_rule_kind"),
        one_of("outcome", RuleOutcome, "ck_newsblog_rule_outcome"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    kind: Mapped[str] = mapped_column(sa.String(16))
    value: Mapped[str] = mapped_column(exact(255))
    outcome: Mapped[str] = mapped_column(sa.String(16), default=RuleOutcome.HOLD)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)


class FilterWord(Base):
    """In how many approved (``ham``) and unwanted (``spam``) comments a word stood.

    The row of the empty word counts the comments themselves.
    """

    __tablename__ = "newsblog_filter_word"
    __table_args__ = (sa.PrimaryKeyConstraint("blog", "word", name="pk_newsblog_filter_word"),)

    blog: Mapped[str] = mapped_column(exact(64))
    word: Mapped[str] = mapped_column(exact(64))
    ham: Mapped[int] = mapped_column(default=0)
    spam: Mapped[int] = mapped_column(default=0)


class Report(Base):
    """What a reader told the desk: of a comment, or of an error in a story."""

    __tablename__ = "newsblog_report"
    __table_args__ = (
        primary_key("newsblog_report"),
        refer("newsblog_report", "post", "post_id"),
        refer("newsblog_report", "comment", "comment_id"),
        one_of("reason", ReportReason, "ck_newsblog_report_reason"),
        UniqueConstraint("comment_id", "address_digest", name="uq_newsblog_report_once"),
        Index("ix_newsblog_report_open", "blog", "closed_at", "created_at", "id"),
        Index("ix_newsblog_report_post", "post_id"),
        Index("ix_newsblog_report_address", "address_digest", "created_at"),
        Index("ix_newsblog_report_email", "blog", "email"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    comment_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(sa.String(16))
    email: Mapped[str] = mapped_column(exact(100), default="")
    address_digest: Mapped[str | None] = mapped_column(exact(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[str] = mapped_column(sa.String(245), default="")
    text: Mapped[str] = mapped_column(LongText, default="")
