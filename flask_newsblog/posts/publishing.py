"""A story put before the readers, given a time, updated, withdrawn, brought back: the rules.

Each function holds the story first, so that of two who decide at once the second sees what the
first did. The caller commits, and has asked whether the person may.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..database import session
from ..i18n import mark
from ..models import Post, PostState, length_of
from ..text.typed import shows_something
from . import actions
from .handing import close_notes
from .standing import (
    CannotBeDone,
    Step,
    held_update,
    hold,
    is_out,
    newest,
    require,
    touch,
)
from .written import Written, put_before_readers

MOST_PEOPLE = 50
LONGEST_PERSON = 255

NO_HEADLINE = mark("The story has no headline yet. Write one, and save it.")
NO_TEXT = mark("The story has no text yet. Write it, and save it.")
_PAST_EMBARGO = mark("An embargo ends at a time to come. To end it now, lift it.")
_TOO_MANY = mark("An embargo can name %(n)s people.")
_LONG_NAME = mark("The name “%(name)s” is too long. Write one person on each line.")


def publish(post: Post, now: datetime, seen: int | None = None) -> None:
    """Put the newest saved revision of a story before the readers, or when its embargo ends.

    Raises:
        CannotBeDone: it is out already, has no headline or text, or was saved meanwhile.
        TextDoesNotFit, NameWithoutLetters, SlugTaken, TextTooLong, TextTooDeep: as
            :func:`.written.put_before_readers`.
    """
    _put_out(post, Step.PUBLISH, now, now, seen)


def schedule(post: Post, at: datetime, now: datetime, seen: int | None = None) -> None:
    """Give a story the time at which it goes before the readers, or another one.

    A time that is past is the time it bears: it is out at once. Under an embargo the time
    is never before its end.

    Raises:
        as :func:`publish`.
    """
    _put_out(post, Step.SCHEDULE, at, now, seen)


def unschedule(post: Post, now: datetime) -> None:
    """Take its time from a story that no reader has seen; it is a draft again.

    Raises:
        CannotBeDone: it is not scheduled.
    """
    hold(post)
    require(Step.UNSCHEDULE, post, now)
    post.published_at = None
    # For a moment only: what is published goes back to its writer by way of this.
    post.state = PostState.WITHDRAWN
    actions.back_to_draft(post, now)


def update(post: Post, now: datetime, *, tell: bool = False, seen: int | None = None) -> None:
    """Put what is saved in the place of what readers see; ``tell`` them that it was updated.

    Raises:
        as :func:`publish`.
    """
    hold(post)
    require(Step.UPDATE, post, now, seen)
    _put_newest(post, now)
    if tell and is_out(post, now):
        post.updated_at = now
    _drop_update(post)


def withdraw(post: Post, notice: str, now: datetime) -> None:
    """Take a story from the readers; at its address they find the notice.

    Raises:
        CannotBeDone: it is not out.
        TextDoesNotFit: the notice is too long.
    """
    hold(post)
    require(Step.WITHDRAW, post, now)
    post.withdrawal = actions.fitting("withdrawal", notice, length_of(Post.withdrawal))
    _drop_update(post)
    actions.withdraw(post, now)


def set_notice(post: Post, notice: str, now: datetime) -> None:
    """Tell readers something else of why a story was withdrawn.

    Raises:
        CannotBeDone: it is not withdrawn.
        TextDoesNotFit: the notice is too long.
    """
    hold(post)
    require(Step.NOTICE, post, now)
    post.withdrawal = actions.fitting("withdrawal", notice, length_of(Post.withdrawal))
    touch(post, now)


def restore(post: Post, now: datetime, seen: int | None = None) -> None:
    """Bring a withdrawn story back as it was saved last, under the time it first had.

    Raises:
        as :func:`publish`.
    """
    hold(post)
    require(Step.RESTORE, post, now, seen)
    _put_newest(post, now)
    post.withdrawal = ""
    actions.publish(post, now)


def set_embargo(post: Post, until: datetime, people: Sequence[str], now: datetime) -> None:
    """Keep a story from everybody until a time, but for the people named.

    They are named by name, address or id. Where none is named, the desk sees it, and nobody
    else. A story that is scheduled for an earlier time gets this one.

    Raises:
        CannotBeDone: the story is out or withdrawn, the time is past, or the names are too many
            or too long.
    """
    hold(post)
    require(Step.EMBARGO, post, now)
    if until <= now:
        raise CannotBeDone(_PAST_EMBARGO)
    names = list(dict.fromkeys(clean for name in people if (clean := " ".join(name.split()))))
    if len(names) > MOST_PEOPLE:
        raise CannotBeDone(_TOO_MANY, n=MOST_PEOPLE)
    for name in names:
        if len(name) > LONGEST_PERSON:
            raise CannotBeDone(_LONG_NAME, name=name[:40])
    post.embargo_until, post.embargo_people = until, names
    if post.state == PostState.PUBLISHED and post.published_at:
        actions.set_time(post, post.published_at, now)
    touch(post, now)


def lift_embargo(post: Post, now: datetime) -> None:
    """End an embargo. A story that is scheduled keeps its time.

    Raises:
        CannotBeDone: there is none.
    """
    hold(post)
    require(Step.LIFT_EMBARGO, post, now)
    post.embargo_until, post.embargo_people = None, []
    touch(post, now)


def set_replies(post: Post, is_open: bool, now: datetime) -> None:
    """Open a story to replies, or close it.

    Raises:
        CannotBeDone: it is so already.
    """
    hold(post)
    require(Step.OPEN_REPLIES if is_open else Step.CLOSE_REPLIES, post, now)
    post.replies_open = is_open
    touch(post, now)


def require_words(written: Written) -> None:
    """See to it that there is something to read.

    Raises:
        CannotBeDone: there is no headline, or no text.
    """
    if not shows_something(written.title):
        raise CannotBeDone(NO_HEADLINE)
    if not shows_something(written.body):
        raise CannotBeDone(NO_TEXT)


def _put_out(post: Post, step: Step, at: datetime, now: datetime, seen: int | None) -> None:
    hold(post)
    require(step, post, now, seen)
    _put_newest(post, now)
    if post.state == PostState.PUBLISHED:
        actions.set_time(post, at, now)
    else:
        actions.publish(post, now, at)
    close_notes(post, now)


def _put_newest(post: Post, now: datetime) -> None:
    number, written = newest(post)
    require_words(written)
    if number != post.shown_revision:
        put_before_readers(post, written, number, now)


def _drop_update(post: Post) -> None:
    pending = held_update(post)
    if pending is not None:
        session().delete(pending)
