"""Who asks for their own page: by a link, as a person of the host, or by their browser's key."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from ..context import render_error
from ..i18n import mark
from ..mount import Mount
from ..people import secret_hash
from ..posts.pages import ErrorPage
from ..posts.queries import load_frame
from . import tokens
from .browsers import COOKIE
from .kept import kept_words
from .own import Owner, owner_by_comment
from .private import digest_secret, signing_keys
from .reports import reporter

# Stands where a link has its token; no token looks like that, for each has a dot.
HERE = "here"

_NO_LONGER = mark("This link is no longer good")
_NO_LONGER_TEXT = mark(
    "A link to your comments works for 30 days, and one to confirm an address for seven. Each of"
    " our mails has a new one."
)
_NOBODY = mark("We do not know which comments are yours")
_NOBODY_TEXT = mark(
    "Open the link in one of our mails, or sign in if you have an account. A browser that you let"
    " remember you knows its own comments too."
)


def must_be_somebody(mount: Mount, token: str, now: datetime) -> Owner | Response:
    """The reader whom this request shows to be, or the page that says why there is none."""
    owner = _here(mount) if token == HERE else _by_link(mount, token, now)
    if owner is not None:
        return owner
    heading, text = (_NOBODY, _NOBODY_TEXT) if token == HERE else (_NO_LONGER, _NO_LONGER_TEXT)
    return nothing_here(mount, now, heading, text)


def nothing_here(
    mount: Mount, now: datetime, heading: str = _NO_LONGER, text: str = _NO_LONGER_TEXT
) -> Response:
    """The page for a link that leads to nothing, or not any more."""
    words = mount.words
    page = ErrorPage(404, words.t(heading), words.t(text), kept_words())
    return render_error(404, page, load_frame(mount.blog, now), now)


def _by_link(mount: Mount, token: str, now: datetime) -> Owner | None:
    whose = tokens.read_own(signing_keys(), token, mount.blog, now)
    if isinstance(whose, int):
        return owner_by_comment(mount.blog, whose)
    return Owner(mount.blog, email=whose) if whose else None


def _here(mount: Mount) -> Owner | None:
    person = mount.current_person()
    if person is not None:
        whose = reporter(person.id, None, digest_secret(mount))
        return Owner(
            mount.blog, person_id=person.id, person_email=person.email or "",
            reporters=(whose,) if whose else (),
        )  # fmt: skip
    key = request.cookies.get(COOKIE, "")
    return Owner(mount.blog, browser=secret_hash(key)) if key else None
