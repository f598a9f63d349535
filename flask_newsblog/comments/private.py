"""Pages for one reader alone: kept by nobody, found by no search engine, framed by nobody."""

from __future__ import annotations

import hashlib
from datetime import datetime
from secrets import token_urlsafe
from typing import TypeVar

from flask import Response, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from ..context import draw, site
from ..models import Comment
from ..mount import Mount
from ..people import Person
from ..posts.queries import Frame, Story, load_frame
from . import origin, tokens
from .boxes import reply_box
from .forms import ReplyForm
from .origin import Origin
from .pages import ConfirmPage, ReplyPage, ReportPage, StoryPage
from .tokens import Keys

_THIS_MACHINE = ("127.0.0.1", "::1", "::ffff:127.0.0.1")

_Answer = TypeVar("_Answer", bound=BaseResponse)


def private_page(
    mount: Mount,
    now: datetime,
    template: str,
    page: StoryPage | ReplyPage | ConfirmPage | ReportPage,
    status: int = 200,
    frame: Frame | None = None,
) -> Response:
    """A page that shows what one reader wrote, or who they are."""
    frame = frame or load_frame(mount.blog, now)
    card = page.story.card
    blog = site(frame, now, mount.post_url(card.slug, card.published_at))
    return for_one_reader(draw(template, page, blog), status)


def for_one_reader(html: str, status: int = 200) -> Response:
    """A page that is nobody else's business."""
    response = current_app.response_class(html, status, mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # Its address may be all that one has to know.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    return kept_by_nobody(response)


def kept_by_nobody(response: _Answer) -> _Answer:
    """The response, which no cache and no browser keeps."""
    response.headers["Cache-Control"] = "no-store"
    return response


def address_here(mount: Mount) -> str | None:
    """The network address that a request comes from; nothing if all seem to be from one.

    That is so behind a proxy of this machine which the app has not been told of: all
    readers would then share one pause.
    """
    address = request.remote_addr
    if address not in _THIS_MACHINE or "X-Forwarded-For" not in request.headers:
        return address
    if not mount.told_of_proxy:
        mount.told_of_proxy = True
        mount.app.logger.warning(
            "Replies come in by a proxy that the app is not told of, so writers cannot be told"
            " apart and need not pause: wrap app.wsgi_app in werkzeug's ProxyFix."
        )
    return None


def signing_keys() -> Keys:
    """What the app signs with, the newest last."""
    newest = current_app.secret_key
    older = current_app.config.get("SECRET_KEY_FALLBACKS") or ()
    return (*older, newest) if newest else tuple(older)


def digest_secret(mount: Mount) -> bytes:
    """The key of the digests of network addresses."""
    return hashlib.sha256(str(mount.app.secret_key).encode()).digest()


def own_url(mount: Mount, whose: str | int, now: datetime, *, external: bool = False) -> str:
    """Where somebody finds what they wrote here, by an address or the number of a comment."""
    token = tokens.own_token(signing_keys(), mount.blog, whose, now)
    return mount.url("own", token=token, _external=external)


def waiting_url(mount: Mount, comment_id: int, now: datetime, *, just_sent: bool = False) -> str:
    """Where the writer of a comment that waits sees it in its place.

    ``just_sent`` as :func:`~flask_newsblog.comments.tokens.waiting_token` has it.
    """
    token = tokens.waiting_token(signing_keys(), mount.blog, comment_id, now, just_sent=just_sent)
    return mount.url("waiting", token=token, comment=comment_id, _anchor=f"comment-{comment_id}")


def key_path(mount: Mount) -> str:
    """The address below which a browser sends its key."""
    return mount.url("reply", post_id=0).removesuffix("0")


def origin_of(story: Story, person: Person | None, now: datetime) -> Origin:
    """Where this request was sent from, or that its writer has confirmed it."""
    # Only the confirmation page has a token, made for this browser and person.
    token, browser = request.form.get("csrf_token", ""), request.cookies.get(_cookie_name(), "")
    known = person.id if person else None

    def confirmed(by: str | None) -> bool:
        return tokens.is_confirmed(signing_keys(), token, story.card.id, browser, by, now)

    if token and confirmed(known):
        return Origin.SAME
    if token and confirmed(None):
        # The browser withheld the cookie of a reader who is signed in, so the page did not
        # say under whose name it would be posted. It is shown once more.
        return Origin.FOREIGN
    headers = request.headers
    return origin.classify(
        headers.get("Sec-Fetch-Site"), headers.get("Origin"), headers.get("Referer"), request.host
    )


def ask_to_confirm(
    mount: Mount,
    now: datetime,
    story: Story,
    form: ReplyForm,
    parent: Comment | None,
    person: Person | None,
    problem: str = "",
) -> Response:
    """Show what may have been sent from elsewhere; nothing is stored, no identity is used."""
    # Not in the host's session: on a POST from another site the browser may withhold its
    # cookie (SameSite), and a new one would sign the reader out. Always a new value, since
    # a cookie that was there before may have been planted.
    browser = token_urlsafe(16)
    known = person.id if person else None
    page = ConfirmPage(
        story=story,
        reply=reply_box(mount, now, story, form, parent, person, problem),
        token=tokens.confirming_token(signing_keys(), story.card.id, browser, known, now),
    )
    response = private_page(mount, now, "confirm.html", page, 403)
    response.set_cookie(
        _cookie_name(), browser, max_age=tokens.CONFIRMING, path=_cookie_path(page.reply.action),
        secure=request.is_secure, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _cookie_name() -> str:
    # A name that begins so is set by this very host alone, and not by one below or above it.
    return "__Host-newsblog_confirm" if request.is_secure else "newsblog_confirm"


def _cookie_path(action: str) -> str:
    return "/" if request.is_secure else action
