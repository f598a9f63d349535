"""What mails show, and the pages that their links lead to: templates see one as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_wtf import FlaskForm


@dataclass(frozen=True, slots=True)
class ConfirmMail:
    """``mail/confirm``: to an address that somebody typed, whether it is theirs.

    ``quote`` is how the comment begins, without any web address; ``stop_url`` is for who
    did not write it.
    """

    email: str
    name: str
    title: str
    url: str
    quote: str
    subscribes: bool
    confirm_url: str
    stop_url: str


@dataclass(frozen=True, slots=True)
class PublishedMail:
    """``mail/published``: to a writer whose comment a moderator published."""

    name: str
    title: str
    url: str
    quote: str
    own_url: str
    stop_url: str


@dataclass(frozen=True, slots=True)
class MailedReply:
    """A reply as a mail lists it."""

    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ReplyMail:
    """``mail/reply``: to somebody who asked for it, the new replies to their comments."""

    title: str
    url: str
    replies: tuple[MailedReply, ...]
    more: int
    own_url: str
    stop_url: str
    stop_all_url: str


@dataclass(frozen=True, slots=True)
class MailedComment:
    """A comment that waits, with a link for each thing that can be done."""

    name: str
    title: str
    text: str
    reasons: tuple[str, ...]
    created_at: datetime
    approve_url: str
    reject_url: str
    spam_url: str


@dataclass(frozen=True, slots=True)
class QueueMail:
    """``mail/queue``: to a moderator, the comments that wait."""

    comments: tuple[MailedComment, ...]
    more: int
    queue_url: str
    stop_url: str


@dataclass(frozen=True, slots=True)
class UnsubscribePage:
    """``unsubscribe.html``: a button that ends mail to an address, and what came of it.

    ``title`` is of the story whose replies are mailed, empty where all mail is meant;
    ``ended`` says that none is sent any more.
    """

    email: str
    title: str
    ended: bool
    form: FlaskForm
