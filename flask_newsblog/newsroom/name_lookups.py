"""Sections, tags and authors as the desk looks them up: lists, and how many stories each has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, or_, select

from ..comments.search import has_words
from ..database import session
from ..models import NameKind, Post
from ..posts.former import LINKS, MODELS, Named
from ..posts.standing import not_hidden
from ..posts.statements import visible


@dataclass(frozen=True, slots=True)
class Count:
    """How many stories something has: those that readers see, and all."""

    published: int = 0
    stories: int = 0


def page_of_names(
    kind: NameKind,
    blog: str,
    limit: int,
    words: str = "",
    after: int | None = None,
    hidden: Collection[int] = (),
) -> Sequence[Named]:
    """Tags or authors by name, from behind one of them on, in whose name all words stand.

    None that only hidden stories have: its name may be what an embargo keeps. One statement.
    """
    model: Any = MODELS[kind]
    name = sa.func.lower(model.name)
    query = select(model).where(model.blog == blog, known(kind, hidden))
    if words:
        dialect = session().get_bind(model).dialect.name
        query = query.where(has_words(words, dialect, (model.name, model.slug)))
    if after is not None:
        last = select(name).where(model.id == after, model.blog == blog).scalar_subquery()
        query = query.where(or_(name > last, and_(name == last, model.id > after)))
    return session().scalars(query.order_by(name, model.id).limit(limit)).all()


def count_stories(
    kind: NameKind, blog: str, ids: Collection[int], hidden: Collection[int], now: datetime
) -> dict[int, Count]:
    """How many stories each of these has that are not hidden. One statement."""
    link = LINKS.get(kind)
    number = Post.section_id if link is None else link[1]
    out = sa.func.sum(sa.case((visible(blog, now), 1), else_=0))
    query = select(number, out, sa.func.count()).select_from(Post)
    if link is not None:
        query = query.join(link[0], link[0].post_id == Post.id)
    query = query.where(Post.blog == blog, number.in_(sorted(ids)), not_hidden(hidden))
    rows: Any = session().execute(query.group_by(number))
    return {number: Count(int(published), stories) for number, published, stories in rows}


def may_be_known(kind: NameKind, number: int, hidden: Collection[int]) -> bool:
    """Whether something has other stories than hidden ones, or none. At most one statement."""
    if kind is NameKind.SECTION or not hidden:
        return True
    model: Any = MODELS[kind]
    query = select(model.id).where(model.id == number, known(kind, hidden))
    return session().scalar(query) is not None


def known(kind: NameKind, hidden: Collection[int]) -> sa.ColumnElement[bool]:
    """Whether a section, tag or author is one that others than hidden stories have, or none has."""
    link, model = LINKS.get(kind), MODELS[kind]
    if link is None or not hidden:
        return sa.true()
    over, of = link[0].post_id, link[1]
    elsewhere = select(over).where(of == model.id, over.not_in(sorted(hidden))).correlate(model)
    theirs = select(of).where(over.in_(sorted(hidden)))
    return or_(model.id.not_in(theirs), elsewhere.exists())
