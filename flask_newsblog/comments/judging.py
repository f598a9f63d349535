"""The checks, and then the host's receivers, asked about a reply or a comment that changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..database import mend_session
from ..models import Comment
from ..mount import Mount
from ..signals import comment_submitting, name_of
from . import checks
from .checks import CHECKS, Draft, Outcome, Verdict
from .drafts import draft_again


def judge(mount: Mount, post_id: int, draft: Draft) -> list[tuple[str, Verdict]]:
    """What all say of a draft, the sternest check first.

    The host's receivers are asked last, and not about what is refused already.
    """
    verdicts = checks.judge(draft, (*CHECKS, *mount.comment_checks))
    if not objection(verdicts):
        said = _ask_the_host(mount, post_id, draft)
        verdicts += [("comment_submitting", verdict) for verdict in said]
    return verdicts


def judge_again(
    mount: Mount, now: datetime, comment: Comment, text: str
) -> list[tuple[str, Verdict]]:
    """What all would say of a comment if it said this."""
    return judge(mount, comment.post_id, draft_again(mount.settings, comment, text, now))


def objection(verdicts: list[tuple[str, Verdict]]) -> str:
    """Why a text is refused, in the words for its writer; empty where it is not."""
    return next((v.reason for _, v in verdicts if v.outcome is Outcome.REFUSE), "")


def _ask_the_host(mount: Mount, post_id: int, draft: Draft) -> list[Verdict]:
    """What receivers object; one that fails holds the reply, as a check that fails does."""
    if comment_submitting.is_muted:
        return []
    receivers = comment_submitting.receivers_for(mount.app)
    answers = [_ask_receiver(mount, receiver, post_id, draft) for receiver in receivers]
    return [answer for answer in answers if answer is not None]


def _ask_receiver(mount: Mount, receiver: Any, post_id: int, draft: Draft) -> Verdict | None:
    try:
        answer = mount.app.ensure_sync(receiver)(
            mount.app, blog=mount.blog, post_id=post_id, draft=draft
        )
        verdict = answer if isinstance(answer, Verdict) else None
        if verdict is None and answer:
            verdict = Verdict(Outcome.REFUSE, str(answer))
    except Exception:
        # It must not cost a reader their words, as a check must not.
        return checks.failed(name_of(receiver))
    mend_session()
    return verdict
