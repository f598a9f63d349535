"""Sections, tags and authors by name, and the slugs that tell them apart."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, or_, select

from ..database import insert_missing, session
from ..models import (
    Author,
    Byline,
    FormerName,
    NameKind,
    PostTag,
    Section,
    Tag,
    length_of,
)
from ..text.sanitize import drop_unprintable
from ..text.slugs import slugify
from .former import bearer_of, folded, forget_names, key_of
from .old_addresses import set_free

# Sections above one another, tags, authors: so many of a story. Each is looked up by itself.
MOST_NAMES = 100
_SECTION = length_of(Section.slug)


class TextDoesNotFit(ValueError):
    """A title, name or note has more characters than are kept; the message says how many."""


class NameWithoutLetters(ValueError):
    """The name of a section, tag or author has nothing to make an address from."""


def fitting(what: str, text: str, longest: int) -> str:
    """A text as it is stored: without control characters, and no longer than may be."""
    clean = drop_unprintable(text)
    if len(clean) > longest:
        raise TextDoesNotFit(f"“{what}” has {len(clean):,} characters; at most {longest:,} fit.")
    return clean


def few(what: str, names: Sequence[str]) -> Sequence[str]:
    """These names of a story, if there are not more than it may have."""
    if len(names) > MOST_NAMES:
        raise TextDoesNotFit(f"“{what}” has {len(names):,} names; at most {MOST_NAMES:,} fit.")
    return names


def with_room(slug: str, longest: int) -> str:
    """A slug cut so that a hyphen and a number fit behind it."""
    return slug[: longest - 8].rstrip("-")


def numbered(base: str, taken: Container[str]) -> str:
    """The first of ``base-2``, ``base-3`` and so on that is free."""
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def name_and_slug(model: Any, name: str) -> tuple[str, str]:
    """A name as it is stored, and the slug that it would have by itself.

    Raises:
        TextDoesNotFit: it is too long.
        NameWithoutLetters: it has no letter or digit.
    """
    clean = " ".join(fitting("name", name, length_of(model.name)).split())
    slug = slugify(clean, max_length=length_of(model.slug))
    if not slug:
        raise NameWithoutLetters(f"“{clean}” has no letter or digit to make an address from.")
    return clean, slug


def find_named(model: type[Author] | type[Tag], blog: str, name: str) -> Author | Tag | None:
    """The tag or author who bears this name or bore it, in capitals or not."""
    kind = NameKind.AUTHOR if model is Author else NameKind.TAG
    for found in _alike(model, blog, slugify(name, max_length=length_of(model.slug))).values():
        if folded(found.name) == folded(name):
            return cast("Author | Tag", found)
    # One that was renamed or merged, or has the slug of another name.
    query = (
        select(model)
        .join(FormerName, FormerName.thing_id == model.id)
        .where(model.blog == blog, FormerName.blog == blog)
        .where(FormerName.kind == kind, FormerName.key == key_of(name))
    )
    bearer: Any = session().scalars(query).one_or_none()
    return cast("Author | Tag | None", bearer)


def in_order(
    model: type[Author] | type[Tag], blog: str, names: Sequence[str], now: datetime
) -> list[Author | Tag]:
    """The tags or authors of these names, in their order; those that are new are made."""
    # All make them in one order, or two who make the same ones would wait for each other.
    found = {name: find_or_make(model, blog, name, now) for name in sorted(names, key=slugify)}
    return [found[name] for name in names]


def unlink(link: type[Byline] | type[PostTag], post_id: int) -> None:
    """Take all tags or authors off a story."""
    if is_linked(link, post_id):
        session().execute(delete(link).where(link.post_id == post_id))


def is_linked(link: type[Byline] | type[PostTag], post_id: int) -> bool:
    """Whether a story has any tags or authors, to be asked before they are changed.

    Where there are none, MariaDB would lock the place where new ones go, and two who begin a
    story at once would wait for each other.
    """
    return (
        session().scalar(select(link.post_id).where(link.post_id == post_id).limit(1)) is not None
    )


def find_or_make(
    model: type[Author] | type[Tag], blog: str, given: str, now: datetime
) -> Author | Tag:
    """The tag or author of this name; one that is new is made."""
    name, slug = name_and_slug(model, given)
    known = find_named(model, blog, name)
    if known is not None:
        return known
    taken: set[str] = set()
    while True:
        # C++ and C# are two, and both would be “c”.
        free = free_slug_of(model, blog, slug, taken=taken)
        made = make_named(model, blog, name, free, now)
        if folded(made.name) == folded(name):
            return made
        # Somebody else took it for another at this very moment.
        taken.add(free)


def make_named(
    model: type[Author] | type[Tag], blog: str, name: str, slug: str, now: datetime
) -> Author | Tag:
    """A tag or author who is new, or who got this slug at this very moment."""
    kind = NameKind.AUTHOR if model is Author else NameKind.TAG
    forget_names(blog, kind, [key_of(name)])
    set_free(blog, kind, slug)
    return cast("Author | Tag", _insert(model, blog, name, slug, now))


def free_slug_of(
    model: Any, blog: str, slug: str, but: int | None = None, taken: Collection[str] = ()
) -> str:
    """This slug, or the next one with a number; what the row ``but`` has is free for it."""
    alike = _alike(model, blog, slug).items()
    taken = {*taken, *(found for found, row in alike if row.id != but)}
    return slug if slug not in taken else numbered(with_room(slug, length_of(model.slug)), taken)


def find_or_make_section(blog: str, given: str, parent: Section | None, now: datetime) -> Section:
    """The section of this name below its parent, or below none; one that is new is made."""
    name, slug = name_and_slug(Section, given)
    rows = session().scalars(select(Section).where(Section.blog == blog).order_by(Section.id))
    known = {section.slug: section for section in rows}
    below = parent.id if parent else None
    for found in known.values():
        if found.parent_id == below and is_called(found, name, slug):
            return found
    former = bearer_of(blog, NameKind.SECTION, key_of(name, below, within=True))
    for found in known.values():
        if found.id == former:
            return found
    if slug in known:
        # One that was renamed may have kept the slug of this name.
        if parent is None and is_called(known[slug], name, slug):
            return known[slug]
        slug = slugify(f"{parent.slug} {slug}" if parent else slug, max_length=_SECTION)
    taken = set(known)
    while True:
        free = slug if slug not in taken else numbered(with_room(slug, _SECTION), taken)
        made = make_section(blog, name, free, parent, list(known.values()), now)
        if made.parent_id == below and folded(made.name) == folded(name):
            return made
        # Somebody else took it for another at this very moment.
        taken.add(free)


def make_section(
    blog: str, name: str, slug: str, parent: Section | None, known: Sequence[Section], now: datetime
) -> Section:
    """A section that is new, the last of its neighbours, or that got this slug at this moment.

    ``known`` are all of the blog.
    """
    below = parent.id if parent else None
    forget_names(blog, NameKind.SECTION, [key_of(name, below, within=True)])
    set_free(blog, NameKind.SECTION, slug)
    place = last_place([other for other in known if other.parent_id == below])
    made = _insert(Section, blog, name, slug, now, parent_id=below, position=place)
    return cast(Section, made)


def is_called(section: Section, name: str, slug: str) -> bool:
    """Whether a section is meant by a name, which would have this slug."""
    if folded(section.name) == folded(name):
        return True
    return section.slug == slug == slugify(section.name, max_length=_SECTION)


def last_place(neighbours: Sequence[Section]) -> int:
    """The place behind these; where nobody has put them in order, they stand by name."""
    last = max((other.position for other in neighbours), default=0)
    return last + 1 if last else 0


def _insert(model: Any, blog: str, name: str, slug: str, now: datetime, **more: Any) -> Any:
    # Where another transaction has just made one with this slug, this waits, and finds it. The
    # row is read with a lock: MariaDB would show none, as when the request began.
    values = {"blog": blog, "slug": slug, "name": name, "changed_at": now, **more}
    insert_missing(model, "blog", "slug", **values)
    query = select(model).where(model.blog == blog, model.slug == slug).with_for_update(read=True)
    return session().scalars(query.execution_options(populate_existing=True)).one()


def _alike(model: Any, blog: str, slug: str) -> dict[str, Any]:
    base = with_room(slug, length_of(model.slug))
    alike = or_(model.slug == slug, model.slug.startswith(f"{base}-", autoescape=True))
    rows = session().scalars(select(model).where(model.blog == blog, alike).order_by(model.id))
    return {found.slug: found for found in rows}
