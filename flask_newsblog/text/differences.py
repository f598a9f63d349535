"""What has changed from one text to the next, in words rather than in lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .matching import matches

SAME: Literal["same"] = "same"
ADDED: Literal["added"] = "added"
REMOVED: Literal["removed"] = "removed"

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n+|[^\n]+")
# Of two passages that share less than this, each is shown whole: words that are the same by
# chance would only tear both apart.
_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: the ``same`` as before, ``added`` or ``removed``."""

    kind: Literal["same", "added", "removed"]
    text: str


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """What became of a text, in its order.

    The pieces that are not ``added`` make up the old text, those not ``removed`` the new one.
    """
    return _joined(_of_lines(old, new))


def paragraphs(text: str) -> list[str]:
    """A text in its lines, each with the line ends after it."""
    return _LINES.findall(text)


def words(text: str) -> list[str]:
    """A text in its words, its signs, and the space between them."""
    return _WORDS.findall(text)


def _of_lines(old: str, new: str) -> Iterator[Piece]:
    before, after = paragraphs(old), paragraphs(new)
    for kind, removed, added in _parts(before, after):
        if kind == SAME:
            yield Piece(SAME, "".join(removed))
        else:
            yield from _of_words("".join(removed), "".join(added))


def _of_words(old: str, new: str) -> Iterator[Piece]:
    before, after = words(old), words(new)
    parts = list(_parts(before, after))
    shared = sum(len(w) for kind, some, _ in parts if kind == SAME for w in some if not w.isspace())
    if shared < _ALIKE * max(len("".join(old.split())), len("".join(new.split()))):
        parts = [("", before, after)]
    removed, added = "", ""
    for kind, some, others in parts:
        here, there = "".join(some), "".join(others)
        # A space between two changed words belongs to them.
        if kind == SAME and not (here.isspace() and (removed or added)):
            yield from (Piece(REMOVED, removed), Piece(ADDED, added), Piece(SAME, here))
            removed = added = ""
        else:
            removed, added = removed + here, added + (here if kind == SAME else there)
    end = _common_space(removed, added)
    if end:
        removed, added = removed[:-end], added[:-end]
    yield from (Piece(REMOVED, removed), Piece(ADDED, added))
    if end:
        yield Piece(SAME, (old or new)[-end:])


def _common_space(one: str, other: str) -> int:
    size = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b or not a.isspace():
            break
        size += 1
    return size


def _parts(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    here = there = 0
    for match in matches(old, new):
        if match.old > here or match.new > there:
            yield "", old[here : match.old], new[there : match.new]
        here, there = match.old + match.size, match.new + match.size
        yield SAME, old[match.old : here], new[match.new : there]
    if here < len(old) or there < len(new):
        yield "", old[here:], new[there:]


def _joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)
    return tuple(found)
