"""Sign-in links into the newsroom: made with a shell, good once, for ten minutes.

Only a hash of the secret is stored. The visit that a link opens is a row too, so it
ends when the row does.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from ..database import session
from ..models import SignIn, length_of
from ..people import Role, secret_hash

LINK_LASTS = timedelta(minutes=10)
VISIT_LASTS = timedelta(hours=12)
LONGEST_NAME = length_of(SignIn.name)


def make_sign_in(blog: str, name: str, role: Role, now: datetime) -> str:
    """Store a sign-in link for somebody and return its secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    session().add(
        SignIn(
            blog=blog,
            secret_hash=secret_hash(secret),
            name=name,
            role=role,
            expires_at=now + LINK_LASTS,
        )
    )
    return secret


def find_sign_in(blog: str, secret: str, now: datetime) -> SignIn | None:
    """The link with this secret, if it is still good; looking does not use it up."""
    return (
        session()
        .scalars(
            select(SignIn).where(
                SignIn.blog == blog,
                SignIn.secret_hash == secret_hash(secret),
                SignIn.used_at.is_(None),
                SignIn.expires_at > now,
            )
        )
        .one_or_none()
    )


def use_sign_in(link: SignIn, now: datetime) -> bool:
    """Use a link up. Of two who try at once, one is told ``False``."""
    used: Any = session().execute(
        update(SignIn)
        .where(SignIn.id == link.id, SignIn.used_at.is_(None), SignIn.expires_at > now)
        .values(used_at=now, expires_at=now + VISIT_LASTS)
        .execution_options(synchronize_session=False)
    )
    return bool(used.rowcount == 1)


def find_visit(blog: str, key: str, now: datetime) -> SignIn | None:
    """The visit that a used link opened, by the hash of its secret, while it lasts."""
    return (
        session()
        .scalars(
            select(SignIn).where(
                SignIn.blog == blog,
                SignIn.secret_hash == key,
                SignIn.used_at.is_not(None),
                SignIn.expires_at > now,
            )
        )
        .one_or_none()
    )


def end_visit(visit: SignIn, now: datetime) -> None:
    """Close a visit, in every browser that holds it."""
    visit.expires_at = now
