"""What readers report to the desk: a comment, or an error in a story. The caller commits."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, select

from ..database import session
from ..models import Comment, CommentState, Report, ReportReason, length_of
from ..settings import Settings
from . import actions, moderation, notify
from .moderation import Moderator, Verb
from .report_closing import recount
from .writers import digest_and_network

REPORT_LENGTH, ERROR_LENGTH = 2_000, 5_000
# So many reports one household may send within this time.
MOST_REPORTS, REPORTS_WITHIN = 10, timedelta(hours=1)
_NAME_LENGTH = length_of(Report.closed_by)
# Many homes have so much of IPv6, 256 networks of /64 (RFC 6177): one of them must not pass
# for the several readers that hold a comment.
LARGE_HOUSEHOLD = 56
HELD_FOR = "was reported by several readers"
# Why a comment may be reported.
REASONS = tuple(reason for reason in ReportReason if reason is not ReportReason.ERROR)


class TooManyReports(Exception):
    """This household has sent enough for now; ``seconds`` is how long it has to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class CommentGone(LookupError):
    """The comment is not before the readers any more; the message is its id."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a reader tells the desk: why, in which words, and where to answer.

    ``whose`` is what :func:`reporter` says; nothing where nobody can tell.
    """

    reason: ReportReason
    text: str
    email: str
    whose: str | None


def reporter(person_id: str | None, address: str | None, secret: bytes) -> str | None:
    """A keyed digest of who reports: a person of the host, or the household of an address.

    Unlike that of a comment's writer it is the same tomorrow, so that nobody's second look
    at a comment counts as another reader's.
    """
    if person_id is None:
        return digest_and_network(address, secret, "reports", LARGE_HOUSEHOLD)[0]
    return hmac.new(secret, f"reports of {person_id}".encode(), hashlib.sha256).hexdigest()[:32]


def report_comment(settings: Settings, comment: Comment, told: Told, now: datetime) -> bool:
    """Keep what a reader says of a comment; whether the comment is held from now on.

    One household's second report of the same comment is taken for the first.

    Raises:
        CommentGone: readers do not see the comment any more; nothing is stored.
        TooManyReports: there were enough from this household.
    """
    actions.lock_thread(comment.post_id)
    session().refresh(comment, with_for_update=True)
    if comment.state != CommentState.PUBLISHED:
        raise CommentGone(comment.id)
    if told.whose and _has_reported(comment.id, told.whose):
        return False
    _keep(comment.blog, comment.post_id, comment.id, told, now)
    comment.report_count += 1
    session().flush()
    if not settings.reports_to_hold or comment.reviewed_at is not None or comment.badge:
        return False
    if _open_reporters(comment.id) < settings.reports_to_hold:
        return False
    return _hold(settings, comment, now)


def report_error(blog: str, post_id: int, told: Told, now: datetime) -> None:
    """Keep what a reader says is wrong in a story; readers see nothing of it.

    Raises:
        TooManyReports: there were enough from this household.
    """
    _keep(blog, post_id, None, told, now)


def close_some(blog: str, report_ids: Sequence[int], by_name: str, now: datetime) -> int:
    """Say that somebody has dealt with these reports of a blog; how many were open."""
    found = [r for r in _locked(blog, report_ids) if r.closed_at is None]
    for report in found:
        report.closed_at, report.closed_by = now, by_name[:_NAME_LENGTH]
    session().flush()
    recount({report.comment_id for report in found if report.comment_id})
    return len(found)


def reopen_some(blog: str, report_ids: Sequence[int]) -> int:
    """Put reports before the desk again; how many were closed."""
    found = [r for r in _locked(blog, report_ids) if r.closed_at is not None]
    for report in found:
        report.closed_at, report.closed_by = None, ""
    session().flush()
    recount({report.comment_id for report in found if report.comment_id})
    return len(found)


def _locked(blog: str, report_ids: Sequence[int]) -> Sequence[Report]:
    """These reports of a blog, read anew once the threads of their comments are locked."""
    these = Report.blog == blog, Report.id.in_(report_ids)
    threads = select(Report.post_id).where(*these, Report.comment_id.is_not(None)).distinct()
    for post_id in session().scalars(threads.order_by(Report.post_id)).all():
        actions.lock_thread(post_id)
    found = select(Report).where(*these).order_by(Report.id).with_for_update()
    return session().scalars(found.execution_options(populate_existing=True)).all()


def _keep(blog: str, post_id: int, comment_id: int | None, told: Told, now: datetime) -> None:
    _limit(told.whose, now)
    session().add(
        Report(
            blog=blog,
            post_id=post_id,
            comment_id=comment_id,
            reason=told.reason,
            text=told.text,
            email=told.email,
            address_digest=told.whose,
            created_at=now,
        )
    )
    session().flush()


def _limit(whose: str | None, now: datetime) -> None:
    if whose is None:
        return
    # The oldest of the last so many: when that is an hour ago there may be another.
    oldest = session().scalar(
        select(Report.created_at)
        .where(Report.address_digest == whose, Report.created_at > now - REPORTS_WITHIN)
        .order_by(Report.created_at.desc())
        .offset(MOST_REPORTS - 1)
        .limit(1)
    )
    if oldest is not None:
        raise TooManyReports(max(1, ceil((oldest + REPORTS_WITHIN - now).total_seconds())))


def _has_reported(comment_id: int, whose: str) -> bool:
    # The thread is locked: whoever reports it at this moment comes before or after.
    found = select(Report.id).where(Report.comment_id == comment_id, Report.address_digest == whose)
    return session().scalar(found.with_for_update(read=True)) is not None


def _open_reporters(comment_id: int) -> int:
    counted = select(func.count(Report.address_digest)).where(
        Report.comment_id == comment_id, Report.closed_at.is_(None)
    )
    return session().scalar(counted) or 0


def _hold(settings: Settings, comment: Comment, now: datetime) -> bool:
    nobody = Moderator(None, "")
    done = moderation.decide(settings, [comment], Verb.HOLD, nobody, now, note=HELD_FOR)
    if done.changed:
        notify.waits(settings, comment, now)
    return bool(done.changed)
