"""A story's address is made as the owner says, and every other page stays reachable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from flask_newsblog.models import Post
from flask_newsblog.posts import actions

from ..hosts import Host, change, plain, write_story

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PATTERNS = {
    "/<yyyy>/<mm>/<dd>/<slug>/": "/2026/05/04/{slug}/",
    "/<yyyy>/<mm>/<slug>/": "/2026/05/{slug}/",
    "/<yyyy>/<slug>/": "/2026/{slug}/",
    "/<slug>/": "/{slug}/",
    "/<slug>": "/{slug}",
    "/<mm>/<slug>/": "/05/{slug}/",
    "/<slug>/<yyyy>/": "/{slug}/2026/",
    "/<yyyy>-<mm>-<dd>-<slug>.html": "/2026-05-04-{slug}.html",
    "/stories/<slug>.html": "/stories/{slug}.html",
    "/stories/<yyyy>/<slug>": "/stories/2026/{slug}",
}


@dataclass
class Paper:
    """A host whose stories have addresses of a certain pattern."""

    host: Host
    address: str

    def write(self, title: str = "The ferry is back") -> Post:
        return write_story(self.host.app, title, at=NOON)

    def path(self, slug: str) -> str:
        return self.address.format(slug=slug)


@pytest.fixture(params=PATTERNS)
def paper(request: pytest.FixtureRequest, open_hosts: Callable[..., Host]) -> Paper:
    host = open_hosts(plain, NEWSBLOG_PERMALINK=request.param)
    return Paper(host, PATTERNS[request.param])


def test_a_story_is_at_its_address_and_every_page_links_there(paper: Paper) -> None:
    post = paper.write()
    path = paper.path(post.slug)
    page = paper.host.get(path)
    assert page.status_code == 200
    assert "The first paragraph." in page.text
    assert f'<link rel="canonical" href="http://localhost/news{path}">' in page.text
    for listing in ("/", "/2026/", "/2026/05/", "/2026/05/04/"):
        assert f'href="/news{path}"' in paper.host.get(listing).text


def test_an_address_that_names_another_day_leads_to_the_right_one(paper: Paper) -> None:
    post = paper.write()
    wrong = paper.path(post.slug).replace("2026", "2025").replace("05", "06")
    if wrong == paper.path(post.slug):
        return
    moved = paper.host.get(wrong)
    assert moved.status_code == 301
    assert moved.location == "/news" + paper.path(post.slug)


@pytest.mark.parametrize(
    "title", ["2026", "05", "Newsroom", "Sections", "Tags", "Media", "Assets", "Feed", "٢٠٢٦"]
)
def test_a_title_that_would_hide_behind_another_address_is_numbered(
    open_hosts: Callable[..., Host], title: str
) -> None:
    host = open_hosts(plain, NEWSBLOG_PERMALINK="/<slug>/")
    post = write_story(host.app, title, at=NOON)
    assert post.slug.endswith("-2")
    assert f"<title>{title}" in host.get(f"/{post.slug}/").text


def test_the_other_pages_are_where_they_always_are(paper: Paper) -> None:
    write_story(paper.host.app, at=NOON, section=("Harbour",), tags=("Boats",), authors=("Ann",))
    for path in ("/2026/", "/2026/05/", "/2026/05/04/", "/sections/harbour/", "/tags/boats/"):
        assert paper.host.get(path).status_code == 200
    assert paper.host.get("/authors/ann/").status_code == 200
    assert paper.host.get("/newsroom/").status_code == 401
    assert paper.host.get("/no-such-story/").status_code == 404
    assert paper.host.get("/1999/").status_code == 404


def test_a_missing_last_slash_is_added_and_one_too_many_leads_nowhere(paper: Paper) -> None:
    path = paper.path(paper.write().slug)
    if path.endswith("/"):
        moved = paper.host.get(path.rstrip("/"))
        assert moved.status_code == 308
        assert moved.location.endswith("/news" + path)
    else:
        assert paper.host.get(path + "/").status_code == 404


def test_the_old_slug_of_a_story_leads_to_the_new_one(paper: Paper) -> None:
    post = paper.write()
    with change(paper.host.app, post) as stored:
        actions.rename(stored, "the-ferry-sails", NOON)
    moved = paper.host.get(paper.path(post.slug))
    assert moved.status_code == 301
    assert moved.location == "/news" + paper.path("the-ferry-sails")


def test_the_time_zone_decides_the_day_of_an_address(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Europe/Lisbon")
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight, in summer time
    post = write_story(host.app, "Past midnight", at=late)
    assert host.get(f"/2026/07/01/{post.slug}/").status_code == 200
    assert host.get(f"/2026/06/30/{post.slug}/").location == f"/news/2026/07/01/{post.slug}/"
    for path in ("/2026/07/01/", "/2026/07/"):
        assert "Past midnight" in host.get(path).text
    for path in ("/2026/06/30/", "/2026/06/"):
        assert host.get(path).status_code == 404
