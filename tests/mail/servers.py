"""A mail server on loopback, and a site that sends its mail there."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from flask_newsblog.comments import addresses, notify
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Mail, Proof, Subscription

from ..comments.readers import Site

BASE = "https://bulletin.example"
MODERATOR = "desk@bulletin.example"
MAIL = {
    "NEWSBLOG_MAIL_FROM": "The Bulletin <news@bulletin.example>",
    "NEWSBLOG_BASE_URL": BASE,
    "NEWSBLOG_MODERATORS": MODERATOR,
}


@dataclass
class Post:
    """What a mail server has taken, and what it says to the next, by the command."""

    port: int
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802  as aiosmtpd calls it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.answers.get("RCPT") or self.answers.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if "BREAK" in self.answers:
            server.transport.close()
        if "DATA" in self.answers:
            return self.answers["DATA"]
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [message["To"].addresses[0].addr_spec]
        self.taken.append(message)
        self.raw.append(envelope.content)
        return "250 OK"

    def take(self) -> list[EmailMessage]:
        """What arrived since the last look."""
        taken, self.taken = self.taken, []
        return taken


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mail_server(**options: Any) -> Iterator[Post]:
    """A mail server for as long as the block lasts."""
    post = Post(free_port())
    controller = Controller(post, hostname="127.0.0.1", port=post.port, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def text_of(message: EmailMessage) -> str:
    """What stands in the plain part of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    """What stands in the other one."""
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def urls_in(text: str, part: str = "") -> list[str]:
    """The addresses in a mail, those with ``part`` in them."""
    return [url for url in re.findall(r"https?://[^\s<>\"]+", text) if part in url]


def path_in(message: EmailMessage, part: str) -> str:
    """The first link of a mail with this in it, below the site's own address."""
    return urls_in(text_of(message), part)[0].removeprefix(f"{BASE}/news")


def tell(site: Site, comment_id: int, what: Any = notify.stored) -> None:
    """Do what is done right after a comment was stored or published."""
    with site.app.app_context():
        comment = session().get(Comment, comment_id)
        mount = site.app.extensions["newsblog"][site.host.name]
        what(mount.settings, comment, site.clock())
        session().commit()


def write(
    site: Site,
    text: str = "The ferry was late again.",
    *,
    email: str = "mira@example.org",
    state: CommentState = CommentState.HELD,
    person: str | None = None,
    parent: int | None = None,
    subscribe: bool = False,
    confirmed: bool = False,
    name: str = "Mira Vale",
) -> int:
    """A comment of somebody with an address, and the mail that follows from it."""
    number = site.plant(text, state=state, parent=parent, name=name)
    with site.app.app_context():
        comment = session().get(Comment, number)
        assert comment is not None
        comment.author_email, comment.person_id = email, person
        if confirmed:
            comment.proof = Proof.ADDRESS
        if subscribe:
            session().add(
                Subscription(
                    blog="news", post_id=comment.post_id, comment_id=number, email=email,
                    person_id=person, created_at=site.clock(),
                    confirmed_at=site.clock() if confirmed or person else None,
                )
            )  # fmt: skip
        if confirmed:
            addresses.confirm("news", email, site.clock())
        session().commit()
    tell(site, number)
    return number


def approve(site: Site, comment_id: int) -> None:
    """What a moderator does, and the mail that follows from it."""
    site.judge(comment_id, CommentState.PUBLISHED)
    with site.app.app_context():
        comment = session().get(Comment, comment_id)
        assert comment is not None
        comment.reviewed_at = site.clock()
        session().commit()
    tell(site, comment_id, notify.published)


def outbox(site: Site) -> list[Mail]:
    """All mails there are, in the order in which they came."""
    with site.app.app_context():
        found = list(session().query(Mail).order_by(Mail.id))
        session().expunge_all()
        return found


def states(site: Site, kind: str = "") -> list[str]:
    """How far the mails of a kind have come."""
    return [str(mail.state) for mail in outbox(site) if kind in mail.kind]
