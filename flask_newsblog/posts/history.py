"""What is told of a story's history: its revisions in order, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..database import session
from ..models import Post, Revision, RevisionKind
from ..text.differences import Piece, differences
from .written import NAMES, Written

SAVED = (RevisionKind.SAVED, RevisionKind.IMPORTED)
# Without what they hold, which may be much.
_COLUMNS = (
    Revision.number, Revision.kind, Revision.base, Revision.note, Revision.saved_at,
    Revision.person_name,
)  # fmt: skip
_BETWEEN = {"section": " / "}


@dataclass(frozen=True)
class Noted:
    """A revision without its content."""

    number: int
    kind: str
    base: int
    note: str
    saved_at: datetime
    person_name: str


@dataclass(frozen=True)
class Change:
    """What became of one field of a story."""

    name: str
    pieces: tuple[Piece, ...]


def page_of_revisions(post: Post, limit: int, before: int | None = None) -> Sequence[Noted]:
    """The revisions of a story, the newest first; from below one on."""
    query = select(*_COLUMNS).where(Revision.post_id == post.id)
    if before is not None:
        query = query.where(Revision.number < min(before, post.last_revision + 1))
    rows = session().execute(query.order_by(Revision.number.desc()).limit(limit))
    return [Noted(*row) for row in rows]


def noted(post: Post, number: int) -> Noted | None:
    """One revision of a story."""
    # Nor does the column have room for any number that an address may tell.
    if number > post.last_revision:
        return None
    query = select(*_COLUMNS).where(Revision.post_id == post.id, Revision.number == number)
    row = session().execute(query).one_or_none()
    return Noted(*row) if row is not None else None


def before(post: Post, revision: Noted) -> int:
    """The number of what a revision was made of: what it began with, or was saved before it.

    0 where it is the first.
    """
    if revision.kind not in SAVED and revision.base:
        return revision.base
    query = select(Revision.number).where(
        Revision.post_id == post.id, Revision.number < revision.number, Revision.kind.in_(SAVED)
    )
    return session().scalar(query.order_by(Revision.number.desc()).limit(1)) or 0


def changes(old: Written, new: Written, *names: str) -> tuple[Change, ...]:
    """What differs between two versions of a story, or between these fields of them."""
    return tuple(
        Change(name, differences(as_text(name, old), as_text(name, new)))
        for name in names or NAMES
        if names or getattr(old, name) != getattr(new, name)
    )


def as_text(name: str, written: Written) -> str:
    """A field of a story as text."""
    value: Any = getattr(written, name)
    if isinstance(value, tuple):
        return _BETWEEN.get(name, ", ").join(value)
    return "" if value is None else str(value)
