"""A story is written: begun, saved, and put into words again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import Base, Post, Revision
from flask_newsblog.people import Role

from ..conftest import SERVERS, skip_or_fail
from ..hosts import Host, empty_tables, open_host, plain
from .desks import hidden, send, sign_in

NEW = "/news/newsroom/posts/new"
SCRIPT = {"Accept": "application/json"}


def test_what_was_written_is_a_draft_of_its_writer(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    writer = sign_in(host, "Ben Cole", Role.CONTRIBUTOR)
    answer = send(
        writer, NEW, title="Low tide", body="The *boats* lie still.", tags="Boats, Tides",
        authors="Ben Cole\nMira Holt",
    )  # fmt: skip
    assert answer.status_code == 303
    page = writer.get(answer.location).text
    assert "Saved." in page
    assert "The *boats* lie still." in page
    assert "Ben Cole\nMira Holt" in page
    with host.app.app_context():
        post = session().scalars(select(Post)).one()
        assert (post.state, post.title, post.person_name) == ("draft", "Low tide", "Ben Cole")
        assert "<em>boats</em>" in post.body_html
        assert session().scalars(select(Revision.number)).all() == [1]


def test_the_form_comes_back_with_all_that_was_typed(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    answer = send(writer, NEW, title="", body="No headline yet.")
    assert answer.status_code == 422
    assert "No headline yet." in answer.text


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def several_at_once(
    request: pytest.FixtureRequest, server_database: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[[], Host]]:
    """Opens a host on each database that many may use at once."""
    kind, opened = request.param, []
    if kind in SERVERS and not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")

    def make() -> Host:
        uri = f"sqlite:///{tmp_path}/x.sqlite" if kind == "sqlite" else server_database(kind)
        engine = sa.create_engine(uri)
        Base.metadata.create_all(engine)
        empty_tables(engine)
        engine.dispose()
        opened.append(open_host(plain, uri))
        return opened[0]

    yield make
    for host in opened:
        with host.app.app_context():
            host.app.extensions["sqlalchemy"].engine.dispose()


def begin(writer: FlaskClient, fields: dict[str, str]) -> Any:
    """What the page of a new story sends by itself."""
    return writer.post(NEW, data=fields, headers=SCRIPT)


def stories(host: Host) -> list[Post]:
    with host.app.app_context():
        return list(session().scalars(select(Post).order_by(Post.id)))


def test_the_first_words_of_a_page_become_one_draft(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    writer = sign_in(host, "Ben Cole", Role.CONTRIBUTOR)
    fields = hidden(writer.get(NEW).text) | {"title": "", "body": "First words."}
    told = begin(writer, fields).json
    assert begin(writer, fields | {"body": "First words, and more."}).json["id"] == told["id"]
    [post] = stories(host)
    assert (post.title, post.person_name, post.body) == ("Untitled story", "Ben Cole", "")
    page = writer.get(told["url"]).text
    assert "First words, and more." in page
    with host.app.app_context():
        assert session().scalars(select(Revision.kind)).all() == ["auto"]


def test_a_page_that_is_sent_twice_is_one_story(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    writer = sign_in(host)
    fields = hidden(writer.get(NEW).text) | {"title": "Low tide", "body": "Once."}
    first = writer.post(NEW, data=fields)
    assert writer.post(NEW, data=fields).location == first.location
    # Back, and other words: those are of the same hand, and the later ones count.
    assert writer.post(NEW, data=fields | {"body": "Twice."}).status_code == 303
    [post] = stories(host)
    assert (post.slug, post.body) == ("low-tide", "Twice.")


def test_a_page_that_is_sent_twice_at_once_is_one_story(
    several_at_once: Callable[[], Host],
) -> None:
    host = several_at_once()
    writer = sign_in(host)
    fields = hidden(writer.get(NEW).text) | {"title": "Low tide", "body": "Once."}
    cookie = writer.get_cookie("session")
    assert cookie is not None
    start = Barrier(4)

    def press(_: int) -> int:
        browser = host.client()
        browser.set_cookie("session", cookie.value)
        start.wait()
        return int(begin(browser, fields).json["id"])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    assert len(stories(host)) == 1


def test_nobody_gets_into_a_story_by_the_name_of_its_page(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    writer, other = (sign_in(host, name, Role.AUTHOR) for name in ("Ben Cole", "Mira Holt"))
    fields = hidden(writer.get(NEW).text) | {"title": "Low tide"}
    begin(writer, fields)
    own = hidden(other.get(NEW).text) | {"title": "Mine", "sitting": fields["sitting"]}
    assert begin(other, own).status_code == 403
    assert other.post(NEW, data=own).status_code == 403


def test_a_draft_takes_the_slug_of_its_headline_until_it_has_a_time(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    writer = sign_in(host)
    told = begin(writer, hidden(writer.get(NEW).text) | {"body": "First words."}).json
    send(writer, told["url"], title="High tide", body="First words.")
    assert [post.slug for post in stories(host)] == ["high-tide"]
    send(writer, told["url"], title="Low tide", slug="the-tide", body="First words.")
    assert [post.slug for post in stories(host)] == ["the-tide"]


def test_the_script_saves_and_is_told_where_and_when(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    fields = hidden(writer.get(NEW).text) | {"title": "Low tide", "body": "Words.", "do": "save"}
    told = writer.post(NEW, data=fields, headers=SCRIPT).json
    assert told["url"] == f"/news/newsroom/posts/{told['id']}/"
    assert (told["base"], told["slug"], told["reload"]) == (1, "low-tide", "")
    again = writer.post(told["url"], data=fields | {"body": "More."}, headers=SCRIPT).json
    assert again["base"] == 2


def test_a_stale_token_keeps_the_words_and_brings_a_fresh_one(
    open_hosts: Callable[..., Host],
) -> None:
    writer = sign_in(open_hosts(plain))
    stale = {"title": "Low tide", "body": "Kept words.", "csrf_token": "stale"}
    page = writer.post(NEW, data=stale)
    assert page.status_code == 400
    assert "Kept words." in page.text
    told = begin(writer, stale)
    assert told.status_code == 400
    fresh = hidden(writer.get(NEW).text) | {"csrf_token": told.json["csrf_token"]}
    assert begin(writer, fresh | {"title": "Low tide"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"title": ""}, "title", "Please write a headline."),
        ({"title": "x" * 301}, "title", "This is 301 characters long; the limit is 300."),
        ({"authors": "Ann\n???"}, "authors", "“???” has no letter or digit"),
        ({"tags": "y" * 121}, "tags", "is too long; the limit is 120 characters."),
        ({"lead_number": "twelve"}, "lead_number", "Please give the number"),
        ({"lead_number": "999"}, "lead_number", "There is no picture with this number"),
        ({"body": "> " * 40 + "deep"}, "body", "Too many quotes and lists are inside one another."),
        ({"body": "x" * 100_001}, "body", "This is 100,001 characters long"),
        ({"slug": "media"}, "slug", "This slug is taken or not free to use."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_on_top(
    open_hosts: Callable[..., Host], fields: dict[str, str], field: str, words: str
) -> None:
    host = open_hosts(plain)
    writer = sign_in(host)
    given = hidden(writer.get(NEW).text) | {"title": "Low tide", "kicker": "Kept kicker"} | fields
    answer = writer.post(NEW, data=given)
    assert answer.status_code == 422
    assert f'<a href="#nb-{field}">' in answer.text
    assert answer.text.count(words) == 2
    assert "Kept kicker" in answer.text
    told = writer.post(NEW, data=given | {"do": "save"}, headers=SCRIPT)
    assert words in told.json["errors"][field]
    assert stories(host) == []


def test_only_an_editor_makes_a_section_by_its_name(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor, writer = sign_in(host), sign_in(host, "Ben Cole", Role.AUTHOR)
    assert send(editor, NEW, title="One", new_section="Culture / Music").status_code == 303
    assert 'name="new_section"' not in writer.get(NEW).text
    assert send(writer, NEW, title="Two", section="Culture / Music").status_code == 303
    refused = send(writer, NEW, title="Three", section="Weather")
    assert refused.status_code == 422
    assert "There is no such section." in refused.text
    assert send(writer, NEW, title="Four", new_section="Weather").status_code == 422


def test_the_longest_story_is_taken_in_any_script(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    answer = send(writer, NEW, title="潮", body="潮汐 " * 33_000)
    assert answer.status_code == 303


def test_a_preview_stores_nothing_and_keeps_the_form(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    writer = sign_in(host)
    page = send(writer, NEW, title="Low tide", body="A *wet* day.", do="preview").text
    assert "<em>wet</em>" in page
    assert "A *wet* day." in page
    assert stories(host) == []


def test_a_picture_without_a_description_is_hinted_at(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    answer = send(writer, NEW, title="Low tide", body="![](media:1)\n\n![](media:2)")
    assert "2 pictures in the story have no description." in writer.get(answer.location).text
