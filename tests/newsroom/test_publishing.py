"""A story on its way to the readers and back: who may do what, and what readers see then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog import Person, post_published, post_updated
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, Byline, DeskNote, Post
from flask_newsblog.people import Role
from flask_newsblog.text.merging import Marks, merge_texts

from ..hosts import Clock, Host, path_of, plain
from .desks import send, sign_in

# An editor of the host's, at whatever time the clock shows.
HOOKS = {"current_person": lambda: Person("7", "Ann"), "can": lambda *asked: True}
NEW = "/news/newsroom/posts/new"
WORDS = {
    "title": "Low tide",
    "body": "The boats lie still.",
    "authors": "Ben",
}


def written(writer: FlaskClient, **fields: str) -> str:
    """The address of the room where it is decided on a story that was just written."""
    answer = send(writer, NEW, **(WORDS | fields))
    assert answer.status_code == 303
    return str(answer.location).partition("?")[0] + "publishing"


def decide(browser: FlaskClient, room: str, do: str, **fields: Any) -> Any:
    return send(browser, room, **({"do": do} | fields))


def decided(browser: FlaskClient, room: str, do: str, **fields: Any) -> str:
    """The page that follows."""
    answer = decide(browser, room, do, **fields)
    assert answer.status_code == 303, answer.text
    return str(browser.get(answer.location).text)


def rewrite(browser: FlaskClient, room: str, **fields: str) -> None:
    assert send(browser, room.removesuffix("publishing"), **(WORDS | fields)).status_code == 303


def stored(host: Host) -> Post:
    with host.app.app_context():
        post = session().scalars(select(Post)).one()
        session().expunge(post)
        return post


def a_day(at: datetime) -> dict[str, str]:
    at = at.astimezone(UTC)
    return {"day": f"{at:%Y-%m-%d}", "clock": f"{at:%H:%M}"}


def test_an_editor_publishes_what_was_saved_last(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    told: list[str] = []

    def listen(app: Any, post: Post, **more: Any) -> None:
        told.append(post.title)

    post_published.connect(listen, host.app)
    editor = sign_in(host)
    room = written(editor)
    assert "Published." in decided(editor, room, "publish")
    assert told == ["Low tide"]
    page = host.get(path_of(stored(host)))
    assert "The boats lie still." in page.text


def test_a_second_click_says_that_it_is_out_already(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    room = written(editor)
    fields = {"do": "publish"}
    decided(editor, room, **fields)
    again = decide(editor, room, **fields)
    assert again.status_code == 409
    assert "The story is out already." in again.text
    with host.app.app_context():
        verbs = session().scalars(select(AuditEntry.verb)).all()
    assert verbs.count("publish") == 1


def test_a_contributor_hands_in_and_an_editor_gives_back_with_words(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    writer, editor = sign_in(host, "Ben", Role.CONTRIBUTOR), sign_in(host)
    room = written(writer)
    assert "Publish now" not in writer.get(room).text
    assert "with the editors" in decided(writer, room, "hand-in", note="Please check\nthe names.")
    assert "Please check\nthe names." in editor.get(room).text
    silent = decide(editor, room, "give-back", note=" ")
    assert silent.status_code == 422
    assert "Tell the writer what is to be done." in silent.text
    decided(editor, room, "give-back", note="Who is the <captain>?")
    page = writer.get(room).text
    assert "Who is the &lt;captain&gt;?" in page
    assert page.count("nb-step-open") == 1
    decided(writer, room, "hand-in")
    with host.app.app_context():
        assert all(note.done_at for note in session().scalars(select(DeskNote)))
    decided(writer, room, "take-back")
    assert stored(host).state == "draft"


@pytest.mark.parametrize("do", ["publish", "schedule", "embargo", "give-back", "close-replies"])
def test_a_contributor_decides_on_nothing_else(open_hosts: Callable[..., Host], do: str) -> None:
    host = open_hosts(plain)
    writer = sign_in(host, "Ben", Role.CONTRIBUTOR)
    room = written(writer)
    assert decide(writer, room, do, note="No.").status_code == 403
    assert stored(host).state == "draft"


def test_an_author_publishes_their_own_and_no_other(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    ann, ben = sign_in(host, "Ann", Role.AUTHOR), sign_in(host, "Ben", Role.AUTHOR)
    room = written(ann)
    assert ben.get(room).status_code == 403
    assert "Low tide" not in ben.get(room).text
    decided(ann, room, "publish")
    assert stored(host).state == "published"


def test_words_that_were_typed_survive_a_token_that_is_too_old(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    writer = sign_in(host, "Ben", Role.CONTRIBUTOR)
    room = written(writer)
    sent = {"do": "hand-in", "note": "A long note.", "csrf_token": "old"}
    answer = writer.post(room, data=sent)
    assert answer.status_code == 400
    assert "A long note." in answer.text
    assert stored(host).state == "draft"


def test_what_cannot_be_known_is_refused(open_hosts: Callable[..., Host]) -> None:
    editor = sign_in(open_hosts(plain))
    room = written(editor)
    assert decide(editor, room, "explode").status_code == 400
    assert editor.get("/news/newsroom/posts/999/publishing").status_code == 404


def test_a_time_to_come_is_set_changed_and_taken_away(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(datetime(2026, 5, 4, 10, tzinfo=UTC))
    host = open_hosts(plain, given=HOOKS | {"clock": clock}, NEWSBLOG_TIME_ZONE="Europe/Zurich")
    editor = host.client()
    room = written(editor)
    page = decided(editor, room, "schedule", day="2026-05-04", clock="18:30")
    assert "Europe/Zurich" in page
    assert stored(host).published_at == datetime(2026, 5, 4, 16, 30, tzinfo=UTC)
    rewrite(editor, room, body="The boats lie still. More.")
    decided(editor, room, "update")
    clock.moment = datetime(2026, 5, 4, 16, 29, 59, tzinfo=UTC)
    assert host.get("/2026/05/04/low-tide/").status_code == 404
    clock.advance(seconds=1)
    assert "still. More." in host.get("/2026/05/04/low-tide/").text
    clock.advance(hours=-1)
    decided(editor, room, "schedule", day="2026-05-05", clock="18:30")
    decided(editor, room, "unschedule")
    assert (stored(host).state, stored(host).published_at) == ("draft", None)
    clock.advance(days=9)
    assert host.get("/2026/05/05/low-tide/").status_code == 404


def test_a_time_that_is_past_is_asked_about_first(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    room = written(editor)
    asked = decide(editor, room, "schedule", day="2024-02-29", clock="08:00")
    assert asked.status_code == 422
    assert "That time is past." in asked.text
    assert stored(host).state == "draft"
    decided(
        editor, room, "schedule", day="2024-02-29", clock="08:00", sure="2024-02-29T08:00:00+00:00"
    )
    assert host.get("/2024/02/29/low-tide/").status_code == 200


@pytest.mark.parametrize(
    ("day", "clock", "words"),
    [
        ("", "", "Write the day as"),
        ("2026-13-45", "18:30", "Write the day as"),
        ("2027-05-04", "25:00", "Write the day as"),
        ("2027-05-04", "10:00+02:00", "Write the day as"),
        ("9999-12-31", "23:59", "Write the day as"),
        ("2027-03-28", "02:30", "clocks go forward"),
    ],
)
def test_a_time_that_is_none_is_refused_with_what_was_typed(
    open_hosts: Callable[..., Host], day: str, clock: str, words: str
) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Europe/Zurich")
    editor = sign_in(host)
    room = written(editor)
    answer = decide(editor, room, "schedule", day=day, clock=clock)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{day}"' in answer.text
    assert stored(host).state == "draft"


def test_what_is_saved_after_publishing_waits_until_it_is_put_before_the_readers(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, NEWSBLOG_PAGE_CACHE_SECONDS=300, NEWSBLOG_PUBLIC_PAGES=True)
    told: list[str] = []

    def listen(app: Any, post: Post, **more: Any) -> None:
        told.append(post.title)

    post_updated.connect(listen, host.app)
    editor = sign_in(host)
    room = written(editor)
    decided(editor, room, "publish")
    path = path_of(stored(host))
    assert "The boats lie still." in host.get(path).text
    rewrite(editor, room, title="High tide", body="The boats dance.")
    assert "The boats dance." not in host.get(path).text
    page = editor.get(room).text
    assert "2 changes" in page
    assert "Headline, Story" in page
    decided(editor, room, "update")
    assert "The boats dance." in host.get(path).text
    assert stored(host).updated_at is None
    rewrite(editor, room, title="High tide", body="The boats dance on.")
    decided(editor, room, "update", tell="y")
    assert stored(host).updated_at is not None
    assert told == ["High tide", "High tide"]
    none = decide(editor, room, "update")
    assert none.status_code == 409
    assert "Readers see all that is saved already." in none.text


def test_nothing_goes_out_that_was_saved_after_the_page_was_opened(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    room = written(editor)
    rewrite(editor, room, body="What nobody has looked at.")
    answer = decide(editor, room, "publish", seen="1")
    assert answer.status_code == 409
    assert "saved by somebody after you opened this page" in answer.text
    assert stored(host).state == "draft"
    decided(editor, room, "publish")


def test_a_withdrawn_story_leaves_its_notice_and_comes_back(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, NEWSBLOG_PAGE_CACHE_SECONDS=300, NEWSBLOG_PUBLIC_PAGES=True)
    editor = sign_in(host)
    room = written(editor)
    decided(editor, room, "publish")
    path, at = path_of(stored(host)), stored(host).published_at
    assert host.get(path).status_code == 200
    decided(editor, room, "withdraw", notice="We could not <confirm> it.")
    gone = host.get(path)
    assert gone.status_code == 410
    assert "We could not &lt;confirm&gt; it." in gone.text
    assert "Low tide" not in gone.text
    assert "no-store" in gone.headers["Cache-Control"]
    assert "Low tide" not in host.get("/").text
    decided(editor, room, "notice", notice="It was not true.")
    assert "It was not true." in host.get(path).text
    decided(editor, room, "restore")
    assert "The boats lie still." in host.get(path).text
    assert (stored(host).published_at, stored(host).withdrawal) == (at, "")


def test_a_story_that_no_reader_saw_leaves_nothing_behind(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(utcnow())
    host = open_hosts(plain, given=HOOKS | {"clock": clock})
    editor = host.client()
    room = written(editor)
    decided(editor, room, "schedule", **a_day(clock.moment + timedelta(hours=1)))
    path = path_of(stored(host))
    refused = decide(editor, room, "withdraw", notice="Secret.")
    assert refused.status_code == 409
    assert "The story is not out" in refused.text
    assert "Secret." in refused.text
    decided(editor, room, "unschedule")
    clock.advance(hours=2)
    assert host.get(path).status_code == 404


def test_replies_are_closed_and_opened(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    room = written(editor)
    decided(editor, room, "publish")
    path = path_of(stored(host))
    assert "nb-reply" in host.get(path).text
    decided(editor, room, "close-replies")
    assert not stored(host).replies_open
    assert decide(editor, room, "close-replies").status_code == 409
    decided(editor, room, "open-replies")
    assert stored(host).replies_open


def test_a_story_without_words_does_not_go_out(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    room = written(editor, body="")
    answer = decide(editor, room, "publish")
    assert answer.status_code == 422
    assert "The story has no text yet." in answer.text
    assert stored(host).state == "draft"


def test_what_was_left_behind_is_pointed_out_and_hinders_nobody(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    german = Marks("[Ann hat das gespeichert:]", "[Ben schrieb:]", "[Eine behalten.]", "[Weg.]")
    body = merge_texts("One.", "Two.", "Three.", german).text
    room = written(editor, body=body, section="")
    page = editor.get(room).text
    assert "It is in no section." in page
    assert "two versions that were not brought together" in page
    decided(editor, room, "publish")


def test_its_lists_follow_a_story_wherever_it_goes(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host)
    room = written(editor)
    for do, state in (("publish", True), ("withdraw", False), ("restore", True)):
        decided(editor, room, do)
        with host.app.app_context():
            at = session().scalars(select(Byline.published_at)).one()
        assert (at is not None) is state, do


def test_each_decision_is_written_down_with_who_made_it(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    editor = sign_in(host, "Ann")
    room = written(editor)
    done = ["publish", "close-replies", "withdraw", "restore"]
    for do in done:
        decided(editor, room, do)
    with host.app.app_context():
        rows = session().execute(
            select(AuditEntry.verb, AuditEntry.person_name, AuditEntry.title).order_by(
                AuditEntry.id
            )
        )
        assert [tuple(row) for row in rows][3:] == [(do, "Ann", "Low tide") for do in done]
