"""How readers' reports are found, for the desk: those of one comment together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import func, select

from ..database import session
from ..models import Comment, Post, Report

# Of one comment so many reports are shown, the newest; the others are counted.
SHOWN = 5
Found: TypeAlias = "sa.Row[*tuple[Any, ...]]"


@dataclass(frozen=True, slots=True)
class Case:
    """What was reported of one comment, or of one error: up to ``SHOWN`` rows of all ``count``.

    A row has the columns of the report and, with a prefix, what is shown of its story and
    its comment.
    """

    count: int
    rows: tuple[Found, ...]

    @property
    def newest(self) -> Found:
        return self.rows[0]


def find_cases(
    blog: str, closed: bool, limit: int, before: int | None = None
) -> tuple[list[Case], int | None]:
    """A page of cases, that with the newest report first, and where the next page begins.

    Two statements. ``before`` is the newest report of the case that this page comes after.
    """
    key = func.coalesce(Report.comment_id, -Report.id)
    newest = func.max(Report.id).label("newest")
    query = select(key.label("key"), newest, func.count().label("count")).where(*_of(blog, closed))
    query = query.group_by(key)
    if before is not None:
        query = query.having(newest < before)
    groups = session().execute(query.order_by(newest.desc()).limit(limit + 1)).all()
    more, groups = len(groups) > limit, groups[:limit]
    rows = _rows(blog, closed, [group.key for group in groups])
    cases = [
        Case(group._mapping["count"], tuple(row for row in rows if row.key == group.key))
        for group in groups
    ]
    return [case for case in cases if case.rows], groups[-1].newest if more else None


def find_reports(blog: str, closed: bool, limit: int, before: int | None) -> Sequence[Found]:
    """The newest reports of a blog, one by one."""
    query = _columns().where(*_of(blog, closed))
    if before is not None:
        query = query.where(Report.id < before)
    return session().execute(query.order_by(Report.id.desc()).limit(limit)).all()


def errors_in(blog: str, post_id: int, limit: int) -> Sequence[Report]:
    """The newest errors that readers reported in a story and nobody has dealt with."""
    query = select(Report).where(*_of(blog, False), *_errors_in(post_id))
    return session().scalars(query.order_by(Report.id.desc()).limit(limit)).all()


def error_in(blog: str, post_id: int, report_id: int) -> Report | None:
    """An error that a reader reported in this story, dealt with or not."""
    query = select(Report).where(Report.blog == blog, *_errors_in(post_id))
    return session().scalars(query.where(Report.id == report_id)).one_or_none()


def _errors_in(post_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Report.post_id == post_id, Report.comment_id.is_(None)


def known_ids(blog: str, ids: Sequence[int]) -> set[int]:
    """Those of these reports that the blog has."""
    return set(session().scalars(select(Report.id).where(Report.blog == blog, Report.id.in_(ids))))


def title_over(blog: str, report_id: int) -> str:
    """The title of the story that a report is about, or below which its comment is."""
    query = select(Post.title).join(Report, Report.post_id == Post.id)
    return session().scalars(query.where(Report.blog == blog, Report.id == report_id)).one()


def ids_in_case(blog: str, report_id: int, closed: bool) -> list[int]:
    """The reports that stand together with this one on the desk's page, none newer than it."""
    one = session().execute(
        select(Report.comment_id).where(Report.blog == blog, Report.id == report_id)
    )
    found = one.one_or_none()
    if found is None:
        return []
    if found.comment_id is None:
        return [report_id]
    case = select(Report.id).where(
        *_of(blog, closed), Report.comment_id == found.comment_id, Report.id <= report_id
    )
    return list(session().scalars(case))


def _of(blog: str, closed: bool) -> tuple[sa.ColumnElement[bool], ...]:
    state = Report.closed_at.is_not(None) if closed else Report.closed_at.is_(None)
    return Report.blog == blog, state


def _rows(blog: str, closed: bool, keys: Sequence[int]) -> Sequence[Found]:
    if not keys:
        return ()
    key = func.coalesce(Report.comment_id, -Report.id).label("key")
    place = func.row_number().over(partition_by=key, order_by=Report.id.desc()).label("place")
    ranked = select(Report.id, key, place).where(*_of(blog, closed), key.in_(keys)).subquery()
    query = _columns(ranked.c.key).join(ranked, ranked.c.id == Report.id)
    return session().execute(query.where(ranked.c.place <= SHOWN).order_by(Report.id.desc())).all()


def _columns(*more: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        select(
            Report.id, Report.comment_id, Report.reason, Report.email, Report.text,
            Report.created_at, Report.closed_at, Report.closed_by, Report.post_id,
            Post.title, Post.slug,
            Post.state.label("post_state"), Post.published_at, Post.embargo_until,
            Comment.author_name, Comment.state.label("comment_state"),
            Comment.body.label("comment_body"), *more,
        )
        .join(Post, Post.id == Report.post_id)
        .outerjoin(Comment, Comment.id == Report.comment_id)
    )  # fmt: skip
