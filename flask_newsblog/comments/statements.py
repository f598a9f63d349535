"""The statements by which threads are read, each put together once."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from ..database import BigId, UTCDateTime
from ..models import Comment, CommentState, Post
from ..posts.statements import visible

Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"

_POST = bindparam("post", type_=BigId)
_AT = bindparam("at", type_=BigId)
_PART = bindparam("part", type_=BigId)
_OWN = bindparam("own", type_=BigId)
_ONE_MORE = bindparam("one_more", type_=sa.Integer())
_MOST = bindparam("most", type_=sa.Integer())

# Not ``IS TRUE``, for which MariaDB has no use of an index.
_SHOWS = Comment.shown == sa.true()


@cache
def threads(from_start: bool, up_to: bool, newest_first: bool, dialect: str) -> Query:
    """The rows of a page of threads, of one more root, and ``prior``: of one before it."""
    root = _roots()
    descending = newest_first
    if from_start:
        root = root.where(_beyond(_root_moment(), later=not newest_first, inclusive=True))
    elif up_to:
        descending = not newest_first
        root = root.where(_beyond(_root_moment(), later=newest_first, inclusive=False))
    roots = root.order_by(*_order(descending, dialect)).limit(_ONE_MORE).cte("roots")
    # Those of the one more come last, and are not looked at.
    replies = (
        select(Comment.id)
        .select_from(roots)
        .join(Comment, Comment.root_id == roots.c.id)
        .where(_SHOWS)
        .order_by(*_order(descending, dialect, roots.c), Comment.created_at, Comment.id)
        .limit(_MOST)
        .subquery()
    )
    ids = [select(roots.c.id, sa.literal(False).label("prior")), select(replies.c.id, sa.false())]
    if from_start:
        before = _beyond(_root_moment(), later=newest_first, inclusive=False)
        prior = (
            _roots().where(before).order_by(*_order(not newest_first, dialect)).limit(1).subquery()
        )
        ids.append(select(prior.c.id, sa.true()))
    return rows(sa.union_all(*ids).subquery())


@cache
def thread_part(newest_first: bool, dialect: str) -> Query:
    """A root, its replies from one on, and the root after it."""
    moment = select(Comment.created_at).where(
        Comment.id == _PART, Comment.root_id == _AT, or_(_SHOWS, _is_own())
    )
    replies = (
        select(Comment.id)
        .where(Comment.root_id == _AT, _SHOWS)
        .where(_beyond(moment, later=True, inclusive=True, number=_PART))
        .order_by(Comment.created_at, Comment.id)
        .limit(_MOST)
        .subquery()
    )
    root = _roots().where(Comment.id == _AT).subquery()
    beyond = _beyond(_root_moment(), later=not newest_first, inclusive=False)
    after = _roots().where(beyond).order_by(*_order(newest_first, dialect)).limit(1).subquery()
    ids = (
        select(root.c.id, sa.literal(False).label("prior")),
        select(after.c.id, sa.false()),
        select(replies.c.id, sa.false()),
    )
    return rows_with_parents(sa.union_all(*ids).subquery())


@cache
def pinned() -> Query:
    """A comment of a story, if readers see it, with what it answers."""
    found = select(Comment.id, sa.literal(False).label("prior")).where(
        Comment.id == _AT, Comment.post_id == _POST, Comment.state == CommentState.PUBLISHED
    )
    return rows_with_parents(found.subquery())


@cache
def comment() -> Query:
    """Where a comment stands that readers see."""
    return (
        select(Comment.id, Comment.root_id, Comment.created_at, Post.slug, Post.published_at)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.id == bindparam("comment", type_=BigId), _SHOWS, visible())
    )


@cache
def place_in_thread() -> sa.Select[int]:
    """How many replies of a thread come before one of them, as far as a page goes."""
    created = bindparam("created", type_=UTCDateTime())
    before = (
        select(Comment.id)
        .where(Comment.root_id == _AT, _SHOWS, Comment.created_at <= created)
        .where(or_(Comment.created_at < created, Comment.id < _PART))
        .limit(_MOST)
        .subquery()
    )
    return select(sa.func.count()).select_from(before)


def _roots() -> Any:
    return select(Comment.id, Comment.root_id, Comment.created_at).where(
        Comment.post_id == _POST, _SHOWS, Comment.root_id.is_(None)
    )


def _root_moment() -> Any:
    """When the root was written that a page begins or ends with, if it stands in a thread."""
    stands = and_(_SHOWS, Comment.root_id.is_(None))
    return select(Comment.created_at).where(
        Comment.id == _AT, Comment.post_id == _POST, or_(stands, _is_own())
    )


def _is_own() -> Any:
    return Comment.id == _OWN


def _order(descending: bool, dialect: str, columns: Any = Comment) -> tuple[Any, ...]:
    """The order of roots by time, said so that the index is seen to have them in it.

    PostgreSQL wants to hear of ``root_id`` too, though that of all roots is empty;
    MariaDB would then sort them all.
    """
    by: tuple[Any, ...] = (columns.created_at, columns.id)
    if dialect == "postgresql":
        by = (columns.root_id, *by)
    return tuple(column.desc() for column in by) if descending else by


def rows(ids: Any) -> Query:
    """What a thread shows of the comments with these ids; what each answers is on the page."""
    return _rows(ids, sa.null(), sa.null())


def rows_with_parents(ids: Any) -> Query:
    """The same and what each answers, for pages on which that may not be."""
    parent = aliased(Comment)
    found = _rows(ids, parent.author_name, parent.state)
    return found.outerjoin(parent, parent.id == Comment.parent_id)


def _rows(ids: Any, parent_name: Any, parent_state: Any) -> Query:
    return (
        select(
            Comment.id, Comment.parent_id, Comment.root_id, Comment.state,
            Comment.author_name, Comment.author_url, Comment.badge, Comment.created_at,
            Comment.edited_at, Comment.reviewed_at, Comment.picked, Comment.body_html, ids.c.prior,
            parent_name.label("parent_name"), parent_state.label("parent_state"),
        )
        .select_from(ids)
        .join(Comment, Comment.id == ids.c.id)
    )  # fmt: skip


def _beyond(moment: Any, *, later: bool, inclusive: bool, number: Any = _AT) -> Any:
    at = moment.scalar_subquery()
    when, own = Comment.created_at, Comment.id
    if later:
        beyond = or_(when > at, own >= number if inclusive else own > number)
        return and_(when >= at, beyond)
    return and_(when <= at, or_(when < at, own <= number if inclusive else own < number))
