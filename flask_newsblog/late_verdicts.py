"""What a check of the host's concludes later than the reply came: the host's worker says it."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from .comments.answering import answer
from .comments.checks import Check, Outcome, Verdict
from .database import LARGEST_ID, session
from .models import Comment
from .mount import Mount, forget_pages, mounts
from .signals import comment_approved, name_of, tell


class NoSuchComment(LookupError):
    """No blog of this app has a comment of that number; the message says it."""


def give_verdict(comment_id: int, check: Check, text: str, verdict: Verdict) -> bool:
    """Let a check of the host's that held a reply say what it knows by now; commits.

    The verdict takes the place of the check's own hold and of nobody else's. A reply that then
    waits for nothing is published, with the mails and the signal of an approval; that counts as
    nobody's review. One that reads otherwise by now is left alone.

    Args:
        comment_id: the number of the Comment.
        check: the check, as it stands in ``comment_checks``.
        text: the words that were asked about.
        verdict: ``Outcome.PUBLISH`` or ``Outcome.HOLD``, with the reason for the moderators.

    Returns:
        Whether readers see the reply by this.

    Raises:
        NoSuchComment: there is none of that number, or not any more.
        ValueError: the verdict is to refuse what is stored already.
    """
    if verdict.outcome is Outcome.REFUSE:
        raise ValueError(
            "A reply that is stored cannot be refused any more: say Outcome.HOLD, and a moderator"
            " decides."
        )
    mount, place = _find(comment_id)
    comment = answer(mount.settings, place, name_of(check), text, verdict, mount.now())
    session().commit()
    if comment is not None:
        forget_pages(mount)
        tell(comment_approved, mount.app, blog=mount.blog, comment=comment)
    return comment is not None


def _find(comment_id: int) -> tuple[Mount, tuple[int, int]]:
    row = None
    if 0 < comment_id <= LARGEST_ID:
        asked = select(Comment.blog, Comment.post_id).where(Comment.id == comment_id)
        row = session().execute(asked).one_or_none()
    for mount in mounts(current_app).values():
        if row is not None and mount.blog == row.blog:
            return mount, (row.post_id, comment_id)
    raise NoSuchComment(
        f"No blog of this app has a reply {comment_id}: it was removed meanwhile, or never was."
    )
