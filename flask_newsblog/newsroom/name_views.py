"""Sections, tags and authors: listed, added, renamed, described, put in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed
from ..database import row_number, session
from ..i18n import mark
from ..models import NameKind, Section
from ..mount import Mount, forget_pages, this_blog
from ..people import Action
from ..posts import naming
from ..posts.former import Named, hold_names
from ..posts.naming import NameRefused
from . import name_lookups as lookups
from .access import staff
from .embargoes import hidden_stories
from .forms import LOOK, MEANWHILE, OPEN_TOO_LONG, ConfirmForm
from .meanwhile import is_stale, seen_of
from .name_deeds import write_name_down
from .name_forms import FORMS, NewNameForm
from .name_rows import ROOMS, address
from .name_screens import gone_page, name_page, names_page, thing_here

_TYPED = ("name", "slug", "description", "links", "picture")
_TAKEN = mark("This is taken already. Choose another.")
_OTHER_ORDER = mark(
    "The order has changed since you opened this page, so nothing was moved. This is how it stands"
    " now."
)


@staff(Action.EDIT)
def names_sections() -> ResponseReturnValue:
    """The sections as a tree; one is added, or put before another."""
    if request.form.get("do") == "step":
        return _step()
    return _list(NameKind.SECTION)


@staff(Action.EDIT)
def names_tags() -> ResponseReturnValue:
    """The tags by name; one is added."""
    return _list(NameKind.TAG)


@staff(Action.EDIT)
def names_authors() -> ResponseReturnValue:
    """The authors by name; one is added."""
    return _list(NameKind.AUTHOR)


@staff(Action.EDIT)
def edit_section(section_id: int) -> ResponseReturnValue:
    """One section: its name, address, description, and the one above it."""
    return _edit(NameKind.SECTION, section_id)


@staff(Action.EDIT)
def edit_tag(tag_id: int) -> ResponseReturnValue:
    """One tag: its name, address and description."""
    return _edit(NameKind.TAG, tag_id)


@staff(Action.EDIT)
def edit_author(author_id: int) -> ResponseReturnValue:
    """One author: their name, address, links, portrait, and a word about them."""
    return _edit(NameKind.AUTHOR, author_id)


def _list(kind: NameKind) -> ResponseReturnValue:
    mount, now, form = this_blog(), this_blog().now(), NewNameForm()
    if request.method != "POST":
        said = request.args.get("said", "")
        return names_page(mount, kind, now, form, said=said, **_place())
    if not form.validate():
        return names_page(mount, kind, now, form, **_unsent(mount, form), **_place())
    moment = hold_names(now)
    try:
        thing = naming.add(mount.blog, kind, form.given, moment)
    except NameRefused as error:
        _refuse(kind, now, form, error)
        problem = mount.words.t(LOOK)
        return names_page(mount, kind, now, form, status=422, problem=problem, **_place())
    write_name_down(mount, Deed.CREATE, kind, thing, now, naming.told_of(thing))
    return _done(mount, address(mount, kind, thing.id, said="added"))


def _edit(kind: NameKind, number: int) -> ResponseReturnValue:
    mount, now, form = this_blog(), this_blog().now(), FORMS[kind]()
    if request.method == "POST" and naming.find_thing(kind, mount.blog, number) is None:
        return _gone(mount, kind, now, form)
    thing = thing_here(mount, kind, number, now)
    if request.method != "POST":
        said = request.args.get("said", "")
        return name_page(mount, kind, now, thing, FORMS[kind].of(thing), said=said)
    if not form.validate():
        return name_page(mount, kind, now, thing, form, **_unsent(mount, form))
    moment, held = hold_names(now), naming.find_thing(kind, mount.blog, number)
    if held is None:
        return _gone(mount, kind, now, form)
    # Sent twice by a double click, it says what is there already.
    asked = replace(form.given, slug=form.given.slug or held.slug)
    if is_stale(form.seen.data, seen_of(held)) and asked != FORMS[kind].of(held).given:
        return _meanwhile(mount, kind, now, held, form)
    former = held.name
    try:
        changed = naming.change(held, form.given, moment)
    except NameRefused as error:
        _refuse(kind, now, form, error)
        return name_page(mount, kind, now, thing, form, status=422, problem=mount.words.t(LOOK))
    if changed:
        write_name_down(mount, Deed.EDIT, kind, held, now, changed, title=former)
    return _done(mount, address(mount, kind, number, said="saved"))


def _step() -> ResponseReturnValue:
    mount, now, form = this_blog(), this_blog().now(), request.form
    kind, empty = NameKind.SECTION, NewNameForm(formdata=None)
    if not ConfirmForm().validate():
        problem = mount.words.t(OPEN_TOO_LONG)
        return names_page(mount, kind, now, empty, status=400, problem=problem)
    numbers = [row_number(form.get(name, "")) for name in ("section", "place", "to")]
    number, place, to = (-1 if one is None else one for one in numbers)
    moment, held = hold_names(now), naming.find_thing(kind, mount.blog, number)
    if not isinstance(held, Section) or not naming.step(held, place, to, moment):
        session().rollback()
        problem = mount.words.t(_OTHER_ORDER)
        return names_page(mount, kind, now, empty, status=409, problem=problem)
    write_name_down(mount, Deed.EDIT, kind, held, now, f"place: {place + 1} → {to + 1}")
    alone = "alone" in form
    back = address(mount, kind, number, said="moved") if alone else ""
    return _done(mount, back or mount.url(ROOMS[kind].list, said="moved"))


def _done(mount: Mount, to: str) -> ResponseReturnValue:
    session().commit()
    forget_pages(mount)
    return redirect(to, code=303)


def _place() -> dict[str, Any]:
    """Where in the list the person here stands."""
    return {name: request.args.get(name, "") for name in ("words", "after")}


def _refuse(kind: NameKind, now: datetime, form: NewNameForm, error: NameRefused) -> None:
    session().rollback()
    if error.bearer and not lookups.may_be_known(kind, error.bearer, hidden_stories(now)):
        # What it is called is what an embargo keeps.
        error = NameRefused(error.field, _TAKEN)
    form.refuse(error)


def _unsent(mount: Mount, form: NewNameForm) -> dict[str, Any]:
    if form.csrf_token.errors:
        return {"status": 400, "problem": mount.words.t(OPEN_TOO_LONG)}
    return {"status": 422, "problem": mount.words.t(LOOK)}


def _gone(mount: Mount, kind: NameKind, now: datetime, form: NewNameForm) -> ResponseReturnValue:
    session().rollback()
    typed = [form[name].data or "" for name in _TYPED if name in form]
    return gone_page(mount, kind, now, "\n".join(filter(None, typed)))


def _meanwhile(
    mount: Mount, kind: NameKind, now: datetime, held: Named, form: Any
) -> ResponseReturnValue:
    session().rollback()
    there = FORMS[kind].of(held)
    form.seen.data = there.seen.data
    problem = mount.words.t(MEANWHILE)
    return name_page(mount, kind, now, held, form, status=409, problem=problem,
                     differs=there)  # fmt: skip
