"""Signed tokens in addresses and forms.

Each is valid for one purpose and object until the time that is written in it, by the
blog's clock; the server stores none.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

# How long a writer sees a comment that waits, and may confirm one that came from elsewhere.
WAITING = timedelta(minutes=30)
CONFIRMING = timedelta(hours=1)

# Of those that the app signs with, the newest is last.
Keys = Sequence[str | bytes]


def waiting_token(keys: Keys, blog: str, comment_id: int, now: datetime) -> str:
    """What lets its writer see a comment that waits."""
    return _write(keys, "waiting", [blog, comment_id], now + WAITING)


def read_waiting(keys: Keys, token: str, blog: str, now: datetime) -> int | None:
    """The comment that this token shows in this blog; nothing if it is forged or over."""
    found = _read(keys, "waiting", token, now)
    return found[1] if found is not None and found[0] == blog else None


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
