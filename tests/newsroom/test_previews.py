"""A draft is shown by a link, and what its readers say reaches the desk."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import Base, session, utcnow
from flask_newsblog.models import AuditEntry, DeskNote, Post, PostState, PreviewLink
from flask_newsblog.newsroom.preview_views import ROWS
from flask_newsblog.people import Person, Role
from flask_newsblog.posts import actions, preview_links

from ..hosts import (
    Clock,
    Host,
    counted_statements,
    csrf_before,
    path_of,
    plain,
    two_blogs,
    write_story,
)
from ..never.places import PAYLOADS
from .desks import hidden, send, sign_in

ROOM = "/news/newsroom/posts/1/previews/"
HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}"
SAME = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@pytest.fixture
def clock() -> Clock:
    return Clock(utcnow())


@pytest.fixture
def paper(open_hosts: Callable[..., Host], clock: Clock) -> Host:
    """A blog with one draft."""
    host = open_hosts(plain, given={"clock": clock})
    write_story(
        host.app, "Low tide", "The *boats* lie still.", draft=True, authors=("Mira Holt",),
        section=("Harbour",), standfirst="Nothing moves.",
    )  # fmt: skip
    return host


@contextmanager
def draft_of(host: Host) -> Iterator[Post]:
    """The draft, to be changed; committed at the end."""
    with host.app.app_context():
        post = session().get(Post, 1)
        assert post is not None
        yield post
        session().commit()


def link_from(answer: Any) -> str:
    """The address of the link that was just made."""
    assert answer.status_code == 200
    found = re.search(r'value="(http://[^"]*/preview/[^"]+)"', answer.text)
    assert found is not None
    return found[1]


def make(editor: FlaskClient, label: str = "the harbour master", days: int = 7) -> str:
    return link_from(send(editor, ROOM, do="make", label=label, days=days))


def say(reader: FlaskClient, link: str, text: str = "Well put.", name: str = "Ola") -> Any:
    return reader.post(link, data=hidden(reader.get(link).text) | {"text": text, "name": name})


def test_whoever_has_the_link_reads_the_draft_as_readers_will(paper: Host) -> None:
    link = make(sign_in(paper))
    page = paper.client().get(link)
    assert page.status_code == 200
    for words in (
        "Low tide", "Nothing moves.", "<em>boats</em>", "Mira Holt", "Harbour",
        "Draft, not published.", "For the harbour master.",
    ):  # fmt: skip
        assert words in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)


def test_the_link_shows_what_was_saved_last(paper: Host) -> None:
    editor = sign_in(paper)
    link = make(editor)
    send(editor, "/news/newsroom/posts/1/", title="High tide", body="They *float*.", base="0")
    page = paper.client().get(link).text
    assert "High tide" in page
    assert "<em>float</em>" in page
    assert "Low tide" not in page


def test_of_a_scheduled_story_it_shows_what_is_saved_and_not_before_readers(
    paper: Host, clock: Clock
) -> None:
    editor = sign_in(paper)
    link = make(editor)
    with draft_of(paper) as post:
        actions.publish(post, clock(), clock() + timedelta(days=1))
    send(editor, "/news/newsroom/posts/1/", title="High tide", body="They *float*.")
    page = paper.client().get(link).text
    assert "High tide" in page
    assert "<em>float</em>" in page


def test_only_a_hash_is_kept_and_the_link_is_shown_once(
    paper: Host, caplog: pytest.LogCaptureFixture
) -> None:
    editor = sign_in(paper)
    with caplog.at_level(logging.DEBUG):
        link = make(editor)
        say(paper.client(), link)
    secret = link.rpartition("/")[2]
    assert len(secret) >= 40
    assert secret not in editor.get(ROOM).text
    assert secret not in caplog.text
    with paper.app.app_context():
        for table in Base.metadata.sorted_tables:
            for row in session().execute(select(table)):
                assert secret not in repr(row), table.name


def test_a_second_click_makes_no_second_link(paper: Host) -> None:
    editor = sign_in(paper)
    form = hidden(editor.get(ROOM).text) | {"do": "make", "label": "Ola", "days": "7"}
    assert link_from(editor.post(ROOM, data=form)) == link_from(editor.post(ROOM, data=form))
    with paper.app.app_context():
        assert len(session().scalars(select(PreviewLink)).all()) == 1


def test_it_is_taken_back_only_by_who_is_sure(paper: Host) -> None:
    editor, reader = sign_in(paper), paper.client()
    first = make(editor, "Ola")
    with paper.app.app_context():
        post, ann = session().get_one(Post, 1), Person("7", "Ann")
        for number in range(ROWS):
            preview_links.make_link(post, f"secret {number}", "Ben", 7, ann, utcnow())
        session().commit()
    assert "Ola" not in editor.get(ROOM).text
    asked = send(editor, ROOM, do="revoke", link=1)
    assert asked.status_code == 200
    assert "Take back the link for Ola?" in asked.text
    assert reader.get(first).status_code == 200
    sure = hidden(asked.text.partition('role="alert"')[2].partition("</form>")[0])
    assert (sure["link"], sure["sure"]) == ("1", "yes")
    answer = editor.post(ROOM, data=sure | {"do": "revoke"})
    assert answer.status_code == 303
    assert "The link was taken back" in editor.get(answer.location).text
    assert reader.get(first).status_code == 404
    assert send(editor, ROOM, do="revoke", link=1).status_code == 303


def test_what_opens_nothing_answers_alike_whatever_the_reason(paper: Host, clock: Clock) -> None:
    editor, reader = sign_in(paper), paper.client()
    revoked, ended, hidden_away, unknown = (make(editor, n) for n in ("a", "b", "c", "d"))
    with paper.app.app_context():
        first = session().scalars(select(PreviewLink).filter_by(label="a")).one()
        second = session().scalars(select(PreviewLink).filter_by(label="b")).one()
        second.expires_at = clock() - timedelta(seconds=1)
        number = first.id
        session().commit()
    page = send(editor, ROOM, do="revoke", link=number, sure="yes")
    assert page.status_code == 303
    assert reader.get(hidden_away).status_code == 200
    answers = [reader.get(link) for link in (revoked, ended, unknown[:-4], unknown + "x")]
    with draft_of(paper) as post:
        post.state = PostState.WITHDRAWN
    answers.append(reader.get(hidden_away))
    with draft_of(paper) as post:
        post.state, post.embargo_until = PostState.DRAFT, clock() + timedelta(hours=1)
    answers += [reader.get(hidden_away), reader.get("/news/preview/%00%ff"), reader.head(revoked)]
    for answer in answers[:-1]:
        assert answer.status_code == 404
        assert answer.data == answers[0].data
        assert "tide" not in answer.text
        assert {name: answer.headers[name] for name in SAME} == SAME
    assert answers[-1].status_code == 404
    clock.advance(hours=2)
    assert reader.get(hidden_away).status_code == 200


def test_a_link_of_one_blog_opens_nothing_in_another(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    write_story(host.app, "Low tide", draft=True)
    link = make(sign_in(host))
    assert host.client().get(link).status_code == 200
    assert host.client().get(link.replace("/news/", "/other/")).status_code == 404


def test_once_the_story_is_out_the_link_leads_to_it(paper: Host, clock: Clock) -> None:
    link = make(sign_in(paper))
    with draft_of(paper) as post:
        actions.publish(post, clock())
        path = path_of(post)
    answer = paper.client().get(link)
    assert answer.status_code == 302
    assert answer.location.endswith(path)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_a_reader_of_the_draft_says_reaches_the_desk(paper: Host) -> None:
    editor, reader = sign_in(paper), paper.client()
    link = make(editor)
    answer = say(reader, link, "The pier is\x00 *longer*.\r\nMuch.", " Ola\x07  Berg ")
    assert answer.status_code == 303
    assert "Your words have reached the newsroom" in reader.get(answer.location).text
    room = editor.get(ROOM).text
    assert "The pier is *longer*.\nMuch." in room
    assert "Ola Berg" in room
    assert "by the link for the harbour master" in room
    with paper.app.app_context():
        note = session().scalars(select(DeskNote)).one()
        assert (note.kind, note.post_id, note.preview_id) == ("preview", 1, 1)
        number = note.id
    assert send(editor, ROOM, do="done", note=number).status_code == 303
    assert "Open it again" in editor.get(ROOM).text
    send(editor, ROOM, do="reopen", note=number)
    assert "Open it again" not in editor.get(ROOM).text


def test_words_are_handed_back_with_every_refusal(paper: Host, clock: Clock) -> None:
    editor, reader = sign_in(paper), paper.client()
    link = make(editor)
    typed = {"text": "A long thought.", "name": "Ola"}
    without = reader.post(link, data=typed)
    assert without.status_code == 400
    nobody = say(reader, link, "A long thought.", "")
    assert nobody.status_code == 422
    much = say(reader, link, "A long thought." * 400)
    assert much.status_code == 422
    assert "the limit is 5,000" in much.text
    for number in range(preview_links.MOST_NOTES):
        assert say(reader, link, f"Thought {number}").status_code == 303
    enough = say(reader, link, "A long thought.")
    assert enough.status_code == 429
    assert int(enough.headers["Retry-After"]) > 0
    form = hidden(reader.get(link).text)
    send(editor, ROOM, do="revoke", link=1, sure="yes")
    gone = reader.post(link, data=form | typed)
    assert gone.status_code == 404
    for refusal in (without, nobody, much, enough, gone):
        assert "A long thought." in refusal.text
        assert refusal.headers["Cache-Control"] == "no-store"
        assert refusal.headers["Referrer-Policy"] == "no-referrer"
    with paper.app.app_context():
        assert len(session().scalars(select(DeskNote)).all()) == preview_links.MOST_NOTES


def test_a_second_click_says_it_once(paper: Host) -> None:
    link, reader = make(sign_in(paper)), paper.client()
    assert say(reader, link).status_code == say(reader, link).status_code == 303
    with paper.app.app_context():
        assert len(session().scalars(select(DeskNote)).all()) == 1


def test_words_that_come_as_the_story_goes_out_are_kept(paper: Host, clock: Clock) -> None:
    link, reader = make(sign_in(paper)), paper.client()
    form = hidden(reader.get(link).text) | {"text": "Wait!", "name": "Ola"}
    with draft_of(paper) as post:
        actions.publish(post, clock())
    assert reader.post(link, data=form).status_code == 303
    with paper.app.app_context():
        assert session().scalars(select(DeskNote.text)).all() == ["Wait!"]


def test_hostile_words_stay_text_in_the_room_and_on_the_draft(paper: Host) -> None:
    editor, reader = sign_in(paper), paper.client()
    link = make(editor, HOSTILE)
    for payload in PAYLOADS:
        say(reader, link, payload, payload[:200])
    say(reader, link, HOSTILE, HOSTILE)
    for page in (editor.get(ROOM).text, reader.get(link).text):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page
        for mark in ("<script>alert", "<img src=x", "<svg", "<iframe", "<style>", "<meta http"):
            assert mark not in page


def test_an_editors_note_needs_a_name_and_a_span_that_is_offered(paper: Host) -> None:
    editor = sign_in(paper)
    for label in ("", " \u200b ", "x" * 201):
        answer = send(editor, ROOM, do="make", label=label, days=7)
        assert answer.status_code == 422
        assert "/preview/" not in answer.text
    assert send(editor, ROOM, do="make", label="Ola", days=3000).status_code == 400
    assert send(editor, ROOM, do="burn").status_code == 400


def test_a_writer_shares_their_own_stories_and_nobody_elses(paper: Host) -> None:
    writer = sign_in(paper, "Ben", Role.CONTRIBUTOR)
    assert writer.get(ROOM).status_code == 403
    own = send(writer, "/news/newsroom/posts/new", title="Mine", body="Words.").location
    room = own.partition("?")[0] + "previews/"
    assert link_from(send(writer, room, do="make", label="Ola", days=1))
    assert paper.client().get(ROOM).status_code == 401


def test_links_and_words_of_another_story_are_out_of_reach(paper: Host) -> None:
    editor = sign_in(paper)
    link = make(editor)
    say(paper.client(), link)
    other = write_story(paper.app, "Other", draft=True)
    room = f"/news/newsroom/posts/{other.id}/previews/"
    send(editor, room, do="revoke", link=1, sure="yes")
    send(editor, room, do="done", note=1)
    assert paper.client().get(link).status_code == 200
    with paper.app.app_context():
        assert session().get(DeskNote, 1).done_at is None


def test_who_shared_what_is_written_down_without_the_secret(paper: Host) -> None:
    editor = sign_in(paper)
    make(editor)
    say(paper.client(), make(editor, "Ola"))
    send(editor, ROOM, do="revoke", link=1, sure="yes")
    send(editor, ROOM, do="revoke", link=1, sure="yes")
    send(editor, ROOM, do="done", note=1)
    with paper.app.app_context():
        entries = (
            session()
            .scalars(select(AuditEntry).where(AuditEntry.kind != "sign-in").order_by(AuditEntry.id))
            .all()
        )
        said = [(e.verb, e.kind, e.person_name) for e in entries]
    assert said == [
        ("share", "preview", "Ann"), ("share", "preview", "Ann"), ("revoke", "preview", "Ann"),
        ("settle", "note", "Ann"),
    ]  # fmt: skip
    assert entries[0].detail.startswith("the harbour master, ")


def test_a_host_with_a_token_for_all_forms_takes_words_over_https(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(csrf_before)
    write_story(host.app, "Low tide", draft=True)
    link = make(sign_in(host))
    reader, secure = host.client(), {"base_url": "https://localhost"}
    path = link.removeprefix("http://localhost")
    form = hidden(reader.get(path, **secure).text) | {"text": "Yes.", "name": "Ola"}
    assert reader.post(path, data=form, **secure).status_code == 303
    assert reader.post(path, data={"text": "No.", "name": "Ola"}, **secure).status_code == 400


def test_the_address_is_the_sites_own_where_it_is_set(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"base_url": "https://bulletin.example"})
    write_story(host.app, "Low tide", draft=True)
    answer = send(sign_in(host), ROOM, do="make", label="Ola", days=1)
    assert 'value="https://bulletin.example/news/preview/' in answer.text


def test_the_room_costs_the_same_however_much_is_in_it(paper: Host, clock: Clock) -> None:
    editor = sign_in(paper)

    def cost() -> int:
        with counted_statements(paper.app) as sent:
            assert editor.get(ROOM).status_code == 200
        return len(sent)

    few = cost()
    with paper.app.app_context():
        for number in range(120):
            session().add(
                PreviewLink(
                    blog="news", post_id=1, secret_hash=str(number), label=f"Link {number}",
                    made_at=clock(), expires_at=clock(),
                )
            )  # fmt: skip
            session().add(
                DeskNote(
                    blog="news", post_id=1, kind="preview", created_at=clock(),
                    text=f"Note {number}.",
                )
            )  # fmt: skip
        session().commit()
    assert cost() == few <= 8
    page = editor.get(ROOM).text
    assert "Note 119." in page
    assert "Note 1." not in page
    onward = re.findall(r'rel="next" href="([^"]+)"', page)
    assert len(onward) == 2
    assert "Note 69." in editor.get(onward[0]).text
    assert "Link 69<" in editor.get(onward[1]).text


def test_links_words_and_second_clicks_are_kept_alike_on_each_database(host: Host) -> None:
    story = write_story(host.app, "Low tide", "The *boats* lie still.", draft=True)
    room = f"/news/newsroom/posts/{story.id}/previews/"
    editor, reader = sign_in(host), host.client()
    form = hidden(editor.get(room).text) | {"do": "make", "label": "Ola", "days": "7"}
    link = link_from(editor.post(room, data=form))
    assert link_from(editor.post(room, data=form)) == link
    for text in ("Well put \U0001f6a2.", "Well put \U0001f6a2.", "Or not."):
        assert say(reader, link, text).status_code == 303
    with host.app.app_context():
        notes = session().scalars(select(DeskNote).order_by(DeskNote.id)).all()
        assert [note.text for note in notes] == ["Well put \U0001f6a2.", "Or not."]
        (number,) = session().scalars(select(PreviewLink.id)).all()
    send(editor, room, do="done", note=notes[0].id)
    send(editor, room, do="revoke", link=number, sure="yes")
    assert reader.get(link).status_code == 404
