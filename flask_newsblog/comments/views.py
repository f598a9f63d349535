"""A story with its thread and form, and what becomes of what readers send."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from ..context import reader_page, render, render_error
from ..database import row_number, session
from ..i18n import mark
from ..models import CommentState
from ..mount import Mount, forget_pages, this_blog
from ..people import Person, secret_hash
from ..posts.opening import gather, open_blog, open_story, post_number
from ..posts.pages import ErrorPage
from ..posts.queries import Story, find_story_by_id, load_frame, was_withdrawn
from ..signals import comment_posted, tell
from ..text.typed import many_lines
from . import browsers, origin, queries, writers
from .actions import Openness, closed_by_age, openness
from .boxes import reply_box, story_page
from .forms import ReplyForm
from .kept import kept_words
from .origin import Origin
from .pages import ReplyPage, StoryPage
from .private import (
    address_here,
    ask_to_confirm,
    kept_by_nobody,
    key_path,
    origin_of,
    private_page,
    waiting_url,
)
from .queries import Place
from .receive import PARENT_GONE, Refusal, Sent, Taken, parent_from, receive

# Written by script that encodes it, a character of four bytes is twelve.
BYTES_OF_A_CHARACTER = 12
BYTES_BESIDE = 64 * 1024
MOST_BYTES = 4_000_000

_WITHDRAWN = mark("This story has been withdrawn")
_WITHDRAWN_TEXT = mark("It no longer accepts replies. Your text is below for you to copy.")


def _asked_for() -> Place | None:
    # A comment's own address is asked for just after it was posted, when no page kept has
    # it; hardly anybody asks for it again.
    return None if "comment" in request.args else _place(this_blog())


@reader_page(_asked_for)
def story(slug: str, **day: int) -> ResponseReturnValue:
    """A story with one page of its thread, and the form: the same for every visitor."""
    mount, now, frame = open_blog()
    found = open_story(mount, now, slug, day)
    if isinstance(found, BaseResponse):
        return found
    place = _place(mount)
    page = story_page(mount, now, gather(mount, now, found), place)
    if _leads_nowhere(place, page):
        # A comment or thread that is not there, or not any more: the story still is.
        return redirect(f"{page.reply.story_url}#comments", code=302)
    closed_at = closed_by_age(mount.settings, found, now)
    return render("post.html", page, frame, now, page.reply.story_url, closed_at)


def comment(comment_id: int) -> ResponseReturnValue:
    """The permanent address of a comment: it finds the page where the comment stands."""
    mount, now = this_blog(), this_blog().now()
    found = queries.find_comment(mount.blog, comment_id, now)
    if found is None:
        abort(404)
    root = found.root_id or found.id
    part = None
    if found.root_id and queries.is_far_down(
        root, found.created_at, found.id, mount.settings.threads_per_page
    ):
        part = found.id
    # The comment's own number makes an address that no cache has seen before it was posted.
    address = mount.post_url(
        found.slug, found.published_at, replies=root, part=part, comment=found.id,
        _anchor=f"comment-{found.id}",
    )  # fmt: skip
    return kept_by_nobody(redirect(address, code=302))


def reply(post_id: int) -> ResponseReturnValue:
    """The form on a page of its own, and where all replies are sent."""
    mount, now = this_blog(), this_blog().now()
    frame = None
    if request.method == "POST":
        _bound_body(mount)
    else:
        mount, now, frame = open_blog()
    found = find_story_by_id(mount.blog, post_id, now)
    if found is None:
        if request.method == "POST" and was_withdrawn(mount.blog, post_id, now):
            return _withdrawn(mount, now)
        abort(404)
    if request.method == "POST":
        return _answer(mount, now, found)
    parent = parent_from(found, request.args.get("to", ""))
    if request.args.get("to") and parent is None:
        abort(404)
    box = reply_box(mount, now, found, None, parent, mount.current_person())
    if box.state is Openness.OFF:
        abort(404)
    if box.state is Openness.SIGN_IN and box.sign_in_url:
        return kept_by_nobody(redirect(box.sign_in_url, code=302))
    return private_page(mount, now, "reply.html", ReplyPage(found, box), frame=frame)


def _answer(mount: Mount, now: datetime, story: Story) -> ResponseReturnValue:
    """Take a reply, and lead to it or show it again."""
    if not request.form and request.get_data():
        abort(400)  # what was sent is no form that can be read; the page hands it back
    person = mount.current_person()
    form = ReplyForm(request.form, mount.settings, mount.words, known=person is not None)
    where = origin_of(story, person, now)
    is_open = openness(mount.settings, story, now, signed_in=person is not None) is Openness.OPEN
    if is_open and origin.needs_proof(where, person is not None):
        parent = parent_from(story, form.parent.data or "")
        gone = PARENT_GONE if form.parent.data and parent is None else ""
        return ask_to_confirm(mount, now, story, form, parent, person, gone)
    sent = _sent(mount, form, person, where)
    try:
        result = receive(mount, now, story, sent)
    except IntegrityError:
        # Said at this very moment by a second click, or what it hangs on went: look again.
        session().rollback()
        story = find_story_by_id(mount.blog, story.card.id, now) or abort(404)
        result = receive(mount, now, story, sent)
    if isinstance(result, Refusal):
        return _show_again(mount, now, story, form, person, result)
    if result.duplicate:
        return _lead_to(mount, result, now)
    # Before the commit, after which it would be read anew.
    answer = _lead_to(mount, result, now)
    session().commit()
    forget_pages(mount)
    _give_key(mount, answer, sent)
    tell(comment_posted, mount.app, blog=mount.blog, comment=result.comment)
    return answer


def _sent(mount: Mount, form: ReplyForm, person: Person | None, where: Origin) -> Sent:
    """What arrived, with the key of a guest's browser that wants to be remembered."""
    agent, held = request.headers.get("User-Agent", ""), request.cookies.get(browsers.COOKIE, "")
    sent = Sent(form, person, where, address_here(mount), agent)
    if not (_has_key(mount, sent) and form.remember.data):
        return sent
    if browsers.is_key(held):
        name, email = form.author.data or "", form.email.data or ""
        known, trusted = writers.standing(mount.blog, secret_hash(held), name, email)
        if known:
            return replace(sent, key=held, key_is_trusted=trusted)
    return replace(sent, key=browsers.new_key())


def _has_key(mount: Mount, sent: Sent) -> bool:
    # Else another site could have a browser forget its key, or sit a new one beside it.
    is_guests_own = sent.person is None and sent.origin is Origin.SAME
    return mount.settings.reply_remember and is_guests_own


def _give_key(mount: Mount, answer: BaseResponse, sent: Sent) -> None:
    # Not with a reply that was there already: what is stored with it is another key's.
    if _has_key(mount, sent) and (sent.key or browsers.COOKIE in request.cookies):
        browsers.give_key(answer, sent.key, key_path(mount), secure=request.is_secure)


def _bound_body(mount: Mount) -> None:
    """Let a reply of the greatest length through, and nothing far beyond it.

    The app may take less in one form. Flask sets no limit by itself to a form that is not
    sent in parts, nor the server to one whose length it is not told.
    """
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    if request.environ.get("wsgi.input_terminated"):
        told = request.content_length
        body = request.environ["wsgi.input"].read(MOST_BYTES + 1)
        request.environ["wsgi.input"] = BytesIO(body)
        request.environ["CONTENT_LENGTH"] = str(len(body))
        request.content_length = len(body)
        if len(body) > MOST_BYTES:
            abort(413)
        if told is not None and len(body) < told:
            abort(400)  # it broke off; half a reply is not what was meant
    needed = mount.settings.reply_length * BYTES_OF_A_CHARACTER + BYTES_BESIDE
    usual = request.max_form_memory_size
    if usual is not None and usual < needed:
        request.max_form_memory_size = needed
    # Kept, so that what turns out to be no form can be handed back.
    request.environ["wsgi.input"] = BytesIO(request.get_data())


def _withdrawn(mount: Mount, now: datetime) -> Response:
    """The story went while the reader wrote: say so, and hand the words back."""
    words = mount.words
    kept = many_lines(kept_words())
    page = ErrorPage(403, words.t(_WITHDRAWN), words.t(_WITHDRAWN_TEXT), kept)
    return render_error(403, page, load_frame(mount.blog, now), now)


def _lead_to(mount: Mount, taken: Taken, now: datetime) -> BaseResponse:
    """To the comment in its place: for all, or for its writer while it waits."""
    stored = taken.comment
    if stored.shown and stored.state == CommentState.PUBLISHED:
        address = mount.url("comment", comment_id=stored.id)
    else:
        address = waiting_url(mount, stored.id, now, just_sent=taken.theirs)
    return kept_by_nobody(redirect(address, code=303))


def _show_again(
    mount: Mount,
    now: datetime,
    story: Story,
    form: ReplyForm,
    person: Person | None,
    refusal: Refusal,
) -> Response:
    """The story again, with the form as it was filled in and what is wrong."""
    box = reply_box(
        mount, now, story, form, refusal.parent, person, refusal.problem, refusal.nudged
    )
    place = Place(newest_first=mount.settings.newest_replies_first)
    page = story_page(mount, now, gather(mount, now, story), place, box=box)
    response = private_page(mount, now, "post.html", page, refusal.status)
    if refusal.wait:
        response.headers["Retry-After"] = str(refusal.wait)
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


def _leads_nowhere(place: Place, page: StoryPage) -> bool:
    """Whether an address asks for a thread, or for a comment, that its page has not."""
    shown = page.thread.comments
    wanted = row_number(request.args.get("comment", "")) if request.query_string else None
    if wanted is not None and all(view.id != wanted for view in shown):
        # Else whoever guesses the next number could have caches keep a page without it.
        return True
    asked = place.start is not None or place.until is not None
    return asked and len(shown) < (2 if place.part is not None else 1)
