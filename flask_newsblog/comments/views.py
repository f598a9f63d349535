"""A story with its thread and form, and what becomes of what readers send.

A reply goes through *origin → limits → form → duplicate → pause → checks → store*. Every
refusal shows the form again with what was typed.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import ValidationError

from ..context import Mount, draw, reader_page, render, render_error, site, this_blog
from ..database import session
from ..i18n import mark
from ..models import Comment, CommentState
from ..people import Action, Person
from ..posts.pages import ErrorPage, StoryParts
from ..posts.queries import Frame, Story, find_story_by_id, load_frame, was_withdrawn
from ..posts.views import gather, open_blog, open_story, post_number
from ..signals import comment_posted, comment_submitting
from ..text.markdown import render_comment
from . import actions, queries
from .actions import Writer
from .boxes import reply_box
from .checks import CHECKS, Draft, Outcome, judge
from .forms import ReplyForm
from .origin import Origin
from .origin import judge as judge_origin
from .pages import CommentView, ConfirmPage, ReplyBox, ReplyPage, StoryPage, Thread
from .queries import Place
from .thread import in_order

_Answer = TypeVar("_Answer", bound=BaseResponse)

WAITING_SECONDS = 30 * 60
SLOWEST = timedelta(days=1)

_CLOSED = mark("Replies to this story are closed. What you wrote is kept below for you to copy.")
_SIGN_IN = mark("Only people who are signed in may reply. What you wrote is kept below.")
_TOO_FAST = mark("You are posting comments too quickly. Slow down.")
_PARENT_GONE = mark(
    "The comment that you were answering is not there any more. You can post this to the"
    " story instead."
)
_WITHDRAWN = mark("This story was withdrawn meanwhile")
_WITHDRAWN_TEXT = mark("It takes no replies any more. What you wrote is kept below.")
_PLEASE_MEND = mark("Your comment was not posted yet. Please look at this:")


@reader_page
def story(slug: str, **day: int) -> ResponseReturnValue:
    """A story with one page of its thread, and the form: the same for every visitor."""
    mount, now, frame = open_blog()
    found = open_story(mount, now, slug, day)
    if isinstance(found, BaseResponse):
        return found
    page = _story_page(mount, now, gather(mount, now, found), _place(mount))
    card = found.card
    return render("post.html", page, frame, now, mount.post_url(card.slug, card.published_at))


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
    found = find_story_by_id(mount.blog, post_id, now)
    if found is None:
        if request.method == "POST" and was_withdrawn(mount.blog, post_id):
            return _withdrawn(mount, now)
        abort(404)
    if request.method == "POST":
        return _receive(mount, now, found)
    parent = _parent(found, request.args.get("to", ""))
    if request.args.get("to") and parent is None:
        abort(404)
    person = mount.current_person()
    form = ReplyForm(None, mount.settings, mount.words, known=person is not None)
    box = _box(mount, found, form, parent, person)
    return _private(mount, now, "reply.html", ReplyPage(found, box), 200)


def waiting(token: str) -> ResponseReturnValue:
    """A held comment in its place, for its writer alone, for half an hour."""
    mount, now, frame = open_blog()
    try:
        blog, number = _signer(mount).loads(token, max_age=WAITING_SECONDS)
    except (BadData, ValueError, TypeError):
        abort(404)
    held = session().get(Comment, number) if blog == mount.blog else None
    found = find_story_by_id(mount.blog, held.post_id, now) if held else None
    if held is None or found is None:
        abort(404)
    if held.state == CommentState.PUBLISHED:
        return redirect(mount.url("comment", comment_id=held.id), code=302)
    if held.state != CommentState.HELD:
        abort(404)
    page = _story_page(mount, now, gather(mount, now, found), Place(start=held.root_id), held)
    return _private(mount, now, "post.html", page, 200, frame)


def _receive(mount: Mount, now: datetime, found: Story) -> ResponseReturnValue:
    """Take a reply through all its steps."""
    person = mount.current_person()
    origin = _origin()
    form = ReplyForm(request.form, mount.settings, mount.words, known=person is not None)
    if origin is Origin.FOREIGN or (origin is Origin.UNKNOWN and person is not None):
        return _ask_to_confirm(mount, now, found, form)
    given = form.parent.data or ""
    parent = _parent(found, given)
    if not _is_open(mount, found):
        return _again(mount, now, found, form, None, person, 403, _CLOSED)
    if mount.settings.reply_needs_sign_in and person is None:
        return _again(mount, now, found, form, parent, person, 403, _SIGN_IN)
    if given and parent is None:
        return _again(mount, now, found, form, None, person, 422, _PARENT_GONE)
    if not form.validate():
        return _again(mount, now, found, form, parent, person, 422, _PLEASE_MEND)
    writer = _writer(mount, now, found, form, person)
    if said := _said_already(found, parent, writer, form):
        return _lead_to(mount, said)
    if seconds := actions.seconds_to_wait(writer, mount.settings.reply_pause_seconds, now):
        answer = _again(mount, now, found, form, parent, person, 429, _TOO_FAST)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    draft = _draft(mount, form, writer, origin)
    verdicts = judge(draft, (*CHECKS, *mount.comment_checks))
    objection = next((v.reason for _, v in verdicts if v.outcome is Outcome.REFUSE), "")
    for _, sentence in comment_submitting.send(
        mount.app, blog=mount.blog, post_id=found.card.id, draft=draft
    ):
        objection = objection or sentence or ""
    if objection:
        return _again(mount, now, found, form, parent, person, 422, objection)
    try:
        stored = actions.post_comment(
            found.card.id, mount.blog, parent, writer, draft.text, draft.html, verdicts, now
        )
        session().commit()
    except IntegrityError:
        # Said at this very moment by a second click, or the parent went.
        session().rollback()
        if said := _said_already(found, parent, writer, form):
            return _lead_to(mount, said)
        return _again(mount, now, found, form, None, person, 422, _PARENT_GONE)
    mount.pages.forget()
    comment_posted.send(mount.app, blog=mount.blog, comment=stored)
    return _lead_to(mount, stored)


def _withdrawn(mount: Mount, now: datetime) -> Response:
    """The story went while the reader wrote: say so, and hand the words back."""
    words = mount.words
    kept = request.form.get("comment", "")
    page = ErrorPage(403, words.t(_WITHDRAWN), words.t(_WITHDRAWN_TEXT), kept)
    return render_error(403, page, load_frame(mount.blog, now), now)


def _origin() -> Origin:
    token = request.form.get("csrf_token")
    if token:
        # Only the confirmation page has one, made for this browser's session.
        try:
            validate_csrf(token)
        except ValidationError:
            pass
        else:
            return Origin.SAME
    headers = request.headers
    return judge_origin(
        headers.get("Sec-Fetch-Site"), headers.get("Origin"), headers.get("Referer"), request.host
    )


def _parent(found: Story, given: str) -> Comment | None:
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        return None
    return queries.find_parent(found.card.id, int(given))


def _is_open(mount: Mount, found: Story) -> bool:
    return mount.settings.replies and found.replies_open


def _writer(
    mount: Mount, now: datetime, found: Story, form: ReplyForm, person: Person | None
) -> Writer:
    secret = hashlib.sha256(str(current_app.secret_key).encode()).digest()
    visitor, network = actions.address_digests(request.remote_addr, secret, now.date().isoformat())
    agent = request.headers.get("User-Agent", "").replace("\0", "")
    if person is not None:
        return Writer(
            name=person.name,
            email=person.email or "",
            website="",
            person_id=person.id,
            badge=_badge(mount, found, person),
            visitor=visitor,
            network=network,
            agent=agent,
        )
    website = (form.url.data or "") if mount.settings.reply_website else ""
    return Writer(
        name=form.author.data or "",
        email=form.email.data or "",
        website=website,
        person_id=None,
        badge="",
        visitor=visitor,
        network=network,
        agent=agent,
    )


def _badge(mount: Mount, found: Story, person: Person) -> str:
    if queries.is_author(found.card.id, person.id):
        return "author"
    return "staff" if mount.can(person, Action.ENTER, None) else ""


def _draft(mount: Mount, form: ReplyForm, writer: Writer, origin: Origin) -> Draft:
    took = form.took.data or ""
    writing_time = None
    if took.isascii() and took.isdigit() and len(took) < 9:
        writing_time = timedelta(milliseconds=int(took))
    text = form.comment.data or ""
    return Draft(
        text=text,
        html=str(render_comment(text)),
        name=writer.name,
        email=writer.email,
        website=writer.website,
        proven=writer.person_id is not None,
        origin=origin,
        trap=form.subject.data or "",
        writing_time=writing_time,
        hold_guests=mount.settings.hold_guests,
        hold_links=mount.settings.hold_links,
    )


def _said_already(
    found: Story, parent: Comment | None, writer: Writer, form: ReplyForm
) -> Comment | None:
    digest = actions.said_digest(
        found.card.id, parent.id if parent else None, writer, form.comment.data or ""
    )
    return queries.find_said(digest)


def _lead_to(mount: Mount, stored: Comment) -> BaseResponse:
    """To the comment in its place: for all, or for its writer while it waits."""
    if stored.shown and stored.state == CommentState.PUBLISHED:
        address = mount.url("comment", comment_id=stored.id)
    else:
        token = _signer(mount).dumps([mount.blog, stored.id])
        address = mount.url(
            "waiting", token=token, comment=stored.id, _anchor=f"comment-{stored.id}"
        )
    return _kept_by_nobody(redirect(address, code=303))


def _signer(mount: Mount) -> URLSafeTimedSerializer:
    keys = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or ()), current_app.secret_key]
    return URLSafeTimedSerializer(keys, salt="newsblog: a comment that waits")


def _again(
    mount: Mount,
    now: datetime,
    found: Story,
    form: ReplyForm,
    parent: Comment | None,
    person: Person | None,
    status: int,
    problem: str,
) -> Response:
    """The story again, with the form as it was filled in and what is wrong."""
    box = _box(mount, found, form, parent, person, problem=problem)
    page = _story_page(mount, now, gather(mount, now, found), Place(), box=box)
    return _private(mount, now, "post.html", page, status)


def _ask_to_confirm(mount: Mount, now: datetime, found: Story, form: ReplyForm) -> Response:
    """Show what was sent from elsewhere; nothing is stored, and no identity is used."""
    names = ("comment", "author", "email", "url", "parent")
    page = ConfirmPage(
        story=found,
        action=mount.url("reply", post_id=found.card.id),
        fields=tuple((name, form[name].data or "") for name in names),
        text=form.comment.data or "",
        token=generate_csrf(),
    )
    return _private(mount, now, "confirm.html", page, 403)


def _box(
    mount: Mount,
    found: Story,
    form: ReplyForm,
    parent: Comment | None,
    person: Person | None,
    problem: str = "",
) -> ReplyBox:
    quoted: CommentView | None = None
    if parent is not None:
        row = queries.Threads((queries.as_row(parent),), (), None, None, None)
        quoted = in_order(row, 1)[0]
    sign_in = ""
    endpoint = mount.settings.login_endpoint
    is_open = _is_open(mount, found)
    if is_open and person is None and endpoint and endpoint in current_app.view_functions:
        sign_in = url_for(endpoint, next=mount.url("reply", post_id=found.card.id))
    return reply_box(
        mount.settings,
        mount.words,
        form,
        open=is_open and (person is not None or not mount.settings.reply_needs_sign_in),
        action=mount.url("reply", post_id=found.card.id),
        parent=quoted,
        cancel=mount.post_url(found.card.slug, found.card.published_at),
        signed_in=person.name if person else "",
        sign_in_url=sign_in,
        problem=problem,
    )


def _story_page(
    mount: Mount,
    now: datetime,
    parts: StoryParts,
    place: Place,
    held: Comment | None = None,
    box: ReplyBox | None = None,
) -> StoryPage:
    if box is None:
        form = ReplyForm(None, mount.settings, mount.words, known=False)
        box = _box(mount, parts.story, form, None, None)
    return StoryPage(
        **{field.name: getattr(parts, field.name) for field in fields(StoryParts)},
        thread=_thread(mount, parts.story, place, held),
        reply=box,
    )


def _thread(mount: Mount, found: Story, place: Place, held: Comment | None) -> Thread:
    settings, card = mount.settings, found.card
    threads = queries.find_threads(card.id, place, settings.threads_per_page)
    order = None
    if place.newest_first != settings.newest_replies_first:
        order = "newest" if place.newest_first else "oldest"

    def address(**values: Any) -> str:
        return mount.post_url(card.slug, card.published_at, _anchor="comments", **values)

    more = ""
    if threads.cut is not None:
        root, part = threads.cut
        more = address(replies=root, part=part, order=order)
    waiting_row = queries.as_row(held) if held is not None else None
    other = "oldest" if place.newest_first else "newest"
    return Thread(
        comments=in_order(threads, settings.thread_depth, waiting_row),
        count=card.comment_count,
        earlier=address(until=threads.earlier, order=order) if threads.earlier else "",
        later=address(replies=threads.later, order=order) if threads.later else "",
        more=more,
        other_order=address(order=other),
        newest_first=place.newest_first,
        comment_url=mount.url("comment", comment_id=0).removesuffix("0"),
        reply_url=f"{mount.url('reply', post_id=card.id)}?to=" if _is_open(mount, found) else "",
    )


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
