"""Signed tokens in addresses and forms.

Each is valid for one purpose and object until the time that is written in it, by the
blog's clock; the server stores none.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

# How long a writer sees a comment that waits, and may confirm one that came from elsewhere.
WAITING = timedelta(minutes=30)
CONFIRMING = timedelta(hours=1)
# How long the links in mails work, those for moderators and those to show an address.
MAILED = timedelta(days=7)
# How long a guest gets to what they wrote by one link; each mail has a new one.
OWN = timedelta(days=30)
# How long somebody may write on one page.
WRITING = timedelta(days=1)
# A link that ends mail has to work for as long as the mail is kept.
STOPPING = timedelta(days=3650)

# Of those that the app signs with, the newest is last.
Keys = Sequence[str | bytes]


def waiting_token(
    keys: Keys, blog: str, comment_id: int, now: datetime, *, just_sent: bool = False
) -> str:
    """What lets its writer see a comment that waits.

    ``just_sent`` is for who sent it a moment ago: the page leads them to all that is theirs.
    For anybody else it must not, or one link could be had for another without end.
    """
    return _write(keys, "waiting", [blog, comment_id, just_sent], now + WAITING)


def read_waiting(keys: Keys, token: str, blog: str, now: datetime) -> tuple[int, bool] | None:
    """The comment that this token shows, and whether it was just sent; nothing if it is over."""
    found = _read(keys, "waiting", token, now)
    return (found[1], found[2:] == [True]) if found is not None and found[0] == blog else None


def confirming_token(
    keys: Keys, post_id: int, browser: str, person_id: str | None, now: datetime
) -> str:
    """What the confirmation page carries: for this story, browser and person alone."""
    return _write(keys, "confirming", [post_id, browser, person_id], now + CONFIRMING)


def is_confirmed(
    keys: Keys, token: str, post_id: int, browser: str, person_id: str | None, now: datetime
) -> bool:
    """Whether a reply comes from a confirmation page that we showed to this very browser."""
    found = _read(keys, "confirming", token, now)
    if found is None or not browser:
        return False
    wanted: list[Any] = [post_id, person_id]
    return [found[0], found[2]] == wanted and hmac.compare_digest(
        found[1].encode(), browser.encode()
    )


def challenge_token(keys: Keys, post_id: int, now: datetime) -> str:
    """What a page fetches when somebody begins to write, and sends along with the reply."""
    return _write(keys, "writing", [post_id, now.timestamp()], now + WRITING)


def read_challenge(keys: Keys, token: str, post_id: int, now: datetime) -> timedelta | None:
    """How long ago somebody began to write under this story; nothing if nobody can tell."""
    found = _read(keys, "writing", token, now)
    if found is None or found[0] != post_id:
        return None
    return timedelta(seconds=now.timestamp() - found[1])


def own_token(keys: Keys, blog: str, whose: str | int, now: datetime) -> str:
    """What leads a guest to their own page.

    ``whose`` is the number of a comment, for who just wrote it, or an address, for who reads
    the mail that went there.
    """
    return _write(keys, "own", [blog, whose], now + OWN)


def read_own(keys: Keys, token: str, blog: str, now: datetime) -> str | int | None:
    """The comment or the address whose page this token opens."""
    found = _read(keys, "own", token, now)
    return found[1] if found is not None and found[0] == blog else None


def address_token(keys: Keys, blog: str, comment_id: int, email: str, now: datetime) -> str:
    """What shows, coming back from a mail, that an address is its writer's own."""
    return _write(keys, "address", [blog, comment_id, email], now + MAILED)


def read_address(keys: Keys, token: str, blog: str, now: datetime) -> tuple[int, str] | None:
    """The comment and the address that this token was mailed to."""
    found = _read(keys, "address", token, now)
    return (found[1], found[2]) if found is not None and found[0] == blog else None


def stopping_token(keys: Keys, blog: str, email: str, subscription_id: int, now: datetime) -> str:
    """What ends mail to an address: about one thread, or with 0 all of it."""
    return _write(keys, "stopping", [blog, email, subscription_id], now + STOPPING)


def read_stopping(keys: Keys, token: str, blog: str, now: datetime) -> tuple[str, int] | None:
    """The address and the subscription that this token ends."""
    found = _read(keys, "stopping", token, now)
    return (found[1], found[2]) if found is not None and found[0] == blog else None


def judging_token(
    keys: Keys, blog: str, comment_id: int, verb: str, change_id: int, now: datetime, to: str = ""
) -> str:
    """What lets whoever reads a moderator's mail do one thing with one comment.

    ``change_id`` is the comment's latest change, 0 if there is none: with the next one the
    token is used up. ``to`` is the address to which the mail goes, for as long as it is a
    moderator's.
    """
    return _write(keys, "judging", [blog, comment_id, verb, change_id, to], now + MAILED)


class Judging(NamedTuple):
    """What a link in a moderator's mail is for."""

    comment_id: int
    verb: str
    change_id: int
    to: str


def read_judging(keys: Keys, token: str, blog: str, now: datetime) -> Judging | None:
    """What this token was made for."""
    found = _read(keys, "judging", token, now)
    return Judging(*found[1:]) if found is not None and found[0] == blog else None


def removed_token(keys: Keys, blog: str, line: str, now: datetime) -> str:
    """A rule that was just removed, for the button that adds it again: no address makes one up."""
    return _write(keys, "removed", [blog, line], now + WRITING)


def read_removed(keys: Keys, token: str, blog: str, now: datetime) -> str | None:
    """The rule that this token was made of, as a line."""
    found = _read(keys, "removed", token, now)
    return found[1] if found is not None and found[0] == blog else None


def _write(keys: Keys, purpose: str, held: list[Any], until: datetime) -> str:
    written = _signer(keys, purpose).dumps([*held, until.timestamp()])
    return written if isinstance(written, str) else written.decode()


def _read(keys: Keys, purpose: str, token: str, now: datetime) -> list[Any] | None:
    try:
        *held, until = _signer(keys, purpose).loads(token)
    except BadData:
        return None
    return held if now.timestamp() <= until else None


def _signer(keys: Keys, purpose: str) -> URLSafeSerializer:
    secrets = [key.encode() if isinstance(key, str) else key for key in keys]
    return URLSafeSerializer(secrets, salt=f"newsblog: {purpose}")
