"""The whole schema: posts and what hangs on them, comments, and the desk's records.

Every index and constraint has a name of its own: the tables are copied into the
host's metadata, whose naming convention would otherwise rename them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base, BigId, JSONText, LongText, UTCDateTime, exact, utcnow


class PostState(StrEnum):
    """Where a post stands at the desk.

    There is no stored state for *scheduled*: a scheduled post is a published one
    whose time has not come, so that no worker is needed for it to appear.
    """

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class CommentState(StrEnum):
    """Where a comment stands: only published ones are shown."""

    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"


class CorrectionKind(StrEnum):
    """What a dated note under a story says of it."""

    CORRECTION = "correction"
    CLARIFICATION = "clarification"
    UPDATE = "update"


class MailState(StrEnum):
    """How far a mail in the outbox has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


def length_of(column: Any) -> int:
    """How many characters a column holds, as in ``length_of(Post.title)``."""
    length: int = column.type.length
    return length


def _one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def _key(table: str) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint("id", name=f"pk_{table}")


def _refer(table: str, to: str, column: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"newsblog_{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete
    )


class Section(Base):
    """A part of the paper; sections nest."""

    __tablename__ = "newsblog_section"
    __table_args__ = (
        _key("newsblog_section"),
        _refer("newsblog_section", "section", "parent_id", "SET NULL"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_section_slug"),
        Index("ix_newsblog_section_parent_id", "parent_id"),
        Index("ix_newsblog_section_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    slug: Mapped[str] = mapped_column(exact(120))
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.String(500), default="")
    parent_id: Mapped[int | None] = mapped_column(BigId)
    position: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)


class Media(Base):
    """A picture in the blog's media folder, with the sizes made from it.

    ``variants`` is a list of ``{"key", "width", "height"}``, smallest first.
    """

    __tablename__ = "newsblog_media"
    __table_args__ = (
        _key("newsblog_media"),
        UniqueConstraint("blog", "key", name="uq_newsblog_media_key"),
        Index("ix_newsblog_media_created", "blog", "created_at", "id"),
        Index("ix_newsblog_media_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    key: Mapped[str] = mapped_column(exact(255))
    filename: Mapped[str] = mapped_column(sa.String(255), default="")
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int] = mapped_column(BigId, default=0)
    width: Mapped[int | None]
    height: Mapped[int | None]
    variants: Mapped[list[dict[str, Any]]] = mapped_column(JSONText, default=list)
    alt: Mapped[str] = mapped_column(sa.String(500), default="")
    caption: Mapped[str] = mapped_column(sa.String(1000), default="")
    credit: Mapped[str] = mapped_column(sa.String(200), default="")
    focal_x: Mapped[float] = mapped_column(default=0.5)
    focal_y: Mapped[float] = mapped_column(default=0.5)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)


class Author(Base):
    """A name over stories, with no account at the host. ``links``: a list of ``[label, url]``."""

    __tablename__ = "newsblog_author"
    __table_args__ = (
        _key("newsblog_author"),
        _refer("newsblog_author", "media", "picture_id", "SET NULL"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_author_slug"),
        Index("ix_newsblog_author_picture_id", "picture_id"),
        Index("ix_newsblog_author_person", "blog", "person_id"),
        Index("ix_newsblog_author_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    slug: Mapped[str] = mapped_column(exact(120))
    name: Mapped[str] = mapped_column(sa.String(120))
    bio: Mapped[str] = mapped_column(sa.String(2000), default="")
    links: Mapped[list[list[str]]] = mapped_column(JSONText, default=list)
    picture_id: Mapped[int | None] = mapped_column(BigId)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)


class Tag(Base):
    """A word that stories share."""

    __tablename__ = "newsblog_tag"
    __table_args__ = (
        _key("newsblog_tag"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_tag_slug"),
        Index("ix_newsblog_tag_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    slug: Mapped[str] = mapped_column(exact(120))
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.String(500), default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)


class Post(Base):
    """A story.

    ``published_at`` is the moment it goes before the readers, past or future.
    ``updated_at`` is the editorial update that readers are told of; ``changed_at``
    is the last change of anything in the row. ``body_html`` is rendered from
    ``body`` on save by version ``renderer`` of the renderer.
    """

    __tablename__ = "newsblog_post"
    __table_args__ = (
        _key("newsblog_post"),
        _refer("newsblog_post", "section", "section_id", "SET NULL"),
        _refer("newsblog_post", "media", "lead_image_id", "SET NULL"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_post_slug"),
        UniqueConstraint("blog", "source_id", name="uq_newsblog_post_source"),
        _one_of("state", PostState, "ck_newsblog_post_state"),
        Index("ix_newsblog_post_published", "blog", "state", "published_at", "id"),
        # With the blog in it, although a section has but one: SQLite knows nothing of how
        # many rows a key has and takes the index with most keys equal.
        Index("ix_newsblog_post_section", "section_id", "blog", "state", "published_at", "id"),
        Index("ix_newsblog_post_embargo", "blog", "state", "embargo_until"),
        Index("ix_newsblog_post_changed", "blog", "changed_at", "id"),
        Index("ix_newsblog_post_desk", "blog", "state", "changed_at", "id"),
        Index("ix_newsblog_post_lead_image_id", "lead_image_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    slug: Mapped[str] = mapped_column(exact(200))
    # Where an imported post came from, so that a second import finds it again.
    source_id: Mapped[str | None] = mapped_column(exact(255))

    title: Mapped[str] = mapped_column(sa.String(300))
    kicker: Mapped[str] = mapped_column(sa.String(80), default="")
    standfirst: Mapped[str] = mapped_column(sa.String(1000), default="")
    dateline: Mapped[str] = mapped_column(sa.String(120), default="")
    excerpt: Mapped[str] = mapped_column(sa.String(500), default="")
    words: Mapped[int] = mapped_column(default=0)
    renderer: Mapped[int] = mapped_column(default=0)

    lead_image_id: Mapped[int | None] = mapped_column(BigId)
    lead_alt: Mapped[str] = mapped_column(sa.String(500), default="")
    lead_caption: Mapped[str] = mapped_column(sa.String(1000), default="")
    lead_credit: Mapped[str] = mapped_column(sa.String(200), default="")

    section_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(sa.String(16), default=PostState.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    embargo_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)

    # Who wrote it down, as the host knew them then.
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")

    replies_open: Mapped[bool] = mapped_column(default=True)
    comment_count: Mapped[int] = mapped_column(default=0)
    held_count: Mapped[int] = mapped_column(default=0)

    # Last, because SQLite reads through a long text to reach a column behind it.
    body: Mapped[str] = mapped_column(LongText, default="")
    body_html: Mapped[str] = mapped_column(LongText, default="")


class Byline(Base):
    """An author's place over a post.

    ``published_at`` is the post's while it is published and empty otherwise, so
    that an author's newest stories are read from one index.
    """

    __tablename__ = "newsblog_byline"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", "author_id", name="pk_newsblog_byline"),
        _refer("newsblog_byline", "post", "post_id"),
        _refer("newsblog_byline", "author", "author_id"),
        Index("ix_newsblog_byline_author", "author_id", "published_at", "post_id"),
    )

    post_id: Mapped[int] = mapped_column(BigId)
    author_id: Mapped[int] = mapped_column(BigId)
    position: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PostTag(Base):
    """A tag on a post; ``published_at`` as in :class:`Byline`."""

    __tablename__ = "newsblog_post_tag"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", "tag_id", name="pk_newsblog_post_tag"),
        _refer("newsblog_post_tag", "post", "post_id"),
        _refer("newsblog_post_tag", "tag", "tag_id"),
        Index("ix_newsblog_post_tag_tag", "tag_id", "published_at", "post_id"),
    )

    post_id: Mapped[int] = mapped_column(BigId)
    tag_id: Mapped[int] = mapped_column(BigId)
    position: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OldSlug(Base):
    """A slug that a post once had; its address answers with a redirect."""

    __tablename__ = "newsblog_old_slug"
    __table_args__ = (
        _key("newsblog_old_slug"),
        _refer("newsblog_old_slug", "post", "post_id"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_old_slug_slug"),
        Index("ix_newsblog_old_slug_post_id", "post_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    slug: Mapped[str] = mapped_column(exact(200))
    post_id: Mapped[int] = mapped_column(BigId)


class Redirect(Base):
    """An address from before, below the blog's own, and the post or address it leads to.

    ``path`` begins with a slash and may carry a query (``/?p=12``).
    """

    __tablename__ = "newsblog_redirect"
    __table_args__ = (
        _key("newsblog_redirect"),
        _refer("newsblog_redirect", "post", "post_id"),
        UniqueConstraint("blog", "path", name="uq_newsblog_redirect_path"),
        Index("ix_newsblog_redirect_post_id", "post_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    path: Mapped[str] = mapped_column(exact(500))
    post_id: Mapped[int | None] = mapped_column(BigId)
    target: Mapped[str | None] = mapped_column(sa.String(500))


class Correction(Base):
    """A dated note to the readers on what was wrong or has changed in a story."""

    __tablename__ = "newsblog_correction"
    __table_args__ = (
        _key("newsblog_correction"),
        _refer("newsblog_correction", "post", "post_id"),
        _one_of("kind", CorrectionKind, "ck_newsblog_correction_kind"),
        Index("ix_newsblog_correction_post", "post_id", "corrected_at", "id"),
        Index("ix_newsblog_correction_blog", "blog", "corrected_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str] = mapped_column(LongText)
    corrected_at: Mapped[datetime] = mapped_column(UTCDateTime)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")


class Revision(Base):
    """A post as it was saved: ``content`` holds its written fields by name."""

    __tablename__ = "newsblog_revision"
    __table_args__ = (
        _key("newsblog_revision"),
        _refer("newsblog_revision", "post", "post_id"),
        UniqueConstraint("post_id", "number", name="uq_newsblog_revision_number"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    post_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONText)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")


class Comment(Base):
    """A reader's reply.

    A thread is ``parent_id`` plus ``root_id`` and ``depth``, which an insert takes
    from its parent alone; the roots of a post have neither parent nor root.
    ``shown`` tells what stands in a thread: published comments, and the tombstones of
    others on which published replies hang. ``fingerprint`` is a digest of post, parent, writer
    and text, so that saying something twice stores it once. ``address_digest`` is a keyed digest
    of the writer's network address, for counting floods; ``network`` its cut form.
    """

    __tablename__ = "newsblog_comment"
    __table_args__ = (
        _key("newsblog_comment"),
        _refer("newsblog_comment", "post", "post_id"),
        _refer("newsblog_comment", "comment", "parent_id", "SET NULL"),
        _refer("newsblog_comment", "comment", "root_id", "SET NULL"),
        UniqueConstraint("blog", "source_id", name="uq_newsblog_comment_source"),
        _one_of("state", CommentState, "ck_newsblog_comment_state"),
        UniqueConstraint("fingerprint", name="uq_newsblog_comment_fingerprint"),
        Index("ix_newsblog_comment_thread", "post_id", "shown", "root_id", "created_at", "id"),
        Index("ix_newsblog_comment_root", "root_id", "shown", "created_at", "id"),
        Index("ix_newsblog_comment_parent_id", "parent_id"),
        Index("ix_newsblog_comment_queue", "blog", "state", "created_at", "id"),
        Index("ix_newsblog_comment_email", "blog", "author_email"),
        Index("ix_newsblog_comment_network", "network", "created_at"),
        Index("ix_newsblog_comment_address", "address_digest", "created_at"),
        Index("ix_newsblog_comment_person", "person_id", "created_at"),
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
        _key("newsblog_comment_verdict"),
        _refer("newsblog_comment_verdict", "comment", "comment_id"),
        Index("ix_newsblog_comment_verdict_comment_id", "comment_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    comment_id: Mapped[int] = mapped_column(BigId)
    check: Mapped[str] = mapped_column("check_name", sa.String(80))
    outcome: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)


class Mail(Base):
    """A mail in the outbox, stored in the same transaction as what it tells of.

    ``key`` names the occasion, so that one occasion makes one mail.
    """

    __tablename__ = "newsblog_mail"
    __table_args__ = (
        _key("newsblog_mail"),
        UniqueConstraint("key", name="uq_newsblog_mail_key"),
        _one_of("state", MailState, "ck_newsblog_mail_state"),
        Index("ix_newsblog_mail_due", "state", "send_after", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    key: Mapped[str] = mapped_column(exact(255))
    recipient: Mapped[str] = mapped_column(exact(320))
    subject: Mapped[str] = mapped_column(sa.String(500))
    text: Mapped[str] = mapped_column(LongText)
    html: Mapped[str | None] = mapped_column(LongText)
    headers: Mapped[dict[str, str]] = mapped_column(JSONText, default=dict)
    state: Mapped[str] = mapped_column(sa.String(16), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(1000))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignIn(Base):
    """A one-time link into the newsroom and the visit it opened.

    Only a hash of the link's secret is kept; using the link sets ``used_at``.
    """

    __tablename__ = "newsblog_sign_in"
    __table_args__ = (
        _key("newsblog_sign_in"),
        UniqueConstraint("secret_hash", name="uq_newsblog_sign_in_secret"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    secret_hash: Mapped[str] = mapped_column(exact(64))
    name: Mapped[str] = mapped_column(sa.String(245))
    role: Mapped[str] = mapped_column(sa.String(16))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


# Not every database of MariaDB's takes every letter by itself.
for _table in Base.metadata.tables.values():
    _table.kwargs.update(mysql_charset="utf8mb4", mariadb_charset="utf8mb4")
