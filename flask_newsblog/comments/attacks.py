"""Attack mode of several blogs at once, for a desk that moderates them all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, literal_column, select

from ..posts.statements import run
from ..settings import Settings
from .attack import Counts, counting, is_attack, values


def blogs_under_attack(settings: Mapping[str, Settings], now: datetime) -> set[str]:
    """Those of these blogs where attack mode is on; one statement for all."""
    least = {blog: own.attack_held_replies for blog, own in settings.items()}
    blogs = [blog for blog, number in least.items() if number]
    if not blogs:
        return set()
    # The one with the least says when a day is counted, the one with the most how much is.
    given = values(min(least[blog] for blog in blogs), now) | {
        "most": values(max(least[blog] for blog in blogs), now)["most"]
    }
    names = {f"blog_{place}": blog for place, blog in enumerate(blogs)}
    rows = run(_statement(len(blogs)), **names, **given)
    found = {blogs[place]: Counts(*counts) for place, *counts in rows}
    return {blog for blog in blogs if is_attack(found[blog], least[blog])}


@cache
def _statement(blogs: int) -> sa.Executable:
    return sa.union_all(*(_of_one(place) for place in range(blogs)))


def _of_one(place: int) -> sa.Select[*tuple[Any, ...]]:
    _, columns = counting(bindparam(f"blog_{place}", type_=sa.String()))
    return select(literal_column(str(place), sa.Integer()).label("place"), *columns)
