"""A comment that waits is shown to its writer alone, by a link that is good for half an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from flask_newsblog.comments import tokens
from flask_newsblog.models import CommentState

from ..hosts import bare_app, blog
from .conftest import OpenSite
from .readers import NOON, SAID, Site, comment_on, links, shown, tree, words
from .test_thread import plant_many

NOTE = "Your comment is awaiting moderation."
KEYS = ("a secret for tests",)


def token_in(location: str) -> str:
    return location.split("/waiting/")[1].partition("?")[0]


def test_a_comment_that_waits_is_shown_in_its_place_to_whoever_has_the_link(site: Site) -> None:
    before = site.plant("Before.")
    answer = site.send()
    (number,) = {c.id for c in site.stored()} - {before}
    page = site.go(answer.location)
    assert shown(page.text) == [before, number]
    element = comment_on(page.text, number)
    assert NOTE in words(element)
    assert SAID in words(element)
    assert all(words(a) != "Reply" for a in element.iter("a"))
    assert words(tree(page.text)).count(NOTE) == 1
    # Others, and the writer by any other address, do not see it.
    assert shown(site.article().text) == [before]
    assert SAID not in site.article().text


def test_an_answer_that_waits_is_shown_under_what_it_answers(site: Site) -> None:
    first, second = site.plant("First."), site.plant("Second.")
    answer = site.send(parent=str(first))
    number = max(c.id for c in site.stored())
    assert shown(site.go(answer.location).text) == [first, number, second]


def test_a_comment_that_waits_is_found_on_a_page_of_many(open_site: OpenSite) -> None:
    for newest in (False, True):
        site = open_site(NEWSBLOG_THREADS_PER_PAGE=2, NEWSBLOG_NEWEST_REPLIES_FIRST=newest)
        roots = [site.plant(at=NOON - timedelta(minutes=9 - n)) for n in range(5)]
        page = site.go(site.send().location)
        number = max(c.id for c in site.stored())
        expected = [number, roots[4], roots[3]] if newest else [roots[3], roots[4], number]
        assert shown(page.text) == expected
        (link,) = links(page.text, "Older replies")
        following = [roots[2], roots[1]] if newest else [roots[1], roots[2]]
        assert shown(site.go(link).text) == following
        for address in links(page.text, "Newer replies"):
            assert site.go(address).status_code == 200


def test_an_answer_that_waits_is_shown_though_its_thread_went(site: Site) -> None:
    parent = site.plant("Soon gone.")
    answer = site.send(parent=str(parent))
    site.judge(parent, CommentState.SPAM)
    page = site.go(answer.location)
    assert page.status_code == 200
    assert SAID in words(tree(page.text))
    assert "Soon gone." not in page.text


def test_the_page_is_kept_by_nobody_and_found_by_no_search_engine(site: Site) -> None:
    page = site.go(site.send().location)
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in page.headers


def test_the_link_is_good_for_half_an_hour(site: Site) -> None:
    link = site.send().location
    site.clock.advance(minutes=30)
    assert site.go(link).status_code == 200
    site.clock.advance(seconds=1)
    assert site.go(link).status_code == 404


def test_once_it_is_published_the_link_leads_to_it(site: Site) -> None:
    link = site.send().location
    (comment,) = site.stored()
    site.judge(comment.id, CommentState.PUBLISHED)
    answer = site.go(link)
    assert answer.status_code == 302
    assert answer.location == f"{site.host.prefix}/comments/{comment.id}"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("state", [CommentState.REJECTED, CommentState.SPAM])
def test_once_it_is_refused_there_is_nothing_to_see(site: Site, state: CommentState) -> None:
    link = site.send().location
    site.judge(site.stored()[0].id, state)
    answer = site.go(link)
    assert answer.status_code == 404
    assert SAID not in answer.text


@pytest.mark.parametrize(
    "other",
    [{"address": "198.51.100.7"}, {"email": "tom@example.org"}, {"address": "not an address"}],
)
def test_whoever_copies_name_and_words_gets_at_nothing_of_their_writers(
    site: Site, other: dict[str, str]
) -> None:
    site.send(SAID)
    copied = site.go(site.send(SAID, **other).location)
    assert len(site.stored()) == 1
    assert SAID in copied.text
    assert not links(copied.text, "Your comments here")


def test_a_second_click_leads_to_all_that_is_its_writers(site: Site) -> None:
    for _ in range(2):
        page = site.go(site.send(SAID, email="Mira@example.org").location)
        assert len(links(page.text, "Your comments here")) == 1


def test_a_link_to_what_is_theirs_makes_no_newer_one(site: Site) -> None:
    (own,) = links(site.go(site.send(SAID).location).text, "Your comments here")
    (waiting,) = links(site.go(own).text, "The ferry is back")
    page = site.go(waiting)
    assert NOTE in page.text
    assert not links(page.text, "Your comments here")


def test_a_link_made_for_something_else_opens_nothing(site: Site) -> None:
    site.send()
    (comment,) = site.stored()
    others = (
        tokens.waiting_token(KEYS, "other", comment.id, NOON),
        tokens.waiting_token(KEYS, "news", comment.id + 1, NOON),
        tokens.waiting_token(("another secret",), "news", comment.id, NOON),
        tokens.waiting_token(KEYS, "news", comment.id, NOON - timedelta(hours=1)),
        tokens.confirming_token(KEYS, comment.id, "browser", None, NOON),
    )
    for token in others:
        assert site.host.get(f"/replies/waiting/{token}").status_code == 404
    good = tokens.waiting_token(KEYS, "news", comment.id, NOON)
    assert site.host.get(f"/replies/waiting/{good}").status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token[1:],
        lambda token: token.swapcase(),
        lambda token: token.partition(".")[0],
        lambda token: token + "A",
        lambda token: "." + token,
        lambda token: token.replace(".", ".."),
        lambda token: "x",
        lambda token: ".",
        lambda token: "%00",
        lambda token: "\u00e9",
        lambda token: "x" * 5_000,
        lambda token: "W10.",
        lambda token: "null",
    ],
)
def test_a_garbled_link_opens_nothing(site: Site, spoil: Any) -> None:
    token = token_in(site.send().location)
    answer = site.host.get(f"/replies/waiting/{spoil(token)}")
    assert answer.status_code == 404
    assert SAID not in answer.text


def test_links_outlive_a_change_of_the_secret(open_site: OpenSite) -> None:
    site = open_site()
    link = site.send().location
    site.app.config.update(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=["a secret for tests"])
    assert site.go(link).status_code == 200
    site.app.config.update(SECRET_KEY_FALLBACKS=[])
    assert site.go(link).status_code == 404


def test_a_link_opens_nothing_in_another_blog_of_the_same_app(open_site: OpenSite) -> None:
    def two(uri: str, *, given: dict[str, Any], **config: Any) -> Flask:
        app, _ = bare_app(uri, **config)
        app.register_blueprint(blog(**given), url_prefix="/news")
        app.register_blueprint(blog("other", clock=given["clock"]), url_prefix="/other")
        return app

    site = open_site(two)
    link = site.send().location
    assert site.go(link).status_code == 200
    assert site.go(link.replace("/news/", "/other/")).status_code == 404


def test_two_comments_of_one_second_have_different_links(site: Site) -> None:
    first, second = (token_in(site.send(f"Number {n}.").location) for n in (1, 2))
    assert first != second
    assert first.rpartition(".")[2] != second.rpartition(".")[2]


def test_what_waits_far_down_a_long_thread_is_shown(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=2)
    found = plant_many(site, 12, threads=1)
    site.clock.advance(hours=1)
    answer = site.send(parent=str(found[3]))
    number = max(c.id for c in site.stored())
    page = site.go(answer.location)
    assert number in shown(page.text)
    assert NOTE in words(comment_on(page.text, number))
