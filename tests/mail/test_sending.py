"""A mail on its way: tried again, given up, claimed by one process alone, handed to the host."""

from __future__ import annotations

import os
import signal
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import AuthResult

from flask_newsblog import SetupError
from flask_newsblog.comments import outbox as rows
from flask_newsblog.database import session
from flask_newsblog.models import CommentState, Mail, MailState

from ..comments.readers import Site
from ..hosts import Host, plain
from .servers import MODERATOR, Post, free_port, mail_server, outbox, states, write

MIRA = "mira@example.org"


def send(site: Site, code: int = 0) -> str:
    """Send what is due; what is printed."""
    done = site.host.run("send-mail")
    assert done.exit_code == code, done.output
    return str(done.output)


@pytest.fixture
def one(site: Site) -> Mail:
    """A mail that waits, to a moderator."""
    write(site, email="")
    (mail,) = outbox(site)
    return mail


def test_a_line_is_printed_for_each_mail(site: Site, server: Post) -> None:
    write(site)
    assert send(site) == f"1  confirm  {MIRA}  sent\n2  queue  {MODERATOR}  sent\n"
    assert send(site) == ""
    assert len(server.taken) == 2


def test_what_is_not_taken_is_tried_again_with_growing_pauses(
    site: Site, server: Post, one: Mail
) -> None:
    server.answers["RCPT"] = "451 Come back later"
    for pause in rows.PAUSES:
        assert "451 Come back later" in send(site, 1)
        (mail,) = outbox(site)
        assert (mail.state, mail.send_after) == (MailState.WAITING, site.clock() + pause)
        site.clock.moment = mail.send_after - timedelta(seconds=1)
        assert send(site) == ""
        site.clock.advance(seconds=1)
    assert "given up" in send(site, 1)
    assert states(site) == ["failed"]
    site.clock.advance(days=300)
    assert send(site) == ""


def test_it_arrives_when_the_server_takes_it(site: Site, server: Post, one: Mail) -> None:
    server.answers["DATA"] = "452 No room"
    send(site, 1)
    server.answers.clear()
    site.clock.advance(minutes=1)
    assert "sent\n" in send(site)
    assert len(server.taken) == 1
    (mail,) = outbox(site)
    assert (mail.attempts, mail.doubtful, mail.last_error) == (2, False, None)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_what_is_refused_for_good_is_given_up_at_once(
    site: Site, server: Post, one: Mail, command: str
) -> None:
    server.answers[command] = "550 Nobody of that name"
    assert "given up" in send(site, 1)
    (mail,) = outbox(site)
    assert mail.state == MailState.FAILED
    assert "550 Nobody of that name" in (mail.last_error or "")


def test_one_recipient_who_is_not_there_stops_no_other(site: Site, server: Post) -> None:
    server.answers[MIRA] = "550 Nobody of that name"
    write(site)
    send(site, 1)
    assert [m["To"] for m in server.taken] == [MODERATOR]


def test_a_server_that_is_not_there_is_asked_once(mailing: Callable[..., Site]) -> None:
    site = mailing(NEWSBLOG_SMTP_PORT=free_port())
    write(site)
    assert send(site, 1).count("No mail server") == 1
    assert states(site) == ["waiting", "waiting"]
    assert [mail.attempts for mail in outbox(site)] == [1, 0]


def test_a_connection_that_breaks_in_the_middle_leaves_a_doubt_which_is_named(
    site: Site, server: Post, one: Mail
) -> None:
    server.answers["BREAK"] = "now"
    assert "broke off in the middle" in send(site, 1)
    assert "waiting, perhaps twice" in site.host.run("mail", "list").output
    server.answers.clear()
    site.clock.advance(minutes=1)
    assert "sent, perhaps twice" in send(site)
    assert "sent, perhaps twice" in site.host.run("mail", "list", "--state", "sent").output
    # The server of the test had taken it when it broke off.
    assert len({m["Message-ID"] for m in server.taken}) == 1
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("state", "doubtful"), [(MailState.CLAIMED, False), (MailState.HANDED, True)]
)
def test_what_a_process_left_behind_is_sent_when_its_time_is_over(
    site: Site, server: Post, one: Mail, state: MailState, doubtful: bool
) -> None:
    with site.app.app_context():
        mail = rows.claim(one.id, site.clock())
        assert mail is not None
        rows.fix(mail, {"ids": [1]})
        if doubtful:
            assert rows.hand(mail, site.clock())
        session().commit()
    assert send(site) == ""
    assert states(site) == [state]
    site.clock.advance(minutes=5, seconds=1)
    assert ("perhaps twice" in send(site)) is doubtful
    assert len(server.taken) == 1
    assert [mail.doubtful for mail in outbox(site)] == [doubtful]


def test_who_was_away_too_long_does_nothing_any_more(site: Site, one: Mail) -> None:
    with site.app.app_context():
        slow = rows.claim(one.id, site.clock())
        assert slow is not None
        assert rows.claim(one.id, site.clock()) is None
        site.clock.advance(minutes=6)
        assert rows.recover("news", site.clock()) == (1, 0)
        quick = rows.claim(one.id, site.clock())
        assert quick is not None
        assert not rows.hand(slow, site.clock())
        assert rows.hand(quick, site.clock())
        assert not rows.sent(slow, site.clock())
        assert not rows.give_up(slow, "late")
        assert rows.sent(quick, site.clock())
        assert slow.message_id == quick.message_id


def test_a_mail_that_was_given_up_can_be_sent_after_all(
    site: Site, server: Post, one: Mail
) -> None:
    server.answers["RCPT"] = "550 No"
    send(site, 1)
    server.answers.clear()
    assert "550 No" in site.host.run("mail", "list").output
    assert site.host.run("mail", "retry", "99").exit_code == 1
    assert site.host.run("mail", "retry", str(one.id)).exit_code == 0
    assert "sent" in send(site)
    assert site.host.run("mail", "list").output == "All mail is sent.\n"
    assert site.host.run("mail", "list", "--state", "failed").output == "There is no such mail.\n"
    assert site.host.run("mail", "retry", str(one.id)).exit_code == 1


def test_the_host_may_send_mail_its_own_way(mailing: Callable[..., Site], server: Post) -> None:
    sent: list[EmailMessage] = []
    site = mailing(given={"send_mail": sent.append})
    write(site)
    send(site)
    assert [m["To"] for m in sent] == [MIRA, MODERATOR]
    assert server.taken == []


def test_where_the_hosts_way_fails_the_mail_is_tried_again(mailing: Callable[..., Site]) -> None:
    tries: list[EmailMessage] = []

    def unable(message: EmailMessage) -> None:
        tries.append(message)
        raise RuntimeError("no quota")

    site = mailing(given={"send_mail": unable})
    write(site, email="")
    assert "RuntimeError: no quota" in send(site, 1)
    assert states(site) == ["waiting"]
    site.clock.advance(minutes=1)
    send(site, 1)
    assert len(tries) == 2


def test_a_hook_that_is_no_function_is_refused(open_hosts: Callable[..., Host]) -> None:
    with pytest.raises(SetupError, match="send_mail of the blog 'news' is a function"):
        open_hosts(plain, given={"send_mail": "smtp.example"})


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_watching_goes_on_until_it_is_told_to_end(
    mailing: Callable[..., Site], sign: signal.Signals
) -> None:
    taken: list[EmailMessage] = []

    def last(message: EmailMessage) -> None:
        taken.append(message)
        if len(taken) == 2:
            os.kill(os.getpid(), sign)

    site = mailing(given={"send_mail": last})
    write(site, state=CommentState.PUBLISHED, subscribe=True)
    for number in range(3):
        write(site, f"Number {number}", email=f"mira{number}@example.org")
    before = signal.getsignal(sign)
    done = site.host.run("send-mail", "--watch", "--interval", "3600")
    assert done.exit_code == 0
    # The one at hand was finished, and the rest left for another time.
    assert done.output.count("sent\n") == 2
    assert states(site).count("waiting") == 3
    assert signal.getsignal(sign) is before


def test_an_unknown_server_with_encryption_is_not_trusted(
    mailing: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        site = mailing(NEWSBLOG_SMTP_PORT=server.port, NEWSBLOG_SMTP_SECURITY="starttls")
        write(site, email="")
        # This one has no encryption at all: nothing is sent in the open instead.
        assert "lets nobody in" in send(site, 1)
        assert server.taken == []
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_a_name_and_password_that_are_wrong_are_told(mailing: Callable[..., Site]) -> None:
    site = mailing(NEWSBLOG_SMTP_USER="ann", NEWSBLOG_SMTP_PASSWORD="wrong")
    write(site, email="")
    assert "lets nobody in" in send(site, 1)


def test_a_password_beyond_ascii_lets_nobody_in_and_ends_nothing(
    mailing: Callable[..., Site],
) -> None:
    def anybody(*given: object) -> AuthResult:
        return AuthResult(success=True)

    with mail_server(authenticator=anybody, auth_require_tls=False) as server:
        site = mailing(
            NEWSBLOG_SMTP_PORT=server.port, NEWSBLOG_SMTP_USER="ann", NEWSBLOG_SMTP_PASSWORD="wörd"
        )
        write(site, email="")
        assert "lets nobody in" in send(site, 1)
        assert states(site) == ["waiting"]


def test_a_sender_beyond_ascii_is_told_and_ends_nothing(
    mailing: Callable[..., Site], server: Post
) -> None:
    site = mailing(NEWSBLOG_MAIL_FROM="The Bulletin <bücher@bulletin.example>")
    write(site, email="")
    assert "given up: The sender or the recipient cannot be written" in send(site, 1)
    assert states(site) == ["failed"]
    assert server.taken == []


def test_a_mail_that_ends_every_process_is_given_up(site: Site, server: Post, one: Mail) -> None:
    for _ in range(len(rows.PAUSES) + 1):
        with site.app.app_context():
            assert rows.claim(one.id, site.clock()) is not None
            session().commit()
            site.clock.advance(minutes=6)
            assert rows.recover("news", site.clock()) == (1, 0)
            session().commit()
    assert send(site) == ""
    assert states(site) == ["failed"]
    assert "so did those before" in site.host.run("mail", "list").output


def test_mail_of_a_moderator_who_is_none_any_more_is_dropped(
    mailing: Callable[..., Site], server: Post
) -> None:
    site = mailing()
    write(site, email="")
    mount = site.app.extensions["newsblog"]["news"]
    object.__setattr__(mount.settings, "moderators", "")
    assert "nothing to tell" in send(site)
    assert server.taken == []
