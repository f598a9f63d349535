"""The blog's own pages for what goes wrong, and the address that catches all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from .comments.kept import kept_words
from .context import render_error
from .database import UNAVAILABLE, complaint, is_down, session
from .i18n import mark
from .mount import Mount, this_blog
from .posts.pages import ErrorPage
from .posts.queries import Frame, load_frame
from .posts.views import redirect_from_before

LOST = "lost"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
METHODS = ("GET", "HEAD", *CHANGING, "OPTIONS")
RETRY_SECONDS = 30

_WORDS = {
    400: (
        mark("That could not be understood"),
        mark("The request was not complete. Go back, reload the page and try again."),
    ),
    401: (
        mark("Please sign in"),
        mark("This page is for the newsroom. Sign in, or ask for a sign-in link, and come back."),
    ),
    403: (
        mark("You do not have access"),
        mark("You are signed in, but not allowed to do this. Please ask an editor."),
    ),
    404: (
        mark("This page is not here"),
        mark("It may have moved, or the address may be mistyped. The front page has the latest."),
    ),
    405: (
        mark("That cannot be done here"),
        mark("This address is for reading. Follow a link, or start from the front page."),
    ),
    413: (
        mark("That was too much at once"),
        mark("What you sent is larger than this site takes. Go back, shorten it and send again."),
    ),
    500: (
        mark("Something went wrong"),
        mark("The fault is on our side and has been written down. Please try again in a minute."),
    ),
    503: (
        mark("We will be back in a moment"),
        mark("The site is not responding at the moment. Please try again in a minute."),
    ),
}


_KEPT = mark("Something went wrong on our side. This is what you wrote:")


def lost(address: str = "") -> ResponseReturnValue:
    """Any address of the blog that leads nowhere: moved, not for this method, or not there."""
    mount = this_blog()
    adapter = current_app.create_url_adapter(request)
    allowed = [m for m in METHODS if adapter is not None and _leads(adapter, m, mount)]
    if allowed:
        raise MethodNotAllowed(valid_methods=allowed)
    abort(404)


def error_page(error: HTTPException) -> BaseResponse:
    """A refusal as a page, or the way on, with the status and the headers that belong to it."""
    mount, status = this_blog(), error.code or 500
    if status == 404 and request.method in ("GET", "HEAD"):
        try:
            moved = redirect_from_before(mount)
        except UNAVAILABLE as silence:
            return unavailable(silence)
        if moved is not None:
            return moved
    heading, text = _WORDS.get(status, _WORDS[400])
    words = mount.words
    page = ErrorPage(status, words.t(heading), words.t(text), kept_words())
    response = render_error(status, page, _frame(mount), mount.now())
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.length}"
    return response


def host_or_error_page(error: HTTPException) -> ResponseReturnValue:
    """The host's own page where it has one: for 401 and 403, since signing in is its business.

    A handler for all of ``HTTPException`` does not count: the blog's own pages say more. Nor
    does any where somebody's words would be lost, whose session ended while they wrote.
    """
    found = _host_handler(error)
    if found is None or kept_words():
        return error_page(error)
    answer: ResponseReturnValue = current_app.ensure_sync(found)(error)
    return answer


def failed(error: HTTPException) -> ResponseReturnValue:
    """A fault in our code or the host's, which Flask has logged.

    The page is the host's own where it has one, but never at the cost of what a reader wrote.
    """
    session().rollback()
    words = kept_words()
    if not words:
        return host_or_error_page(error)
    try:
        return error_page(error)
    except Exception:
        # What fails may be the layout, in which no page can be shown.
        current_app.logger.exception("The page that hands a reply back failed, too.")
        response = Response(f"{this_blog().words.t(_KEPT)}\n\n{words}\n", 500)
        response.headers.update({"Content-Type": "text/plain; charset=utf-8"})
        response.cache_control.no_store = True
        return response


def _host_handler(error: HTTPException) -> Callable[..., Any] | None:
    # As Flask looks for a handler, but for the blog's own.
    for name in (*request.blueprints[1:], None):
        handlers = current_app.error_handler_spec.get(name, {}).get(error.code, {})
        for kind in type(error).__mro__:
            if kind in handlers:
                return handlers[kind]
    return None


def unavailable(error: Exception) -> Response:
    """A database that is locked, full or gone: 503, and the reason in the log."""
    if not is_down(error):
        raise error
    mount = this_blog()
    current_app.logger.error("No answer to %s: %s", _asked_for(), complaint(error))
    session().rollback()
    heading, text = _WORDS[503]
    page = ErrorPage(503, mount.words.t(heading), mount.words.t(text), kept_words())
    response = render_error(503, page, Frame((), None, None), mount.now())
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _asked_for() -> str:
    # Quoted, so that a line break in a path begins no line of the log. What opens the
    # newsroom or a draft is not for those who read the log.
    secret = any(way in request.path for way in ("/newsroom/sign-in/", "/preview/"))
    return str(request.endpoint) if secret else f"{request.endpoint} {request.path!r}"


def _leads(adapter: Any, method: str, mount: Mount) -> bool:
    try:
        endpoint, _ = adapter.match(method=method)
    except RequestRedirect as moved:
        if method == "GET" and request.method in ("GET", "HEAD"):
            raise moved from None
        return False
    except HTTPException:
        return False
    return not endpoint.endswith("." + LOST)


def _frame(mount: Mount) -> Frame:
    try:
        return load_frame(mount.blog, mount.now())
    except UNAVAILABLE as silence:
        if not is_down(silence):
            raise
        # The page says what it has to say without the sections in its masthead.
        session().rollback()
        return Frame((), None, None)
