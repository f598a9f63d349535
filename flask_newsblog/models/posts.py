"""Stories and what hangs on them: sections, tags, authors, pictures, corrections, revisions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, BigId, JSONText, LongText, UTCDateTime, exact, utcnow
from .columns import one_of, primary_key, refer


class PostState(StrEnum):
    """Where a post stands at the desk.

    There is no stored state for *scheduled*: a scheduled post is a published one
    whose time has not come, so that no worker is needed for it to appear.
    """

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class CorrectionKind(StrEnum):
    """What a dated note under a story says of it."""

    CORRECTION = "correction"
    CLARIFICATION = "clarification"
    UPDATE = "update"


class Section(Base):
    """A part of the paper; sections nest."""

    __tablename__ = "newsblog_section"
    __table_args__ = (
        primary_key("newsblog_section"),
        refer("newsblog_section", "section", "parent_id", "SET NULL"),
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

    ``variants`` is a list of ``{"key", "width", "height", "type"}``, WebP first, smallest
    first; without a ``type`` it is WebP.
    """

    __tablename__ = "newsblog_media"
    __table_args__ = (
        primary_key("newsblog_media"),
        UniqueConstraint("blog", "key", name="uq_newsblog_media_key"),
        Index("ix_newsblog_media_created", "blog", "created_at", "id"),
        Index("ix_newsblog_media_changed", "blog", "changed_at"),
        # An index, where SQLite would have to copy the table for a later constraint.
        Index("uq_newsblog_media_digest", "blog", "digest", unique=True),
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
    # SHA-256 of the file as it was uploaded, so that the same one is not kept twice.
    digest: Mapped[str | None] = mapped_column(exact(64))
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="", server_default="")


class Author(Base):
    """A name over stories, with no account at the host. ``links``: a list of ``[label, url]``."""

    __tablename__ = "newsblog_author"
    __table_args__ = (
        primary_key("newsblog_author"),
        refer("newsblog_author", "media", "picture_id", "SET NULL"),
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
        primary_key("newsblog_tag"),
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

    The row is what readers see, or would. ``saved_revision`` is the number of the newest
    saved revision, ``shown_revision`` of the one that the row was made from; they differ
    while the desk writes on at a story that is out. ``last_revision`` is the number of the
    newest of any kind: counted here, where whoever saves holds the lock. ``planned_at`` is
    when the desk means to have it, which publishes nothing. ``embargo_people`` are the names
    or addresses of those who may see it under embargo; ``withdrawal`` is what readers are
    told of why it went. ``discarded_at`` is when a story that no reader has seen was thrown away.
    """

    __tablename__ = "newsblog_post"
    __table_args__ = (
        primary_key("newsblog_post"),
        refer("newsblog_post", "section", "section_id", "SET NULL"),
        refer("newsblog_post", "media", "lead_image_id", "SET NULL"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_post_slug"),
        UniqueConstraint("blog", "source_id", name="uq_newsblog_post_source"),
        one_of("state", PostState, "ck_newsblog_post_state"),
        Index("ix_newsblog_post_published", "blog", "state", "published_at", "id"),
        # With the blog in it, although a section has but one: SQLite knows nothing of how
        # many rows a key has and takes the index with most keys equal.
        Index("ix_newsblog_post_section", "section_id", "blog", "state", "published_at", "id"),
        Index("ix_newsblog_post_embargo", "blog", "state", "embargo_until"),
        Index("ix_newsblog_post_changed", "blog", "changed_at", "id"),
        Index("ix_newsblog_post_desk", "blog", "state", "changed_at", "id"),
        Index("ix_newsblog_post_planned", "blog", "planned_at", "id"),
        Index("ix_newsblog_post_person", "blog", "person_id", "changed_at", "id"),
        Index("ix_newsblog_post_lead_image_id", "lead_image_id"),
        Index("ix_newsblog_post_discarded", "discarded_at", "blog", "id"),
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
    embargo_people: Mapped[list[str]] = mapped_column(JSONText, default=list, server_default="[]")
    planned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawal: Mapped[str] = mapped_column(sa.String(1000), default="", server_default="")
    discarded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    saved_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    shown_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    last_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)

    # Who wrote it down, as the host knew them then.
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")

    replies_open: Mapped[bool] = mapped_column(default=True)
    comment_count: Mapped[int] = mapped_column(default=0)
    held_count: Mapped[int] = mapped_column(default=0)
    # No reference: the two tables would then refer to each other.
    pinned_comment_id: Mapped[int | None] = mapped_column(BigId)

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
        refer("newsblog_byline", "post", "post_id"),
        refer("newsblog_byline", "author", "author_id"),
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
        refer("newsblog_post_tag", "post", "post_id"),
        refer("newsblog_post_tag", "tag", "tag_id"),
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
        primary_key("newsblog_old_slug"),
        refer("newsblog_old_slug", "post", "post_id"),
        UniqueConstraint("blog", "slug", name="uq_newsblog_old_slug_slug"),
        Index("ix_newsblog_old_slug_post_id", "post_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    slug: Mapped[str] = mapped_column(exact(200))
    post_id: Mapped[int] = mapped_column(BigId)


class Redirect(Base):
    """An address from before, below the blog's own, and the post or address it leads to.

    ``path`` begins with a slash and may carry a query (``/?p=12``). A ``target`` such as
    ``tags/ferry/`` is below the blog's own address, too.
    """

    __tablename__ = "newsblog_redirect"
    __table_args__ = (
        primary_key("newsblog_redirect"),
        refer("newsblog_redirect", "post", "post_id"),
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
        primary_key("newsblog_correction"),
        refer("newsblog_correction", "post", "post_id"),
        one_of("kind", CorrectionKind, "ck_newsblog_correction_kind"),
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
