"""What mails say: each is written when it is sent, of what is true by then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from ..context import draw, site
from ..mail import Parts, header_text, make_message
from ..models import CommentState
from ..mount import Mount
from ..posts.queries import load_frame
from ..text.characters import keep_order
from ..text.excerpts import plain_text
from . import addresses, mail_queries, notify, queries, subscriptions, tokens
from .mail_pages import (
    ConfirmMail,
    MailedComment,
    MailedReply,
    PublishedMail,
    QueueMail,
    ReplyMail,
)
from .outbox import Claim, Kind
from .private import own_url, signing_keys

_QUOTED, _LISTED, _JUDGED = 200, 500, 1_000
_NAME = 60
# Anything that a mail program would make a link of.
_LINK = re.compile(r"\S*(?:://|\w[.@]\w)\S*")
_CUT = " […]"


@dataclass(frozen=True)
class Letter:
    """A mail's subject, what its template sees, and the link that ends such mail."""

    subject: str
    page: Any
    stop_url: str


class StoryAway(LookupError):
    """Readers do not see the story of a published comment at present; the message is its id."""


def write(mount: Mount, mail: Claim, now: datetime) -> EmailMessage | None:
    """A mail with its text, or nothing where there is nothing to tell any more.

    Raises:
        Refused: its recipient is no address.
        StoryAway: there may be something to tell later.
    """
    with _by_base_url(mount):
        letter = _WRITERS[Kind(mail.kind)](mount, mail, now)
        if letter is None:
            return None
        blog = site(load_frame(mount.blog, now), now)
        text, html = (
            draw(f"mail/{mail.kind}.{kind}", letter.page, blog) for kind in ("txt", "html")
        )
    return make_message(
        mount.settings,
        Parts(
            message_id=mail.message_id,
            recipient=mail.recipient,
            subject=letter.subject,
            text=text,
            html=html,
            stop_url=letter.stop_url,
            date=now,
        ),
    )


@contextmanager
def _by_base_url(mount: Mount) -> Iterator[None]:
    # Addresses are made as if somebody asked for the front page by the site's own name: what
    # a request called it, which may be anything, is not known here.
    base = mount.settings.base_url
    with mount.app.test_request_context(base_url=base):
        front = urlsplit(mount.url("front", _external=True)).path
    with mount.app.test_request_context(front, base_url=base):
        yield


def _confirm(mount: Mount, mail: Claim, now: datetime) -> Letter | None:
    row = mail_queries.comment_before_readers(mount.blog, mail.data["comment"], now)
    known = addresses.is_confirmed(mount.blog, mail.recipient)
    if row is None or known or addresses.is_refused(mount.blog, mail.recipient):
        return None
    subscribes = subscriptions.wants_to_confirm(row.id)
    if row.state != CommentState.HELD and not (row.state == CommentState.PUBLISHED and subscribes):
        return None
    token = tokens.address_token(signing_keys(), mount.blog, row.id, mail.recipient, now)
    page = ConfirmMail(
        email=mail.recipient,
        name=_without_links(_name(row))[:_NAME],
        title=row.title,
        url=mount.post_url(row.slug, row.published_at, _external=True),
        quote=_without_links(_beginning(plain_text(row.body_html), _QUOTED)),
        subscribes=subscribes,
        confirm_url=mount.url("confirm_address", token=token, _external=True),
        stop_url=_stop_url(mount, mail.recipient, 0, now),
    )
    subject = mount.words.t("Did you comment on “%(title)s”?", title=row.title)
    return Letter(subject, page, page.stop_url)


def _published(mount: Mount, mail: Claim, now: datetime) -> Letter | None:
    number: int = mail.data["comment"]
    row = mail_queries.comment_before_readers(mount.blog, number, now)
    if row is None and mail_queries.is_published(mount.blog, number):
        raise StoryAway(number)
    if row is None or row.state != CommentState.PUBLISHED or row.reviewed_at is None:
        return None  # whoever published it by a link of their own knows already
    proven = row.person_id is not None or addresses.is_confirmed(mount.blog, mail.recipient)
    if not proven or addresses.is_refused(mount.blog, mail.recipient):
        return None
    page = PublishedMail(
        name=_name(row),
        title=row.title,
        url=mount.url("comment", comment_id=row.id, _external=True),
        quote=_beginning(plain_text(row.body_html), _QUOTED),
        own_url=own_url(mount, mail.recipient, now, external=True),
        stop_url=_stop_url(mount, mail.recipient, 0, now),
    )
    subject = mount.words.t("Your comment on “%(title)s” is published", title=row.title)
    return Letter(subject, page, page.stop_url)


def _reply(mount: Mount, mail: Claim, now: datetime) -> Letter | None:
    rows = mail_queries.replies(mount.blog, mail.data, now)
    if not rows or addresses.is_refused(mount.blog, mail.recipient):
        return None
    listed, first = rows[: mail_queries.LISTED], rows[0]
    page = ReplyMail(
        title=first.title,
        url=mount.post_url(first.slug, first.published_at, _external=True),
        replies=tuple(
            MailedReply(
                name=_name(row) or mount.words.t("Anonymous"),
                text=_beginning(plain_text(row.body_html), _LISTED),
                url=mount.url("comment", comment_id=row.id, _external=True),
            )
            for row in listed
        ),
        more=len(rows) - len(listed) + mail.data["more"],
        own_url=own_url(mount, mail.recipient, now, external=True),
        stop_url=_stop_url(mount, mail.recipient, mail.data["subscriptions"][0], now),
        stop_all_url=_stop_url(mount, mail.recipient, 0, now),
    )
    t, several = mount.words.t, len(rows) > 1 or page.more > 0
    subject = (
        t("New replies to your comment on “%(title)s”", title=first.title)
        if several
        else t("%(name)s replied to your comment on “%(title)s”",
               name=page.replies[0].name[:_NAME], title=first.title)
    )  # fmt: skip
    return Letter(subject, page, page.stop_url)


def _queue(mount: Mount, mail: Claim, now: datetime) -> Letter | None:
    rows, waiting = mail_queries.held(mount.blog, mail.data["ids"])
    is_moderator = mail.recipient in notify.moderators(mount.settings)
    if not rows or not is_moderator or addresses.is_refused(mount.blog, mail.recipient):
        return None
    ids = [row.id for row in rows]
    changes, verdicts = mail_queries.latest_changes(ids), queries.verdicts_on(ids)

    def url(row: Any, verb: str) -> str:
        change = changes.get(row.id, 0)
        token = tokens.judging_token(
            signing_keys(), mount.blog, row.id, verb, change, now, mail.recipient
        )
        return mount.url("judge_by_link", token=token, _external=True)

    page = QueueMail(
        comments=tuple(
            MailedComment(
                name=_name(row) or mount.words.t("Anonymous"),
                title=row.title,
                text=_beginning(keep_order(row.body), _JUDGED),
                reasons=reasons_in(verdicts.get(row.id, [])),
                created_at=row.created_at,
                approve_url=url(row, "approve"),
                reject_url=url(row, "reject"),
                spam_url=url(row, "spam"),
            )
            for row in rows
        ),
        more=max(0, waiting - len(rows)),
        queue_url=mount.url("moderation", _external=True),
        stop_url=_stop_url(mount, mail.recipient, 0, now),
    )
    subject = mount.words.tn("%(n)s comment waits", "%(n)s comments wait", waiting)
    return Letter(f"{subject} – {mount.settings.title}", page, page.stop_url)


def reasons_in(verdicts: list[tuple[str, str]]) -> tuple[str, ...]:
    """Why a comment waits, of all that the checks said."""
    return tuple(reason for outcome, reason in verdicts if outcome == "hold")


_WRITERS: dict[Kind, Callable[[Mount, Claim, datetime], Letter | None]] = {
    Kind.CONFIRM: _confirm,
    Kind.PUBLISHED: _published,
    Kind.REPLY: _reply,
    Kind.QUEUE: _queue,
}


def _stop_url(mount: Mount, email: str, subscription_id: int, now: datetime) -> str:
    token = tokens.stopping_token(signing_keys(), mount.blog, email, subscription_id, now)
    return mount.url("unsubscribe", token=token, _external=True)


def _name(row: Any) -> str:
    return header_text(keep_order(row.author_name))


def _beginning(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rstrip() + _CUT


def _without_links(text: str) -> str:
    """What a stranger wrote, without anything that a mail program would make a link of.

    Whose address it is has not asked for it, and must not be led anywhere by it.
    """
    return _LINK.sub("[…]", text)
