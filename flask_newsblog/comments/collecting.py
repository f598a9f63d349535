"""Mails that collect what happens until they leave, each of which names the one before.

The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from ..database import session
from ..models import Mail, MailState
from .outbox import Kind, put


def collect(
    blog: str,
    kind: Kind,
    stem: str,
    recipient: str,
    data: dict[str, Any],
    now: datetime,
    pause: timedelta,
    *,
    alone: bool,
) -> Mail:
    """The mail about one thing to one reader that still waits, locked; a new one if none does.

    It is sent at once, or ``pause`` after the one before it. Each mail's key names the one
    before, so that two who find none make one between them. Whoever sends it waits until this
    transaction is over, for what it stores belongs in the mail; ``alone`` keeps
    others from adding to it meanwhile.
    """
    last = _last(blog, recipient, stem)
    row = _locked(Mail.id == last, alone) if last is not None else None
    while row is None or row.state != MailState.WAITING:
        key = f"{stem}:{row.id if row else 0}"
        put(blog, kind, key, recipient, data, now, _send_after(row, now, pause))
        # Ours, or that of somebody who came first; if it is on its way, the next has it for
        # its predecessor. A plain read would see what was (MariaDB's REPEATABLE READ).
        row = _locked(Mail.key == key, alone)
    return row


def _last(blog: str, recipient: str, stem: str) -> int | None:
    return session().scalar(
        select(Mail.id)
        .where(
            Mail.blog == blog,
            Mail.recipient == recipient,
            Mail.key.startswith(f"{stem}:", autoescape=True),
        )
        .order_by(Mail.id.desc())
        .limit(1)
    )


def _locked(which: sa.ColumnElement[bool], alone: bool) -> Mail | None:
    # Only by a row that is there: locking what is not there locks a gap, and two who then
    # insert into it wait for each other.
    query = select(Mail).where(which).with_for_update(read=not alone)
    return session().scalars(query.execution_options(populate_existing=True)).one_or_none()


def _send_after(before: Mail | None, now: datetime, pause: timedelta) -> datetime:
    if before is None or before.state in (MailState.FAILED, MailState.DROPPED):
        return now
    return max(now, (before.sent_at or now) + pause)


def told(blog: str, recipient: str, stem: str, limit: int = 50) -> Sequence[dict[str, Any]]:
    """The data of the latest mails to one reader about one thing."""
    return (
        session()
        .scalars(
            select(Mail.data)
            .where(
                Mail.blog == blog,
                Mail.recipient == recipient,
                Mail.key.startswith(f"{stem}:", autoescape=True),
                Mail.state != MailState.DROPPED,
            )
            .order_by(Mail.id.desc())
            .limit(limit)
        )
        .all()
    )
