"""Names that sections, tags and authors had, kept for stories that still say them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, BigId, UTCDateTime, exact, utcnow
from .columns import primary_key


class NameKind(StrEnum):
    """What has a name and an address beside stories."""

    SECTION = "section"
    TAG = "tag"
    AUTHOR = "author"


class FormerName(Base):
    """A name of a section, tag or author, and what it is now.

    ``key`` is the name folded; of a section, the number of the one above it (or 0) stands
    before it, with a slash between. ``thing_id`` is empty where it was deleted. A name that is
    still borne is here too where no slug tells whose it is.

    One row, of no blog and no kind, is held by whoever changes names; its ``changed_at`` is
    when any name last changed.
    """

    __tablename__ = "newsblog_former_name"
    __table_args__ = (
        primary_key("newsblog_former_name"),
        UniqueConstraint("blog", "kind", "key", name="uq_newsblog_former_name_key"),
        Index("ix_newsblog_former_name_thing", "blog", "kind", "thing_id"),
        Index("ix_newsblog_former_name_changed", "blog", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, autoincrement=True)
    blog: Mapped[str] = mapped_column(exact(64))
    kind: Mapped[str] = mapped_column(exact(16))
    key: Mapped[str] = mapped_column(exact(255))
    # No reference: it is the number of a row in one of three tables.
    thing_id: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, onupdate=utcnow)
