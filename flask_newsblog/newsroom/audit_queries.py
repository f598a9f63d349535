"""Who did what, when, read again: the audit and the history of comments as one list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, literal, or_, select

from ..audit import Thing
from ..database import row_number, session
from ..media.queries import not_kept_back
from ..models import AuditEntry, Banner, Comment, CommentChange, Post, Report
from ..posts.standing import not_hidden

# The kind under which the history of comments stands among the things of the audit.
COMMENT = "comment"
# What is told of stories, each by its number.
STORY_KINDS = frozenset({Thing.POST, Thing.FRONT, Thing.NOTE, Thing.PREVIEW, Thing.CORRECTION})
_AUDIT, _COMMENTS = "a", "c"
_AT_ONCE = 1000
_Record: TypeAlias = "type[AuditEntry] | type[CommentChange]"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that somebody did. ``batch`` is the same for what was done in one go."""

    source: str
    id: int
    at: datetime
    person: str
    verb: str
    kind: str
    thing_id: int | None
    title: str
    detail: str
    batch: str = ""

    @property
    def key(self) -> str:
        """What names the entry in an address."""
        return f"{self.source}{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; what is empty is not asked about.

    ``person`` is part of a name, ``kind`` a thing or a comment, ``thing_id`` its number;
    from ``start`` up to ``end``, and older than the entry ``before``. Of stories that are
    ``hidden`` nothing is found.
    """

    blog: str
    person: str = ""
    kind: str = ""
    thing_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    before: tuple[str, int, datetime] | None = None
    hidden: Collection[int] = ()


def entry_place(blog: str, key: str) -> tuple[str, int, datetime] | None:
    """Where in the list the entry with this key stands. One statement."""
    number = row_number(key[1:])
    if key[:1] not in (_AUDIT, _COMMENTS) or number is None:
        return None
    model: _Record = AuditEntry if key[0] == _AUDIT else CommentChange
    found = session().scalar(select(_when(model)).where(model.id == number, model.blog == blog))
    return (key[0], number, found) if found is not None else None


def entries(wanted: Wanted, limit: int) -> list[Entry]:
    """The newest entries, in a total order: by time, then by kind of record and number.

    Two statements at most.
    """
    found: list[Entry] = []
    if wanted.kind != COMMENT:
        found += _of_the_audit(wanted, limit)
    if wanted.kind in ("", COMMENT):
        found += _of_comments(wanted, limit)
    return sorted(found, key=lambda entry: (entry.at, entry.source, entry.id), reverse=True)[:limit]


def every_entry(wanted: Wanted) -> Iterator[Entry]:
    """All that is looked for, read a thousand at a time."""
    while True:
        found = entries(wanted, _AT_ONCE)
        yield from found
        if len(found) < _AT_ONCE:
            return
        last = found[-1]
        wanted = replace(wanted, before=(last.source, last.id, last.at))


def still_there(ids: Collection[int]) -> set[int]:
    """Which of these stories there still are. One statement."""
    return set(session().scalars(select(Post.id).where(Post.id.in_(ids)))) if ids else set()


def _of_the_audit(wanted: Wanted, limit: int) -> Sequence[Entry]:
    model = AuditEntry
    query = select(
        literal(_AUDIT), model.id, model.at, model.person_name, model.verb, model.kind,
        model.thing_id, model.title, model.detail,
    ).where(*_conditions(model, wanted))  # fmt: skip
    if wanted.kind:
        query = query.where(model.kind == wanted.kind)
    if wanted.hidden:
        of_others = (model.kind.not_in(STORY_KINDS), model.thing_id.is_(None))
        query = query.where(or_(*of_others, model.thing_id.not_in(sorted(wanted.hidden))))
        # A line of breaking news says itself what its story will say; a report has its title.
        for kind, thing in ((Thing.BANNER, Banner), (Thing.REPORT, Report)):
            theirs = select(thing.id).where(thing.post_id.in_(sorted(wanted.hidden)))
            query = query.where(or_(model.kind != kind, model.thing_id.not_in(theirs)))
        pictures = (model.kind != Thing.MEDIA, model.thing_id.is_(None))
        query = query.where(or_(*pictures, not_kept_back(model.thing_id, wanted.hidden)))
    if wanted.thing_id is not None:
        query = query.where(model.thing_id == wanted.thing_id)
    query = query.order_by(model.at.desc(), model.id.desc()).limit(limit)
    rows: Sequence[Any] = session().execute(query).all()
    return [Entry(*row) for row in rows]


def _of_comments(wanted: Wanted, limit: int) -> Sequence[Entry]:
    model = CommentChange
    query = (
        select(
            literal(_COMMENTS), model.id, model.changed_at, model.person_name, model.verb,
            literal(COMMENT), model.comment_id, Post.title, model.note, model.batch,
        )
        .join(Comment, Comment.id == model.comment_id)
        .join(Post, Post.id == Comment.post_id)
        .where(*_conditions(model, wanted), not_hidden(wanted.hidden))
    )  # fmt: skip
    if wanted.thing_id is not None:
        # A number without a kind is a story's.
        on = model.comment_id if wanted.kind else Comment.post_id
        query = query.where(on == wanted.thing_id)
    query = query.order_by(model.changed_at.desc(), model.id.desc()).limit(limit)
    rows: Sequence[Any] = session().execute(query).all()
    return [Entry(*row) for row in rows]


def _when(model: _Record) -> Any:
    return CommentChange.changed_at if model is CommentChange else AuditEntry.at


def _conditions(model: _Record, wanted: Wanted) -> list[ColumnElement[bool]]:
    when = _when(model)
    found = [model.blog == wanted.blog]
    if wanted.start is not None:
        found.append(when >= wanted.start)
    if wanted.end is not None:
        found.append(when < wanted.end)
    if wanted.person:
        found.append(model.person_name.icontains(wanted.person, autoescape=True))
    if wanted.before is not None:
        source, number, moment = wanted.before
        here = _AUDIT if model is AuditEntry else _COMMENTS
        if here == source:
            found.append(and_(when <= moment, or_(when < moment, model.id < number)))
        else:
            # Of two of one moment, the history of comments comes first.
            found.append(when <= moment if here == _AUDIT else when < moment)
    return found
