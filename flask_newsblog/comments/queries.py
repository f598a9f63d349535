"""How replies are found: a page of threads in one statement, whatever their number.

A page holds so many threads, from a root on or up to one, in either order of time, and
fewer where they are long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy import select

from ..database import session
from ..models import Author, Byline, Comment, CommentState, CommentVerdict, Post
from ..posts.statements import run
from . import statements
from .search import has_words

Found: TypeAlias = "sa.Row[*tuple[Any, ...]]"


class ThreadRow(NamedTuple):
    """What a thread shows of a comment, in the order of ``statements.rows``.

    ``prior`` marks a root that only tells that there is a page before. The parent is read
    where it may not be on the page itself.
    """

    id: int
    parent_id: int | None
    root_id: int | None
    state: str
    author_name: str
    author_url: str
    badge: str
    created_at: datetime
    edited_at: datetime | None
    reviewed_at: datetime | None
    picked: bool
    body_html: str
    prior: bool
    parent_name: str | None
    parent_state: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of a story's threads: from a root on, or up to one, or the first.

    ``part`` begins within the thread at ``start``, with this reply. ``own`` is a comment
    that waits and may be such a root or reply, for its writer alone.
    """

    start: int | None = None
    until: int | None = None
    part: int | None = None
    newest_first: bool = False
    own: int | None = None

    @property
    def backwards(self) -> bool:
        """Whether the page ends at a root, where the others begin with one."""
        return self.start is None and self.until is not None

    @property
    def first(self) -> bool:
        """Whether it is the first page, in either order."""
        return self.start is None and self.until is None


@dataclass(frozen=True, slots=True)
class Threads:
    """The rows of one page, roots in reading order, replies by root and time.

    ``earlier`` is the root at which the page before this one ends, ``later`` the one with
    which the page after it begins.
    """

    roots: tuple[ThreadRow, ...]
    replies: tuple[ThreadRow, ...]
    earlier: int | None
    later: int | None
    cut: tuple[int, int] | None
    newest_first: bool = False


def find_threads(post_id: int, place: Place, limit: int) -> Threads:
    """One page of a story's threads, in one statement.

    There are ``limit`` threads on it, or fewer: it ends before the one with which it would
    show more than :func:`most_comments`. ``cut`` names the root and the first reply that
    is not here where a single thread has more; what is after that root is on another page.
    """
    dialect, newest_first = session().get_bind(Comment).dialect.name, place.newest_first
    shown = limit
    if place.part is not None:
        shown, statement = 1, statements.thread_part(newest_first, dialect)
    else:
        from_start = place.start is not None
        statement = statements.threads(from_start, place.backwards, newest_first, dialect)
    rows = run(
        statement,
        post=post_id,
        at=place.until if place.backwards else place.start,
        part=place.part,
        own=place.own or 0,
        one_more=shown + 1,
        most=most_comments(limit),
    )
    # A field of a row of SQLAlchemy's takes ten times as long to read.
    return _page([ThreadRow._make(row) for row in rows], place, shown, most_comments(limit))


def find_pinned(post_id: int, comment_id: int) -> ThreadRow | None:
    """The comment that stands above a story's threads, while it is published."""
    found = run(statements.pinned(), post=post_id, at=comment_id).one_or_none()
    return ThreadRow(*found) if found is not None else None


def most_comments(threads: int) -> int:
    """How many comments a page of so many threads shows at most, roots among them."""
    return 2 * threads


def _page(found: list[ThreadRow], place: Place, limit: int, most: int) -> Threads:
    rows = [row for row in found if not row.prior]
    known = [row for row in rows if row.root_id is None]
    known.sort(key=_time_of, reverse=place.newest_first)
    below: dict[int, list[ThreadRow]] = {root.id: [] for root in known}
    for row in rows:
        if row.root_id in below:
            below[row.root_id].append(row)
    # From the edge on at which the page begins, or ends.
    roots = _that_fit(known[::-1] if place.backwards else known, below, limit, most)
    if place.backwards:
        roots.reverse()
    replies = [row for root in roots for row in sorted(below[root.id], key=_time_of)]
    cut = None
    if len(roots) + len(replies) > most:
        last = replies[most - 1]
        cut, replies = (roots[0].id, last.id), replies[: most - 1]
    earlier, later = None, None
    if roots:
        if roots[0] is not known[0] or len(rows) < len(found):
            earlier = roots[0].id
        if roots[-1] is not known[-1]:
            later = known[known.index(roots[-1]) + 1].id
        elif place.backwards and place.until != place.own:
            later = place.until
    return Threads(tuple(roots), tuple(replies), earlier, later, cut, place.newest_first)


def _that_fit(
    roots: list[ThreadRow], below: dict[int, list[ThreadRow]], limit: int, most: int
) -> list[ThreadRow]:
    """The first of these threads, at least one, that one page can show."""
    found: list[ThreadRow] = []
    for root in roots[:limit]:
        most -= 1 + len(below[root.id])
        if found and most < 0:
            break
        found.append(root)
    return found


def find_comment(blog: str, comment_id: int, now: datetime) -> Found | None:
    """Where a comment stands that readers see: id, root_id, created_at, slug, published_at."""
    return run(statements.comment(), blog=blog, now=now, comment=comment_id).one_or_none()


def is_far_down(root_id: int, created_at: datetime, comment_id: int, limit: int) -> bool:
    """Whether a reply comes after all that a page of ``limit`` threads shows of its thread."""
    room = most_comments(limit) - 1
    before = session().scalar(
        statements.place_in_thread(),
        {"at": root_id, "created": created_at, "part": comment_id, "most": room},
    )
    return (before or 0) >= room


def find_parent(post_id: int, comment_id: int) -> Comment | None:
    """A published comment of this story, to be answered."""
    return (
        session()
        .scalars(
            select(Comment).where(
                Comment.id == comment_id,
                Comment.post_id == post_id,
                Comment.state == CommentState.PUBLISHED,
            )
        )
        .one_or_none()
    )


def as_row(comment: Comment) -> ThreadRow:
    """A stored comment in the form of a thread's rows."""
    ids = select(Comment.id, sa.literal(False).label("prior")).where(Comment.id == comment.id)
    return ThreadRow(*run(statements.rows_with_parents(ids.subquery())).one())


def find_same(fingerprint: str) -> Comment | None:
    """The comment with this fingerprint: of the same writer, in the same place and words."""
    found = select(Comment).where(Comment.fingerprint == fingerprint)
    return session().scalars(found).one_or_none()


def is_author(post_id: int, person_id: str) -> bool:
    """Whether this person of the host stands over the story as an author."""
    query = (
        select(Byline.post_id)
        .join(Author, Author.id == Byline.author_id)
        .where(Byline.post_id == post_id, Author.person_id == person_id)
    )
    return session().scalar(query.limit(1)) is not None


def with_ids(blog: str, ids: Sequence[int]) -> Sequence[Comment]:
    """The comments of a blog with these ids, in their order."""
    return (
        session()
        .scalars(
            select(Comment).where(Comment.blog == blog, Comment.id.in_(ids)).order_by(Comment.id)
        )
        .all()
    )


def in_state(
    blog: str, state: str, limit: int, before: int | None = None, search: str = ""
) -> Sequence[Found]:
    """The newest comments of a blog in a state, with their stories' titles.

    Where ``before`` is a comment, those that are older; with words to search for, those that
    have all of them.
    """
    query = (
        select(Comment.id, Comment.author_name, Comment.created_at, Comment.body, Post.title)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.blog == blog, Comment.state == state)
    )
    if before is not None:
        at = select(Comment.created_at).where(Comment.id == before).scalar_subquery()
        when = Comment.created_at
        query = query.where(when <= at, sa.or_(when < at, Comment.id < before))
    if search.split():
        query = query.where(has_words(search, session().get_bind(Comment).dialect.name))
    newest_first = query.order_by(Comment.created_at.desc(), Comment.id.desc())
    return session().execute(newest_first.limit(limit)).all()


def verdicts_on(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """What the checks said of each of these comments: outcomes and reasons, in their order."""
    rows = session().execute(
        select(CommentVerdict.comment_id, CommentVerdict.outcome, CommentVerdict.reason)
        .where(CommentVerdict.comment_id.in_(ids))
        .order_by(CommentVerdict.comment_id, CommentVerdict.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for comment_id, outcome, reason in rows:
        found.setdefault(comment_id, []).append((outcome, reason))
    return found


def was_held_by(comment_id: int, check: str) -> bool:
    """Whether the check of this name held a comment."""
    query = select(CommentVerdict.id).where(
        CommentVerdict.comment_id == comment_id,
        CommentVerdict.check == check,
        CommentVerdict.outcome == "hold",
    )
    return session().scalar(query.limit(1)) is not None


def _time_of(row: ThreadRow) -> tuple[datetime, int]:
    return row.created_at, row.id
