"""What the pages with replies show: their templates see one of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from ..posts.pages import StoryParts
from ..posts.queries import Story
from .actions import Openness


class CommentView(NamedTuple):
    """A comment as a thread shows it; a tuple, since pages make hundreds of them.

    ``level`` is how deep it is shown, from 1; ``parent_name`` is whose comment it answers,
    and ``apart`` says that the level does not show it: deeper than levels are shown, or on
    another page. A tombstone has neither name nor text. ``waiting`` marks a comment that
    only its writer sees. ``url`` is its own address, ``reply_url`` that of the form which
    answers it, empty where nothing may. ``when`` and ``iso`` say when it was written, to people
    and to programs; ``reply_label`` is the accessible name of the link to the form.
    """

    id: int
    level: int
    url: str
    name: str
    initials: str
    tint: int
    website: str
    badge: str
    body: Markup
    created_at: datetime
    iso: str
    when: str
    edited_at: datetime | None
    reply_url: str
    reply_label: str
    parent_id: int | None
    parent_url: str
    parent_name: str
    apart: bool
    tombstone: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of the replies to a story: ``count`` is of all that are published.

    ``more`` leads on where a thread is too long for its page.
    """

    comments: tuple[CommentView, ...]
    count: int
    earlier: str
    later: str
    more: str
    other_order: str
    newest_first: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the reply form: what stands in it, and what is wrong with it.

    ``most`` is how many characters it takes; ``focused`` says that the reader goes on here.
    """

    value: str
    error: str
    required: bool
    most: int
    focused: bool


@dataclass(frozen=True, slots=True)
class ReplyBox:
    """The reply form as pages show it. On a story's own page it is the same for everyone.

    ``signed_in`` is the name of a known reader where the page is theirs alone; ``parent``
    the comment that is answered; ``problem`` what is wrong in one sentence, ``kept`` the
    words that are handed back where there is no form. ``honeypot`` and ``took`` are what
    programs filled in.
    """

    state: Openness
    action: str
    comment: Field
    author: Field
    email: Field
    url: Field
    remember: bool
    honeypot: str
    took: str
    asks_website: bool
    heading: str
    parent: CommentView | None
    story_url: str
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
    """``confirm.html``: what may have been sent from elsewhere, for its writer to send.

    ``token`` proves the next sending.
    """

    story: Story
    reply: ReplyBox
    token: str
