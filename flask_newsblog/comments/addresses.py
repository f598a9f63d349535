"""Addresses that somebody typed: shown to be theirs, asked about, or never to be written to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from ..database import insert_missing, session
from ..models import MailAddress

# After how long an address that did not answer may be asked once more.
ASKED_AGAIN = timedelta(days=30)


def folded(email: str) -> str:
    """An address as it is kept: whoever writes it in capitals means the same one."""
    return email.casefold()


def mailbox(email: str) -> str:
    """The box that mail to an address arrives in, as far as one can tell: without ``+tag``."""
    local, at, domain = folded(email).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def is_confirmed(blog: str, email: str) -> bool:
    """Whether somebody showed that they read the mail to this address, and wants mail."""
    found = _rows(MailAddress.confirmed_at.is_not(None), blog, email, folded(email))
    return found and not is_refused(blog, email)


def is_refused(blog: str, email: str) -> bool:
    """Whether whoever reads the mail to this address wants none of ours."""
    return _rows(MailAddress.refused_at.is_not(None), blog, folded(email), mailbox(email))


def confirm(blog: str, email: str, now: datetime) -> None:
    """Note that somebody read a mail to this address, and has the link from it."""
    row = _row(blog, folded(email))
    row.confirmed_at = row.confirmed_at or now
    session().flush()


def ask(blog: str, email: str, now: datetime) -> bool:
    """Whether to ask an address if it is its writer's: once, until it answers or 30 days pass.

    Many may name it in the same moment, in capitals and with tags; the row of its box lets
    one of them through.
    """
    box = mailbox(email)
    known = session().execute(
        select(
            MailAddress.email, MailAddress.confirmed_at, MailAddress.refused_at,
            MailAddress.asked_at,
        ).where(MailAddress.blog == blog, MailAddress.email.in_({email, folded(email), box}))
    )  # fmt: skip
    for address, confirmed_at, refused_at, asked_at in known:
        if refused_at or (confirmed_at and address in {email, folded(email)}):
            return False
        if address == box and asked_at is not None and asked_at > now - ASKED_AGAIN:
            return False
    insert_missing(MailAddress, MailAddress.blog, MailAddress.email, blog=blog, email=box)
    long_ago = or_(MailAddress.asked_at.is_(None), MailAddress.asked_at <= now - ASKED_AGAIN)
    done: Any = session().execute(
        update(MailAddress)
        .where(
            MailAddress.blog == blog, MailAddress.email == box,
            MailAddress.refused_at.is_(None), long_ago,
        )
        .values(asked_at=now)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return bool(done.rowcount == 1)


def was_not_asked(blog: str, email: str, asked_at: datetime) -> None:
    """Forget that an address was to be asked at that moment: no mail went there."""
    session().execute(
        update(MailAddress)
        .where(
            MailAddress.blog == blog,
            MailAddress.email == mailbox(email),
            MailAddress.asked_at == asked_at,
        )
        .values(asked_at=None)
        .execution_options(synchronize_session=False)
    )


def refuse(blog: str, email: str, now: datetime) -> None:
    """Never write to this address again."""
    row = _row(blog, folded(email))
    row.refused_at = row.refused_at or now
    session().flush()


def allow(blog: str, email: str) -> None:
    """Let mail go to this address again."""
    session().execute(
        update(MailAddress)
        .where(MailAddress.blog == blog, MailAddress.email.in_({folded(email), mailbox(email)}))
        .values(refused_at=None)
        .execution_options(synchronize_session=False)
    )


def _rows(which: Any, blog: str, *emails: str) -> bool:
    query = select(MailAddress.id).where(
        MailAddress.blog == blog, MailAddress.email.in_(set(emails)), which
    )
    return session().scalar(query.limit(1)) is not None


def _row(blog: str, email: str) -> MailAddress:
    insert_missing(MailAddress, MailAddress.blog, MailAddress.email, blog=blog, email=email)
    query = select(MailAddress).where(MailAddress.blog == blog, MailAddress.email == email)
    return (
        session().scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    )
