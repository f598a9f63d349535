"""An update that is planned for a time: readers see it from then on, and no worker makes it so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog import Person, latest_stories, post_updated
from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry, DeskNote, PendingUpdate, Post, Revision
from flask_newsblog.posts import actions
from flask_newsblog.posts.revisions import keep_content
from flask_newsblog.posts.written import put_before_readers, written_in

from ..hosts import Clock, Host, change, counted_statements, plain, write_story
from .desks import send

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DUE = datetime(2026, 5, 4, 18, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEW = "/news/newsroom/posts/new"
OLD_WORDS = {
    "title": "Low tide", "body": "The boats lie still.", "section": "Harbour", "tags": "Boats",
    "authors": "Ben", "standfirst": "Nothing moves.", "slug": "tide",
}  # fmt: skip
NEW_WORDS = OLD_WORDS | {"title": "High tide", "standfirst": "All moves.", "body": "They dance."}
PAGES = (
    "/", "/2026/05/04/tide/", "/sections/harbour/", "/tags/boats/", "/authors/ben/", "/2026/",
    "/2026/05/", "/2026/05/04/", "/replies/{}",
)  # fmt: skip
CACHED = {"NEWSBLOG_PAGE_CACHE_SECONDS": 86_400, "NEWSBLOG_PUBLIC_PAGES": True}


def given(clock: Clock) -> dict[str, Any]:
    """An editor of the host's, at whatever time the clock shows."""
    return {
        "clock": clock,
        "current_person": lambda: Person("7", "Ann"),
        "can": lambda *asked: True,
    }


def room_of(host: Host) -> str:
    return f"/news/newsroom/posts/{the_story(host).id}/publishing"


def the_story(host: Host) -> Post:
    with host.app.app_context():
        post = session().scalars(select(Post).where(Post.title != "Another")).one()
        session().expunge(post)
        return post


def decide(host: Host, do: str, status: int = 303, **fields: Any) -> Any:
    answer = send(host.client(), room_of(host), do=do, **fields)
    assert answer.status_code == status, answer.text
    return answer


def rewrite(host: Host, **words: str) -> None:
    address = room_of(host).removesuffix("publishing")
    assert send(host.client(), address, **words).status_code == 303


def planned(host: Host, **fields: Any) -> None:
    """A story that is out, and an update of it planned for the evening."""
    assert send(host.client(), NEW, **OLD_WORDS).status_code == 303
    decide(host, "publish")
    rewrite(host, **NEW_WORDS)
    decide(host, "plan-update", day="2026-05-04", clock="18:30", **fields)


def waiting(host: Host) -> int:
    with host.app.app_context():
        return len(session().scalars(select(PendingUpdate)).all())


@pytest.mark.parametrize("cached", [{}, CACHED], ids=["as it comes", "kept"])
@pytest.mark.parametrize("page", PAGES)
def test_each_page_changes_at_the_second(
    open_hosts: Callable[..., Host], page: str, cached: dict[str, Any]
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock), **cached)
    planned(host)
    path = page.format(the_story(host).id)
    for before in (NOON + SECOND, DUE - timedelta(minutes=1), DUE - SECOND):
        clock.moment = before
        text = host.get(path).text
        assert "Low tide" in text
        assert "High tide" not in text
    clock.moment = DUE
    for _ in range(2):
        text = host.get(path).text
        assert "High tide" in text
        assert "Low tide" not in text


def test_no_cache_keeps_a_page_beyond_the_time(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock), **CACHED)
    planned(host)
    clock.moment = DUE - timedelta(seconds=7)
    assert host.get("/").headers["Cache-Control"] == "public, max-age=7"


def test_whoever_has_the_old_page_is_given_the_new_one(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    clock.moment = DUE - SECOND
    had = host.get("/2026/05/04/tide/")
    known = {
        "If-None-Match": had.headers["ETag"], "If-Modified-Since": had.headers["Last-Modified"],
    }  # fmt: skip
    assert host.get("/2026/05/04/tide/", headers=known).status_code == 304
    clock.moment = DUE
    assert host.get("/2026/05/04/tide/", headers=known).status_code == 200
    since = {"If-Modified-Since": had.headers["Last-Modified"]}
    clock.advance(seconds=1)
    assert host.get("/2026/05/04/tide/", headers=since).status_code == 200


def test_the_hosts_own_pages_show_it_too(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    for moment, title in ((DUE - SECOND, "Low tide"), (DUE, "High tide")):
        clock.moment = moment
        with host.app.test_request_context("/"):
            assert [story.title for story in latest_stories("news")] == [title]


@pytest.mark.parametrize(
    "command", [("prune",), ("send-mail",), ("stories", "list")], ids=lambda words: words[0]
)
def test_commands_make_it_too(open_hosts: Callable[..., Host], command: tuple[str, ...]) -> None:
    clock = Clock(NOON)
    mail = {
        "NEWSBLOG_MAIL_FROM": "desk@bulletin.example",
        "NEWSBLOG_BASE_URL": "https://bulletin.example",
    }
    hooks = given(clock) | {"send_mail": lambda message: None}
    host = open_hosts(plain, given=hooks, **mail)
    planned(host)
    clock.moment = DUE
    done = host.run(*command)
    assert done.exit_code == 0, done.output
    assert the_story(host).title == "High tide"


def test_readers_are_told_where_that_was_asked(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host, tell="y")
    told: list[str] = []

    def listen(app: Any, post: Post, **more: Any) -> None:
        told.append(post.title)

    post_updated.connect(listen, host.app)
    clock.moment = DUE + timedelta(hours=3)
    host.get("/")
    assert the_story(host).updated_at == DUE
    assert told == ["High tide"]
    with host.app.app_context():
        last = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.verb, last.person_name) == ("update", "Ann")
        assert "18:30" in last.detail


def test_what_is_saved_after_planning_is_no_part_of_it(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    rewrite(host, **(NEW_WORDS | {"title": "Spring tide"}))
    assert "What was saved after that is not part of it" in host.client().get(room_of(host)).text
    clock.moment = DUE
    assert "High tide" in host.get("/").text
    post = the_story(host)
    assert post.saved_revision > post.shown_revision
    decide(host, "update")
    assert "Spring tide" in host.get("/").text


def test_planned_again_it_takes_in_what_was_saved_since(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    rewrite(host, **(NEW_WORDS | {"title": "Spring tide"}))
    decide(host, "plan-update", day="2026-05-04", clock="19:00")
    clock.moment = DUE
    assert "Low tide" in host.get("/").text
    clock.moment = DUE + timedelta(minutes=30)
    assert "Spring tide" in host.get("/").text


@pytest.mark.parametrize("do", ["cancel-update", "update", "withdraw"])
def test_an_update_that_was_overtaken_is_not_made(open_hosts: Callable[..., Host], do: str) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    decide(host, do)
    assert waiting(host) == 0
    before = the_story(host)
    clock.moment = DUE
    host.get("/")
    after = the_story(host)
    assert (after.title, after.changed_at) == (before.title, before.changed_at)
    decide(host, "cancel-update", 409)


def test_words_that_came_in_from_outside_are_not_overwritten_by_older_ones(
    open_hosts: Callable[..., Host],
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    with host.app.app_context():
        post = session().scalars(select(Post)).one()
        words = replace(written_in(post), title="Neap tide")
        imported = keep_content(post, words.content, NOON)
        put_before_readers(post, words, imported.number, NOON)
        session().commit()
    clock.moment = DUE
    assert "Neap tide" in host.get("/").text
    assert waiting(host) == 0
    assert "something newer" in host.client().get(room_of(host)).text


def test_a_time_that_is_past_is_refused(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(DUE + SECOND)
    host = open_hosts(plain, given=given(clock))
    send(host.client(), NEW, **OLD_WORDS)
    decide(host, "publish")
    rewrite(host, **NEW_WORDS)
    answer = decide(host, "plan-update", 422, day="2026-05-04", clock="18:30")
    assert "That time is past." in answer.text
    assert waiting(host) == 0


def test_one_that_cannot_be_made_is_given_up_and_the_desk_hears_of_it(
    open_hosts: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    planned(host)
    with host.app.app_context():
        # As if another story had taken the address meanwhile.
        revision = session().scalars(select(Revision).order_by(Revision.id.desc())).first()
        assert revision is not None
        revision.content = revision.content | {"slug": "taken"}
        session().commit()
    write_story(host.app, "Another", at=NOON, now=NOON)
    with host.app.app_context():
        other = session().scalars(select(Post).where(Post.title == "Another")).one()
        actions.rename(other, "taken", NOON)
        session().commit()
    clock.moment = DUE
    with caplog.at_level(logging.ERROR):
        page = host.get("/2026/05/04/tide/")
    assert page.status_code == 200
    assert "Low tide" in page.text
    assert "taken" in caplog.text
    assert waiting(host) == 0
    with host.app.app_context():
        assert "taken" in session().scalars(select(DeskNote.text)).one()


def test_a_database_that_refuses_leaves_readers_the_old_words(
    open_hosts: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock), **CACHED)
    planned(host)
    with host.app.app_context():
        stop = "SELECT RAISE(ABORT, 'the disk is full')"
        trigger = f"CREATE TRIGGER stop BEFORE UPDATE ON newsblog_post BEGIN {stop}; END"
        session().connection().exec_driver_sql(trigger)
        session().commit()
    clock.moment = DUE
    page = host.get("/2026/05/04/tide/")
    assert page.status_code == 200
    assert "Low tide" in page.text
    assert page.headers["Cache-Control"] == "public, max-age=0"
    assert "the disk is full" in caplog.text
    with host.app.app_context():
        session().connection().exec_driver_sql("DROP TRIGGER stop")
        session().commit()
    assert "High tide" in host.get("/2026/05/04/tide/").text


def test_a_page_costs_no_more_while_nothing_is_due(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    send(host.client(), NEW, **OLD_WORDS)
    decide(host, "publish")
    rewrite(host, **NEW_WORDS)

    def cost() -> int:
        with counted_statements(host.app) as sent:
            host.get("/")
        return len(sent)

    before = cost()
    decide(host, "plan-update", day="2026-05-04", clock="18:30")
    assert cost() == before
    clock.moment = DUE
    host.get("/")
    assert cost() == before


def test_the_page_before_keeps_what_the_host_has_not_committed(
    open_hosts: Callable[..., Host],
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given=given(clock))
    other = write_story(host.app, "Another", at=NOON, now=NOON)

    @host.app.before_request
    def note() -> None:
        stored = session().get(Post, other.id)
        assert stored is not None
        stored.kicker = "Seen"

    planned(host)
    clock.moment = DUE
    host.get("/")
    with change(host.app, other) as stored:
        assert stored.kicker == "Seen"
