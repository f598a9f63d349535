"""What may be done with a reply, and by which rules. The caller commits.

Counters on the post are changed by the difference, in the database, so that two at once
count twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from markupsafe import Markup
from sqlalchemy import Update, select, update

from ..database import lock_row, session
from ..models import Comment, CommentState, CommentVerdict, Post, length_of
from ..posts.queries import Story
from ..settings import Settings
from ..text.markdown import COMMENT_RENDERER
from .checks import Outcome, Verdict
from .known import seconds_to_wait, state_and_wait
from .writers import Writer, fingerprint_of, words_digest


class Openness(StrEnum):
    """Whether somebody may reply to a story, and if not, why.

    ``SIGN_IN``: only those whom the host knows; ``CLOSED``: nobody to this story; ``OFF``:
    nobody in this blog.
    """

    OPEN = "open"
    SIGN_IN = "sign_in"
    CLOSED = "closed"
    OFF = "off"


AGENT_LENGTH = length_of(Comment.user_agent)
_CHECK_LENGTH, _REASON_LENGTH = length_of(CommentVerdict.check), length_of(CommentVerdict.reason)
_STATE_OF = {
    Outcome.PUBLISH: CommentState.PUBLISHED,
    Outcome.HOLD: CommentState.HELD,
}


_NO_PAUSE = Settings(reply_pause_seconds=0, replies_per_ten_minutes=0)


class ParentGone(LookupError):
    """What a reply answers is not there any more, or not for readers; the message is its id."""


class TooSoon(Exception):
    """Its writer has to wait, by ``seconds``: they wrote another at this very moment."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"The next reply may come in {seconds} seconds.")
        self.seconds = seconds


def openness(settings: Settings, story: Story, now: datetime, *, signed_in: bool) -> Openness:
    """Whether this reader may reply to a story."""
    if not settings.replies:
        return Openness.OFF
    if not story.replies_open or closed_by_age(settings, story, now):
        return Openness.CLOSED
    if settings.reply_needs_sign_in and not signed_in:
        return Openness.SIGN_IN
    return Openness.OPEN


def closed_by_age(settings: Settings, story: Story, now: datetime) -> datetime | None:
    """Since when a story takes no more replies because of its age; nothing while it does."""
    days, published_at = settings.comments_close_after_days, story.card.published_at
    if not days or (now - published_at).days < days:
        return None
    return published_at + timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply that may be stored: what is said, by whom, to what, and what the checks said.

    ``html`` is ``text`` as :func:`~flask_newsblog.text.markdown.render_comment` makes it.
    """

    blog: str
    post_id: int
    parent: Comment | None
    writer: Writer
    text: str
    html: Markup
    verdicts: Sequence[tuple[str, Verdict]]


def post_comment(reply: Reply, now: datetime, settings: Settings | None = None) -> Comment:
    """Store a reply with what the checks said of it, published or held; flushed.

    By the ``settings`` its writer may have to wait; without them nobody has to.

    Raises:
        ParentGone: what it answers is not published any more; nothing is stored.
        TooSoon: another of theirs was stored under this story since it was looked; not on
            MariaDB, which shows the times of when the request began.
        IntegrityError: it was said already, perhaps at this very moment.
    """
    lock_thread(reply.post_id)
    parent, seconds = reply.parent, 0
    state: str | None = CommentState.PUBLISHED
    if parent is not None:
        state, seconds = state_and_wait(parent.id, reply.writer, settings or _NO_PAUSE, now)
    elif settings is not None:
        seconds = seconds_to_wait(reply.writer, settings, now)
    if parent is not None and state != CommentState.PUBLISHED:
        raise ParentGone(parent.id)
    if seconds:
        raise TooSoon(seconds)
    outcome = max((verdict.outcome for _, verdict in reply.verdicts), default=Outcome.PUBLISH)
    comment = _comment(reply, _STATE_OF[outcome], now)
    session().add(comment)
    session().flush()
    keep_verdicts(comment, reply.verdicts, now)
    _count(reply.post_id, None, comment.state)
    return comment


def _comment(reply: Reply, state: CommentState, now: datetime) -> Comment:
    parent, writer = reply.parent, reply.writer
    parent_id = parent.id if parent else None
    return Comment(
        blog=reply.blog,
        post_id=reply.post_id,
        parent_id=parent_id,
        root_id=(parent.root_id or parent.id) if parent else None,
        depth=parent.depth + 1 if parent else 0,
        state=state,
        shown=state == CommentState.PUBLISHED,
        fingerprint=fingerprint_of(reply.post_id, parent_id, writer, reply.text),
        author_name=writer.name,
        author_email=writer.email,
        author_url=writer.website,
        person_id=writer.person_id,
        badge=writer.badge,
        address_digest=writer.address_digest,
        network=writer.network,
        text_digest=words_digest(reply.text),
        user_agent=writer.agent[:AGENT_LENGTH],
        proof=writer.proof,
        browser_digest=writer.browser_digest,
        body=reply.text,
        body_html=str(reply.html),
        renderer=COMMENT_RENDERER,
        created_at=now,
    )


def keep_verdicts(comment: Comment, verdicts: Sequence[tuple[str, Verdict]], now: datetime) -> None:
    """Store what the checks said of a comment."""
    session().add_all(
        CommentVerdict(
            comment_id=comment.id,
            check=check[:_CHECK_LENGTH],
            outcome=verdict.outcome.name.lower(),
            reason=verdict.reason[:_REASON_LENGTH],
            created_at=now,
        )
        for check, verdict in verdicts
    )
    session().flush()


def move(comment: Comment, state: str) -> bool:
    """Put a comment into a state, with all that is counted, shown and marked by it.

    Its thread is locked, and the row read since; whether that changed anything.
    """
    former = comment.state
    if state == former:
        return False
    comment.state = state
    session().flush()
    _count(comment.post_id, former, state)
    _show(comment)
    if state != CommentState.PUBLISHED:
        # What readers do not see stands nowhere first and is nobody's pick.
        take_marks(comment)
    session().flush()
    return True


def take_marks(comment: Comment) -> None:
    """Let a comment be nobody's pick and stand nowhere first; its thread is locked."""
    comment.picked = False
    if pinned(comment.post_id) == comment.id:
        pin(comment.post_id, None)


def lock_thread(post_id: int) -> None:
    """Let one writer or moderator at a time change the replies to a story.

    So counters and tombstones stay right, and there are no deadlocks: on MariaDB an
    insert locks its story's row for reading, which two of them cannot then both count on.
    """
    lock_row(Post, post_id)


def _show(comment: Comment) -> None:
    """Show what is published, and a tombstone for what published replies hang on."""
    current: Comment | None = comment
    while current is not None:
        shown = current.state == CommentState.PUBLISHED or _is_hung_on(current.id)
        if shown == current.shown and current is not comment:
            return
        current.shown = shown
        session().flush()
        if current.parent_id is None:
            return
        current = session().get(
            Comment, current.parent_id, with_for_update=True, populate_existing=True
        )


def _is_hung_on(comment_id: int) -> bool:
    hanging = (
        select(Comment.id)
        .where(Comment.parent_id == comment_id, Comment.shown.is_(True))
        .limit(1)
        .with_for_update(read=True)
    )
    return session().scalar(hanging) is not None


def _count(post_id: int, former: str | None, state: str) -> None:
    published = (state == CommentState.PUBLISHED) - (former == CommentState.PUBLISHED)
    held = (state == CommentState.HELD) - (former == CommentState.HELD)
    if not published and not held:
        return
    values: dict[str, Any] = {
        "comment_count": Post.comment_count + published,
        "held_count": Post.held_count + held,
    }
    if not published:
        # No page that readers see has changed.
        values["changed_at"] = Post.changed_at
    _write(update(Post).where(Post.id == post_id).values(values))


def touch(post_id: int) -> None:
    """Note that readers see something else under a story, though no count has changed."""
    _write(update(Post).where(Post.id == post_id).values(held_count=Post.held_count))


def pin(post_id: int, comment_id: int | None) -> None:
    """Let this comment stand first under a story, or none."""
    _write(update(Post).where(Post.id == post_id).values(pinned_comment_id=comment_id))


def pinned(post_id: int) -> int | None:
    """The comment that stands first under a story, as it is now; the thread is locked."""
    return session().scalar(
        select(Post.pinned_comment_id).where(Post.id == post_id).with_for_update()
    )


def _write(statement: Update) -> None:
    session().execute(statement.execution_options(synchronize_session=False))
