"""A story with its thread and form, and what becomes of what readers send.

A reply goes through *origin → limits → form → duplicate → pause → checks → store*. Every
refusal shows the form again with what was typed.
"""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Any, TypeVar

from flask import Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from ..context import Mount, draw, reader_page, render, render_error, site, this_blog
from ..database import session
from ..i18n import mark
from ..models import Comment, CommentState
from ..people import Person
from ..posts.opening import gather, open_blog, open_story, post_number
from ..posts.pages import ErrorPage
from ..posts.queries import Frame, Story, find_story_by_id, load_frame, was_withdrawn
from ..signals import comment_posted
from . import origin, queries, tokens
from .boxes import reply_box, story_page
from .forms import ReplyForm, many_lines
from .origin import Origin
from .pages import ConfirmPage, ReplyPage
from .queries import Place
from .receive import Refusal, Sent, find_parent, receive

_Answer = TypeVar("_Answer", bound=BaseResponse)

# Written by script that encodes it, a character of four bytes is twelve.
BYTES_OF_A_CHARACTER = 12
BYTES_BESIDE = 64 * 1024
MOST_BYTES = 4_000_000
_COOKIE = "newsblog_confirm"

_WITHDRAWN = mark("This story was withdrawn meanwhile")
_WITHDRAWN_TEXT = mark("It takes no replies any more. What you wrote is kept below.")


def _asked_for() -> tuple[Place, str]:
    # A comment's own address is asked for just after it was posted, when no page kept has it.
    return _place(this_blog()), request.args.get("comment", "")


@reader_page(_asked_for)
def story(slug: str, **day: int) -> ResponseReturnValue:
    """A story with one page of its thread, and the form: the same for every visitor."""
    mount, now, frame = open_blog()
    found = open_story(mount, now, slug, day)
    if isinstance(found, BaseResponse):
        return found
    place, address = _place(mount), mount.post_url(found.card.slug, found.card.published_at)
    page = story_page(mount, gather(mount, now, found), place)
    if _leads_nowhere(place, page.thread.comments):
        # A thread that is not there, or not any more: the story still is.
        return redirect(f"{address}#comments", code=302)
    return render("post.html", page, frame, now, address)


def comment(comment_id: int) -> ResponseReturnValue:
    """The permanent address of a comment: it finds the page where the comment stands."""
    mount, now = this_blog(), this_blog().now()
    found = queries.find_comment(mount.blog, comment_id, now)
    if found is None:
        abort(404)
    root = found.root_id or found.id
    part = None
    if found.root_id and queries.is_far_down(root, found.created_at, found.id):
        part = found.id
    # The comment's own number makes an address that no cache has seen before it was posted.
    address = mount.post_url(
        found.slug, found.published_at, replies=root, part=part, comment=found.id,
        _anchor=f"comment-{found.id}",
    )  # fmt: skip
    return _kept_by_nobody(redirect(address, code=302))


def reply(post_id: int) -> ResponseReturnValue:
    """The form on a page of its own, and where all replies are sent."""
    mount, now = this_blog(), this_blog().now()
    if request.method == "POST":
        _make_room(mount)
    found = find_story_by_id(mount.blog, post_id, now)
    if found is None:
        if request.method == "POST" and was_withdrawn(mount.blog, post_id):
            return _withdrawn(mount, now)
        abort(404)
    if request.method == "POST":
        return _answer(mount, now, found)
    parent = find_parent(found, request.args.get("to", ""))
    if request.args.get("to") and parent is None:
        abort(404)
    person = mount.current_person()
    form = ReplyForm(None, mount.settings, mount.words, known=person is not None)
    box = reply_box(mount, found, form, parent, person)
    return _private(mount, now, "reply.html", ReplyPage(found, box), 200)


def waiting(token: str) -> ResponseReturnValue:
    """A held comment in its place, for its writer alone, for half an hour."""
    mount, now, frame = open_blog()
    number = tokens.read_waiting(_keys(), token, mount.blog, now)
    held = session().get(Comment, number) if number is not None else None
    found = find_story_by_id(mount.blog, held.post_id, now) if held else None
    if held is None or found is None:
        abort(404)
    if held.state == CommentState.PUBLISHED:
        return _kept_by_nobody(redirect(mount.url("comment", comment_id=held.id), code=302))
    if held.state != CommentState.HELD:
        abort(404)
    place = _place_of_waiting(mount, held)
    page = story_page(mount, gather(mount, now, found), place, held)
    return _private(mount, now, "post.html", page, 200, frame)


def _answer(mount: Mount, now: datetime, found: Story) -> ResponseReturnValue:
    """Take a reply, and lead to it or show it again."""
    person = mount.current_person()
    form = ReplyForm(request.form, mount.settings, mount.words, known=person is not None)
    where = _origin(found, person, now)
    if origin.needs_proof(where, person is not None):
        return _ask_to_confirm(mount, now, found, form, person)
    agent = request.headers.get("User-Agent", "")
    sent = Sent(form, person, where, request.remote_addr, agent)
    try:
        outcome = receive(mount, now, found, sent)
    except IntegrityError:
        # Said at this very moment by a second click, or what it hangs on went: look again.
        session().rollback()
        found = find_story_by_id(mount.blog, found.card.id, now) or abort(404)
        outcome = receive(mount, now, found, sent)
    if isinstance(outcome, Refusal):
        return _again(mount, now, found, form, person, outcome)
    if not outcome.again:
        session().commit()
        mount.pages.forget()
        comment_posted.send(mount.app, blog=mount.blog, comment=outcome.comment)
    return _lead_to(mount, outcome.comment, now)


def _make_room(mount: Mount) -> None:
    """Let a reply of the greatest length through, which may be more than the app takes.

    Far more than that is not even read: Flask sets no limit by itself to a form that is
    not sent in parts.
    """
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    needed = mount.settings.reply_length * BYTES_OF_A_CHARACTER + BYTES_BESIDE
    usual = request.max_form_memory_size
    if usual is not None and usual < needed:
        request.max_form_memory_size = needed


def _withdrawn(mount: Mount, now: datetime) -> Response:
    """The story went while the reader wrote: say so, and hand the words back."""
    words = mount.words
    kept = many_lines(request.form.get("comment", ""))
    page = ErrorPage(403, words.t(_WITHDRAWN), words.t(_WITHDRAWN_TEXT), kept)
    return render_error(403, page, load_frame(mount.blog, now), now)


def _origin(found: Story, person: Person | None, now: datetime) -> Origin:
    # Only the confirmation page has a token, made for this browser and person.
    token, browser = request.form.get("csrf_token", ""), request.cookies.get(_COOKIE, "")
    known = person.id if person else None
    if token and tokens.is_confirmed(_keys(), token, found.card.id, browser, known, now):
        return Origin.SAME
    headers = request.headers
    return origin.judge(
        headers.get("Sec-Fetch-Site"), headers.get("Origin"), headers.get("Referer"), request.host
    )


def _keys() -> tuple[str | bytes, ...]:
    newest = current_app.secret_key
    older = current_app.config.get("SECRET_KEY_FALLBACKS") or ()
    return (*older, newest) if newest else tuple(older)


def _lead_to(mount: Mount, stored: Comment, now: datetime) -> BaseResponse:
    """To the comment in its place: for all, or for its writer while it waits."""
    if stored.shown and stored.state == CommentState.PUBLISHED:
        address = mount.url("comment", comment_id=stored.id)
    else:
        token = tokens.waiting_token(_keys(), mount.blog, stored.id, now)
        address = mount.url(
            "waiting", token=token, comment=stored.id, _anchor=f"comment-{stored.id}"
        )
    return _kept_by_nobody(redirect(address, code=303))


def _again(
    mount: Mount,
    now: datetime,
    found: Story,
    form: ReplyForm,
    person: Person | None,
    refusal: Refusal,
) -> Response:
    """The story again, with the form as it was filled in and what is wrong."""
    box = reply_box(mount, found, form, refusal.parent, person, refusal.problem)
    place = Place(newest_first=mount.settings.newest_replies_first)
    page = story_page(mount, gather(mount, now, found), place, box=box)
    response = _private(mount, now, "post.html", page, refusal.status)
    if refusal.wait:
        response.headers["Retry-After"] = str(refusal.wait)
    return response


def _ask_to_confirm(
    mount: Mount, now: datetime, found: Story, form: ReplyForm, person: Person | None
) -> Response:
    """Show what was sent from elsewhere; nothing is stored, and no identity is used."""
    # Not in the host's session: of a reader from elsewhere the browser may have kept its
    # cookie back, and a new one would sign them out.
    browser = request.cookies.get(_COOKIE) or token_urlsafe(16)
    known, action = person.id if person else None, mount.url("reply", post_id=found.card.id)
    values = {name: form[name].data or "" for name in ("comment", "author", "email", "url")}
    values["parent"] = many_lines(form.parent.data)
    if form.remember.data:
        values["remember"] = "y"
    page = ConfirmPage(
        story=found,
        action=action,
        fields=tuple(values.items()),
        text=values["comment"],
        token=tokens.confirming_token(_keys(), found.card.id, browser, known, now),
    )
    response = _private(mount, now, "confirm.html", page, 403)
    response.set_cookie(
        _COOKIE, browser, max_age=tokens.CONFIRMING, path=action, secure=request.is_secure,
        httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _place(mount: Mount) -> Place:
    newest = mount.settings.newest_replies_first
    if not request.query_string:
        return Place(newest_first=newest)
    args = request.args
    if args.get("order") in ("newest", "oldest"):
        newest = args["order"] == "newest"
    numbers = {
        name: post_number(args[name]) if name in args else None
        for name in ("replies", "until", "part")
    }
    start = numbers["replies"]
    return Place(
        start=start,
        until=numbers["until"] if start is None else None,
        part=numbers["part"] if start is not None else None,
        newest_first=newest,
    )


def _leads_nowhere(place: Place, shown: tuple[Any, ...]) -> bool:
    asked = place.start is not None or place.until is not None
    return asked and len(shown) < (2 if place.part is not None else 1)


def _place_of_waiting(mount: Mount, held: Comment) -> Place:
    newest = mount.settings.newest_replies_first
    if held.root_id is not None:
        far = queries.is_far_down(held.root_id, held.created_at, held.id)
        return Place(
            start=held.root_id, part=held.id if far else None, newest_first=newest, own=held.id
        )
    if newest:
        return Place(start=held.id, newest_first=True, own=held.id)
    return Place(until=held.id, own=held.id)


def _private(
    mount: Mount, now: datetime, template: str, page: Any, status: int, frame: Frame | None = None
) -> Response:
    """A page for one reader: kept by nobody, found by no search engine, framed by nobody."""
    frame = frame or load_frame(mount.blog, now)
    card = page.story.card
    blog = site(frame, now, mount.post_url(card.slug, card.published_at))
    response = current_app.response_class(draw(template, page, blog), status, mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    return _kept_by_nobody(response)


def _kept_by_nobody(response: _Answer) -> _Answer:
    response.headers["Cache-Control"] = "no-store"
    return response
