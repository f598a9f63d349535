"""What is stored of one reader, for them to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from ..database import session
from ..models import (
    Comment,
    CommentChange,
    CommentState,
    Mail,
    MailAddress,
    Post,
    Report,
    Subscription,
)
from ..posts.statements import visible
from .addresses import folded
from .journal import Verb
from .own import Owner, asked_for, reported_by, same_address, theirs

# The address of a story, by its slug and when it was published.
Addresses = Callable[[str, datetime], str]


def export(owner: Owner, address_of: Addresses, now: datetime) -> dict[str, Any]:
    """All that is stored of somebody, as far as what they have shown goes; JSON can say it.

    What others wrote is not in it: of a comment that was answered there is the number.
    """
    found: dict[str, Any] = {
        "blog": owner.blog,
        "exported_at": _iso(now),
        "comments": list(_comments(owner, address_of, now)),
        "subscriptions": list(_subscriptions(owner)),
    }
    if owner.address:
        found["address"] = {"email": owner.address, **_address(owner)}
        found["mails"] = list(_mails(owner))
    if owner.address or owner.reporters:
        found["reports"] = list(_reports(owner))
    return found


def _comments(owner: Owner, address_of: Addresses, now: datetime) -> Iterator[dict[str, Any]]:
    is_open = sa.case((visible(owner.blog, now), sa.true()), else_=sa.false())
    query = (
        select(Comment, Post.title, Post.slug, Post.published_at, is_open)
        .join(Post, Post.id == Comment.post_id)
        .where(theirs(owner))
        .order_by(Comment.created_at, Comment.id)
    )
    rows = session().execute(query).all()
    former = _former_texts(owner)
    for comment, title, slug, published_at, seen in rows:
        story = {"title": title, "address": address_of(slug, published_at)} if seen else None
        yield {
            "number": comment.id,
            "story": story,
            "answers": comment.parent_id,
            "state": _state(comment.state),
            "reason": comment.rejection or None,
            "name": comment.author_name,
            "email": comment.author_email,
            "website": comment.author_url,
            "account": comment.person_id,
            "proof": comment.proof or None,
            "network": comment.network,
            "browser": comment.user_agent,
            "written_at": _iso(comment.created_at),
            "changed_at": _iso(comment.edited_at),
            "text": comment.body,
            "former_texts": former.get(comment.id, []),
        }


def _state(state: str) -> str:
    # As on their page: to say that something was taken for spam teaches those who send it.
    return "rejected" if state == CommentState.SPAM else state


def _former_texts(owner: Owner) -> dict[int, list[dict[str, Any]]]:
    query = (
        select(CommentChange.comment_id, CommentChange.changed_at, CommentChange.before)
        .join(Comment, Comment.id == CommentChange.comment_id)
        .where(theirs(owner), CommentChange.verb == Verb.EDIT)
        .order_by(CommentChange.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for comment_id, changed_at, before in session().execute(query):
        if before.get("body"):
            former = {"text": before["body"], "until": _iso(changed_at)}
            found.setdefault(comment_id, []).append(former)
    return found


def _subscriptions(owner: Owner) -> Iterator[dict[str, Any]]:
    query = select(Subscription).where(asked_for(owner)).order_by(Subscription.id)
    for row in session().scalars(query):
        yield {
            "comment": row.comment_id,
            "email": row.email,
            "asked_at": _iso(row.created_at),
            "confirmed_at": _iso(row.confirmed_at),
            "ended_at": _iso(row.ended_at),
            "last_mail_at": _iso(row.notified_at),
        }


def _address(owner: Owner) -> dict[str, Any]:
    known = select(MailAddress).where(
        MailAddress.blog == owner.blog,
        sa.or_(
            same_address(MailAddress.email, owner.address),
            MailAddress.email == folded(owner.address),
        ),
    )
    row = session().scalars(known.order_by(MailAddress.id)).first()
    names = ("asked_at", "confirmed_at", "refused_at")
    return {name: _iso(getattr(row, name)) if row else None for name in names}


def _mails(owner: Owner) -> Iterator[dict[str, Any]]:
    query = select(Mail.kind, Mail.state, Mail.created_at, Mail.sent_at).where(
        Mail.blog == owner.blog, same_address(Mail.recipient, owner.address)
    )
    for kind, state, created_at, sent_at in session().execute(query.order_by(Mail.id)):
        yield {
            "about": kind, "state": state, "made_at": _iso(created_at), "sent_at": _iso(sent_at),
        }  # fmt: skip


def _reports(owner: Owner) -> Iterator[dict[str, Any]]:
    query = select(Report).where(reported_by(owner))
    for row in session().scalars(query.order_by(Report.id)):
        yield {
            "comment": row.comment_id,
            "reason": row.reason,
            "text": row.text,
            "sent_at": _iso(row.created_at),
            "closed_at": _iso(row.closed_at),
        }


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat(timespec="seconds")
