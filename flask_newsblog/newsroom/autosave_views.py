"""What the open page of a story sends by itself: its words as they are, and that it is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ..database import row_number, session
from ..i18n import mark
from ..models import Post
from ..mount import Mount, this_blog
from ..people import Action, Person
from ..posts import sittings
from ..text.limits import MAX_SOURCE
from .access import may, person_here, private, staff
from .forms import ConfirmForm
from .keeping import sitting_of
from .stories import story_to_change
from .story_forms import StoryForm

# Characters, of all fields together: a story may be long, and what is beside it is short.
MOST = MAX_SOURCE + 20_000
# Four bytes for each character, each of them as %xx, and what is beside the text.
MOST_BYTES = 12 * MAX_SOURCE + 200_000
_SIGNED_OUT = mark("You are signed out. Sign in in another tab; your words stay in this page.")
_NOT_YOURS = mark("You may not write in this story. Copy your words and ask an editor.")
_GONE = mark("This story is not there any more. Copy your words before you leave the page.")
_STALE = mark("This page was open for too long. It sends your words again by itself.")
_TOO_MUCH = mark("The story is too long to be kept: it has more than %(number)s characters.")
_UNCLEAR = mark("The page did not say what it is. Load it anew.")

_PROBLEMS = {401: _SIGNED_OUT, 403: _NOT_YOURS, 404: _GONE}

View = Callable[..., ResponseReturnValue]


def _by_itself(view: Callable[[Mount, Post, Person, datetime], Response]) -> View:
    """A view that a script asks, which gets a sentence and no page."""

    @wraps(view)
    def answer(post_id: int) -> ResponseReturnValue:
        mount, now = this_blog(), this_blog().now()
        person = person_here()
        if person is None:
            return _problem(mount, 401, _SIGNED_OUT)
        if not may(Action.WRITE):
            return _problem(mount, 403, _NOT_YOURS)
        if is_too_large():
            return _too_much(mount)
        try:
            form = ConfirmForm()
            if not form.validate():
                token = form.csrf_token.current_token
                return _problem(mount, 400, _STALE, csrf_token=token)
            post = story_to_change(post_id, now)
        except RequestEntityTooLarge:
            return _too_much(mount)
        except HTTPException as error:
            if error.code not in _PROBLEMS:
                raise
            return _problem(mount, error.code, _PROBLEMS[error.code])
        if not sitting_of(_field("sitting")):
            return _problem(mount, 422, _UNCLEAR)
        return private(view(mount, post, person, now))

    return answer


def is_too_large() -> bool:
    """Whether this request is larger than any story."""
    return (request.content_length or 0) > MOST_BYTES


@_by_itself
def autosave(mount: Mount, post: Post, person: Person, now: datetime) -> Response:
    """Keep the words of an open page, finished or not, in the story's history alone."""
    base, turn = row_number(request.form.get("base") or "0"), row_number(_field("turn") or "0")
    # A page knows of no revision that is still to come, nor has the column room for any number.
    if base is None or turn is None or base > post.last_revision:
        return _problem(mount, 422, _UNCLEAR)
    if sum(len(value) for value in request.form.values()) > MOST:
        return _too_much(mount)
    written, sitting = StoryForm().written, _field("sitting")
    sent = sittings.keep_unsaved(post, written, person, now, base=base, sitting=sitting, turn=turn)
    sittings.touch(post, person, now, sitting)
    answer = _here(post, person, now, base) | {
        "saved": sent.saved_at.isoformat(), "revision": sent.number,
    }  # fmt: skip
    session().commit()
    return jsonify(answer)


@_by_itself
def here_in_story(mount: Mount, post: Post, person: Person, now: datetime) -> Response:
    """Say that a page is open, or that it was closed, and hear who else is in the story."""
    base = row_number(request.form.get("base") or "0")
    if base is None:
        return _problem(mount, 422, _UNCLEAR)
    if _field("leave"):
        sittings.leave(post, _field("sitting"))
    else:
        sittings.touch(post, person, now, _field("sitting"))
    answer = _here(post, person, now, base)
    session().commit()
    return jsonify(answer)


@staff(Action.WRITE)
def drop_unsaved(post_id: int) -> ResponseReturnValue:
    """Give up words that were not saved; they stay in the history."""
    mount, now = this_blog(), this_blog().now()
    if not ConfirmForm().validate():
        abort(400)
    post, person = story_to_change(post_id, now), person_here() or abort(401)
    sittings.drop_unsaved(post, person, row_number(_field("number")) or 0)
    session().commit()
    return redirect(mount.url("edit_post", post_id=post_id, said="dropped"), code=303)


def _here(post: Post, person: Person, now: datetime, base: int) -> dict[str, Any]:
    newer = sittings.saved_since(post, base, _field("sitting"))
    by = {"name": newer.person_name, "revision": newer.number} if newer else None
    return {"others": list(sittings.others_in(post, person, now)), "saved_by": by}


def _field(name: str) -> str:
    return request.form.get(name, "")


def _too_much(mount: Mount) -> Response:
    return _problem(mount, 413, _TOO_MUCH, number=mount.words.number(MAX_SOURCE))


def _problem(mount: Mount, status: int, sentence: str, **more: str) -> Response:
    number = {"number": more.pop("number")} if "number" in more else {}
    answer = jsonify({"problem": mount.words.t(sentence, **number), **more})
    answer.status_code = status
    return private(answer)
