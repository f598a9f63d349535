"""Breaking news: begun now or later, seen by readers until its end, ended by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, Banner
from flask_newsblog.people import Role
from flask_newsblog.posts import banners
from flask_newsblog.posts.banners import Line
from flask_newsblog.posts.queries import load_frame

from ..hosts import Clock, Host, counted_statements, path_of, plain, write_story
from ..posts.conftest import NOON
from .desks import hidden, sign_in

BREAKING = "/news/newsroom/front/breaking/"
TEXT = "The pier is closed"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def send(browser: FlaskClient, **fields: Any) -> Any:
    token = hidden(browser.get(BREAKING).text)["csrf_token"]
    return browser.post(
        BREAKING, data={"csrf_token": token, "do": "begin", "lasting": "3"} | fields
    )


def stored(host: Host) -> list[Banner]:
    with host.app.app_context():
        return list(session().scalars(select(Banner).order_by(Banner.id)))


def test_readers_see_it_on_every_page(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    story = write_story(host.app, section=("Harbour",))
    editor = sign_in(host)
    answer = send(editor, text=TEXT, post=str(story.id))
    assert answer.status_code == 303
    for path in ("/", path_of(story), "/sections/harbour/", "/no/such/page"):
        page = host.get(path).text
        assert '<section class="nb-banner" aria-label="Breaking news">' in page, path
        assert f'<a href="/news{path_of(story)}">{TEXT}</a>' in page, path
    assert "nb-banner" not in editor.get("/news/newsroom/").text
    (banner,) = stored(host)
    assert banner.ends_at == banner.starts_at + 3 * HOUR


def test_it_comes_and_goes_on_the_second(open_hosts: Callable[..., Host], uri: str) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, uri, given={"clock": clock, "public_pages": True})
    write_story(host.app, at=NOON - HOUR, now=NOON - HOUR)
    with host.app.app_context():
        banners.start("news", Line(TEXT, None, "", NOON + HOUR, NOON + 2 * HOUR), NOON)
        session().commit()
    for seconds, shown, age in (
        (0, False, 60), (3590, False, 10), (3599, False, 1), (3600, True, 60), (7199, True, 1),
        (7200, False, 60),
    ):  # fmt: skip
        clock.moment = NOON + timedelta(seconds=seconds)
        answer = host.get()
        assert (TEXT in answer.text) is shown, seconds
        assert answer.headers["Cache-Control"] == f"public, max-age={age}", seconds
    with host.app.app_context():
        for turn in (NOON + HOUR, NOON + 2 * HOUR):
            frame = load_frame("news", turn)
            assert frame.last_change is not None
            assert frame.last_change >= turn


def test_a_reader_who_has_the_page_gets_it_anew_when_a_banner_begins(
    open_hosts: Callable[..., Host],
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given={"clock": clock})
    write_story(host.app, at=NOON - timedelta(days=9), now=NOON - timedelta(days=9))
    with host.app.app_context():
        host.app.extensions["newsblog"]["news"].started_at = NOON - timedelta(days=9)
        banners.start("news", Line(TEXT, None, "", NOON + HOUR, NOON + 2 * HOUR), NOON)
        session().commit()
    clock.moment = NOON + HOUR - SECOND
    since = {"If-Modified-Since": host.get().headers["Last-Modified"]}
    assert host.get(headers=since).status_code == 304
    for hours in (1, 2):
        clock.moment = NOON + hours * HOUR + SECOND
        answer = host.get(headers=since)
        assert answer.status_code == 200
        since = {"If-Modified-Since": answer.headers["Last-Modified"]}


def test_it_costs_no_statement_of_its_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    story = write_story(host.app)
    costs = []
    for _ in range(2):
        for path in ("/", path_of(story)):
            host.get(path)
            with counted_statements(host.app) as sent:
                host.get(path)
            costs.append(len(sent))
        send(sign_in(host), text=TEXT, post=str(story.id))
    assert costs[:2] == costs[2:]


def test_the_later_of_two_is_shown(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    send(editor, text="First")
    send(editor, text="Second")
    page = host.get().text
    assert "Second" in page
    assert "First" not in page
    listed = editor.get(BREAKING).text
    assert "Readers see it" in listed
    assert "A later one is shown" in listed


def test_a_story_that_readers_cannot_see_is_not_linked(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    story = write_story(host.app, "Later", at=utcnow() + HOUR)
    assert send(sign_in(host), text=TEXT, post=str(story.id)).status_code == 303
    page = host.get().text
    assert f"<span>{TEXT}</span>" in page


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//evil.example", "mailto:a@b.example", "path", "/\\evil.example"],
)
def test_a_treacherous_address_is_refused_and_nothing_is_lost(
    open_hosts: Callable[..., Host], url: str
) -> None:
    host = open_hosts(plain)
    answer = send(sign_in(host), text=TEXT, url=url)
    assert answer.status_code == 422
    assert "This is no web address" in answer.text
    assert f'value="{TEXT}"' in answer.text
    assert f'value="{url}"' in answer.text
    assert stored(host) == []


@pytest.mark.parametrize("url", ["https://example.org/live", "/elsewhere"])
def test_another_address_is_followed(open_hosts: Callable[..., Host], url: str) -> None:
    host = open_hosts(plain)
    assert send(sign_in(host), text=TEXT, url=url).status_code == 303
    assert f'<a href="{url}">{TEXT}</a>' in host.get().text


def test_a_story_that_is_only_scheduled_is_offered_as_such(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    out = write_story(host.app, "Low tide")
    coming = write_story(host.app, "High tide", at=utcnow() + HOUR)
    page = sign_in(host).get(f"{BREAKING}?post={coming.id}").text
    assert f'<option value="{out.id}">Low tide</option>' in page
    assert f'<option value="{coming.id}" selected>High tide (Scheduled)</option>' in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lasting": "good"}, "Breaking news needs an end"),
        ({"lasting": ""}, "This is no day and time"),
        ({"text": " "}, "Write what has happened"),
        ({"text": "x" * 301}, "Write what has happened"),
        ({"until": "2020-01-01T00:00"}, "This would be over before it begins."),
        ({"post": "77"}, "There is no such story here."),
        ({"post": "no"}, "There is no such story here."),
    ],
)
def test_what_will_not_do_is_refused(
    open_hosts: Callable[..., Host], fields: dict[str, str], said: str
) -> None:
    host = open_hosts(plain)
    answer = send(sign_in(host), **({"text": TEXT, "url": "/here"} | fields))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="/here"' in answer.text
    assert stored(host) == []


def test_it_is_changed_ended_and_used_again(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host, "Ann Lee")
    send(editor, text=TEXT)
    number = str(stored(host)[0].id)
    assert f'value="{TEXT}"' in editor.get(f"{BREAKING}?banner={number}").text
    send(editor, banner=number, text="The pier is open", lasting="1")
    assert "The pier is open" in host.get().text
    send(editor, do="end", banner=number)
    send(editor, do="end", banner=number)
    assert "The pier is open" not in host.get().text
    send(editor, banner=number, text="The pier is closed again")
    assert "The pier is closed again" in host.get().text
    with host.app.app_context():
        query = select(AuditEntry.verb).where(AuditEntry.kind == "banner").order_by(AuditEntry.id)
        assert session().scalars(query).all() == ["start", "edit", "end", "edit"]


def test_one_that_is_to_come_can_be_given_up(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    send(editor, text=TEXT, **{"from": "2099-01-01T10:00"})
    assert "To come" in editor.get(BREAKING).text
    send(editor, do="end", banner="1")
    (banner,) = stored(host)
    assert banner.ends_at <= utcnow()


def test_a_double_click_begins_it_once(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    for _ in range(2):
        assert send(editor, text=TEXT).status_code == 303
    assert len(stored(host)) == 1


def test_a_page_that_was_open_for_too_long_keeps_the_words(
    open_hosts: Callable[..., Host],
) -> None:
    editor = sign_in(open_hosts(plain))
    answer = editor.post(BREAKING, data={"csrf_token": "no", "do": "begin", "text": TEXT})
    assert answer.status_code == 400
    assert f'value="{TEXT}"' in answer.text


def test_writers_may_not(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain), "Ben", Role.AUTHOR)
    assert writer.get(BREAKING).status_code == 403


def test_the_screen_costs_at_most_eight_statements(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    costs = []
    for _ in range(2):
        with counted_statements(host.app) as sent:
            assert editor.get(BREAKING).status_code == 200
        costs.append(len(sent))
        for number in range(5):
            send(editor, text=f"News {number}")
    assert costs[0] == costs[1] <= 8
