"""Where readers report a comment, or an error in a story, to the desk."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from ..database import session
from ..i18n import mark
from ..models import Comment, CommentState, ReportReason
from ..mount import Mount, forget_pages, this_blog
from ..posts.queries import Story, find_story_by_id
from ..text.typed import many_lines, one_line, shows_something
from . import reports
from .boxes import quoted_comment
from .forms import EMAIL_LENGTH, is_email
from .pages import Field, Reason, ReportPage
from .private import address_here, digest_secret, kept_by_nobody, private_page
from .reports import ERROR_LENGTH, REASONS, REPORT_LENGTH, CommentGone, Told, TooManyReports

# Far more than the longest text, each of its characters written as twelve.
_MOST_BYTES = 128 * 1024
_REASONS = {
    ReportReason.SPAM: mark("It is spam or advertising"),
    ReportReason.ABUSE: mark("It is abusive or hateful"),
    ReportReason.PRIVACY: mark("It tells something private"),
    ReportReason.OTHER: mark("Something else"),
}
_NO_REASON = mark("Please choose a reason.")
_NO_TEXT = mark("Please tell us what is wrong.")
_TOO_LONG = mark("This is %(n)s characters long; the limit is %(most)s.")
_BAD_EMAIL = mark("Please enter an email address, such as name@example.org.")
_PLEASE_MEND = mark("Your report has not been sent. Please check the following:")
_TOO_MANY = mark("You have sent many reports within an hour. Please try again later.")
_SEND_AGAIN = mark(
    "We could not tell whether this was sent from our own page. Please send it again."
)


class ReportForm(FlaskForm):  # type: ignore[misc]
    """What a reader tells the desk."""

    reason = StringField()
    text = TextAreaField(filters=[many_lines])
    email = StringField(filters=[one_line])


def report(comment_id: int) -> ResponseReturnValue:
    """The form that reports a comment; whatever readers do not see is not there."""
    mount, now = this_blog(), this_blog().now()
    _bound_body()
    comment = session().get(Comment, comment_id)
    if comment is None or comment.blog != mount.blog or comment.state != CommentState.PUBLISHED:
        abort(404)
    story = find_story_by_id(mount.blog, comment.post_id, now) or abort(404)
    form = ReportForm()
    if request.method != "POST":
        return _show(mount, now, story, comment, form)
    if not form.validate():
        return _show(mount, now, story, comment, form, 400, _SEND_AGAIN)
    if errors := _errors(mount, form, comment):
        return _show(mount, now, story, comment, form, 422, _PLEASE_MEND, errors)
    try:
        held = reports.report_comment(mount.settings, comment, _told(mount, form), now)
    except CommentGone:
        abort(404)
    except TooManyReports as refused:
        return _too_many(_show(mount, now, story, comment, form, 429, _TOO_MANY), refused)
    session().commit()
    if held:
        forget_pages(mount)
    return _thank(mount, story)


def report_error(post_id: int) -> ResponseReturnValue:
    """The form that tells the desk, and nobody else, of an error in a story."""
    mount, now = this_blog(), this_blog().now()
    _bound_body()
    story = find_story_by_id(mount.blog, post_id, now) or abort(404)
    form = ReportForm()
    if request.method != "POST":
        return _show(mount, now, story, None, form, sent="sent" in request.args)
    if not form.validate():
        return _show(mount, now, story, None, form, 400, _SEND_AGAIN)
    if errors := _errors(mount, form, None):
        return _show(mount, now, story, None, form, 422, _PLEASE_MEND, errors)
    try:
        reports.report_error(mount.blog, story.card.id, _told(mount, form), now)
    except TooManyReports as refused:
        return _too_many(_show(mount, now, story, None, form, 429, _TOO_MANY), refused)
    session().commit()
    return _thank(mount, story)


def _told(mount: Mount, form: ReportForm) -> Told:
    person = mount.current_person()
    secret = digest_secret(mount)
    return Told(
        reason=ReportReason(form.reason.data or ReportReason.ERROR),
        text=form.text.data or "",
        email=form.email.data or "",
        whose=reports.reporter(person.id if person else None, address_here(mount), secret),
    )


def _errors(mount: Mount, form: ReportForm, comment: Comment | None) -> dict[str, str]:
    words, found = mount.words, {}
    text, email = form.text.data or "", form.email.data or ""
    most = _most(comment)
    if comment is None:
        form.reason.data = None
        if not shows_something(text):
            found["text"] = words.t(_NO_TEXT)
    elif form.reason.data not in REASONS:
        found["reason"] = words.t(_NO_REASON)
    if len(text) > most:
        found["text"] = words.t(_TOO_LONG, n=words.number(len(text)), most=words.number(most))
    if email and not is_email(email):
        found["email"] = words.t(_BAD_EMAIL)
    return found


def _most(comment: Comment | None) -> int:
    return ERROR_LENGTH if comment is None else REPORT_LENGTH


def _show(
    mount: Mount,
    now: datetime,
    story: Story,
    comment: Comment | None,
    form: ReportForm,
    status: int = 200,
    problem: str = "",
    errors: dict[str, str] | None = None,
    sent: bool = False,
) -> Response:
    words, errors, card = mount.words, errors or {}, story.card
    story_url = mount.post_url(card.slug, card.published_at)
    view = quoted_comment(mount, now, story_url, comment) if comment is not None else None
    first = next(iter(errors), "")

    def field(name: str, most: int, required: bool = False) -> Field:
        return Field(form[name].data or "", errors.get(name, ""), required, most, first == name)

    if view is not None:
        heading, action = view.report_label, view.report_url
    else:
        heading = words.t("Report an error in this story")
        action = mount.url("report_error", post_id=card.id)
    page = ReportPage(
        story=story,
        comment=view,
        heading=words.t("Thank you") if sent else heading,
        action=action,
        back=view.url if view is not None else story_url,
        reasons=tuple(
            Reason(value, words.t(name), value == form.reason.data)
            for value, name in _REASONS.items()
        ),
        reason_error=errors.get("reason", ""),
        text=field("text", _most(comment), required=comment is None),
        email=field("email", EMAIL_LENGTH),
        problem=words.t(problem) if problem else "",
        errors=tuple(errors.items()),
        token=form.csrf_token.current_token if "csrf_token" in form else "",
        sent=sent,
    )
    return private_page(mount, now, "report.html", page, status)


def _too_many(response: Response, refused: TooManyReports) -> Response:
    response.headers["Retry-After"] = str(refused.seconds)
    return response


def _thank(mount: Mount, story: Story) -> ResponseReturnValue:
    # By the story's address, for the comment may not be there any more.
    address = mount.url("report_error", post_id=story.card.id, sent="")
    return kept_by_nobody(redirect(address, code=303))


def _bound_body() -> None:
    # Flask sets no limit to a form that is not sent in parts, nor the server to one whose
    # length it is not told.
    length = request.content_length
    endless = length is None and request.environ.get("wsgi.input_terminated")
    if endless and request.method == "POST":
        abort(413)
    if (length or 0) > _MOST_BYTES:
        abort(413)
