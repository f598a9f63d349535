"""Where it is decided what becomes of a story: handed in, published, updated, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..database import begin_anew, session
from ..i18n import mark
from ..models import Post
from ..mount import Mount, forget_pages, this_blog
from ..people import Action, Person
from ..posts import discarding, handing, updates
from ..posts import publishing as rules
from ..posts.actions import AlreadyPublished
from ..posts.standing import (
    CannotBeDone,
    ChangedMeanwhile,
    NotAsItStands,
    Step,
    hold,
    is_out,
    require,
)
from ..posts.written import UNFIT
from ..signals import post_published, post_updated, tell
from .access import is_named, is_own, may_take, person_here, staff
from .forms import MEANWHILE, OPEN_TOO_LONG
from .meanwhile import is_stale, seen_of_words
from .publishing_forms import PublishingForm, seen_embargo
from .publishing_screens import publishing_page
from .stories import story_to_change

_SAY_WHAT = mark("Tell the writer what is to be done.")

DEEDS = {
    Step.HAND_IN: Deed.SUBMIT,
    Step.TAKE_BACK: Deed.TAKE_BACK,
    Step.GIVE_BACK: Deed.RETURN,
    Step.PUBLISH: Deed.PUBLISH,
    Step.SCHEDULE: Deed.SCHEDULE,
    Step.UNSCHEDULE: Deed.UNSCHEDULE,
    Step.UPDATE: Deed.UPDATE,
    Step.PLAN_UPDATE: Deed.PLAN_UPDATE,
    Step.CANCEL_UPDATE: Deed.CANCEL_UPDATE,
    Step.WITHDRAW: Deed.WITHDRAW,
    Step.NOTICE: Deed.EDIT,
    Step.RESTORE: Deed.RESTORE,
    Step.EMBARGO: Deed.EMBARGO,
    Step.LIFT_EMBARGO: Deed.LIFT_EMBARGO,
    Step.OPEN_REPLIES: Deed.OPEN_REPLIES,
    Step.CLOSE_REPLIES: Deed.CLOSE_REPLIES,
    Step.THROW_AWAY: Deed.THROW_AWAY,
    Step.PICK_UP: Deed.PICK_UP,
}
# After these, whoever listens is told of a story that goes before the readers.
_PUTS_OUT = (Step.PUBLISH, Step.SCHEDULE, Step.RESTORE)


class NotSure(Exception):
    """The time is past, and nobody has said yet that it is meant so."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


@dataclass(frozen=True)
class _Asked:
    """What somebody wants done with a story."""

    mount: Mount
    post: Post
    form: PublishingForm
    person: Person
    own: bool
    now: datetime


@staff(Action.WRITE)
def publishing(post_id: int) -> ResponseReturnValue:
    """Where a story stands, and what is done with it."""
    mount, now = this_blog(), this_blog().now()
    post, form = story_to_change(post_id, now), PublishingForm()
    if request.method != "POST":
        return publishing_page(mount, post, form, now, said=request.args.get("said", ""))
    if not form.validate():
        problem = mount.words.t(OPEN_TOO_LONG)
        return publishing_page(mount, post, form, now, status=400, problem=problem)
    step = form.step or abort(400)
    if not may_take(step, post):
        abort(403)
    asked = _Asked(mount, post, form, person_here() or abort(401), is_own(post), now)
    # What follows begins by holding the story.
    begin_anew()
    try:
        detail = _STEPS[step](asked)
        write_down(
            mount.blog, asked.person, DEEDS[step], Thing.POST, now, thing_id=post_id,
            title=post.title, detail=detail,
        )  # fmt: skip
        session().commit()
    except NotSure as question:
        session().rollback()
        return publishing_page(mount, post, form, now, status=422, ask_at=question.at)
    except (CannotBeDone, AlreadyPublished, *UNFIT) as error:
        session().rollback()
        problem, status = _why_not(mount, error)
        told = isinstance(error, ChangedMeanwhile)
        return publishing_page(mount, post, form, now, status=status, problem=problem, told=told)
    forget_pages(mount)
    _tell(asked, step)
    return redirect(mount.url("publishing", post_id=post_id, said=step.value), code=303)


def _why_not(mount: Mount, error: Exception) -> tuple[str, int]:
    conflict = isinstance(error, NotAsItStands | ChangedMeanwhile | AlreadyPublished)
    if isinstance(error, CannotBeDone):
        return mount.words.t(error.words, **error.values), 409 if conflict else 422
    return str(error), 409 if conflict else 422


def _tell(asked: _Asked, step: Step) -> None:
    mount, post = asked.mount, asked.post
    if step in _PUTS_OUT:
        tell(post_published, mount.app, blog=mount.blog, post=post)
    elif step is Step.UPDATE and is_out(post, asked.now):
        tell(post_updated, mount.app, blog=mount.blog, post=post)


def _hand_in(asked: _Asked) -> str:
    hold(asked.post)
    require(Step.HAND_IN, asked.post, asked.now)
    handing.hand_in(asked.post, asked.person, asked.form.note.data or "", asked.now)
    return ""


def _take_back(asked: _Asked) -> str:
    hold(asked.post)
    require(Step.TAKE_BACK, asked.post, asked.now)
    handing.take_back(asked.post, asked.now)
    return ""


def _give_back(asked: _Asked) -> str:
    hold(asked.post)
    require(Step.GIVE_BACK, asked.post, asked.now)
    note = asked.form.note.data or ""
    if not note:
        raise CannotBeDone(_SAY_WHAT)
    handing.give_back(asked.post, asked.person, note, asked.now)
    return ""


def _publish(asked: _Asked) -> str:
    rules.publish(asked.post, asked.now, asked.form.seen_number)
    return ""


def _schedule(asked: _Asked) -> str:
    at = asked.form.at(asked.mount.settings.zone)
    if at <= asked.now and asked.form.sure.data != at.isoformat():
        raise NotSure(at)
    rules.schedule(asked.post, at, asked.now, asked.form.seen_number)
    return _for(asked.post.published_at or at)


def _unschedule(asked: _Asked) -> str:
    rules.unschedule(asked.post, asked.now)
    return ""


def _update(asked: _Asked) -> str:
    form = asked.form
    rules.update(asked.post, asked.now, tell=bool(form.tell.data), seen=form.seen_number)
    return ""


def _plan_update(asked: _Asked) -> str:
    form = asked.form
    at = form.at(asked.mount.settings.zone)
    updates.plan(
        asked.post, at, asked.person, asked.now, tell=bool(form.tell.data), seen=form.seen_number
    )
    return _for(at)


def _cancel_update(asked: _Asked) -> str:
    updates.cancel(asked.post, asked.now)
    return ""


def _withdraw(asked: _Asked) -> str:
    rules.withdraw(asked.post, asked.form.notice.data or "", asked.now)
    return asked.post.withdrawal


def _notice(asked: _Asked) -> str:
    hold(asked.post)
    notice, there = asked.form.notice.data or "", asked.post.withdrawal
    # Sent twice by a double click, it says what is there already.
    if notice != there and is_stale(asked.form.notice_seen.data, seen_of_words(there)):
        raise ChangedMeanwhile(MEANWHILE)
    rules.set_notice(asked.post, notice, asked.now)
    return asked.post.withdrawal


def _restore(asked: _Asked) -> str:
    rules.restore(asked.post, asked.now, asked.form.seen_number)
    return ""


def _embargo(asked: _Asked) -> str:
    people = asked.form.named
    if people and not asked.own and not is_named(asked.person, people):
        # Somebody has to be able to lift it.
        people.append(asked.person.name)
    until = asked.form.until(asked.mount.settings.zone)
    hold(asked.post)
    same = (until, people) == (asked.post.embargo_until, list(asked.post.embargo_people))
    if not same and is_stale(asked.form.embargo_seen.data, seen_embargo(asked.post)):
        raise ChangedMeanwhile(MEANWHILE)
    rules.set_embargo(asked.post, until, people, asked.now)
    return _for(until)


def _lift_embargo(asked: _Asked) -> str:
    rules.lift_embargo(asked.post, asked.now)
    return ""


def _open_replies(asked: _Asked) -> str:
    rules.set_replies(asked.post, True, asked.now)
    return ""


def _close_replies(asked: _Asked) -> str:
    rules.set_replies(asked.post, False, asked.now)
    return ""


def _throw_away(asked: _Asked) -> str:
    discarding.throw_away(asked.post, asked.now)
    return ""


def _pick_up(asked: _Asked) -> str:
    discarding.pick_up(asked.post, asked.now)
    return ""


def _for(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


_STEPS: dict[Step, Callable[[_Asked], str]] = {
    Step.HAND_IN: _hand_in,
    Step.TAKE_BACK: _take_back,
    Step.GIVE_BACK: _give_back,
    Step.PUBLISH: _publish,
    Step.SCHEDULE: _schedule,
    Step.UNSCHEDULE: _unschedule,
    Step.UPDATE: _update,
    Step.PLAN_UPDATE: _plan_update,
    Step.CANCEL_UPDATE: _cancel_update,
    Step.WITHDRAW: _withdraw,
    Step.NOTICE: _notice,
    Step.RESTORE: _restore,
    Step.EMBARGO: _embargo,
    Step.LIFT_EMBARGO: _lift_embargo,
    Step.OPEN_REPLIES: _open_replies,
    Step.CLOSE_REPLIES: _close_replies,
    Step.THROW_AWAY: _throw_away,
    Step.PICK_UP: _pick_up,
}
