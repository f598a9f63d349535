"""A picture stays as long as anybody's words need it, and its number is never another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from flask_newsblog.database import session
from flask_newsblog.models import Media, Post
from flask_newsblog.posts import actions, discarding
from flask_newsblog.posts.actions import Text, create_post

from ..hosts import Clock, Host, plain, write_story
from ..media.drawing import drawn
from .desks import hidden, send, sign_in
from .test_media import LIBRARY, library, save, upload, uses
from .test_previews import link_from

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
STORY = "/news/newsroom/posts/1/"
ROOM = f"{STORY}publishing"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def paper(open_hosts: Callable[..., Host], tmp_path: Path, clock: Clock) -> Host:
    """A story that is out, without a picture."""
    folder = str(tmp_path / "media")
    host = open_hosts(plain, given={"clock": clock}, NEWSBLOG_MEDIA_FOLDER=folder)
    write_story(host.app, "Low tide", "The boats lie still.", now=NOON)
    return host


@pytest.fixture
def editor(paper: Host) -> FlaskClient:
    """An editor who has uploaded a picture, which is number 1."""
    browser = sign_in(paper)
    upload(browser, ("boat.png", drawn(400, 300)), alt="A boat")
    return browser


def delete(browser: FlaskClient) -> int:
    """Try to delete the picture, as from a page that was opened while nobody used it."""
    token = {"csrf_token": hidden(browser.get(LIBRARY).text)["csrf_token"]}
    return int(browser.post(f"{LIBRARY}1/delete", data=token).status_code)


def plan_with_the_picture(paper: Host, editor: FlaskClient) -> None:
    """An update with the picture is planned, and something else is saved after it."""
    save(paper, 1, shown=False, body="![](media:1)", lead_image=1)
    answer = send(editor, ROOM, do="plan-update", day="2026-05-05", clock="08:00")
    assert answer.status_code == 303
    save(paper, 1, shown=False, body="No picture, for now.", lead_image=None)


def test_an_update_that_is_planned_keeps_its_picture(
    paper: Host, editor: FlaskClient, clock: Clock
) -> None:
    plan_with_the_picture(paper, editor)
    assert delete(editor) == 409
    clock.advance(days=2)
    page = paper.get("/2026/05/04/low-tide/").text
    assert page.count('alt="A boat"') == 1
    assert uses(paper) == [(1, 1)]


def test_an_update_that_is_cancelled_lets_go_of_its_picture(
    paper: Host, editor: FlaskClient
) -> None:
    plan_with_the_picture(paper, editor)
    assert send(editor, ROOM, do="cancel-update").status_code == 303
    assert uses(paper) == []
    assert delete(editor) == 303


@pytest.mark.parametrize("words", [{"body": "![](media:1)"}, {"lead_image": "1"}])
def test_words_that_nobody_saved_yet_keep_their_picture(
    paper: Host, editor: FlaskClient, words: dict[str, str]
) -> None:
    ann = sign_in(paper, "Ann Lee")
    form = hidden(ann.get(STORY).text) | {"title": "Low tide", "sitting": "a-page", "turn": "1"}
    assert ann.post(f"{STORY}autosave", data=form | words).status_code == 200
    assert delete(editor) == 409
    # Somebody else's saving changes nothing of it.
    save(paper, 1, body="They dance.")
    assert delete(editor) == 409
    # Nor theirs, until what they save is without it.
    form = hidden(ann.get(STORY).text) | {"title": "Low tide", "sitting": "a-page"}
    assert ann.post(STORY, data=form | {"body": "No picture any more."}).status_code == 303
    assert uses(paper) == []
    assert delete(editor) == 303


def test_both_versions_of_a_story_keep_their_pictures(paper: Host, editor: FlaskClient) -> None:
    save(paper, 1, body="One.")
    mine = hidden(editor.get(STORY).text) | {"title": "Low tide", "body": "![](media:1) Mine."}
    save(paper, 1, body="Another.")
    assert editor.post(STORY, data=mine).status_code == 409
    assert delete(editor) == 409


def test_the_number_of_a_picture_is_never_given_again(paper: Host, editor: FlaskClient) -> None:
    assert delete(editor) == 303
    upload(editor, ("suspect.png", drawn(200, 200)), alt="A suspect")
    assert [media.id for media in library(paper)] == [2]


def test_the_number_of_a_story_is_never_given_again(paper: Host) -> None:
    with paper.app.app_context():
        draft = create_post("news", Text(title="Thrown away", body="Words."), NOON)
        session().commit()
        number = draft.id
        discarding.throw_away(draft, NOON)
        session().commit()
        discarding.remove_discarded("news", NOON + timedelta(days=400))
        session().commit()
        assert session().get(Post, number) is None
        another = create_post("news", Text(title="Another", body="Words."), NOON)
        session().commit()
        assert another.id == number + 1


def test_a_picture_of_the_library_without_description_is_noticed_before_publishing(
    paper: Host, editor: FlaskClient
) -> None:
    said = "A picture in the text has no description"
    save(paper, 1, body="![](media:1)")
    assert said not in editor.get(ROOM).text
    with paper.app.app_context():
        session().get_one(Media, 1).alt = ""
        session().commit()
    assert said in editor.get(ROOM).text


def test_a_preview_link_of_a_scheduled_story_shows_the_pictures_of_what_was_saved(
    paper: Host, editor: FlaskClient, clock: Clock
) -> None:
    with paper.app.app_context():
        draft = create_post("news", Text(title="Tomorrow", body="Words."), NOON)
        actions.publish(draft, clock(), clock() + timedelta(days=1))
        session().commit()
        number = draft.id
    save(paper, number, shown=False, body="![](media:1)")
    room = f"/news/newsroom/posts/{number}/previews/"
    link = link_from(send(editor, room, do="make", label="A reader", days=7))
    assert 'alt="A boat"' in paper.client().get(link).text
