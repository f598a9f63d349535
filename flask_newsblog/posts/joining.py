"""Sections, tags and authors merged into one, and deleted: the rules. The caller commits.

Each function is for who holds the names (:func:`.former.hold_names`), and takes the moment that
this gave. Stories are not changed by it for the desk: they keep when they were last changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update

from ..database import session
from ..i18n import mark
from ..models import (
    Author,
    FormerName,
    NameKind,
    Post,
    Section,
    length_of,
)
from .former import LINKS, Named, folded, hand_over, key_for, key_of, kind_of, note_name
from .names import last_place
from .naming import NameRefused, below, sections_of, told_of
from .old_addresses import end, lead_on
from .standing import is_embargoed

# So many rows are named in one statement.
_AT_ONCE = 500

INTO_ITSELF = mark("This cannot be merged into itself. Choose another.")
_INTO_BELOW = mark("“%(name)s” is below this section. Move it elsewhere first, then merge.")
_ALIKE_BELOW = mark(
    "“%(name)s” below this section would stand beside another of that name. Rename one of them, or"
    " merge the two first."
)


@dataclass(frozen=True)
class Touched:
    """A story that something was done with, and whether an embargo keeps it from some."""

    id: int
    title: str
    kept: bool


@dataclass(frozen=True)
class Ended:
    """What was merged or deleted: all that was said of it, and its stories."""

    told: str
    stories: tuple[Touched, ...]

    @property
    def secret(self) -> bool:
        """Whether an embargo keeps all of its stories, and with them what it was called."""
        return bool(self.stories) and all(story.kept for story in self.stories)

    @property
    def detail(self) -> str:
        """What the audit keeps, in one line; stories that an embargo keeps are left out."""
        if self.secret:
            return ""
        numbers = ", ".join(str(story.id) for story in self.stories if not story.kept)
        return f"{self.told}; stories: {numbers or '–'}"


def merge(source: Named, target: Named, moment: datetime) -> Ended:
    """Let all stories of one section, tag or author be another's, and the one be gone.

    What is said of the other stays as it is. In a byline or among tags the one stands where
    either stood first.

    Raises:
        NameRefused: the two are one, or sections below them stand against it.
    """
    if source.id == target.id:
        raise NameRefused("into", INTO_ITSELF)
    if isinstance(source, Section) and isinstance(target, Section):
        known = sections_of(source.blog)
        if target in below(source, known):
            raise NameRefused("into", _INTO_BELOW, name=target.name)
        _move_children(source, target.id, known, moment)
    stories = _stories_of(source, moment)
    told = f"{told_of(source)}; into: {target.name} ({target.slug})"
    kept = {story.id for story in stories if story.kept}
    both = [number for number in _join_stories(source, target) if number not in kept]
    if both:
        told += f"; had both: {', '.join(map(str, both))}"
    _let_go(source, target, moment)
    target.changed_at = moment
    session().flush()
    return Ended(told, stories)


def delete(thing: Named, moment: datetime) -> Ended:
    """Delete a section, tag or author; its stories stay, without it.

    Sections below it go to where it was.

    Raises:
        NameRefused: a section below it would stand beside another of its name.
    """
    if isinstance(thing, Section):
        _move_children(thing, thing.parent_id, sections_of(thing.blog), moment)
    stories, told = _stories_of(thing, moment), told_of(thing)
    if isinstance(thing, Section):
        _put_stories(thing.id, None)
    else:
        link, column = LINKS[kind_of(thing)]
        session().execute(_quietly(delete_rows(link).where(column == thing.id)))
    _let_go(thing, None, moment)
    session().flush()
    return Ended(told, stories)


def _stories_of(thing: Named, now: datetime) -> tuple[Touched, ...]:
    query = select(Post.id, Post.title, Post.embargo_until, Post.embargo_people)
    if isinstance(thing, Section):
        query = query.where(Post.section_id == thing.id)
    else:
        link, column = LINKS[kind_of(thing)]
        query = query.join(link, link.post_id == Post.id).where(column == thing.id)
    return tuple(
        Touched(
            row.id, row.title,
            bool(row.embargo_people) and is_embargoed(row, now),
        )
        for row in session().execute(query.order_by(Post.id))
    )  # fmt: skip


def _join_stories(source: Named, target: Named) -> list[int]:
    """Let the stories of one be the other's; returns those that had both."""
    if isinstance(source, Section):
        _put_stories(source.id, target.id)
        return []
    link, column = LINKS[kind_of(source)]
    query = select(link.post_id, column, link.position)
    rows: Any = session().execute(query.where(column.in_([source.id, target.id])))
    places: dict[int, dict[int, int]] = {}
    for post_id, number, position in rows:
        places.setdefault(post_id, {})[number] = position
    both = {post_id: at for post_id, at in places.items() if len(at) == 2}
    earlier = sorted(
        (at[source.id], post_id) for post_id, at in both.items() if at[source.id] < at[target.id]
    )
    for ids in _chunks(sorted(both)):
        gone = delete_rows(link).where(column == source.id, link.post_id.in_(ids))
        session().execute(_quietly(gone))
    for place, found in groupby(earlier, key=lambda pair: pair[0]):
        for ids in _chunks([post_id for _, post_id in found]):
            moved = update(link).where(column == target.id, link.post_id.in_(ids))
            session().execute(_quietly(moved.values(position=place)))
    rest = update(link).where(column == source.id).values({column.key: target.id})
    session().execute(_quietly(rest))
    return sorted(both)


def _put_stories(section_id: int, into: int | None) -> None:
    change = update(Post).where(Post.section_id == section_id)
    # The column would take the wall clock, and the desk find them all changed.
    change = change.values({Post.section_id: into, Post.changed_at: Post.changed_at})
    session().execute(_quietly(change))


def _move_children(
    section: Section, to: int | None, known: Sequence[Section], moment: datetime
) -> None:
    """Let the sections below one stand below another, or below none."""
    children = [one for one in known if one.parent_id == section.id]
    there = [one for one in known if one.parent_id == to and one is not section]
    names = {folded(one.name) for one in there}
    for child in children:
        if folded(child.name) in names:
            raise NameRefused("into", _ALIKE_BELOW, name=child.name)
    for child in children:
        child.position, child.parent_id, child.changed_at = last_place(there), to, moment
        there.append(child)
    session().flush()
    for child in children:
        note_name(section.blog, NameKind.SECTION, key_for(child), child.id, moment)
    _rekey(section, to, {key_for(one) for one in there}, moment)


def _rekey(section: Section, to: int | None, living: set[str], moment: datetime) -> None:
    """Let former names below a section be found below another."""
    begin = f"{section.id}/"
    query = select(FormerName).where(
        FormerName.blog == section.blog, FormerName.kind == NameKind.SECTION,
        FormerName.key.startswith(begin, autoescape=True),
    )  # fmt: skip
    for row in session().scalars(query).all():
        key, thing_id = f"{to or 0}/{row.key.removeprefix(begin)}", row.thing_id
        session().delete(row)
        session().flush()
        if key not in living and len(key) <= length_of(FormerName.key):
            _note_if_free(section.blog, key, thing_id, moment)


def _note_if_free(blog: str, key: str, thing_id: int | None, moment: datetime) -> None:
    query = select(FormerName.id).filter_by(blog=blog, kind=NameKind.SECTION, key=key)
    if session().scalar(query) is None:
        note_name(blog, NameKind.SECTION, key, thing_id, moment)


def _let_go(thing: Named, heir: Named | None, moment: datetime) -> None:
    """Let names and addresses of a thing lead to its heir, or nowhere, and it be gone."""
    blog, kind = thing.blog, kind_of(thing)
    number = heir.id if heir is not None else None
    hand_over(blog, kind, thing.id, number, moment)
    note_name(blog, kind, key_for(thing), number, moment)
    if isinstance(thing, Section) and thing.parent_id is not None:
        # It was found by its name alone, too.
        _note_if_free(blog, key_of(thing.name, None, within=True), number, moment)
    if heir is not None:
        lead_on(blog, kind, thing.slug, heir.slug)
    else:
        end(blog, kind, thing.slug)
    if isinstance(thing, Author) and isinstance(heir, Author):
        heir.person_id = heir.person_id or thing.person_id
    session().delete(thing)
    session().flush()


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _quietly(change: Any) -> Any:
    # What the session holds of them is not looked at again.
    return change.execution_options(synchronize_session=False)
