"""Many write while mail goes out: nobody is asked twice, and nothing is left untold."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Event
from typing import Any

from flask_newsblog.commands.mail import send_due
from flask_newsblog.comments import notify, tokens
from flask_newsblog.comments import outbox as rows
from flask_newsblog.comments.actions import Reply, post_comment
from flask_newsblog.comments.checks import Outcome, Verdict
from flask_newsblog.comments.moderation import history
from flask_newsblog.comments.writers import Writer
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, MailState
from flask_newsblog.text.markdown import render_comment

from ..comments.conftest import open_site
from ..comments.readers import Site
from ..comments.test_concurrency import at_once, busy
from ..hosts import write_story
from .servers import MAIL, outbox, states, write

__all__ = ["busy", "open_site"]  # fixtures
VICTIM = "victim@example.org"
WRITERS = 24


def writer(
    site: Site, number: int, *, email: str = "", parent: int | None = None, post: int = 0
) -> Callable[[], int]:
    """Somebody who posts, with the mail that follows, in one transaction."""
    outcome = Outcome.PUBLISH if parent else Outcome.HOLD

    def post_it() -> int:
        with site.app.app_context():
            mount = site.app.extensions["newsblog"]["news"]
            above = session().get(Comment, parent) if parent else None
            text = f"Number {number}"
            who = Writer(
                name=f"Guest {number}", email=email, website="", person_id=None, badge="",
                address_digest=None, network=None, agent="",
            )  # fmt: skip
            stored = post_comment(
                Reply(
                    blog="news", post_id=post or site.story.id, parent=above, writer=who,
                    text=text, html=render_comment(text),
                    verdicts=[("test", Verdict(outcome, "for a test"))],
                ),
                site.clock(),
            )  # fmt: skip
            notify.stored(mount.settings, stored, site.clock())
            session().commit()
            return stored.id

    return post_it


def sender(site: Site) -> Callable[[], Any]:
    """A process that sends what is due."""

    def send() -> None:
        # Not by the command itself, whose output the test client takes from all threads.
        with site.app.app_context():
            send_due(site.app.extensions["newsblog"]["news"], Event())

    return send


def opened(busy: Callable[..., Site], sent: list[Any]) -> Site:
    """A site that keeps the mails which it sends."""
    return busy(given={"send_mail": sent.append}, **MAIL)


def test_many_who_name_one_address_at_once_make_one_mail(busy: Callable[..., Site]) -> None:
    site = opened(busy, [])
    stories = [write_story(site.app, f"Story {n}", now=site.clock()).id for n in range(4)]
    jobs = [
        writer(site, n, email=(VICTIM, VICTIM.upper())[n % 2], post=stories[n % 4])
        for n in range(WRITERS)
    ]
    at_once(jobs)
    assert len(site.stored()) == WRITERS
    assert len([m for m in outbox(site) if m.kind == "confirm"]) == 1
    assert len([m for m in outbox(site) if m.kind == "queue"]) == 1


def test_whatever_waits_is_told_although_mail_goes_out_meanwhile(
    busy: Callable[..., Site],
) -> None:
    sent: list[Any] = []
    site = opened(busy, sent)
    stories = [write_story(site.app, f"Story {n}", now=site.clock()).id for n in range(4)]
    jobs = [writer(site, n, post=stories[n % 4]) for n in range(WRITERS)]
    for _ in range(3):
        jobs.insert(len(jobs) // 2, sender(site))
    at_once(jobs)
    site.clock.advance(hours=1)
    assert site.host.run("send-mail").exit_code == 0
    assert set(states(site)) <= {MailState.SENT, MailState.DROPPED}
    # The last mail tells of all that wait; had one been missed, there might be no such mail.
    assert len(sent) <= 2
    assert sent[-1]["Subject"].startswith(f"{WRITERS} comments wait")


def test_each_of_many_replies_is_told_once_although_mail_goes_out_meanwhile(
    busy: Callable[..., Site],
) -> None:
    sent: list[Any] = []
    site = opened(busy, sent)
    asked = write(site, state=CommentState.PUBLISHED, confirmed=True, subscribe=True)
    jobs = [writer(site, n, parent=asked) for n in range(WRITERS)]
    for _ in range(3):
        jobs.insert(len(jobs) // 2, sender(site))
    numbers = {done for done in at_once(jobs) if isinstance(done, int)}
    site.clock.advance(hours=1)
    assert site.host.run("send-mail").exit_code == 0
    told = [number for mail in outbox(site) for number in mail.data["ids"]]
    assert sorted(told) == sorted(numbers)
    assert len(sent) <= 2
    assert set(states(site)) == {MailState.SENT}


def test_two_processes_send_no_mail_twice(busy: Callable[..., Site]) -> None:
    sent: list[Any] = []
    site = opened(busy, sent)
    for number in range(12):
        write(site, f"Number {number}", email=f"guest{number}@example.org")
    at_once([sender(site) for _ in range(3)])
    assert len(sent) == len({m["Message-ID"] for m in sent}) == 13
    assert set(states(site)) == {MailState.SENT}
    with site.app.app_context():
        assert rows.due("news", site.clock()) == []


def test_of_two_links_that_are_used_at_once_one_decides(busy: Callable[..., Site]) -> None:
    site = opened(busy, [])
    for number in range(4):
        held = write(site, f"Number {number}", email="")
        keys = [str(site.app.secret_key)]
        jobs = []
        for verb in ("approve", "spam"):
            token = tokens.judging_token(keys, "news", held, verb, 0, site.clock())
            jobs.append(press_later(site, f"/newsroom/comments/by-link/{token}"))
        assert [answer.status_code for answer in at_once(jobs)] == [303, 303]
        with site.app.app_context():
            assert len(history(held)) == 1
    assert site.counters() == site.recount()


def press_later(site: Site, path: str) -> Callable[[], Any]:
    """A page that is opened now, and its button, to be pressed later."""
    client = site.client()
    page = site.host.get(path, client=client)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    data = {"csrf_token": token[1]}
    return lambda: site.host.open(path, client=client, method="POST", data=data)
