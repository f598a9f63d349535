"""An address is shown to be its writer's own: by a link that was mailed there, and a button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from ..database import session
from ..models import Comment, CommentState, MailAddress, Proof, Subscription
from . import addresses
from .actions import lock_thread, move, pinned
from .holds import WANTS_PROOF, holds_of, waits_for_checks_alone
from .journal import Verb, note_of_writer, values_of
from .own import same_address


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of it: ``published`` says that the comment is before the readers by this."""

    comment: Comment
    published: bool


def find_addressed(blog: str, comment_id: int, email: str) -> Comment | None:
    """The comment that was written with this address, if it still has it."""
    found = select(Comment).where(
        Comment.blog == blog, Comment.id == comment_id, same_address(Comment.author_email, email)
    )
    return session().scalars(found).one_or_none()


def is_shown(comment: Comment, email: str) -> bool:
    """Whether the writer of a comment has shown that its address is theirs."""
    if comment.proof != Proof.PERSON:
        return comment.proof == Proof.ADDRESS
    known = _known(comment.blog, email)
    return known is not None and known.confirmed_at is not None


def confirm(comment: Comment, email: str, now: datetime) -> Confirmed:
    """Take an address for its writer's own, and what that changes for their comment; flushed.

    A comment that waits for nothing else is published. What a moderator decided stays.
    """
    lock_thread(comment.post_id)
    session().refresh(comment, with_for_update=True)
    addresses.confirm(comment.blog, email, now)
    session().execute(
        update(Subscription)
        .where(
            Subscription.comment_id == comment.id,
            same_address(Subscription.email, email),
            Subscription.confirmed_at.is_(None),
            Subscription.ended_at.is_(None),
        )
        .values(confirmed_at=now)
        .execution_options(synchronize_session=False)
    )
    if comment.proof in (Proof.ADDRESS, Proof.PERSON):
        return Confirmed(comment, published=False)
    before = values_of(comment, pinned(comment.post_id))
    waited_for_this = waits_for_checks_alone(comment) and holds_of(comment) == {WANTS_PROOF}
    published = waited_for_this and move(comment, CommentState.PUBLISHED)
    comment.proof = Proof.ADDRESS
    session().flush()
    after = values_of(comment, pinned(comment.post_id))
    note_of_writer(comment, Verb.CONFIRM, before, after, now)
    return Confirmed(comment, published)


def _known(blog: str, email: str) -> MailAddress | None:
    same = same_address(MailAddress.email, email)
    found = select(MailAddress).where(MailAddress.blog == blog, same).order_by(MailAddress.id)
    return session().scalars(found.limit(1)).one_or_none()
