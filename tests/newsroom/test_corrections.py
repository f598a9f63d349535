"""A correction is written, put into other words, and taken back, and the desk can tell by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, Correction, Post, Report
from flask_newsblog.people import Role

from ..hosts import Clock, Host, counted_statements, path_of, plain, write_story
from ..never.places import PAYLOADS
from .desks import hidden, send, sign_in

ROOM = "/news/newsroom/posts/1/corrections/"
REPORTS = "/news/newsroom/reports/"


@pytest.fixture
def clock() -> Clock:
    return Clock(utcnow())


@pytest.fixture
def paper(open_hosts: Callable[..., Host], clock: Clock) -> Host:
    """A blog with one story that is out."""
    host = open_hosts(plain, given={"clock": clock})
    write_story(host.app, "Low tide", "The boats lie still.")
    return host


def story_of(host: Host) -> str:
    with host.app.app_context():
        post = session().get(Post, 1)
        assert post is not None
        path = path_of(post)
    return str(host.get(path).text)


def told(host: Host, text: str = "The pier is in *Hull*.") -> int:
    """A reader's report of an error."""
    with host.app.app_context():
        report = Report(
            blog="news", post_id=1, reason="error", text=text, email="ola@example.org",
            created_at=utcnow(),
        )  # fmt: skip
        session().add(report)
        session().commit()
        return report.id


def written_down(host: Host) -> list[tuple[str, str, str, str]]:
    with host.app.app_context():
        entries = (
            session()
            .scalars(select(AuditEntry).where(AuditEntry.kind != "sign-in").order_by(AuditEntry.id))
            .all()
        )
        return [(e.verb, e.kind, e.person_name, e.detail) for e in entries]


def test_a_correction_is_seen_as_it_will_read_before_anybody_else_sees_it(paper: Host) -> None:
    editor = sign_in(paper)
    answer = send(editor, ROOM, do="try", kind="clarification", text="It is <b>two</b> boats.")
    assert answer.status_code == 200
    assert "So it will read." in answer.text
    assert "<strong>Clarification</strong>" in answer.text
    assert answer.text.count("It is &lt;b&gt;two&lt;/b&gt; boats.") == 2
    assert "two" not in story_of(paper)
    with paper.app.app_context():
        assert not session().scalars(select(Correction)).all()


def test_a_correction_stands_under_the_story_at_once(paper: Host, clock: Clock) -> None:
    editor = sign_in(paper)
    clock.advance(hours=2)
    answer = send(editor, ROOM, do="send", kind="correction", text="There are\r\ntwo boats.\x07")
    assert answer.status_code == 303
    assert "It is before the readers now." in editor.get(answer.location).text
    page = story_of(paper)
    assert "There are\ntwo boats." in page
    assert "All corrections" in page
    with paper.app.app_context():
        note = session().scalars(select(Correction)).one()
        assert (note.kind, note.person_name, note.corrected_at) == ("correction", "Ann", clock())
        assert session().get(Post, 1).updated_at == clock()
    assert written_down(paper) == [("correct", "correction", "Ann", "There are\ntwo boats.")]


def test_a_second_click_corrects_once(paper: Host) -> None:
    editor = sign_in(paper)
    form = hidden(editor.get(ROOM).text) | {"do": "send", "kind": "update", "text": "It sails."}
    for _ in range(2):
        assert editor.post(ROOM, data=form).status_code == 303
    with paper.app.app_context():
        assert len(session().scalars(select(Correction)).all()) == 1
    assert len(written_down(paper)) == 1


def test_its_words_can_be_changed_and_the_former_are_kept(paper: Host, clock: Clock) -> None:
    editor = sign_in(paper)
    send(editor, ROOM, do="send", kind="correction", text="Two boats.")
    then = clock()
    clock.advance(hours=3)
    answer = send(editor, ROOM, do="change", note=1, kind="clarification", text="Three boats.")
    assert "The new words are before the readers now." in editor.get(answer.location).text
    page = story_of(paper)
    assert "Three boats." in page
    assert "Two boats." not in page
    with paper.app.app_context():
        note = session().scalars(select(Correction)).one()
        assert (note.kind, note.corrected_at) == ("clarification", then)
    assert written_down(paper)[1:] == [("edit", "correction", "Ann", "Two boats.")]
    send(editor, ROOM, do="change", note=1, kind="clarification", text="Three boats.")
    assert len(written_down(paper)) == 2


def test_it_is_taken_back_only_by_who_is_sure_and_its_words_are_kept(paper: Host) -> None:
    editor = sign_in(paper)
    send(editor, ROOM, do="send", kind="correction", text="Two boats.")
    asked = send(editor, ROOM, do="take-back", note=1)
    assert "Take this back?" in asked.text
    assert "Two boats." in story_of(paper)
    answer = send(editor, ROOM, do="take-back", note=1, sure="yes")
    assert answer.status_code == 303
    assert "Two boats." not in story_of(paper)
    assert written_down(paper)[1:] == [("delete", "correction", "Ann", "Two boats.")]
    assert send(editor, ROOM, do="take-back", note=1, sure="yes").status_code == 303
    gone = send(editor, ROOM, do="change", note=1, kind="update", text="Words of mine.")
    assert gone.status_code == 409
    assert "Words of mine." in gone.text
    assert len(written_down(paper)) == 2


def test_words_come_back_with_every_refusal(paper: Host) -> None:
    editor = sign_in(paper)
    typed = {"do": "send", "kind": "correction", "text": "Two boats."}
    stale = editor.post(ROOM, data=typed)
    assert stale.status_code == 400
    assert "Two boats." in stale.text
    long = send(editor, ROOM, do="send", kind="correction", text="boats " * 1000)
    assert long.status_code == 422
    assert "boats boats" in long.text
    assert send(editor, ROOM, do="send", kind="correction", text=" ").status_code == 422
    assert send(editor, ROOM, do="send", kind="rumour", text="Hm.").status_code == 400
    away = paper.client().post(ROOM, data=typed)
    assert away.status_code == 401
    assert "Two boats." in away.text


def test_what_no_reader_sees_is_not_corrected(paper: Host) -> None:
    editor = sign_in(paper)
    draft = write_story(paper.app, "Draft", draft=True)
    room = f"/news/newsroom/posts/{draft.id}/corrections/"
    assert "change it instead" in editor.get(room).text
    answer = send(editor, room, do="send", kind="correction", text="Two boats.")
    assert answer.status_code == 409
    assert "Two boats." in answer.text
    send(editor, ROOM, do="send", kind="correction", text="Two boats.")
    assert send(editor, room, do="change", note=1, kind="update", text="No.").status_code == 409
    assert "Two boats." in story_of(paper)


def test_who_may_not_publish_may_not_correct(paper: Host) -> None:
    with paper.app.app_context():
        session().get(Post, 1).person_id = "sign-in:Ben"
        session().commit()
    contributor = sign_in(paper, "Ben", Role.CONTRIBUTOR)
    page = contributor.get(ROOM)
    assert "Please ask an editor" in page.text
    form = hidden(page.text) | {"do": "send", "kind": "update", "text": "Mine."}
    assert contributor.post(ROOM, data=form).status_code == 403
    author = sign_in(paper, "Ben", Role.AUTHOR)
    assert send(author, ROOM, do="send", kind="update", text="Mine.").status_code == 303
    assert sign_in(paper, "Cleo", Role.AUTHOR).get(ROOM).status_code == 403


def test_a_readers_report_leads_to_a_correction_and_is_closed_with_it(paper: Host) -> None:
    editor, number = sign_in(paper), told(paper)
    room = f"{ROOM}?report={number}"
    assert f'href="{room}">Write a correction' in editor.get(REPORTS).text
    page = editor.get(room).text
    assert "The pier is in *Hull*." in page
    assert "ola@example.org" in page
    tried = send(editor, room, do="try", kind="correction", text="In Hull.", close="yes")
    assert "The pier is in *Hull*." in tried.text
    assert f'name="report" value="{number}"' in tried.text
    answer = send(editor, room, do="send", kind="correction", text="In Hull.", close="yes")
    assert answer.status_code == 303
    with paper.app.app_context():
        report = session().get(Report, number)
        assert report.closed_at is not None
        assert report.closed_by == "Ann"
    assert "Nothing to look at." in editor.get(REPORTS).text
    assert {entry[0] for entry in written_down(paper)} == {"settle", "correct"}


def test_a_report_stays_open_unless_it_is_ticked(paper: Host) -> None:
    editor, number = sign_in(paper), told(paper)
    form = hidden(editor.get(f"{ROOM}?report={number}").text)
    form |= {"do": "send", "kind": "correction", "text": "In Hull."}
    form.pop("close", None)
    assert editor.post(ROOM, data=form).status_code == 303
    with paper.app.app_context():
        assert session().get(Report, number).closed_at is None


def test_reports_are_for_those_who_moderate_and_of_this_story(paper: Host) -> None:
    number = told(paper)
    with paper.app.app_context():
        session().get(Post, 1).person_id = "sign-in:Ben"
        session().commit()
    author = sign_in(paper, "Ben", Role.AUTHOR)
    for room in (ROOM, f"{ROOM}?report={number}"):
        page = author.get(room).text
        assert "Hull" not in page
        assert "ola@example.org" not in page
    other = write_story(paper.app, "Other")
    page = sign_in(paper).get(f"/news/newsroom/posts/{other.id}/corrections/?report={number}")
    assert page.status_code == 200
    assert "Hull" not in page.text


def test_hostile_words_stay_text_wherever_they_stand(paper: Host) -> None:
    editor = sign_in(paper)
    for payload in PAYLOADS:
        number = told(paper, payload)
        send(editor, f"{ROOM}?report={number}", do="send", kind="update", text=payload)
    for page in (
        editor.get(ROOM).text, editor.get(f"{ROOM}?report={number}").text, story_of(paper),
        paper.get("/corrections/").text,
    ):  # fmt: skip
        for mark in ("<script>alert", "<img src=x", "<svg", "<iframe", "<style>", "<meta http"):
            assert mark not in page


def test_the_room_costs_the_same_however_much_was_reported(paper: Host) -> None:
    editor = sign_in(paper)
    costs = []
    for count in (1, 30):
        for number in range(count):
            told(paper, f"Error {number}")
            send(editor, ROOM, do="send", kind="update", text=f"Note {count} {number}")
        with counted_statements(paper.app) as sent:
            assert editor.get(ROOM).status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 8


def test_a_kept_page_is_dropped_with_each_change(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"public_pages": True, "page_cache_seconds": 60})
    write_story(host.app, "Low tide", at=utcnow() - timedelta(days=3))
    editor = sign_in(host)
    seen = []
    for fields in (
        {"do": "send", "kind": "update", "text": "One."},
        {"do": "change", "note": "1", "kind": "update", "text": "Two."},
        {"do": "take-back", "note": "1", "sure": "yes"},
    ):
        story_of(host), host.get("/corrections/")
        assert send(editor, ROOM, **fields).status_code == 303
        both = story_of(host), host.get("/corrections/").text
        seen.append([[word in page for word in ("One.", "Two.")] for page in both])
    assert seen == [[[True, False]] * 2, [[False, True]] * 2, [[False, False]] * 2]
