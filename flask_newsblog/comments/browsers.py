"""The key in a guest's browser: it shows that they wrote here before, and not who they are.

A browser gets one where its reader wants to be remembered, and sends it to the addresses
of replies alone, so that the pages for readers never see it. What is stored is a digest.
"""

from __future__ import annotations

import re
from datetime import timedelta
from secrets import token_urlsafe

from werkzeug.wrappers import Response as BaseResponse

COOKIE = "newsblog_key"
KEPT = timedelta(days=365)
_BYTES = 32
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def is_key(text: str) -> bool:
    """Whether this may be a key that we gave out."""
    return _KEY.fullmatch(text) is not None


def new_key() -> str:
    """A key for a browser that has none."""
    return token_urlsafe(_BYTES)


def give_key(answer: BaseResponse, key: str, path: str, *, secure: bool) -> None:
    """Have the browser keep this key for a year, or forget what it has where there is none.

    ``path`` is the address below which it is sent.
    """
    if key:
        answer.set_cookie(
            COOKIE, key, max_age=KEPT, path=path, secure=secure, httponly=True, samesite="Lax"
        )
    else:
        answer.delete_cookie(COOKIE, path=path, secure=secure, httponly=True, samesite="Lax")
