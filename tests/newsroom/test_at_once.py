"""Two decide on one story at the same moment, and ten ask for a page whose time has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from flask_newsblog import post_published, post_updated
from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry, Byline, DeskNote, PendingUpdate, Post

from ..hosts import Clock, Host
from .busy import at_once, close, every_database, open_busy
from .desks import hidden, send
from .test_scheduled_update import DUE, NEW, NOON, OLD_WORDS, given, planned, room_of, the_story

Server = Callable[[str], str]


def click(host: Host, do: str, **fields: Any) -> Callable[[], int]:
    """A browser that has the room open, and presses a button."""
    browser, room = host.client(), room_of(host)
    data = hidden(browser.get(room).text) | {"do": do} | fields
    return lambda: int(browser.post(room, data=data).status_code)


def verbs(host: Host) -> list[str]:
    with host.app.app_context():
        return list(session().scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def assert_lists_agree(host: Host) -> None:
    with host.app.app_context():
        post = session().scalars(select(Post)).one()
        at = session().scalars(select(Byline.published_at)).one()
        assert at == (post.published_at if post.state == "published" else None)


@every_database
def test_of_ten_who_publish_at_once_one_does(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    host = open_busy(kind, tmp_path, server_database, given=given(Clock(NOON)))
    told: list[int] = []

    def listen(app: Any, post: Post, **more: Any) -> None:
        told.append(post.id)

    post_published.connect(listen, host.app)
    send(host.client(), NEW, **OLD_WORDS)
    answers = at_once([click(host, "publish") for _ in range(10)])
    assert sorted(answers) == [303] + [409] * 9
    assert verbs(host).count("publish") == 1
    assert len(told) == 1
    assert_lists_agree(host)
    close(host)


@every_database
def test_one_withdraws_while_another_updates(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    host = open_busy(kind, tmp_path, server_database, given=given(Clock(NOON)))
    planned(host)
    for _ in range(5):
        answers = at_once([click(host, "withdraw", notice="Wrong."), click(host, "update")])
        assert answers[0] == 303
        assert answers[1] in (303, 409)
        post = the_story(host)
        assert post.state == "withdrawn"
        assert_lists_agree(host)
        assert send(host.client(), room_of(host), do="restore").status_code == 303
        assert_lists_agree(host)
    close(host)


@every_database
def test_one_publishes_while_another_withdraws(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    host = open_busy(kind, tmp_path, server_database, given=given(Clock(NOON)))
    send(host.client(), NEW, **OLD_WORDS)
    for _ in range(5):
        answers = at_once([click(host, "publish"), click(host, "withdraw", notice="Wrong.")])
        assert answers[0] == 303
        # Whoever withdrew before it was out was told that it was not.
        state = the_story(host).state
        assert (answers[1], state) in ((303, "withdrawn"), (409, "published"))
        assert_lists_agree(host)
        if state == "withdrawn":
            send(host.client(), room_of(host), do="restore")
            break
        with host.app.app_context():
            post = session().scalars(select(Post)).one()
            post.state = "draft"
            session().commit()
    close(host)


@every_database
def test_an_update_that_ten_readers_find_due_is_made_once(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    clock = Clock(NOON)
    host = open_busy(kind, tmp_path, server_database, given=given(clock))
    planned(host)
    told: list[int] = []

    def listen(app: Any, post: Post, **more: Any) -> None:
        told.append(post.id)

    post_updated.connect(listen, host.app)
    clock.moment = DUE + timedelta(seconds=1)
    answers = at_once([lambda: host.get("/2026/05/04/tide/") for _ in range(10)])
    assert [answer.status_code for answer in answers] == [200] * 10
    assert ["High tide" in answer.text for answer in answers] == [True] * 10
    assert verbs(host).count("update") == 1
    assert len(told) == 1
    with host.app.app_context():
        assert not session().scalars(select(PendingUpdate)).all()
        assert not session().scalars(select(DeskNote)).all()
    close(host)


@every_database
def test_an_update_is_cancelled_while_its_time_comes(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    clock = Clock(NOON)
    host = open_busy(kind, tmp_path, server_database, given=given(clock))
    planned(host)
    cancelling = click(host, "cancel-update")
    clock.moment = DUE
    status, page = at_once([cancelling, lambda: host.get("/2026/05/04/tide/")])
    made = "update" in verbs(host)
    assert (status, made) in ((303, False), (409, True))
    assert page.status_code == 200
    assert (the_story(host).title == "High tide") is made
    close(host)


def until_answered(jobs: list[Callable[[], int]]) -> list[int]:
    """All at once; whoever is told to try again, for a database chose whom to stop, does so."""
    answers = at_once(jobs)
    return [job() if answer == 503 else answer for job, answer in zip(jobs, answers, strict=True)]


@every_database
def test_of_two_who_take_one_slug_at_once_one_is_told_that_it_is_taken(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    host = open_busy(kind, tmp_path, server_database, given=given(Clock(NOON)))
    browsers = [host.client() for _ in range(4)]
    for number, browser in enumerate(browsers):
        send(browser, NEW, **(OLD_WORDS | {"title": f"Tide {number}", "slug": f"tide-{number}"}))
    for turn in range(5):

        def rename(browser: Any, address: str, turn: int = turn) -> Callable[[], int]:
            form = hidden(browser.get(address).text) | OLD_WORDS | {"slug": f"wanted-{turn}"}
            return lambda: int(browser.post(address, data=form).status_code)

        with host.app.app_context():
            numbers = list(session().scalars(select(Post.id).order_by(Post.id)))
        rooms = [f"/news/newsroom/posts/{number}/" for number in numbers]
        jobs = [rename(*both) for both in zip(browsers, rooms, strict=True)]
        assert sorted(until_answered(jobs)) == [303, 422, 422, 422]
    close(host)


@every_database
def test_of_two_who_write_one_headline_at_once_both_are_saved(
    kind: str, tmp_path: Path, server_database: Server
) -> None:
    host = open_busy(kind, tmp_path, server_database, given=given(Clock(NOON)))
    browsers = [host.client() for _ in range(4)]
    for number, browser in enumerate(browsers):
        send(browser, NEW, **(OLD_WORDS | {"title": f"Tide {number}", "slug": ""}))
    for turn in range(5):

        def write(browser: Any, number: int, turn: int = turn) -> Callable[[], int]:
            address = f"/news/newsroom/posts/{number}/"
            new = {"slug": "", "title": f"Wanted {turn}", "body": f"Words {turn} of {number}."}
            form = hidden(browser.get(address).text) | OLD_WORDS | new
            return lambda: int(browser.post(address, data=form).status_code)

        with host.app.app_context():
            numbers = list(session().scalars(select(Post.id).order_by(Post.id)))
        jobs = [write(*both) for both in zip(browsers, numbers, strict=True)]
        assert until_answered(jobs) == [303] * 4
        with host.app.app_context():
            bodies = session().scalars(select(Post.body).order_by(Post.id)).all()
        assert bodies == [f"Words {turn} of {number}." for number in numbers]
    close(host)
