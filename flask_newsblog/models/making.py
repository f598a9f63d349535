"""What the desk keeps of a story's making: revisions, who is in it, notes, previews."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, BigId, JSONText, LongText, UTCDateTime, exact
from .columns import one_of, primary_key, refer


class RevisionKind(StrEnum):
    """How a revision came about.

    ``auto`` is what the page sent by itself and its writer has not saved yet; it becomes
    ``kept`` when they save, and ``dropped`` when they would rather not.
    """

    SAVED = "saved"
    AUTO = "auto"
    KEPT = "kept"
    DROPPED = "dropped"
    IMPORTED = "imported"


class NoteKind(StrEnum):
    """What a note about a story is."""

    REVIEW = "review"
    RETURNED = "returned"
    PREVIEW = "preview"


class Revision(Base):
    """A post as it was saved: ``content`` holds its written fields by name.

    ``base`` is the number of the revision that it was written from; ``sitting`` tells the
    open pages of a browser apart, so that what one sends by itself replaces what it sent
    before. ``saved_at`` is when it last did. ``shown_at`` is when it came before readers as
    a change in substance, or as what such a change took the place of; it is empty for all
    that no reader has seen.
    """

    __tablename__ = "newsblog_revision"
    __table_args__ = (
        primary_key("newsblog_revision"),
        refer("newsblog_revision", "post", "post_id"),
        one_of("kind", RevisionKind, "ck_newsblog_revision_kind"),
        UniqueConstraint("post_id", "number", name="uq_newsblog_revision_number"),
        Index("ix_newsblog_revision_kind", "post_id", "kind", "number"),
        Index("ix_newsblog_revision_shown", "post_id", "shown_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    post_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(
        sa.String(16), default=RevisionKind.SAVED, server_default=RevisionKind.SAVED.value
    )
    base: Mapped[int] = mapped_column(default=0, server_default="0")
    sitting: Mapped[str] = mapped_column(exact(64), default="", server_default="")
    shown_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSONText)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")


class Editing(Base):
    """Somebody has a story open; ``seen_at`` is when their page was last heard of."""

    __tablename__ = "newsblog_editing"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", "sitting", name="pk_newsblog_editing"),
        refer("newsblog_editing", "post", "post_id"),
        Index("ix_newsblog_editing_seen", "seen_at"),
    )

    post_id: Mapped[int] = mapped_column(BigId)
    sitting: Mapped[str] = mapped_column(exact(64))
    person_id: Mapped[str] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MediaUse(Base):
    """A story uses a picture: readers see it there, or would by what is saved last."""

    __tablename__ = "newsblog_media_use"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", "media_id", name="pk_newsblog_media_use"),
        refer("newsblog_media_use", "post", "post_id"),
        refer("newsblog_media_use", "media", "media_id"),
        Index("ix_newsblog_media_use_media", "media_id", "post_id"),
    )

    post_id: Mapped[int] = mapped_column(BigId)
    media_id: Mapped[int] = mapped_column(BigId)


class PendingUpdate(Base):
    """A saved revision that takes the place of what readers see when ``due_at`` has come.

    ``told`` says that the story then tells readers that it was updated.
    """

    __tablename__ = "newsblog_pending_update"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", name="pk_newsblog_pending_update"),
        refer("newsblog_pending_update", "post", "post_id"),
        Index("ix_newsblog_pending_update_due", "blog", "due_at"),
    )

    post_id: Mapped[int] = mapped_column(BigId, autoincrement=False)
    blog: Mapped[str] = mapped_column(exact(64))
    revision: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")


class PreviewLink(Base):
    """A link by which somebody without an account reads a story that is not out.

    Only a hash of its secret is kept. ``label`` says whom it was made for.
    """

    __tablename__ = "newsblog_preview_link"
    __table_args__ = (
        primary_key("newsblog_preview_link"),
        refer("newsblog_preview_link", "post", "post_id"),
        UniqueConstraint("secret_hash", name="uq_newsblog_preview_link_secret"),
        Index("ix_newsblog_preview_link_post", "post_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    secret_hash: Mapped[str] = mapped_column(exact(64))
    label: Mapped[str] = mapped_column(sa.String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")


class DeskNote(Base):
    """A word about a story for the desk: by who hands it in or gives it back, or by a reader
    of a preview, whose link is ``preview_id``. ``done_at`` is when somebody dealt with it."""

    __tablename__ = "newsblog_desk_note"
    __table_args__ = (
        primary_key("newsblog_desk_note"),
        refer("newsblog_desk_note", "post", "post_id"),
        refer("newsblog_desk_note", "preview_link", "preview_id", "SET NULL"),
        one_of("kind", NoteKind, "ck_newsblog_desk_note_kind"),
        Index("ix_newsblog_desk_note_post", "post_id", "id"),
        Index("ix_newsblog_desk_note_open", "blog", "done_at", "id"),
        Index("ix_newsblog_desk_note_preview_id", "preview_id"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    post_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(sa.String(16))
    preview_id: Mapped[int | None] = mapped_column(BigId)
    person_id: Mapped[str | None] = mapped_column(exact(255))
    person_name: Mapped[str] = mapped_column(sa.String(245), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    text: Mapped[str] = mapped_column(LongText)
