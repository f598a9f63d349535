"""The newsroom's door: the desk with its stories, and the way in and out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..caching import turns_of_day
from ..context import render_error
from ..database import session
from ..models import SignIn
from ..mount import Mount, this_blog
from ..people import Action
from ..posts.opening import post_number
from ..posts.pages import ErrorPage
from ..posts.queries import Frame, load_frame
from ..text.typed import one_line
from .access import begin_visit, forget_visit, may, person_here, private, staff, visit_here, visitor
from .actions import end_visit, find_sign_in, use_sign_in
from .desk_numbers import Numbers, count
from .desk_pages import DeskSearch, DoorPage, Today
from .desk_queries import DISCARDED, Place, Wanted, authors_of, page_of_stories
from .desk_rows import desk_row, last_days, plots, today
from .desk_work import find_work
from .embargoes import hidden_stories
from .forms import ConfirmForm
from .head import desk_head, draw_desk, written
from .pages import Choice, DeskHead, SignInPage, Tab
from .stories import STATE_NAMES
from .story_forms import section_value
from .story_lookups import section_paths

DESK_ROWS, PLOTTED_DAYS = 50, 14
_ASKED = ("state", "section", "author", "q", "mine", "after")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


@staff(Action.ENTER)
def door() -> ResponseReturnValue:
    """The day at the desk and the stories of the blog, for somebody who may enter."""
    mount, now = this_blog(), this_blog().now()
    frame = load_frame(mount.blog, now)
    wanted, hidden = _wanted(frame), hidden_stories(now)
    found = page_of_stories(mount.blog, wanted, hidden, now, DESK_ROWS)
    authors = authors_of([row.post.id for row in found.rows])
    head, days = desk_head("newsroom"), _days(mount, now)
    at_rest = not _asked()
    numbers = count(mount.blog, hidden, now, days if at_rest else ())
    page = DoorPage(
        head=head,
        today=_today(mount, head, numbers, now) if at_rest else None,
        plots=plots(mount, days, numbers) if at_rest else (),
        filters=_filters(mount, numbers, wanted.state),
        search=_search(mount, frame, wanted),
        rows=tuple(desk_row(mount, row, authors.get(row.post.id, ()), now) for row in found.rows),
        looked=found.looked,
        first=_address(mount) if "after" in request.args else "",
        older=_address(mount, after=_written_place(found.next)) if found.next else "",
        may_write=may(Action.WRITE),
    )
    return draw_desk("newsroom/door.html", page, now, frame)


def sign_in(secret: str) -> ResponseReturnValue:
    """A sign-in link: opening it shows a button, pressing the button uses it up.

    Mail scanners and previews open links; only a person presses a button.
    """
    mount, now = this_blog(), this_blog().now()
    link = find_sign_in(mount.blog, secret, now)
    if link is None:
        return _no_longer_good(mount, now)
    form = ConfirmForm()
    if request.method == "POST":
        if not form.validate():
            abort(400)
        if not use_sign_in(link, now):
            return _no_longer_good(mount, now)
        key = link.secret_hash  # read now: after the commit it is asked for anew
        _write_down(mount, Deed.SIGN_IN, link, now)
        session().commit()
        begin_visit(key)
        return private(redirect(mount.url("newsroom"), code=303))
    page = SignInPage(link.name, form)
    return private(draw_desk("newsroom/sign_in.html", page, now))


def sign_out() -> ResponseReturnValue:
    """End the visit that a sign-in link opened."""
    mount = this_blog()
    if not ConfirmForm().validate():
        abort(400)
    visit = visit_here()
    if visit is not None:
        now = mount.now()
        end_visit(visit, now)
        _write_down(mount, Deed.SIGN_OUT, visit, now)
        session().commit()
    forget_visit()
    return private(redirect(mount.url("front"), code=303))


def _write_down(mount: Mount, deed: Deed, visit: SignIn, now: datetime) -> None:
    write_down(
        mount.blog, visitor(visit), deed, Thing.SIGN_IN, now, thing_id=visit.id, title=visit.name,
        detail=visit.role,
    )  # fmt: skip


def _no_longer_good(mount: Mount, now: datetime) -> Response:
    words = mount.words
    page = ErrorPage(
        404,
        words.t("This sign-in link is no longer good"),
        words.t("It works once, and for ten minutes. Ask for another."),
    )
    return render_error(404, page, load_frame(mount.blog, now), now)


def _asked() -> dict[str, str]:
    """What of this address says which stories are shown."""
    return {name: request.args[name] for name in _ASKED if request.args.get(name)}


def _address(mount: Mount, **other: str) -> str:
    """This page with the same filters, but for what is to be ``other``, at its beginning."""
    asked = {name: value for name, value in _asked().items() if name != "after"}
    return mount.url("newsroom", **{k: v for k, v in (asked | other).items() if v})


def _wanted(frame: Frame) -> Wanted:
    args = request.args
    state, slug = args.get("state", ""), args.get("section", "")
    section = next((s for s in frame.sections if s.slug == slug), None)
    if (state and state not in STATE_NAMES) or (slug and section is None):
        abort(404)
    person = person_here() or abort(401)
    return Wanted(
        state=state,
        sections=tuple(frame.below(section.id)) if section else (),
        author=one_line(args.get("author")),
        words=one_line(args.get("q")),
        person_id=person.id if args.get("mine") else "",
        after=_place(args.get("after", "")),
    )


def _place(text: str) -> Place | None:
    if not text:
        return None
    moment, _, number = text.partition("-")
    passed = timedelta(microseconds=post_number(moment))
    if passed > _LAST - _EPOCH:
        abort(404)
    return Place(_EPOCH + passed, post_number(number))


def _written_place(place: Place) -> str:
    return f"{(place.moment - _EPOCH) // timedelta(microseconds=1)}-{place.id}"


def _days(mount: Mount, now: datetime) -> list[datetime]:
    return last_days(turns_of_day(now, mount.settings.zone)[0], PLOTTED_DAYS)


def _today(mount: Mount, head: DeskHead, numbers: Numbers, now: datetime) -> Today:
    person, tomorrow = person_here() or abort(401), turns_of_day(now, mount.settings.zone)[1]
    found = find_work(mount.blog, person.id, hidden_stories(now), now, tomorrow)
    return today(mount, head, found, numbers, now)


def _filters(mount: Mount, numbers: Numbers, here: str) -> tuple[Tab, ...]:
    tabs = [Tab(mount.words.t("All"), _address(mount, state=""), here == "")]
    for state, name in STATE_NAMES.items():
        if state == DISCARDED and here != state and not numbers.states[state]:
            continue
        url, number = _address(mount, state=state), written(numbers.states[state])
        tabs.append(Tab(mount.words.t(name), url, here == state, number, state))
    return tuple(tabs)


def _search(mount: Mount, frame: Frame, wanted: Wanted) -> DeskSearch:
    slug = request.args.get("section", "")
    sections = [
        Choice(section.slug, section_value(path), section.slug == slug)
        for path, section in section_paths(frame.sections)
    ]
    mine, state = bool(wanted.person_id), wanted.state
    filled = wanted.words or wanted.author or wanted.sections or mine
    return DeskSearch(
        words=wanted.words,
        author=wanted.author,
        sections=tuple(sections),
        mine=mine,
        state=state,
        clear=mount.url("newsroom", state=state or None) if filled else "",
    )
