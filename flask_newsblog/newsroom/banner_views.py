"""Breaking news: a line over all of the readers' pages, until its end."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..database import begin_anew, hold_row, row_number, session
from ..i18n import mark
from ..models import Banner, Post
from ..mount import Mount, forget_pages, this_blog
from ..people import Action
from ..posts import banners as lines
from ..posts import slots
from ..posts.banners import BannerError, Line
from ..posts.slots import EndsTooEarly
from ..posts.standing import ChangedMeanwhile, is_out
from ..text.typed import one_line
from .access import person_here, staff
from .embargoes import A_STORY, hidden_stories
from .forms import MEANWHILE, OPEN_TOO_LONG, ConfirmForm
from .front_pages import BannerForm, BannerRow, BannersPage
from .front_rows import period_fields, ways
from .head import desk_head, draw_desk
from .meanwhile import goes_on, is_stale, seen_of
from .pages import Choice
from .periods import (
    FOR_GOOD,
    NO_TIME,
    SPANS,
    TOO_EARLY,
    NoTime,
    read_period,
    write_moment,
    write_period,
)
from .stories import STATE_NAMES

_SPANS = tuple(span for span in SPANS if span != FOR_GOOD)
_STORIES = 30
_SAID = {
    "begin": mark("The line of breaking news is kept."),
    "end": mark("The line of breaking news has ended."),
}
_WRONG = {
    "text": mark("Write what has happened, in 1 to 300 characters."),
    "url": mark("This is no web address: write one that begins with https:// or with a slash."),
    "post": mark("There is no such story here."),
    "until": mark("Breaking news needs an end: choose how long it is to stay."),
}
_STATES = {
    "shown": mark("Readers see it"),
    "covered": mark("A later one is shown"),
    "coming": mark("To come"),
    "over": mark("Over"),
}


@staff(Action.EDIT)
def banners() -> ResponseReturnValue:
    """The lines of breaking news: begun, changed, ended."""
    mount, now = this_blog(), this_blog().now()
    if request.method != "POST":
        return _page(mount, now)
    if not ConfirmForm().validate():
        return _page(mount, now, status=400, problem=OPEN_TOO_LONG)
    do = request.form.get("do", "")
    if do == "end":
        return _end(mount, now)
    if do != "begin":
        abort(400)
    try:
        _keep(mount, now)
    except ChangedMeanwhile as error:
        session().rollback()
        return _page(mount, now, status=409, problem=error.words)
    except (BannerError, NoTime, EndsTooEarly) as error:
        session().rollback()
        field = error.field if isinstance(error, BannerError) else "until"
        said = {NoTime: NO_TIME, EndsTooEarly: TOO_EARLY}.get(type(error), _WRONG[field])
        return _page(mount, now, status=422, problem=said, wrong=field)
    session().commit()
    forget_pages(mount)
    return redirect(mount.url("banners", said=do), code=303)


def _keep(mount: Mount, now: datetime) -> None:
    form = request.form
    period = read_period(form, now, mount.settings.zone)
    post = form.get("post", "")
    # A number that no row has is refused as one that is not there.
    number = (row_number(post) or 0) if post else None
    text, url = one_line(form.get("text")), one_line(form.get("url"))
    line = Line(text, number, url, period.start, period.end)
    banner = lines.find_banner(mount.blog, form.get("banner", ""))
    if banner is not None:
        # What follows begins by holding the line.
        begin_anew()
        hold_row(banner)
    # What the person here may not know of is refused as one that is not there.
    if {number, banner.post_id if banner is not None else None} & hidden_stories(now):
        raise BannerError("post")
    stale = banner is not None and is_stale(form.get("seen"), seen_of(banner))
    if banner is not None and stale and not lines.says(banner, line, now):
        raise ChangedMeanwhile(MEANWHILE)
    deed = Deed.EDIT if banner is not None else Deed.START
    if banner is None:
        banner = lines.start(mount.blog, line, now)
    else:
        lines.edit(banner, line, now)
    lasting = write_period(banner.starts_at, banner.ends_at, mount.settings.zone)
    _write_down(mount, deed, banner, lasting, now)


def _end(mount: Mount, now: datetime) -> ResponseReturnValue:
    banner = lines.find_banner(mount.blog, request.form.get("banner", ""))
    # What follows begins by holding the line.
    begin_anew()
    if banner is not None and hold_row(banner) and lines.end(banner, now):
        _write_down(mount, Deed.END, banner, "", now)
        session().commit()
        forget_pages(mount)
    return redirect(mount.url("banners", said="end"), code=303)


def _write_down(mount: Mount, deed: Deed, banner: Banner, detail: str, now: datetime) -> None:
    write_down(
        mount.blog, person_here(), deed, Thing.BANNER, now, thing_id=banner.id,
        title=banner.text, detail=detail,
    )  # fmt: skip


def _page(
    mount: Mount, now: datetime, *, status: int = 200, problem: str = "", wrong: str = ""
) -> Response:
    words, said = mount.words, request.args.get("said", "")
    lasting, past = lines.banners(mount.blog, now)
    hidden = hidden_stories(now)
    page = BannersPage(
        head=desk_head("front_desk"),
        form=ConfirmForm(),
        ways=ways(mount, "banners"),
        said=words.t(_SAID[said]) if said in _SAID and not problem else "",
        zone=str(mount.settings.zone),
        writing=_form(mount, now, words.t(problem) if problem else "", wrong, told=status == 409),
        lasting=tuple(
            _row(mount, banner, title, _state(banner, now, first=not place), hidden)
            for place, (banner, title) in enumerate(lasting)
        ),
        past=tuple(_row(mount, banner, title, "over", hidden) for banner, title in past),
    )
    answer = draw_desk("newsroom/banners.html", page, now)
    answer.status_code = status
    return answer


def _form(mount: Mount, now: datetime, problem: str, wrong: str, *, told: bool) -> BannerForm:
    """The form as it was filled in, or with the banner that is to be changed.

    Unless it is ``told`` of a change, it goes on from what it saw.
    """
    form: Mapping[str, Any] = request.form
    typed = request.method == "POST" and form.get("do") != "end"
    banner = lines.find_banner(mount.blog, request.values.get("banner", ""))
    if not typed:
        # What was typed is sent for the same line again, to be refused again: for none, it
        # would begin a second one.
        if banner is not None and banner.post_id in hidden_stories(now):
            banner = None
        form = _filled(mount, banner, now)
    seen = goes_on(form.get("seen"), seen_of(banner), told=told) if banner is not None else ""
    return BannerForm(
        banner=str(banner.id) if banner is not None else "",
        seen=seen,
        text=form.get("text", ""),
        url=form.get("url", ""),
        stories=_stories(mount, form.get("post", ""), now),
        period=period_fields(mount, form, _SPANS, "3"),
        problem=problem,
        wrong=wrong,
    )


def _filled(mount: Mount, banner: Banner | None, now: datetime) -> dict[str, str]:
    if banner is None:
        return {"post": request.args.get("post", "")}
    zone, over = mount.settings.zone, banner.ends_at <= now
    return {
        "text": banner.text, "url": banner.url, "post": str(banner.post_id or ""),
        "from": write_moment(banner.starts_at, zone) if banner.starts_at > now else "",
        "until": "" if over else write_moment(banner.ends_at, zone),
    }  # fmt: skip


def _stories(mount: Mount, chosen: str, now: datetime) -> tuple[Choice, ...]:
    hidden = hidden_stories(now)
    stories = [post for post, _ in slots.choices(mount.blog, "", hidden, _STORIES)]
    if chosen and chosen not in [str(post.id) for post in stories]:
        asked = slots.choices(mount.blog, f"#{chosen}", hidden, 1)
        stories += [post for post, _ in asked if str(post.id) == chosen]
    found = {str(post.id): _headline(mount, post, now) for post in stories}
    none = Choice("", mount.words.t("No story"), chosen not in found)
    return (none, *(Choice(number, title, number == chosen) for number, title in found.items()))


def _headline(mount: Mount, post: Post, now: datetime) -> str:
    if is_out(post, now):
        return post.title
    return f"{post.title} ({mount.words.t(STATE_NAMES['scheduled'])})"


def _state(banner: Banner, now: datetime, *, first: bool) -> str:
    if banner.starts_at > now:
        return "coming"
    return "shown" if first else "covered"


def _row(
    mount: Mount, banner: Banner, title: str | None, state: str, hidden: Container[int]
) -> BannerRow:
    """A line as the list shows it; one about a story that is ``hidden`` can but be ended."""
    is_hidden = banner.post_id is not None and banner.post_id in hidden
    return BannerRow(
        id=str(banner.id),
        # The line says itself what its story will say.
        text=mount.words.t(A_STORY) if is_hidden else banner.text,
        state=state,
        state_name=mount.words.t(_STATES[state]),
        leads_to="" if is_hidden else title or banner.url,
        starts_at=banner.starts_at,
        ends_at=banner.ends_at,
        edit_url="" if is_hidden else mount.url("banners", banner=banner.id),
    )
