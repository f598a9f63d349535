"""What becomes of stories, decided at a shell: by the same rules as in the newsroom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry, Post

from ..hosts import Clock, Host, plain, write_story

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PATH = "/2026/05/04/the-ferry-is-back/"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def shell(open_hosts: Callable[..., Host], clock: Clock) -> Host:
    """A blog in Zurich with a draft, at two in the afternoon there."""
    host = open_hosts(plain, given={"clock": clock}, NEWSBLOG_TIME_ZONE="Europe/Zurich")
    write_story(host.app, draft=True, now=NOON)
    return host


def done(host: Host, *words: str) -> str:
    result = host.run("stories", *words)
    assert result.exit_code == 0, result.output
    return str(result.output)


def refused(host: Host, *words: str) -> str:
    result = host.run("stories", *words)
    assert result.exit_code in (1, 2), result.output
    return str(result.output)


def test_a_story_is_published_withdrawn_and_brought_back(shell: Host) -> None:
    assert done(shell, "publish", "the-ferry-is-back") == "published: The ferry is back\n"
    assert shell.get(PATH).status_code == 200
    done(shell, "withdraw", "1", "--notice", "It was not true.")
    gone = shell.get(PATH)
    assert (gone.status_code, "It was not true." in gone.text) == (410, True)
    done(shell, "restore", "1")
    assert shell.get(PATH).status_code == 200
    with shell.app.app_context():
        verbs = session().scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert verbs == ["publish", "withdraw", "restore"]


def test_a_time_is_given_in_the_blogs_zone_and_taken_away(shell: Host, clock: Clock) -> None:
    assert done(shell, "schedule", "1", "2026-05-04", "18:30").startswith("scheduled")
    assert "1  scheduled  2026-05-04 16:30 UTC  the-ferry-is-back  The ferry" in done(shell, "list")
    done(shell, "unschedule", "1")
    done(shell, "schedule", "1", "2026-05-04", "18:30")
    clock.advance(hours=4, minutes=30)
    assert shell.get(PATH).status_code == 200


def test_what_the_newsroom_refuses_is_refused_here(shell: Host) -> None:
    assert "is not out" in refused(shell, "withdraw", "1")
    assert "That time is past" in refused(shell, "schedule", "1", "2026-05-04", "10:00")
    assert "Write the day as" in refused(shell, "schedule", "1", "tomorrow", "10:00")
    assert "no story with the slug or number 99" in refused(shell, "publish", "1", "99")
    with shell.app.app_context():
        assert session().get_one(Post, 1).state == "draft"
    done(shell, "schedule", "1", "2026-05-03", "10:00", "--past")
    assert shell.get("/2026/05/03/the-ferry-is-back/").status_code == 200
    assert "The story is out already." in refused(shell, "publish", "1")
    assert "Readers see all that is saved already." in refused(shell, "update", "1")


def test_a_list_is_long_or_empty(shell: Host, clock: Clock) -> None:
    for number in range(3):
        write_story(shell.app, f"Story {number}", at=NOON, now=NOON + timedelta(minutes=number))
    assert len(done(shell, "list", "--limit", "2").splitlines()) == 2
    assert len(done(shell, "list", "--state", "draft").splitlines()) == 1
    assert done(shell, "list", "--state", "withdrawn") == "There are no such stories.\n"
