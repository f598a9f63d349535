"""Rows of sections, tags and authors: what is stored in, words and addresses out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..i18n import mark
from ..models import Author, NameKind, Section
from ..mount import Mount
from ..posts.former import Named
from . import name_lookups as lookups
from .embargoes import hidden_stories
from .name_lookups import Count
from .name_pages import NameRow
from .pages import StateFilter


@dataclass(frozen=True, slots=True)
class Room:
    """The endpoints of one kind of names, and what they are called together."""

    list: str
    edit: str
    merge: str
    delete: str
    number: str
    title: str


ROOMS = {
    NameKind.SECTION: Room(
        "names_sections", "edit_section", "merge_section", "delete_section", "section_id",
        mark("Sections"),
    ),
    NameKind.TAG: Room(
        "names_tags", "edit_tag", "merge_tag", "delete_tag", "tag_id", mark("Tags")
    ),
    NameKind.AUTHOR: Room(
        "names_authors", "edit_author", "merge_author", "delete_author", "author_id",
        mark("Authors"),
    ),
}  # fmt: skip


def address(mount: Mount, kind: NameKind, number: int, way: str = "edit", **more: Any) -> str:
    """A page of one section, tag or author."""
    room = ROOMS[kind]
    return mount.url(getattr(room, way), **{room.number: number}, **more)


def paths_of(sections: Sequence[Section]) -> list[tuple[str, str]]:
    """Each section by its number, with its names from the top down, in the order of the tree."""
    found: list[tuple[str, str]] = []
    above: list[str] = []
    for section, level in tree_of(sections):
        above[level:] = [section.name]
        found.append((str(section.id), " / ".join(above)))
    return found


def tree_of(sections: Sequence[Any]) -> list[tuple[Any, int]]:
    """The sections as readers see them: each before those below it, and how far down it is."""
    children: dict[int, list[Section]] = {}
    for section in sections:
        children.setdefault(section.parent_id or 0, []).append(section)
    found: list[tuple[Section, int]] = []
    coming = [(section, 0) for section in reversed(children.get(0, []))]
    while coming:
        section, level = coming.pop()
        found.append((section, level))
        coming += [(one, level + 1) for one in reversed(children.get(section.id, []))]
    return found


def row_alone(
    mount: Mount, kind: NameKind, thing: Named, now: datetime, sections: Sequence[Named]
) -> NameRow:
    """One of them with the number of its stories; ``sections`` are all there are. One statement."""
    counts = lookups.count_stories(kind, mount.blog, [thing.id], hidden_stories(now), now)
    return row_of(mount, kind, thing, counts, 0, sections)


def row_of(
    mount: Mount,
    kind: NameKind,
    thing: Named,
    counts: dict[int, Count],
    level: int,
    others: Sequence[Named],
) -> NameRow:
    """One of them as the list shows it; ``others`` has the neighbours of a section."""
    count = counts.get(thing.id, Count())
    place, up, down = 0, "", ""
    if isinstance(thing, Section):
        beside = [s for s in others if isinstance(s, Section) and s.parent_id == thing.parent_id]
        place = beside.index(thing)
        up = str(place - 1) if place else ""
        down = str(place + 1) if place + 1 < len(beside) else ""
    # Without a story of theirs, a tag and an author have no page.
    there = kind is NameKind.SECTION or count.published or (isinstance(thing, Author) and thing.bio)
    return NameRow(
        id=thing.id,
        name=thing.name,
        slug=thing.slug,
        about=thing.bio if isinstance(thing, Author) else thing.description,
        url=address(mount, kind, thing.id),
        site_url=mount.url(kind.value, slug=thing.slug) if there else "",
        published=count.published,
        stories=count.stories,
        level=level,
        place=place,
        up=up,
        down=down,
    )


def ways(mount: Mount, here: NameKind) -> tuple[StateFilter, ...]:
    """The ways between the three lists."""
    return tuple(
        StateFilter(mount.words.t(room.title), mount.url(room.list), kind is here)
        for kind, room in ROOMS.items()
    )
