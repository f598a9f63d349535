"""What two sequences have in common and in the same order, found in bounded time.

difflib takes time quadratic in what repeats, or leaves out what is frequent. Here what
occurs once on both sides is matched first, as an editor's eye would; between such anchors
small parts are compared in full, and large ones without an anchor count as different.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

# Pairs that are compared in full, in one part between anchors and altogether.
MOST_IN_PART = 250_000
MOST_PAIRS = 2_000_000
# How often what lies between anchors is searched for anchors of its own.
_DEEPEST = 12


class Match(NamedTuple):
    """So many elements from there on are the same on both sides."""

    old: int
    new: int
    size: int


class _Span(NamedTuple):
    old: int
    old_end: int
    new: int
    new_end: int


class Matcher:
    """Finds what two sequences share; ``compared`` counts the pairs that were looked at."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old, self.new = old, new
        self.compared = 0
        self._pairs: list[tuple[int, int]] = []

    def matches(self) -> list[Match]:
        """The shared parts in order, each as long as can be."""
        self._match(_Span(0, len(self.old), 0, len(self.new)), _DEEPEST)
        found: list[Match] = []
        for old, new in sorted(self._pairs):
            last = found[-1] if found else None
            if last and (old, new) == (last.old + last.size, last.new + last.size):
                found[-1] = last._replace(size=last.size + 1)
            else:
                found.append(Match(old, new, 1))
        return found

    def _match(self, span: _Span, deep: int) -> None:
        span = self._trim(span)
        if span.old == span.old_end or span.new == span.new_end:
            return
        anchors = self._anchors(span) if deep else []
        if not anchors:
            self._compare(span)
            return
        old, new = span.old, span.new
        for here, there in anchors:
            self._match(_Span(old, here, new, there), deep - 1)
            self._pairs.append((here, there))
            old, new = here + 1, there + 1
        self._match(_Span(old, span.old_end, new, span.new_end), deep - 1)

    def _trim(self, span: _Span) -> _Span:
        """Take what is the same at both ends."""
        old, old_end, new, new_end = span
        while old < old_end and new < new_end and self.old[old] == self.new[new]:
            self._pairs.append((old, new))
            old, new = old + 1, new + 1
        while old < old_end and new < new_end and self.old[old_end - 1] == self.new[new_end - 1]:
            old_end, new_end = old_end - 1, new_end - 1
            self._pairs.append((old_end, new_end))
        return _Span(old, old_end, new, new_end)

    def _anchors(self, span: _Span) -> list[tuple[int, int]]:
        """What occurs once on each side, as far as it is in the same order."""
        here = _once(self.old, span.old, span.old_end)
        there = _once(self.new, span.new, span.new_end)
        pairs = [
            (place, there[word])
            for word, place in here.items()
            if place >= 0 and there.get(word, -1) >= 0
        ]
        return _longest_in_order(sorted(pairs))

    def _compare(self, span: _Span) -> None:
        """The longest common part of two short spans, by comparing all with all."""
        height, width = span.old_end - span.old, span.new_end - span.new
        cost = height * width
        if cost > MOST_IN_PART or self.compared + cost > MOST_PAIRS:
            return
        self.compared += cost
        old, new = self.old[span.old : span.old_end], self.new[span.new : span.new_end]
        rows = [[0] * (width + 1)]
        for word in reversed(old):
            below, row = rows[-1], [0] * (width + 1)
            for place in range(width - 1, -1, -1):
                row[place] = (
                    below[place + 1] + 1
                    if word == new[place]
                    else max(below[place], row[place + 1])
                )
            rows.append(row)
        rows.reverse()
        here = there = 0
        while here < height and there < width:
            if old[here] == new[there]:
                self._pairs.append((span.old + here, span.new + there))
                here, there = here + 1, there + 1
            elif rows[here + 1][there] >= rows[here][there + 1]:
                here += 1
            else:
                there += 1


def matches(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """What two sequences have in common, in order."""
    return Matcher(old, new).matches()


def _once(words: Sequence[str], start: int, end: int) -> dict[str, int]:
    """Where each word is, for those that occur once; -1 for the others."""
    places: dict[str, int] = {}
    for place in range(start, end):
        # What is only space would hold together what has nothing to do with each other.
        known = words[place] in places or words[place].isspace()
        places[words[place]] = -1 if known else place
    return places


def _longest_in_order(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs in the order of the first, the most that are in the order of the second, too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, new) in enumerate(pairs):
        place = bisect_left(ends, new)
        before.append(last[place - 1] if place else -1)
        ends[place : place + 1] = [new]
        last[place : place + 1] = [number]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]
