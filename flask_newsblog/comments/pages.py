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
    only its writer sees. ``anchor`` is its place on the page, ``url`` its own address,
    ``reply_url`` that of the form which answers it and ``report_url`` of the one that reports
    it, empty where nothing may. ``when`` and ``iso`` say when it was written, to people and
    to programs; ``reply_label`` and ``report_label`` are the accessible names of the links to
    the forms. ``picked`` is the editors' mark. ``out_at`` is when a moderator last let it
    before the readers, for programs, where that was within a month.
    """

    id: int
    anchor: str
    level: int
    url: str
    name: str
    initials: str
    tint: str
    website: str
    badge: str
    body: Markup
    created_at: datetime
    iso: str
    when: str
    out_at: str
    edited_at: datetime | None
    picked: bool
    reply_url: str
    reply_label: str
    report_url: str
    report_label: str
    parent_id: int | None
    parent_url: str
    parent_name: str
    apart: bool
    tombstone: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of the replies to a story: ``count`` is of all that are published.

    ``more`` leads on where a thread is too long for its page. ``pinned`` is a comment that the
    desk has put above them, on the first page.
    """

    pinned: CommentView | None
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
    words that are handed back where there is no form. ``honeypot`` is what a program filled
    in, ``took`` the token that script fetched from ``challenge_url`` when the writing began,
    ``nudged`` marks a text of which its writer was told what would hold it.
    """

    state: Openness
    action: str
    challenge_url: str
    comment: Field
    author: Field
    email: Field
    url: Field
    remember: bool
    subscribe: bool
    honeypot: str
    took: str
    nudged: str
    asks_website: bool
    asks_remember: bool
    asks_subscribe: bool
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
    """``post.html``: a story, what hangs on it, its replies, and the form to leave one.

    To the writer of a comment that waits, ``own_url`` leads to what they wrote here, and
    ``crowded`` says that so many are arriving that it may wait longer.
    """

    thread: Thread
    reply: ReplyBox
    own_url: str = ""
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """``reply.html``: the form on a page of its own."""

    story: Story
    reply: ReplyBox


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to report a comment, to be chosen: its value, its words, and whether it is."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """``report.html``: what a reader tells the desk of a ``comment``, or of an error in the story.

    ``token`` proves that the form was ours; it is empty where the app asks for none. ``sent``
    says that there is no form any more, only thanks.
    """

    story: Story
    comment: CommentView | None
    heading: str
    action: str
    back: str
    reasons: tuple[Reason, ...]
    reason_error: str
    text: Field
    email: Field
    problem: str
    errors: tuple[tuple[str, str], ...]
    token: str
    sent: bool


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """``confirm.html``: what may have been sent from elsewhere, for its writer to send.

    ``token`` proves the next sending.
    """

    story: Story
    reply: ReplyBox
    token: str
