"""A writer's second thoughts: to change or delete what nobody has answered, for a while."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import delete, func, select

from ..database import session
from ..models import Comment, CommentChange, CommentState, CommentVerdict
from ..settings import Settings
from ..text.markdown import COMMENT_RENDERER
from . import bayes
from .actions import keep_verdicts, lock_thread, move, pinned, take_marks, touch
from .checks import OF_THE_SENDING, Outcome, Verdict
from .journal import Verb, note_of_writer, values_of
from .own import may_change
from .queries import find_same
from .writers import fingerprint_of, words_digest, writer_of

# So often a comment may be changed: each time is kept, with both texts, and asks the checks.
MOST_EDITS = 20
# Stands in the place of a check where nothing but the former words is why a comment waits.
WAS_HELD = "was_held_before"
_HELD_BEFORE = "was held before its writer changed it: "


class TooLate(ValueError):
    """The time is over, it was changed too often, somebody has answered, or a moderator decided."""


class ChangedMeanwhile(ValueError):
    """The text is another than the one that was to be changed."""


class SaidAlready(ValueError):
    """Its writer has said the same in the same place before."""


@dataclass(frozen=True, kw_only=True)
class NewText:
    """What a comment is to say: ``text``, ``html`` as it is rendered, what the checks said of it.

    ``former`` is the :func:`digest_of` of what its writer began with.
    """

    text: str
    html: Markup
    former: str
    verdicts: Sequence[tuple[str, Verdict]]


def digest_of(text: str) -> str:
    """What tells one version of a comment from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def edit_own(settings: Settings, comment: Comment, new: NewText, now: datetime) -> bool:
    """Let a comment say something else; whether that changed anything; flushed.

    Where a check holds the new text, the comment waits. What waits goes on waiting. What the
    desk made of the former text does not go over to this one, at which nobody has looked.

    Raises:
        TooLate: it may not be changed any more.
        ChangedMeanwhile: it was changed by another hand, or in another window.
        SaidAlready: another comment of theirs says this.
    """
    _lock(settings, comment, now)
    if comment.body == new.text:
        return False
    if digest_of(comment.body) != new.former:
        raise ChangedMeanwhile(comment.id)
    if _edits(comment.id) >= MOST_EDITS:
        raise TooLate(comment.id)
    fingerprint = fingerprint_of(comment.post_id, comment.parent_id, writer_of(comment), new.text)
    if find_same(fingerprint) is not None:
        raise SaidAlready(comment.id)
    first = pinned(comment.post_id)
    before = values_of(comment, first)
    if any(verdict.outcome is Outcome.HOLD for _, verdict in new.verdicts):
        move(comment, CommentState.HELD)
    bayes.unlearn(comment)
    comment.body, comment.body_html = new.text, str(new.html)
    comment.renderer, comment.fingerprint, comment.edited_at = COMMENT_RENDERER, fingerprint, now
    comment.text_digest, comment.reviewed_at = words_digest(new.text), None
    take_marks(comment)
    _renew_verdicts(comment, new.verdicts, now)
    after = values_of(comment, pinned(comment.post_id))
    note_of_writer(comment, Verb.EDIT, before, after, now)
    if comment.shown:
        touch(comment.post_id)
    return True


def delete_own(settings: Settings, comment: Comment, now: datetime) -> None:
    """Take a comment away, as its writer; flushed.

    Raises:
        TooLate: it may not be deleted any more.
    """
    _lock(settings, comment, now)
    before = values_of(comment, pinned(comment.post_id))
    move(comment, CommentState.DELETED)
    bayes.unlearn(comment)
    comment.fingerprint = None  # who thinks better of it once more may say it again
    session().flush()
    after = values_of(comment, pinned(comment.post_id))
    note_of_writer(comment, Verb.DELETE, before, after, now)


def is_answered(comment_id: int) -> bool:
    """Whether anybody has replied to a comment, published or not."""
    reply = select(Comment.id).where(Comment.parent_id == comment_id).limit(1)
    # A plain read would see what was when the request began (MariaDB's REPEATABLE READ).
    return session().scalar(reply.with_for_update(read=True)) is not None


def _edits(comment_id: int) -> int:
    edits = select(func.count()).where(
        CommentChange.comment_id == comment_id, CommentChange.verb == Verb.EDIT
    )
    return session().scalar(edits) or 0


def _lock(settings: Settings, comment: Comment, now: datetime) -> None:
    lock_thread(comment.post_id)
    session().refresh(comment, with_for_update=True)
    answered = is_answered(comment.id)
    if not may_change(settings, comment.state, comment.created_at, now, answered=answered):
        raise TooLate(comment.id)


def _renew_verdicts(
    comment: Comment, verdicts: Sequence[tuple[str, Verdict]], now: datetime
) -> None:
    of_the_words = CommentVerdict.check.not_in(OF_THE_SENDING)
    theirs = CommentVerdict.comment_id == comment.id
    held = select(CommentVerdict).where(theirs, CommentVerdict.outcome == Outcome.HOLD.name.lower())
    former = session().scalars(held.order_by(CommentVerdict.id)).all()
    reasons = _former_reasons(former) if comment.state == CommentState.HELD else []
    session().execute(delete(CommentVerdict).where(theirs, of_the_words))
    if reasons and not any(verdict.outcome is Outcome.HOLD for _, verdict in verdicts):
        reason = f"{_HELD_BEFORE}{'; '.join(reasons)}"
        verdicts = [*verdicts, (WAS_HELD, Verdict(Outcome.HOLD, reason))]
    keep_verdicts(comment, verdicts, now)


def _former_reasons(held: Sequence[CommentVerdict]) -> list[str]:
    """Why a comment waited, unless one of the reasons stays whatever it says now."""
    if any(verdict.check in OF_THE_SENDING for verdict in held):
        return []
    return [verdict.reason.removeprefix(_HELD_BEFORE) for verdict in held]
