"""Somebody wants to be forgotten: their words and names go, the thread stays standing.

A row of a comment is emptied and kept. What hangs on it keeps its place; and a number that
were given again, as SQLite does with that of the last row, would open to a stranger what an old
link was made for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from ..database import session
from ..models import (
    Comment,
    CommentChange,
    CommentState,
    CommentVerdict,
    Mail,
    MailAddress,
    Report,
    Subscription,
)
from . import bayes
from .actions import move
from .addresses import folded, mailbox
from .journal import PINNED, Verb, locked, new_batch
from .own import Owner, asked_for, reported_by, same_address, theirs

# What is left of a comment: numbers, times, where it stood, and its number at the site that it
# was brought in from, so that it is not brought in again.
NOTHING: dict[str, Any] = {
    "author_name": "", "author_email": "", "author_url": "", "person_id": None, "badge": "",
    "address_digest": None, "network": None, "user_agent": None, "proof": "",
    "browser_digest": None, "text_digest": None, "fingerprint": None,
    "rejection": "", "picked": False, "body": "", "body_html": "",
}  # fmt: skip
# What the history of a comment may keep of it; all else may be its writer's words.
_NOT_PERSONAL = frozenset({"state", "picked", PINNED})


@dataclass(frozen=True, slots=True)
class Erased:
    """How much there was: comments, subscriptions, mails in the outbox, reports to the desk."""

    comments: int = 0
    subscriptions: int = 0
    mails: int = 0
    reports: int = 0


def erase(owner: Owner, now: datetime) -> Erased:
    """Forget somebody, as far as what they have shown goes; flushed.

    Their comments go, and the mail about these. Only whoever reads the mail of an address can
    have all of that address forgotten: anybody may type one.
    """
    places = session().execute(select(Comment.post_id, Comment.id).where(theirs(owner))).all()
    mail = session().scalars(select(Subscription.id).where(asked_for(owner))).all()
    # All threads first, and then what others lock after their thread: the words of the spam
    # filter, subscriptions, addresses.
    threads = list(locked((post_id, comment_id) for post_id, comment_id in places))
    for thread in threads:
        for comment in thread:
            _empty(comment, now)
    count = sum(len(thread) for thread in threads)
    subscriptions = _delete_rows(Subscription, mail)
    reports = _forget_reports(owner)
    mails = _forget_address(owner.blog, owner.address) if owner.address else 0
    return Erased(count, subscriptions, mails, reports)


def anything_of(owner: Owner) -> bool:
    """Whether anything is stored that :func:`erase` would take away."""
    wanted: list[tuple[Any, ColumnElement[bool]]] = [
        (Comment.id, theirs(owner)), (Subscription.id, asked_for(owner)),
        (Report.id, reported_by(owner)),
    ]  # fmt: skip
    if owner.address:
        wanted.append((Mail.id, _of_address(Mail, Mail.recipient, owner.blog, owner.address)))
        wanted.append((MailAddress.id, and_(
            _as_kept(owner.blog, owner.address),
            or_(MailAddress.refused_at.is_(None), MailAddress.confirmed_at.is_not(None)),
        )))  # fmt: skip
    return any(
        session().scalar(select(column).where(clause).limit(1)) is not None
        for column, clause in wanted
    )


def _empty(comment: Comment, now: datetime) -> None:
    if comment.state == CommentState.DELETED and not (comment.author_name or comment.body):
        return  # somebody else was quicker
    # Before the words go: what the spam filter has learnt of them goes with them.
    bayes.unlearn(comment)
    move(comment, CommentState.DELETED)
    forget_histories([comment], now)
    for column, value in NOTHING.items():
        setattr(comment, column, value)
    session().flush()


def forget_histories(comments: Sequence[Comment], now: datetime) -> None:
    """Leave of what was done with comments no words, no writer's name, and no way back."""
    writers = {c.id: (c.person_id, c.blog, {c.author_name}) for c in comments}
    said = delete(CommentVerdict).where(CommentVerdict.comment_id.in_(writers))
    session().execute(said.execution_options(synchronize_session=False))
    changes = select(CommentChange).where(CommentChange.comment_id.in_(writers))
    found = session().scalars(changes).all()
    for change in found:
        # A moderator may have put another name over it.
        for values in (change.before, change.after):
            writers[change.comment_id][2].add(values.get("author_name", ""))
    for change in found:
        person_id, _, names = writers[change.comment_id]
        change.before = {k: v for k, v in change.before.items() if k in _NOT_PERSONAL}
        change.after = {k: v for k, v in change.after.items() if k in _NOT_PERSONAL}
        change.note, change.undone_at = "", change.undone_at or now
        if change.person_id == person_id and change.person_name in names:
            change.person_name, change.person_id = "", None
    # Nobody's name: it stands in the history as what happened by itself.
    session().add_all(
        CommentChange(
            blog=blog, comment_id=number, batch=new_batch(), verb=Verb.ERASE,
            before={}, after={}, changed_at=now, undone_at=now,
        )
        for number, (_, blog, _) in writers.items()
    )  # fmt: skip
    session().flush()


def _forget_reports(owner: Owner) -> int:
    # What they told of a comment still counts: that it was reported is not about them.
    ids = session().scalars(select(Report.id).where(reported_by(owner))).all()
    for start in range(0, len(ids), 500):
        session().execute(
            update(Report)
            .where(Report.id.in_(ids[start : start + 500]))
            .values(email="", text="", address_digest=None)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def _forget_address(blog: str, email: str) -> int:
    mails = _delete(Mail, _of_address(Mail, Mail.recipient, blog, email))
    known = _as_kept(blog, email)
    # A refusal can only be kept with the address that refused.
    _delete(MailAddress, and_(known, MailAddress.refused_at.is_(None)))
    # The box that it arrives in, where nothing is known of that but that it was asked.
    box = _of_address(MailAddress, MailAddress.email, blog, mailbox(email))
    nothing = and_(MailAddress.refused_at.is_(None), MailAddress.confirmed_at.is_(None))
    _delete(MailAddress, and_(box, nothing))
    session().execute(
        update(MailAddress)
        .where(known)
        .values(asked_at=None, confirmed_at=None)
        .execution_options(synchronize_session=False)
    )
    return mails


def _of_address(model: Any, column: Any, blog: str, email: str) -> ColumnElement[bool]:
    return and_(model.blog == blog, same_address(column, email))


def _as_kept(blog: str, email: str) -> ColumnElement[bool]:
    """Where an address is noted: as it was typed, or folded, which makes ``ss`` of ``ß``."""
    known = same_address(MailAddress.email, email), MailAddress.email == folded(email)
    return and_(MailAddress.blog == blog, or_(*known))


def _delete(model: Any, clause: ColumnElement[bool]) -> int:
    # By number: MariaDB does not look into a table that it deletes from.
    return _delete_rows(model, session().scalars(select(model.id).where(clause)).all())


def _delete_rows(model: Any, numbers: Sequence[int]) -> int:
    for start in range(0, len(numbers), 500):
        gone = delete(model).where(model.id.in_(numbers[start : start + 500]))
        session().execute(gone.execution_options(synchronize_session="fetch"))
    return len(numbers)
