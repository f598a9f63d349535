"""Where a correction is written under a story, put into other words, or taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..comments import report_queries, reports
from ..database import begin_anew, row_number, session
from ..i18n import mark
from ..models import Correction, CorrectionKind, Post, Report
from ..mount import Mount, forget_pages, this_blog
from ..people import Action, Person
from ..posts import corrections as desk
from ..posts.actions import LONGEST_CORRECTION, NotPublished, TextDoesNotFit
from ..posts.standing import hold
from ..text.characters import keep_order
from ..text.typed import many_lines, shows_something
from .access import may, may_publish, person_here, staff
from .correction_pages import CorrectionDraft, CorrectionsDeskPage, CorrectionView, ErrorReport
from .forms import MEANWHILE, OPEN_TOO_LONG, ConfirmForm
from .head import desk_head, draw_desk
from .meanwhile import goes_on, is_stale, seen_of_words
from .pages import Choice, Said
from .stories import story_head, story_to_change

REPORTS = 20
_KINDS = {
    CorrectionKind.CORRECTION: mark("Correction: something was wrong"),
    CorrectionKind.CLARIFICATION: mark("Clarification: something could be misread"),
    CorrectionKind.UPDATE: mark("Update: something new has happened"),
}
_SAID = {
    "sent": mark("It is before the readers now."),
    "changed": mark("The new words are before the readers now."),
    "gone": mark("It was taken back. The list of what was done keeps its words."),
}
_NO_TEXT = mark("Please write what readers are to be told.")
_TOO_LONG = mark("This is %(n)s characters long; the limit is %(most)s.")
_NOT_OUT = mark("Readers do not see this story, so there is nothing to correct: change it instead.")
_GONE = mark("Somebody else took this one back meanwhile. Your words are below.")


@staff(Action.WRITE)
def corrections(post_id: int) -> ResponseReturnValue:
    """The corrections of a story; ``do`` says what is done with them."""
    mount, now = this_blog(), this_blog().now()
    post = story_to_change(post_id, now)
    if request.method != "POST":
        return _page(mount, post, now)
    if not may_publish(post):
        abort(403)
    verb, number = request.form.get("do", ""), row_number(request.form.get("note", "")) or 0
    if not ConfirmForm().validate():
        note_id = number if verb == "change" else None
        return _page(mount, post, now, 400, mount.words.t(OPEN_TOO_LONG), note_id=note_id)
    person = person_here() or abort(401)
    if verb in ("try", "send"):
        return _send(mount, post, person, now, only_shown=verb == "try")
    if verb not in ("change", "take-back"):
        abort(400)
    _hold(post)
    note = desk.correction_of(post, number)
    if note is None:
        if verb == "take-back":
            return _done(mount, post, "gone")
        session().rollback()
        return _page(mount, post, now, 409, mount.words.t(_GONE))
    if verb == "change":
        return _change(mount, post, note, person, now)
    return _take_back(mount, post, note, person, now)


def _hold(post: Post) -> None:
    """Hold the story before anything else is read."""
    begin_anew()
    hold(post)


def _send(
    mount: Mount, post: Post, person: Person, now: datetime, only_shown: bool
) -> ResponseReturnValue:
    kind, text = _typed()
    problem = _problem(mount, text)
    if problem or only_shown:
        return _page(mount, post, now, 422 if problem else 200, problem, reads=not problem)
    _hold(post)
    report = _report(mount, post)
    try:
        note, new = desk.write_correction(post, kind, text, person, now)
    except (NotPublished, TextDoesNotFit):
        session().rollback()
        return _page(mount, post, now, 409, mount.words.t(_NOT_OUT))
    detail = note.text
    if report is not None and report.closed_at is None and request.form.get("close"):
        reports.close_some(mount.blog, [report.id], person.name, now)
        write_down(
            mount.blog, person, Deed.SETTLE, Thing.REPORT, now, thing_id=report.id,
            title=post.title, detail=report.text,
        )  # fmt: skip
    if new:
        _write_down(mount, person, Deed.CORRECT, post, note, now, detail)
    return _commit(mount, post, "sent")


def _change(
    mount: Mount, post: Post, note: Correction, person: Person, now: datetime
) -> ResponseReturnValue:
    kind, text = _typed()
    number, former = note.id, note.text
    stale = is_stale(request.form.get("seen"), seen_of_words(note.kind, note.text))
    # Sent twice by a double click, it says what is there already.
    if stale and (note.kind, note.text) != (kind, text):
        session().rollback()
        return _page(mount, post, now, 409, mount.words.t(MEANWHILE), note_id=number)
    if problem := _problem(mount, text):
        session().rollback()
        return _page(mount, post, now, 422, problem, note_id=number)
    if desk.reword_correction(post, note, kind, text, now):
        _write_down(mount, person, Deed.EDIT, post, note, now, former)
    return _commit(mount, post, "changed")


def _take_back(
    mount: Mount, post: Post, note: Correction, person: Person, now: datetime
) -> ResponseReturnValue:
    if not request.form.get("sure"):
        number = note.id
        session().rollback()
        return _page(mount, post, now, note_id=number, leaving=True)
    _write_down(mount, person, Deed.DELETE, post, note, now, note.text)
    desk.take_back_correction(post, note, now)
    return _commit(mount, post, "gone")


def _commit(mount: Mount, post: Post, said: str) -> ResponseReturnValue:
    answer = _done(mount, post, said)
    session().commit()
    forget_pages(mount)
    return answer


def _done(mount: Mount, post: Post, said: str) -> ResponseReturnValue:
    return redirect(mount.url("corrections_desk", post_id=post.id, said=said), code=303)


def _write_down(
    mount: Mount, person: Person, deed: Deed, post: Post, note: Correction, now: datetime, text: str
) -> None:
    write_down(
        mount.blog, person, deed, Thing.CORRECTION, now, thing_id=post.id, title=post.title,
        detail=text,
    )  # fmt: skip


def _typed() -> tuple[CorrectionKind, str]:
    kind = request.form.get("kind", "")
    if kind not in {*CorrectionKind}:
        abort(400)
    return CorrectionKind(kind), many_lines(request.form.get("text"))


def _problem(mount: Mount, text: str) -> str:
    words = mount.words
    if not shows_something(text):
        return words.t(_NO_TEXT)
    if len(text) > LONGEST_CORRECTION:
        most = words.number(LONGEST_CORRECTION)
        return words.t(_TOO_LONG, n=words.number(len(text)), most=most)
    return ""


def _report(mount: Mount, post: Post) -> Report | None:
    """The reader's report that the correction is about; for those alone who may read it."""
    number = row_number(request.values.get("report", ""))
    if number is None or not may(Action.MODERATE):
        return None
    return report_queries.error_in(mount.blog, post.id, number)


def _page(
    mount: Mount,
    post: Post,
    now: datetime,
    status: int = 200,
    problem: str = "",
    *,
    note_id: int | None = None,
    leaving: bool = False,
    reads: bool = False,
) -> Response:
    said = request.args.get("said", "") if request.method != "POST" else ""
    report, notes = _report(mount, post), desk.corrections_of(post.id)
    if note_id not in [note.id for note in notes]:
        # Somebody took it back; what was typed for it stands in the form of a new one.
        note_id = None
    waiting: Any = ()
    if may(Action.MODERATE):
        waiting = report_queries.errors_in(mount.blog, post.id, REPORTS)
    page = CorrectionsDeskPage(
        head=desk_head("newsroom"),
        story=story_head(mount, post, now),
        form=ConfirmForm(),
        said=Said(mount.words.t(_SAID[said]) if said in _SAID else ""),
        problem=problem if note_id is None else "",
        may_correct=may_publish(post),
        draft=_draft(mount, now, note_id is None, reads),
        report=_report_view(mount, post, report) if report is not None else None,
        reports=tuple(
            _report_view(mount, post, row)
            for row in waiting
            if report is None or row.id != report.id
        ),
        notes=tuple(
            _note(
                mount,
                note,
                problem if note.id == note_id else "",
                leaving and note.id == note_id,
                told=status == 409,
            )
            for note in notes
        ),
    )
    answer = draw_desk("newsroom/corrections.html", page, now)
    answer.status_code = status
    return answer


def _draft(mount: Mount, now: datetime, typed: bool, reads: bool) -> CorrectionDraft:
    form = request.form if typed else {}
    kind = form.get("kind", CorrectionKind.CORRECTION)
    return CorrectionDraft(
        kinds=_kinds(mount, kind),
        kind=kind,
        text=many_lines(form.get("text")),
        text_most=LONGEST_CORRECTION,
        corrected_at=now,
        reads=reads,
        close=request.method != "POST" or bool(form.get("close")),
    )


def _note(
    mount: Mount, note: Correction, problem: str, leaving: bool, *, told: bool
) -> CorrectionView:
    """A correction; the form of one with a problem goes on from what it saw, unless told more."""
    kind = request.form.get("kind", "") if problem else note.kind
    sent = request.form.get("seen") if problem else None
    return CorrectionView(
        id=note.id,
        kind=note.kind,
        text=note.text,
        corrected_at=note.corrected_at,
        made_by=note.person_name,
        kinds=_kinds(mount, kind),
        typed=many_lines(request.form.get("text")) if problem else note.text,
        seen=goes_on(sent, seen_of_words(note.kind, note.text), told=told),
        problem=problem,
        leaving=leaving,
    )


def _kinds(mount: Mount, chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(kind, mount.words.t(name), kind == chosen) for kind, name in _KINDS.items())


def _report_view(mount: Mount, post: Post, row: Report) -> ErrorReport:
    return ErrorReport(
        row.id, keep_order(row.text), row.email, row.created_at, row.closed_at is not None,
        mount.url("corrections_desk", post_id=post.id, report=row.id),
    )  # fmt: skip
