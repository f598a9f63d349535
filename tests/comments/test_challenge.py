"""When the writing began: a token that script fetches, and what follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flask_newsblog.models import CommentState, PostState

from ..hosts import change, write_story
from .conftest import OpenSite
from .readers import SAID, Site, all_of, tree


def challenge(site: Site) -> str:
    """What a browser fetches when somebody begins to write on the story's page."""
    (form,) = all_of(tree(site.article().text), "form", method="post")
    answer = site.go(form.get("data-challenge", ""))
    assert answer.status_code == 200
    assert isinstance(answer.text, str)
    return answer.text


def test_the_page_names_an_address_that_answers_with_a_token(site: Site) -> None:
    answer = site.host.get(f"/replies/challenge/{site.story.id}")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers
    assert answer.text == challenge(site) == site.began()


def test_who_writes_in_two_seconds_is_held_and_in_three_is_not(lively: Site) -> None:
    took = challenge(lively)
    lively.clock.moment += timedelta(seconds=2)
    lively.send("Quick.", took=took)
    lively.clock.moment += timedelta(seconds=1)
    lively.send("Slower.", took=took)
    assert [c.state for c in lively.stored()] == [CommentState.HELD, CommentState.PUBLISHED]
    assert set(lively.reasons(lively.stored()[0].id)) == {"took_no_time"}


def test_a_token_that_is_another_storys_or_old_or_made_up_says_nothing(lively: Site) -> None:
    other = write_story(lively.app, title="Another", now=lively.clock())
    old = lively.began(25 * 3600)
    for number, took in enumerate((lively.began(story=other), old, "900", "", "\u0661", "x.y.z")):
        lively.send(f"Number {number}.", took=took)
    assert {c.state for c in lively.stored()} == {CommentState.PUBLISHED}


def test_the_token_comes_back_in_a_refused_form_and_counts_from_the_first(lively: Site) -> None:
    took = lively.began(2)
    answer = lively.send("", took=took)
    assert answer.status_code == 422
    (kept,) = all_of(tree(answer.text), "input", name="took")
    assert kept.get("value") == took
    lively.clock.moment += timedelta(seconds=2)
    lively.send(SAID, took=took)
    assert [c.state for c in lively.stored()] == [CommentState.PUBLISHED]


def test_no_story_that_takes_no_replies_has_a_token(site: Site) -> None:
    path = f"/replies/challenge/{site.story.id}"
    assert site.host.get("/replies/challenge/999999").status_code == 404
    assert site.host.get(path).status_code == 200
    with change(site.app, site.story) as story:
        story.replies_open = False
    assert site.host.get(path).status_code == 404
    with change(site.app, site.story) as story:
        story.replies_open, story.state = True, PostState.DRAFT
    assert site.host.get(path).status_code == 404


@pytest.mark.parametrize(
    ("config", "status"),
    [({"NEWSBLOG_REPLIES": False}, 404), ({"NEWSBLOG_REPLY_NEEDS_SIGN_IN": True}, 200)],
)
def test_who_asks_makes_no_difference(
    open_site: OpenSite, config: dict[str, bool], status: int
) -> None:
    site = open_site(**config)
    for client in (site.client(), site.client("Nora")):
        answer = site.host.get(f"/replies/challenge/{site.story.id}", client=client)
        assert answer.status_code == status
