"""How the calendar finds what is planned, comes out or came in a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from ..models import Post
from .desk_queries import on_the_desk
from .desk_work import Kind, Work, planned, published, run, updates

# Of each kind a month may have so many: thirty a day of what is published.
EACH = {Kind.PLANNED: 500, Kind.UPDATE: 500, Kind.OUT: 1_000}


def find_month(
    blog: str, hidden: Collection[int], start: datetime, end: datetime
) -> tuple[list[Work], bool]:
    """What is planned, comes out or came from ``start`` up to ``end``, in the order of time.

    And whether there may be more than was found. One statement.
    """
    seen = (Post.blog == blog, on_the_desk(hidden))
    found = run(
        [
            planned(start, end, EACH[Kind.PLANNED], *seen),
            updates(blog, start, end, EACH[Kind.UPDATE], *seen),
            published(Kind.OUT, start, end, EACH[Kind.OUT], *seen),
        ]
    )
    numbers = Counter(work.kind for work in found)
    return found, any(numbers[kind] >= most for kind, most in EACH.items())
