"""The page of all corrections, and where a story has its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from flask_newsblog.config import load_settings
from flask_newsblog.models import CorrectionKind, Post, PostState
from flask_newsblog.posts import actions
from flask_newsblog.settings import SettingError

from ..hosts import Clock, Host, change, counted_statements, path_of, plain, two_blogs, write_story
from ..pages import elements
from .conftest import NOON


@pytest.fixture
def paper(open_hosts: Callable[..., Host], uri: str) -> Host:
    """A blog at noon of a day in May, on each database."""
    return open_hosts(plain, uri, given={"clock": Clock(NOON)})


def correct(host: Host, post: Post, text: str, minutes: int = 0) -> None:
    with change(host.app, post) as stored:
        moment = NOON - timedelta(minutes=minutes)
        actions.correct(stored, CorrectionKind.CORRECTION, text, moment)


def story(host: Host, title: str = "Low tide", **more: str) -> Post:
    return write_story(host.app, title, at=NOON - timedelta(days=1), now=NOON, **more)


def test_corrections_are_listed_newest_first_with_their_stories(paper: Host) -> None:
    post, other = story(paper), story(paper, "High tide")
    correct(paper, post, "It was Monday.", 5)
    correct(paper, other, "It was Tuesday.", 1)
    page = paper.get("/corrections/").text
    assert page.index("It was Tuesday.") < page.index("It was Monday.")
    assert f'<a href="/news{path_of(post)}">Low tide</a>' in page
    assert "<strong>Correction</strong>" in page
    assert '<time datetime="2026-05-04T11:55:00+00:00">' in page


def test_only_corrections_of_what_readers_see_are_listed(paper: Host) -> None:
    gone, hidden, due = (story(paper, title) for title in ("Gone", "Hidden", "Due"))
    for post in (gone, hidden, due):
        correct(paper, post, f"Of {post.title}.")
    with change(paper.app, gone) as stored:
        actions.withdraw(stored, NOON)
    with change(paper.app, hidden) as stored:
        stored.embargo_until = NOON + timedelta(hours=1)
    with change(paper.app, due) as stored:
        stored.published_at = NOON + timedelta(hours=1)
    page = paper.get("/corrections/").text
    assert "There are no corrections yet." in page
    for title in ("Gone", "Hidden", "Due"):
        assert title not in page


def test_corrections_of_one_blog_are_not_those_of_another(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    post = write_story(host.app, "Low tide", at=NOON, now=NOON)
    correct(host, post, "It was Monday.")
    assert "It was Monday." in host.get("/corrections/").text
    assert "It was Monday." not in host.client().get("/other/corrections/").text


def test_the_pages_of_corrections_lead_through_all_of_them_and_back(paper: Host) -> None:
    post = story(paper)
    for number in range(70):
        # Two and two at one moment, whose order is told by their numbers.
        correct(paper, post, f"Note {number}.", number // 2)
    address, seen = "/news/corrections/", []
    while address:
        page = paper.client().get(address).text
        seen.append(re.findall(r"Note \d+\.", page))
        last, address = address, _paging(page, "next")
    assert [len(notes) for notes in seen] == [30, 30, 10]
    assert len({note for notes in seen for note in notes}) == 70
    back, address = [], last
    while address:
        page = paper.client().get(address).text
        back.append(re.findall(r"Note \d+\.", page))
        address = _paging(page, "prev")
    assert back[0] == seen[2]
    assert back[1] == seen[1]
    assert back[2] == seen[0]
    assert paper.get("/corrections/?before=1x").status_code == 404
    assert paper.get("/corrections/?before=999999").status_code == 404


def _paging(page: str, rel: str) -> str:
    found = re.search(rf'<nav class="nb-paging".*?rel="{rel}" href="([^"]*)"', page, re.DOTALL)
    return found[1] if found else ""


def test_the_page_costs_at_most_four_statements_and_answers_with_304(paper: Host) -> None:
    post = story(paper)
    costs = []
    for count in (1, 50):
        for number in range(count):
            correct(paper, post, f"Note {count} {number}.")
        with counted_statements(paper.app) as sent:
            page = paper.get("/corrections/")
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 4
    again = paper.get("/corrections/", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_readers_find_the_corrections_from_each_page(paper: Host) -> None:
    for path in ("/", path_of(story(paper))):
        links = [link.get("href") for link in elements(paper.get(path).text, "a")]
        assert "/news/corrections/" in links


def test_a_story_has_its_corrections_where_the_owner_wants_them(
    open_hosts: Callable[..., Host],
) -> None:
    for place in ("bottom", "top"):
        host = open_hosts(plain, given={"clock": Clock(NOON), "corrections_place": place})
        post = story(host)
        correct(host, post, "It was Monday.")
        page = host.get(path_of(post)).text
        assert page.count("It was Monday.") == 1
        over = page.index("It was Monday.") < page.index("<p>The first paragraph.")
        assert over == (place == "top")


def test_another_place_for_corrections_is_refused_with_the_remedy() -> None:
    with pytest.raises(SettingError) as refused:
        load_settings("news", {"NEWSBLOG_CORRECTIONS_PLACE": "middle"}, {})
    assert str(refused.value) == "NEWSBLOG_CORRECTIONS_PLACE is 'middle'; write bottom or top."


def test_a_draft_has_no_place_among_the_readers_pages(paper: Host) -> None:
    post = write_story(paper.app, "Draft", draft=True, now=NOON)
    assert post.state == PostState.DRAFT
    assert paper.get(f"/changes/{post.id}/").status_code == 404
