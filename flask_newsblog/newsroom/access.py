"""The newsroom's door: who is here, and may they.

The host's own people come first; where the host knows nobody, whoever opened a
sign-in link is that person in this browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from ..models import SignIn
from ..mount import Mount, this_blog
from ..people import ROLE_MAY, Action, Person, Role
from .actions import find_visit

_VISITS = "newsblog_visits"
_KEY = re.compile(r"[0-9a-f]{64}")
_STRICT = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)

View = Callable[..., ResponseReturnValue]


def staff(action: Action) -> Callable[[View], View]:
    """Let a view answer only for somebody who may do ``action``.

    Nobody signed in: the page that ``NEWSBLOG_LOGIN_ENDPOINT`` names, or 401.
    Signed in without the right: 403.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def answer(**values: Any) -> ResponseReturnValue:
            mount = this_blog()
            person = person_here()
            if person is None:
                return _send_to_sign_in(mount)
            if not may(action):
                abort(403)
            return private(view(**values))

        return answer

    return guard


def person_here() -> Person | None:
    """Who makes this request: the host's person, or the visitor by a sign-in link."""
    mount = this_blog()
    person = mount.current_person()
    if person is not None:
        return person
    visit = visit_here()
    return None if visit is None else _visitor(visit)


def is_visitor(person: Person) -> bool:
    """Whether this is somebody by a sign-in link, rather than one of the host's people."""
    visit = visit_here()
    return visit is not None and person == _visitor(visit)


def may(action: Action, thing: Any = None) -> bool:
    """Whether the person here may do this: by the host's word, or by the link's role."""
    mount = this_blog()
    person = mount.current_person()
    if person is not None:
        return mount.can(person, action, thing)
    visit = visit_here()
    return visit is not None and action in ROLE_MAY[Role(visit.role)]


def visit_here() -> SignIn | None:
    """The visit of this browser to this blog, looked up once in a request."""
    mount = this_blog()
    cache = g.setdefault("_newsblog_visit", {})
    if mount.blog not in cache:
        key = _visits().get(mount.blog)
        found = None
        # The session belongs to the host, which may have put anything there.
        if isinstance(key, str) and _KEY.fullmatch(key):
            found = find_visit(mount.blog, key, mount.now())
        cache[mount.blog] = found
    return cast("SignIn | None", cache[mount.blog])


def begin_visit(key: str) -> None:
    """Remember in this browser's session which link opened the newsroom, by its stored hash.

    Not by the number of its row, which a database gives again once the row is gone.
    """
    session[_VISITS] = {**_visits(), this_blog().blog: key}


def forget_visit() -> None:
    """Forget the visit in this browser's session."""
    rest = {blog: key for blog, key in _visits().items() if blog != this_blog().blog}
    session[_VISITS] = rest


def private(answer: ResponseReturnValue) -> Response:
    """A newsroom page: kept by nobody, framed by nobody, no foreign script or style."""
    response = current_app.make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Content-Security-Policy", _STRICT)
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def _visitor(visit: SignIn) -> Person:
    return Person(f"sign-in:{visit.id}", visit.name)


def _visits() -> dict[str, Any]:
    found = session.get(_VISITS)
    return found if isinstance(found, dict) else {}


def _send_to_sign_in(mount: Mount) -> ResponseReturnValue:
    endpoint = mount.settings.login_endpoint
    if endpoint not in current_app.view_functions:
        abort(401)
    back = request.root_path + request.full_path.removesuffix("?")
    return private(redirect(url_for(endpoint, next=back), code=302))
