"""What the thread says of single comments: edited, picked, pinned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState

from ..hosts import change, counted_statements, write_story
from .conftest import OpenSite
from .readers import Site, all_of, comment_on, shown, tree, words


def mark(site: Site, number: int, **values: Any) -> None:
    """What a moderator or the writer did to a comment."""
    with site.app.app_context():
        comment = session().get(Comment, number)
        assert comment is not None
        for name, value in values.items():
            setattr(comment, name, value)
        session().commit()


def pin(site: Site, number: int) -> None:
    with change(site.app, site.story) as stored:
        stored.pinned_comment_id = number


def pinned_on(html: str) -> list[str]:
    return [words(found) for found in all_of(tree(html), "aside", class_="nb-pinned")]


def test_a_comment_says_that_it_was_edited_and_when(site: Site) -> None:
    number, other = site.plant(), site.plant()
    mark(site, number, edited_at=site.clock() - timedelta(minutes=5))
    page = site.article().text
    (edited,) = all_of(comment_on(page, number), "span", class_="nb-edited")
    assert words(edited) == "edited 5 minutes ago"
    (time,) = edited.iter("time")
    assert time.get("datetime") == "2026-05-04T11:55:00+00:00"
    assert all_of(comment_on(page, other), "span", class_="nb-edited") == []


def test_an_editors_pick_is_marked_in_words(site: Site) -> None:
    number, other = site.plant(), site.plant()
    mark(site, number, picked=True)
    page = site.article().text
    assert "Editor’s pick" in words(comment_on(page, number))
    assert "Editor’s pick" not in words(comment_on(page, other))


def test_what_was_removed_keeps_no_mark(site: Site) -> None:
    number = site.plant()
    site.plant(parent=number)
    mark(site, number, picked=True, edited_at=site.clock())
    pin(site, number)
    site.judge(number, CommentState.REJECTED)
    page = site.article().text
    assert words(comment_on(page, number)) == "This comment was removed."
    assert pinned_on(page) == []


def test_a_pinned_comment_stands_above_the_thread_with_the_way_to_its_place(site: Site) -> None:
    first, number = site.plant("The first."), site.plant("**Well** said.", name="Ove <Lind>")
    pin(site, number)
    page = site.article().text
    (pinned,) = all_of(tree(page), "aside", class_="nb-pinned")
    assert "Well said." in words(pinned)
    assert "Ove <Lind>" in words(pinned)
    assert [a.get("href") for a in pinned.iter("a")] == [f"#comment-{number}"]
    assert shown(page) == [first, number]


def test_a_pinned_comment_of_another_page_is_read_in_one_statement_more(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=1)
    numbers = [site.plant(f"Number {number}.") for number in range(3)]
    site.article()
    with counted_statements(site.app) as bare:
        site.article()
    pin(site, numbers[2])
    with counted_statements(site.app) as sent:
        page = site.article().text
    assert len(sent) == len(bare) + 1 <= 6
    assert "Number 2." in pinned_on(page)[0]
    (pinned,) = all_of(tree(page), "aside", class_="nb-pinned")
    assert [a.get("href") for a in pinned.iter("a")] == [f"/news/comments/{numbers[2]}"]
    assert pinned_on(site.article(f"?replies={numbers[1]}").text) == []
    assert "Number 2." in pinned_on(site.article("?order=newest").text)[0]


@pytest.mark.parametrize("state", [CommentState.HELD, CommentState.SPAM, CommentState.REJECTED])
def test_what_readers_do_not_see_is_not_pinned_either(
    open_site: OpenSite, state: CommentState
) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=1)
    site.plant()
    secret = site.plant("Not for readers.", state=state)
    elsewhere = site.plant(story=write_story(site.app, "Another", now=site.clock()))
    for number in (secret, elsewhere, 999_999):
        pin(site, number)
        page = site.article()
        assert page.status_code == 200
        assert pinned_on(page.text) == []
        assert "Not for readers." not in page.text
