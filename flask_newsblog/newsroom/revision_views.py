"""The history of a story: listed, compared, and brought back."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..database import begin_anew, row_number, session
from ..i18n import mark
from ..models import Post, RevisionKind
from ..mount import Mount, this_blog
from ..people import Action
from ..posts import history, revisions
from ..posts.history import Noted
from ..posts.opening import post_number
from ..posts.present import present
from ..posts.revisions import SavedMeanwhile
from ..posts.written import NAMES, UNFIT, Written, written_from
from .access import person_here, staff
from .forms import OPEN_TOO_LONG, ConfirmForm
from .head import desk_head, draw_desk
from .keeping import field_name
from .revision_pages import FieldChange, RevisionPage, RevisionRow, RevisionsPage
from .stories import story_head, story_to_change
from .story_forms import NO_SECTION
from .story_screens import may_be_in

ROWS = 50
_KINDS = {
    RevisionKind.SAVED: mark("Saved"),
    RevisionKind.AUTO: mark("Not saved yet"),
    RevisionKind.KEPT: mark("Kept beside"),
    RevisionKind.DROPPED: mark("Given up"),
    RevisionKind.IMPORTED: mark("Brought in"),
}
_MEANWHILE = mark(
    "%(name)s saved this story while you looked at its history. Look at what is there now, and"
    " press once more if it is still what you want."
)


@staff(Action.WRITE)
def story_revisions(post_id: int) -> ResponseReturnValue:
    """All that was saved or kept of a story, the newest first."""
    mount, now = this_blog(), this_blog().now()
    post = story_to_change(post_id, now)
    start = post_number(request.args["before"]) if "before" in request.args else None
    found = history.page_of_revisions(post, ROWS + 1, start)
    older = ""
    if len(found) > ROWS:
        older = mount.url("revisions", post_id=post.id, before=found[ROWS - 1].number)
    restored = row_number(request.args.get("restored", "")) or 0
    undo = row_number(request.args.get("undo", "")) or 0
    page = RevisionsPage(
        head=desk_head("newsroom"),
        story=story_head(mount, post, now),
        rows=tuple(_row(mount, post, revision) for revision in found[:ROWS]),
        older=older,
        restored=restored,
        undo_url=mount.url("revision", post_id=post.id, number=undo) if undo else "",
    )
    return draw_desk("newsroom/revisions.html", page, now)


@staff(Action.WRITE)
def story_revision(post_id: int, number: int) -> ResponseReturnValue:
    """One of them beside another; what it says can be saved again."""
    mount, now = this_blog(), this_blog().now()
    stale = request.method == "POST" and not ConfirmForm().validate()
    if stale and "base" not in request.form:
        abort(400)
    post = story_to_change(post_id, now)
    if request.method != "POST":
        return _page(mount, post, number, now)
    if stale:
        return _page(mount, post, number, now, 400, mount.words.t(OPEN_TOO_LONG))
    person, base = person_here() or abort(401), row_number(request.form.get("base", "")) or 0
    before, content = post.saved_revision, revisions.content_of(post, number) or abort(404)
    if not may_be_in(mount, post, present(mount.blog, written_from(content)).section, now):
        return _page(mount, post, number, now, 422, mount.words.t(NO_SECTION))
    # What follows begins by holding the story.
    begin_anew()
    try:
        revisions.restore(post, number, person, now, base=base)
        write_down(
            mount.blog, person, Deed.RESTORE, Thing.POST, now, thing_id=post.id, title=post.title,
            detail=f"{number}",
        )  # fmt: skip
        session().commit()
    except LookupError:
        abort(404)
    except SavedMeanwhile as error:
        session().rollback()
        problem = mount.words.t(_MEANWHILE, name=str(error) or mount.words.t("Somebody"))
        return _page(mount, post, number, now, 409, problem)
    except UNFIT as error:
        session().rollback()
        return _page(mount, post, number, now, 422, str(error))
    address = mount.url("revisions", post_id=post_id, restored=number, undo=before or None)
    return redirect(address, code=303)


def _page(
    mount: Mount, post: Post, number: int, now: datetime, status: int = 200, problem: str = ""
) -> Response:
    found = history.noted(post, number) or abort(404)
    asked = request.args.get("with")
    beside = history.before(post, found) if not asked else row_number(asked)
    other = history.noted(post, beside) if beside else None
    if asked and other is None:
        abort(404)
    written = _written(post, found)
    began = _written(post, other) if other is not None else Written()
    choices = history.page_of_revisions(post, ROWS)
    page = RevisionPage(
        head=desk_head("newsroom"),
        story=story_head(mount, post, now),
        revision=_row(mount, post, found),
        other=_row(mount, post, other) if other is not None else None,
        choices=tuple(_row(mount, post, one) for one in choices if one.number != number),
        changes=_fields(mount, began, written),
        words=_fields(mount, written, written, *NAMES),
        base=_base(post, told=status == 409),
        problem=problem,
    )
    answer = draw_desk("newsroom/revision.html", page, now)
    answer.status_code = status
    return answer


def _base(post: Post, *, told: bool) -> int:
    """Which revision the page saw as the newest: unless it is told of another, what it sent."""
    sent = row_number(request.form.get("base", ""))
    return post.saved_revision if told or sent is None else sent


def _fields(mount: Mount, old: Written, new: Written, *names: str) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field_name(mount, change), change.pieces)
        for change in history.changes(old, new, *names)
        if change.pieces
    )


def _written(post: Post, revision: Noted) -> Written:
    content = revisions.content_of(post, revision.number) or {}
    return present(post.blog, written_from(content))


def _row(mount: Mount, post: Post, revision: Noted) -> RevisionRow:
    return RevisionRow(
        number=revision.number,
        kind=revision.kind,
        kind_name=mount.words.t(_KINDS[RevisionKind(revision.kind)]),
        note=revision.note,
        name=revision.person_name,
        saved_at=revision.saved_at,
        url=mount.url("revision", post_id=post.id, number=revision.number),
        newest=revision.number == post.saved_revision,
        shown=revision.number == post.shown_revision,
    )
