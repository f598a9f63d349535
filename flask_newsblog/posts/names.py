"""Sections, tags and authors by name, and the slugs that tell them apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from datetime import datetime
from typing import Any, cast

from sqlalchemy import or_, select

from ..database import session
from ..models import Author, Section, Tag, length_of
from ..text.sanitize import drop_unprintable
from ..text.slugs import slugify


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


def with_room(slug: str, longest: int) -> str:
    """A slug cut so that a hyphen and a number fit behind it."""
    return slug[: longest - 8].rstrip("-")


def numbered(base: str, taken: Container[str]) -> str:
    """The first of ``base-2``, ``base-3`` and so on that is free."""
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _name_and_slug(model: Any, name: str) -> tuple[str, str]:
    clean = " ".join(fitting("name", name, length_of(model.name)).split())
    slug = slugify(clean, max_length=length_of(model.slug))
    if not slug:
        raise NameWithoutLetters(f"“{clean}” has no letter or digit to make an address from.")
    return clean, slug


def find_or_make(
    model: type[Author] | type[Tag], blog: str, given: str, now: datetime
) -> Author | Tag:
    """The tag or author of this name; one that is new is made."""
    name, slug = _name_and_slug(model, given)
    base = with_room(slug, length_of(model.slug))
    alike = or_(model.slug == slug, model.slug.startswith(f"{base}-", autoescape=True))
    query = select(model).where(model.blog == blog, alike).order_by(model.id)
    rows: Any = session().scalars(query)
    known = {found.slug: found for found in rows}
    for found in known.values():
        if _folded(found.name) == _folded(name):
            return cast("Author | Tag", found)
    # C++ and C# are two, and both would be “c”.
    free = numbered(base, known) if slug in known else slug
    made = model(blog=blog, slug=free, name=name, changed_at=now)
    session().add(made)
    session().flush()
    return made


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def find_or_make_section(blog: str, given: str, parent: Section | None, now: datetime) -> Section:
    """The section of this name below its parent, or below none; one that is new is made."""
    name, slug = _name_and_slug(Section, given)
    rows = session().scalars(select(Section).where(Section.blog == blog).order_by(Section.id))
    known = {section.slug: section for section in rows}
    below = parent.id if parent else None
    for found in known.values():
        if found.parent_id == below and (
            found.slug == slug or _folded(found.name) == _folded(name)
        ):
            return found
    if slug in known:
        if parent is None:
            return known[slug]
        slug = slugify(f"{parent.slug} {slug}", max_length=length_of(Section.slug))
    if slug in known:
        slug = numbered(with_room(slug, length_of(Section.slug)), known)
    made = Section(blog=blog, slug=slug, name=name, parent_id=below, changed_at=now)
    session().add(made)
    session().flush()
    return made
