"""Sections, tags and authors made, renamed, described, moved: the rules. The caller commits.

Each function is for who holds the names (:func:`.former.hold_names`), and takes the moment that
this gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..database import session
from ..i18n import mark
from ..media.placing import picture_here
from ..models import Author, NameKind, Section, length_of
from ..text.slugs import slugify
from .former import MODELS, Named, bearer_of, folded, key_for, key_of, kind_of, note_name
from .names import (
    MOST_NAMES,
    NameWithoutLetters,
    find_named,
    free_slug_of,
    is_called,
    last_place,
    make_named,
    make_section,
    name_and_slug,
)
from .old_addresses import lead_on

# What stands between names where a story's are typed, so that none may hold it.
BETWEEN = {NameKind.SECTION: " / ", NameKind.TAG: ","}

_NO_LETTER = mark("“%(name)s” has no letter or digit to make an address from.")
_NO_ADDRESS = mark("An address needs a letter or a digit. Leave it empty to have one made.")
_HAS_COMMA = mark("A comma stands between two tags, so none can be in one. Leave it out.")
_HAS_SLASH = mark(
    "“ / ” stands between a section and the one above it, so it cannot be in a name. Write it"
    " without the spaces."
)
_NAME_THERE = mark("“%(name)s” is there already. Choose another name, or merge the two.")
_NAME_WAS = mark(
    "“%(former)s” is what “%(name)s” was called before, and stories may still say so. Choose"
    " another name."
)
_SLUG_TAKEN = mark(
    "The address “%(slug)s” is that of “%(name)s”. Choose another, or leave it empty to have one"
    " made."
)
_NO_SUCH_ABOVE = mark("There is no such section any more. Choose one of those there are.")
_IN_ITSELF = mark("“%(name)s” is below this section, so this one cannot be below it.")
_TOO_DEEP = mark("Sections can stand %(most)s above one another. Choose one further up.")
NO_PICTURE = mark("There is no picture with this number in the library.")


class NameRefused(ValueError):
    """Something cannot be so; ``field`` is what of the form it is about.

    ``words`` is the sentence before its ``values`` are put in, as translations know it;
    ``bearer`` the number of another one that it names.
    """

    def __init__(self, field: str, words: str, bearer: int | None = None, **values: Any) -> None:
        self.field, self.words, self.bearer, self.values = field, words, bearer, values
        super().__init__(words % values)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody says of a section, tag or author. An empty slug is made from the name.

    ``description`` is an author's bio; ``links`` and ``picture_id`` are an author's alone,
    ``parent_id`` a section's.
    """

    name: str
    slug: str = ""
    description: str = ""
    links: tuple[tuple[str, str], ...] = ()
    picture_id: int | None = None
    parent_id: int | None = None


def find_thing(kind: NameKind, blog: str, number: int) -> Named | None:
    """A section, tag or author of a blog by its number."""
    model: Any = MODELS[kind]
    found: Named | None = session().scalars(select(model).filter_by(id=number, blog=blog)).first()
    return found


def sections_of(blog: str) -> list[Section]:
    """All sections of a blog, in the order in which neighbours are shown."""
    query = select(Section).where(Section.blog == blog)
    return list(session().scalars(query.order_by(Section.position, Section.name, Section.id)))


def below(section: Section, known: Sequence[Section]) -> list[Section]:
    """All sections below one, at any depth."""
    found = [section]
    for one in found:
        found += [other for other in known if other.parent_id == one.id and other not in found]
    return found[1:]


def add(blog: str, kind: NameKind, given: Given, moment: datetime) -> Named:
    """A section, tag or author that is new.

    Raises:
        NameRefused: the name or the address is taken or cannot be one, or there is no such
            section above or picture.
    """
    known = sections_of(blog) if kind is NameKind.SECTION else []
    name, slug = _checked(blog, kind, given, None, known)
    made: Named
    if kind is NameKind.SECTION:
        parent = next((one for one in known if one.id == given.parent_id), None)
        made = make_section(blog, name, slug, parent, known, moment)
    else:
        made = make_named(_model(kind), blog, name, slug, moment)
        note_name(blog, kind, key_for(made), made.id, moment)
    _describe(made, given)
    session().flush()
    return made


def change(thing: Named, given: Given, moment: datetime) -> str:
    """Give a section, tag or author what somebody says of it.

    Former names are found from now on, and its former address leads to the new one.

    Returns:
        What has changed, in one line; empty where nothing has.

    Raises:
        NameRefused: as :func:`add`.
    """
    blog, kind = thing.blog, kind_of(thing)
    known = sections_of(blog) if isinstance(thing, Section) else []
    name, slug = _checked(blog, kind, given, thing, known)
    before, former = _told(thing), key_for(thing)
    alone = _name_alone(thing, known)
    if isinstance(thing, Section) and thing.parent_id != given.parent_id:
        thing.position = last_place([one for one in known if one.parent_id == given.parent_id])
        thing.parent_id = given.parent_id
    old_slug, thing.name, thing.slug = thing.slug, name, slug
    _describe(thing, given)
    after = _told(thing)
    changed = [f"{what}: {before[what]} → {after[what]}" for what in after
               if before[what] != after[what]]  # fmt: skip
    if not changed:
        return ""
    thing.changed_at = moment
    session().flush()
    # Its own as well: it may be another's former name, and no slug may tell whose it is.
    keys = {former, key_for(thing)} | ({alone} if alone and former != key_for(thing) else set())
    for key in sorted(keys):
        note_name(blog, kind, key, thing.id, moment)
    if old_slug != slug:
        lead_on(blog, kind, old_slug, slug)
    return "; ".join(changed)


def step(section: Section, place: int, to: int, moment: datetime) -> bool:
    """Move a section among its neighbours; False where it does not stand at ``place`` any more."""
    neighbours = [
        one for one in sections_of(section.blog) if one.parent_id == section.parent_id
    ]  # fmt: skip
    if not 0 <= to < len(neighbours) or neighbours.index(section) != place:
        return False
    neighbours.insert(to, neighbours.pop(place))
    for position, one in enumerate(neighbours, start=1):
        if one.position != position:
            one.position, one.changed_at = position, moment
    session().flush()
    return True


def _checked(
    blog: str, kind: NameKind, given: Given, thing: Named | None, known: Sequence[Section]
) -> tuple[str, str]:
    """The name and the slug that a thing may have."""
    model: Any = MODELS[kind]
    between = BETWEEN.get(kind)
    if between is not None and between in given.name:
        raise NameRefused("name", _HAS_COMMA if kind is NameKind.TAG else _HAS_SLASH)
    try:
        name, own = name_and_slug(model, given.name)
    except NameWithoutLetters:
        raise NameRefused("name", _NO_LETTER, name=given.name) from None
    number = thing.id if thing is not None else None
    if kind is NameKind.SECTION:
        _check_above(given, thing, known)
        other: Named | None = next(
            (one for one in known if one.parent_id == given.parent_id and one.id != number
             and is_called(one, name, own)), None,
        )  # fmt: skip
        key = key_of(name, given.parent_id, within=True)
        former = bearer_of(blog, kind, key) if other is None else None
        other = next((one for one in known if one.id == former), other)
    else:
        other = find_named(_model(kind), blog, name)
    if other is not None and other.id != number:
        former_one = name_and_slug(model, other.name)[1] != own
        words = _NAME_WAS if former_one else _NAME_THERE
        raise NameRefused("name", words, other.id, name=other.name, former=name)
    if not given.slug:
        return name, free_slug_of(model, blog, own, number)
    slug = slugify(given.slug, max_length=length_of(model.slug))
    if not slug:
        raise NameRefused("slug", _NO_ADDRESS)
    query = select(model).where(model.blog == blog, model.slug == slug, model.id != (number or 0))
    bearer: Any = session().scalars(query).first()
    if bearer is not None:
        raise NameRefused("slug", _SLUG_TAKEN, bearer.id, slug=slug, name=bearer.name)
    return name, slug


def _check_above(given: Given, thing: Named | None, known: Sequence[Section]) -> None:
    if given.parent_id is None:
        return
    by_number = {one.id: one for one in known}
    if given.parent_id not in by_number:
        raise NameRefused("parent", _NO_SUCH_ABOVE)
    own: list[Section] = [thing, *below(thing, known)] if isinstance(thing, Section) else []
    if by_number[given.parent_id] in own:
        raise NameRefused("parent", _IN_ITSELF, name=by_number[given.parent_id].name)
    height = 1 + len(own)
    above: Section | None = by_number[given.parent_id]
    while above is not None and height <= MOST_NAMES:
        height, above = height + 1, by_number.get(above.parent_id or 0)
    moved = not isinstance(thing, Section) or thing.parent_id != given.parent_id
    if moved and height > MOST_NAMES:
        raise NameRefused("parent", _TOO_DEEP, most=MOST_NAMES)


def _describe(thing: Named, given: Given) -> None:
    if not isinstance(thing, Author):
        thing.description = given.description
        return
    thing.bio, thing.links = given.description, [list(link) for link in given.links]
    if given.picture_id != thing.picture_id:
        # Held, so that nobody deletes it now.
        thing.picture_id = picture_here(thing.blog, given.picture_id)
        if given.picture_id and thing.picture_id is None:
            raise NameRefused("picture", NO_PICTURE)


def _told(thing: Named) -> dict[str, str]:
    """What is said of a thing, as the audit tells it."""
    told = {"name": thing.name, "slug": thing.slug}
    if isinstance(thing, Section):
        above = session().get(Section, thing.parent_id) if thing.parent_id else None
        told["below"] = above.slug if above is not None else "–"
    if not isinstance(thing, Author):
        return told | {"description": thing.description or "–"}
    links = ", ".join(" ".join(link) for link in thing.links or ())
    bio = " ".join(thing.bio.split())
    picture = str(thing.picture_id or "–")
    return told | {"bio": bio or "–", "links": links or "–", "picture": picture}


def told_of(thing: Named) -> str:
    """All that is said of a thing, in one line, so that it can be made again by hand."""
    return "; ".join(f"{what}: {value}" for what, value in _told(thing).items() if value != "–")


def _name_alone(thing: Named, known: Sequence[Section]) -> str:
    """The key under which a section below another was found by its name alone, if it was."""
    if not isinstance(thing, Section) or thing.parent_id is None:
        return ""
    if thing.slug != slugify(thing.name, max_length=length_of(Section.slug)):
        return ""
    key = key_of(thing.name, None, within=True)
    taken = any(
        one.parent_id is None and folded(one.name) == folded(thing.name) for one in known
    )  # fmt: skip
    return "" if taken else key


def _model(kind: NameKind) -> Any:
    return MODELS[kind]
