"""What was done with comments: written down, so that it can be read and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from secrets import token_hex
from typing import Any

from sqlalchemy import select

from ..database import session
from ..models import Comment, CommentChange, CommentState, CommentVerdict, length_of
from .actions import lock_thread

# What moderation may change of a comment. The HTML follows from the body, and whether a
# comment is shown from its state and from what hangs on it, so neither is written down.
_COLUMNS = (
    "state", "picked", "rejection", "reviewed_at", "author_name", "body", "fingerprint",
    "text_digest", "edited_at",
)  # fmt: skip
_MOMENTS = frozenset({"reviewed_at", "edited_at"})
# Stands beside the columns, although it is a column of the story's.
PINNED = "pinned"
NOTE_LENGTH = length_of(CommentChange.note)
_NAME_LENGTH = length_of(CommentChange.person_name)

Values = dict[str, Any]


class Verb(StrEnum):
    """What may be done with a comment: by moderators, and the last two by its writer alone.

    Its writer may also edit and delete it.
    """

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    DELETE = "delete"
    HOLD = "hold"
    PICK = "pick"
    UNPICK = "unpick"
    PIN = "pin"
    UNPIN = "unpin"
    EDIT = "edit"
    UNDO = "undo"
    CONFIRM = "confirm"
    ERASE = "erase"


@dataclass(frozen=True)
class Moderator:
    """Who decides. One with neither id nor name stands for what happens by itself."""

    person_id: str | None
    name: str


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that is done with one comment or with several in one go."""

    verb: Verb
    by: Moderator
    now: datetime
    batch: str
    note: str = ""
    undoes: str | None = None


def new_batch() -> str:
    """A number under which something is done in one go."""
    return token_hex(8)


def wording_of(edited_at: datetime | None) -> str:
    """What tells the words of a comment from those before its latest change."""
    return edited_at.isoformat() if edited_at is not None else "first"


def locked(places: Iterable[tuple[int, int]]) -> Iterator[list[Comment]]:
    """The comments at these places, thread by thread, read anew once all the threads are locked.

    A place is a story's number and a comment's. All are locked before any is looked at, in the
    order of the stories: to ask MariaDB what hangs on a comment locks a gap in its index, for
    which somebody may wait who writes to the next story.
    """
    in_order = sorted(set(places))
    for post_id, _ in groupby(in_order, key=itemgetter(0)):
        lock_thread(post_id)
    for _, thread in groupby(in_order, key=itemgetter(0)):
        yield list(
            session().scalars(
                select(Comment)
                .where(Comment.id.in_([comment_id for _, comment_id in thread]))
                .order_by(Comment.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        )


def is_taken_back(comment: Comment) -> bool:
    """Whether a comment is gone for good: its writer has deleted it or was forgotten, or its
    words are.

    The hand of its writer takes the fingerprint away.
    """
    gone = comment.fingerprint is None or not comment.body
    return comment.state == CommentState.DELETED and gone


def values_of(comment: Comment, pinned: int | None) -> Values:
    """What moderation may change of a comment, in values that JSON has."""
    values = {name: plain(getattr(comment, name)) for name in _COLUMNS}
    return {**values, PINNED: pinned == comment.id}


def set_values(comment: Comment, values: Values) -> None:
    """Give a comment these values, but for its state and its place, which others follow."""
    for name, value in values.items():
        if name in _MOMENTS and value is not None:
            setattr(comment, name, datetime.fromisoformat(value))
        elif name in _COLUMNS and name != "state":
            setattr(comment, name, value)


def write_down(comment: Comment, before: Values, after: Values, act: Act) -> bool:
    """Note what an act has changed of a comment; whether it has changed anything."""
    if before == after:
        return False
    _note(comment, before, after, act)
    return True


def note_of_writer(
    comment: Comment, verb: Verb, before: Values, after: Values, now: datetime
) -> None:
    """Note what its writer has done with a comment, even where that changed nothing of it."""
    by = Moderator(comment.person_id, comment.author_name)
    _note(comment, before, after, Act(verb=verb, by=by, now=now, batch=new_batch()))


def _note(comment: Comment, before: Values, after: Values, act: Act) -> None:
    changed = [name for name in before if before[name] != after[name]]
    session().add(
        CommentChange(
            blog=comment.blog,
            comment_id=comment.id,
            batch=act.batch,
            undoes=act.undoes,
            verb=act.verb,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            note=act.note[:NOTE_LENGTH],
            person_id=act.by.person_id,
            person_name=act.by.name[:_NAME_LENGTH],
            changed_at=act.now,
        )
    )
    session().flush()


def history(comment_id: int) -> Sequence[CommentChange]:
    """All that was done with a comment, oldest first."""
    changes = select(CommentChange).where(CommentChange.comment_id == comment_id)
    return session().scalars(changes.order_by(CommentChange.id)).all()


def verdicts(comment_id: int) -> Sequence[CommentVerdict]:
    """What the checks said of a comment, in the order in which they said it."""
    said = select(CommentVerdict).where(CommentVerdict.comment_id == comment_id)
    return session().scalars(said.order_by(CommentVerdict.id)).all()


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
