"""What may be done with a reply, and by which rules. The caller commits.

Counters on the post are changed by the difference, in the database, so that two at once
count twice.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import select, update

from ..database import session
from ..models import Comment, CommentState, CommentVerdict, Post
from ..text.markdown import COMMENT_RENDERER
from .checks import Outcome, Verdict
from .queries import last_written

_STATE_OF = {
    Outcome.PUBLISH: CommentState.PUBLISHED,
    Outcome.HOLD: CommentState.HELD,
}


class ParentGone(LookupError):
    """What a reply answers is not there any more, or not for readers; the message is its id."""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who writes, as far as it is known. ``visitor`` and ``network`` are their address, cut."""

    name: str
    email: str
    website: str
    person_id: str | None
    badge: str
    visitor: str | None
    network: str | None
    agent: str


def said_digest(post_id: int, parent_id: int | None, writer: Writer, text: str) -> str:
    """What tells a reply from every other; the same one again has the same digest."""
    who = writer.person_id or f"{writer.name}\n{writer.email}"
    whole = f"{post_id}\n{parent_id or 0}\n{len(who)}\n{who}\n{text}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def address_digests(address: str | None, secret: bytes, day: str) -> tuple[str | None, str | None]:
    """A network address as it is kept: a keyed digest that changes daily, and its cut form.

    IPv4 is cut to /24 and IPv6 to /48; the digest is of the whole IPv4 address or of the
    /64, which is what one household has (RFC 6177).
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None, None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    kept, household = (24, 32) if found.version == 4 else (48, 64)
    network = ipaddress.ip_network(f"{found}/{kept}", strict=False)
    whole = ipaddress.ip_network(f"{found}/{household}", strict=False)
    digest = hmac.new(secret, f"{day} {whole}".encode(), hashlib.sha256).hexdigest()
    return digest[:32], str(network)


def seconds_to_wait(writer: Writer, pause: int, now: datetime) -> int:
    """How long this writer has to wait before the next reply; 0 if not at all."""
    if not pause:
        return 0
    last = last_written(writer.visitor, writer.person_id)
    if last is None:
        return 0
    return max(0, ceil((last + timedelta(seconds=pause) - now).total_seconds()))


def post_comment(
    post_id: int,
    blog: str,
    parent: Comment | None,
    writer: Writer,
    text: str,
    html: str,
    verdicts: Sequence[tuple[str, Verdict]],
    now: datetime,
) -> Comment:
    """Store a reply with what the checks said of it, published or held; flushed.

    Raises:
        ParentGone: what it answers is not published any more; nothing is stored.
        IntegrityError: it was said already, perhaps at this very moment.
    """
    _hold_thread(post_id)
    if parent is not None and _state_now(parent.id) != CommentState.PUBLISHED:
        raise ParentGone(parent.id)
    outcome = max((verdict.outcome for _, verdict in verdicts), default=Outcome.PUBLISH)
    state = _STATE_OF[outcome]
    comment = Comment(
        blog=blog,
        post_id=post_id,
        parent_id=parent.id if parent else None,
        root_id=(parent.root_id or parent.id) if parent else None,
        depth=parent.depth + 1 if parent else 0,
        state=state,
        shown=state == CommentState.PUBLISHED,
        said=said_digest(post_id, parent.id if parent else None, writer, text),
        author_name=writer.name,
        author_email=writer.email,
        author_url=writer.website,
        person_id=writer.person_id,
        badge=writer.badge,
        visitor=writer.visitor,
        network=writer.network,
        user_agent=writer.agent[:255],
        body=text,
        body_html=html,
        renderer=COMMENT_RENDERER,
        created_at=now,
    )
    session().add(comment)
    session().flush()
    _keep_verdicts(comment, verdicts)
    _count(post_id, None, state)
    return comment


def _keep_verdicts(comment: Comment, verdicts: Sequence[tuple[str, Verdict]]) -> None:
    session().add_all(
        CommentVerdict(
            comment_id=comment.id,
            check=check[:80],
            outcome=verdict.outcome.name.lower(),
            reason=verdict.reason[:500],
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
    _hold_thread(comment.post_id)
    session().refresh(comment, with_for_update=True)
    former = comment.state
    if former == state:
        return False
    comment.state = state
    session().flush()
    _count(comment.post_id, former, state)
    _show(comment)
    return True


def _hold_thread(post_id: int) -> None:
    """Let one writer or moderator at a time change the replies to a story.

    So counters and gravestones stay right, and nobody waits in a circle: on MariaDB an
    insert locks its story's row for reading, which two of them cannot then both count on.
    """
    session().execute(select(Post.id).where(Post.id == post_id).with_for_update())


def _state_now(comment_id: int) -> str | None:
    # A plain read would see what was when the request began (MariaDB's REPEATABLE READ).
    return session().scalar(
        select(Comment.state).where(Comment.id == comment_id).with_for_update(read=True)
    )


def _show(comment: Comment) -> None:
    """Show what is published, and a gravestone for what published replies hang on."""
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
    session().execute(
        update(Post)
        .where(Post.id == post_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
