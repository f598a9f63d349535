"""The top of the front page: chosen, ordered, given its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..database import row_number, session
from ..i18n import mark
from ..models import FrontSlot, Post, PostState
from ..mount import Mount, forget_pages, this_blog
from ..people import Action
from ..posts import slots
from ..posts.front import PLACES, load_front
from ..posts.slots import Elsewhere, EndsTooEarly
from ..text.typed import one_line
from .access import may_see, person_here, staff
from .embargoes import A_STORY, hidden_stories
from .forms import OPEN_TOO_LONG, ConfirmForm
from .front_pages import AddForm, FrontDeskPage, TakenOff
from .front_rows import (
    PLACE_NAMES,
    period_fields,
    story_choices,
    top_rows,
    waiting_rows,
    ways,
)
from .head import desk_head, draw_desk
from .pages import Choice
from .periods import (
    FOR_GOOD,
    NO_TIME,
    SPANS,
    TOO_EARLY,
    NoTime,
    read_moment,
    read_period,
    write_moment,
    write_period,
)

_SAID = {
    "put": mark("The story has its place."),
    "move": mark("The order is changed."),
    "time": mark("The time is changed."),
    "back": mark("The story has its place again."),
}
_ELSEWHERE = mark(
    "The front page has changed since you opened this page, so nothing was moved. "
    "This is how it stands now."
)
_GONE = mark("This place was changed meanwhile. This is how it stands now.")
_NO_STORY = mark("Choose a story that is out or scheduled.")


class _Refused(Exception):
    """Why nothing was changed, in a sentence."""


@staff(Action.EDIT)
def front_desk() -> ResponseReturnValue:
    """The top of the front page, and what is done with it."""
    mount, now = this_blog(), this_blog().now()
    if request.method != "POST":
        return _page(mount, now)
    if not ConfirmForm().validate():
        return _page(mount, now, status=400, problem=OPEN_TOO_LONG)
    acts = {"put": _put, "move": _move, "off": _take_off, "back": _put_back, "time": _retime}
    act = acts.get(request.form.get("do", ""))
    if act is None:
        abort(400)
    try:
        more = act(mount, now)
    except (NoTime, EndsTooEarly, Elsewhere, _Refused) as error:
        session().rollback()
        said = {NoTime: NO_TIME, EndsTooEarly: TOO_EARLY, Elsewhere: _ELSEWHERE}
        return _page(mount, now, status=422, problem=said.get(type(error), str(error)))
    session().commit()
    forget_pages(mount)
    return redirect(mount.url("front_desk", said=request.form["do"], **more), 303)


def _put(mount: Mount, now: datetime) -> dict[str, Any]:
    place = _place("place")
    period = read_period(request.form, now, mount.settings.zone)
    post = _story(mount, now)
    slot = slots.put(mount.blog, post.id, place, now, period.start, period.end)
    _write_down(mount, Deed.ARRANGE, slot, post.title, now)
    return {}


def _move(mount: Mount, now: datetime) -> dict[str, Any]:
    post = session().get(Post, row_number(request.form.get("post", "")) or 0)
    if post is None:
        raise Elsewhere
    source, target = _place("place"), _place("to")
    slots.move(mount.blog, post.id, source, target, now)
    write_down(
        mount.blog, person_here(), Deed.MOVE, Thing.FRONT, now, thing_id=post.id,
        title=post.title, detail=f"{source + 1} → {target + 1}",
    )  # fmt: skip
    return {}


def _take_off(mount: Mount, now: datetime) -> dict[str, Any]:
    slot = _slot(mount)
    if slot.ends_at is None or slot.ends_at > now:
        former = write_moment(slot.ends_at, mount.settings.zone)
        slots.take_off(slot, now)
        _write_down(mount, Deed.TAKE_OFF, slot, _title(slot), now)
        return {"slot": slot.id, "until": former or None}
    return {}


def _put_back(mount: Mount, now: datetime) -> dict[str, Any]:
    slot = _slot(mount)
    slots.put_back(slot, now, read_moment(request.form.get("until", ""), mount.settings.zone))
    _write_down(mount, Deed.ARRANGE, slot, _title(slot), now)
    return {}


def _retime(mount: Mount, now: datetime) -> dict[str, Any]:
    slot = _slot(mount)
    period = read_period({**request.form, "lasting": FOR_GOOD}, now, mount.settings.zone)
    slots.retime(slot, now, period.start, period.end)
    _write_down(mount, Deed.RETIME, slot, _title(slot), now)
    return {}


def _place(name: str) -> int:
    number = row_number(request.form.get(name, ""))
    if number is None or number >= PLACES:
        abort(400)
    return number


def _slot(mount: Mount) -> FrontSlot:
    slot = slots.find_slot(mount.blog, request.form.get("slot", ""))
    if slot is None:
        raise _Refused(_GONE)
    return slot


def _story(mount: Mount, now: datetime) -> Post:
    post = session().get(Post, row_number(request.form.get("post", "")) or 0)
    if post is None or post.blog != mount.blog or post.state != PostState.PUBLISHED:
        raise _Refused(_NO_STORY)
    if not may_see(post, now):
        abort(403)
    return post


def _title(slot: FrontSlot) -> str:
    return session().get_one(Post, slot.post_id).title


def _write_down(mount: Mount, deed: Deed, slot: FrontSlot, title: str, now: datetime) -> None:
    lasting = write_period(slot.starts_at, slot.ends_at, mount.settings.zone)
    write_down(
        mount.blog, person_here(), deed, Thing.FRONT, now, thing_id=slot.post_id, title=title,
        detail=f"{slot.position + 1}: {lasting}",
    )  # fmt: skip


def _page(mount: Mount, now: datetime, *, status: int = 200, problem: str = "") -> Response:
    words, zone, args = mount.words, mount.settings.zone, request.args
    said = _SAID.get(args.get("said", ""))
    at, shown_at = None, args.get("at", "")
    try:
        at = read_moment(shown_at, zone)
    except NoTime:
        status, problem = 422, problem or NO_TIME
    front, hidden = load_front(mount.blog, at or now, PLACES), hidden_stories(now)
    shown = {row.slot for row in front.top if row.slot is not None}
    page = FrontDeskPage(
        head=desk_head("front_desk"),
        form=ConfirmForm(),
        ways=ways(mount, "front_desk"),
        said=words.t(said) if said and not problem else "",
        problem=words.t(problem) if problem else "",
        taken_off=_taken_off(mount, now) if request.method != "POST" else None,
        at=at,
        shown_at=shown_at,
        zone=str(zone),
        top=top_rows(mount, front.top, hidden),
        waiting=waiting_rows(mount, shown, hidden, now) if at is None else (),
        adding=_adding(mount, now),
    )
    answer = draw_desk("newsroom/front.html", page, now)
    answer.status_code = status
    return answer


def _adding(mount: Mount, now: datetime) -> AddForm:
    form = request.form if request.form.get("do") == "put" else {}
    query = one_line(request.form.get("q") or request.args.get("q"))[:200]
    place = form.get("place", "0")
    names: list[Any] = [mount.words.t(name) for name in PLACE_NAMES]
    chosen = form.get("post", request.args.get("post", ""))
    return AddForm(
        query=query,
        stories=story_choices(mount, query, chosen, hidden_stories(now), now),
        places=tuple(
            Choice(str(number), name, str(number) == place) for number, name in enumerate(names)
        ),
        period=period_fields(mount, form, SPANS, FOR_GOOD),
    )


def _taken_off(mount: Mount, now: datetime) -> TakenOff | None:
    """The story that was just taken off; its former end stands in the address."""
    if request.args.get("said") != "off":
        return None
    slot = slots.find_slot(mount.blog, request.args.get("slot", ""))
    if slot is None or slot.ends_at is None or slot.ends_at > max(now, slot.starts_at):
        return None
    title = mount.words.t(A_STORY) if slot.post_id in hidden_stories(now) else _title(slot)
    return TakenOff(str(slot.id), title, request.args.get("until", ""))
