"""Where a story stands, what can be done with it there, and why something cannot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, inspect, select, true
from sqlalchemy.orm.attributes import flag_modified

from ..database import session
from ..i18n import mark
from ..models import PendingUpdate, Post, PostState, Revision
from .actions import is_scheduled
from .present import present
from .revisions import lock_story
from .written import Written, written_from, written_in


class Step(StrEnum):
    """What may be done with a story, but for writing in it."""

    HAND_IN = "hand-in"
    TAKE_BACK = "take-back"
    GIVE_BACK = "give-back"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    UPDATE = "update"
    PLAN_UPDATE = "plan-update"
    CANCEL_UPDATE = "cancel-update"
    WITHDRAW = "withdraw"
    NOTICE = "notice"
    RESTORE = "restore"
    EMBARGO = "embargo"
    LIFT_EMBARGO = "lift-embargo"
    OPEN_REPLIES = "open-replies"
    CLOSE_REPLIES = "close-replies"
    THROW_AWAY = "throw-away"
    PICK_UP = "pick-up"


class CannotBeDone(ValueError):
    """Something cannot be done with a story as it stands; the message says why.

    ``words`` is the sentence before its ``values`` are put in, as translations know it.
    """

    def __init__(self, words: str, **values: Any) -> None:
        self.words, self.values = words, values
        super().__init__(words % values)


class NotAsItStands(CannotBeDone):
    """The story stands where this cannot be done; somebody may have been quicker."""


class ChangedMeanwhile(CannotBeDone):
    """Somebody else was quicker, after the page was opened by whoever decides."""


OUT_ALREADY = mark("The story is out already.")
_NOT_OUT = mark("The story is not out, so there is nothing to withdraw.")
_NO_CHANGE = mark("Readers see all that is saved already.")
_OTHERWISE = mark(
    "This cannot be done as the story stands now. Somebody may have been quicker; look at how it"
    " stands, and decide again."
)
_CHANGED = mark(
    "The story was saved by somebody after you opened this page. Nothing was done yet: look at"
    " what is there now, and decide again."
)


def is_out(post: Post, now: datetime) -> bool:
    """Whether readers see it."""
    return post.state == PostState.PUBLISHED and not is_scheduled(post, now)


def is_embargoed(post: Any, now: datetime) -> bool:
    """Whether a post, or a row of one, is under an embargo that has not ended."""
    return post.embargo_until is not None and post.embargo_until > now


def not_hidden(hidden: Collection[int]) -> ColumnElement[bool]:
    """Whether a story is none of these, which somebody may not know of."""
    return Post.id.not_in(sorted(hidden)) if hidden else true()


def pending_of(post: Post) -> PendingUpdate | None:
    """The update of a story that waits for its time."""
    return session().get(PendingUpdate, post.id)


def steps(post: Post, pending: PendingUpdate | None, now: datetime) -> frozenset[Step]:
    """What can be done with a story where it stands, by somebody who may do everything."""
    replies = Step.CLOSE_REPLIES if post.replies_open else Step.OPEN_REPLIES
    lift = {Step.LIFT_EMBARGO} if is_embargoed(post, now) else set()
    before = {Step.PUBLISH, Step.SCHEDULE, Step.EMBARGO, replies} | lift
    changed = {Step.UPDATE} if post.saved_revision != post.shown_revision else set()
    if post.discarded_at is not None:
        return frozenset({Step.PICK_UP})
    # One that readers saw bears the time at which they first did, wherever it stands.
    away = {Step.THROW_AWAY} if post.published_at is None else set()
    if post.state == PostState.DRAFT:
        return frozenset(before | away | {Step.HAND_IN})
    if post.state == PostState.IN_REVIEW:
        return frozenset(before | away | {Step.TAKE_BACK, Step.GIVE_BACK})
    if post.state == PostState.WITHDRAWN:
        return frozenset({Step.RESTORE, Step.NOTICE} | lift)
    if is_scheduled(post, now):
        return frozenset(before | changed | {Step.UNSCHEDULE})
    if pending is not None:
        changed = changed | {Step.CANCEL_UPDATE}
    if post.saved_revision != post.shown_revision:
        changed = changed | {Step.PLAN_UPDATE}
    return frozenset(changed | {Step.WITHDRAW, replies})


def hold(post: Post) -> None:
    """Let one at a time decide on a story; it is read anew by whoever waited.

    To be called before anything else is read in a transaction: MariaDB shows the rest as it was
    when the first of it was read.
    """
    # Not by ``post.id``, which may have to be read first.
    (number,) = inspect(post).identity or (post.id,)
    lock_story(number)
    session().refresh(post, with_for_update=True)


def require(step: Step, post: Post, now: datetime, seen: int | None = None) -> None:
    """See to it that a story can take this step, and is what was looked at.

    Args:
        step: what is to be done.
        post: the story, which is held.
        now: the moment.
        seen: the number of the newest saved revision when somebody looked at it.

    Raises:
        NotAsItStands: it stands elsewhere.
        ChangedMeanwhile: there is a newer one.
    """
    if step not in steps(post, held_update(post), now):
        if step in (Step.PUBLISH, Step.SCHEDULE) and is_out(post, now):
            raise NotAsItStands(OUT_ALREADY)
        if step is Step.WITHDRAW:
            raise NotAsItStands(_NOT_OUT)
        unchanged = post.saved_revision == post.shown_revision
        if step in (Step.UPDATE, Step.PLAN_UPDATE) and is_out(post, now) and unchanged:
            raise NotAsItStands(_NO_CHANGE)
        raise NotAsItStands(_OTHERWISE)
    if seen is not None and seen != post.saved_revision:
        raise ChangedMeanwhile(_CHANGED)


def held_update(post: Post) -> PendingUpdate | None:
    """The update of a story that waits, read anew once the story is held.

    Not by a lock of its own: where there is none, MariaDB would lock the gap, and two who plan
    updates of two stories would wait for each other.
    """
    return session().get(PendingUpdate, post.id, populate_existing=True)


def newest(post: Post) -> tuple[int, Written]:
    """The newest saved revision of a story that is held, and its number; 0 for its row."""
    content = content_of(post, post.saved_revision)
    if content is None:
        return 0, written_in(post)
    return post.saved_revision, present(post.blog, written_from(content))


def content_of(post: Post, number: int) -> dict[str, Any] | None:
    """What a revision of a story that is held keeps."""
    query = select(Revision.content).where(Revision.post_id == post.id, Revision.number == number)
    return session().scalar(query.with_for_update())


def touch(post: Post, now: datetime) -> None:
    """Note that a story has changed, even where the moment is the same as before."""
    post.changed_at = now
    flag_modified(post, "changed_at")
