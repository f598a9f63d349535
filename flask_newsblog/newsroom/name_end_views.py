"""Sections, tags and authors merged into one another, and deleted: shown first, then done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from ..database import row_number, session
from ..i18n import mark
from ..models import NameKind
from ..mount import Mount, forget_pages, this_blog
from ..people import Action
from ..posts import joining, naming
from ..posts.former import MODELS, Named, hold_names
from ..posts.names import find_named
from ..posts.naming import NameRefused
from ..text.typed import one_line, shows_something
from . import name_lookups as lookups
from .access import staff
from .embargoes import hidden_stories
from .forms import OPEN_TOO_LONG, ConfirmForm
from .name_deeds import write_end_down
from .name_rows import ROOMS, address
from .name_screens import end_page, gone_page, seen_both, thing_here

_NO_SUCH = mark("There is none of this name. Write it as it stands in the list.")
_NO_SECTION = mark("There is no such section any more. Choose one of those there are.")
_CHANGED = mark(
    "Somebody changed one of them after you opened this page. Nothing was done yet: look at how"
    " they stand now, and decide again."
)


@staff(Action.EDIT)
def merge_section(section_id: int) -> ResponseReturnValue:
    """A section becomes part of another."""
    return _merge(NameKind.SECTION, section_id)


@staff(Action.EDIT)
def merge_tag(tag_id: int) -> ResponseReturnValue:
    """A tag becomes another."""
    return _merge(NameKind.TAG, tag_id)


@staff(Action.EDIT)
def merge_author(author_id: int) -> ResponseReturnValue:
    """An author turns out to be another."""
    return _merge(NameKind.AUTHOR, author_id)


@staff(Action.EDIT)
def delete_section(section_id: int) -> ResponseReturnValue:
    """A section goes; its stories stay, and what is below it goes up."""
    return _delete(NameKind.SECTION, section_id)


@staff(Action.EDIT)
def delete_tag(tag_id: int) -> ResponseReturnValue:
    """A tag goes; its stories stay."""
    return _delete(NameKind.TAG, tag_id)


@staff(Action.EDIT)
def delete_author(author_id: int) -> ResponseReturnValue:
    """An author goes; their stories stay."""
    return _delete(NameKind.AUTHOR, author_id)


def _merge(kind: NameKind, number: int) -> ResponseReturnValue:
    mount, now = this_blog(), this_blog().now()
    if _is_gone(mount, kind, number):
        return gone_page(mount, kind, now)
    thing, into = thing_here(mount, kind, number, now), one_line(request.values.get("into"))
    target = _named(mount, kind, into, now)
    wrong = ""
    if into and target is None:
        wrong = _NO_SECTION if kind is NameKind.SECTION else _NO_SUCH
    elif target is not None and target.id == number:
        wrong, target = joining.INTO_ITSELF, None
    if request.method != "POST" or target is None:
        status = 422 if request.method == "POST" or wrong else 200
        if request.method == "POST" and not ConfirmForm().validate():
            status, wrong = 400, OPEN_TOO_LONG
        problem = mount.words.t(wrong) if wrong else ""
        return end_page(mount, kind, now, thing, "merge", into=into, target=target,
                        status=status, problem=problem)  # fmt: skip
    return _end(mount, kind, now, thing, target, into)


def _delete(kind: NameKind, number: int) -> ResponseReturnValue:
    mount, now = this_blog(), this_blog().now()
    if _is_gone(mount, kind, number):
        return gone_page(mount, kind, now)
    thing = thing_here(mount, kind, number, now)
    if request.method != "POST":
        return end_page(mount, kind, now, thing, "delete")
    return _end(mount, kind, now, thing, None, "")


def _end(
    mount: Mount, kind: NameKind, now: datetime, thing: Named, target: Named | None, into: str
) -> ResponseReturnValue:
    """Merge or delete what was confirmed, as the page showed it."""
    merging, number = target is not None, thing.id
    other = target.id if target is not None else 0
    deed = "merge" if merging else "delete"

    def refused(status: int, words: str, **values: Any) -> Response:
        session().rollback()
        here = naming.find_thing(kind, mount.blog, number)
        if here is None:
            return gone_page(mount, kind, now)
        there = naming.find_thing(kind, mount.blog, other) if merging else None
        return end_page(mount, kind, now, here, deed, into=into, target=there, status=status,
                        problem=mount.words.t(words, **values))  # fmt: skip

    if not ConfirmForm().validate():
        return refused(400, OPEN_TOO_LONG)
    moment, held = hold_names(now), naming.find_thing(kind, mount.blog, number)
    heir = naming.find_thing(kind, mount.blog, other) if merging else None
    if held is None or (merging and heir is None):
        return refused(409, _CHANGED)
    seen = request.form.get("seen", "")
    if seen and seen != seen_both(held, heir):
        return refused(409, _CHANGED)
    name, successor = held.name, heir.name if heir is not None else ""
    try:
        ended = joining.merge(held, heir, moment) if heir else joining.delete(held, moment)
    except NameRefused as error:
        return refused(422, error.words, **error.values)
    write_end_down(mount, kind, number, name, successor, ended, now)
    if heir is not None:
        return _done(mount, address(mount, kind, other, said="merged"))
    return _done(mount, mount.url(ROOMS[kind].list, said="deleted"))


def _is_gone(mount: Mount, kind: NameKind, number: int) -> bool:
    """Whether somebody was quicker with what a page was sent for."""
    return request.method == "POST" and naming.find_thing(kind, mount.blog, number) is None


def _named(mount: Mount, kind: NameKind, into: str, now: datetime) -> Named | None:
    """The one that was chosen: a section by its number, others by their name."""
    found: Named | None
    if kind is NameKind.SECTION:
        return naming.find_thing(kind, mount.blog, row_number(into) or 0)
    model: Any = MODELS[kind]
    found = find_named(model, mount.blog, into) if shows_something(into) else None
    if found is None or not lookups.may_be_known(kind, found.id, hidden_stories(now)):
        return None
    return found


def _done(mount: Mount, to: str) -> ResponseReturnValue:
    session().commit()
    forget_pages(mount)
    return redirect(to, code=303)
