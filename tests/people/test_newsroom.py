"""The newsroom's list shows every story, with its state and in few statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from flask_newsblog import Person
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Post
from flask_newsblog.newsroom.views import DESK_ROWS
from flask_newsblog.posts import actions

from ..hosts import Host, change, counted_statements, plain, two_blogs, write_story
from ..pages import words_of

HOOKS = {"current_person": lambda: Person("7", "Ann Bell"), "can": lambda *asked: True}
MOST_STATEMENTS = 8


@pytest.fixture
def desk(open_hosts: Callable[..., Host]) -> Host:
    return open_hosts(plain, given=HOOKS)


def fill(host: Host, number: int) -> None:
    """Many drafts at once, changed one minute after the other."""
    now = utcnow()
    with host.app.app_context():
        session().add_all(
            Post(
                blog="news", slug=f"draft-{n}", title=f"Draft {n:03}", body="", body_html="",
                changed_at=now - timedelta(minutes=number - n),
            )
            for n in range(number)
        )  # fmt: skip
        session().commit()


def titles(text: str) -> list[str]:
    return re.findall(r"Draft \d{3}", text)


def row_of(title: str, text: str) -> str:
    rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
    return next(row for row in rows if title in row)


def test_every_state_is_shown_by_its_name(desk: Host) -> None:
    tomorrow = utcnow() + timedelta(days=1)
    write_story(desk.app, "Only begun", draft=True)
    write_story(desk.app, "Out already")
    write_story(desk.app, "For tomorrow", at=tomorrow)
    write_story(desk.app, "Held back", embargo=tomorrow)
    with change(desk.app, write_story(desk.app, "Read by an editor", draft=True)) as post:
        actions.send_to_review(post, utcnow())
    with change(desk.app, write_story(desk.app, "Taken back")) as post:
        actions.withdraw(post, utcnow())
    text = desk.get("/newsroom/").text
    states = {
        "Only begun": "Draft", "Out already": "Published", "For tomorrow": "Scheduled",
        "Held back": "Scheduled", "Read by an editor": "In review", "Taken back": "Withdrawn",
    }  # fmt: skip
    for title, state in states.items():
        row = row_of(title, text)
        assert state in words_of("<body>" + row)
        assert "/news/newsroom/posts/" in row, title


def test_one_state_may_be_asked_for(desk: Host) -> None:
    write_story(desk.app, "Only begun", draft=True)
    write_story(desk.app, "Out already")
    drafts, all_of_them = desk.get("/newsroom/?state=draft").text, desk.get("/newsroom/").text
    assert "Only begun" in drafts
    assert "Out already" not in drafts
    assert "Out already" in all_of_them
    # The list that is shown, and that of the stories among the newsroom's.
    assert drafts.count('aria-current="page"') == 2


@pytest.mark.parametrize(
    "query", ["state=bogus", "after=x", "after=-1", "after=%00", "after=" + "9" * 19]
)
def test_a_state_or_place_that_is_none_leads_nowhere(desk: Host, query: str) -> None:
    assert desk.get(f"/newsroom/?{query}").status_code == 404


def test_the_list_is_paged_last_changed_first(desk: Host) -> None:
    fill(desk, DESK_ROWS + 3)
    first = desk.get("/newsroom/?state=draft").text
    expected = [f"Draft {n:03}" for n in reversed(range(DESK_ROWS + 3))]
    assert titles(first) == expected[:DESK_ROWS]
    older = re.search(r'rel="next" href="/news([^"]+)"', first)
    assert older is not None
    second = desk.get(older[1].replace("&amp;", "&")).text
    assert titles(second) == expected[DESK_ROWS:]
    assert 'rel="next"' not in second


def test_a_list_of_exactly_one_page_has_no_second(desk: Host) -> None:
    fill(desk, DESK_ROWS)
    text = desk.get("/newsroom/").text
    assert len(titles(text)) == DESK_ROWS
    assert 'rel="next"' not in text


def test_the_number_of_statements_does_not_grow_with_the_list(desk: Host) -> None:
    counts = []
    write_story(desk.app, section=("Harbour",), tags=("Boats",), authors=("Ann",))
    for _ in range(2):
        with counted_statements(desk.app) as sent:
            assert desk.get("/newsroom/").status_code == 200
        counts.append(len(sent))
        fill(desk, DESK_ROWS + 10) if len(counts) == 1 else None
    assert counts[0] == counts[1] <= MOST_STATEMENTS


def test_an_empty_newsroom_says_how_to_bring_stories_in(desk: Host) -> None:
    assert "flask newsblog import-markdown PATH --publish" in desk.get("/newsroom/").text


def test_the_newsroom_of_one_blog_does_not_list_the_other(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs, given=HOOKS)
    write_story(host.app, "Here", draft=True)
    write_story(host.app, "There", draft=True, blog="other")
    text = host.get("/newsroom/").text
    assert "Here" in text
    assert "There" not in text
