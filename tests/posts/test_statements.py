"""How many statements a page costs, whatever is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, CorrectionKind, Post, PostTag, Section, Tag
from flask_newsblog.posts import actions

from ..hosts import Clock, Host, change, counted_statements, path_of, plain, write_story
from .conftest import NOON

LISTS = (
    "/", "/?before={middle}", "/?after={middle}", "/sections/town/", "/sections/harbour/",
    "/tags/ferries/", "/authors/ann/", "/2026/", "/2026/05/", "/2026/05/04/",
)  # fmt: skip
LIST_BUDGET, STORY_BUDGET = 4, 5


def fill(host: Host, count: int) -> list[Post]:
    """Stories with all that may hang on one, a minute apart, back from noon."""
    return [
        write_story(
            host.app,
            f"Story {number}",
            at=NOON - timedelta(minutes=number),
            now=NOON,
            section=("Town", "Harbour") if number % 2 else ("Sea",),
            tags=("Ferries", "Boats", f"Tag {number % 7}"),
            authors=("Ann", "Ben", f"Author {number % 5}"),
        )
        for number in range(count)
    ]


def statements_for(host: Host, path: str) -> int:
    host.get(path)
    with counted_statements(host.app) as sent:
        assert host.get(path).status_code == 200, path
    return len(sent)


@pytest.fixture
def may(open_hosts: Callable[..., Host], uri: str) -> Host:
    """A blog at noon of a day in May, on each database."""
    return open_hosts(plain, uri, given={"clock": Clock(NOON)})


def test_lists_cost_at_most_four_statements_however_many_stories_there_are(may: Host) -> None:
    costs = []
    for count in (3, 57):
        posts = fill(may, count)
        paths = [path.format(middle=posts[1].id) for path in LISTS]
        costs.append([statements_for(may, path) for path in paths])
    few, many = costs
    assert max(many) <= LIST_BUDGET
    # The rows of sections come with the seventh story.
    assert few[1:] == many[1:]
    assert many[0] - few[0] in (0, 1)


def test_an_empty_front_page_costs_no_more(may: Host) -> None:
    assert statements_for(may, "/") <= LIST_BUDGET


def test_a_story_costs_at_most_five_statements_whatever_hangs_on_it(may: Host) -> None:
    bare = write_story(may.app, "Bare", at=NOON, now=NOON)
    assert statements_for(may, path_of(bare)) <= STORY_BUDGET
    post = fill(may, 60)[30]
    before = statements_for(may, path_of(post))
    with change(may.app, post) as stored:
        for number in range(9):
            actions.correct(stored, CorrectionKind.UPDATE, f"Note {number}", NOON)
        session().add_all(
            Comment(
                blog="news", post_id=post.id, state=CommentState.PUBLISHED, author_name="Ann",
                body="A reply.", body_html="<p>A reply.</p>",
            )
            for _ in range(50)
        )  # fmt: skip
    after = statements_for(may, path_of(post))
    assert before == after <= STORY_BUDGET


def test_what_is_not_there_costs_a_look_and_the_masthead(may: Host) -> None:
    fill(may, 3)
    for path in ("/nowhere/", "/2026/05/04/nothing/", "/tags/nothing/"):
        with counted_statements(may.app) as sent:
            assert may.get(path).status_code == 404
        assert len(sent) <= STORY_BUDGET


def test_a_story_of_many_tags_and_a_tree_of_many_sections_are_read_all_the_same(
    may: Host,
) -> None:
    # SQLite puts at most 500 selections together.
    fill(may, 9)
    post = write_story(may.app, at=NOON, now=NOON, section=("Town",))
    with change(may.app, post) as stored:
        for model, hung in ((Tag, PostTag), (Section, None)):
            made = [model(blog="news", slug=f"x{n}", name=f"X {n}") for n in range(510)]
            session().add_all(made)
            session().flush()
            for place, row in enumerate(made):
                if hung is not None:
                    session().add(hung(post_id=post.id, tag_id=row.id, position=place))
                else:
                    row.parent_id = stored.section_id
        actions.set_section(stored, ["Town", "X 509"], NOON)
    other = write_story(may.app, "Kin", at=NOON, now=NOON, tags=("X 0",), section=("Town",))
    page = may.get(path_of(post))
    assert page.status_code == 200
    assert "Kin" in page.text
    for path in ("/sections/town/", f"/sections/town/?before={other.id}", "/"):
        assert may.get(path).status_code == 200, path
