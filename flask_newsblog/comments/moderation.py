"""What moderators may do with replies, and by which rules. The caller commits.

Every act locks the threads it touches, in the order of their stories, reads the comments
anew, and writes down what it changed of each. What changes nothing leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy import select

from ..database import session
from ..models import Comment, CommentChange, CommentState, Report, length_of
from ..settings import Settings
from ..text.markdown import COMMENT_RENDERER, render_comment
from ..text.typed import many_lines
from . import actions, bayes, notify
from .checks import CHECKS, Check
from .journal import (
    PINNED,
    Act,
    Moderator,
    Values,
    Verb,
    history,
    is_taken_back,
    locked,
    new_batch,
    set_values,
    values_of,
    verdicts,
    wording_of,
    write_down,
)
from .report_closing import NOTHING_CLOSED, Closed, close, open_reports, put_back
from .rewording import Unacceptable, is_taken, reword

__all__ = [
    "DECISIONS", "STATE_AFTER", "Done", "Moderator", "Unacceptable", "Undone", "Verb", "decide",
    "edit", "history", "new_batch", "undo", "verdicts",
]  # fmt: skip

STATE_AFTER = {
    Verb.APPROVE: CommentState.PUBLISHED,
    Verb.REJECT: CommentState.REJECTED,
    Verb.SPAM: CommentState.SPAM,
    Verb.DELETE: CommentState.DELETED,
    Verb.HOLD: CommentState.HELD,
}
# What :func:`decide` does.
DECISIONS = frozenset(Verb) - {Verb.EDIT, Verb.UNDO, Verb.CONFIRM, Verb.ERASE}
# What answers readers who reported something.
_CLOSING = frozenset(STATE_AFTER) - {Verb.HOLD}
# What the spam filter learns of a comment, as far as moderators may change it.
_LEARNT = {"body", "author_name"}
_REJECTION_LENGTH = length_of(Comment.rejection)


@dataclass(frozen=True)
class Done:
    """What became of an act: ``unchanged`` are those that were so already, or cannot be."""

    batch: str
    changed: tuple[Comment, ...]
    unchanged: tuple[Comment, ...]


@dataclass(frozen=True)
class Undone:
    """What was taken back; ``batch`` takes that back again.

    ``kept`` are comments with which something else was done since; they are left alone.
    """

    restored: tuple[Comment, ...]
    kept: tuple[Comment, ...]
    batch: str


def decide(
    settings: Settings,
    comments: Sequence[Comment],
    verb: Verb,
    by: Moderator,
    now: datetime,
    note: str = "",
    batch: str = "",
    seen: Mapping[int, str] | None = None,
) -> Done:
    """Do one thing with comments of one blog.

    ``seen`` is the :func:`wording_of` each as the moderator saw it, where that is known: what
    its writer has changed since is not approved unread.

    The ``note`` of a rejection is told to the writer. With the ``batch`` of another act this
    one is undone together with it. What a :class:`Moderator` without id and name does, which
    stands for what happens by itself, counts as nobody's review.
    """
    if verb not in DECISIONS:
        raise ValueError(f"To {verb} has an action of its own.")
    note = many_lines(note)[:_REJECTION_LENGTH]
    act = Act(verb=verb, by=by, now=now, batch=batch or new_batch(), note=note)
    changed: set[int] = set()
    for thread in locked((comment.post_id, comment.id) for comment in comments):
        reported = open_reports(thread) if verb in _CLOSING else {}
        for comment in thread:
            wording = wording_of(comment.edited_at)
            if verb == Verb.APPROVE and (seen or {}).get(comment.id, wording) != wording:
                continue
            if _do(settings, comment, act, reported.get(comment.id, ())):
                changed.add(comment.id)
    return _done(act, comments, changed)


def edit(
    settings: Settings,
    comment: Comment,
    text: str,
    by: Moderator,
    now: datetime,
    name: str | None = None,
    checks: Sequence[Check] = CHECKS,
    seen: str = "",
) -> Done:
    """Put other words into a comment, and another name over it where one is given.

    The checks say what they think of them, and the comment stays where it stands. ``seen`` is
    the :func:`wording_of` what the moderator began with, where that is known.

    Raises:
        Unacceptable: there is nothing to read in it, or too much, it stands there already, or
            somebody else has changed the comment since.
    """
    act = Act(verb=Verb.EDIT, by=by, now=now, batch=new_batch())
    changed = reword(settings, comment, text, name, checks, act, seen)
    return _done(act, [comment], {comment.id} if changed else set())


def undo(settings: Settings, blog: str, batch: str, by: Moderator, now: datetime) -> Undone:
    """Give the comments of a batch back what they had before, each that is still as it left them.

    What was undone can be done again: by undoing the batch of the undoing.
    """
    act = Act(verb=Verb.UNDO, by=by, now=now, batch=new_batch(), undoes=batch)
    # Read without a lock: whoever took it back at the same moment has changed the comments
    # too, which is seen.
    changes: dict[int, list[CommentChange]] = {}
    for change in session().scalars(_standing(blog, batch)):
        changes.setdefault(change.comment_id, []).append(change)
    outcome: dict[Comment, bool] = {}
    for thread in locked(_places_of(changes)):
        pairs = [
            (change.id, comment, change) for comment in thread for change in changes[comment.id]
        ]
        # The last first, for one may have made way for another.
        for _, comment, change in sorted(pairs, key=itemgetter(0), reverse=True):
            if outcome.get(comment, True):
                outcome[comment] = _take_back(settings, comment, change, act)
    restored = tuple(comment for comment, done in outcome.items() if done)
    return Undone(restored, tuple(c for c, done in outcome.items() if not done), act.batch)


def _do(settings: Settings, comment: Comment, act: Act, reports: Sequence[Report]) -> bool:
    pinned = actions.pinned(comment.post_id)
    before, gone = values_of(comment, pinned), is_taken_back(comment)
    # Also on what is so already: it was reported, looked at, and may stay so.
    closed = close(comment, reports, act) if act.verb in _CLOSING else NOTHING_CLOSED
    if not gone:
        _change(settings, comment, pinned, act)
    changed = before != values_of(comment, actions.pinned(comment.post_id))
    if changed and act.by != Moderator(None, ""):
        comment.reviewed_at = act.now
    elif closed != NOTHING_CLOSED and act.verb == Verb.APPROVE:
        # Of what readers see already nothing changes by it, but somebody has looked.
        comment.reviewed_at = comment.reviewed_at or act.now
    if (changed or closed != NOTHING_CLOSED) and not gone:
        _note(comment, before, act, closed)
    return changed


def _change(settings: Settings, comment: Comment, pinned: int | None, act: Act) -> None:
    published = comment.state == CommentState.PUBLISHED
    match act.verb:
        case Verb.PICK | Verb.UNPICK:
            comment.picked = published and act.verb == Verb.PICK
        case Verb.PIN:
            # A thread stands first as a whole, so one that answers another cannot.
            if published and comment.parent_id is None and pinned != comment.id:
                _unpin(comment.post_id, pinned, act)
                actions.pin(comment.post_id, comment.id)
        case Verb.UNPIN:
            if pinned == comment.id:
                actions.pin(comment.post_id, None)
        case _:
            _move(settings, comment, act)


def _move(settings: Settings, comment: Comment, act: Act) -> None:
    state, former = STATE_AFTER[act.verb], comment.state
    if act.verb == Verb.REJECT:
        comment.rejection = act.note or comment.rejection
    elif state != former:
        comment.rejection = ""
    # Once for each time, after the counters are right.
    if actions.move(comment, state):
        notify.published(settings, comment, act.now)


def _unpin(post_id: int, pinned: int | None, act: Act) -> None:
    if pinned is None:
        return
    other = session().get(Comment, pinned, with_for_update=True, populate_existing=True)
    if other is not None:
        before = values_of(other, other.id)
        write_down(other, before, {**before, PINNED: False}, act)


def _note(comment: Comment, before: Values, act: Act, closed: Closed) -> None:
    session().flush()
    bayes.follow(comment)
    after = values_of(comment, actions.pinned(comment.post_id))
    write_down(comment, before | closed.before, after | closed.after, act)
    if comment.shown:
        actions.touch(comment.post_id)


def _take_back(settings: Settings, comment: Comment, change: CommentChange, act: Act) -> bool:
    pinned = actions.pinned(comment.post_id)
    before, wanted = values_of(comment, pinned), change.before
    if any(before.get(name, value) != value for name, value in change.after.items()):
        return False
    if wanted.get(PINNED) and pinned is not None:
        return False
    if is_taken_back(comment) or is_taken(comment, wanted.get("fingerprint")):
        return False
    if wanted.keys() & _LEARNT:
        bayes.unlearn(comment)
    set_values(comment, wanted)
    if "body" in wanted:
        comment.body_html, comment.renderer = str(render_comment(comment.body)), COMMENT_RENDERER
    if PINNED in wanted:
        actions.pin(comment.post_id, comment.id if wanted[PINNED] else None)
    if actions.move(comment, wanted.get("state", comment.state)):
        notify.published(settings, comment, act.now)
    elif comment.state != CommentState.PUBLISHED:
        actions.take_marks(comment)
    _note(comment, before, act, put_back(comment, change.before, change.after))
    _mark_undone(change, act)
    return True


def _mark_undone(change: CommentChange, act: Act) -> None:
    change.undone_at = act.now
    if change.undoes:
        # What this one had taken back stands again, and can be taken back again.
        for former in session().scalars(
            select(CommentChange).where(
                CommentChange.batch == change.undoes,
                CommentChange.comment_id == change.comment_id,
            )
        ):
            former.undone_at = None
    session().flush()


def _standing(blog: str, batch: str) -> sa.Select[CommentChange]:
    return select(CommentChange).where(
        CommentChange.batch == batch,
        CommentChange.blog == blog,
        CommentChange.undone_at.is_(None),
    )


def _places_of(ids: Collection[int]) -> list[tuple[int, int]]:
    rows = session().execute(select(Comment.post_id, Comment.id).where(Comment.id.in_(ids)))
    return [(post_id, comment_id) for post_id, comment_id in rows]


def _done(act: Act, comments: Sequence[Comment], changed: set[int]) -> Done:
    given = tuple(dict.fromkeys(comments))
    return Done(
        act.batch,
        tuple(comment for comment in given if comment.id in changed),
        tuple(comment for comment in given if comment.id not in changed),
    )
