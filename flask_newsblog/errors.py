"""The blog's own pages for what goes wrong, and the address that catches all others."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from .context import Mount, render_error, this_blog
from .database import UNAVAILABLE, complaint, is_down, session
from .i18n import mark
from .posts.pages import ErrorPage
from .posts.queries import Frame, load_frame
from .posts.views import redirect_from_before
from .text.characters import drop_unprintable

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
        mark("Not for you"),
        mark("You are signed in, but this is not among what you may do. Ask an editor."),
    ),
    404: (
        mark("This page is not here"),
        mark("It may have moved, or the address has a slip in it. The front page has the latest."),
    ),
    405: (
        mark("That cannot be done here"),
        mark("This address is for reading. Follow a link, or start from the front page."),
    ),
    413: (
        mark("That was too much at once"),
        mark("What you sent is larger than this site takes. Go back, shorten it and send again."),
    ),
    503: (
        mark("We will be back in a moment"),
        mark("The newspaper's archive does not answer just now. Please try again in a minute."),
    ),
}


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
    page = ErrorPage(status, words.t(heading), words.t(text), _kept_words())
    response = render_error(status, page, _frame(mount), mount.now())
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.length}"
    return response


def host_or_error_page(error: HTTPException) -> ResponseReturnValue:
    """401 and 403: the host's own handler where it has one, since signing in is its business.

    A handler for all of ``HTTPException`` does not count: the blog's own pages say more.
    """
    # As Flask looks for a handler, but for the blog's own.
    for name in (*request.blueprints[1:], None):
        handlers = current_app.error_handler_spec.get(name, {}).get(error.code, {})
        for kind in type(error).__mro__:
            if kind in handlers:
                answer: ResponseReturnValue = current_app.ensure_sync(handlers[kind])(error)
                return answer
    return error_page(error)


def unavailable(error: Exception) -> Response:
    """A database that is locked, full or gone: 503, and the reason in the log."""
    if not is_down(error):
        raise error
    mount = this_blog()
    current_app.logger.error("No answer to %s: %s", _asked_for(), complaint(error))
    session().rollback()
    heading, text = _WORDS[503]
    page = ErrorPage(503, mount.words.t(heading), mount.words.t(text), _kept_words())
    response = render_error(503, page, Frame((), None, None), mount.now())
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _kept_words() -> str:
    """What a reader wrote, to be handed back: nothing that they typed is lost."""
    if request.method != "POST":
        return ""
    try:
        return drop_unprintable(request.form.get("comment", ""))
    except HTTPException:
        return ""  # too large to be read at all


def _asked_for() -> str:
    # Quoted, so that a line break in a path begins no line of the log. What opens the
    # newsroom is not for those who read the log.
    secret = "/newsroom/sign-in/" in request.path
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
