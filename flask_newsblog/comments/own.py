"""What one reader has here: their comments, and the mail that they asked for.

Nobody has an account. Who somebody is follows from what they show: a link that was mailed to
an address, a link to one comment, the key in their browser, or that they are signed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from math import prod
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from ..database import session
from ..models import Comment, CommentState, Post, Report, Subscription
from ..posts.statements import visible
from ..settings import Settings
from .statements import Query

# In so many spellings, of small and capital letters beyond ASCII, an address is looked for.
_MOST_SPELLINGS = 256
# Mail about so many threads is shown; who has more has the link in each mail.
MOST_SUBSCRIPTIONS = 200
# What a writer may still change or delete.
_STANDING = (CommentState.HELD, CommentState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Owner:
    """A reader of a blog, by the one thing that they have shown.

    ``email`` is an address whose mail they read; ``browser`` the digest of a key that their
    browser holds; ``comment_id`` one comment, by a link that only its writer got, and then
    ``browser`` is what that comment was written with. ``person_email`` is the address that the
    host gives for a person: mail to it is theirs, what guests wrote with it is not.
    ``reporters`` are the digests under which a person reported something.
    """

    blog: str
    email: str = ""
    person_id: str | None = None
    browser: str | None = None
    comment_id: int | None = None
    person_email: str = ""
    reporters: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where mail to them goes, if that is known."""
        return self.email or self.person_email


class OwnComment(NamedTuple):
    """A comment as its writer's page lists it; ``title`` and ``slug`` are of its story, and
    ``open`` says that readers see that one."""

    id: int
    post_id: int
    parent_id: int | None
    state: str
    created_at: datetime
    edited_at: datetime | None
    rejection: str
    title: str
    slug: str
    published_at: datetime | None
    open: bool
    answered: bool
    body: str


class OwnSubscription(NamedTuple):
    """Mail that somebody asked for: about the replies to a comment, under a story.

    ``state`` is that of the comment, ``open`` says that readers see the story.
    """

    id: int
    comment_id: int
    state: str
    confirmed_at: datetime | None
    title: str
    open: bool


def owner_by_comment(blog: str, comment_id: int) -> Owner | None:
    """Whoever wrote this comment, and what the same browser wrote."""
    found = select(Comment.browser_digest).where(Comment.blog == blog, Comment.id == comment_id)
    row = session().execute(found).one_or_none()
    return None if row is None else Owner(blog, browser=row[0], comment_id=comment_id)


def same_address(column: Any, email: str) -> ColumnElement[bool]:
    """Whether a column has this address, in capitals or not.

    SQLite folds the letters of ASCII alone, so the others are looked for in both their sizes.
    """
    same = sa.func.lower(column) == sa.func.lower(sa.literal(email, sa.String()))
    if email.isascii():
        return same
    sizes = [_sizes(letter) for letter in email]
    if prod(map(len, sizes)) > _MOST_SPELLINGS:
        # Nobody has such a one; all small and all capitals will do.
        spellings = {email.lower(), "".join(large[-1] for large in sizes)}
    else:
        spellings = {"".join(letters) for letters in product(*sizes)}
    return sa.or_(same, sa.func.lower(column).in_(sorted(spellings)))


def _sizes(letter: str) -> tuple[str, ...]:
    small, large = letter.lower(), letter.upper()
    # What becomes two letters in capitals, as ß does, would be another address.
    two = not letter.isascii() and len(large) == 1 and small != large
    return (small, large) if two else (small,)


def is_erased() -> ColumnElement[bool]:
    """Whether nothing is left of a comment but its place."""
    return sa.and_(
        Comment.state == CommentState.DELETED, Comment.author_name == "", Comment.body == ""
    )


def theirs(owner: Owner) -> ColumnElement[bool]:
    """Which comments somebody wrote, as far as what they have shown goes."""
    shown: list[ColumnElement[bool]] = []
    if owner.email:
        shown.append(same_address(Comment.author_email, owner.email))
    if owner.person_id is not None:
        shown.append(Comment.person_id == owner.person_id)
    if owner.browser:
        # Whoever signs out of a shared computer leaves its key there, and takes their id along.
        shown.append(sa.and_(Comment.browser_digest == owner.browser, Comment.person_id.is_(None)))
    if owner.comment_id is not None:
        shown.append(Comment.id == owner.comment_id)
    return sa.and_(Comment.blog == owner.blog, sa.or_(sa.false(), *shown), sa.not_(is_erased()))


def reported_by(owner: Owner) -> ColumnElement[bool]:
    """Which reports somebody sent."""
    sent: list[ColumnElement[bool]] = [Report.address_digest.in_(owner.reporters)]
    if owner.address:
        sent.append(same_address(Report.email, owner.address))
    return sa.and_(Report.blog == owner.blog, sa.or_(*sent))


def people_of(owner: Owner) -> Sequence[str]:
    """The persons of the host who wrote with this address, or asked for mail to it."""
    wrote = select(Comment.person_id).where(theirs(owner), Comment.person_id.is_not(None))
    asked = select(Subscription.person_id).where(
        asked_for(owner), Subscription.person_id.is_not(None)
    )
    return [found for found in session().scalars(sa.union(wrote, asked)) if found]


def own_comments(
    owner: Owner, now: datetime, limit: int, before: int | None = None
) -> Sequence[OwnComment]:
    """Somebody's comments, newest first; where ``before`` is one of them, those that are older."""
    query = _rows(owner, now)
    if before is not None:
        at = select(Comment.created_at).where(Comment.id == before).scalar_subquery()
        when = Comment.created_at
        query = query.where(when <= at, sa.or_(when < at, Comment.id < before))
    query = query.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(limit)
    return [OwnComment(*row) for row in session().execute(query)]


def own_comment(owner: Owner, now: datetime, comment_id: int) -> OwnComment | None:
    """One of somebody's comments, as their page lists it."""
    row = session().execute(_rows(owner, now).where(Comment.id == comment_id)).one_or_none()
    return None if row is None else OwnComment(*row)


def _rows(owner: Owner, now: datetime) -> Query:
    reply = aliased(Comment)
    answered = select(reply.id).where(reply.parent_id == Comment.id).exists()
    return (
        select(
            Comment.id, Comment.post_id, Comment.parent_id, Comment.state, Comment.created_at,
            Comment.edited_at, Comment.rejection, Post.title, Post.slug, Post.published_at,
            sa.case((visible(owner.blog, now), sa.true()), else_=sa.false()), answered,
            Comment.body,
        )
        .join(Post, Post.id == Comment.post_id)
        .where(theirs(owner))
    )  # fmt: skip


def find_own(owner: Owner, comment_id: int) -> Comment | None:
    """One of somebody's comments."""
    found = select(Comment).where(Comment.id == comment_id, theirs(owner))
    return session().scalars(found).one_or_none()


def count_own(owner: Owner) -> int:
    """How many comments somebody has here."""
    return session().scalar(select(sa.func.count(Comment.id)).where(theirs(owner))) or 0


def asked_for(owner: Owner) -> ColumnElement[bool]:
    """Which mail somebody asked for."""
    shown: list[ColumnElement[bool]] = [
        Subscription.comment_id.in_(select(Comment.id).where(theirs(owner)))
    ]
    if owner.email:
        # Their comment may be erased, or written with another address since.
        shown = [same_address(Subscription.email, owner.email)]
    if owner.person_id is not None:
        shown.append(Subscription.person_id == owner.person_id)
    return sa.and_(Subscription.blog == owner.blog, sa.or_(*shown))


def own_subscriptions(owner: Owner, now: datetime) -> Sequence[OwnSubscription]:
    """The mail that somebody asked for and still gets, newest first."""
    query = (
        select(
            Subscription.id, Subscription.comment_id, Comment.state, Subscription.confirmed_at,
            Post.title, sa.case((visible(owner.blog, now), sa.true()), else_=sa.false()),
        )
        .join(Post, Post.id == Subscription.post_id)
        .join(Comment, Comment.id == Subscription.comment_id)
        .where(asked_for(owner), Subscription.ended_at.is_(None))
        .order_by(Subscription.id.desc())
    )  # fmt: skip
    return [OwnSubscription(*row) for row in session().execute(query.limit(MOST_SUBSCRIPTIONS))]


def stop(owner: Owner, subscription_id: int, now: datetime) -> bool | None:
    """End one of somebody's subscriptions: whether it ran; nothing if it is not theirs."""
    found = select(Subscription).where(Subscription.id == subscription_id, asked_for(owner))
    subscription = session().scalars(found).one_or_none()
    if subscription is None:
        return None
    if subscription.ended_at is not None:
        return False
    subscription.ended_at = now
    return True


def window_ends(settings: Settings, created_at: datetime) -> datetime:
    """Until when a writer may change what nobody has answered."""
    return created_at + timedelta(minutes=settings.edit_minutes)


def may_change(
    settings: Settings, state: str, created_at: datetime, now: datetime, *, answered: bool
) -> bool:
    """Whether its writer may still change or delete a comment."""
    return state in _STANDING and not answered and now < window_ends(settings, created_at)
