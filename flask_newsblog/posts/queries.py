"""How stories are found. Reading pages select columns, never entities.

Each function is one statement, or says how many; the number never depends on how
many rows are stored or shown. Every order is total: by time, then by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Row, Select, and_, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from ..database import session
from ..i18n import RELATIVE_FOR
from ..models import (
    Author,
    Byline,
    Correction,
    Media,
    OldSlug,
    Post,
    PostState,
    PostTag,
    Redirect,
    Section,
    Tag,
)

if TYPE_CHECKING:
    Query = Select[*tuple[Any, ...]]
    Found = Row[*tuple[Any, ...]]

RELATED = 3


@dataclass(frozen=True, slots=True)
class SectionLink:
    """A section as pages name it; ``parent_id`` and ``position`` place it in the tree."""

    id: int
    slug: str
    name: str
    description: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuthorLink:
    """A name over a story; ``picture`` is the key of a portrait, or empty."""

    slug: str
    name: str
    bio: str = ""
    picture: str = ""

    @property
    def initials(self) -> str:
        """The first letters of the first and last name, where there is no portrait."""
        names = self.name.split()
        return "".join(name[0] for name in (names[:1] + names[1:][-1:])).upper()


@dataclass(frozen=True, slots=True)
class TagLink:
    """A tag as pages name it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in its sizes; ``variants`` are ``{"key", "width", "height"}``, smallest first."""

    key: str
    width: int | None
    height: int | None
    variants: tuple[dict[str, Any], ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """A story as lists show it. ``summary`` is its standfirst, or else how it begins."""

    id: int
    slug: str
    title: str
    kicker: str
    summary: str
    words: int
    published_at: datetime
    updated_at: datetime | None
    comment_count: int
    section: SectionLink | None
    picture: Picture | None
    authors: tuple[AuthorLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A story as its own page shows it, without what hangs on it."""

    card: Card
    standfirst: str
    dateline: str
    body_html: str
    caption: str
    credit: str
    replies_open: bool


@dataclass(frozen=True, slots=True)
class Nearby:
    """What to read next: the neighbours in time and what is related."""

    older: Card | None
    newer: Card | None
    related: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. The cursors are post ids, empty where there is nothing further."""

    cards: tuple[Card, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a blog needs: its sections, and its clock.

    ``last_change`` is when any page may last have changed, by hand or because a
    story's time came; ``next_change`` when the clock will next change one.
    """

    sections: tuple[SectionLink, ...]
    last_change: datetime | None
    next_change: datetime | None

    @property
    def top_sections(self) -> tuple[SectionLink, ...]:
        return tuple(s for s in self.sections if s.parent_id is None)

    def below(self, section_id: int) -> list[int]:
        """The id of a section and of all under it."""
        found = [section_id]
        for known in found:
            found += [s.id for s in self.sections if s.parent_id == known and s.id not in found]
        return found


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list begins: after (older than) or before (newer than) a post."""

    older_than: int | None = None
    newer_than: int | None = None


def visible(blog: str, now: datetime) -> ColumnElement[bool]:
    """Whether a post is before the readers: the one rule, for every page, count and lookup."""
    return and_(
        Post.blog == blog,
        Post.state == PostState.PUBLISHED,
        Post.published_at <= now,
        or_(Post.embargo_until.is_(None), Post.embargo_until <= now),
    )


def load_frame(blog: str, now: datetime) -> Frame:
    """The sections of a blog and its clock, in one statement."""
    due = (Post.blog == blog, Post.state == PostState.PUBLISHED)
    newest = _first(Post.published_at, Post.published_at.desc(), visible(blog, now))
    moments = [
        newest.label("newest"),
        _first(
            Post.embargo_until, Post.embargo_until.desc(), *due, Post.embargo_until <= now
        ).label("freed"),
        _first(Post.published_at, Post.published_at, *due, Post.published_at > now).label("next"),
        _first(Post.embargo_until, Post.embargo_until, *due, Post.embargo_until > now).label(
            "next_freed"
        ),
        *(
            _first(model.changed_at, model.changed_at.desc(), model.blog == blog).label(
                f"{model.__tablename__}_changed"
            )
            for model in (Post, Section, Tag, Author, Media)
        ),
    ]
    clock = select(*moments).subquery()
    columns = (Section.id, Section.slug, Section.name, Section.description, Section.parent_id)
    rows = session().execute(
        select(*clock.c, *columns)
        .select_from(clock)
        .outerjoin(Section, Section.blog == blog)
        .order_by(Section.position, Section.name, Section.id)
    )
    found = rows.all()
    sections = tuple(SectionLink(*row[-5:]) for row in found if row[-5] is not None)
    latest, freed, *rest = found[0][:-5]
    past = [latest, freed, *rest[2:], _last_tick(latest, now)]
    return Frame(
        sections,
        last_change=max((moment for moment in past if moment), default=None),
        next_change=min((moment for moment in rest[:2] if moment), default=None),
    )


def latest(blog: str, now: datetime, limit: int, cursor: Cursor = Cursor()) -> Listing:
    """The stories of a blog, newest first. Two statements."""
    return _listing(_cards().where(visible(blog, now)), Post.published_at, Post.id, limit, cursor)


def in_period(
    blog: str, now: datetime, start: datetime, end: datetime, limit: int, cursor: Cursor
) -> Listing:
    """The stories published from ``start`` up to ``end``, newest first. Two statements."""
    found = _cards().where(visible(blog, now), Post.published_at >= start, Post.published_at < end)
    return _listing(found, Post.published_at, Post.id, limit, cursor)


def in_sections(
    blog: str, now: datetime, ids: Sequence[int], limit: int, cursor: Cursor = Cursor()
) -> Listing:
    """The stories of some sections, newest first. Two statements.

    Each section's newest are read from the index and then merged: ``IN`` would
    sort all the stories of all of them.
    """
    branches = []
    for section_id in ids:
        branch = select(Post.id.label("id")).where(
            visible(blog, now), Post.section_id == section_id
        )
        branches.append(_page(branch, Post.published_at, Post.id, limit, cursor))
    merged = _either(branches)
    return _listing(_cards(among=merged), Post.published_at, Post.id, limit, cursor)


def tagged(blog: str, now: datetime, tag_id: int, limit: int, cursor: Cursor = Cursor()) -> Listing:
    """The stories with a tag, newest first. Two statements."""
    branch = (
        select(PostTag.post_id.label("id"))
        .join(Post, Post.id == PostTag.post_id)
        .where(PostTag.tag_id == tag_id, PostTag.published_at <= now, visible(blog, now))
    )
    merged = _either([_page(branch, PostTag.published_at, PostTag.post_id, limit, cursor)])
    return _listing(_cards(among=merged), Post.published_at, Post.id, limit, cursor)


def written_by(
    blog: str, now: datetime, author_id: int, limit: int, cursor: Cursor = Cursor()
) -> Listing:
    """The stories of an author, newest first. Two statements."""
    branch = (
        select(Byline.post_id.label("id"))
        .join(Post, Post.id == Byline.post_id)
        .where(Byline.author_id == author_id, Byline.published_at <= now, visible(blog, now))
    )
    merged = _either([_page(branch, Byline.published_at, Byline.post_id, limit, cursor)])
    return _listing(_cards(among=merged), Post.published_at, Post.id, limit, cursor)


def newest_by_section(
    blog: str, now: datetime, trees: dict[int, list[int]], each: int
) -> dict[int, list[Card]]:
    """The newest stories of each of several sections with all below them.

    Args:
        blog: the blog's name.
        now: the moment that decides what is visible.
        trees: for each section its own id and those below, as ``Frame.below`` gives them.
        each: how many stories of each section; a section below another counts with it.

    Returns:
        For each key of ``trees`` up to ``each`` stories for each of its sections,
        newest first, without authors. One statement.
    """
    if not trees:
        return {}
    branches = [
        select(Post.id.label("id"), literal(root).label("root"))
        .where(visible(blog, now), Post.section_id == section_id)
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(each)
        for root, ids in trees.items()
        for section_id in ids
    ]
    merged = _either(branches)
    rows = session().execute(
        _cards(merged.c.root, among=merged).order_by(Post.published_at.desc(), Post.id.desc())
    )
    found: dict[int, list[Card]] = {root: [] for root in trees}
    for row in rows:
        found[row.root].append(_card(row))
    return found


def find_story(blog: str, slug: str, now: datetime) -> Story | None:
    """A visible story by its slug, compared byte by byte as the schema does."""
    row = (
        session()
        .execute(
            _cards(
                Post.standfirst,
                Post.dateline,
                Post.body_html,
                Post.lead_caption,
                Post.lead_credit,
                Post.replies_open,
            ).where(visible(blog, now), Post.slug == slug)
        )
        .one_or_none()
    )
    if row is None:
        return None
    return Story(
        _card(row),
        row.standfirst,
        row.dateline,
        row.body_html,
        row.lead_caption,
        row.lead_credit,
        row.replies_open,
    )


def find_links(post_id: int) -> tuple[tuple[AuthorLink, ...], tuple[TagLink, ...]]:
    """The authors and tags of a story in their order, in one statement."""
    bylines = (
        select(
            literal("author").label("kind"),
            Byline.position.label("position"),
            Author.slug.label("slug"),
            Author.name.label("name"),
            Author.bio.label("bio"),
            sa.func.coalesce(Media.key, "").label("picture"),
        )
        .join(Author, Author.id == Byline.author_id)
        .outerjoin(Media, Media.id == Author.picture_id)
        .where(Byline.post_id == post_id)
    )
    tags = (
        select(literal("tag"), PostTag.position, Tag.slug, Tag.name, literal(""), literal(""))
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id == post_id)
    )
    rows = session().execute(bylines.union_all(tags)).all()
    in_order = sorted(rows, key=lambda row: (row.position, row.slug))
    return (
        tuple(AuthorLink(r.slug, r.name, r.bio, r.picture) for r in in_order if r.kind == "author"),
        tuple(TagLink(r.slug, r.name) for r in in_order if r.kind == "tag"),
    )


def find_nearby(blog: str, card: Card, tags: Iterable[TagLink], now: datetime) -> Nearby:
    """The neighbours of a story and what is related to it, in one statement.

    Related are the newest stories that share a tag, those that share most first,
    then the newest of the same section.
    """
    older, newer, section, tag = range(4)
    here = visible(blog, now)
    earlier = _beyond(Post.published_at, Post.id, card.published_at, card.id, older=True)
    later = _beyond(Post.published_at, Post.id, card.published_at, card.id, older=False)
    branches: list[Query] = [
        _nearest(older, Post.id).where(here, earlier)
        .order_by(Post.published_at.desc(), Post.id.desc()).limit(1),
        _nearest(newer, Post.id).where(here, later)
        .order_by(Post.published_at, Post.id).limit(1),
    ]  # fmt: skip
    if card.section is not None:
        branches.append(
            _nearest(section, Post.id)
            .where(here, Post.section_id == card.section.id, Post.id != card.id)
            .order_by(Post.published_at.desc(), Post.id.desc())
            .limit(RELATED)
        )
    for link in tags:
        tag_id = select(Tag.id).where(Tag.blog == blog, Tag.slug == link.slug).scalar_subquery()
        branches.append(
            _nearest(tag, PostTag.post_id)
            .join(Post, Post.id == PostTag.post_id)
            .where(PostTag.tag_id == tag_id, PostTag.published_at <= now, here)
            .where(PostTag.post_id != card.id)
            .order_by(PostTag.published_at.desc(), PostTag.post_id.desc())
            .limit(RELATED)
        )
    merged = _either(branches)
    rows = session().execute(_cards(merged.c.role, among=merged)).all()
    return Nearby(
        older=next((_card(row) for row in rows if row.role == older), None),
        newer=next((_card(row) for row in rows if row.role == newer), None),
        related=_most_related([row for row in rows if row.role in (section, tag)], section),
    )


def find_corrections(post_id: int) -> Sequence[Found]:
    """The corrections of a story, newest first: kind, text, corrected_at."""
    return (
        session()
        .execute(
            select(Correction.kind, Correction.text, Correction.corrected_at)
            .where(Correction.post_id == post_id)
            .order_by(Correction.corrected_at.desc(), Correction.id.desc())
        )
        .all()
    )


def find_tag(blog: str, slug: str) -> Found | None:
    """A tag: id, slug, name, description."""
    return (
        session()
        .execute(
            select(Tag.id, Tag.slug, Tag.name, Tag.description).where(
                Tag.blog == blog, Tag.slug == slug
            )
        )
        .one_or_none()
    )


def find_author(blog: str, slug: str) -> Found | None:
    """An author: id, slug, name, bio, links, picture (a key, or empty)."""
    return (
        session()
        .execute(
            select(
                Author.id,
                Author.slug,
                Author.name,
                Author.bio,
                Author.links,
                sa.func.coalesce(Media.key, "").label("picture"),
            )
            .outerjoin(Media, Media.id == Author.picture_id)
            .where(Author.blog == blog, Author.slug == slug)
        )
        .one_or_none()
    )


def find_moved(blog: str, slug: str, now: datetime) -> Found | None:
    """The visible post that once had this slug: slug, published_at."""
    return (
        session()
        .execute(
            select(Post.slug, Post.published_at)
            .join(OldSlug, OldSlug.post_id == Post.id)
            .where(OldSlug.blog == blog, OldSlug.slug == slug, visible(blog, now))
        )
        .one_or_none()
    )


def find_redirect(blog: str, paths: Sequence[str], now: datetime) -> Found | None:
    """Where an address from before leads: target, or the visible post's slug, published_at."""
    return (
        session()
        .execute(
            select(Redirect.target, Post.slug, Post.published_at)
            .outerjoin(Post, and_(Post.id == Redirect.post_id, visible(blog, now)))
            .where(Redirect.blog == blog, Redirect.path.in_(paths))
            .where(or_(Redirect.target.is_not(None), Post.id.is_not(None)))
            .order_by(sa.func.length(Redirect.path).desc())
            .limit(1)
        )
        .one_or_none()
    )


def desk_list(
    blog: str, states: Sequence[str], limit: int, cursor: Cursor = Cursor()
) -> Sequence[Found]:
    """The stories of a blog as the newsroom lists them, last changed first; one more than asked.

    One statement for any states; none named means all of them.
    """
    query = select(
        Post.id, Post.slug, Post.title, Post.state, Post.published_at, Post.embargo_until,
        Post.changed_at, Post.comment_count, Section.name.label("section"),
    ).outerjoin(Section, Section.id == Post.section_id).where(Post.blog == blog)  # fmt: skip
    if states:
        query = query.where(Post.state.in_(states))
    return session().execute(_page(query, Post.changed_at, Post.id, limit, cursor)).all()


def _first(column: Any, order: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(column).where(*conditions).order_by(order).limit(1).scalar_subquery()


def _last_tick(newest: datetime | None, now: datetime) -> datetime | None:
    # While a story is younger than a day its page says how many minutes or hours
    # ago it came out, so the page changes with the clock.
    if newest is None:
        return None
    return min(now.replace(second=0, microsecond=0), newest + RELATIVE_FOR + timedelta(minutes=1))


def _cards(*more: Any, among: Any = None) -> Query:
    query = (
        select(
            Post.id, Post.slug, Post.title, Post.kicker, Post.standfirst, Post.excerpt, Post.words,
            Post.published_at, Post.updated_at, Post.comment_count, Post.lead_alt,
            Section.id.label("section_id"), Section.slug.label("section_slug"),
            Section.name.label("section_name"), Media.key.label("picture_key"),
            Media.width, Media.height, Media.variants, *more,
        )
    )  # fmt: skip
    if among is not None:
        # The few ids first: no planner then starts from all the posts.
        query = query.select_from(among).join(Post, Post.id == among.c.id)
    else:
        query = query.select_from(Post)
    return query.outerjoin(Section, Section.id == Post.section_id).outerjoin(
        Media, Media.id == Post.lead_image_id
    )


def _card(row: Any) -> Card:
    section = picture = None
    if row.section_id is not None:
        section = SectionLink(row.section_id, row.section_slug, row.section_name)
    if row.picture_key is not None:
        picture = Picture(
            row.picture_key, row.width, row.height, tuple(row.variants or ()), row.lead_alt
        )
    return Card(
        row.id, row.slug, row.title, row.kicker, row.standfirst or row.excerpt, row.words,
        row.published_at, row.updated_at, row.comment_count, section, picture,
    )  # fmt: skip


def _beyond(when: Any, number: Any, at: Any, post_id: int, *, older: bool) -> ColumnElement[bool]:
    # Written so that every database reads it as one range of the index; MariaDB
    # does not for a comparison of pairs.
    if older:
        return and_(when <= at, or_(when < at, number < post_id))
    return and_(when >= at, or_(when > at, number > post_id))


def _page(query: Query, when: Any, number: Any, limit: int, cursor: Cursor) -> Query:
    """One row more than a page, in reading order, or nearest first when going towards the new."""
    at = cursor.older_than if cursor.older_than is not None else cursor.newer_than
    toward_new = cursor.older_than is None and cursor.newer_than is not None
    if at is not None:
        column: InstrumentedAttribute[Any] = getattr(Post, when.key)
        moment = select(column).where(Post.id == at).scalar_subquery()
        query = query.where(_beyond(when, number, moment, at, older=not toward_new))
    order = (when, number) if toward_new else (when.desc(), number.desc())
    return query.order_by(*order).limit(limit + 1)


def _either(branches: Sequence[Query]) -> Any:
    # SQLite allows ORDER BY and LIMIT in a branch of a union only within a subquery.
    wrapped = [select(*branch.subquery().c) for branch in branches]
    return sa.union_all(*wrapped).subquery()


def _nearest(role: int, column: Any) -> Query:
    return select(column.label("id"), literal(role).label("role"))


def _listing(query: Query, when: Any, number: Any, limit: int, cursor: Cursor) -> Listing:
    rows = session().execute(_page(query, when, number, limit, cursor)).all()
    more, rows = len(rows) > limit, rows[:limit]
    toward_new = cursor.older_than is None and cursor.newer_than is not None
    if toward_new:
        rows = rows[::-1]
    cards = tuple(_with_authors([_card(row) for row in rows]))
    if not cards:
        return Listing((), None, None)
    has_older = more or toward_new
    has_newer = cursor.older_than is not None or (toward_new and more)
    return Listing(
        cards,
        older=cards[-1].id if has_older else None,
        newer=cards[0].id if has_newer else None,
    )


def _with_authors(cards: Sequence[Card]) -> list[Card]:
    rows = session().execute(
        select(Byline.post_id, Author.slug, Author.name)
        .join(Author, Author.id == Byline.author_id)
        .where(Byline.post_id.in_([card.id for card in cards]))
        .order_by(Byline.post_id, Byline.position, Author.id)
    )
    authors: dict[int, list[AuthorLink]] = {}
    for post_id, slug, name in rows:
        authors.setdefault(post_id, []).append(AuthorLink(slug, name))
    return [replace(card, authors=tuple(authors.get(card.id, ()))) for card in cards]


def _most_related(rows: Sequence[Any], section_role: int) -> tuple[Card, ...]:
    shared: dict[int, int] = {}
    cards: dict[int, Card] = {}
    for row in rows:
        cards.setdefault(row.id, _card(row))
        shared[row.id] = shared.get(row.id, 0) + (row.role != section_role)
    ranked = sorted(
        cards.values(), key=lambda c: (shared[c.id], c.published_at, c.id), reverse=True
    )
    return tuple(ranked[:RELATED])
