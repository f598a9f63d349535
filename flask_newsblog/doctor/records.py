"""Whether what has to run beside the site does run: mail goes out, old traces go, updates come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from ..database import session
from ..models import Comment, Mail, MailState, PendingUpdate, Post
from ..settings import Settings
from .findings import Finding, Level, named

MAIL, PRUNE, SCHEDULE = "mail", "prune", "schedule"
_LATE = timedelta(hours=1)
_LATELY = timedelta(days=7)
# Prune runs once a day, and may have been missed once.
_GRACE_DAYS = 2
_ON_THE_WAY = (MailState.CLAIMED, MailState.HANDED)


def check_mail(blog: str, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether mail is made, and whether it leaves."""
    if not settings.mail_from:
        yield Finding(
            Level.INFO,
            MAIL,
            "No mail is sent: nobody hears of replies that wait, or of answers to their own.",
            "Set NEWSBLOG_MAIL_FROM and NEWSBLOG_BASE_URL, and let flask newsblog send-mail run.",
        )
    elif not settings.moderators:
        yield Finding(
            Level.INFO,
            MAIL,
            "No moderator hears by mail of replies that wait.",
            "Set NEWSBLOG_MODERATORS to their addresses.",
        )
    yield from _left_lying(blog, settings, now)
    yield from _not_taken(blog, now)


def _not_taken(blog: str, now: datetime) -> Iterator[Finding]:
    """What was tried and did not go out."""
    again = session().scalar(
        select(func.count()).where(
            Mail.blog == blog,
            Mail.state == MailState.WAITING,
            Mail.attempts > 1,
            Mail.created_at < now - _LATE,
        )
    )
    if again:
        yield Finding(
            Level.WARNING,
            MAIL,
            f"Tried several times without success, and to be tried again: {_mails(again)}.",
            "flask newsblog mail list says why; NEWSBLOG_SMTP_HOST and the settings beside it say"
            " where they go.",
        )
    failed = session().scalar(
        select(func.count()).where(
            Mail.blog == blog, Mail.state == MailState.FAILED, Mail.created_at > now - _LATELY
        )
    )
    if failed:
        yield Finding(
            Level.WARNING,
            MAIL,
            f"Given up in the last seven days, for they could not be sent: {_mails(failed)}.",
            "Look at them with flask newsblog mail list --state failed, and have one tried again"
            " with flask newsblog mail retry.",
        )


def _left_lying(blog: str, settings: Settings, now: datetime) -> Iterator[Finding]:
    late = or_(
        and_(Mail.state == MailState.WAITING, Mail.send_after < now - _LATE),
        and_(Mail.state.in_(_ON_THE_WAY), Mail.claimed_until < now - _LATE),
    )
    count, since = (
        session()
        .execute(select(func.count(), func.min(Mail.created_at)).where(Mail.blog == blog, late))
        .one()
    )
    if count:
        yield Finding(
            Level.ERROR,
            MAIL,
            f"{_mails(count)} should have left more than an hour ago, the oldest of"
            f" {since:%Y-%m-%d %H:%M} UTC: flask newsblog send-mail does not run.",
            "Run it by cron every minute, or with --watch as a service; flask newsblog mail list"
            " shows what waits."
            if settings.mail_from
            else "Set NEWSBLOG_MAIL_FROM again, without which nothing is sent, and run it.",
        )


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"


def check_prune(blog: str, keep_days: int, now: datetime) -> Iterator[Finding]:
    """Whether network addresses are removed in time."""
    limit = now - timedelta(days=keep_days + _GRACE_DAYS)
    oldest = session().scalar(
        select(func.min(Comment.created_at)).where(
            Comment.blog == blog, Comment.network.is_not(None), Comment.created_at < limit
        )
    )
    if oldest is not None:
        yield Finding(
            Level.WARNING,
            PRUNE,
            f"Network addresses are kept since {oldest:%Y-%m-%d}, and"
            f" NEWSBLOG_KEEP_NETWORKS_DAYS promises {keep_days} days.",
            "Run flask newsblog prune now, and then once a day by cron.",
        )


def check_schedule(blog: str, now: datetime) -> Iterator[Finding]:
    """Whether updates to stories that are out came when they were due."""
    late = list(
        session().scalars(
            select(Post.title)
            .join(PendingUpdate, PendingUpdate.post_id == Post.id)
            .where(PendingUpdate.blog == blog, PendingUpdate.due_at < now - _LATE)
            .order_by(PendingUpdate.due_at, Post.id)
            .limit(20)
        )
    )
    if late:
        yield Finding(
            Level.ERROR,
            SCHEDULE,
            "Updates are due for more than an hour and not before the readers:"
            f" {named((f'“{title}”' for title in late), 3)}.",
            "The log says why they could not be made; put them before the readers from the page of"
            " each story in the newsroom, or plan them anew.",
        )
