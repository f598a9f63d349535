"""What the pages with replies show: their templates see one of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from ..posts.pages import StoryParts
from ..posts.queries import Story


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as a thread shows it.

    ``level`` is how deep it is shown, from 1; ``parent_name`` is whose comment it answers,
    and ``apart`` says that the level does not show it: deeper than levels are shown, or on
    another page. A gravestone has neither name nor text. ``waiting`` marks a comment that
    only its writer sees.
    """

    id: int
    level: int
    name: str
    initials: str
    tint: int
    website: str
    badge: str
    body: Markup
    created_at: datetime
    edited_at: datetime | None
    parent_id: int | None
    parent_name: str
    apart: bool
    gravestone: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of the replies to a story: ``count`` is of all that are published.

    A comment's own address is ``comment_url`` and its id; the form that answers it is at
    ``reply_url`` and its id, empty where replies are closed. ``more`` leads on where a
    thread is too long for its page.
    """

    comments: tuple[CommentView, ...]
    count: int
    earlier: str
    later: str
    more: str
    other_order: str
    newest_first: bool
    comment_url: str
    reply_url: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the reply form: what stands in it, and what is wrong with it."""

    value: str
    error: str
    required: bool
    length: int


@dataclass(frozen=True, slots=True)
class ReplyBox:
    """The reply form as pages show it. On a story's own page it is the same for everyone.

    ``signed_in`` is the name of a known reader where the page is theirs alone; ``parent``
    the comment that is answered; ``problem`` what is wrong in one sentence, ``kept`` the
    words that a closed form hands back.
    """

    open: bool
    action: str
    comment: Field
    author: Field
    email: Field
    url: Field
    remember: bool
    website: bool
    heading: str
    parent: CommentView | None
    cancel: str
    signed_in: str
    problem: str
    errors: tuple[tuple[str, str], ...]
    sign_in_url: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage(StoryParts):
    """``post.html``: a story, what hangs on it, its replies, and the form to leave one."""

    thread: Thread
    reply: ReplyBox


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """``reply.html``: the form on a page of its own."""

    story: Story
    reply: ReplyBox


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """``confirm.html``: what was sent from elsewhere, for its writer to send themselves.

    ``fields`` are the names and values of the form; ``token`` proves the next sending.
    """

    story: Story
    action: str
    fields: tuple[tuple[str, str], ...]
    text: str
    token: str
