"""Pressed twice, answers that got lost, two at once, pages too old: no word is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from flask_newsblog.database import session
from flask_newsblog.models import (
    AuditEntry,
    Correction,
    DeskNote,
    Media,
    Post,
    PreviewLink,
    Revision,
)

from ..hosts import Host, plain, write_story
from .busy import UNPREPARED, at_once, close, every_database, open_busy
from .desks import hidden, sign_in
from .test_two_at_once import BODY, begin, opened, saved

Server = Callable[[str], str]
HERS, HIS = BODY.replace("late", "back"), BODY.replace("Monday", "Tuesday")
BOTH = HERS.replace("Monday", "Tuesday")


@pytest.fixture
def busy(kind: str, tmp_path: Path, server_database: Server) -> Any:
    """A host on a database that many use at once."""
    host = open_busy(kind, tmp_path, server_database, given={})
    yield host
    close(host)


def test_save_pressed_twice_does_not_undo_what_was_merged(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    first, second = opened(ann, address), opened(ben, address)
    ann.post(address, data=first | {"body": HERS})
    for _ in range(3):
        assert ben.post(address, data=second | {"body": HIS}).status_code == 303
        assert saved(host).body == BOTH


def test_an_answer_that_got_lost_does_not_undo_what_was_merged(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    first, second = opened(ann, address), opened(ben, address)
    ann.post(address, data=first | {"body": HERS})
    ben.post(address, data=second | {"body": HIS})
    # The page has not heard of it, and its writer writes on.
    more = HIS.replace("boats", "three boats")
    assert ben.post(address, data=second | {"body": more}).status_code == 303
    assert saved(host).body == BOTH.replace("boats", "three boats")


@pytest.mark.parametrize("base", ["0", "1"])
def test_a_page_that_missed_its_own_answers_goes_on_from_them(host: Host, base: str) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    for text in ("One.", "One. Two.", "One. Three."):
        assert ann.post(address, data=form | {"body": text}).status_code == 303
        assert saved(host).body == text


def test_what_is_written_after_a_save_whose_answer_got_lost_is_offered(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    ann.post(address, data=form | {"body": "A story.", "turn": "3"})
    for turn, text in ((4, "A story, and m"), (5, "A story, and more.")):
        ann.post(f"{address}autosave", data=form | {"body": text, "turn": str(turn)})
    page = ann.get(address).text
    assert "have not saved" in page
    with host.app.app_context():
        kinds = session().scalars(select(Revision.kind).order_by(Revision.number)).all()
        assert kinds == ["saved", "saved", "auto"]
    # What is on its way since before the save is not.
    ann.post(address, data=form | {"body": "A story, and more.", "turn": "6"})
    ann.post(f"{address}autosave", data=form | {"body": "A story, and mo", "turn": "5"})
    assert "have not saved" not in ann.get(address).text


# Two at once in every room


def a_story(host: Host, **more: Any) -> str:
    """Where a story is written that is out, or a draft."""
    return f"/news/newsroom/posts/{write_story(host.app, 'Low tide', 'Boats.', **more).id}/"


def corrections(host: Host) -> list[str]:
    with host.app.app_context():
        return list(session().scalars(select(Correction.text).order_by(Correction.id)))


def last_correction(host: Host) -> str:
    with host.app.app_context():
        return str(session().scalar(select(func.max(Correction.id))))


@every_database
def test_a_correction_sent_twice_at_once_is_one(busy: Host) -> None:
    desk = a_story(busy)
    editor = sign_in(busy)
    room = desk + "corrections/"
    form = hidden(editor.get(room).text) | {"do": "send", "kind": "update", "text": "It sails."}
    answers = at_once([lambda: editor.post(room, data=form).status_code for _ in range(5)])
    assert set(answers) <= {303, 503}
    assert corrections(busy) == ["It sails."]


@every_database
def test_of_those_who_reword_a_correction_at_once_one_does_and_the_others_are_told(
    busy: Host, kind: str
) -> None:
    desk = a_story(busy)
    people = [sign_in(busy, name) for name in ("Ann", "Ben", "Mira", "Tom")]
    room = desk + "corrections/"
    form = hidden(people[0].get(room).text) | {"kind": "update"}
    people[0].post(room, data=form | {"do": "send", "text": "The first."})
    note = last_correction(busy)
    forms = [
        hidden(one.get(room).text) | {"do": "change", "kind": "update", "note": note}
        for one in people
    ]
    answers = at_once([
        lambda n=n: people[n].post(room, data=forms[n] | {"text": f"Words {n}."})
        for n in range(4)
    ])  # fmt: skip
    (done,) = (n for n, answer in enumerate(answers) if answer.status_code == 303)
    assert corrections(busy) == [f"Words {done}."]
    # Unprepared, SQLite may say that it is locked.
    told = {409, 503} if kind == UNPREPARED else {409}
    for n, answer in enumerate(answers):
        if n != done:
            assert answer.status_code in told
            assert f"Words {n}." in answer.text
    with busy.app.app_context():
        kept = session().scalars(select(AuditEntry.detail).where(AuditEntry.verb == "edit")).all()
    assert kept == ["The first."]


@every_database
def test_one_rewords_a_correction_while_another_takes_it_back(busy: Host) -> None:
    desk = a_story(busy)
    ann, ben = sign_in(busy, "Ann"), sign_in(busy, "Ben")
    room = desk + "corrections/"
    for number in range(1, 5):
        form = hidden(ann.get(room).text) | {"kind": "update"}
        ann.post(room, data=form | {"do": "send", "text": f"Note {number}."})
        form["note"] = last_correction(busy)
        gone = hidden(ben.get(room).text) | {"do": "take-back", "sure": "yes", "note": form["note"]}
        said = form | {"do": "change", "text": "Other words."}
        answers = at_once([
            lambda said=said: ann.post(room, data=said), lambda gone=gone: ben.post(room, data=gone)
        ])  # fmt: skip
        assert answers[0].status_code in (303, 409, 503)
        assert answers[0].status_code == 303 or "Other words." in answers[0].text
        assert answers[1].status_code in (303, 503)


@every_database
def test_a_link_made_twice_at_once_is_one(busy: Host) -> None:
    desk = a_story(busy, draft=True)
    editor, room = sign_in(busy), desk + "previews/"
    form = hidden(editor.get(room).text) | {"do": "make", "label": "Ola Berg", "days": "7"}
    answers = at_once([lambda: editor.post(room, data=form) for _ in range(5)])
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all("Ola Berg" in answer.text for answer in answers)
    with busy.app.app_context():
        assert len(session().scalars(select(PreviewLink)).all()) == 1


@every_database
def test_words_about_a_draft_sent_twice_at_once_are_there_once(busy: Host) -> None:
    desk = a_story(busy, draft=True)
    editor, room = sign_in(busy), desk + "previews/"
    form = hidden(editor.get(room).text) | {"do": "make", "label": "Ola Berg", "days": "7"}
    page = editor.post(room, data=form).text
    link = page.partition('id="nb-made-url" value="')[2].partition('"')[0].partition("localhost")[2]
    reader = busy.client()
    said = hidden(reader.get(link).text) | {"name": "Ola", "text": "Well put."}
    answers = at_once([lambda: reader.post(link, data=said) for _ in range(5)])
    assert {answer.status_code for answer in answers} <= {303, 503}
    with busy.app.app_context():
        assert len(session().scalars(select(DeskNote)).all()) == 1


# What was typed into a form that cannot be taken

ROOMS = [
    ("posts/{}/publishing", {"do": "give-back", "note": "Call the mayor."}),
    ("posts/{}/publishing", {"do": "withdraw", "notice": "It was wrong."}),
    ("posts/{}/publishing", {"do": "embargo", "people": "Mira Holt\nTom Berg"}),
    ("posts/{}/corrections/", {"do": "send", "kind": "update", "text": "It sails."}),
    ("posts/{}/previews/", {"do": "make", "days": "7", "label": "Ola Berg"}),
    ("front/breaking/", {"do": "begin", "text": "The pier is gone", "lasting": "3"}),
    ("media/upload", {"alt": "A pier at dusk", "credit": "Mira Holt"}),
    ("names/authors/", {"do": "add", "name": "Mira Holt"}),
    ("names/tags/1/", {"name": "Boats", "slug": "all-boats", "description": "All that floats."}),
    ("names/authors/1/", {"name": "Mira", "description": "Sails.", "links": "Home https://a.b"}),
    ("posts/{}/", {"title": "Low", "kicker": "Harbour", "tags": "Boats", "lead_alt": "A ferry"}),
    ("posts/new", {"title": "Low", "dateline": "HULL", "authors": "Mira Holt"}),
]


@pytest.mark.parametrize(("room", "typed"), ROOMS)
@pytest.mark.parametrize("stale", ["token", "session"])
def test_what_was_typed_comes_back_from_a_page_that_was_open_for_too_long(
    open_hosts: Callable[..., Host], room: str, typed: dict[str, str], stale: str
) -> None:
    host = open_hosts(plain)
    number = write_story(host.app, "Low tide", "Boats.", tags=("Boats",), authors=("Mira",)).id
    somebody = sign_in(host) if stale == "token" else host.client()
    answer = somebody.post(f"/news/newsroom/{room.format(number)}", data=typed)
    assert answer.status_code == (400 if stale == "token" else 401)
    for name, words in typed.items():
        if name not in ("do", "kind", "days", "lasting"):
            assert words in answer.text


@pytest.mark.parametrize("room", ["", "publishing", "corrections/"])
def test_what_was_typed_comes_back_where_the_story_is_not_there_any_more(
    open_hosts: Callable[..., Host], room: str
) -> None:
    editor = sign_in(open_hosts(plain))
    typed = {"body": "Long work.", "note": "A long note.", "text": "A long text."}
    answer = editor.post(f"/news/newsroom/posts/999/{room}", data=typed)
    assert answer.status_code == 404
    assert any(words in answer.text for words in typed.values())


# Pictures


@every_database
def test_a_lead_picture_is_chosen_while_others_save(busy: Host) -> None:
    with busy.app.app_context():
        media = Media(blog="news", key="pier.webp", content_type="image/webp", alt="A pier")
        session().add(media)
        session().commit()
        picture = str(media.id)
    ann, ben = sign_in(busy, "Ann Lee"), sign_in(busy, "Ben Cole")
    address = begin(ann)
    token = hidden(ben.get(address).text)
    for turn in range(4):
        wanted = picture if turn % 2 == 0 else ""
        form = opened(ann, address) | {"body": f"Boats, {turn}."}
        if turn % 2:
            form |= {"lead_image": picture, "lead_alt": "A pier"}
        answers = at_once([
            lambda form=form: ann.post(address, data=form),
            lambda wanted=wanted: ben.post(
                f"{address}lead-picture", data=token | {"picture": wanted}
            ),
        ])  # fmt: skip
        assert {answer.status_code for answer in answers} <= {303, 503}
        post = saved(busy)
        if answers[0].status_code == 303:
            assert post.body == f"Boats, {turn}."
        if answers[1].status_code == 303:
            assert post.lead_image_id == (int(picture) if wanted else None)


@every_database
def test_a_picture_is_deleted_while_many_stories_take_it(busy: Host) -> None:
    editor = sign_in(busy, "Ann Lee")
    writers = [sign_in(busy, f"Writer {n}") for n in range(4)]
    with busy.app.app_context():
        media = Media(blog="news", key="pier.webp", content_type="image/webp", alt="A pier")
        session().add(media)
        session().commit()
        picture = media.id
    new = "/news/newsroom/posts/new"
    forms = [hidden(one.get(new).text) for one in writers]
    token = hidden(editor.get(f"/news/newsroom/media/{picture}/").text)
    words = f"The quay.\n\n![A pier](media:{picture})"

    def write(n: int) -> int:
        typed = {"title": f"Story {n}", "body": words, "lead_image": str(picture)}
        answer = writers[n].post(new, data=forms[n] | typed)
        assert answer.status_code == 303 or "The quay." in answer.text
        return int(answer.status_code)

    jobs = [lambda n=n: write(n) for n in range(4)]
    jobs.append(
        lambda: editor.post(f"/news/newsroom/media/{picture}/delete", data=token).status_code
    )
    answers = at_once(jobs)
    assert set(answers[:4]) <= {303, 422, 503}
    assert answers[4] in (303, 409, 503)
    with busy.app.app_context():
        there = session().get(Media, picture) is not None
        took = session().scalars(select(Post.lead_image_id).where(Post.blog == "news")).all()
    assert there or not any(took)
