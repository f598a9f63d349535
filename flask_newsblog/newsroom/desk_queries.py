"""How the desk finds its stories: by state, section, author and words, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, defer

from ..comments.search import has_words
from ..database import session
from ..models import Author, Byline, Post, PostState, Section
from ..posts.standing import not_hidden

Condition: TypeAlias = "ColumnElement[bool]"

SCHEDULED, DISCARDED = "scheduled", "discarded"
# Words are looked for in so many stories at a time: no index helps, and each is read whole.
LOOKED_THROUGH = 3_000
_SEARCHED = (Post.title, Post.standfirst, Post.body)
# Whoever decides on a story may look at any of its columns, but for what makes it long.
SHORT = (defer(Post.body), defer(Post.body_html))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: after the story with this time and number."""

    moment: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stories somebody looks for; what is empty is open.

    ``state`` may also be ``scheduled`` or ``discarded``, ``sections`` are the ids of a section
    and those below it, ``person_id`` is of who began them.
    """

    state: str = ""
    sections: tuple[int, ...] = ()
    author: str = ""
    words: str = ""
    person_id: str = ""
    after: Place | None = None

    @property
    def reads(self) -> bool:
        """Whether stories have to be read to be found."""
        return bool(self.words or self.author)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story without its text, and the name of its section."""

    post: Post
    section: str


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of stories, and where the next begins if there may be one.

    ``looked`` says that not all stories have been looked through for the words yet.
    """

    rows: tuple[StoryRow, ...]
    next: Place | None
    looked: bool = False


def on_the_desk(hidden: Collection[int]) -> Condition:
    """Whether a story is none of these, and was not thrown away."""
    # By its number, which every index has.
    return and_(Post.id.not_in(discarded()), not_hidden(hidden))


def discarded() -> Any:
    """The ids of stories that were thrown away."""
    other = aliased(Post)
    return select(other.id).where(other.discarded_at.is_not(None))


def thrown_away(blog: str, hidden: Collection[int]) -> Any:
    """The ids of the stories of a blog that were thrown away, but for some."""
    # The few first: SQLite would rather read through all stories of the blog.
    query = select(Post.id).where(Post.blog == blog, Post.id.in_(discarded()))
    return query.where(not_hidden(hidden))


def page_of_stories(
    blog: str, wanted: Wanted, hidden: Collection[int], now: datetime, limit: int
) -> StoryPage:
    """The stories that were last changed, or of scheduled ones those that come next.

    One statement; two where words are looked for and are in few stories.
    """
    key, among = _order_of(wanted), _among(blog, wanted, hidden, now)
    order = _in_order(key, wanted)
    query = select(Post, sa.func.coalesce(Section.name, "")).options(*SHORT)
    query = query.outerjoin(Section, Section.id == Post.section_id)
    # The few ids first, by an index: no planner then reads through all the stories.
    most = LOOKED_THROUGH if wanted.reads else limit + 1
    few = among.order_by(*order).limit(most).subquery()
    query = query.join(few, few.c.id == Post.id)
    if wanted.reads:
        query = query.where(*_readings(blog, wanted))
    found = [StoryRow(*row) for row in session().execute(query.order_by(*order).limit(limit + 1))]
    if len(found) > limit:
        last = found[limit - 1].post
        return StoryPage(tuple(found[:limit]), Place(getattr(last, key.key), last.id))
    if wanted.reads:
        end = among.add_columns(key).order_by(*order).offset(LOOKED_THROUGH - 1).limit(1)
        beyond = session().execute(end).one_or_none()
        if beyond is not None:
            return StoryPage(tuple(found), Place(beyond[1], beyond[0]), looked=True)
    return StoryPage(tuple(found), None)


def place_of(blog: str, post_id: int) -> Place | None:
    """The place in a list where a story stands that was last changed then; none without it."""
    row = session().execute(
        select(Post.changed_at, Post.id).where(Post.blog == blog, Post.id == post_id)
    )
    found = row.one_or_none()
    return Place(found.changed_at, found.id) if found else None


def authors_of(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The names over each of these stories, in their order. One statement."""
    query = (
        select(Byline.post_id, Author.name)
        .join(Author, Author.id == Byline.author_id)
        .where(Byline.post_id.in_(ids))
        .order_by(Byline.post_id, Byline.position, Author.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for post_id, name in session().execute(query):
        found[post_id] = (*found.get(post_id, ()), name)
    return found


def scheduled(blog: str, now: datetime) -> Any:
    """The ids of stories that are published for a time to come, by index."""
    of = (Post.blog == blog, Post.state == PostState.PUBLISHED)
    times = (Post.published_at, Post.embargo_until)
    waits = [select(Post.id).where(*of, moment > now) for moment in times]
    return sa.union(*waits).subquery()


def _among(blog: str, wanted: Wanted, hidden: Collection[int], now: datetime) -> Any:
    """The ids of what is wanted, as far as an index may tell."""
    query = select(Post.id).where(Post.blog == blog, on_the_desk(hidden))
    if wanted.state == DISCARDED:
        query = thrown_away(blog, hidden)
    elif wanted.state == SCHEDULED:
        waiting = scheduled(blog, now)
        query = query.join(waiting, waiting.c.id == Post.id)
    elif wanted.state:
        query = query.where(Post.state == wanted.state)
    if wanted.state == PostState.PUBLISHED:
        ended = or_(Post.embargo_until.is_(None), Post.embargo_until <= now)
        query = query.where(Post.published_at <= now, ended)
    if wanted.sections:
        query = query.where(Post.section_id.in_(wanted.sections))
    if wanted.person_id:
        query = query.where(Post.person_id == wanted.person_id)
    if wanted.after is not None:
        query = query.where(_beyond(_order_of(wanted), wanted))
    return query


def _readings(blog: str, wanted: Wanted) -> list[Condition]:
    dialect = session().get_bind(Post).dialect.name
    found = [has_words(wanted.words, dialect, _SEARCHED)]
    if wanted.author:
        over = (
            select(Byline.post_id)
            .join(Author, Author.id == Byline.author_id)
            .where(Byline.post_id == Post.id, has_words(wanted.author, dialect, (Author.name,)))
        )
        begun = has_words(wanted.author, dialect, (Post.person_name,))
        found.append(or_(over.correlate(Post).exists(), begun))
    return found


def _order_of(wanted: Wanted) -> Any:
    return Post.published_at if wanted.state == SCHEDULED else Post.changed_at


def _in_order(key: Any, wanted: Wanted) -> tuple[Any, Any]:
    if wanted.state == SCHEDULED:
        return key, Post.id
    return key.desc(), Post.id.desc()


def _beyond(key: Any, wanted: Wanted) -> Condition:
    # As one range of an index, which MariaDB does not see in a comparison of pairs.
    assert wanted.after is not None
    moment, number = wanted.after.moment, wanted.after.id
    if wanted.state == SCHEDULED:
        return and_(key >= moment, or_(key > moment, Post.id > number))
    return and_(key <= moment, or_(key < moment, Post.id < number))
