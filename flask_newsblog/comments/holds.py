"""What a comment still waits for: the checks whose hold stands, and the desk."""

from __future__ import annotations

from sqlalchemy import delete, select

from ..database import session
from ..models import Comment, CommentChange, CommentState, CommentVerdict, Proof
from .checks import Outcome, first_time_without_proof
from .journal import Verb

# The check that nothing but a proof of who the writer is answers.
WANTS_PROOF = first_time_without_proof.__name__
_HOLD = Outcome.HOLD.name.lower()


def waits_for_checks_alone(comment: Comment) -> bool:
    """Whether a comment waits and nobody but the checks let it; its thread is locked.

    What was held again since, as by readers' reports or as an approval was taken back, a
    moderator has to look at.
    """
    if comment.state != CommentState.HELD or comment.reviewed_at is not None:
        return False
    held = select(CommentChange.id).where(
        CommentChange.comment_id == comment.id, CommentChange.verb.in_((Verb.HOLD, Verb.UNDO))
    )
    return session().scalar(held.limit(1)) is None


def holds_of(comment: Comment) -> set[str]:
    """The checks by which a comment waits, but for that of the proof which it has by now."""
    found = select(CommentVerdict.check).where(
        CommentVerdict.comment_id == comment.id, CommentVerdict.outcome == _HOLD
    )
    shown = {WANTS_PROOF} if comment.proof != Proof.NONE else set()
    return set(session().scalars(found)) - shown


def take_hold(comment: Comment, check: str) -> bool:
    """Take away what one check held a comment for; whether it did."""
    own = select(CommentVerdict.id).where(
        CommentVerdict.comment_id == comment.id,
        CommentVerdict.check == check,
        CommentVerdict.outcome == _HOLD,
    )
    ids = session().scalars(own).all()
    session().execute(delete(CommentVerdict).where(CommentVerdict.id.in_(ids)))
    return bool(ids)
