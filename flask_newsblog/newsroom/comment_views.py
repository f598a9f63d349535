"""The moderators' screens: the queue of comments, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Response, abort, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from ..audit import Deed
from ..comments import bans
from ..comments import moderation as rules_of_moderation
from ..comments.attacks import blogs_under_attack
from ..comments.checks import CHECKS
from ..comments.moderation import (
    DECISIONS,
    STATE_AFTER,
    Moderator,
    Unacceptable,
    Verb,
    decide,
    new_batch,
)
from ..comments.queries import with_ids
from ..comments.queue import REPORTED
from ..comments.rule_deeds import write_down_rule
from ..comments.rule_values import RuleError
from ..database import row_number, session
from ..models import Comment, RuleKind, RuleOutcome
from ..mount import forget_pages, this_blog
from ..people import Action
from ..signals import comment_approved, tell
from . import wording
from .access import Desk, desks, staff
from .forms import OPEN_TOO_LONG, ConfirmForm
from .head import draw_desk
from .lookups import find_row
from .places import NoSuchPlace, Place, read_place
from .screens import (
    BANNED,
    LOOKED_AT,
    PUT_NOTHING_BACK,
    SELECTED_NOTHING,
    address_of,
    comment_page,
    comments_page,
    counts_for_script,
)
from .wording import sentence

# Script sends as many as are selected; the form of a page has a page's number.
MOST_AT_ONCE = 500
_BAN_LASTS = {"day": timedelta(days=1), "week": timedelta(weeks=1), "good": None}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a moderator pressed: what is to be done with which comments, and how they read."""

    verb: Verb
    ids: tuple[int, ...]
    note: str
    seen: dict[int, str]


@staff(Action.MODERATE)
def moderation() -> ResponseReturnValue:
    """The comments in one state, of all blogs that the person here may moderate."""
    mine = desks()
    place, now = _place(request.args, mine), this_blog().now()
    settings = {blog: desk.mount.settings for blog, desk in mine.items()}
    page = comments_page(
        mine, place, request.args.get("done", ""), blogs_under_attack(settings, now)
    )
    return draw_desk("newsroom/comments.html", page, now)


@staff(Action.MODERATE)
def moderated_comment(comment_id: int) -> ResponseReturnValue:
    """A comment with its history, its reports, and the forms to edit it and to ban its writer."""
    return _show_comment(comment_id, request.args.get("done", ""))


@staff(Action.MODERATE)
def moderate() -> ResponseReturnValue:
    """Do one thing with a comment, or with those that are selected."""
    _demand_token()
    mine, wish = desks(), _wish(request.form)
    place = _place(request.form, mine)
    if not wish.ids:
        return _back(place, SELECTED_NOTHING)
    batch, changed, touched, same, kept = new_batch(), list[int](), list[Desk](), 0, 0
    approved: list[tuple[Desk, Comment]] = []
    # By blog and then, within each, by story: two moderators at once do not deadlock.
    for blog in sorted(mine):
        desk, chosen = mine[blog], with_ids(blog, wish.ids)
        if not chosen:
            continue
        done = decide(
            desk.mount.settings, chosen, wish.verb, _moderator(desk), desk.mount.now(), wish.note,
            batch, wish.seen,
        )  # fmt: skip
        changed += [comment.id for comment in done.changed]
        touched += [desk] if done.changed else []
        for comment in done.unchanged:
            if comment.state == STATE_AFTER.get(wish.verb, comment.state):
                same += 1
            else:
                kept += 1
        if wish.verb == Verb.APPROVE:
            approved += [(desk, comment) for comment in done.changed]
    _finish(touched, approved)
    words = sentence(this_blog().words, wish.verb, len(changed), same=same, kept=kept)
    if not changed and same and place.state == REPORTED:
        # Whoever approves what is published has looked at what was reported of it.
        batch, words = LOOKED_AT, this_blog().words.t(wording.LOOKED_AT)
    return _answer(mine, place, batch, changed, words)


@staff(Action.MODERATE)
def undo_moderation() -> ResponseReturnValue:
    """Give the comments of a batch back what they had before."""
    _demand_token()
    mine, batch = desks(), request.form.get("batch", "").replace("\0", "")
    place = _place(request.form, mine)
    restored, touched, kept, undoing = list[int](), list[Desk](), 0, PUT_NOTHING_BACK
    for blog in sorted(mine):
        desk = mine[blog]
        undone = rules_of_moderation.undo(
            desk.mount.settings, blog, batch, _moderator(desk), desk.mount.now()
        )
        restored += [comment.id for comment in undone.restored]
        kept += len(undone.kept)
        if undone.restored:
            undoing = undone.batch
            touched.append(desk)
    _finish(touched)
    words = sentence(this_blog().words, Verb.UNDO, len(restored), kept=kept)
    return _answer(mine, place, undoing, restored, words, undoable=False)


@staff(Action.MODERATE)
def edit_comment(comment_id: int) -> ResponseReturnValue:
    """Put other words into a comment; what cannot be stored stands in the form again."""
    mine = desks()
    comment = _comment(comment_id, mine)
    text, desk = request.form.get("text", ""), mine[comment.blog]
    if not ConfirmForm().validate():
        problem = this_blog().words.t(OPEN_TOO_LONG)
        return _show_comment(comment_id, "", text, problem, 400)
    try:
        done = rules_of_moderation.edit(
            desk.mount.settings, comment, text, _moderator(desk), desk.mount.now(),
            checks=(*CHECKS, *desk.mount.comment_checks), seen=request.form.get("seen", ""),
        )  # fmt: skip
    except Unacceptable as error:
        session().rollback()
        return _show_comment(comment_id, "", text, str(error), 422)
    _finish([desk])
    return _back(Place(alone=comment_id), done.batch)


@staff(Action.MODERATE)
def ban_writer(comment_id: int) -> ResponseReturnValue:
    """Hand back what a person of the host sends, and hold what comes by an address or network."""
    _demand_token()
    mine = desks()
    comment = _comment(comment_id, mine)
    desk, what, span = mine[comment.blog], request.form.get("what"), request.form.get("span", "")
    if span not in _BAN_LASTS or what not in bans.bannable(comment):
        abort(400)
    ban = partial(_ban, desk, comment_id, RuleKind(what), _BAN_LASTS[span])
    try:
        ban()
    except RuleError as error:
        session().rollback()
        return _show_comment(comment_id, "", None, str(error), 422)
    except IntegrityError:
        # Somebody else made the same rule at this very moment: now it is there to be changed.
        session().rollback()
        ban()
    session().commit()
    return _back(Place(alone=comment_id), BANNED)


def _ban(desk: Desk, comment_id: int, what: RuleKind, lasts: timedelta | None) -> None:
    now = desk.mount.now()
    # Anybody may type the address of somebody else, who must not be shut out for it.
    outcome = RuleOutcome.REFUSE if what is RuleKind.PERSON else RuleOutcome.HOLD
    rule = bans.ban_writer(
        _comment(comment_id, {desk.mount.blog: desk}), what, now + lasts if lasts else None,
        _moderator(desk), now, request.form.get("note", ""), outcome,
    )  # fmt: skip
    write_down_rule(desk.mount.words, desk.person, Deed.CREATE, rule, now)


def _show_comment(
    comment_id: int, done: str, text: str | None = None, problem: str = "", status: int = 200
) -> Response:
    mine = desks()
    row = find_row(tuple(mine), comment_id)
    if row is None:
        abort(404)
    page = comment_page(mine, row, done, row.body if text is None else text, problem)
    answer = draw_desk("newsroom/comment.html", page, this_blog().now())
    answer.status_code = status
    return answer


def _comment(comment_id: int, mine: Mapping[str, Desk]) -> Comment:
    comment = session().get(Comment, comment_id)
    if comment is None or comment.blog not in mine:
        abort(404)
    return comment


def _wish(form: Mapping[str, Any]) -> Wish:
    """A card's own button says all; those below the list go by what is selected."""
    pressed = next((verb for verb in DECISIONS if verb in form), None)
    verb = pressed or form.get("selected", "")
    if verb not in DECISIONS:
        abort(400)
    ids = _numbers([form[verb]] if pressed else request.form.getlist("comment"))
    note = form.get(f"note-{ids[0]}" if pressed else "note", "")
    seen = {number: form[f"seen-{number}"] for number in ids if f"seen-{number}" in form}
    return Wish(Verb(verb), ids, note, seen)


def _numbers(texts: Sequence[str]) -> tuple[int, ...]:
    found = [row_number(text) for text in texts]
    if None in found or len(found) > MOST_AT_ONCE:
        abort(400)
    return tuple(number for number in found if number is not None)


def _place(given: Mapping[str, str], mine: Mapping[str, Desk]) -> Place:
    try:
        return read_place(given, mine)
    except NoSuchPlace:
        abort(404)


def _moderator(desk: Desk) -> Moderator:
    return Moderator(desk.person.id, desk.person.name)


def _demand_token() -> None:
    if not ConfirmForm().validate():
        abort(400)


def _finish(touched: Sequence[Desk], approved: Sequence[tuple[Desk, Comment]] = ()) -> None:
    session().commit()
    for desk in touched:
        forget_pages(desk.mount)
    for desk, comment in approved:
        tell(
            comment_approved, current_app._get_current_object(),  # type: ignore[attr-defined]
            blog=desk.mount.blog, comment=comment,
        )  # fmt: skip


def _answer(
    mine: Mapping[str, Desk],
    place: Place,
    batch: str,
    changed: Sequence[int],
    words: str,
    undoable: bool = True,
) -> ResponseReturnValue:
    if request.accept_mimetypes.best != "application/json":
        return _back(place, batch)
    return jsonify(
        words=words,
        batch=batch if changed and undoable else "",
        changed=changed,
        counts=counts_for_script(mine, place),
    )


def _back(place: Place, done: str) -> ResponseReturnValue:
    return redirect(address_of(place, done=done), code=303)
