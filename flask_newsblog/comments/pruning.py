"""What is kept for a while only, taken away once its time is over; a bounded part at a time.

Each function goes on after the row ``after``, looks at up to :data:`AT_ONCE` rows that are due,
and says where to go on and how many it changed; nowhere, when there are no more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, delete, not_, or_, select, update

from ..database import session
from ..models import Comment, CommentChange, CommentState, Mail, MailState, Report, Rule, RuleKind
from . import bayes
from .erasing import NOTHING, forget_histories
from .journal import locked
from .own import is_erased

AT_ONCE = 1_000
# How long what was deleted can be brought back, and how long the outbox says what was sent.
KEPT = timedelta(days=30)
_DONE = (MailState.SENT, MailState.FAILED, MailState.DROPPED)
_OF_THE_NETWORK = (
    Comment.network, Comment.address_digest, Comment.user_agent, Comment.browser_digest,
)  # fmt: skip


class Part(NamedTuple):
    """How far one went: the last row that was looked at, if there may be more; how many."""

    last: int | None
    changed: int


def forget_networks(blog: str, days: int, now: datetime, after: int) -> Part:
    """Remove network addresses and browsers from comments that are older than so many days."""
    known = or_(*(column.is_not(None) for column in _OF_THE_NETWORK))
    old = and_(Comment.blog == blog, Comment.created_at < now - timedelta(days=days), known)
    ids = _due(Comment, old, after)
    nothing: dict[str, Any] = {column.key: None for column in _OF_THE_NETWORK}
    _set(Comment, ids, nothing)
    return _part(ids)


def forget_reporters(blog: str, days: int, now: datetime, after: int) -> Part:
    """Remove the digests of network addresses from reports that are older."""
    old = and_(
        Report.blog == blog,
        Report.created_at < now - timedelta(days=days),
        Report.address_digest.is_not(None),
    )
    ids = _due(Report, old, after)
    _set(Report, ids, {"address_digest": None})
    return _part(ids)


def forget_bans(blog: str, days: int, now: datetime, after: int) -> Part:
    """Remove bans of networks that ended so many days ago."""
    ended = Rule.until < now - timedelta(days=days)
    old = and_(Rule.blog == blog, Rule.kind == RuleKind.NETWORK, ended)
    ids = _due(Rule, old, after)
    if ids:
        gone = delete(Rule).where(Rule.id.in_(ids), old)
        session().execute(gone.execution_options(synchronize_session=False))
    return _part(ids)


def forget_mails(blog: str, now: datetime, after: int) -> Part:
    """Remove mails of which nothing is to be done any more since 30 days."""
    limit = now - KEPT
    old = and_(
        Mail.blog == blog,
        Mail.state.in_(_DONE),
        Mail.created_at < limit,
        or_(Mail.sent_at.is_(None), Mail.sent_at < limit),
    )
    ids = _due(Mail, old, after)
    if ids:
        gone = delete(Mail).where(Mail.id.in_(ids))
        session().execute(gone.execution_options(synchronize_session=False))
    return _part(ids)


def forget_deleted(blog: str, now: datetime, after: int) -> Part:
    """Empty comments that were deleted, and with which nothing was done for 30 days."""
    limit = now - KEPT
    lately = (
        select(CommentChange.id)
        .where(CommentChange.comment_id == Comment.id, CommentChange.changed_at >= limit)
        .exists()
    )
    old = and_(
        Comment.blog == blog,
        Comment.state == CommentState.DELETED,
        Comment.created_at < limit,
        not_(is_erased()),
        not_(lately),
    )
    due = select(Comment.post_id, Comment.id).where(Comment.id > after, old).order_by(Comment.id)
    places = [(post_id, number) for post_id, number in session().execute(due.limit(AT_ONCE))]
    # Locked and looked at again: a moderator may bring one back at this very moment.
    threads = list(locked(places))
    comments = [c for thread in threads for c in thread if c.state == CommentState.DELETED]
    for comment in comments:
        bayes.unlearn(comment)
    forget_histories(comments, now)
    _set(Comment, [comment.id for comment in comments], NOTHING)
    return Part(places[-1][1] if len(places) == AT_ONCE else None, len(comments))


def _due(model: Any, old: ColumnElement[bool], after: int) -> list[int]:
    query: Select[Any] = select(model.id).where(model.id > after, old)
    return list(session().scalars(query.order_by(model.id).limit(AT_ONCE)))


def _set(model: Any, ids: list[int], values: dict[str, Any]) -> None:
    # By number: a database that locked all rows it looks at would stop those who write.
    if ids:
        changed = update(model).where(model.id.in_(ids)).values(values)
        session().execute(changed.execution_options(synchronize_session=False))


def _part(ids: list[int]) -> Part:
    return Part(ids[-1] if len(ids) == AT_ONCE else None, len(ids))
