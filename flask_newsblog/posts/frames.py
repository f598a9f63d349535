"""What every page of a blog needs, in one statement: its clock, breaking news, sections."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, or_, select

from ..database import UTCDateTime
from ..models import (
    Author,
    Banner,
    FormerName,
    FrontSlot,
    Media,
    PendingUpdate,
    Post,
    Section,
    Tag,
)
from .statements import BLOG, NOW, PUBLISHED, Query, constant, ends, of_all, visible

CLOCK, BANNER, SECTION = range(3)
_COLUMNS = (Section.id, Section.slug, Section.name, Section.description, Section.parent_id)


@cache
def frame() -> sa.CompoundSelect[*tuple[Any, ...]]:
    """The clock (newest, changed, due), then the columns of a section, and which ``part`` it is.

    The first row has the clock alone, each of the others no moment of it: a moment in every
    row would be read in every row. The row of the banner has its text for a name, its address
    for a description and the story's slug for a slug, with the moment that it came out first.

    ``newest`` is when the newest visible story came out, ``changed`` when anything last
    changed, ``due`` when the clock will next change something, or should have.
    """
    clock = _clock().subquery()
    never: Any = sa.cast(sa.null(), UTCDateTime())
    empty = [sa.cast(sa.null(), column.type).label(column.key) for column in _COLUMNS]
    line = _banner().subquery()
    every = select(
        *clock.c, *empty, constant(CLOCK).label("part"), constant(0).label("position")
    ).union_all(
        select(
            line.c.published_at, never, never, line.c.id, line.c.slug, line.c.text, line.c.url,
            sa.cast(sa.null(), Section.parent_id.type), constant(BANNER), constant(0),
        ),
        select(never, never, never, *_COLUMNS, constant(SECTION), Section.position).where(
            Section.blog == BLOG
        ),
    )  # fmt: skip
    return every.order_by("part", "position", "name", "id")


def _clock() -> Query:
    """When the newest story came out, when anything last changed, when the next thing will."""
    out = (Post.blog == BLOG, Post.state == PUBLISHED)
    newest = ends(Post.published_at.desc(), visible())
    changed = [
        ends(Post.embargo_until.desc(), *out, Post.embargo_until <= NOW),
        *(
            ends(model.changed_at.desc(), model.blog == BLOG)
            # Of what was deleted, the former name tells when.
            for model in (Post, Section, Tag, Author, FormerName, Media, FrontSlot, Banner)
        ),
        *_turns(FrontSlot, past=True),
        *_turns(Banner, past=True),
    ]
    due = [
        ends(Post.published_at.asc(), *out, Post.published_at > NOW),
        ends(Post.embargo_until.asc(), *out, Post.embargo_until > NOW),
        *_turns(FrontSlot, past=False),
        *_turns(Banner, past=False),
        ends(PendingUpdate.due_at.asc(), PendingUpdate.blog == BLOG),
    ]
    return select(
        newest.scalar_subquery().label("newest"),
        of_all(sa.func.max, changed).label("changed"),
        of_all(sa.func.min, due).label("due"),
    )


def _banner() -> Query:
    """The line of breaking news that began last of those in force, and the story it leads to."""
    return (
        select(Banner.id, Banner.text, Banner.url, Post.slug, Post.published_at)
        .outerjoin(Post, and_(Post.id == Banner.post_id, visible()))
        .where(Banner.blog == BLOG, Banner.starts_at <= NOW, Banner.ends_at > NOW)
        .order_by(Banner.starts_at.desc(), Banner.id.desc())
        .limit(1)
    )


def _turns(model: type[FrontSlot] | type[Banner], *, past: bool) -> list[Query]:
    """When the last of these began and ended, or the next will."""
    here, start, end = model.blog == BLOG, model.starts_at, model.ends_at
    if past:
        # What is over changed more when it ended than when it began.
        lasting = or_(end.is_(None), end > NOW) if model is FrontSlot else end > NOW
        return [
            ends(start.desc(), here, lasting, start <= NOW),
            ends(end.desc(), here, end <= NOW),
        ]
    return [ends(start.asc(), here, start > NOW), ends(end.asc(), here, end > NOW)]
