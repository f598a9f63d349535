"""What each newsroom page shows: its templates see one of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from .forms import ConfirmForm


@dataclass(frozen=True, slots=True)
class Tab:
    """A link among several: ``here`` is the one shown.

    ``count`` is how many are behind it, as it is written, empty where nothing is told;
    ``key`` names it for script.
    """

    name: str
    url: str
    here: bool
    count: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class DeskHead:
    """What stands on top of the newsroom's pages: the ways through it, and who is here."""

    tabs: tuple[Tab, ...]
    name: str
    by_link: bool
    form: ConfirmForm


@dataclass(frozen=True, slots=True)
class StateFilter:
    """A link that shows the rows of one kind, or all; ``here`` is the one shown."""

    name: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several in a form; ``chosen`` is the one that stands there."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SignInPage:
    """``newsroom/sign_in.html``: the name a link signs in, and the button."""

    name: str
    form: ConfirmForm


@dataclass(frozen=True, slots=True)
class Quoted:
    """A comment in short, as others refer to it."""

    name: str
    text: str
    url: str
    state: str
    state_name: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommentCard:
    """A comment as the desk sees it.

    ``url`` is its own page in the newsroom, ``comment_url`` the readers' address of it and
    ``story_url`` that of the story, both empty while readers cannot see them. ``blog_title``
    is empty where the desk has but one blog. ``proof`` says in words what the writer has
    shown of who they are, ``reasons`` why the comment was held. ``wording`` tells its words from
    those before the latest change. ``verbs`` are what can be
    done with it, such as ``approve``.
    """

    id: int
    url: str
    comment_url: str
    blog_title: str
    state: str
    state_name: str
    name: str
    initials: str
    tint: str
    badge: str
    email: str
    website: str
    network: str
    proof: str
    created_at: datetime
    edited_at: datetime | None
    wording: str
    story_title: str
    story_url: str
    parent: Quoted | None
    body: Markup
    reasons: tuple[str, ...]
    reports: int
    rejection: str
    picked: bool
    pinned: bool
    pinnable: bool
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What was just done, in a sentence; ``batch`` takes it back, where that can be."""

    words: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class CommentsPage:
    """``newsroom/comments.html``: the comments in one state, of all blogs of the desk.

    ``place`` are the fields by which a form comes back to this page, ``start`` is the
    address where the list begins; ``first`` is the same, and empty where it begins here.
    ``attack`` is about the one blog that is looked at, ``attacked`` names others.
    """

    head: DeskHead
    cards: tuple[CommentCard, ...]
    tabs: tuple[Tab, ...]
    blogs: tuple[Tab, ...]
    state: str
    query: str
    place: tuple[tuple[str, str], ...]
    start: str
    first: str
    more: str
    verbs: tuple[str, ...]
    said: Said
    attack: bool
    attacked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did with a comment. No ``name`` stands for what happened by itself.

    ``former`` is the text as it was before; ``undone`` says that it was taken back.
    """

    name: str
    what: str
    when: datetime
    note: str
    former: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader reported of a comment."""

    reason: str
    text: str
    when: datetime
    closed: bool


@dataclass(frozen=True, slots=True)
class Bannable:
    """What of a writer can be banned: ``kind`` names it, ``value`` is what stands in the rule."""

    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CommentPage:
    """``newsroom/comment.html``: a comment with all that is known of it.

    ``text`` is what stands in the form: word for word what was typed; ``problem`` is why
    it could not be stored.
    """

    head: DeskHead
    card: CommentCard
    text: str
    problem: str
    changes: tuple[Change, ...]
    reports: tuple[Told, ...]
    replies: tuple[Quoted, ...]
    bans: tuple[Bannable, ...]
    place: tuple[tuple[str, str], ...]
    back: str
    said: Said


@dataclass(frozen=True, slots=True)
class LinkPage:
    """``newsroom/by_link.html``: a comment and a button, for who has the link from a mail.

    ``verb`` is ``approve``, ``reject`` or ``spam``; ``decided`` says what became of the
    comment since, and then there is no button.
    """

    verb: str
    name: str
    title: str
    text: str
    reasons: tuple[str, ...]
    created_at: datetime
    decided: str
    form: ConfirmForm
