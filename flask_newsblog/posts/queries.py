"""How stories are found. Reading pages select columns, never entities.

Each function is one statement, or says how many; the number never depends on how
many rows are stored or shown. Every order is total: by time, then by id. The
statements themselves are in :mod:`.statements`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Executable, Row

from ..i18n import RELATIVE_FOR
from ..models import PostState
from . import frames, statements
from .statements import RELATING_TAGS, Relation, Way, run

Found: TypeAlias = "Row[*tuple[Any, ...]]"


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
    """A picture in its sizes.

    ``variants`` are ``{"key", "width", "height", "type"}``, WebP first, smallest first.
    ``focal`` are the classes that keep what matters in sight where a picture is cut; empty
    for its middle.
    """

    key: str
    width: int | None
    height: int | None
    variants: tuple[dict[str, Any], ...]
    alt: str
    focal: str = ""


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
    pinned_comment_id: int | None


@dataclass(frozen=True, slots=True)
class CorrectionNote:
    """A dated note under a story; ``kind`` is correction, clarification or update."""

    kind: str
    text: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """What hangs on a story: authors and tags in their order, the newest correction first.

    ``changed`` says that readers saw other words before; False where nobody asked.
    """

    authors: tuple[AuthorLink, ...]
    tags: tuple[TagLink, ...]
    corrections: tuple[CorrectionNote, ...]
    changed: bool = False


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
class BannerLine:
    """The line of breaking news that is in force.

    It leads to the story with ``slug``, if there is one, to ``url``, or nowhere.
    """

    id: int
    text: str
    url: str
    slug: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a blog needs: its sections, its line of breaking news, and its clock.

    ``last_change`` is when any page may last have changed, by hand or because a
    story's time came; ``next_change`` when the clock will next change one. ``overdue`` says
    that the time of an update has come, and nobody has put it before the readers yet.
    """

    sections: tuple[SectionLink, ...]
    last_change: datetime | None
    next_change: datetime | None
    banner: BannerLine | None = None
    overdue: bool = False

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

    @property
    def way(self) -> Way:
        """Which way the page goes on from :attr:`at`."""
        if self.older_than is not None:
            return Way.OLDER
        return Way.FIRST if self.newer_than is None else Way.NEWER

    @property
    def at(self) -> int | None:
        """The post it begins at."""
        return self.newer_than if self.older_than is None else self.older_than


def load_frame(blog: str, now: datetime) -> Frame:
    """The sections of a blog, its line of breaking news and its clock, in one statement."""
    (first, *rows) = run(frames.frame(), blog=blog, now=now).all()
    newest, changed, due = first[:3]
    past = (newest, changed, _last_tick(newest, now))
    banner = None
    if rows and rows[0].part == frames.BANNER:
        row = rows.pop(0)
        banner = BannerLine(row.id, row.name, row.description, row.slug, row.newest)
    return Frame(
        tuple(SectionLink(*row[3:8]) for row in rows),
        last_change=max((moment for moment in past if moment), default=None),
        # What is overdue may be there at any moment, so nothing is kept meanwhile.
        next_change=max(due, now) if due else None,
        overdue=due is not None and due <= now,
        banner=banner,
    )


def latest(blog: str, now: datetime, limit: int, cursor: Cursor = Cursor()) -> Listing:
    """The stories of a blog, newest first. Two statements."""
    return _listing(statements.latest(cursor.way), limit, cursor, blog=blog, now=now)


def newest(blog: str, now: datetime, limit: int) -> tuple[Card, ...]:
    """The newest stories of a blog, without authors. One statement."""
    rows = run(statements.latest(Way.FIRST), blog=blog, now=now, limit=limit, at=None)
    return tuple(map(card_of, rows))


def in_period(
    blog: str, now: datetime, start: datetime, end: datetime, limit: int, cursor: Cursor
) -> Listing:
    """The stories published from ``start`` up to ``end``, newest first. Two statements."""
    found = statements.in_period(cursor.way)
    return _listing(found, limit, cursor, blog=blog, now=now, start=start, end=end)


def in_sections(
    blog: str, now: datetime, ids: Sequence[int], limit: int, cursor: Cursor = Cursor()
) -> Listing:
    """The stories of some sections, newest first. Two statements."""
    found = statements.in_sections(len(ids), cursor.way)
    sections = {f"section_{place}": section_id for place, section_id in enumerate(ids)}
    return _listing(found, limit, cursor, blog=blog, now=now, sections=ids, **sections)


def tagged(blog: str, now: datetime, tag_id: int, limit: int, cursor: Cursor = Cursor()) -> Listing:
    """The stories with a tag, newest first. Two statements."""
    return _listing(statements.tagged(cursor.way), limit, cursor, blog=blog, now=now, tag=tag_id)


def written_by(
    blog: str, now: datetime, author_id: int, limit: int, cursor: Cursor = Cursor()
) -> Listing:
    """The stories of an author, newest first. Two statements."""
    found = statements.written_by(cursor.way)
    return _listing(found, limit, cursor, blog=blog, now=now, author=author_id)


def newest_by_section(
    blog: str,
    now: datetime,
    trees: Mapping[int, Sequence[int]],
    each: int,
    cursor: Cursor = Cursor(),
) -> dict[int, list[Card]]:
    """The newest stories of each of several sections with all below them.

    Args:
        blog: the blog's name.
        now: the moment that decides what is visible.
        trees: for each section its own id and those below, as ``Frame.below`` gives them.
        each: how many stories of each; one of a section below another counts for both.
        cursor: leaves out what is not beyond it.

    Returns:
        For each key of ``trees`` up to ``each`` stories, newest first, without
        authors. One statement.
    """
    if not trees:
        return {}
    found: dict[int, list[Card]] = {root: [] for root in trees}
    rows = run(
        statements.newest_by_section(tuple(map(len, trees.values())), cursor.way),
        blog=blog, now=now, limit=each, at=cursor.at,
        **{
            f"section_{tree}_{place}": section_id
            for tree, ids in enumerate(trees.values())
            for place, section_id in enumerate(ids)
        },
        **{f"sections_{tree}": ids for tree, ids in enumerate(trees.values())},
    )  # fmt: skip
    roots = tuple(trees)
    # Sorted here, for SQLite would sort the rows of each section before it merges them.
    for row in sorted(rows, key=lambda row: (row.published_at, row.id), reverse=True):
        cards = found[roots[row.tree]]
        if len(cards) < each:
            cards.append(card_of(row))
    return found


def find_story(blog: str, slug: str, now: datetime) -> Story | None:
    """A visible story by its slug, compared byte by byte as the schema does."""
    return _story(run(statements.story(), blog=blog, now=now, slug=slug).one_or_none())


def find_story_by_id(blog: str, post_id: int, now: datetime) -> Story | None:
    """A visible story by its id."""
    return _story(run(statements.story_by_id(), blog=blog, now=now, at=post_id).one_or_none())


def was_withdrawn(blog: str, post_id: int, now: datetime) -> bool:
    """Whether readers knew this story, and it was taken from them."""
    found = run(statements.withdrawn(), blog=blog, at=post_id, now=now)
    return found.one_or_none() is not None


def _story(row: Any) -> Story | None:
    if row is None:
        return None
    return Story(
        card_of(row),
        row.standfirst,
        row.dateline,
        row.body_html,
        row.lead_caption,
        row.lead_credit,
        row.replies_open,
        row.pinned_comment_id,
    )


def find_attached(post_id: int, changes_by: datetime | None = None) -> Attached:
    """What hangs on a story, in one statement; with a moment, whether it had changed by then."""
    moment = {"now": changes_by} if changes_by is not None else {}
    rows = run(statements.attached(bool(moment)), at=post_id, **moment).all()
    in_order = sorted(rows, key=lambda row: (row.position, row.slug))
    notes = (row for row in in_order if row.kind == "correction")
    return Attached(
        tuple(AuthorLink(r.slug, r.name, r.bio, r.picture) for r in in_order if r.kind == "author"),
        tuple(TagLink(r.slug, r.name) for r in in_order if r.kind == "tag"),
        tuple(
            CorrectionNote(row.slug, row.name, row.moment)
            for row in sorted(notes, key=lambda row: (row.moment, row.position), reverse=True)
        ),
        changed=any(row.kind == "change" for row in rows),
    )


def find_nearby(blog: str, card: Card, tags: Iterable[TagLink], now: datetime) -> Nearby:
    """The neighbours of a story and what is related to it, in one statement.

    Related are the newest stories that share a tag, those that share most first,
    then the newest of the same section.
    """
    slugs = {f"tag_{place}": tag.slug for place, tag in enumerate(islice(tags, RELATING_TAGS))}
    section = {"section": card.section.id} if card.section is not None else {}
    statement = statements.nearby(bool(section), len(slugs))
    rows = run(
        statement, blog=blog, now=now, at=card.id, published_at=card.published_at,
        **section, **slugs,
    ).all()  # fmt: skip
    by_relation: dict[Relation, list[Card]] = {relation: [] for relation in Relation}
    for row in sorted(rows, key=lambda row: (row.share, row.published_at, row.id), reverse=True):
        by_relation[Relation(row.role)].append(card_of(row))
    return Nearby(
        older=next(iter(by_relation[Relation.OLDER]), None),
        newer=next(iter(by_relation[Relation.NEWER]), None),
        related=tuple(by_relation[Relation.RELATED]),
    )


def find_tag(blog: str, slug: str) -> Found | None:
    """A tag: id, slug, name, description."""
    return run(statements.tag(), blog=blog, slug=slug).one_or_none()


def find_author(blog: str, slug: str) -> Found | None:
    """An author: id, slug, name, bio, links, picture (a key, or empty)."""
    return run(statements.author(), blog=blog, slug=slug).one_or_none()


def find_moved(blog: str, slug: str, now: datetime) -> Found | None:
    """The visible post that once had this slug, or the withdrawn one that has it or had it.

    It is slug, published_at, state, withdrawal.
    """
    return run(statements.moved(), blog=blog, slug=slug, now=now).first()


def find_redirect(blog: str, paths: Sequence[str], now: datetime) -> Found | None:
    """Where the first of these addresses from before that leads somewhere does.

    It is a target, or the visible post's slug and published_at.
    """
    rows = run(statements.redirect(), blog=blog, paths=paths, now=now)
    found = {row.path: row for row in rows}
    return next((found[path] for path in paths if path in found), None)


def _last_tick(newest: datetime | None, now: datetime) -> datetime | None:
    # While a story is younger than a day its page says how many minutes or hours
    # ago it came out, so the page changes with the clock.
    if newest is None:
        return None
    return min(now.replace(second=0, microsecond=0), newest + RELATIVE_FOR + timedelta(minutes=1))


def card_of(row: Any, authors: tuple[AuthorLink, ...] = ()) -> Card:
    """A row of :func:`.statements.cards` as a card."""
    section = picture = None
    if row.section_id is not None:
        section = SectionLink(row.section_id, row.section_slug, row.section_name)
    if row.picture_key is not None:
        picture = Picture(
            row.picture_key, row.width, row.height, tuple(row.variants or ()), row.lead_alt,
            focal_classes(row.focal_x, row.focal_y),
        )  # fmt: skip
    return Card(
        row.id, row.slug, row.title, row.kicker, row.standfirst or row.excerpt, row.words,
        row.published_at, row.updated_at, row.comment_count, section, picture, authors,
    )  # fmt: skip


def focal_classes(x: float, y: float) -> str:
    """The classes for a point of a picture, from 0 to 1: of five steps each way, not the third."""
    if x == y == 0.5:
        return ""
    steps = (("x", round(x * 4)), ("y", round(y * 4)))
    return " ".join(f"nb-{way}{step}" for way, step in steps if step != 2)


def _listing(statement: Executable, limit: int, cursor: Cursor, **values: Any) -> Listing:
    # One row more than the page shows tells whether there is another.
    rows = run(statement, limit=limit + 1, at=cursor.at, **values).all()
    more, rows = len(rows) > limit, rows[:limit]
    toward_new = cursor.way is Way.NEWER
    if toward_new:
        rows = rows[::-1]
    authors = authors_of([row.id for row in rows])
    cards = tuple(card_of(row, authors.get(row.id, ())) for row in rows)
    if not cards:
        return Listing((), None, None)
    has_older = more or toward_new
    has_newer = cursor.way is Way.OLDER or (toward_new and more)
    return Listing(
        cards,
        older=cards[-1].id if has_older else None,
        newer=cards[0].id if has_newer else None,
    )


def authors_of(ids: Collection[int]) -> dict[int, tuple[AuthorLink, ...]]:
    """Who wrote each of these stories, in order. One statement."""
    found: dict[int, tuple[AuthorLink, ...]] = {}
    for post_id, slug, name in run(statements.authors(), ids=ids):
        found[post_id] = (*found.get(post_id, ()), AuthorLink(slug, name))
    return found


def is_out(
    state: str, published_at: datetime | None, embargo_until: datetime | None, now: datetime
) -> bool:
    """Whether a post with these values is before the readers, as ``statements.visible`` says."""
    times = (published_at, embargo_until or published_at)
    return state == PostState.PUBLISHED and all(at is not None and at <= now for at in times)
