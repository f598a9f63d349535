"""The statements behind :mod:`.queries`, each put together once for every form it takes.

To put one together costs SQLAlchemy more than to run it: on a page of a few statements,
more than all the rest of the page. So what varies from request to request is a named
parameter (``blog``, ``now``, ``limit``, ``at``, …), and what is cached here is only
as many statements as there are forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Result,
    Select,
    and_,
    bindparam,
    literal,
    literal_column,
    or_,
    select,
)

from ..database import BigId, UTCDateTime, session
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
    Revision,
    Section,
    Tag,
)

Query: TypeAlias = "Select[*tuple[Any, ...]]"

BLOG: BindParameter[str] = bindparam("blog", type_=sa.String())
NOW: BindParameter[datetime] = bindparam("now", type_=UTCDateTime())
LIMIT: BindParameter[int] = bindparam("limit", type_=sa.Integer())
# The id of a post: where a page of a list begins, or which post is asked about.
AT: BindParameter[int] = bindparam("at", type_=BigId)
SLUG: BindParameter[str] = bindparam("slug", type_=sa.String())

# What never varies stands in the text: a parameter would be handed over each time it occurs.
PUBLISHED: ColumnElement[str] = literal_column(f"'{PostState.PUBLISHED}'", sa.String())
# Readers knew it, and it was taken from them: one that went before its time has none.
_GONE = (Post.blog == BLOG, Post.state == PostState.WITHDRAWN.value, Post.published_at <= NOW)

RELATED = 3
# By so many of its tags a story is related to others.
RELATING_TAGS = 10
# So many sections of a tree are looked at one by one. SQLite puts no more than 500
# selections together, and on a front page there are several trees.
FEW_SECTIONS = 50


def run(statement: Executable, **values: Any) -> Result[*tuple[Any, ...]]:
    """Send a statement of plain columns, with its parameters.

    By the session's connection: the rows hold no entities, and the session would go
    through them looking for some.
    """
    connection = session().connection(bind_arguments={"mapper": Post})
    return connection.execute(statement, values)


class Way(Enum):
    """Which page of a list: the first, or from a post on towards the old or the new."""

    FIRST = "first"
    OLDER = "older"
    NEWER = "newer"


class Relation(Enum):
    """What a story is to another."""

    OLDER = 0
    NEWER = 1
    RELATED = 2


def visible(
    blog: str | BindParameter[str] = BLOG, now: datetime | BindParameter[datetime] = NOW
) -> ColumnElement[bool]:
    """Whether a post is before the readers: the one rule, for every page, count and lookup."""
    return and_(
        Post.blog == blog,
        Post.state == PUBLISHED,
        Post.published_at <= now,
        or_(Post.embargo_until.is_(None), Post.embargo_until <= now),
    )


@cache
def latest(way: Way) -> Query:
    """The cards of a blog."""
    return _page(cards(), Post.published_at, Post.id, way, visible())


@cache
def in_period(way: Way) -> Query:
    """The cards from the parameter ``start`` up to ``end``."""
    start = bindparam("start", type_=UTCDateTime())
    end = bindparam("end", type_=UTCDateTime())
    period = (Post.published_at >= start, Post.published_at < end)
    return _page(cards(), Post.published_at, Post.id, way, visible(), within=period)


@cache
def in_sections(count: int, way: Way) -> Query:
    """The cards of so many sections, the parameters ``section_0``, ``section_1``, ….

    Each section's newest are read from the index and then merged: ``IN`` would
    sort all the stories of all of them. Too many are the parameter ``sections``.
    """
    if count > FEW_SECTIONS:
        return _page(cards(), Post.published_at, Post.id, way, visible(), _in("sections"))
    branches = [
        _page(
            select(Post.id.label("id")), Post.published_at, Post.id, way,
            visible(), Post.section_id == bindparam(f"section_{place}", type_=BigId),
        )
        for place in range(count)
    ]  # fmt: skip
    return _cards_among(branches, way)


@cache
def tagged(way: Way) -> Query:
    """The cards with the tag that is the parameter ``tag``."""
    branch = _page(
        _walk(PostTag), PostTag.published_at, PostTag.post_id, way,
        PostTag.tag_id == bindparam("tag", type_=BigId), PostTag.published_at <= NOW, visible(),
    )  # fmt: skip
    return _cards_among([branch], way)


@cache
def written_by(way: Way) -> Query:
    """The cards of the author who is the parameter ``author``."""
    branch = _page(
        _walk(Byline), Byline.published_at, Byline.post_id, way,
        Byline.author_id == bindparam("author", type_=BigId), Byline.published_at <= NOW, visible(),
    )  # fmt: skip
    return _cards_among([branch], way)


@cache
def newest_by_section(shape: tuple[int, ...], way: Way) -> Query:
    """The cards of several trees of sections, with the place of the ``tree``, in no order.

    ``shape`` is how many sections each tree has: the parameters ``section_0_0``,
    ``section_0_1``, …, or too many in one ``sections_0``. ``limit`` counts for each
    section.
    """
    branches = [
        _page(
            select(Post.id.label("id"), constant(tree).label("tree")),
            Post.published_at, Post.id, way, visible(), among,
        )
        for tree, count in enumerate(shape)
        for among in (
            [_in(f"sections_{tree}")] if count > FEW_SECTIONS else
            [Post.section_id == bindparam(f"section_{tree}_{place}", type_=BigId)
             for place in range(count)]
        )
    ]  # fmt: skip
    merged = either(branches)
    return cards(merged.c.tree, among=merged)


@cache
def authors() -> Query:
    """Who wrote the posts of the parameter ``ids``, in order."""
    return (
        select(Byline.post_id, Author.slug, Author.name)
        .join(Author, Author.id == Byline.author_id)
        .where(Byline.post_id.in_(bindparam("ids", type_=BigId, expanding=True)))
        .order_by(Byline.post_id, Byline.position, Author.id)
    )


@cache
def story() -> Query:
    """A visible story by its slug: its card and the rest of it."""
    return _whole().where(visible(), Post.slug == SLUG)


@cache
def story_by_id() -> Query:
    """A visible story by its id, as :func:`story`."""
    return _whole().where(visible(), Post.id == AT)


@cache
def withdrawn() -> Query:
    """A post that was withdrawn from readers who knew it, by its id."""
    return select(Post.id).where(Post.id == AT, *_GONE)


@cache
def attached(changes: bool = False) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """What hangs on a post: its authors, tags and corrections, with their ``kind``.

    A correction has its kind for a slug, its text for a name and its id for a position.
    ``changes`` asks for revisions that were before readers.
    """
    never: Any = sa.cast(sa.null(), UTCDateTime())
    authors = (
        select(
            literal("author").label("kind"), Byline.position.label("position"),
            Author.slug.label("slug"), Author.name.label("name"), Author.bio.label("bio"),
            sa.func.coalesce(Media.key, "").label("picture"), never.label("moment"),
        )
        .join(Author, Author.id == Byline.author_id)
        .outerjoin(Media, Media.id == Author.picture_id)
        .where(Byline.post_id == AT)
    )  # fmt: skip
    tags = (
        select(
            literal("tag"), PostTag.position, Tag.slug, Tag.name, literal(""), literal(""), never
        )
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id == AT)
    )
    corrections = select(
        literal("correction"), Correction.id, Correction.kind, Correction.text,
        literal(""), literal(""), Correction.corrected_at,
    ).where(Correction.post_id == AT)  # fmt: skip
    if not changes:
        return authors.union_all(tags, corrections)
    of_it = (literal("change"), Revision.number, *[literal("")] * 4, Revision.shown_at)
    former = select(*of_it).join(Post, Post.id == Revision.post_id).where(Post.id == AT)
    gone = (Revision.shown_at <= NOW, Revision.number != Post.shown_revision)
    return authors.union_all(tags, corrections, former.where(*gone))


@cache
def nearby(in_section: bool, tags: int) -> Query:
    """The cards around a post, with their ``role`` and how many tags they ``share`` with it.

    Its own are the parameters ``at``, ``published_at``, ``section`` and the slugs
    ``tag_0``, ``tag_1``, ….
    """
    moment = bindparam("published_at", type_=UTCDateTime())
    earlier = _beyond(Post.published_at, Post.id, moment, older=True)
    later = _beyond(Post.published_at, Post.id, moment, older=False)
    branches: list[Query] = [
        # Before ``visible``, for the reason given in ``_page``.
        select(Post.id.label("id"), _is(Relation.OLDER), constant(0).label("share"))
        .where(earlier, visible())
        .order_by(Post.published_at.desc(), Post.id.desc()).limit(1),
        select(Post.id.label("id"), _is(Relation.NEWER), constant(0).label("share"))
        .where(later, visible())
        .order_by(Post.published_at, Post.id).limit(1),
    ]  # fmt: skip
    if in_section or tags:
        found = either(_alike(in_section, tags))
        share = sa.func.sum(found.c.share).label("share")
        branches.append(
            select(found.c.id, _is(Relation.RELATED), share)
            .group_by(found.c.id, found.c.moment)
            .order_by(share.desc(), found.c.moment.desc(), found.c.id.desc())
            .limit(RELATED)
        )
    merged = either(branches)
    return cards(merged.c.role, merged.c.share, among=merged)


def _alike(in_section: bool, tags: int) -> list[Query]:
    """The newest of a post's section, and those with each of its tags."""
    branches: list[Query] = []
    when = Post.published_at.label("moment")
    if in_section:
        branches.append(
            select(Post.id.label("id"), when, constant(0).label("share"))
            .where(visible(), Post.section_id == bindparam("section", type_=BigId), Post.id != AT)
            .order_by(Post.published_at.desc(), Post.id.desc())
            .limit(RELATED)
        )
    for place in range(tags):
        slug = bindparam(f"tag_{place}", type_=sa.String())
        tag = select(Tag.id).where(Tag.blog == BLOG, Tag.slug == slug).scalar_subquery()
        branches.append(
            _walk(PostTag, when, constant(1).label("share"))
            .where(PostTag.tag_id == tag, PostTag.published_at <= NOW, visible())
            .where(PostTag.post_id != AT)
            .order_by(PostTag.published_at.desc(), PostTag.post_id.desc())
            .limit(RELATED)
        )
    return branches


@cache
def tag() -> Query:
    """A tag by its slug."""
    return select(Tag.id, Tag.slug, Tag.name, Tag.description).where(
        Tag.blog == BLOG, Tag.slug == SLUG
    )


@cache
def author() -> Query:
    """An author by their slug."""
    picture = sa.func.coalesce(Media.key, "").label("picture")
    return (
        select(Author.id, Author.slug, Author.name, Author.bio, Author.links, picture)
        .outerjoin(Media, Media.id == Author.picture_id)
        .where(Author.blog == BLOG, Author.slug == SLUG)
    )


@cache
def moved() -> sa.CompoundSelect[*tuple[Any, ...]]:
    """The visible post that once had a slug; or the withdrawn one that has it or had it."""
    found = select(Post.slug, Post.published_at, Post.state, Post.withdrawal)
    once = found.join(OldSlug, OldSlug.post_id == Post.id).where(
        OldSlug.blog == BLOG, OldSlug.slug == SLUG, or_(visible(), and_(*_GONE))
    )
    return found.where(Post.slug == SLUG, *_GONE).union_all(once)


@cache
def redirect() -> Query:
    """Where each of the ``paths`` that is known leads."""
    return (
        select(Redirect.path, Redirect.target, Post.slug, Post.published_at)
        .outerjoin(Post, and_(Post.id == Redirect.post_id, visible()))
        .where(Redirect.blog == BLOG, Redirect.path.in_(bindparam("paths", expanding=True)))
        .where(or_(Redirect.target.is_not(None), Post.id.is_not(None)))
    )


def ends(order: Any, *conditions: ColumnElement[bool]) -> Query:
    """The first moment in an order, read from the end of an index."""
    return select(order.element.label("moment")).where(*conditions).order_by(order).limit(1)


def of_all(function: Any, moments: Sequence[Query]) -> Any:
    """The greatest or least of several moments."""
    # An aggregate over rows, since what the databases do with arguments that are
    # empty differs.
    return select(function(either(moments).c.moment)).scalar_subquery()


def _in(sections: str) -> ColumnElement[bool]:
    return Post.section_id.in_(bindparam(sections, type_=BigId, expanding=True))


def _is(role: Relation) -> Any:
    return constant(role.value).label("role")


def constant(value: int) -> Any:
    """A number that never varies, written into the text."""
    return literal_column(str(value), sa.Integer())


def _walk(model: type[PostTag] | type[Byline], *more: Any) -> Query:
    # The posts of one tag or author, newest first, then whether each is visible. MariaDB
    # would otherwise begin with all the posts where a tag is on many of them.
    query = select(model.post_id.label("id"), *more).join(Post, Post.id == model.post_id)
    for dialect in ("mysql", "mariadb"):
        query = query.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    return query


def cards(*more: Any, among: Any = None) -> Query:
    """What lists show of stories, ``among`` those of a selection or all."""
    query = (
        select(
            Post.id, Post.slug, Post.title, Post.kicker, Post.standfirst, Post.excerpt, Post.words,
            Post.published_at, Post.updated_at, Post.comment_count, Post.lead_alt,
            Section.id.label("section_id"), Section.slug.label("section_slug"),
            Section.name.label("section_name"), Media.key.label("picture_key"),
            Media.width, Media.height, Media.variants, Media.focal_x, Media.focal_y, *more,
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


def _whole() -> Query:
    return cards(
        Post.dateline, Post.body_html, Post.lead_caption, Post.lead_credit, Post.replies_open,
        Post.pinned_comment_id,
    )  # fmt: skip


def _cards_among(branches: Sequence[Query], way: Way) -> Query:
    order = _order(Post.published_at, Post.id, way)
    return cards(among=either(branches)).order_by(*order).limit(LIMIT)


def _page(
    query: Query,
    when: Any,
    number: Any,
    way: Way,
    *conditions: ColumnElement[bool],
    within: Sequence[ColumnElement[bool]] = (),
) -> Query:
    """One page of rows in reading order, or nearest first when going towards the new.

    A page of a list that is ``within`` bounds begins nowhere but within them, and only at
    a post whose time has come: else the page would tell when another is due.
    """
    if way is not Way.FIRST:
        begins = (Post.id == AT, Post.blog == BLOG, Post.published_at <= NOW)
        post = select(getattr(Post, when.key)).where(*begins, *within)
        moment = post.scalar_subquery()
        # The first condition: of two upper bounds SQLite walks its index from the
        # one that comes first, and ``published_at <= now`` is one too.
        query = query.where(_beyond(when, number, moment, older=way is Way.OLDER))
    query = query.where(*within, *conditions)
    return query.order_by(*_order(when, number, way)).limit(LIMIT)


def _order(when: Any, number: Any, way: Way) -> tuple[Any, Any]:
    return (when, number) if way is Way.NEWER else (when.desc(), number.desc())


def _beyond(when: Any, number: Any, moment: Any, *, older: bool) -> ColumnElement[bool]:
    # Written so that every database reads it as one range of the index; MariaDB
    # does not for a comparison of pairs.
    if older:
        return and_(when <= moment, or_(when < moment, number < AT))
    return and_(when >= moment, or_(when > moment, number > AT))


def either(branches: Sequence[Query]) -> Any:
    """The rows of several selections, put together."""
    # SQLite allows ORDER BY and LIMIT in a branch of a union only within a subquery.
    wrapped = [select(*branch.subquery().c) for branch in branches]
    return sa.union_all(*wrapped).subquery()
