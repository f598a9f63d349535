"""Where a story is written: a new one, and one that is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from ..audit import Deed, Thing, write_down
from ..database import begin_anew, row_number, session
from ..models import Post
from ..mount import Mount, this_blog
from ..people import Action, Person
from ..posts.former import names_known
from ..posts.revisions import Saved
from ..posts.written import UNFIT
from .access import person_here, staff, wants_json
from .forms import LOOK, OPEN_TOO_LONG
from .keeping import conflict_of, kept_for, said_of, sitting_of
from .keeping_pages import Conflict
from .stories import story_to_change
from .story_forms import StoryForm
from .story_saving import (
    begin_quietly,
    begun_story,
    opened_with,
    said_after,
    save_story,
    told_of,
)
from .story_screens import check_choices, writing_page


@staff(Action.WRITE)
def new_post() -> ResponseReturnValue:
    """An empty sheet; what is sent from it becomes a draft, of one open page never two."""
    mount, now = this_blog(), this_blog().now()
    form, person = StoryForm(), person_here() or abort(401)
    if request.method != "POST":
        return _page(mount, None, form, now)
    if wants_json() and "do" not in request.form:
        if not form.validate() and form.csrf_token.errors:
            return _stale(mount)
        answer = begin_quietly(mount, form, person, now, _number("turn"))
        session().commit()
        return jsonify(answer)
    return _take(mount, None, form, person, now)


@staff(Action.WRITE)
def edit_post(post_id: int) -> ResponseReturnValue:
    """A story in the making."""
    mount, now = this_blog(), this_blog().now()
    post, form, person = story_to_change(post_id, now), StoryForm(), person_here() or abort(401)
    if request.method != "POST":
        take = _number("take") if "take" in request.args else None
        # Before the words: a name that changes in between is then looked up once more.
        form.names.data = names_known()
        base, before, taken = opened_with(post, person, take)
        form.fill(before)
        form.base.data = str(base)
        return _page(mount, post, form, now, taken=taken)
    return _take(mount, post, form, person, now)


def _take(
    mount: Mount, post: Post | None, form: StoryForm, person: Person, now: datetime
) -> ResponseReturnValue:
    """What was sent: saved, shown as readers would have it, or given back with what is wrong."""
    if not form.validate() or not check_choices(mount, post, form, now):
        return _unsent(mount, post, form, now)
    if request.form.get("do") == "preview":
        return _page(mount, post, form, now, with_preview=True)
    given = post
    # What follows begins by holding the story.
    begin_anew()
    try:
        post = given or begun_story(
            mount, form.written.title, person, now, sitting_of(form.sitting.data)
        )
        saved = save_story(mount, post, person, now, form, _number("taken"), _number("turn"))
        if saved.conflicts:
            return _differing(mount, post, form, now, saved)
        deed = (mount.blog, person, Deed.SAVE, Thing.POST, now)
        write_down(*deed, thing_id=post.id, title=post.title)
        # Here, for the row is read anew once it is stored.
        number, answer = post.id, told_of(mount, post, saved, form.written, now)
        session().commit()
    except UNFIT as error:
        session().rollback()
        return _unsent(mount, given, form, now, form.refuse(error))
    if wants_json():
        return jsonify(answer)
    return redirect(mount.url("edit_post", post_id=number, **said_after(saved)), code=303)


def _differing(
    mount: Mount, post: Post, form: StoryForm, now: datetime, saved: Saved
) -> ResponseReturnValue:
    """The form with both versions in it, from what is saved now on."""
    if wants_json():
        session().rollback()  # the page sends it once more, to be shown both
        return jsonify(conflict=True), 409
    conflict = conflict_of(mount, post, form.written, saved)
    # The one that is in the text; somebody may save another as soon as this is stored.
    base, known = post.saved_revision, names_known()
    session().commit()
    form.fill(saved.written)
    form.base.data, form.names.data = str(base), known
    return _page(mount, post, form, now, status=409, conflict=conflict)


def _unsent(
    mount: Mount, post: Post | None, form: StoryForm, now: datetime, problem: str = ""
) -> ResponseReturnValue:
    """The form again, with all that was typed and what is wrong with it."""
    t = mount.words.t
    if form.csrf_token.errors:
        if wants_json():
            return _stale(mount)
        return _page(mount, post, form, now, status=400, problem=t(OPEN_TOO_LONG))
    problem = problem or t(LOOK)
    if wants_json():
        errors = {name: str(words[0]) for name, words in form.errors.items() if name and words}
        return jsonify(problem=problem, errors=errors), 422
    return _page(mount, post, form, now, status=422, problem=problem)


def _stale(mount: Mount) -> ResponseReturnValue:
    return jsonify(problem=mount.words.t(OPEN_TOO_LONG), csrf_token=generate_csrf()), 400


def _page(
    mount: Mount,
    post: Post | None,
    form: StoryForm,
    now: datetime,
    *,
    conflict: Conflict | None = None,
    taken: int = 0,
    **more: Any,
) -> Response:
    taken = taken or _number("taken")
    person = person_here() or abort(401)
    kept = kept_for(mount, post, person, now, conflict=conflict, taken=taken)
    said = said_of(mount, post, request.args) if request.method != "POST" else ""
    saved = bool(said) and request.args["said"] in ("saved", "merged")
    return writing_page(mount, post, form, now, said=said, saved=saved, kept=kept, **more)


def _number(name: str) -> int:
    return row_number(request.values.get(name, "")) or 0
