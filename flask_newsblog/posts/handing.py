"""A story handed in to the editors, given back or taken back, with a word to those who read it.

The notes are shown until the story moves on. The caller commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from ..database import session
from ..models import DeskNote, NoteKind, Post, length_of
from ..people import Person
from . import actions

# Characters. It is a word to a colleague, not the story.
LONGEST_NOTE = 5_000
SHOWN_NOTES = 20
# Those that a story leaves behind when it moves on.
_OF_REVIEW = (NoteKind.REVIEW, NoteKind.RETURNED)


def hand_in(post: Post, person: Person | None, note: str, now: datetime) -> None:
    """Give a story to the editors, with a word to them if there is one.

    Raises:
        AlreadyPublished: it is published.
        TextDoesNotFit: the note is too long.
    """
    close_notes(post, now)
    leave_note(post, NoteKind.REVIEW, person, note, now)
    actions.send_to_review(post, now)


def give_back(post: Post, person: Person | None, note: str, now: datetime) -> None:
    """Give a story back to its writer, with what is to be done.

    Raises:
        AlreadyPublished: it is published.
        TextDoesNotFit: the note is too long.
    """
    close_notes(post, now)
    leave_note(post, NoteKind.RETURNED, person, note, now)
    actions.back_to_draft(post, now)


def take_back(post: Post, now: datetime) -> None:
    """Take a story back from the editors, to write on.

    Raises:
        AlreadyPublished: it is published.
    """
    close_notes(post, now)
    actions.back_to_draft(post, now)


def leave_note(
    post: Post, kind: NoteKind, person: Person | None, text: str, now: datetime
) -> DeskNote | None:
    """Leave a word about a story for the desk; an empty one is none."""
    clean = actions.fitting("note", text, LONGEST_NOTE)
    if not clean:
        return None
    name = person.name if person else ""
    note = DeskNote(
        blog=post.blog, post_id=post.id, kind=kind, created_at=now, text=clean,
        person_id=person.id if person else None,
        person_name=name[: length_of(DeskNote.person_name)],
    )  # fmt: skip
    session().add(note)
    return note


def close_notes(post: Post, now: datetime, kinds: Iterable[NoteKind] = _OF_REVIEW) -> None:
    """Mark the open notes of a story as dealt with."""
    is_open = (DeskNote.post_id == post.id, DeskNote.done_at.is_(None), DeskNote.kind.in_(kinds))
    change = update(DeskNote).where(*is_open).values(done_at=now)
    session().execute(change.execution_options(synchronize_session=False))


def notes_of(post: Post) -> Sequence[DeskNote]:
    """The last notes that went between writer and editors, the newest first."""
    query = select(DeskNote).where(DeskNote.post_id == post.id, DeskNote.kind.in_(_OF_REVIEW))
    return session().scalars(query.order_by(DeskNote.id.desc()).limit(SHOWN_NOTES)).all()
