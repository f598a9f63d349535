"""What comes of two versions of a story that were written from one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..text.merging import Marks, merge_lines, merge_names, merge_texts
from .written import PICTURE, Written

_LINES = ("title", "kicker", "standfirst", "dateline")
_NAMES = ("authors", "tags")
# Of these there can be but one, and where two chose, it is the one who saves now.
_CHOICES = ("slug", "section")


def merge(
    base: Written, mine: Written, theirs: Written, marks: Marks | None = None
) -> tuple[Written, tuple[str, ...]]:
    """Both versions in one, and the fields in which both had changed the same place.

    Of those the words of both are in it, but for what can be only one: an address, a
    section, a picture. There it has mine.
    """
    found: dict[str, Any] = {}
    conflicts: list[str] = []
    body = merge_texts(base.body, mine.body, theirs.body, marks)
    for name, merged in [
        ("body", body),
        *((n, merge_lines(*(getattr(w, n) for w in (base, mine, theirs)))) for n in _LINES),
    ]:
        found[name] = merged.text
        conflicts += [name] if merged.conflict else []
    for name in _NAMES:
        found[name] = merge_names(*(getattr(w, name) for w in (base, mine, theirs)))
    for group in (*((name,) for name in _CHOICES), PICTURE):
        chosen, differing = _choose(base, mine, theirs, group)
        found |= {name: getattr(chosen, name) for name in group}
        conflicts += differing
    return replace(mine, **found), tuple(conflicts)


def _choose(
    base: Written, mine: Written, theirs: Written, group: tuple[str, ...]
) -> tuple[Written, list[str]]:
    def values(written: Written) -> list[Any]:
        return [getattr(written, name) for name in group]

    if values(mine) in (values(base), values(theirs)):
        return theirs, []
    if values(theirs) == values(base):
        return mine, []
    return mine, [name for name in group if getattr(mine, name) != getattr(theirs, name)]
