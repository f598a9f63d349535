"""Numbers by day as small plots: where each bar stands, for a template to draw as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Of the drawing, in its own units; the page stretches it.
STEP, BAR, HEIGHT = 20, 14, 60
# A day with something in it is never so low that it looks like a day without.
LOWEST = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A day's number, and the place of its bar in the drawing."""

    day: date
    value: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Numbers by day, the oldest first. ``key`` names it, ``total`` is of all days.

    ``width`` and ``height`` are of the drawing, ``most`` is the number of its highest bar.
    """

    key: str
    name: str
    bars: tuple[Bar, ...]
    total: int
    most: int
    width: int
    height: int


def plot(key: str, name: str, days: Sequence[date], values: Sequence[int]) -> Plot:
    """Numbers as bars; the highest has the whole height, and nothing has none."""
    most = max(values, default=0)
    bars = []
    for place, (day, value) in enumerate(zip(days, values, strict=True)):
        height = max(LOWEST, round(value * HEIGHT / most)) if value else 0
        x = place * STEP + (STEP - BAR) // 2
        bars.append(Bar(day, value, x, HEIGHT - height, BAR, height))
    return Plot(key, name, tuple(bars), sum(values), most, STEP * len(bars), HEIGHT)
