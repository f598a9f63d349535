"""Who hears of the replies to a comment. The caller commits."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select

from ..database import session
from ..models import Comment, MailAddress, Post, Proof, Subscription
from .queries import Found


def subscribe(comment: Comment, email: str, now: datetime) -> Subscription | None:
    """Let the writer of a new comment hear of the replies to it; nothing without an address.

    It counts at once for a person of the host, and for a guest who has shown that the
    address is theirs and does so here; anybody else has to confirm it by a mail first.
    """
    if not email:
        return None
    confirmed = now if comment.person_id else _confirmed_at(comment, email)
    found = Subscription(
        blog=comment.blog,
        post_id=comment.post_id,
        comment_id=comment.id,
        email=email,
        person_id=comment.person_id,
        created_at=now,
        confirmed_at=confirmed,
    )
    session().add(found)
    session().flush()
    return found


def wants_to_confirm(comment_id: int) -> bool:
    """Whether the writer of a comment would like to hear of replies, and has yet to confirm it."""
    query = select(Subscription.id).where(
        Subscription.comment_id == comment_id,
        Subscription.confirmed_at.is_(None),
        Subscription.ended_at.is_(None),
    )
    return session().scalar(query.limit(1)) is not None


def story_of(blog: str, email: str, subscription_id: int) -> Found | None:
    """The story under which a subscription is: its number and title."""
    return (
        session()
        .execute(
            select(Post.id, Post.title)
            .join(Subscription, Subscription.post_id == Post.id)
            .where(
                Subscription.blog == blog,
                Subscription.id == subscription_id,
                Subscription.email == email,
            )
        )
        .one_or_none()
    )


def is_subscribed(blog: str, email: str, post_id: int) -> bool:
    """Whether an address hears of replies under a story."""
    query = select(Subscription.id).where(*_under(blog, email, post_id))
    return session().scalar(query.limit(1)) is not None


def unsubscribe(blog: str, email: str, post_id: int, now: datetime) -> None:
    """End the mail to an address about the replies under a story."""
    session().execute(
        sa.update(Subscription)
        .where(*_under(blog, email, post_id))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _confirmed_at(comment: Comment, email: str) -> datetime | None:
    if not showed_address(comment, email):
        return None
    confirmed = select(MailAddress.confirmed_at).where(
        MailAddress.blog == comment.blog,
        MailAddress.email.in_({email, email.casefold()}),
        MailAddress.confirmed_at.is_not(None),
    )
    return session().scalar(confirmed.limit(1))


def showed_address(comment: Comment, email: str) -> bool:
    """Whether the writer of a comment has shown that this address is theirs.

    That somebody confirmed it does not make whoever types it now its owner; a key that a
    moderator's approval made good shows nothing of the address either.
    """
    if comment.proof != Proof.BROWSER:
        return comment.proof == Proof.ADDRESS
    addresses = select(Comment.author_email).where(
        Comment.blog == comment.blog,
        Comment.browser_digest == comment.browser_digest,
        Comment.proof == Proof.ADDRESS,
    )
    return email.casefold() in {found.casefold() for found in session().scalars(addresses)}


def _under(blog: str, email: str, post_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Subscription.blog == blog,
        Subscription.email == email,
        Subscription.post_id == post_id,
        Subscription.ended_at.is_(None),
    )
