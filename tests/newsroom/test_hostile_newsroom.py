"""Attacks on the newsroom by its own staff and by who has a link: what they would learn or do."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog import Person
from flask_newsblog.database import session
from flask_newsblog.models import Author, Post, Section, Tag
from flask_newsblog.people import ROLE_MAY, Action, Role

from ..hosts import Clock, Host, plain, write_story
from .desks import hidden, send

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
UNTIL = {"until_day": "2026-05-05", "until_clock": "06:00"}
ROOM = "/news/newsroom"


def who() -> Person | None:
    name = request.cookies.get("person", "")
    return Person(name, name.title()) if name else None


def can(person: Person, action: Action, thing: Any) -> bool:
    return action in ROLE_MAY[Role(request.cookies.get("role", "editor"))]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def desk(uri: str, open_hosts: Callable[..., Host], clock: Clock) -> Host:
    """A desk of people known to the host by a cookie, with the role that another says."""
    given = {"clock": clock, "current_person": who, "can": can}
    return open_hosts(plain, uri=uri, given=given)


def staff(host: Host, name: str, role: Role = Role.EDITOR) -> FlaskClient:
    browser = host.client()
    browser.set_cookie("person", name)
    browser.set_cookie("role", role)
    return browser


def story_of(host: Host, name: str, title: str = "A quiet day", **more: Any) -> int:
    post = write_story(host.app, title, now=NOON, **more)
    with host.app.app_context():
        found = session().get_one(Post, post.id)
        found.person_id, found.person_name = name, name.title()
        session().commit()
    return post.id


def secret_story(host: Host) -> int:
    """A story under an embargo that names Ann alone, scheduled for its end."""
    ann = staff(host, "ann")
    post_id = story_of(
        host, "ann", "Merger with Sallow", draft=True, tags=("Hush Takeover",),
        authors=("Wanda Whistle",), section=("Business",),
    )  # fmt: skip
    room = f"{ROOM}/posts/{post_id}/publishing"
    assert send(ann, room, do="embargo", people="Ann", **UNTIL).status_code == 303
    assert send(ann, room, do="schedule", day="2026-05-05", clock="07:00").status_code == 303
    return post_id


def act(browser: FlaskClient, address: str, **fields: Any) -> Any:
    """Send fields with a token, and nothing that stood in a form."""
    token = hidden(browser.get(f"{ROOM}/posts/new").text)["csrf_token"]
    return browser.post(ROOM + address, data={"csrf_token": token, **fields})


def tells(text: str) -> bool:
    """Whether a page or a table tells of the secret story."""
    return bool(re.search("merger|sallow|hush|takeover|wanda", html.unescape(text).lower()))


def test_the_audit_and_its_table_tell_nobody_else_of_a_story_under_embargo(desk: Host) -> None:
    post_id = secret_story(desk)
    ann, dora = staff(desk, "ann"), staff(desk, "dora")
    send(ann, f"{ROOM}/posts/{post_id}/previews/", do="make", label="for Wanda", days="7")
    for address in ("/audit/", "/audit/export", f"/audit/?thing={post_id}", "/audit/?person=ann"):
        assert tells(ann.get(ROOM + address).text), address
        assert not tells(dora.get(ROOM + address).text), address


def test_the_front_desk_tells_nobody_else_of_a_story_under_embargo(desk: Host) -> None:
    post_id = secret_story(desk)
    ann, dora = staff(desk, "ann"), staff(desk, "dora")
    fields = {"do": "put", "post": str(post_id), "place": "0", "lasting": "good"}
    assert act(dora, "/front/", **fields).status_code in (403, 422)
    assert act(ann, "/front/", **fields).status_code == 303
    for query in ("", "?at=2026-05-06T12:00", f"?q=%23{post_id}", f"?post={post_id}"):
        assert not tells(dora.get(f"{ROOM}/front/{query}").text.replace(query, "")), query
    slot = re.search(r'name="slot" value="(\d+)"', dora.get(f"{ROOM}/front/").text)
    assert slot
    answer = act(dora, "/front/", do="off", slot=slot[1])
    assert not tells(dora.get(answer.location).text)


def test_the_search_of_the_front_desk_finds_as_many_stories_as_if_there_were_no_secret(
    desk: Host,
) -> None:
    secret_story(desk)
    for number in range(12):
        write_story(desk.app, f"Merger {number}", now=NOON)
    page = staff(desk, "dora").get(f"{ROOM}/front/?q=merger").text
    assert page.count('type="radio" name="post"') == 12


def test_no_banner_tells_of_a_story_under_embargo(desk: Host) -> None:
    post_id = secret_story(desk)
    ann, dora = staff(desk, "ann"), staff(desk, "dora")
    line = {"do": "begin", "text": "Soon more", "lasting": "3"}
    address = f"{ROOM}/front/breaking/"
    answer = send(dora, address, post=str(post_id), **line)
    assert answer.status_code == 422
    assert "There is no such story here." in answer.text
    later = line | {"from": "2026-05-05T08:00", "text": "Sallow is sold"}
    assert send(ann, address, post=str(post_id), **later).status_code == 303
    assert tells(ann.get(address).text)
    assert not tells(dora.get(address).text)
    assert not tells(dora.get(f"{address}?banner=1").text)


def test_names_that_only_a_secret_story_has_are_offered_to_nobody_else(desk: Host) -> None:
    secret_story(desk)
    story_of(desk, "ann", tags=("Harbour",), authors=("Ann",))
    for role in Role:
        page = staff(desk, "dora", role).get(f"{ROOM}/posts/new").text
        assert "Harbour" in page
        assert not tells(page)
    assert tells(staff(desk, "ann").get(f"{ROOM}/posts/new").text)


def test_nobody_makes_a_section_by_bringing_back_what_the_page_sent(desk: Host) -> None:
    writer = staff(desk, "wim", Role.CONTRIBUTOR)
    post_id = story_of(desk, "wim", draft=True)
    edit = f"{ROOM}/posts/{post_id}/"
    page = hidden(writer.get(edit).text)
    words = {"title": "Mine", "body": "Words.", "new_section": "My Own Section"}
    refused = writer.post(edit, data=page | words)
    assert refused.status_code == 422
    sent = writer.post(f"{edit}autosave", data=page | words | {"sitting": "s", "turn": "1"})
    number = sent.get_json()["revision"]
    room = f"{edit}revisions/{number}"
    answer = writer.post(room, data=hidden(writer.get(room).text))
    assert answer.status_code == 422
    assert "There is no such section." in answer.text
    with desk.app.app_context():
        assert session().scalars(select(Section.name)).all() == []


def test_nobody_makes_a_section_by_saving_what_their_page_sent_first(desk: Host) -> None:
    writer = staff(desk, "wim", Role.CONTRIBUTOR)
    page = hidden(writer.get(f"{ROOM}/posts/new").text)
    words = {"title": "Mine", "body": "Words.", "new_section": "My Own Section", "turn": "1"}
    asks = {"Accept": "application/json"}
    sent = writer.post(f"{ROOM}/posts/new", data=page | words, headers=asks).get_json()
    assert writer.post(sent["url"], data=page | words).status_code == 422
    with desk.app.app_context():
        assert session().scalars(select(Section.name)).all() == []


def test_a_preview_link_shows_nothing_that_was_saved_after_the_story_came_out(desk: Host) -> None:
    ann = staff(desk, "ann")
    post_id = story_of(desk, "ann", draft=True)
    page = send(ann, f"{ROOM}/posts/{post_id}/previews/", do="make", label="Lawyer", days="7").text
    found = re.search(r"/news/preview/[\w-]+", page)
    assert found
    send(ann, f"{ROOM}/posts/{post_id}/publishing", do="publish")
    edit = f"{ROOM}/posts/{post_id}/"
    send(ann, edit, title="A quiet day", body="What the source told us.")
    stranger = desk.client()
    assert stranger.get(found[0]).status_code == 302
    for fields in ({}, {"text": "Well", "name": ""}):
        assert "the source told us" not in stranger.post(found[0], data=fields).text
    assert "the source told us" not in stranger.head(found[0]).text


@pytest.mark.parametrize("argument", ["_scheme=javascript&_external=1", "_anchor=x", "endpoint=x",
                                      "self=1", "_method=POST", "blog=x"])  # fmt: skip
def test_the_arguments_of_an_address_say_nothing_of_how_others_are_made(
    desk: Host, argument: str
) -> None:
    for room in ("audit", "media", "front", "calendar", "reports", "rules", "settings"):
        answer = staff(desk, "ann").get(f"{ROOM}/{room}/?{argument}")
        assert answer.status_code == 200, room
        assert "javascript:" not in answer.text, room
        assert "#x" not in answer.text, room


def test_a_number_that_no_revision_has_is_stored_nowhere(desk: Host) -> None:
    writer = staff(desk, "wim", Role.CONTRIBUTOR)
    post_id = story_of(desk, "wim", draft=True)
    edit = f"{ROOM}/posts/{post_id}/"
    for base in ("2147483648", "999999999999999999"):
        page = hidden(writer.get(edit).text) | {"base": base, "title": "Mine", "turn": base}
        kept = writer.post(f"{edit}autosave", data=page | {"body": f"One {base}"})
        assert kept.status_code in (200, 422), base
        here = writer.post(f"{edit}here", data=page)
        assert here.status_code in (200, 422), base
        saved = writer.post(edit, data=page | {"body": f"Two {base}"})
        assert saved.status_code in (303, 409), base
    rooms = ("?take=%s", "?said=merged&by=%s", "revisions/%s", "revisions/1?with=%s")
    for room in (*rooms, "revisions/?before=%s", "revisions/?restored=%s&undo=%s"):
        address = edit + room.replace("%s", base)
        assert writer.get(address).status_code in (200, 404), address
    dropped = writer.post(f"{edit}unsaved", data=page | {"number": base})
    assert dropped.status_code == 303


@pytest.mark.parametrize("field", ["tags", "authors"])
def test_a_story_has_no_thousands_of_names(desk: Host, field: str) -> None:
    writer = staff(desk, "wim", Role.CONTRIBUTOR)
    between = "," if field == "tags" else "\n"
    names = between.join(f"n{number}" for number in range(2_000))
    answer = send(writer, f"{ROOM}/posts/new", title="Mine", body="Words.", **{field: names})
    assert answer.status_code == 422
    with desk.app.app_context():
        assert session().scalars(select(Tag.id)).all() == []
        assert session().scalars(select(Author.id)).all() == []
