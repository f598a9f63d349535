"""The newsroom's door: the list of stories, and the way in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..context import draw, render_error, site
from ..database import session
from ..i18n import mark
from ..models import PostState
from ..mount import Mount, this_blog
from ..people import Action
from ..posts.actions import is_scheduled
from ..posts.opening import post_number
from ..posts.pages import ErrorPage
from ..posts.queries import Cursor, desk_list, load_frame
from .access import begin_visit, forget_visit, is_visitor, person_here, private, staff, visit_here
from .actions import end_visit, find_sign_in, use_sign_in
from .forms import ConfirmForm
from .pages import DeskRow, DoorPage, SignInPage, StateFilter

DESK_ROWS = 50
_STATES = {
    "draft": mark("Draft"),
    "in-review": mark("In review"),
    "scheduled": mark("Scheduled"),
    "published": mark("Published"),
    "withdrawn": mark("Withdrawn"),
}


@staff(Action.ENTER)
def door() -> ResponseReturnValue:
    """The stories of the blog, for somebody who may enter."""
    mount, now = this_blog(), this_blog().now()
    state = request.args.get("state", "")
    if state and state not in {*PostState}:
        abort(404)
    found = desk_list(mount.blog, state, DESK_ROWS, _cursor())
    rows = tuple(_desk_row(mount, row, now) for row in found[:DESK_ROWS])
    older = ""
    if len(found) > DESK_ROWS:
        older = mount.url("newsroom", state=state or None, before=rows[-1].id)
    person = person_here()
    if person is None:
        abort(401)
    page = DoorPage(
        person=person,
        rows=rows,
        filters=_filters(mount, state),
        older=older,
        form=ConfirmForm(),
        by_link=is_visitor(person),
    )
    return _newsroom_page("newsroom/door.html", page, mount, now)


def sign_in(secret: str) -> ResponseReturnValue:
    """A sign-in link: opening it shows a button, pressing the button uses it up.

    Mail scanners and previews open links; only a person presses a button.
    """
    mount, now = this_blog(), this_blog().now()
    link = find_sign_in(mount.blog, secret, now)
    if link is None:
        return _no_longer_good(mount, now)
    form = ConfirmForm()
    if request.method == "POST":
        if not form.validate():
            abort(400)
        if not use_sign_in(link, now):
            return _no_longer_good(mount, now)
        key = link.secret_hash  # read now: after the commit it is asked for anew
        session().commit()
        begin_visit(key)
        return private(redirect(mount.url("newsroom"), code=303))
    page = SignInPage(link.name, form)
    return private(_newsroom_page("newsroom/sign_in.html", page, mount, now))


def sign_out() -> ResponseReturnValue:
    """End the visit that a sign-in link opened."""
    mount = this_blog()
    if not ConfirmForm().validate():
        abort(400)
    visit = visit_here()
    if visit is not None:
        end_visit(visit, mount.now())
        session().commit()
    forget_visit()
    return private(redirect(mount.url("front"), code=303))


def _no_longer_good(mount: Mount, now: datetime) -> Response:
    words = mount.words
    page = ErrorPage(
        404,
        words.t("This sign-in link is no longer good"),
        words.t("It works once, and for ten minutes. Ask for another."),
    )
    return render_error(404, page, load_frame(mount.blog, now), now)


def _newsroom_page(template: str, page: Any, mount: Mount, now: datetime) -> Response:
    frame = load_frame(mount.blog, now)
    return Response(draw(template, page, site(frame, now)), mimetype="text/html")


def _cursor() -> Cursor:
    before = request.args.get("before", "")
    if not before:
        return Cursor()
    return Cursor(older_than=post_number(before))


def _desk_row(mount: Mount, row: Any, now: datetime) -> DeskRow:
    state, url = row.state, ""
    if is_scheduled(row, now):
        state = "scheduled"
    elif state == PostState.PUBLISHED:
        url = mount.post_url(row.slug, row.published_at)
    return DeskRow(
        row.id, row.title, state, mount.words.t(_STATES[state]), row.section or "",
        row.changed_at, row.published_at, row.comment_count, url,
    )  # fmt: skip


def _filters(mount: Mount, here: str) -> tuple[StateFilter, ...]:
    words = mount.words
    names = {"": words.t("All")} | {str(s): words.t(_STATES[s]) for s in PostState}
    return tuple(
        StateFilter(name, mount.url("newsroom", state=state or None), state == here)
        for state, name in names.items()
    )
