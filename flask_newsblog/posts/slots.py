"""What the desk does with the top of the front page: stories put there, moved, taken off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import load_only

from ..database import row_number, session
from ..models import FrontSlot, Post, PostState, Section
from .front import PLACES, load_front
from .queries import is_out
from .standing import not_hidden

# What was over for so long is forgotten; the audit has it.
KEPT = timedelta(days=7)
FOUND, WAITING = 12, 100


class Elsewhere(LookupError):
    """The story no longer stands where somebody saw it when they moved it."""


class EndsTooEarly(ValueError):
    """A time that would be over before it begins, or is over already."""


def put(
    blog: str, post_id: int, place: int, now: datetime, start: datetime | None, end: datetime | None
) -> FrontSlot:
    """Put a story at a place of the front page.

    Args:
        blog: the blog's name.
        post_id: the story.
        place: 0 for the lead, up to 3.
        now: the moment.
        start: from when; None or a time that is past for now.
        end: until when; None for good.

    Raises:
        EndsTooEarly: the end is not after the start.
    """
    start = max(start or now, now)
    if end is not None and end <= start:
        raise EndsTooEarly(end)
    for slot in _not_over(blog, now):
        # Sent twice, by a double click or from a page that was loaded again.
        if (slot.post_id, slot.position, slot.ends_at) == (post_id, place, end) and (
            slot.starts_at == start > now
        ):
            return slot
    slot = _add(blog, post_id, place, now, start, end)
    tidy(blog, now)
    return slot


def move(blog: str, post_id: int, source: int, target: int, now: datetime) -> None:
    """Move what stands at a place of the top to another; those between make room.

    A story that stood there for being new is chosen by that, for good.

    Raises:
        Elsewhere: the story does not stand there.
    """
    _not_over(blog, now)  # locked, before it is looked at
    top = list(load_front(blog, now, PLACES).top)
    if not (0 <= source < len(top) and 0 <= target < len(top)):
        raise Elsewhere(source)
    if top[source].card.id != post_id:
        raise Elsewhere(post_id)
    moved = top.pop(source)
    top.insert(target, moved)
    for place, shown in enumerate(top):
        if shown.slot is None:
            if shown is moved:
                _add(blog, post_id, place, now, now, None)
            continue
        slot = session().get_one(FrontSlot, shown.slot)
        if slot.position != place or shown is moved:
            # Anew from now, so that it comes before whatever else was chosen for the place.
            slot.position, slot.starts_at, slot.changed_at = place, now, now
    session().flush()
    tidy(blog, now)


def retime(slot: FrontSlot, now: datetime, start: datetime | None, end: datetime | None) -> None:
    """Give a story another time at its place; one that began already goes on from then.

    Raises:
        EndsTooEarly: the end is not after the start, or past.
    """
    if start is None or start <= now:
        start = min(slot.starts_at, now)
    if end is not None and end <= max(start, now):
        raise EndsTooEarly(end)
    slot.starts_at, slot.ends_at, slot.changed_at = start, end, now


def take_off(slot: FrontSlot, now: datetime) -> None:
    """Take a story off its place, or off what is planned; others get the place."""
    slot.ends_at, slot.changed_at = max(slot.starts_at, now), now


def put_back(slot: FrontSlot, now: datetime, end: datetime | None) -> None:
    """Give a story that was taken off its place again, until its former end."""
    if end is None or end > now:
        slot.ends_at, slot.changed_at = end, now


def find_slot(blog: str, text: str) -> FrontSlot | None:
    """The slot whose number a form tells."""
    slot = session().get(FrontSlot, row_number(text) or 0)
    return slot if slot is not None and slot.blog == blog else None


def tidy(blog: str, now: datetime) -> None:
    """End what will not be shown again, and forget what is long over.

    What is chosen for good ends whatever was chosen before it for the place, and its own
    story at another.
    """
    places: set[int] = set()
    stories: set[int] = set()
    in_force = [slot for slot in _not_over(blog, now) if slot.starts_at <= now]
    out = _out({slot.post_id for slot in in_force}, now)
    for slot in sorted(in_force, key=lambda slot: (slot.starts_at, slot.id), reverse=True):
        if slot.position in places or slot.post_id in stories:
            slot.ends_at, slot.changed_at = now, now
        elif slot.ends_at is None and slot.post_id in out:
            places.add(slot.position)
            stories.add(slot.post_id)
    session().execute(
        delete(FrontSlot)
        .where(FrontSlot.blog == blog, FrontSlot.ends_at <= now - KEPT)
        .execution_options(synchronize_session=False)
    )


def waiting(blog: str, now: datetime, shown: set[int]) -> Sequence[Any]:
    """What is chosen and not over, but is not shown now: pairs of slot and story, by time."""
    query = (
        without_words(select(FrontSlot, Post))
        .join(Post, Post.id == FrontSlot.post_id)
        .where(FrontSlot.blog == blog, _lasts(now))
        .order_by(FrontSlot.starts_at, FrontSlot.position, FrontSlot.id)
        .limit(WAITING)
    )
    return [row for row in session().execute(query) if row[0].id not in shown and _is_real(row[0])]


def choices(
    blog: str, words: str, hidden: Collection[int], limit: int = FOUND
) -> Sequence[tuple[Post, str]]:
    """Stories that are out or scheduled, the newest first, with the name of their section.

    Those with all the words in the headline, or with the number; all, where nothing is asked;
    none of those that are ``hidden``.
    """
    query = (
        without_words(select(Post, Section.name))
        .outerjoin(Section, Section.id == Post.section_id)
        .where(Post.blog == blog, Post.state == PostState.PUBLISHED, not_hidden(hidden))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(limit)
    )
    number = row_number(words.removeprefix("#"))
    parts = [Post.title.icontains(word, autoescape=True) for word in words.split()[:8]]
    if number is not None:
        query = query.where(or_(Post.id == number, *parts))
    else:
        query = query.where(*parts)
    return [(post, name or "") for post, name in session().execute(query)]


def _add(
    blog: str, post_id: int, place: int, now: datetime, start: datetime, end: datetime | None
) -> FrontSlot:
    slot = FrontSlot(
        blog=blog, post_id=post_id, position=place, starts_at=start, ends_at=end, changed_at=now
    )
    session().add(slot)
    session().flush()
    return slot


def without_words(query: Any) -> Any:
    """The stories of a query without their long texts."""
    return query.options(
        load_only(
            Post.blog, Post.title, Post.slug, Post.state, Post.published_at, Post.embargo_until,
            Post.embargo_people, Post.person_id,
        )
    )  # fmt: skip


def _not_over(blog: str, now: datetime) -> Sequence[FrontSlot]:
    query = select(FrontSlot).where(FrontSlot.blog == blog, _lasts(now)).order_by(FrontSlot.id)
    return session().scalars(query.with_for_update()).all()


def _lasts(now: datetime) -> Any:
    return or_(FrontSlot.ends_at.is_(None), FrontSlot.ends_at > now)


def _is_real(slot: FrontSlot) -> bool:
    # What was taken off before its time ends when it would have begun.
    return slot.ends_at is None or slot.ends_at > slot.starts_at


def _out(ids: set[int], now: datetime) -> set[int]:
    query = select(Post.id, Post.state, Post.published_at, Post.embargo_until)
    rows: Sequence[Any] = session().execute(query.where(Post.id.in_(ids))).all()
    return {row.id for row in rows if is_out(row.state, row.published_at, row.embargo_until, now)}
