"""The page of a story sends its words by itself, and hears who else is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Editing, Revision
from flask_newsblog.people import Role
from flask_newsblog.text.limits import MAX_SOURCE

from ..hosts import Clock, Host, csrf_after, plain
from .desks import hidden, sign_in
from .test_two_at_once import BODY, WHOLE, at_once, begin, busy, opened, saved

__all__ = ["busy"]


def autosave(browser: FlaskClient, address: str, form: dict[str, str], **more: Any) -> Any:
    return browser.post(f"{address}autosave", data=form | {"turn": "1"} | more)


def rows(host: Host) -> list[Revision]:
    with host.app.app_context():
        found = session().scalars(select(Revision).order_by(Revision.number)).all()
        session().expunge_all()
        return list(found)


def test_words_are_kept_in_one_row_and_readers_see_none_of_them(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    before = saved(host)
    for turn, words in enumerate(("A", "A bo", "A boat."), 1):
        answer = autosave(ann, address, form, title="", body=words, turn=turn)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["revision"] == 2
    assert answer.json["others"] == []
    assert answer.json["saved_by"] is None
    assert datetime.fromisoformat(answer.json["saved"]).tzinfo is not None
    assert [(r.number, r.kind, r.content["body"]) for r in rows(host)] == [
        (1, "saved", BODY), (2, "auto", "A boat."),
    ]  # fmt: skip
    after = saved(host)
    assert (after.body, after.title, after.saved_revision) == (BODY, "Low tide", 1)
    assert after.changed_at == before.changed_at


def test_an_older_turn_that_comes_late_overwrites_nothing(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    autosave(ann, address, form, body="The newer words.", turn="7")
    late = autosave(ann, address, form, body="The older.", turn="6")
    again = autosave(ann, address, form, body="The newer words.", turn="7")
    assert late.status_code == again.status_code == 200
    assert rows(host)[-1].content["body"] == "The newer words."
    assert len(rows(host)) == 2


def test_after_ten_minutes_there_is_a_way_back(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(utcnow())
    host = open_hosts(plain, given={"clock": clock})
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    for turn in range(1, 16):
        autosave(ann, address, form, body=f"Words {turn}.", turn=turn)
        clock.advance(minutes=1)
    assert [r.content["body"] for r in rows(host)][1:] == ["Words 10.", "Words 15."]


def test_what_was_not_saved_is_offered_taken_and_saved(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    autosave(ann, address, opened(ann, address), title="", body="Half a story")
    page = ann.get(address).text
    assert "You wrote something here that you have not saved." in page
    assert "have not saved" not in ben.get(address).text
    taken = ann.get(f"{address}?take=2").text
    assert "Half a story" in taken
    assert ben.get(f"{address}?take=2").status_code == 404
    form = hidden(taken) | WHOLE | {"body": "Half a story"}
    assert ann.post(address, data=form).status_code == 303
    assert "have not saved" not in ann.get(address).text
    assert [r.kind for r in rows(host)] == ["saved", "kept", "saved"]


def test_words_that_were_taken_are_merged_with_what_was_saved_since(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    autosave(ann, address, opened(ann, address), body=BODY.replace("late", "back"))
    ben.post(address, data=opened(ben, address) | {"body": BODY.replace("Monday", "Tuesday")})
    form = hidden(ann.get(f"{address}?take=2").text) | WHOLE
    ann.post(address, data=form | {"body": BODY.replace("late", "back")})
    assert saved(host).body == BODY.replace("late", "back").replace("Monday", "Tuesday")


def test_what_was_not_saved_may_be_given_up_and_stays_in_the_history(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    autosave(ann, address, opened(ann, address), body="Half a story")
    drop = hidden(ann.get(address).text)
    answer = ann.post(f"{address}unsaved", data=drop)
    assert answer.status_code == 303
    assert "They stay in the history" in ann.get(answer.location).text
    assert "have not saved" not in ann.get(address).text
    assert [(r.kind, r.content["body"]) for r in rows(host)][1:] == [("dropped", "Half a story")]
    assert ann.post(f"{address}unsaved", data={"csrf_token": "x", "number": "2"}).status_code == 400


def test_saving_settles_what_the_page_sent_and_what_comes_late(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    autosave(ann, address, form, body="Half a story", turn="1")
    ann.post(address, data=form | {"body": "The whole story."})
    autosave(ann, address, form, body="Half a sto", turn="0")
    assert [r.kind for r in rows(host)] == ["saved", "kept", "saved", "kept"]
    assert "have not saved" not in ann.get(address).text


def test_the_page_hears_who_else_is_there_and_who_saved(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(utcnow())
    host = open_hosts(plain, given={"clock": clock})
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    first, second = opened(ann, address), opened(ben, address)
    assert ann.post(f"{address}here", data=first).json == {"others": [], "saved_by": None}
    ben.post(address, data=second | {"body": "Other words."})
    answer = ben.post(f"{address}here", data=second)
    assert answer.json["others"] == ["Ann Lee"]
    assert ann.post(f"{address}here", data=first).json == {
        "others": ["Ben Cole"], "saved_by": {"name": "Ben Cole", "revision": 2},
    }  # fmt: skip
    assert "<bdi>Ann Lee</bdi>" in ben.get(address).text
    assert ann.post(f"{address}here", data=first | {"leave": "1"}).status_code == 200
    assert "Ann Lee</bdi>" not in ben.get(address).text
    assert autosave(ann, address, first, body="More.").json["others"] == ["Ben Cole"]
    clock.advance(seconds=61)
    assert autosave(ann, address, first, body="More.", turn=2).json["others"] == []


def test_prune_forgets_who_was_in_a_story(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(utcnow())
    host = open_hosts(plain, given={"clock": clock})
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    ann.post(f"{address}here", data=opened(ann, address))
    clock.advance(minutes=2)
    assert "news: removed who was in a story: 1." in host.run("prune").output
    with host.app.app_context():
        assert session().scalars(select(Editing)).all() == []


@pytest.mark.parametrize("make", [plain, csrf_after], ids=lambda make: make.__name__)
def test_a_stale_token_is_answered_with_a_fresh_one(
    open_hosts: Callable[..., Host], make: Callable[..., Any]
) -> None:
    host = open_hosts(make)
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    answer = autosave(ann, address, form, csrf_token="stale", body="Words.")
    assert answer.status_code == 400
    assert answer.json["problem"].startswith("This page was open for too long.")
    fresh = answer.json["csrf_token"]
    assert autosave(ann, address, form, csrf_token=fresh, body="Words.").status_code == 200


def test_each_refusal_is_a_sentence(host: Host) -> None:
    ann, writer = sign_in(host, "Ann Lee"), sign_in(host, "Cy Dale", Role.CONTRIBUTOR)
    address = begin(ann)
    form = opened(ann, address)
    token = {"csrf_token": hidden(writer.get("/news/newsroom/posts/new").text)["csrf_token"]}
    long = "Å" * (MAX_SOURCE + 30_000)
    for answer, status, words in (
        (autosave(host.client(), address, form), 401, "You are signed out."),
        (autosave(writer, address, form | token), 403, "You may not write in this story."),
        (autosave(ann, "/news/newsroom/posts/99/", form), 404, "This story is not there"),
        (autosave(ann, address, form, body=long), 413, "has more than 100,000 characters"),
        (autosave(ann, address, form, body=long * 10), 413, "has more than 100,000 characters"),
        (autosave(ann, address, form, sitting="a b"), 422, "Load it anew."),
        (autosave(ann, address, form, turn="x"), 422, "Load it anew."),
    ):
        assert (answer.status_code, words in answer.json["problem"]) == (status, True), answer.text
    assert len(rows(host)) == 1


def test_a_long_story_in_any_script_fits(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    long = "ก" * MAX_SOURCE
    assert autosave(ann, address, opened(ann, address), body=long).status_code == 200
    assert ann.post(address, data=opened(ann, address) | {"body": long}).status_code == 303
    too_long = ann.post(address, data=opened(ann, address) | {"body": long + "ข"})
    assert too_long.status_code == 422
    assert long + "ข" in too_long.text


def test_of_what_one_page_sends_at_once_the_newest_stays(busy: Host) -> None:
    ann = sign_in(busy, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    autosave(ann, address, form, body="Begun.", turn="0")
    cookie = ann.get_cookie("session")
    assert cookie is not None

    def job(turn: int) -> Callable[[], Any]:
        browser = busy.client()
        browser.set_cookie("session", cookie.value)
        return lambda: autosave(browser, address, form, body=f"Words {turn}.", turn=str(turn))

    for start in range(1, 31, 6):
        answers = at_once([job(n) for n in range(start, start + 6)])
        assert {a.status_code for a in answers} == {200}
        assert [r.content["body"] for r in rows(busy)][1:] == [f"Words {start + 5}."]


def test_a_page_that_says_it_is_open_many_times_at_once_is_there_once(busy: Host) -> None:
    people = [sign_in(busy, f"Writer {n}") for n in range(6)]
    address = begin(people[0])
    forms = [opened(browser, address) for browser in people]
    jobs = [lambda n=n: people[n].post(f"{address}here", data=forms[n]) for n in range(6)] * 1  # type: ignore[misc]
    for _ in range(3):
        assert {answer.status_code for answer in at_once(jobs)} == {200}
    answer = people[0].post(f"{address}here", data=forms[0])
    assert answer.json["others"] == [f"Writer {n}" for n in range(1, 6)]
