"""*Your comments here*: what a reader wrote, to be looked at, changed, taken along or erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from ..context import draw, site
from ..database import session
from ..i18n import mark
from ..models import Comment, CommentState
from ..mount import Mount, forget_pages, this_blog
from ..posts.opening import post_number
from ..posts.queries import load_frame
from ..text.markdown import render_comment
from . import erasing, notify, own, own_actions
from .browsers import give_key
from .export import export
from .forms import ReplyForm
from .judging import judge_again, objection
from .own import Owner
from .own_actions import ChangedMeanwhile, NewText, SaidAlready, TooLate, digest_of
from .own_forms import PressedForm, RewriteForm
from .own_pages import DeletePage, ErasePage, OwnPage, RewritePage
from .own_rows import address_of, mail_rows, row_of, rows_of, url_here
from .ownership import HERE, must_be_somebody
from .private import for_one_reader, kept_by_nobody, key_path

PER_PAGE = 50

_PLEASE_MEND = mark("Your comment has not been changed. Please check the following:")
_NOT_TAKEN = mark("Your comment has not been changed: %(why)s")
_SAID = mark("Your comment has not been changed: you have said exactly this here before.")
_BOTH = mark(
    "Your comment was changed in another window meanwhile. Below is what it says now, and what you"
    " just wrote; put together what it is to say, and save it."
)
_TOO_LATE = mark("This comment can no longer be changed. Your text is below for you to copy.")
_SEND_AGAIN = mark(
    "We could not tell whether this was sent from our own page. Please send it again."
)
_TOLD = {
    "changed": mark("Your comment has been changed."),
    "waits": mark("Your comment has been changed, and awaits moderation."),
    "deleted": mark("Your comment has been deleted."),
    "stopped": mark("We send you no more mail about that comment."),
}

View = Callable[..., ResponseReturnValue]


def for_owner(view: View) -> View:
    """Let a view answer for the reader whom the link, the host or the browser names."""

    @wraps(view)
    def answer(token: str = HERE, **values: Any) -> ResponseReturnValue:
        mount = this_blog()
        now = mount.now()
        found = must_be_somebody(mount, token, now)
        if isinstance(found, Response):
            return found
        return view(mount, now, found, token, **values)

    return answer


@for_owner
def own_comments(mount: Mount, now: datetime, owner: Owner, token: str) -> ResponseReturnValue:
    """All of a reader's comments, newest first, and the mail that they asked for."""
    before, done = request.args.get("before", ""), request.args.get("done", "")
    found = own.own_comments(owner, now, PER_PAGE + 1, post_number(before) if before else None)
    rows = found[:PER_PAGE]
    older = ""
    if len(found) > PER_PAGE:
        older = url_here(mount, "own", token, before=rows[-1].id)
    page = OwnPage(
        who=owner.email,
        told=mount.words.t(_TOLD[done]) if done in _TOLD else "",
        count=own.count_own(owner),
        rows=rows_of(mount, now, token, rows),
        mails=mail_rows(mount, now, owner, token) if not before else (),
        older=older,
        newest=url_here(mount, "own", token) if before else "",
        export_url=url_here(mount, "own_export", token),
        erase_url=url_here(mount, "own_erase", token),
        form=PressedForm(),
    )
    return _page(mount, now, "own.html", page)


@for_owner
def own_edit(
    mount: Mount, now: datetime, owner: Owner, token: str, comment_id: int
) -> ResponseReturnValue:
    """A comment in a text box; sent, it says that from now on, or waits, or why not."""
    comment = own.find_own(owner, comment_id) or abort(404)
    if request.method != "POST":
        return _show_text(mount, now, owner, token, comment.id, text=comment.body)
    form, typed = RewriteForm(), _typed(mount)
    text = typed.comment.data or ""
    if not form.validate():
        return _show_text(mount, now, owner, token, comment.id, 400, text, _SEND_AGAIN)
    if not typed.validate():
        error = str(typed.comment.errors[0])
        return _show_text(
            mount, now, owner, token, comment.id, 422, text, _PLEASE_MEND, error=error
        )
    verdicts = judge_again(mount, now, comment, text)
    if why := objection(verdicts):
        problem = mount.words.t(_NOT_TAKEN, why=why)
        return _show_text(mount, now, owner, token, comment_id, 422, text, problem)
    new = NewText(
        text=text,
        html=render_comment(text),
        former=str(form.former.data or ""),
        verdicts=verdicts,
    )
    return _change(mount, now, owner, token, comment, new)


def _change(
    mount: Mount, now: datetime, owner: Owner, token: str, comment: Comment, new: NewText
) -> ResponseReturnValue:
    number, was_shown = comment.id, comment.shown
    try:
        own_actions.edit_own(mount.settings, comment, new, now)
        state = comment.state
        if was_shown and state == CommentState.HELD:
            notify.waits(mount.settings, comment, now)
        session().commit()
    except TooLate:
        session().rollback()
        return _show_text(mount, now, owner, token, number, 409, new.text, _TOO_LATE)
    except ChangedMeanwhile:
        session().rollback()
        return _show_text(mount, now, owner, token, number, 409, new.text, _BOTH, both=True)
    except (SaidAlready, IntegrityError):
        session().rollback()
        return _show_text(mount, now, owner, token, number, 422, new.text, _SAID)
    if was_shown:
        forget_pages(mount)
    told = "waits" if state == CommentState.HELD else "changed"
    return _back(mount, token, told)


@for_owner
def own_delete(
    mount: Mount, now: datetime, owner: Owner, token: str, comment_id: int
) -> ResponseReturnValue:
    """Whether to delete a comment; sent, it is gone."""
    comment = own.find_own(owner, comment_id) or abort(404)
    form = PressedForm()
    status = 200
    if request.method == "POST":
        if not form.validate():
            abort(400)
        try:
            own_actions.delete_own(mount.settings, comment, now)
            session().commit()
            forget_pages(mount)
            return _back(mount, token, "deleted")
        except TooLate:
            session().rollback()
            status = 409
    page = DeletePage(
        row=row_of(mount, now, token, owner, comment_id) or abort(404),
        back_url=url_here(mount, "own", token),
        erase_url=url_here(mount, "own_erase", token),
        form=form,
    )
    return _page(mount, now, "own_delete.html", page, status)


@for_owner
def own_stop(
    mount: Mount, now: datetime, owner: Owner, token: str, subscription_id: int
) -> ResponseReturnValue:
    """End the mail about the replies to a comment."""
    if not PressedForm().validate():
        abort(400)
    if own.stop(owner, subscription_id, now) is None:
        abort(404)
    session().commit()
    return _back(mount, token, "stopped")


@for_owner
def own_export(mount: Mount, now: datetime, owner: Owner, token: str) -> ResponseReturnValue:
    """All that is stored of a reader, as a file."""
    found = export(owner, lambda slug, at: address_of(mount, slug, at), now)
    response = Response(
        json.dumps(found, ensure_ascii=False, indent=2), mimetype="application/json"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="my-comments.json"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return kept_by_nobody(response)


@for_owner
def own_erase(mount: Mount, now: datetime, owner: Owner, token: str) -> ResponseReturnValue:
    """What erasing does; sent, it is done, and nothing of it can be taken back."""
    form = PressedForm()
    if request.method == "POST":
        if not form.validate():
            abort(400)
        erasing.erase(owner, now)
        session().commit()
        forget_pages(mount)
        done = kept_by_nobody(redirect(url_here(mount, "own_erase", token), code=303))
        if owner.browser:
            give_key(done, "", key_path(mount), secure=request.is_secure)
        return done
    page = ErasePage(
        who=owner.email,
        count=own.count_own(owner),
        whole_address=bool(owner.address),
        done=not erasing.anything_of(owner),
        back_url=url_here(mount, "own", token),
        export_url=url_here(mount, "own_export", token),
        form=form,
    )
    return _page(mount, now, "own_erase.html", page)


def _typed(mount: Mount) -> ReplyForm:
    """The text as the form under a story takes it, by the same limits."""
    return ReplyForm(request.form, mount.settings, mount.words, known=True)


def _show_text(
    mount: Mount,
    now: datetime,
    owner: Owner,
    token: str,
    comment_id: int,
    status: int = 200,
    text: str = "",
    problem: str = "",
    *,
    error: str = "",
    both: bool = False,
) -> Response:
    """The comment in its box, or what was typed and what is wrong with it; nothing is lost."""
    row = row_of(mount, now, token, owner, comment_id) or abort(404)
    # A form of the same request would show again which version it was sent with.
    former = RewriteForm(formdata=None, former=digest_of(row.text))
    if status in (400, 422):
        former.former.data = request.form.get("former", "")
    page = RewritePage(
        row=row,
        text=text,
        most=mount.settings.reply_length,
        error=error,
        problem=mount.words.t(problem) if problem else "",
        theirs=row.text if both else "",
        minutes=mount.settings.edit_minutes,
        back_url=url_here(mount, "own", token),
        form=former,
    )
    return _page(mount, now, "own_edit.html", page, status)


def _back(mount: Mount, token: str, told: str) -> ResponseReturnValue:
    return kept_by_nobody(redirect(url_here(mount, "own", token, done=told), code=303))


def _page(mount: Mount, now: datetime, template: str, page: Any, status: int = 200) -> Response:
    blog = site(load_frame(mount.blog, now), now)
    return for_one_reader(draw(template, page, blog), status)
