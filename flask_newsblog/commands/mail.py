"""Mail: what is due is sent, once or as it comes; what could not be is listed and tried again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from threading import Event
from types import FrameType

import click
from flask.cli import AppGroup

from ..comments import addresses, letters, mail_queries, outbox
from ..comments.letters import StoryAway
from ..comments.outbox import Claim, Kind
from ..database import session
from ..mail import MailError, NoServer, NotTaken, Refused, Unsure, send_by_smtp
from ..models import MailState
from ..mount import Mount
from ..posts.due import apply_overdue
from .group import blog_option, limit_option, mount_named, newsblog_group, number

mail_group = AppGroup("mail", help="Mail: what waits, and what could not be sent.")
newsblog_group.add_command(mail_group)
_LISTED = [state.value for state in MailState]
# What has not arrived, or perhaps twice, is what somebody asks for who asks for no state.
_OPEN = (MailState.WAITING, MailState.CLAIMED, MailState.HANDED, MailState.FAILED)


@newsblog_group.command("send-mail")
@click.option("--watch", is_flag=True, help="Go on, until told to end.")
@click.option(
    "--interval",
    type=click.IntRange(1, 3600),
    default=15,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks, with --watch.",
)
@blog_option
def send_mail(watch: bool, interval: int, blog_name: str | None) -> None:
    """Send the mail that is due, and print a line for each."""
    mount = mount_named(blog_name)
    if not mount.settings.mail_from:
        raise click.ClickException(
            "NEWSBLOG_MAIL_FROM is empty, so no mail is made or sent; write whom it comes from,"
            " such as The Bulletin <desk@bulletin.example>."
        )
    if not watch:
        if not send_due(mount, Event()):
            raise click.exceptions.Exit(1)
        return
    with _told_to_end() as end:
        while not end.is_set():
            send_due(mount, end)
            # Nothing is held open while nothing is done.
            session().remove()
            end.wait(interval)


@contextmanager
def _told_to_end() -> Iterator[Event]:
    """An event that is set by SIGTERM or SIGINT; the mail at hand is finished before."""
    end = Event()

    def note(number: int, frame: FrameType | None) -> None:
        end.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def send_due(mount: Mount, end: Event) -> bool:
    """Send what is due; whether all of it went out."""
    # Mails name stories as readers see them.
    apply_overdue(mount, mount.now())
    again, doubtful = outbox.recover(mount.blog, mount.now())
    session().commit()
    if again or doubtful:
        click.echo(f"left behind by a process that ended: {again + doubtful}")
    all_sent = True
    tried: set[int] = set()
    while not end.is_set():
        ids = [i for i in outbox.due(mount.blog, mount.now()) if i not in tried]
        session().rollback()
        if not ids:
            return all_sent
        for mail_id in ids:
            tried.add(mail_id)
            if end.is_set():
                break
            try:
                all_sent &= _send(mount, mail_id)
            except NoServer:
                # It has been put back; the others would only wait for the same.
                return False
    return all_sent


def _send(mount: Mount, mail_id: int) -> bool:
    """Take one mail through its steps; whether it went out, or did not have to."""
    mail = outbox.claim(mail_id, mount.now())
    if mail is None:
        session().rollback()
        return True
    _settle(mount, mail)
    session().commit()
    try:
        message = _write(mount, mail)
        # A transaction that has read and then writes fails on SQLite, if another wrote meanwhile.
        session().rollback()
        if message is None:
            return _drop(mail)
        if not _hand_over(mount, mail, message):
            _say(mail, "left to another process")
            return True
    except StoryAway:
        return _put_off(mount, mail)
    except MailError as error:
        _note(mount, mail, error)
        if isinstance(error, NoServer):
            raise
        return False
    outbox.sent(mail, mount.now())
    session().commit()
    _say(mail, "sent, perhaps twice" if mail.doubtful else "sent")
    return True


def _settle(mount: Mount, mail: Claim) -> None:
    """Fix which comments a mail is about."""
    if mail.kind == Kind.QUEUE and "ids" not in mail.data:
        mail.data["ids"] = mail_queries.held_ids(mount.blog)
        outbox.fix(mail, mail.data)
    if mail.kind == Kind.REPLY and not mail.doubtful:
        # What cannot be told now is told when it comes before the readers again.
        mail.data["ids"] = [
            row.id for row in mail_queries.replies(mount.blog, mail.data, mount.now())
        ]
        outbox.fix(mail, mail.data)


def _write(mount: Mount, mail: Claim) -> EmailMessage | None:
    try:
        return letters.write(mount, mail, mount.now())
    except (MailError, StoryAway):
        raise
    except Exception as error:
        # A template of the host's may raise anything. The mails after this one do not wait
        # for somebody to mend it.
        session().rollback()
        mount.app.logger.exception("Mail %s cannot be written.", mail.id)
        raise NotTaken(f"It cannot be written: {type(error).__name__}: {error}") from error


def _hand_over(mount: Mount, mail: Claim, message: EmailMessage) -> bool:
    def handing() -> bool:
        ours = outbox.hand(mail, mount.now())
        session().commit()
        return ours

    if mount.send_mail is None:
        return send_by_smtp(mount.settings, message, handing)
    if not handing():
        return False
    try:
        mount.app.ensure_sync(mount.send_mail)(message)
    except Exception as error:
        # The host's code may raise anything; that it raises means that it has not sent it.
        session().rollback()
        raise NotTaken(f"{type(error).__name__}: {error}") from error
    return True


def _drop(mail: Claim) -> bool:
    outbox.drop(mail)
    if mail.kind == Kind.CONFIRM:
        addresses.was_not_asked(mail.blog, mail.recipient, mail.created_at)
    session().commit()
    _say(mail, "not sent: there is nothing to tell any more")
    return True


def _put_off(mount: Mount, mail: Claim) -> bool:
    session().rollback()
    outbox.put_off(mail, mount.now())
    session().commit()
    _say(mail, "not sent yet: readers do not see its story at present")
    return True


def _note(mount: Mount, mail: Claim, error: MailError) -> None:
    session().rollback()
    again = None
    if isinstance(error, Refused):
        outbox.give_up(mail, str(error))
    else:
        again = outbox.put_back(mail, mount.now(), str(error), isinstance(error, Unsure))
    session().commit()
    when = f"again at {again:%Y-%m-%d %H:%M} UTC" if again else "given up"
    _say(mail, f"not sent, {when}: {error}")


def _say(mail: Claim, what: str) -> None:
    click.echo(f"{mail.id}  {mail.kind}  {mail.recipient}  {what}")


@mail_group.command("list")
@click.option("--state", type=click.Choice(_LISTED), help="Which mails; what is not sent without.")
@limit_option
@blog_option
def list_mail(state: str | None, limit: int, blog_name: str | None) -> None:
    """List mails, newest first: number, kind, to whom, state, and what went wrong."""
    mount = mount_named(blog_name)
    rows = outbox.in_states(mount.blog, [state] if state else _OPEN, limit)
    for row in rows:
        doubt = ", perhaps twice" if row.doubtful else ""
        when = f"{row.sent_at or row.send_after:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{row.id}  {row.kind}  {row.recipient}  {row.state}{doubt}  {when}")
        if row.last_error:
            click.echo(f"    {row.last_error}")
    if not rows:
        click.echo("There is no such mail." if state else "All mail is sent.")


@mail_group.command("retry")
@click.argument("mail_id", type=number, metavar="ID")
@blog_option
def retry_mail(mail_id: int, blog_name: str | None) -> None:
    """Have a mail that was given up sent after all."""
    mount = mount_named(blog_name)
    if not outbox.retry(mount.blog, mail_id, mount.now()):
        raise click.ClickException(f"There is no mail {mail_id} in this blog that was given up.")
    session().commit()
    click.echo(f"{mail_id} waits to be sent.")
