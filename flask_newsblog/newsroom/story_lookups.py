"""What the page of a story looks up beside the story: names that are known, pictures there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..database import session
from ..media import queries
from ..media.queries import not_kept_back
from ..models import Media, NameKind
from ..posts.former import MODELS
from ..posts.queries import Picture, SectionLink, focal_classes
from .name_lookups import known

# Names offered while one is typed, and pictures to choose from without a way to the library.
NAMES_OFFERED = 1_000
PICTURES_OFFERED = 12


@dataclass(frozen=True, slots=True)
class LibraryPicture:
    """A picture of the library: its id, its sizes, and what the library says of it."""

    id: int
    picture: Picture
    filename: str
    caption: str
    credit: str


def known_authors(blog: str, hidden: Collection[int] = ()) -> tuple[str, ...]:
    """The names of authors, in order, the first thousand; none that only hidden stories have."""
    return _names(NameKind.AUTHOR, blog, hidden)


def known_tags(blog: str, hidden: Collection[int] = ()) -> tuple[str, ...]:
    """The tags, in order, the first thousand; none that only hidden stories have."""
    return _names(NameKind.TAG, blog, hidden)


def newest_pictures(blog: str, hidden: Collection[int] = ()) -> tuple[LibraryPicture, ...]:
    """The newest pictures of the library; none that only hidden stories use."""
    query = select(Media).where(Media.blog == blog, not_kept_back(Media.id, hidden))
    query = query.order_by(Media.created_at.desc(), Media.id.desc())
    return tuple(_picture(row) for row in session().scalars(query.limit(PICTURES_OFFERED)))


def find_picture(blog: str, number: int, hidden: Collection[int] = ()) -> LibraryPicture | None:
    """A picture of the library by its id, but for one that only hidden stories use."""
    row = queries.find_picture(blog, number, hidden)
    return None if row is None else _picture(row)


def section_paths(sections: Sequence[SectionLink]) -> list[tuple[tuple[str, ...], SectionLink]]:
    """Each section with its names from the top down, in the order of the alphabet."""
    known = {section.id: section for section in sections}
    found = [(tuple(_path(section, known)), section) for section in sections]
    return sorted(found, key=lambda pair: ([name.casefold() for name in pair[0]], pair[1].id))


def _names(kind: NameKind, blog: str, hidden: Collection[int]) -> tuple[str, ...]:
    model: Any = MODELS[kind]
    query = select(model.name).where(model.blog == blog, known(kind, hidden))
    return tuple(session().scalars(query.order_by(model.name, model.id).limit(NAMES_OFFERED)))


def _path(section: SectionLink, known: dict[int, SectionLink]) -> Iterable[str]:
    path, above = [section.name], known.get(section.parent_id or 0)
    while above is not None and len(path) < len(known):
        path.insert(0, above.name)
        above = known.get(above.parent_id or 0)
    return path


def _picture(row: Media) -> LibraryPicture:
    focal = focal_classes(row.focal_x, row.focal_y)
    sizes = Picture(row.key, row.width, row.height, tuple(row.variants or ()), row.alt, focal)
    return LibraryPicture(row.id, sizes, row.filename, row.caption, row.credit)
