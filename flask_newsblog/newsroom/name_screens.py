"""The pages of sections, tags and authors, put together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort

from ..i18n import mark
from ..models import Author, NameKind, Section
from ..mount import Mount
from ..posts import naming
from ..posts.former import Named
from ..posts.opening import post_number
from ..text.typed import one_line
from . import name_lookups as lookups
from .embargoes import hidden_stories
from .forms import ConfirmForm
from .head import desk_head, draw_desk
from .meanwhile import differing, seen_of
from .name_forms import NameForm, NewNameForm
from .name_pages import NameEndPage, NamePage, NamesPage
from .name_rows import ROOMS, address, paths_of, row_alone, row_of, tree_of, ways
from .story_lookups import find_picture, known_authors, known_tags

ROWS = 100
_LONGEST = 200


_GONE = mark(
    "This is not there any more: somebody has deleted it, or merged it into another. Nothing was"
    " saved."
)
_SAID = {
    "added": mark("Added."),
    "saved": mark("Saved."),
    "merged": mark("Merged. All its stories are here now, and its address leads here."),
    "deleted": mark("Deleted. Its stories stay, without it."),
    "moved": mark("The order is changed."),
}
_LABEL = {
    "name": mark("Name"), "slug": mark("Slug"), "description": mark("Description"),
    "parent": mark("Parent section"), "links": mark("Links"), "picture": mark("Portrait"),
}  # fmt: skip
# The labels of the form, for naming a field in a sentence.
_LABELS = {
    NameKind.SECTION: _LABEL, NameKind.TAG: _LABEL,
    NameKind.AUTHOR: _LABEL | {"description": mark("About them")},
}  # fmt: skip


def thing_here(mount: Mount, kind: NameKind, number: int, now: datetime) -> Named:
    """A section, tag or author that the person here may know of: 404 without one."""
    thing = naming.find_thing(kind, mount.blog, number)
    if thing is None or not lookups.may_be_known(kind, number, hidden_stories(now)):
        abort(404)
    return thing


def names_page(
    mount: Mount,
    kind: NameKind,
    now: datetime,
    form: NewNameForm,
    *,
    status: int = 200,
    problem: str = "",
    kept: str = "",
    words: str = "",
    after: str = "",
    said: str = "",
) -> Response:
    """The list of one kind, from behind the number ``after`` on."""
    words = one_line(words)[:_LONGEST]
    room, hidden = ROOMS[kind], hidden_stories(now)
    found: list[tuple[Named, int]]
    further = ""
    if kind is NameKind.SECTION:
        sections = naming.sections_of(mount.blog)
        form.offer_sections(paths_of(sections))
        found = list(tree_of(sections))
    else:
        begin = post_number(after) if after else None
        things = lookups.page_of_names(kind, mount.blog, ROWS + 1, words, begin, hidden)
        if len(things) > ROWS:
            further = mount.url(room.list, words=words or None, after=things[ROWS - 1].id)
        found = [(thing, 0) for thing in things[:ROWS]]
    counts = lookups.count_stories(kind, mount.blog, [t.id for t, _ in found], hidden, now)
    page = NamesPage(
        head=desk_head("names_sections"),
        form=form,
        ways=ways(mount, kind),
        kind=kind.value,
        title=mount.words.t(room.title),
        said=_said(mount, said),
        problem=problem,
        kept=kept,
        words=words,
        rows=tuple(
            row_of(mount, kind, thing, counts, level, [t for t, _ in found])
            for thing, level in found
        ),
        first=mount.url(room.list, words=words or None) if after else "",
        next=further,
    )
    return _answer("newsroom/names.html", page, now, status)


def gone_page(mount: Mount, kind: NameKind, now: datetime, kept: str = "") -> Response:
    """The list, where something is not there any more; ``kept`` is what was typed for it."""
    form, problem = NewNameForm(formdata=None), mount.words.t(_GONE)
    return names_page(mount, kind, now, form, status=409, problem=problem, kept=kept)


def name_page(
    mount: Mount,
    kind: NameKind,
    now: datetime,
    thing: Named,
    form: NameForm,
    *,
    status: int = 200,
    problem: str = "",
    differs: NameForm | None = None,
    said: str = "",
) -> Response:
    """One section, tag or author. ``differs`` is the form as it fills it in now."""
    sections = naming.sections_of(mount.blog) if isinstance(thing, Section) else []
    if isinstance(thing, Section):
        own = {thing.id, *(one.id for one in naming.below(thing, sections))}
        form.offer_sections([(n, path) for n, path in paths_of(sections) if int(n) not in own])
    picture = None
    if isinstance(thing, Author) and thing.picture_id:
        picture = find_picture(mount.blog, thing.picture_id)
    page = NamePage(
        head=desk_head("names_sections"),
        form=form,
        ways=ways(mount, kind),
        kind=kind.value,
        row=row_alone(mount, kind, thing, now, sections),
        picture=picture,
        said=_said(mount, said),
        problem=problem,
        differs=differing(mount, _LABELS[kind], form, differs) if differs is not None else (),
        merge_url=address(mount, kind, thing.id, "merge"),
        delete_url=address(mount, kind, thing.id, "delete"),
    )
    return _answer("newsroom/name.html", page, now, status)


def end_page(
    mount: Mount,
    kind: NameKind,
    now: datetime,
    thing: Named,
    deed: str,
    *,
    into: str = "",
    target: Named | None = None,
    status: int = 200,
    problem: str = "",
) -> Response:
    """Where it is confirmed that one is merged into another, or deleted."""
    sections = naming.sections_of(mount.blog) if isinstance(thing, Section) else []
    below = [one for one in sections if one.parent_id == thing.id]
    known = {NameKind.TAG: known_tags, NameKind.AUTHOR: known_authors}.get(kind)
    offered = known(mount.blog, hidden_stories(now)) if known and deed == "merge" else ()
    own: set[int] = set()
    if isinstance(thing, Section):
        own = {thing.id, *(one.id for one in naming.below(thing, sections))}
    page = NameEndPage(
        head=desk_head("names_sections"),
        form=ConfirmForm(),
        kind=kind.value,
        deed=deed,
        row=row_alone(mount, kind, thing, now, sections),
        into=str(target.id) if isinstance(target, Section) else into,
        target=row_alone(mount, kind, target, now, sections) if target is not None else None,
        choices=tuple((n, path) for n, path in paths_of(sections) if int(n) not in own),
        known=tuple(name for name in offered if name != thing.name),
        below=tuple(one.name for one in below),
        problem=problem,
        seen=seen_both(thing, target),
    )
    return _answer("newsroom/name_end.html", page, now, status)


def seen_both(thing: Named, target: Named | None) -> str:
    """How a page that is opened now tells that one of two was changed after it."""
    return " ".join(seen_of(one) for one in (thing, target) if one is not None)


def _said(mount: Mount, said: str) -> str:
    return mount.words.t(_SAID[said]) if said in _SAID else ""


def _answer(template: str, page: Any, now: datetime, status: int) -> Response:
    answer = draw_desk(template, page, now)
    answer.status_code = status
    return answer
