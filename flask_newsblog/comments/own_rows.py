"""The rows of a reader's own page: words and addresses for what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

from ..i18n import mark
from ..models import CommentState
from ..mount import Mount
from ..text.characters import keep_order
from .own import (
    OwnComment,
    Owner,
    may_change,
    own_comment,
    own_subscriptions,
    window_ends,
)
from .own_pages import OwnMail, OwnRow
from .ownership import HERE
from .private import waiting_url

STATES = {
    CommentState.HELD: mark("Awaiting moderation"),
    CommentState.PUBLISHED: mark("Published"),
    CommentState.REJECTED: mark("Not published"),
    # That it was taken for spam is told to nobody who may have sent spam.
    CommentState.SPAM: mark("Not published"),
    CommentState.DELETED: mark("Deleted"),
}
_NO_STORY = mark("A story that is no longer here")


def url_here(mount: Mount, endpoint: str, token: str, **values: Any) -> str:
    """The address of one of a reader's own pages, for the link by which they came."""
    if token == HERE and endpoint == "own":
        return mount.url("own_here", **values)
    return mount.url(endpoint, token=token, **values)


def address_of(mount: Mount, slug: str, published_at: datetime) -> str:
    """The address of a story as it leaves the site."""
    base = mount.settings.base_url.rstrip("/")
    if base:
        return base + mount.post_url(slug, published_at)
    return mount.post_url(slug, published_at, _external=True)


def public_state(state: str) -> str:
    """The state that a writer is told."""
    return CommentState.REJECTED if state == CommentState.SPAM else state


def rows_of(
    mount: Mount, now: datetime, token: str, found: Sequence[OwnComment]
) -> tuple[OwnRow, ...]:
    """Comments as their writer's page lists them."""
    return tuple(_row(mount, now, token, comment) for comment in found)


def row_of(mount: Mount, now: datetime, token: str, owner: Owner, comment_id: int) -> OwnRow | None:
    """One of a reader's comments, as it is now."""
    found = own_comment(owner, now, comment_id)
    return _row(mount, now, token, found) if found is not None else None


def comment_url(mount: Mount, comment_id: int, state: str, now: datetime) -> str:
    """Where its writer sees a comment in its place: for all, or while it waits for them alone."""
    if state == CommentState.PUBLISHED:
        return mount.url("comment", comment_id=comment_id)
    return waiting_url(mount, comment_id, now) if state == CommentState.HELD else ""


def mail_rows(mount: Mount, now: datetime, owner: Owner, token: str) -> tuple[OwnMail, ...]:
    """The mail that a reader asked for and still gets."""
    return tuple(
        OwnMail(
            story=found.title if found.open else mount.words.t(_NO_STORY),
            url=comment_url(mount, found.comment_id, found.state, now) if found.open else "",
            confirmed=found.confirmed_at is not None,
            stop_url=mount.url("own_stop", token=token, subscription_id=found.id),
        )
        for found in own_subscriptions(owner, now)
    )


def _row(mount: Mount, now: datetime, token: str, found: OwnComment) -> OwnRow:
    words, settings = mount.words, mount.settings
    left = window_ends(settings, found.created_at) - now
    changeable = may_change(settings, found.state, found.created_at, now, answered=found.answered)

    def act(endpoint: str) -> str:
        return url_here(mount, endpoint, token, comment_id=found.id) if changeable else ""

    return OwnRow(
        id=found.id,
        story=found.title if found.open else words.t(_NO_STORY),
        url=comment_url(mount, found.id, found.state, now) if found.open else "",
        state=public_state(found.state),
        state_name=words.t(STATES[CommentState(found.state)]),
        reason=found.rejection if found.state == CommentState.REJECTED else "",
        text=keep_order(found.body),
        created_at=found.created_at,
        edited_at=found.edited_at,
        minutes_left=ceil(left.total_seconds() / 60) if changeable else 0,
        edit_url=act("own_edit"),
        delete_url=act("own_delete"),
    )
