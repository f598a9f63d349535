"""Corrections: written under a story, put into other words, taken back, listed for readers.

The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm.attributes import flag_modified

from ..database import session
from ..models import Correction, CorrectionKind, Post, length_of
from ..people import Person
from .actions import LONGEST_CORRECTION, correct, fitting
from .queries import Cursor, Found
from .standing import hold
from .statements import AT, BLOG, LIMIT, Query, Way, run, visible

_NAME = length_of(Correction.person_name)
# The same words again within this time are a second click.
TWICE = timedelta(minutes=10)


def write_correction(
    post: Post, kind: CorrectionKind, text: str, person: Person, now: datetime
) -> tuple[Correction, bool]:
    """Tell readers what was wrong or has changed, and whether that is new.

    Raises:
        NotPublished: readers have not seen the story, so it can simply be changed.
        TextDoesNotFit: the note is too long.
    """
    hold(post)
    last = corrections_of(post.id)[:1]
    if last and (last[0].kind, last[0].text) == (kind, text) and last[0].corrected_at > now - TWICE:
        return last[0], False
    note = correct(post, kind, text, now)
    note.person_id, note.person_name = person.id, person.name[:_NAME]
    session().flush()
    return note, True


def reword_correction(
    post: Post, note: Correction, kind: CorrectionKind, text: str, now: datetime
) -> bool:
    """Put a correction into other words, under its date; whether it had others.

    Raises:
        TextDoesNotFit: the note is too long.
    """
    clean = fitting("correction", text, LONGEST_CORRECTION)
    if (note.kind, note.text) == (kind, clean):
        return False
    note.kind, note.text = kind, clean
    _touch(post, now)
    session().flush()
    return True


def take_back_correction(post: Post, note: Correction, now: datetime) -> None:
    """Take a correction from under its story."""
    session().delete(note)
    _touch(post, now)
    session().flush()


def correction_of(post: Post, correction_id: int) -> Correction | None:
    """A correction of this story, which is held, as whoever was quicker left it."""
    note = session().get(Correction, correction_id, populate_existing=True)
    return note if note is not None and note.post_id == post.id else None


def corrections_of(post_id: int) -> Sequence[Correction]:
    """The corrections of a story, the newest first. One statement."""
    query = select(Correction).where(Correction.post_id == post_id)
    order = (Correction.corrected_at.desc(), Correction.id.desc())
    return session().scalars(query.order_by(*order)).all()


def page_of_corrections(
    blog: str, now: datetime, limit: int, cursor: Cursor
) -> tuple[Sequence[Found], int | None, int | None]:
    """A page of the corrections of visible stories, the newest first, and where others begin.

    One statement. The cursor's numbers are those of corrections.
    """
    rows = run(_listed(cursor.way), blog=blog, now=now, limit=limit + 1, at=cursor.at).all()
    more, rows = len(rows) > limit, rows[:limit]
    towards_new = cursor.way is Way.NEWER
    if towards_new:
        rows = rows[::-1]
    if not rows:
        return (), None, None
    has_newer = cursor.way is Way.OLDER or (towards_new and more)
    return (
        rows,
        rows[-1].id if more or towards_new else None,
        rows[0].id if has_newer else None,
    )


@cache
def _listed(way: Way) -> Query:
    when, number = Correction.corrected_at, Correction.id
    query = (
        select(
            Correction.id, Correction.kind, Correction.text, Correction.corrected_at, Post.title,
            Post.slug, Post.published_at,
        )
        .join(Post, Post.id == Correction.post_id)
        .where(Correction.blog == BLOG, visible())
    )  # fmt: skip
    if way is Way.FIRST:
        return query.order_by(when.desc(), number.desc()).limit(LIMIT)
    start: Any = select(when).where(Correction.id == AT, Correction.blog == BLOG).scalar_subquery()
    if way is Way.OLDER:
        beyond = and_(when <= start, or_(when < start, number < AT))
        return query.where(beyond).order_by(when.desc(), number.desc()).limit(LIMIT)
    beyond = and_(when >= start, or_(when > start, number > AT))
    return query.where(beyond).order_by(when, number).limit(LIMIT)


def _touch(post: Post, now: datetime) -> None:
    # Marked, for a value that stays the same is left out of the UPDATE.
    post.changed_at = now
    flag_modified(post, "changed_at")
