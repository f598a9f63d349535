"""The command that sends mail is killed a hundred times; no mail is lost, and few are doubled.

Of those that were sent twice each is named as possibly so.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from flask_newsblog.database import session
from flask_newsblog.models import Base, CommentState, Mail, MailState, Subscription

from ..comments.readers import Site
from ..conftest import SERVERS, skip_or_fail
from ..documents import ROOT
from ..hosts import Clock, Host, empty_tables, utcnow, write_story
from ..mail.servers import free_port, write
from .mortal_mailer import make_app

pytestmark = pytest.mark.stress
KILLS, SEED = 100, 20260504
GUESTS, SUBSCRIBERS = 160, 60
# About as many lines as two or three mails take, in all and while they are handed over.
LINES, HANDING = 1500, 80
# Longer than a claim lasts.
LATER = 301


@contextmanager
def process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A module in a process of its own, ended with the block."""
    command = [sys.executable, "-m", f"tests.stress.{module}", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def line_of(running: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


def start(mailer: subprocess.Popen[str], ahead: int, lines: int) -> int:
    """Let a process send mail; its number."""
    assert mailer.stdin is not None
    mailer.stdin.write(f"{ahead} {lines}\n")
    mailer.stdin.flush()
    return int(line_of(mailer))


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def full(
    request: pytest.FixtureRequest, server_database: Callable[[str], str], tmp_path: Path
) -> Iterator[tuple[str, int, Site]]:
    """A database on disk, a port for the mail server, and a site with much mail to send."""
    kind = request.param
    if kind == "sqlite":
        uri = f"sqlite:///{tmp_path}/blog.sqlite"
    elif SERVERS[kind]:
        uri = server_database(kind)
    else:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    empty_tables(engine)
    engine.dispose()
    port = free_port()
    app = make_app(uri, port)
    site = Site(Host(app), Clock(utcnow()), write_story(app, now=utcnow()))
    for number in range(GUESTS):
        write(site, f"Number {number}", email=f"guest{number}@example.org")
    for number in range(SUBSCRIBERS):
        email = f"reader{number}@example.org"
        asked = write(
            site, f"Asked {number}", email=email, state=CommentState.PUBLISHED, confirmed=True,
            subscribe=True,
        )  # fmt: skip
        write(site, f"Reply {number}", parent=asked, email="", state=CommentState.PUBLISHED)
    yield uri, port, site
    with app.app_context():
        session().remove()
        app.extensions["sqlalchemy"].engine.dispose()


def left_behind(site: Site) -> str:
    """In which state the mail is that somebody just worked on, if there is one."""
    with site.app.app_context():
        states = (MailState.CLAIMED, MailState.HANDED)
        found = session().scalars(sa.select(Mail.state).where(Mail.state.in_(states))).all()
        session().rollback()
    assert len(found) <= 1
    return found[0] if found else "none"


def test_no_mail_is_lost_and_none_is_doubled_unnamed(
    full: tuple[str, int, Site], tmp_path: Path
) -> None:
    uri, port, site = full
    random, record, fell = Random(SEED), tmp_path / "taken", Counter[str]()
    with (
        process("recording_server", str(port), str(record)) as server,
        process("mortal_mailer", uri, str(port)) as mailer,
    ):
        assert line_of(server) == "ready"
        kills = 0
        while kills < KILLS:
            way = kills % 5
            lines = (random.randrange(1, LINES), -random.randrange(1, HANDING), 0)[way // 2]
            child = start(mailer, (kills + 1) * LATER, lines)
            if not lines:
                # Within a line too: while the disk or the network is waited for.
                time.sleep(random.uniform(0, 0.3))
                os.kill(child, signal.SIGKILL)
            ended = int(line_of(mailer))
            assert ended == -signal.SIGKILL, "there was not enough mail for all the kills"
            kills += 1
            fell[left_behind(site)] += 1
        start(mailer, (KILLS + 1) * LATER, 0)
        assert int(line_of(mailer)) == 0
    taken = Counter(record.read_text().split())
    with site.app.app_context():
        mails = session().scalars(sa.select(Mail)).all()
        assert {mail.state for mail in mails} == {MailState.SENT}
        doubtful = {mail.id for mail in mails if mail.doubtful}
        told = session().scalars(sa.select(Subscription.notified_id)).all()
    assert all(told)
    numbers = {int(name.split(".")[1]): count for name, count in taken.items()}
    assert len(numbers) == len(taken)
    assert set(numbers) == {mail.id for mail in mails}
    twice = {number for number, count in numbers.items() if count > 1}
    assert twice <= doubtful
    assert len(doubtful) <= fell["handed"]
    print(
        f"{sa.make_url(uri).get_backend_name()}: {kills} kills, of which {fell['claimed']} fell on"
        f" a claimed mail, {fell['handed']} on one being handed over, {fell['none']} between mails;"
        f" {len(mails)} mails, all arrived, {len(doubtful)} named as doubtful, of which"
        f" {len(twice)} arrived {sorted({numbers[n] for n in twice})} times"
    )
