"""Readers may see what has changed in a story since it was published, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import Post, PostState, Revision
from flask_newsblog.people import Person
from flask_newsblog.posts import actions, revisions
from flask_newsblog.posts.actions import Text
from flask_newsblog.posts.written import Written, put_before_readers

from ..hosts import Clock, Host, counted_statements, path_of, plain
from .conftest import NOON

ANN = Person("7", "Ann")
FIRST = "The pier is *long*.\n\nIt was built in 1901."


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def paper(open_hosts: Callable[..., Host], uri: str, clock: Clock) -> Host:
    """A blog that shows its changes, on each database."""
    return open_hosts(plain, uri, given={"clock": clock, "show_changes": True})


def begin(host: Host, body: str = FIRST, title: str = "The pier") -> int:
    """A draft that was saved at the desk."""
    with host.app.app_context():
        post = actions.create_post("news", Text(title=title, body=""), NOON)
        save(post, NOON, body, title)
        session().commit()
        return post.id


def save(post: Post, now: Any, body: str, title: str = "The pier") -> int:
    base, _ = revisions.saved_in(post)
    written = Written(title=title, slug=post.slug, body=body)
    return revisions.save(post, written, ANN, now, base=base).revision.number


def publish(host: Host, number: int, now: Any) -> None:
    with host.app.app_context():
        actions.publish(session().get(Post, number), now)
        session().commit()


def change(host: Host, number: int, now: Any, body: str, title: str = "The pier") -> None:
    """Save a story, and put that before the readers."""
    with host.app.app_context():
        post = session().get(Post, number)
        revision = save(post, now, body, title)
        base, written = revisions.saved_in(post)
        assert base == revision
        put_before_readers(post, written, revision, now)
        session().commit()


def pages(host: Host, number: int) -> tuple[str, str]:
    with host.app.app_context():
        path = path_of(session().get(Post, number))
    story, changes = host.get(path), host.get(f"/changes/{number}/")
    assert story.status_code == changes.status_code == 200
    return story.text, changes.text


def test_a_story_that_is_as_it_was_says_nothing(paper: Host) -> None:
    number = begin(paper)
    publish(paper, number, NOON)
    story, changes = pages(paper, number)
    assert "Changed since publication" not in story
    assert "Nothing has changed in substance" in changes


def test_what_has_changed_is_told_in_words(paper: Host, clock: Clock) -> None:
    number = begin(paper)
    publish(paper, number, NOON)
    clock.advance(hours=1)
    change(paper, number, clock(), "The pier is **long**.\n\nIt was built in 1910.", "The new pier")
    story, changes = pages(paper, number)
    assert f'<a href="/news/changes/{number}/" rel="nofollow">Changed since publication' in story
    assert "<del>1901</del><ins>1910</ins>" in changes
    assert "<ins>new </ins>" in changes or "<ins>new</ins>" in changes
    assert "<del>long" not in changes


def test_each_step_before_readers_is_told_and_no_draft_between(paper: Host, clock: Clock) -> None:
    number = begin(paper, "A first try, never shown.")
    with paper.app.app_context():
        save(session().get(Post, number), NOON, FIRST)
        session().commit()
    publish(paper, number, NOON)
    for hour, year in ((1, "1905"), (2, "1910")):
        clock.advance(hours=1)
        with paper.app.app_context():
            post = session().get(Post, number)
            save(post, clock(), f"A secret of hour {hour}.")
            session().commit()
        change(paper, number, clock(), f"The pier is *long*.\n\nIt was built in {year}.")
    _, changes = pages(paper, number)
    steps = re.findall(r'href="([^"]*\?step=\d+)"', changes)
    assert len(steps) == 2
    shown = [paper.client().get(step).text for step in steps]
    assert "<del>1901</del><ins>1905</ins>" in shown[0]
    assert "<del>1905</del><ins>1910</ins>" in shown[1]
    assert "<del>1901</del><ins>1910</ins>" in changes
    for page in (changes, *shown):
        assert "secret" not in page
        assert "first try" not in page
    with paper.app.app_context():
        rows = session().execute(select(Revision.number, Revision.shown_at))
        drafts = [row.number for row in rows if row.shown_at is None]
    for draft in (*drafts, 999, 0):
        answer = paper.get(f"/changes/{number}/?step={draft}")
        assert "secret" not in answer.text
        assert "first try" not in answer.text
        assert answer.status_code in (200, 404)


def test_another_way_to_set_the_same_words_is_no_change(paper: Host, clock: Clock) -> None:
    number = begin(paper, 'She said "it is -- here".')
    publish(paper, number, NOON)
    change(paper, number, clock(), "She said   “it is -- here”.\n")
    story, changes = pages(paper, number)
    assert "Changed since publication" not in story
    assert "<ins>" not in changes
    assert "<del>" not in changes


def test_a_story_that_reads_again_as_it_did_says_so(paper: Host, clock: Clock) -> None:
    number = begin(paper)
    publish(paper, number, NOON)
    for body in ("Other words.", FIRST):
        clock.advance(hours=1)
        change(paper, number, clock(), body)
    story, changes = pages(paper, number)
    assert "Changed since publication" in story
    assert "reads again as it was published" in changes


def test_what_changed_before_it_was_out_is_nobodys_business(paper: Host, clock: Clock) -> None:
    number = begin(paper, "A secret.")
    with paper.app.app_context():
        actions.publish(session().get(Post, number), NOON, NOON + timedelta(hours=2))
        session().commit()
    change(paper, number, NOON, FIRST)
    assert paper.get(f"/changes/{number}/").status_code == 404
    clock.advance(hours=3)
    story, changes = pages(paper, number)
    assert "Changed since publication" not in story
    assert "secret" not in changes


def test_what_was_changed_while_it_was_withdrawn_is_told_without_the_drafts(
    paper: Host, clock: Clock
) -> None:
    number = begin(paper)
    publish(paper, number, NOON)
    with paper.app.app_context():
        post = session().get(Post, number)
        clock.advance(hours=1)
        actions.withdraw(post, clock())
        save(post, clock(), "A secret.")
        save(post, clock(), "The pier is *long*.\n\nIt was built in 1910.")
        session().commit()
    assert paper.get(f"/changes/{number}/").status_code == 404
    clock.advance(hours=1)
    publish(paper, number, clock())
    story, changes = pages(paper, number)
    assert "Changed since publication" in story
    assert "<del>1901</del><ins>1910</ins>" in changes
    assert "secret" not in changes
    assert changes.count("?step=") == 1


def test_a_story_that_came_from_elsewhere_keeps_what_readers_first_saw(
    paper: Host, clock: Clock
) -> None:
    with paper.app.app_context():
        post = actions.create_post("news", Text(title="The pier", body=FIRST), NOON)
        actions.publish(post, NOON)
        session().commit()
        number = post.id
    clock.advance(hours=1)
    change(paper, number, clock(), "The pier is *long*.\n\nIt was built in 1910.")
    story, changes = pages(paper, number)
    assert "Changed since publication" in story
    assert "<del>1901</del><ins>1910</ins>" in changes


def test_nothing_is_told_where_the_owner_does_not_want_it(
    open_hosts: Callable[..., Host], clock: Clock
) -> None:
    host = open_hosts(plain, given={"clock": clock})
    number = begin(host)
    publish(host, number, NOON)
    change(host, number, clock(), "Other words.")
    with host.app.app_context():
        path = path_of(session().get(Post, number))
    assert "Changed since publication" not in host.get(path).text
    assert host.get(f"/changes/{number}/").status_code == 404


def test_hostile_words_stay_text(paper: Host, clock: Clock) -> None:
    hostile = "<script>alert(1)</script>"
    number = begin(paper, f"{hostile} one", hostile)
    publish(paper, number, NOON)
    change(paper, number, clock(), f"`{hostile}` two", f"{hostile} again")
    _, changes = pages(paper, number)
    assert "<script>alert" not in changes
    assert "&lt;script&gt;alert" in changes


def test_a_story_and_its_changes_cost_the_same_however_often_it_was_changed(
    paper: Host, clock: Clock
) -> None:
    number = begin(paper)
    publish(paper, number, NOON)
    costs = []
    for count in (1, 12):
        for turn in range(count):
            clock.advance(minutes=1)
            change(paper, number, clock(), f"Turn {count} {turn}.")
        with paper.app.app_context():
            path = path_of(session().get(Post, number))
        for address in (path, f"/changes/{number}/"):
            with counted_statements(paper.app) as sent:
                assert paper.get(address).status_code == 200
            costs.append(len(sent))
    assert costs[:2] == costs[2:]
    assert costs[0] <= 5
    assert costs[1] <= 4


def test_a_withdrawn_story_has_no_changes(paper: Host, clock: Clock) -> None:
    number = begin(paper)
    publish(paper, number, NOON)
    change(paper, number, clock(), "Other words.")
    with paper.app.app_context():
        session().get(Post, number).state = PostState.WITHDRAWN
        session().commit()
    assert paper.get(f"/changes/{number}/").status_code == 404
