"""A draft for who has the link to it, and what they say of it to the desk."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField, TextAreaField

from ..context import draw, render_error, site
from ..database import begin_anew, session
from ..i18n import mark
from ..models import Media, Post
from ..mount import Mount, this_blog
from ..text.excerpts import count_words
from ..text.limits import TextTooLong
from ..text.typed import many_lines, one_line, shows_something
from . import preview_links
from .opening import body_of, shown_body
from .pages import ErrorPage
from .preview_links import NAME_LENGTH, NOTE_LENGTH, Opened, TooManyNotes
from .preview_pages import DraftStory, PreviewBox, PreviewPage
from .queries import Frame, Picture, load_frame
from .revisions import saved_in
from .written import Written, written_in

# Nobody but this site hears of the page, not even by a picture that stands elsewhere.
_STRICT = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
# Written by script that encodes it, a character of four bytes is twelve.
_MOST_BYTES = (NOTE_LENGTH + NAME_LENGTH) * 12 + 16 * 1024

_GONE = mark("This link is no longer good")
_GONE_TEXT = mark(
    "It may have ended or been taken back, or the address may be incomplete. Ask whoever sent it"
    " to you for another."
)
_NO_TEXT = mark("Please write what you think of the draft.")
_NO_NAME = mark("Please say who you are, so that the newsroom knows whose words these are.")
_TOO_LONG = mark("This is %(n)s characters long; the limit is %(most)s.")
_PLEASE_MEND = mark("Your words have not been sent. Please check the form.")
_SEND_AGAIN = mark("This page was open for too long. Your words are all here; please send again.")
_TOO_MANY = mark(
    "Much has been said by this link just now. Your words are all here; please send them later."
)


class SayForm(FlaskForm):  # type: ignore[misc]
    """What a reader of a draft tells the desk."""

    name = StringField(filters=[one_line])
    text = TextAreaField(filters=[many_lines])


def preview(secret: str) -> ResponseReturnValue:
    """A draft by its link; words about it are sent to the same address."""
    mount, now = this_blog(), this_blog().now()
    _bound_body()
    opened = preview_links.open_link(mount.blog, secret, now)
    if opened is None:
        return _gone(mount, now)
    post = opened.post
    # Words that are just being sent are still taken: there is no page to hand them back on.
    if opened.out and post.published_at is not None and request.method != "POST":
        return _private(redirect(mount.post_url(post.slug, post.published_at), code=302))
    form = SayForm()
    if request.method != "POST":
        return _show(mount, now, opened, form, sent="sent" in request.args)
    if not form.validate():
        return _show(mount, now, opened, form, 400, _SEND_AGAIN)
    if errors := _errors(mount, form):
        return _show(mount, now, opened, form, 422, _PLEASE_MEND, errors)
    # What follows begins by holding the link.
    begin_anew()
    try:
        note = preview_links.leave_note(opened, form.name.data or "", form.text.data or "", now)
    except TooManyNotes as refused:
        answer = _show(mount, now, opened, form, 429, _TOO_MANY)
        answer.headers["Retry-After"] = str(refused.seconds)
        return answer
    if note is None:
        return _gone(mount, now, form.text.data or "")
    session().commit()
    address = mount.url("preview", secret=secret, sent="", _anchor="nb-say")
    return _private(redirect(address, code=303))


def _errors(mount: Mount, form: SayForm) -> dict[str, str]:
    words, found = mount.words, {}
    for name, most, nothing in (("text", NOTE_LENGTH, _NO_TEXT), ("name", NAME_LENGTH, _NO_NAME)):
        typed = form[name].data or ""
        if not shows_something(typed):
            found[name] = words.t(nothing)
        elif len(typed) > most:
            length = words.number(len(typed))
            found[name] = words.t(_TOO_LONG, n=length, most=words.number(most))
    return found


def _show(
    mount: Mount,
    now: datetime,
    opened: Opened,
    form: SayForm,
    status: int = 200,
    problem: str = "",
    errors: dict[str, str] | None = None,
    sent: bool = False,
) -> Response:
    errors, typed = errors or {}, {field.name: field.data or "" for field in form}
    story, body = _draft(opened)
    page = PreviewPage(
        story=story,
        body=body,
        label=opened.link.label,
        until=opened.link.expires_at,
        box=PreviewBox(
            text=typed["text"],
            text_error=errors.get("text", ""),
            text_most=NOTE_LENGTH,
            name=typed["name"],
            name_error=errors.get("name", ""),
            name_most=NAME_LENGTH,
            problem=mount.words.t(problem) if problem else "",
            token=form.csrf_token.current_token if "csrf_token" in form else "",
        ),
        sent=sent,
    )
    html = draw("preview.html", page, site(load_frame(mount.blog, now), now))
    return _private(current_app.response_class(html, status, mimetype="text/html"))


def _draft(opened: Opened) -> tuple[DraftStory, Markup]:
    """The newest saved words of a story; of one that is out what all may read."""
    post = opened.post
    if opened.out:
        return _drawn(post, written_in(post), shown_body(post))
    _, written = saved_in(post)
    try:
        body = body_of(post, written)
    except TextTooLong:
        # The desk was told so when it saved; what was good before is shown.
        body = body_of(post, Written(body=post.body))
    return _drawn(post, written, body)


def _drawn(post: Post, written: Written, body: Markup) -> tuple[DraftStory, Markup]:
    return DraftStory(
        title=written.title,
        kicker=written.kicker,
        section=written.section[-1] if written.section else "",
        standfirst=written.standfirst,
        dateline=written.dateline,
        authors=written.authors,
        words=count_words(body),
        picture=_picture(post, written),
        caption=written.lead_caption,
        credit=written.lead_credit,
    ), body


def _picture(post: Post, written: Written) -> Picture | None:
    media = session().get(Media, written.lead_image) if written.lead_image else None
    if media is None or media.blog != post.blog:
        return None
    variants = tuple(media.variants or ())
    return Picture(media.key, media.width, media.height, variants, written.lead_alt)


def _gone(mount: Mount, now: datetime, kept: str = "") -> Response:
    """The one answer for every link that opens nothing, whatever the reason."""
    words = mount.words
    if request.method == "POST" and not kept:
        kept = many_lines(request.form.get("text"))
    page = ErrorPage(404, words.t(_GONE), words.t(_GONE_TEXT), kept)
    frame: Frame = load_frame(mount.blog, now)
    return _private(render_error(404, page, frame, now))


def _private(answer: BaseResponse) -> Response:
    """What only who has the link is to see, and whose address is told to nobody."""
    response = current_app.make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Content-Security-Policy", _STRICT)
    return response


def _bound_body() -> None:
    # Flask sets no limit to a form that is not sent in parts, nor the server to one whose
    # length it is not told.
    length = request.content_length
    endless = length is None and request.environ.get("wsgi.input_terminated")
    if request.method == "POST" and (endless or (length or 0) > _MOST_BYTES):
        abort(413)
