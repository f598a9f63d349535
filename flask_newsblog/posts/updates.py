"""Updates of stories that are out, planned for a time: kept, and put before the readers then.

No worker does it. Whoever asks for a page after that time has it done first; see :mod:`.due`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import select

from ..audit import Deed, Thing, write_down
from ..database import session
from ..i18n import mark
from ..media.placing import settle_pictures
from ..models import NoteKind, PendingUpdate, Post, PostState
from ..people import Person
from .handing import leave_note
from .present import present
from .publishing import require_words
from .revisions import lock_story
from .standing import CannotBeDone, Step, content_of, held_update, hold, newest, require, touch
from .statements import BLOG, NOW, Query, run
from .written import put_before_readers, written_from

# So many in one go; a page that finds more does the rest at the next.
AT_ONCE = 20

_PAST = mark("That time is past. Choose one to come, or put the update before the readers now.")


def plan(
    post: Post,
    at: datetime,
    person: Person | None,
    now: datetime,
    *,
    tell: bool = False,
    seen: int | None = None,
) -> None:
    """Let what is saved now take the place of what readers see, at a time to come.

    What is saved after this is not part of it. Another update that waits is replaced.

    Raises:
        CannotBeDone: the story is not out, nothing has changed, it has no headline or text, it
            was saved meanwhile, or the time is past.
    """
    hold(post)
    require(Step.PLAN_UPDATE, post, now, seen)
    if at <= now:
        raise CannotBeDone(_PAST)
    number, written = newest(post)
    require_words(written)
    pending = held_update(post) or PendingUpdate(post_id=post.id, blog=post.blog)
    pending.revision, pending.due_at, pending.told = number, at, tell
    pending.person_id, pending.person_name = (person.id, person.name) if person else (None, "")
    session().add(pending)
    touch(post, now)


def cancel(post: Post, now: datetime) -> None:
    """Let an update that waits not be made.

    Raises:
        CannotBeDone: none waits.
    """
    hold(post)
    require(Step.CANCEL_UPDATE, post, now)
    session().delete(held_update(post))
    settle_pictures(post)
    touch(post, now)


def overdue(blog: str, now: datetime) -> Sequence[int]:
    """The stories of a blog with an update whose time has come, the first due first."""
    query = (
        select(PendingUpdate.post_id)
        .where(PendingUpdate.blog == blog, PendingUpdate.due_at <= now)
        .order_by(PendingUpdate.due_at, PendingUpdate.post_id)
        .limit(AT_ONCE)
    )
    return session().scalars(query).all()


def is_overdue(blog: str, now: datetime) -> bool:
    """Whether the time of an update of a story has come, in one statement."""
    return run(_first_overdue(), blog=blog, now=now).first() is not None


@cache
def _first_overdue() -> Query:
    return (
        select(PendingUpdate.post_id)
        .where(PendingUpdate.blog == BLOG, PendingUpdate.due_at <= NOW)
        .limit(1)
    )


def apply(post_id: int, now: datetime) -> Post | None:
    """Put the update of a story before the readers, if it still waits and its time has come.

    To be called at the beginning of a transaction: it waits for whoever does the same.

    Raises:
        TextDoesNotFit, NameWithoutLetters, SlugTaken, TextTooLong, TextTooDeep: as
            :func:`.written.put_before_readers`.
    """
    lock_story(post_id)
    post = session().get(Post, post_id, with_for_update=True, populate_existing=True)
    pending = held_update(post) if post is not None else None
    if post is None or pending is None or pending.due_at > now:
        return None
    content = content_of(post, pending.revision)
    session().delete(pending)
    if post.state != PostState.PUBLISHED or content is None:
        # Withdrawn by what knows nothing of updates; there is nothing to be put in its place.
        settle_pictures(post)
        return None
    if post.shown_revision > pending.revision:
        # Brought in anew from outside; the planned words are older than what readers see.
        settle_pictures(post)
        _note_given_up(post, pending, "something newer is before the readers", now)
        return None
    written = present(post.blog, written_from(content))
    put_before_readers(post, written, pending.revision, now)
    if pending.told:
        post.updated_at = pending.due_at
    write_down(
        post.blog, planner(pending), Deed.UPDATE, Thing.POST, now, thing_id=post.id,
        title=post.title, detail=f"planned for {pending.due_at:%Y-%m-%d %H:%M} UTC",
    )  # fmt: skip
    return post


def give_up(post_id: int, reason: str, now: datetime) -> None:
    """Let an update not be made that cannot be, and leave word of it for the desk."""
    lock_story(post_id)
    post = session().get(Post, post_id, with_for_update=True, populate_existing=True)
    pending = held_update(post) if post is not None else None
    if post is None or pending is None or pending.due_at > now:
        return
    session().delete(pending)
    settle_pictures(post)
    touch(post, now)
    _note_given_up(post, pending, reason, now)


def _note_given_up(post: Post, pending: PendingUpdate, reason: str, now: datetime) -> None:
    leave_note(post, NoteKind.RETURNED, None, f"The planned update was not made: {reason}", now)
    write_down(
        post.blog, planner(pending), Deed.CANCEL_UPDATE, Thing.POST, now, thing_id=post.id,
        title=post.title, detail=reason,
    )  # fmt: skip


def planner(pending: PendingUpdate) -> Person | None:
    """Who planned an update."""
    return Person(pending.person_id, pending.person_name) if pending.person_id else None
