"""What comes of two texts that were made of one, each by somebody who did not see the other.

What does not touch is merged. Where both changed the same place, both passages stay, one
after the other, and a line says whose each is; nothing that anybody wrote is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .differences import paragraphs, words
from .matching import matches

# A passage that shares less with what it was made of was written anew: no two of those
# are mixed word by word.
_ALIKE = 0.5
_BETWEEN = " / "
# Before each of the lines that say whose a passage is, for these are in any language.
_SIGN = "⇄ "
_SIGNED = re.compile(rf"^{_SIGN}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines that say whose a passage is, where both stay."""

    theirs: str = "[Saved meanwhile:]"
    mine: str = "[Written here:]"
    end: str = "[Up to here there are two versions.]"
    nothing: str = "[It was taken out.]"


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it; ``conflict`` says that both had changed the same place."""

    text: str
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands at one place in the three texts; ``stable`` is what nobody touched."""

    base: str
    mine: str
    theirs: str
    stable: bool = False

    @property
    def merged(self) -> str | None:
        """What comes of it; nothing, where both changed it."""
        if self.mine == self.base:
            return self.theirs
        return self.mine if self.theirs in (self.base, self.mine) else None


def merge_texts(base: str, mine: str, theirs: str, marks: Marks | None = None) -> Merged:
    """A text of paragraphs, merged by these and within them by words."""
    whole = _Part(base, mine, theirs).merged
    if whole is not None:
        return Merged(whole)
    said: list[str] = []
    conflict = False
    for part in _parts(*(_lines(text) for text in (base, mine, theirs))):
        for inner in [part] if part.merged is not None else _passages(part):
            if inner.merged is not None:
                said.append(inner.merged)
            else:
                conflict = True
                _add_both(said, inner, marks or Marks())
    return Merged("".join(said).rstrip("\n"), conflict)


def has_both(text: str) -> bool:
    """Whether two versions of a passage still stand in a text that was merged."""
    return _SIGNED.search(text) is not None


def merge_lines(base: str, mine: str, theirs: str) -> Merged:
    """A text of one line: merged by words, or else both, one after the other."""
    part = _Part(base, mine, theirs)
    if part.merged is not None:
        return Merged(part.merged)
    inner = list(_passages(part))
    if all(one.merged is not None for one in inner):
        return Merged("".join(one.merged or "" for one in inner))
    return Merged(_BETWEEN.join(filter(None, (theirs, mine))), conflict=True)


def merge_names(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    """A list of names: what either added is in it, what either took out is not."""
    if tuple(theirs) == tuple(base):
        return tuple(mine)
    if tuple(mine) == tuple(base):
        return tuple(theirs)
    # The order is that of whoever changed it.
    first, second = (theirs, mine) if _in_order_of(mine, base) else (mine, theirs)
    found = [name for name in first if name in second or name not in base]
    for place, name in enumerate(second):
        if name not in found and name not in base:
            before = [found.index(other) for other in second[:place] if other in found]
            found.insert(max(before) + 1 if before else len(found), name)
    return tuple(found)


def _in_order_of(names: Sequence[str], base: Sequence[str]) -> bool:
    known = [name for name in names if name in base]
    return known == [name for name in base if name in known]


def _lines(text: str) -> list[str]:
    # The last line ends like the others, or it would differ where somebody goes on after it.
    return paragraphs(text.rstrip("\n") + "\n\n")


def _parts(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[_Part]:
    """The three texts side by side, cut where all of them are the same."""
    in_mine, in_theirs = _places(base, mine), _places(base, theirs)
    b = m = t = 0

    def changed(to_base: int, to_mine: int, to_theirs: int) -> Iterator[_Part]:
        part = _Part(
            "".join(base[b:to_base]), "".join(mine[m:to_mine]), "".join(theirs[t:to_theirs])
        )
        if part != _Part("", "", ""):
            yield part

    for place, word in enumerate(base):
        if place in in_mine and place in in_theirs:
            yield from changed(place, in_mine[place], in_theirs[place])
            yield _Part(word, word, word, stable=True)
            b, m, t = place + 1, in_mine[place] + 1, in_theirs[place] + 1
    yield from changed(len(base), len(mine), len(theirs))


def _places(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    return {
        match.old + n: match.new + n for match in matches(base, other) for n in range(match.size)
    }


def _passages(part: _Part) -> Iterator[_Part]:
    """A part that both changed, in paragraphs: each of them merged by words, or left whole."""
    passage: list[_Part] = []
    for inner in _parts(words(part.base), words(part.mine), words(part.theirs)):
        passage.append(inner)
        if inner.stable and "\n" in inner.base:
            yield _by_words(passage)
            passage = []
    if passage:
        yield _by_words(passage)


def _by_words(passage: list[_Part]) -> _Part:
    whole = _joined(passage)
    if whole.merged is not None:
        return whole
    for kept, side in (
        ([part.base for part in passage if part.mine == part.base], whole.mine),
        ([part.base for part in passage if part.theirs == part.base], whole.theirs),
    ):
        if len("".join(kept)) < _ALIKE * min(len(whole.base), len(side)) or not side:
            return whole
    said = [one.merged for one in _apart(passage)]
    if None in said:
        return whole
    merged = "".join(one or "" for one in said)
    return _Part(merged, merged, merged)


def _apart(passage: list[_Part]) -> Iterator[_Part]:
    """The changes of a passage; those with no word between them are one."""
    touching: list[_Part] = []
    for part in passage:
        if part.stable and any(letter.isalnum() for letter in part.base):
            if touching:
                yield _joined(touching)
            yield part
            touching = []
        else:
            touching.append(part)
    if touching:
        yield _joined(touching)


def _joined(parts: list[_Part]) -> _Part:
    return _Part(
        "".join(part.base for part in parts),
        "".join(part.mine for part in parts),
        "".join(part.theirs for part in parts),
    )


def _add_both(said: list[str], part: _Part, marks: Marks) -> None:
    while said and not said[-1].strip("\n"):
        said.pop()
    if said:
        said[-1] = said[-1].rstrip("\n") + "\n\n"
    for mark, passage in ((marks.theirs, part.theirs), (marks.mine, part.mine)):
        said += [_SIGN, mark, "\n\n", passage.strip("\n") or marks.nothing, "\n\n"]
    said += [_SIGN, marks.end, "\n\n"]
