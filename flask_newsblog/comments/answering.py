"""A check that held a comment until it knew more, and knows it now. The caller commits."""

from __future__ import annotations

from datetime import datetime

from ..models import Comment, CommentState
from ..settings import Settings
from . import actions, notify
from .checks import Verdict
from .holds import holds_of, take_hold, waits_for_checks_alone
from .journal import Act, Moderator, Verb, locked, new_batch, values_of, write_down


def answer(
    settings: Settings,
    place: tuple[int, int],
    check: str,
    text: str,
    verdict: Verdict,
    now: datetime,
) -> Comment | None:
    """Put a verdict in the place of the one by which its check holds a comment; flushed.

    ``place`` is the story's number and the comment's. Of other words than ``text`` it says
    nothing, and where the check holds nothing there is nothing to answer. What then waits for
    nothing else is published and given back; that is nobody's review.
    """
    for thread in locked([place]):
        for comment in thread:
            if comment.body != text or not take_hold(comment, check):
                return None
            actions.keep_verdicts(comment, [(check, verdict)], now)
            if waits_for_checks_alone(comment) and not holds_of(comment):
                _publish(settings, comment, verdict.reason, now)
                return comment
    return None


def _publish(settings: Settings, comment: Comment, note: str, now: datetime) -> None:
    pinned = actions.pinned(comment.post_id)
    before = values_of(comment, pinned)
    actions.move(comment, CommentState.PUBLISHED)
    notify.published(settings, comment, now)
    nobody = Moderator(None, "")
    act = Act(verb=Verb.APPROVE, by=nobody, now=now, batch=new_batch(), note=note)
    write_down(comment, before, values_of(comment, pinned), act)
