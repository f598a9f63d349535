"""What waits is seen by nobody but its writer and the desk, whatever somebody asks for.

Feeds, JSON-LD and a search for readers are not there yet, nor is an import of comments.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flask_newsblog.comments import tokens
from flask_newsblog.models import CommentState, Post
from flask_newsblog.posts import actions as post_actions

from ..comments.conftest import OpenSite
from ..comments.guests import own_path
from ..comments.readers import NOON, Site, shown
from ..comments.test_desk import QUEUE
from ..hosts import change, path_of, write_story
from .ways import WAYS

HELD, REJECTED, SPAM = CommentState.HELD, CommentState.REJECTED, CommentState.SPAM
HIDDEN = [HELD, REJECTED, SPAM]
NO_SUCH = 999_999


def pages_of(site: Site, story: Post) -> dict[str, Any]:
    """All pages for readers on which a comment, or the number of them, might show."""
    day = story.published_at
    assert day is not None
    paths = [
        "/", path_of(story), f"{path_of(story)}?order=newest", f"/replies/{story.id}",
        "/sections/town/", "/tags/boats/", "/authors/mira-vale/", f"/{day:%Y}/", f"/{day:%Y/%m}/",
        f"/{day:%Y/%m/%d}/",
    ]  # fmt: skip
    return {path: site.host.get(path) for path in paths}


def as_if(number: int, page: bytes) -> bytes:
    """A page that was asked for with a number that no comment has, as if with this one."""
    return page.replace(str(NO_SUCH).encode(), str(number).encode())


@pytest.mark.parametrize("state", HIDDEN)
def test_held_comments_are_unreachable_by_count_and_change_no_byte_of_any_page(
    site: Site, state: CommentState
) -> None:
    story = write_story(
        site.app, "With everything", now=NOON, section=("Town",), tags=("Boats",),
        authors=("Mira Vale",),
    )  # fmt: skip
    before = pages_of(site, story)
    site.plant("Nobody may read this.", state=state, story=story)
    after = pages_of(site, story)
    for path, page in before.items():
        assert page.status_code == 200, path
        assert after[path].data == page.data, path
        assert after[path].headers.get("ETag") == page.headers.get("ETag"), path
        assert after[path].headers.get("Last-Modified") == page.headers.get("Last-Modified"), path


@pytest.mark.parametrize("state", HIDDEN)
def test_held_comments_are_unreachable_by_id(site: Site, state: CommentState) -> None:
    number = site.plant("Nobody may read this.", state=state)

    def answers(comment: int) -> list[tuple[int, bytes]]:
        found = [
            site.host.get(f"/comments/{comment}"),
            site.host.open(f"/comments/{comment}", method="POST"),
            site.host.get(f"/comments/{comment}/report"),
            site.host.open(f"/comments/{comment}/report", method="POST"),
            site.host.get(f"{site.reply_path}?to={comment}"),
            site.article(f"?replies={comment}"),
            site.article(f"?until={comment}"),
            site.article(f"?replies={comment}&part={comment}"),
            site.article(f"?comment={comment}"),
            site.send(parent=str(comment)),
        ]
        return [(a.status_code, as_if(number, a.data)) for a in found]

    assert answers(number) == answers(NO_SUCH)


@pytest.mark.parametrize("where", ["withdrawn", "embargoed", "to come", "taken back to a draft"])
@pytest.mark.parametrize("state", [CommentState.PUBLISHED, HELD])
def test_comments_of_a_draft_are_unreachable(site: Site, where: str, state: CommentState) -> None:
    number = site.plant("Nobody may read this.", state=state)
    with change(site.app, site.story) as post:
        if where == "withdrawn":
            post_actions.withdraw(post, site.clock())
        elif where == "embargoed":
            post.embargo_until = NOON + timedelta(days=1)
        elif where == "to come":
            post.published_at = NOON + timedelta(days=1)
        else:
            post.state, post.published_at = "draft", None
    token = tokens.waiting_token([str(site.app.secret_key)], "news", number, NOON)
    paths = [
        f"/comments/{number}", f"/replies/waiting/{token}", f"{site.reply_path}?to={number}",
        site.reply_path, path_of(site.story), "/",
    ]  # fmt: skip
    for path in paths:
        answer = site.host.get(path)
        assert "Nobody may read this." not in answer.text
        # The address of a story that was withdrawn says so.
        gone = 410 if where == "withdrawn" else 404
        expected = {"/": 200, path_of(site.story): gone}.get(path, 404)
        assert answer.status_code == expected, path
    none = site.host.get(f"/comments/{NO_SUCH}").data
    assert site.host.get(paths[0]).data == as_if(number, none)


COOKIES = ("session", "newsblog_confirm", "__Host-newsblog_confirm", "newsblog", "newsblog_browser")


@pytest.mark.parametrize(
    "value", ["1", "eyJ1c2VyIjoxfQ.aaaaaa.bbbbbbbb", '{"id":1}', "../1", "\\1"]
)
def test_a_forged_cookie_shows_nothing(site: Site, value: str) -> None:
    held = site.plant("Nobody may read this.", state=HELD)
    client = site.client()
    for name in COOKIES:
        client.set_cookie(name, value, domain=site.host.server)
    assert site.article(client=client).data == site.article().data
    for path in (f"/comments/{held}", f"/replies/waiting/{held}", f"{site.reply_path}?to={held}"):
        assert site.host.get(path, client=client).status_code == 404
    assert site.host.get("/newsroom/", client=client).status_code == 401


def test_no_page_but_the_writers_own_has_the_key_to_what_waits(
    open_site: OpenSite,
) -> None:
    site = open_site()
    waiting = site.send("It waits.").location
    assert "It waits." in site.go(waiting).text
    key = waiting.partition("/waiting/")[2].partition("?")[0]
    for page in (site.article(), site.host.get("/"), site.host.get(site.reply_path)):
        assert key not in page.text


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_held_comments_are_unreachable_by_search_however_they_came(
    way: Callable[..., tuple[Any, int]], site: Site
) -> None:
    _, number = way(site, "Quietzebra may not be found. https://a.example https://b.example")
    assert "Quietzebra" in site.host.get(f"{QUEUE}?q=quietzebra", client=site.client("Edith")).text
    names = ("q", "s", "search", "query", "comment", "author", "email", "state")
    for name in names:
        for path in ("/", path_of(site.story), site.reply_path, f"/comments/{number}"):
            answer = site.host.get(f"{path}?{name}=quietzebra")
            assert "Quietzebra" not in answer.text
    for reader, status in (("", 401), ("Nora", 403)):
        answer = site.host.get(f"{QUEUE}?q=quietzebra", client=site.client(reader))
        assert answer.status_code == status
        assert "Quietzebra" not in answer.text
    assert shown(site.article().text) == []
    assert site.counters() == site.recount() == (0, 1)


def test_two_comments_in_one_second_have_different_keys(site: Site) -> None:
    """What shows one to its writer shows neither the other nor that there is one."""
    places = [site.send(f"Words of {name}.", author=name, email=f"{name.lower()}@example.org")
              for name in ("Ada", "Ben")]  # fmt: skip
    ada, ben = site.stored()
    assert ada.created_at == ben.created_at
    waiting = [site.go(answer.location).text for answer in places]
    own = [site.host.get(own_path(site, comment.id)).text for comment in (ada, ben)]
    for pages in (waiting, own):
        assert "Words of Ada." in pages[0]
        assert "Words of Ben." not in pages[0]
        assert "Words of Ben." in pages[1]
        assert "Words of Ada." not in pages[1]
    assert len({answer.location.partition("?")[0] for answer in places}) == 2
    keys = []
    for name in ("Cleo", "Dan"):
        browser = site.client()
        site.send(f"Kept by {name}.", client=browser, author=name, remember="y")
        cookie = browser.get_cookie("newsblog_key", site.host.server, "/news/replies/")
        assert cookie is not None
        keys.append(cookie.value)
    assert len(set(keys)) == 2
