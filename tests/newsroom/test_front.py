"""The desk puts the front page together: in the newsroom, by forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, FrontSlot
from flask_newsblog.people import Role
from flask_newsblog.posts.front import PLACES, load_front

from ..hosts import Host, change, counted_statements, plain, write_story
from .desks import hidden, sign_in

FRONT = "/news/newsroom/front/"


@pytest.fixture
def paper(open_hosts: Callable[..., Host]) -> Host:
    """A blog with six stories: *Story 1* is the newest."""
    host = open_hosts(plain)
    for number in range(6, 0, -1):
        write_story(host.app, f"Story {number}", at=utcnow() - timedelta(hours=number))
    return host


def token(browser: FlaskClient) -> dict[str, str]:
    return {"csrf_token": hidden(browser.get(FRONT).text)["csrf_token"]}


def send(browser: FlaskClient, **fields: Any) -> Any:
    return browser.post(FRONT, data=token(browser) | fields)


def put(browser: FlaskClient, number: int, place: int = 0, **more: str) -> Any:
    # Story 6 was written first.
    return send(browser, do="put", post=str(7 - number), place=str(place), **more)


def top(host: Host, now: datetime | None = None) -> list[int]:
    with host.app.app_context():
        front = load_front("news", now or utcnow(), PLACES)
        return [int(shown.card.title.split()[1]) for shown in front.top]


def slots(host: Host) -> list[FrontSlot]:
    with host.app.app_context():
        return list(session().scalars(select(FrontSlot).order_by(FrontSlot.id)))


def test_an_editor_puts_a_story_on_the_front_page(paper: Host) -> None:
    editor = sign_in(paper)
    answer = put(editor, 5)
    assert answer.status_code == 303
    assert "The story has its place." in editor.get(answer.location).text
    assert top(paper) == [5, 1, 2, 3]
    page = paper.get().text
    assert page.index("Story 5") < page.index("Story 1")


def test_writers_may_not(paper: Host) -> None:
    for role in (Role.CONTRIBUTOR, Role.AUTHOR):
        writer = sign_in(paper, "Ben", role)
        assert writer.get(FRONT).status_code == 403
        assert writer.post(FRONT, data={"do": "put"}).status_code == 403
        assert "/newsroom/front/" not in writer.get("/news/newsroom/").text


def test_stories_are_moved_taken_off_and_put_back(paper: Host) -> None:
    editor = sign_in(paper)
    put(editor, 5)
    answer = send(editor, do="move", post="2", place="0", to="1")
    assert answer.status_code == 303
    assert top(paper) == [1, 5, 2, 3]
    slot = str(slots(paper)[0].id)
    answer = send(editor, do="off", slot=slot)
    page = editor.get(answer.location).text
    assert "Taken off: Story 5" in page
    assert top(paper) == [1, 2, 3, 4]
    send(editor, do="back", slot=slot, until="")
    assert top(paper) == [1, 5, 2, 3]


def test_a_new_story_is_kept_where_it_stands(paper: Host) -> None:
    editor = sign_in(paper)
    send(editor, do="move", post="5", place="1", to="1")
    write_story(paper.app, "Story 0")
    assert top(paper) == [0, 2, 1, 3]


def test_a_time_is_that_of_the_blogs_zone(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"time_zone": "Asia/Tokyo"})
    for number in (2, 1):
        write_story(host.app, f"Story {number}", at=utcnow() - timedelta(hours=number))
    editor = sign_in(host)
    day = datetime.now().date() + timedelta(days=2)  # noqa: DTZ005
    fields = {"from": f"{day}T09:00", "until": f"{day}T18:00"}
    assert send(editor, do="put", post="1", place="0", **fields).status_code == 303
    (slot,) = slots(host)
    assert slot.starts_at.isoformat() == f"{day}T00:00:00+00:00"
    assert slot.ends_at is not None
    assert slot.ends_at.isoformat() == f"{day}T09:00:00+00:00"
    page = editor.get(FRONT).text
    assert f'value="{day}T09:00"' in page
    assert "Times are those of Asia/Tokyo." in page
    later = editor.get(f"{FRONT}?at={day}T10:00").text
    assert later.index("Story 2") < later.index("Story 1")
    assert "As readers will see it on" in later


def test_a_length_is_counted_from_the_start(paper: Host) -> None:
    put(sign_in(paper), 5, lasting="3")
    (slot,) = slots(paper)
    assert slot.ends_at == slot.starts_at + timedelta(hours=3)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from": "tomorrow"}, "This is no day and time"),
        ({"until": "0001-01-01T00:00"}, "This is no day and time"),
        ({"until": "2020-01-01T00:00"}, "This would be over before it begins."),
        ({"post": "99"}, "Choose a story that is out or scheduled."),
        ({"post": ""}, "Choose a story that is out or scheduled."),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_chosen(
    paper: Host, fields: dict[str, str], said: str
) -> None:
    editor = sign_in(paper)
    given = {"do": "put", "post": "3", "place": "2", "q": "Story", **fields}
    answer = send(editor, **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert '<option value="2" selected>' in answer.text
    for value in fields.values():
        assert not value or value == "99" or f'value="{value}"' in answer.text
    assert slots(paper) == []


def test_a_page_that_was_open_for_too_long_keeps_what_was_chosen(paper: Host) -> None:
    editor = sign_in(paper)
    given = {"do": "put", "post": "3", "place": "2", "from": "2030-01-01T10:00"}
    answer = editor.post(FRONT, data=given | {"csrf_token": "made up"})
    assert answer.status_code == 400
    assert "nothing was done yet" in answer.text
    assert 'value="2030-01-01T10:00"' in answer.text
    assert 'value="3" required checked' in answer.text


def test_of_two_editors_at_once_the_second_sees_how_it_stands(paper: Host) -> None:
    first, second = sign_in(paper), sign_in(paper, "Ben")
    put(first, 5)
    assert send(first, do="move", post="2", place="0", to="1").status_code == 303
    answer = send(second, do="move", post="2", place="0", to="1")
    assert answer.status_code == 422
    assert "nothing was moved" in answer.text
    assert top(paper) == [1, 5, 2, 3]


def test_a_story_is_found_by_words_and_by_number(paper: Host) -> None:
    editor = sign_in(paper)
    write_story(paper.app, "100 % of the tide", at=utcnow() - timedelta(days=9))
    for query in ("TIDE of", "100 %", "7", "#7"):
        page = editor.get(FRONT, query_string={"q": query}).text
        assert 'name="post" value="7"' in page, query
    assert "No story that is out" in editor.get(FRONT, query_string={"q": "zeppelin"}).text


def test_drafts_are_not_offered_and_scheduled_ones_are(paper: Host) -> None:
    write_story(paper.app, "A draft", draft=True)
    write_story(paper.app, "For tomorrow", at=utcnow() + timedelta(days=1))
    editor = sign_in(paper)
    page = editor.get(FRONT).text
    assert "A draft" not in page
    assert "For tomorrow" in page
    assert send(editor, do="put", post="7", place="0").status_code == 422
    assert send(editor, do="put", post="8", place="0").status_code == 303
    page = editor.get(FRONT).text
    assert "The story is not out yet" in page
    assert top(paper) == [1, 2, 3, 4]


def test_a_story_under_an_embargo_of_others_is_not_named(paper: Host) -> None:
    secret = write_story(paper.app, "A secret", embargo=utcnow() + timedelta(days=1))
    named = sign_in(paper, "Mira")
    with change(paper.app, secret) as stored:
        stored.embargo_people = ["Mira"]
    assert send(named, do="put", post=str(secret.id), place="0").status_code == 303
    other = sign_in(paper, "Ben")
    soon = f"{utcnow() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    for address in (FRONT, f"{FRONT}?at={soon}", f"{FRONT}?q=secret"):
        page = other.get(address).text
        assert "A secret" not in page.replace('value="secret"', ""), address
    assert "A secret" in named.get(FRONT).text
    assert send(other, do="put", post=str(secret.id), place="1").status_code == 403


def test_another_blogs_slots_are_out_of_reach(paper: Host) -> None:
    editor = sign_in(paper)
    there = write_story(paper.app, "There", blog="sports")
    with paper.app.app_context():
        slot = FrontSlot(blog="sports", post_id=there.id, position=0, starts_at=utcnow())
        session().add(slot)
        session().commit()
        number = slot.id
    assert send(editor, do="off", slot=str(number)).status_code == 422
    assert send(editor, do="put", post=str(there.id), place="0").status_code == 422
    assert slots(paper)[0].ends_at is None


def test_each_change_is_written_down(paper: Host) -> None:
    editor = sign_in(paper, "Ann Lee")
    put(editor, 5)
    send(editor, do="move", post="2", place="0", to="1")
    send(editor, do="time", slot="1", until="2099-01-01T10:00")
    send(editor, do="off", slot="1")
    with paper.app.app_context():
        query = select(AuditEntry).where(AuditEntry.kind == "front").order_by(AuditEntry.id)
        found = session().scalars(query).all()
        assert [entry.verb for entry in found] == ["arrange", "move", "retime", "take-off"]
        assert {(entry.person_name, entry.title) for entry in found} == {("Ann Lee", "Story 5")}


def test_the_screen_costs_at_most_eight_statements(paper: Host) -> None:
    editor = sign_in(paper)
    costs = []
    for _ in range(2):
        with counted_statements(paper.app) as sent:
            assert editor.get(FRONT).status_code == 200
        costs.append(len(sent))
        for place in range(4):
            put(editor, 6 - place, place)
            put(editor, 2, place, **{"from": "2099-01-01T10:00"})
    assert costs[0] == costs[1] <= 8
