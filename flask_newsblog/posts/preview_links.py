"""Links by which people without an account read a story that is not out, and what they say.

Only a hash of a link's secret is kept. The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, inspect, select, update

from ..database import session
from ..models import DeskNote, NoteKind, Post, PostState, PreviewLink, length_of
from ..people import Person, secret_hash
from ..text.typed import one_line
from .changes import was_before_readers
from .revisions import lock_story

LABEL_LENGTH = length_of(PreviewLink.label)
NAME_LENGTH = length_of(DeskNote.person_name)
NOTE_LENGTH = 5_000
# Days that a link may last.
SPANS = (1, 7, 30)
# So many words by one link within this time, and so many in all.
MOST_NOTES, NOTES_WITHIN, MOST_OF_A_LINK = 10, timedelta(hours=1), 200
# The same words again within this time are a second click.
TWICE = timedelta(minutes=10)


class TooManyNotes(Exception):
    """Enough was said by this link for now; ``seconds`` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link leads to; ``out`` says that readers see the story by now."""

    link: PreviewLink
    post: Post
    out: bool


def is_under_embargo(post: Post, now: datetime) -> bool:
    """Whether nobody is to see a story yet, not even by a link."""
    return post.embargo_until is not None and post.embargo_until > now


def make_link(
    post: Post, secret: str, label: str, days: int, person: Person, now: datetime
) -> tuple[PreviewLink, bool]:
    """A link with this secret, for whom ``label`` says, and whether it is new.

    The same secret again is a second click and gives the same link.
    """
    lock_story(post.id)
    key = secret_hash(secret)
    found = select(PreviewLink).where(PreviewLink.secret_hash == key, PreviewLink.blog == post.blog)
    known = session().scalars(found).one_or_none()
    if known is not None:
        return known, False
    link = PreviewLink(
        blog=post.blog, post_id=post.id, secret_hash=key, label=label[:LABEL_LENGTH], made_at=now,
        expires_at=now + timedelta(days=days), person_id=person.id,
        person_name=person.name[: length_of(PreviewLink.person_name)],
    )  # fmt: skip
    session().add(link)
    session().flush()
    return link, True


def open_link(blog: str, secret: str, now: datetime) -> Opened | None:
    """What this secret opens; nothing for one that is unknown, ended, taken back or not to be.

    One statement. A story that was withdrawn or thrown away, or is under an embargo, is shown to
    nobody.
    """
    query = (
        select(PreviewLink, Post)
        .join(Post, Post.id == PreviewLink.post_id)
        .where(PreviewLink.secret_hash == secret_hash(secret), PreviewLink.blog == blog)
        .where(PreviewLink.revoked_at.is_(None), PreviewLink.expires_at > now)
    )
    found = session().execute(query).one_or_none()
    if found is None:
        return None
    link, post = found
    gone = post.state == PostState.WITHDRAWN or post.discarded_at is not None
    if gone or is_under_embargo(post, now):
        return None
    return Opened(link, post, was_before_readers(post, now))


def find_link(post: Post, link_id: int) -> PreviewLink | None:
    """A link of a story that nobody has taken back."""
    link = session().get(PreviewLink, link_id)
    if link is None or link.post_id != post.id or link.revoked_at is not None:
        return None
    return link


def revoke_link(post: Post, link_id: int, now: datetime) -> PreviewLink | None:
    """Take a link of a story back; nothing if it has none such that is still open."""
    link = find_link(post, link_id)
    if link is not None:
        link.revoked_at = now
        session().flush()
    return link


def leave_note(opened: Opened, name: str, text: str, now: datetime) -> DeskNote | None:
    """Bring the desk what a reader of a draft says; nothing if the link was just taken back.

    Raises:
        TooManyNotes: there were enough by this link.
    """
    link = opened.link
    # A write, so that two at once come one after the other on each database.
    (number,) = inspect(link).identity or (link.id,)
    same = update(PreviewLink).where(PreviewLink.id == number).values(label=PreviewLink.label)
    session().execute(same.execution_options(synchronize_session=False))
    session().refresh(link)
    if link.revoked_at is not None:
        return None
    last = _last_notes(link)
    for note in last:
        if (note.person_name, note.text) == (name, text) and note.created_at > now - TWICE:
            return note
    _limit(link, last, now)
    note = DeskNote(
        blog=link.blog, post_id=link.post_id, kind=NoteKind.PREVIEW, preview_id=link.id,
        person_name=name[:NAME_LENGTH], created_at=now, text=text,
    )  # fmt: skip
    session().add(note)
    session().flush()
    return note


def settle_note(post: Post, note_id: int, now: datetime | None) -> DeskNote | None:
    """Say that somebody dealt with a note at ``now``, or with None that nobody did yet."""
    note = session().get(DeskNote, note_id)
    if note is None or note.post_id != post.id or note.kind != NoteKind.PREVIEW:
        return None
    if (note.done_at is None) == (now is None):
        return None
    note.done_at = now
    session().flush()
    return note


def links_of(post_id: int, limit: int, before: int | None = None) -> Sequence[PreviewLink]:
    """The links of a story, the newest first. One statement."""
    query = select(PreviewLink).where(PreviewLink.post_id == post_id)
    if before is not None:
        query = query.where(PreviewLink.id < before)
    return session().scalars(query.order_by(PreviewLink.id.desc()).limit(limit)).all()


def notes_of(post_id: int, limit: int, before: int | None = None) -> Sequence[tuple[DeskNote, str]]:
    """What readers of previews said of a story, the newest first, and by whose link."""
    label = func.coalesce(PreviewLink.label, "")
    query = (
        select(DeskNote, label)
        .outerjoin(PreviewLink, PreviewLink.id == DeskNote.preview_id)
        .where(DeskNote.post_id == post_id, DeskNote.kind == NoteKind.PREVIEW)
    )
    if before is not None:
        query = query.where(DeskNote.id < before)
    rows = session().execute(query.order_by(DeskNote.id.desc()).limit(limit))
    return [(note, one_line(said_to)) for note, said_to in rows]


def _last_notes(link: PreviewLink) -> Sequence[DeskNote]:
    query = select(DeskNote).where(DeskNote.preview_id == link.id)
    return session().scalars(query.order_by(DeskNote.id.desc()).limit(MOST_NOTES)).all()


def _limit(link: PreviewLink, last: Sequence[DeskNote], now: datetime) -> None:
    counted = select(func.count()).where(DeskNote.preview_id == link.id)
    if (session().scalar(counted) or 0) >= MOST_OF_A_LINK:
        raise TooManyNotes(ceil((link.expires_at - now).total_seconds()))
    # The oldest of the last so many: when that is an hour ago there may be another.
    if len(last) == MOST_NOTES and last[-1].created_at > now - NOTES_WITHIN:
        wait = last[-1].created_at + NOTES_WITHIN - now
        raise TooManyNotes(max(1, ceil(wait.total_seconds())))
