"""What may be done with a reply, and by which rules. The caller commits.

Counters on the post are changed by the difference, in the database, so that two at once
count twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from markupsafe import Markup
from sqlalchemy import Update, select, update

from ..database import session
from ..models import Comment, CommentState, CommentVerdict, Post, length_of
from ..posts.queries import Story
from ..settings import Settings
from ..text.markdown import COMMENT_RENDERER
from .checks import Outcome, Verdict
from .writers import Writer, fingerprint_of


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


class ParentGone(LookupError):
    """What a reply answers is not there any more, or not for readers; the message is its id."""


def openness(settings: Settings, story: Story, *, signed_in: bool) -> Openness:
    """Whether this reader may reply to a story."""
    if not settings.replies:
        return Openness.OFF
    if not story.replies_open:
        return Openness.CLOSED
    if settings.reply_needs_sign_in and not signed_in:
        return Openness.SIGN_IN
    return Openness.OPEN


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


def post_comment(reply: Reply, now: datetime) -> Comment:
    """Store a reply with what the checks said of it, published or held; flushed.

    Raises:
        ParentGone: what it answers is not published any more; nothing is stored.
        IntegrityError: it was said already, perhaps at this very moment.
    """
    _lock_thread(reply.post_id)
    parent = reply.parent
    if parent is not None and _state_now(parent.id) != CommentState.PUBLISHED:
        raise ParentGone(parent.id)
    outcome = max((verdict.outcome for _, verdict in reply.verdicts), default=Outcome.PUBLISH)
    comment = _comment(reply, _STATE_OF[outcome], now)
    session().add(comment)
    session().flush()
    _keep_verdicts(comment, reply.verdicts)
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
        user_agent=writer.agent[:AGENT_LENGTH],
        body=reply.text,
        body_html=str(reply.html),
        renderer=COMMENT_RENDERER,
        created_at=now,
    )


def _keep_verdicts(comment: Comment, verdicts: Sequence[tuple[str, Verdict]]) -> None:
    session().add_all(
        CommentVerdict(
            comment_id=comment.id,
            check=check[:_CHECK_LENGTH],
            outcome=verdict.outcome.name.lower(),
            reason=verdict.reason[:_REASON_LENGTH],
            created_at=comment.created_at,
        )
        for check, verdict in verdicts
    )
    session().flush()


def approve(comment: Comment) -> bool:
    """Publish a comment; whether that changed anything."""
    return _move(comment, CommentState.PUBLISHED)


def reject(comment: Comment) -> bool:
    """Keep a comment from the readers; whether that changed anything."""
    return _move(comment, CommentState.REJECTED)


def mark_spam(comment: Comment) -> bool:
    """Keep a comment from the readers as spam; whether that changed anything."""
    return _move(comment, CommentState.SPAM)


def _move(comment: Comment, state: CommentState) -> bool:
    _lock_thread(comment.post_id)
    session().refresh(comment, with_for_update=True)
    former = comment.state
    if former == state:
        return False
    comment.state = state
    session().flush()
    _count(comment.post_id, former, state)
    _show(comment)
    return True


def _lock_thread(post_id: int) -> None:
    """Let one writer or moderator at a time change the replies to a story.

    So counters and tombstones stay right, and there are no deadlocks: on MariaDB an
    insert locks its story's row for reading, which two of them cannot then both count on.
    """
    story = Post.id == post_id
    if session().get_bind(Post).dialect.name == "sqlite":
        # It knows no FOR UPDATE. What locks it is a write, here of what is there already.
        same = {Post.held_count: Post.held_count, Post.changed_at: Post.changed_at}
        _write(update(Post).where(story).values(same))
    else:
        session().execute(select(Post.id).where(story).with_for_update())


def _state_now(comment_id: int) -> str | None:
    # A plain read would see what was when the request began (MariaDB's REPEATABLE READ).
    return session().scalar(
        select(Comment.state).where(Comment.id == comment_id).with_for_update(read=True)
    )


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


def _write(statement: Update) -> None:
    session().execute(statement.execution_options(synchronize_session=False))
