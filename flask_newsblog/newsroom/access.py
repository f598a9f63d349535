"""The newsroom's door: who is here, and may they.

The host's own people come first; where the host knows nobody, whoever opened a
sign-in link is that person in this browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, cast

from flask import Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from ..comments.kept import kept_words
from ..context import draw, site
from ..models import Media, Post, SignIn
from ..mount import Mount, mounts, this_blog
from ..people import ROLE_MAY, Action, Person, Role
from ..posts.queries import load_frame
from ..posts.standing import Step, is_embargoed
from ..text.characters import drop_unprintable
from .actions import find_visit
from .keeping_pages import SignedOutPage

_VISITS = "newsblog_visits"
# Where stories are sent from, and those of their fields that are read rather than sent along.
_STORIES = ("new_post", "edit_post")
_READ = ("title", "standfirst", "body")
_KEY = re.compile(r"[0-9a-f]{64}")
_STRICT = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Desk:
    """A blog whose comments the person here may decide on, and who they are there."""

    mount: Mount
    person: Person


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
    return None if visit is None else visitor(visit)


def is_visitor(person: Person) -> bool:
    """Whether this is somebody by a sign-in link, rather than one of the host's people."""
    visit = visit_here()
    return visit is not None and person == visitor(visit)


def may(action: Action, thing: Any = None) -> bool:
    """Whether the person here may do this: by the host's word, or by the link's role."""
    mount = this_blog()
    person = mount.current_person()
    if person is not None:
        return mount.can(person, action, thing)
    visit = visit_here()
    return visit is not None and action in ROLE_MAY[Role(visit.role)]


def is_own(thing: Post | Media) -> bool:
    """Whether the person here began this story, or brought in this picture."""
    person = person_here()
    return person is not None and thing.person_id == person.id


def may_read(post: Post) -> bool:
    """Whether the person here may read a story of the desk, where no embargo keeps it from them."""
    return may(Action.ENTER, post)


def may_change(post: Post) -> bool:
    """Whether the person here may write in this story: an editor in all, a writer in their own."""
    return may(Action.EDIT, post) or (is_own(post) and may(Action.WRITE, post))


def may_publish(post: Post) -> bool:
    """Whether the person here may put this story before the readers, or take it from them."""
    return may(Action.PUBLISH, post) and (is_own(post) or may(Action.EDIT, post))


def may_take(step: Step, post: Post) -> bool:
    """Whether the person here may do this with a story, if it stands where that can be done."""
    if step in (Step.HAND_IN, Step.TAKE_BACK, Step.THROW_AWAY, Step.PICK_UP):
        return may_change(post)
    if step is Step.GIVE_BACK:
        return may(Action.EDIT, post)
    return may_publish(post)


def may_see(post: Post, now: datetime) -> bool:
    """Whether the person here may see a story of the desk at all."""
    return sees(person_here(), post, now)


def sees(person: Person | None, post: Any, now: datetime) -> bool:
    """Whether somebody may see a story, or a row of one.

    Under an embargo that names people, those alone may, and whoever began it.
    """
    if not post.embargo_people or not is_embargoed(post, now):
        return True
    if person is None:
        return False
    return post.person_id == person.id or is_named(person, post.embargo_people)


def is_named(person: Person, names: Iterable[str]) -> bool:
    """Whether somebody is among the people named, by name, address or id."""
    known = {name.casefold() for name in (person.id, person.name, person.email) if name}
    return any(name.casefold() in known for name in names)


def desks() -> dict[str, Desk]:
    """The blogs of this app that the person here may moderate, by their names, this one first.

    The others are asked for the host's people only: a sign-in link is good for its own blog.
    """
    here, person = this_blog(), person_here()
    found: dict[str, Desk] = {}
    if person is not None and may(Action.MODERATE):
        found[here.blog] = Desk(here, person)
    for other in mounts(current_app).values():
        if other.blog in found or other.blog == here.blog:
            continue
        somebody = other.current_person()
        if somebody is not None and other.can(somebody, Action.MODERATE, None):
            found[other.blog] = Desk(other, somebody)
    return found


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


def wants_json() -> bool:
    """Whether the page's own script asks, rather than the browser for a page."""
    return request.accept_mimetypes.best == "application/json"


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


def visitor(visit: SignIn) -> Person:
    """Who somebody is by a sign-in link."""
    # By name, not by the number of the visit: a writer's stories are theirs at the next visit
    # too. Whoever can make a link can make one for any name.
    return Person(f"sign-in:{visit.name}", visit.name)


def _visits() -> dict[str, Any]:
    found = session.get(_VISITS)
    return found if isinstance(found, dict) else {}


def _send_to_sign_in(mount: Mount) -> ResponseReturnValue:
    endpoint = mount.settings.login_endpoint
    known = endpoint in current_app.view_functions
    back = request.root_path + request.full_path.removesuffix("?")
    if _of_a_story():
        return _hand_back(mount, url_for(endpoint, next=back) if known else "")
    # The words of somebody whose session ended meanwhile would be lost on the way.
    if not known or kept_words():
        abort(401)
    if request.method == "POST":
        # Its address may be for sending alone.
        back = mount.url("newsroom")
    return private(redirect(url_for(endpoint, next=back), code=302))


def _of_a_story() -> bool:
    endpoint = (request.endpoint or "").rpartition(".")[2]
    return request.method == "POST" and endpoint in _STORIES


def _hand_back(mount: Mount, sign_in_url: str) -> Response:
    """All that was typed, in a form to be sent again once its writer has signed in."""
    now = mount.now()
    sent = [(name, drop_unprintable(value)) for name, value in request.form.items(multi=True)]
    page = SignedOutPage(
        shown=tuple(field for field in sent if field[0] in _READ),
        hidden=tuple(field for field in sent if field[0] not in _READ),
        sign_in_url=sign_in_url,
    )
    html = draw("newsroom/signed_out.html", page, site(load_frame(mount.blog, now), now))
    return private(Response(html, 401, mimetype="text/html"))
