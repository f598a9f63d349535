"""The front page as the desk has put it together: which story stands at which place, when.

A place may have several stories chosen for it, each with its time. The one whose time began
last has it, and when that ends, the one before it has it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import or_, select

from ..models import FrontSlot, Post
from . import queries
from .queries import Card, Listing, is_out
from .statements import BLOG, LIMIT, NOW, Query, cards, either, run, visible

# The lead and the three that stand beside it.
PLACES = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """A story at a place of the top; ``slot`` is the row that put it there, or none chose it."""

    card: Card
    slot: int | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """The top of the front page, place by place, and the newest stories."""

    top: tuple[Shown, ...]
    newest: Listing

    @property
    def newest_above(self) -> int | None:
        """The last story of the top that nobody chose: all newer ones are in the top too."""
        return next((shown.card.id for shown in reversed(self.top) if shown.slot is None), None)


@cache
def _chosen_and_newest() -> Query:
    """The cards of the newest stories, and of those that are chosen for now, in no order."""
    never: Any = sa.cast(sa.null(), FrontSlot.starts_at.type)
    nothing: Any = sa.cast(sa.null(), sa.Integer())
    newest = (
        select(
            Post.id.label("id"), nothing.label("slot"), nothing.label("place"),
            never.label("starts_at"), never.label("ends_at"),
        )
        .where(visible())
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(LIMIT)
    )  # fmt: skip
    chosen = select(
        FrontSlot.post_id, FrontSlot.id, FrontSlot.position, FrontSlot.starts_at, FrontSlot.ends_at
    ).where(*in_force())
    merged = either([newest, chosen])
    columns = merged.c
    # Whether what is chosen is out is asked of the few rows that come: with the rule here,
    # a database may begin with all the stories.
    return cards(
        columns.slot, columns.place, columns.starts_at, columns.ends_at, Post.state,
        Post.embargo_until, among=merged,
    )  # fmt: skip


def in_force() -> tuple[Any, ...]:
    """Whether a story's time at its place is now."""
    ends = or_(FrontSlot.ends_at.is_(None), FrontSlot.ends_at > NOW)
    return FrontSlot.blog == BLOG, FrontSlot.starts_at <= NOW, ends


def load_front(blog: str, now: datetime, limit: int) -> Front:
    """The top of the front page and so many of the newest stories. Two statements."""
    rows = run(_chosen_and_newest(), blog=blog, now=now, limit=limit + 1).all()
    chosen = _by_place(
        row
        for row in rows
        if row.slot is not None and is_out(row.state, row.published_at, row.embargo_until, now)
    )
    newest = sorted(
        (row for row in rows if row.slot is None),
        key=lambda row: (row.published_at, row.id),
        reverse=True,
    )
    more, newest = len(newest) > limit, newest[:limit]
    authors = queries.authors_of({row.id for row in (*chosen.values(), *newest)})
    listed = tuple(queries.card_of(row, authors.get(row.id, ())) for row in newest)
    taken = {row.id for row in chosen.values()}
    others = iter([card for card in listed if card.id not in taken])
    top: list[Shown] = []
    for place in range(PLACES):
        if (row := chosen.get(place)) is not None:
            card = queries.card_of(row, authors.get(row.id, ()))
            top.append(Shown(card, row.slot, row.starts_at, row.ends_at))
        else:
            top.extend(Shown(card, None) for card in islice(others, 1))
    older = listed[-1].id if more else None
    return Front(tuple(top), Listing(listed, older=older, newer=None))


def _by_place(rows: Iterable[Any]) -> dict[int, Any]:
    """Which of the chosen has each place; no story stands at two."""
    found: dict[int, Any] = {}
    seen: set[int] = set()
    for row in sorted(rows, key=lambda row: (row.starts_at, row.slot), reverse=True):
        if 0 <= row.place < PLACES and row.place not in found and row.id not in seen:
            found[row.place] = row
            seen.add(row.id)
    return found


def others_of(cards: Sequence[Card], shown: Iterable[int], most: int) -> tuple[Card, ...]:
    """The first of these stories that are not among those already shown."""
    left_out = set(shown)
    return tuple(islice((card for card in cards if card.id not in left_out), most))
