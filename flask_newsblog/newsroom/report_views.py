"""What readers reported, for those who moderate: looked at, closed, opened again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..comments import report_queries, reports
from ..comments.report_queries import Case
from ..database import row_number, session
from ..models import CommentState
from ..mount import Mount, this_blog
from ..people import Action
from ..posts.opening import post_number
from ..posts.queries import is_out
from ..text.characters import keep_order
from .access import Desk, may, person_here, staff
from .cards import STATE_NAMES
from .embargoes import title_for
from .forms import ConfirmForm
from .head import desk_head, draw_desk
from .pages import StateFilter
from .report_pages import ReportCase, ReportsPage, ReportView
from .wording import REPORTS

CASES = 20


@staff(Action.MODERATE)
def reported() -> ResponseReturnValue:
    """The cases that wait for somebody, or with ``?state=closed`` those that do not."""
    mount, now = this_blog(), this_blog().now()
    if request.method == "POST":
        return _act(mount, now)
    closed = _is_closed()
    before = post_number(request.args["before"]) if "before" in request.args else None
    cases, onward = report_queries.find_cases(mount.blog, closed, CASES, before)
    state = "closed" if closed else None
    page = ReportsPage(
        head=desk_head("reports"),
        cases=tuple(_case(mount, case, now) for case in cases),
        filters=_filters(mount, closed),
        closed=closed,
        done=row_number(request.args.get("done", "")),
        older=mount.url("reports", state=state, before=onward) if onward else "",
        form=ConfirmForm(),
    )
    return draw_desk("newsroom/reports.html", page, now)


def _act(mount: Mount, now: datetime) -> ResponseReturnValue:
    """Close a case or open it again: what came in since it was shown stays as it is."""
    number = row_number(request.form.get("case", ""))
    verb = request.form.get("verb", "")
    if not ConfirmForm().validate() or number is None or verb not in ("close", "reopen"):
        abort(400)
    person = person_here() or abort(401)
    ids = report_queries.ids_in_case(mount.blog, number, closed=verb == "reopen")
    if verb == "close":
        deed, changed = Deed.SETTLE, reports.close_some(mount.blog, ids, person.name, now)
    else:
        deed, changed = Deed.REOPEN, reports.reopen_some(mount.blog, ids)
    if changed:
        # Not what was reported, which may be about somebody: the report has that while it is kept.
        title = report_queries.title_over(mount.blog, number)
        write_down(mount.blog, person, deed, Thing.REPORT, now, thing_id=number, title=title)
        session().commit()
    state = "closed" if _is_closed() else None
    done = number if verb == "close" else None
    return redirect(mount.url("reports", state=state, done=done), code=303)


def _is_closed() -> bool:
    state = request.args.get("state", "open")
    if state not in ("open", "closed"):
        abort(404)
    return state == "closed"


def _case(mount: Mount, case: Case, now: datetime) -> ReportCase:
    words, newest = mount.words, case.newest
    seen = is_out(newest.post_state, newest.published_at, newest.embargo_until, now)
    story_url = mount.post_url(newest.slug, newest.published_at) if seen else ""
    comment_url = state_name = ""
    if newest.comment_id is not None:
        state_name = words.t(STATE_NAMES[newest.comment_state])
        if story_url and newest.comment_state == CommentState.PUBLISHED:
            comment_url = mount.url("comment", comment_id=newest.comment_id)
    return ReportCase(
        id=newest.id,
        story=title_for(Desk(mount, person_here() or abort(401)), newest, now),
        story_url=story_url,
        comment_id=newest.comment_id,
        comment_url=comment_url,
        name=newest.author_name or words.t("Anonymous"),
        about=keep_order(newest.comment_body or ""),
        state=newest.comment_state or "",
        state_name=state_name,
        reports=tuple(
            ReportView(
                row.id, words.t(REPORTS[row.reason]), keep_order(row.text), row.email,
                row.created_at,
            )
            for row in case.rows
        ),
        count=case.count,
        more=case.count - len(case.rows),
        closed_at=newest.closed_at,
        closed_by=newest.closed_by,
        correct_url=_correct_url(mount, newest) if story_url else "",
    )  # fmt: skip


def _correct_url(mount: Mount, report: Any) -> str:
    """Where a correction is written of an error that a reader reported."""
    if report.comment_id is not None or not may(Action.PUBLISH):
        return ""
    return mount.url("corrections_desk", post_id=report.post_id, report=report.id)


def _filters(mount: Mount, closed: bool) -> tuple[StateFilter, ...]:
    words = mount.words
    return (
        StateFilter(words.t("Open"), mount.url("reports"), not closed),
        StateFilter(words.t("Done"), mount.url("reports", state="closed"), closed),
    )
