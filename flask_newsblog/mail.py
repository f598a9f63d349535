"""A mail: put together from its parts, and handed to a mail server."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Any, cast
from urllib.parse import urlsplit

from .settings import Settings
from .text.characters import drop_unprintable

# For how many seconds a mail server may keep us waiting at each step.
TIMEOUT = 30
SUBJECT_LENGTH = 150
# Short lines of plain letters, which any server takes.
_SAFE = "quoted-printable"
_RECIPIENT = re.compile(r"[^@\s<>\",;:\\()\[\]\x00-\x1f\x7f]+@[^@\s<>\",;:\\()\[\]\x00-\x1f\x7f]+")

# What smtplib raises; ValueError of names and passwords with letters beyond ASCII.
_FAILURES = (smtplib.SMTPException, OSError, ValueError)

SendMail = Callable[[EmailMessage], Any]


class MailError(Exception):
    """A mail that did not go out; the message says why."""


class NoServer(MailError):
    """The mail server cannot be reached, or lets nobody in: no mail goes out at present."""


class NotTaken(MailError):
    """The mail server did not take this mail, and may take it later."""


class Refused(MailError):
    """This mail will never be taken."""


class Unsure(MailError):
    """The connection broke while the mail was handed over: the server may have it."""


class _OnOneLine(UniqueUnstructuredHeader):
    """A header with an address of the web in it, which folding would break or encode."""

    # Made into a class of text that has a name, by HeaderRegistry.
    name: str

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Verbatim(UniqueUnstructuredHeader):
    """A header that says what it is given.

    The standard library's own would take what looks encoded in it for encoded, line ends
    and all, and loses spaces between encoded words.
    """

    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds.update(parse_tree=None, decoded=value)

    def fold(self, *, policy: Any) -> str:
        line = f"{self.name}: {self}"
        if not line.isascii() or len(line) > policy.max_line_length:
            folded = Header(str(self), "utf-8", header_name=self.name).encode()
            line = f"{self.name}: " + folded.replace("\n", policy.linesep)
        return f"{line}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", cast(Any, _OnOneLine))
_headers.map_to_type("subject", cast(Any, _Verbatim))
_POLICY = SMTP.clone(header_factory=_headers)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a mail is made of; ``stop_url`` is where its reader ends mail of this kind."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    stop_url: str
    date: datetime


def make_message(settings: Settings, parts: Parts) -> EmailMessage:
    """The mail with all its headers.

    Raises:
        Refused: its recipient is no address.
    """
    message = EmailMessage(policy=_POLICY)
    ((name, sender),) = getaddresses([settings.mail_from])
    message["From"] = _address(sender, name)
    message["To"] = _address(parts.recipient)
    message["Subject"] = header_text(parts.subject)[:SUBJECT_LENGTH].strip()
    message["Date"] = format_datetime(parts.date)
    message["Message-ID"] = f"<{parts.message_id}@{sender.rpartition('@')[2]}>"
    # RFC 3834: so that no machine answers it.
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{parts.stop_url}>"
    if parts.stop_url.startswith("https:"):
        # RFC 8058, which allows it for such addresses alone.
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(drop_unprintable(parts.text), cte=_SAFE)
    message.add_alternative(drop_unprintable(parts.html), subtype="html", cte=_SAFE)
    return message


def header_text(text: str) -> str:
    """A text that fits into a header: nothing in it ends a line, or begins an encoded word."""
    return " ".join(drop_unprintable(text).replace("=?", "= ?").split())


def send_by_smtp(settings: Settings, message: EmailMessage, handing: Callable[[], bool]) -> bool:
    """Hand a mail to the server that the settings name; whether it was handed over.

    ``handing`` is called when the server has accepted sender and recipient, right before it
    gets the mail itself; if it says no, nothing is sent.

    Raises:
        MailError: one of those above.
    """
    server = _connect(settings)
    try:
        recipient = message["To"].addresses[0].addr_spec
        _introduce(server, message["From"].addresses[0].addr_spec, recipient)
        if not handing():
            return False
        _hand(server, message, recipient)
    finally:
        # Whatever it says to our leaving, the mail is where it is.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()
    return True


def _address(address: str, name: str = "") -> Address:
    if not _RECIPIENT.fullmatch(address) or "=?" in address:
        raise Refused(f"{address!r} is no address.")
    local, _, domain = address.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError as error:
        raise Refused(f"{address!r} has a domain that cannot be: {error}.") from error
    return Address(header_text(name), local, domain)


def _connect(settings: Settings) -> smtplib.SMTP:
    kind: type[smtplib.SMTP] = smtplib.SMTP
    more: dict[str, Any] = {}
    if settings.smtp_security == "tls":
        kind, more = smtplib.SMTP_SSL, {"context": ssl.create_default_context()}
    # By itself it would ask the network what this machine is called.
    own_name = urlsplit(settings.base_url).hostname
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        server = kind(settings.smtp_host, settings.smtp_port, own_name, timeout=TIMEOUT, **more)
    except _FAILURES as error:
        raise NoServer(f"No mail server at {where}: {_said(error)}.") from error
    try:
        server.ehlo_or_helo_if_needed()
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except _FAILURES as error:
        server.close()
        raise NoServer(f"The mail server at {where} lets nobody in: {_said(error)}.") from error
    return server


def _introduce(server: smtplib.SMTP, sender: str, recipient: str) -> None:
    options = []
    if not recipient.isascii():
        if not server.has_extn("smtputf8"):
            raise Refused("The mail server takes no addresses with letters beyond ASCII.")
        options = ["SMTPUTF8"]
    try:
        code, answer = server.mail(sender, options)
        if code != 250:
            raise NotTaken(f"The mail server refuses the sender: {code} {_words(answer)}.")
        code, answer = server.rcpt(recipient)
    except ValueError as error:
        raise Refused(f"The sender or the recipient cannot be written: {_said(error)}.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotTaken(f"The mail server broke off: {_said(error)}.") from error
    if code not in (250, 251):
        kind = Refused if code >= 500 else NotTaken
        raise kind(f"The mail server refuses the recipient: {code} {_words(answer)}.")


def _hand(server: smtplib.SMTP, message: EmailMessage, recipient: str) -> None:
    policy = _POLICY if recipient.isascii() else _POLICY.clone(utf8=True)
    try:
        code, answer = server.data(message.as_bytes(policy=policy))
    except smtplib.SMTPDataError as error:
        code, answer = error.smtp_code, error.smtp_error  # type: ignore[assignment]
    except ValueError as error:
        raise Refused(f"The mail cannot be written: {_said(error)}.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unsure(f"The mail server broke off in the middle: {_said(error)}.") from error
    if code != 250:
        kind = Refused if code >= 500 else NotTaken
        raise kind(f"The mail server refuses the mail: {code} {_words(answer)}.")


def _said(error: Exception) -> str:
    return header_text(str(error)).rstrip(".") or type(error).__name__


def _words(answer: Any) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return header_text(text).rstrip(".")
