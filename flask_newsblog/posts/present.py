"""Names in what was written once, as they are now: renamed, moved and merged ones are found again.

Revisions keep names as text. What became of a name since is in the table of former names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select

from ..database import session
from ..models import Author, FormerName, NameKind, Section, Tag
from .former import folded, forget_names, key_of
from .written import Written

# By kind and key, whose a name was: its number and what it is called now, or no number.
_Former: TypeAlias = dict[tuple[str, str], tuple[int | None, str]]
# For each section its name and the number of the one above it.
_Tree: TypeAlias = Mapping[int, tuple[str, int]]
_LISTS = {"tags": NameKind.TAG, "authors": NameKind.AUTHOR}


def present(
    blog: str, written: Written, since: datetime | None = None, *, keep_deleted: bool = False
) -> Written:
    """What was written, with the names of today; those of what was deleted drop out.

    ``since`` is until when names were known to whoever wrote: who types the name of what was
    deleted before means something new by it. With ``keep_deleted``, all such names stay. Two
    statements at most.
    """
    former = _former(blog, written, since, keep_deleted)
    if not former:
        return written
    found: dict[str, Any] = {
        name: _listed(getattr(written, name), kind, former) for name, kind in _LISTS.items()
    }
    if any(kind == NameKind.SECTION for kind, _ in former) and written.section:
        found["section"] = _path(written.section, former, _tree(blog))
    return replace(written, **found)


def mean_anew(blog: str, written: Written) -> None:
    """Let names of what was deleted be new ones in what somebody wrote: they typed them on purpose.

    The names are shared. What merely was not known to be deleted is to be taken out before, by
    :func:`present`.
    """
    gone = {key for key, (number, _) in _former(blog, written).items() if number is None}
    for name, kind in _LISTS.items():
        anew = [key for one in getattr(written, name) if (kind, key := key_of(one)) in gone]
        if anew:
            forget_names(blog, kind, anew)
    if written.section and any(kind == NameKind.SECTION for kind, _ in gone):
        key = _new_in(written.section, _tree(blog))
        if (NameKind.SECTION, key) in gone:
            forget_names(blog, NameKind.SECTION, [key])


def _former(
    blog: str, written: Written, since: datetime | None = None, keep_deleted: bool = False
) -> _Former:
    kinds: list[ColumnElement[bool]] = []
    for name, kind in _LISTS.items():
        keys = [key_of(one) for one in getattr(written, name)]
        if keys:
            kinds.append(and_(FormerName.kind == kind, FormerName.key.in_(keys)))
    if written.section:
        kinds.append(FormerName.kind == NameKind.SECTION)
    if not kinds:
        return {}
    query = (
        select(FormerName.kind, FormerName.key, FormerName.thing_id, Tag.name, Author.name)
        .outerjoin(Tag, and_(FormerName.kind == NameKind.TAG, Tag.id == FormerName.thing_id))
        .outerjoin(
            Author, and_(FormerName.kind == NameKind.AUTHOR, Author.id == FormerName.thing_id)
        )
        .where(FormerName.blog == blog, or_(*kinds))
    )
    if keep_deleted:
        query = query.where(FormerName.thing_id.is_not(None))
    elif since is not None:
        query = query.where(or_(FormerName.thing_id.is_not(None), FormerName.changed_at > since))
    rows: Any = session().execute(query)
    return {(kind, key): (number, tag or author or "") for kind, key, number, tag, author in rows}


def _listed(names: Sequence[str], kind: NameKind, former: _Former) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        number, today = former.get((kind, key_of(name)), (0, name))
        if number is not None:
            found.setdefault(folded(today or name), today or name)
    return tuple(found.values())


def _tree(blog: str) -> _Tree:
    query = select(Section.id, Section.name, Section.parent_id).where(Section.blog == blog)
    return {row.id: (row.name, row.parent_id or 0) for row in session().execute(query)}


def _path(path: Sequence[str], former: _Former, tree: _Tree) -> tuple[str, ...]:
    """The names of a section from the top down, followed step by step."""
    living = {(above, folded(name)): number for number, (name, above) in tree.items()}
    above, gone = 0, False
    for step, name in enumerate(path):
        child = living.get((above, folded(name)))
        if child is None:
            key = (NameKind.SECTION, key_of(name, above, within=True))
            if key not in former:
                return (*_above(above, tree), *path[step:])
            child = former[key][0]
        # What was below one that is deleted is where that was.
        gone = child is None
        above = above if child is None else child
    return () if gone else _above(above, tree)


def _above(number: int, tree: _Tree) -> tuple[str, ...]:
    names: list[str] = []
    while number in tree and len(names) < len(tree):
        name, number = tree[number]
        names.insert(0, name)
    return tuple(names)


def _new_in(path: Sequence[str], tree: _Tree) -> str:
    """The key of the first section on a path that there is not."""
    living = {(above, folded(name)): number for number, (name, above) in tree.items()}
    above = 0
    for name in path:
        child = living.get((above, folded(name)))
        if child is None:
            return key_of(name, above, within=True)
        above = child
    return ""
