"""The desk's calendar, and when it means to have a story."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..database import session
from ..i18n import mark
from ..models import Post
from ..mount import Mount, this_blog
from ..people import Action
from ..posts.actions import AlreadyPublished
from ..posts.planning import plan
from .access import person_here, staff
from .calendar_rows import calendar_days, month_after, month_before, weeks_of
from .calendar_work import find_month
from .desk_pages import CalendarPage, PlanPage
from .desk_rows import beginning
from .embargoes import hidden_stories
from .forms import OPEN_TOO_LONG, ConfirmForm
from .head import desk_head, draw_desk
from .pages import Said
from .stories import story_head, story_to_change

# Beyond these a moment leaves what databases and time zones know.
FIRST_YEAR, LAST_YEAR = 1970, 2999
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_USUAL = time(12)
_NO_DAY = mark("Choose a day and a time, such as 2027-01-31 and 16:30.")
_HAS_ITS_TIME = mark("This story is published and has its time already; it needs no plan.")


@staff(Action.ENTER)
def calendar() -> ResponseReturnValue:
    """A month of the desk: what is planned, what comes out and what came."""
    mount, now = this_blog(), this_blog().now()
    today = now.astimezone(mount.settings.zone)
    month = _month(today.date())
    weeks = weeks_of(month, mount.words.first_weekday)
    start = beginning(weeks[0][0], today)
    end = beginning(weeks[-1][-1] + timedelta(days=1), today)
    found, cut = find_month(mount.blog, hidden_stories(now), start, end)
    page = CalendarPage(
        head=desk_head("calendar"),
        month=month,
        weeks=calendar_days(mount, weeks, month, found, now),
        earlier=_address(mount, month_before(month)),
        later=_address(mount, month_after(month)),
        now="" if month == today.date().replace(day=1) else mount.url("calendar"),
        cut=cut,
        zone=mount.settings.time_zone,
    )
    return draw_desk("newsroom/calendar.html", page, now)


@staff(Action.WRITE)
def plan_post(post_id: int) -> ResponseReturnValue:
    """When the desk means to have a story: looked at, set, taken away."""
    mount, now = this_blog(), this_blog().now()
    post = story_to_change(post_id, now)
    if request.method != "POST":
        return _page(mount, post, now)
    if not ConfirmForm().validate():
        return _page(mount, post, now, 400, mount.words.t(OPEN_TOO_LONG))
    at = None if request.form.get("do") == "clear" else _typed_moment(mount)
    if at is None and request.form.get("do") != "clear":
        return _page(mount, post, now, 422, mount.words.t(_NO_DAY))
    try:
        plan(post, at, now)
    except AlreadyPublished:
        return _page(mount, post, now, 422, mount.words.t(_HAS_ITS_TIME))
    person, detail = person_here() or abort(401), mount.words.iso(at) if at else ""
    write_down(
        mount.blog, person, Deed.PLAN, Thing.POST, now,
        thing_id=post.id, title=post.title, detail=detail,
    )  # fmt: skip
    session().commit()
    return redirect(mount.url("plan_post", post_id=post_id, said="saved"), code=303)


def _month(today: date) -> date:
    text = request.args.get("month", "")
    if not text:
        return today.replace(day=1)
    found = _MONTH.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        abort(404)
    return date(int(found[1]), int(found[2]), 1)


def _address(mount: Mount, month: date) -> str:
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        return ""
    return mount.url("calendar", month=f"{month:%Y-%m}")


def _typed_moment(mount: Mount) -> datetime | None:
    try:
        day = date.fromisoformat(request.form.get("day", "").strip())
        at = time.fromisoformat(request.form.get("time", "").strip() or f"{_USUAL}")
    except ValueError:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR or at.tzinfo is not None:
        return None
    # An hour that the clocks leave out is the one after it, as they then show.
    local = datetime.combine(day, at.replace(second=0, microsecond=0), mount.settings.zone)
    return local.astimezone(UTC)


def _page(
    mount: Mount, post: Post, now: datetime, status: int = 200, problem: str = ""
) -> Response:
    day, clock = "", f"{_USUAL:%H:%M}"
    if post.planned_at:
        local = post.planned_at.astimezone(mount.settings.zone)
        day, clock = f"{local:%Y-%m-%d}", f"{local:%H:%M}"
    said = ""
    if request.args.get("said") == "saved":
        said = mark("Saved.") if post.planned_at else mark("The story has no planned time now.")
    page = PlanPage(
        head=desk_head("calendar"),
        story=story_head(mount, post, now),
        planned_at=post.planned_at,
        day=request.form.get("day", day),
        time=request.form.get("time", clock),
        problem=problem,
        said=Said(mount.words.t(said) if said else ""),
    )
    answer = draw_desk("newsroom/plan.html", page, now)
    answer.status_code = status
    return answer
