"""From page to page of a list, back and forth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from flask_newsblog.database import session
from flask_newsblog.models import Author, Byline, Post, PostState, PostTag, Section, Tag
from flask_newsblog.posts import actions

from ..hosts import (
    MEMORY,
    Clock,
    Host,
    change,
    empty_tables,
    nested,
    open_host,
    plain,
    write_story,
)
from ..pages import canonical, paging_link, robots, words_of
from .conftest import NOON

LISTS = (
    "/", "/sections/town/", "/sections/harbour/", "/tags/ferries/", "/authors/ann/",
    "/2026/", "/2026/05/", "/2026/05/04/",
)  # fmt: skip
SIZES = (1, 2, 5)


def fill(host: Host, minutes: list[int], path: str = "/") -> list[str]:
    """Stories at these minutes before noon, in the list at this path; newest first, as titles."""
    with host.app.app_context():
        empty_tables(session().get_bind())
        town = Section(blog="news", slug="town", name="Town")
        session().add(town)
        session().flush()
        harbour = Section(blog="news", slug="harbour", name="Harbour", parent_id=town.id)
        tag = Tag(blog="news", slug="ferries", name="Ferries")
        author = Author(blog="news", slug="ann", name="Ann")
        session().add_all([harbour, tag, author])
        session().flush()
        # On the front page a story in a section may stand in its row, too.
        sections = {"/": [None], "/sections/town/": [town.id, harbour.id]}
        places = sections.get(path, [harbour.id])
        posts = [
            Post(
                blog="news",
                slug=f"s{number}",
                title=f"Story {number}",
                state=PostState.PUBLISHED,
                published_at=NOON - timedelta(minutes=minute),
                section_id=places[number % len(places)],
            )
            for number, minute in enumerate(minutes)
        ]
        session().add_all(posts)
        session().flush()
        for model, column, hung in ((PostTag, "tag_id", tag), (Byline, "author_id", author)):
            if posts:
                session().execute(
                    insert(model),
                    [
                        {"post_id": p.id, column: hung.id, "position": 0, "published_at": at}
                        for p in posts
                        if (at := p.published_at)
                    ],
                )
        newest_first = sorted(posts, key=lambda p: (p.published_at, p.id), reverse=True)
        titles = [post.title for post in newest_first]
        session().commit()
        return titles


def stories_of(html: str) -> list[str]:
    """The titles on a page, in order."""
    return re.findall(r"Story \d+", words_of(html))


def read(host: Host, path: str) -> str:
    page = host.get(path)
    assert page.status_code == 200, path
    return str(page.text)


def walk(host: Host, path: str, rel: str) -> Iterator[tuple[str, str]]:
    """The pages from this one on, older (``next``) or newer (``prev``): address and page."""
    for _ in range(99):
        html = read(host, path)
        yield path, html
        link = paging_link(html, rel)
        if not link:
            return
        assert re.fullmatch(re.escape(host.prefix) + r"/[a-z0-9/]*(\?(before|after)=\d+)?", link)
        path = link.removeprefix(host.prefix)
    pytest.fail("The pages have no end.")


def meets_every_story_once(host: Host, path: str, titles: list[str]) -> None:
    older = list(walk(host, path, "next"))
    assert [title for _, html in older for title in stories_of(html)] == titles
    assert all(robots(html) == "" for _, html in older)
    *newer, first = walk(host, older[-1][0], "prev")
    assert stories_of(first[1]) == stories_of(older[0][1])
    if len(older) > 1:
        assert [title for _, html in newer[::-1] for title in stories_of(html)] == titles
        assert first[0] == path


@pytest.fixture(scope="module")
def sized() -> Iterator[dict[int, Host]]:
    """Blogs by how many stories they have on a page."""
    hosts = {
        size: open_host(plain, MEMORY, given={"clock": Clock(NOON)}, NEWSBLOG_POSTS_PER_PAGE=size)
        for size in SIZES
    }
    yield hosts
    for host in hosts.values():
        with host.app.app_context():
            host.app.extensions["sqlalchemy"].session.remove()
            host.app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize("path", LISTS)
@given(minutes=st.lists(st.integers(0, 3), min_size=1, max_size=14), size=st.sampled_from(SIZES))
@settings(max_examples=12)
def test_a_walk_to_the_oldest_and_back_meets_every_story_once(
    sized: dict[int, Host], path: str, minutes: list[int], size: int
) -> None:
    host = sized[size]
    meets_every_story_once(host, path, fill(host, minutes, path))


@pytest.mark.parametrize("path", LISTS)
def test_every_database_meets_every_story_once(
    open_hosts: Callable[..., Host], uri: str, path: str
) -> None:
    host = open_hosts(plain, uri, given={"clock": Clock(NOON)}, NEWSBLOG_POSTS_PER_PAGE=2)
    meets_every_story_once(host, path, fill(host, [0, 0, 0, 1, 2, 2, 2, 3, 3], path))


def test_a_story_in_the_row_of_its_section_is_met_on_the_way_all_the_same(
    sized: dict[int, Host],
) -> None:
    host = sized[5]
    fill(host, list(range(30)), "/2026/")
    met = [title for _, html in walk(host, "/", "next") for title in stories_of(html)]
    assert set(met) == {f"Story {number}" for number in range(30)}
    first = read(host, "/")
    assert len(stories_of(first)) == len(set(stories_of(first)))


def test_a_page_of_a_list_names_itself_as_its_address(sized: dict[int, Host]) -> None:
    host = sized[2]
    for path in LISTS:
        fill(host, list(range(14)), path)
        pages = list(walk(host, path, "next"))
        for address, html in pages:
            assert canonical(html) == f"http://localhost/news{address}"
        for address, html in walk(host, pages[-1][0], "prev"):
            if "after" in address:
                assert canonical(html) == ""
                assert robots(html) == "noindex, follow"


def test_arguments_of_others_are_no_part_of_a_pages_address(sized: dict[int, Host]) -> None:
    host = sized[2]
    fill(host, list(range(14)))
    assert canonical(read(host, "/?utm_source=x")) == "http://localhost/news/"


def test_links_of_a_list_stay_below_the_root_that_the_server_names(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(nested, given={"clock": Clock(NOON)}, NEWSBLOG_POSTS_PER_PAGE=2)
    for path in LISTS:
        fill(host, list(range(9)), path)
        page = host.get(path, environ_overrides={"SCRIPT_NAME": "/app"})
        assert page.status_code == 200
        assert paging_link(page.text, "next").startswith(f"/app/site/news{path}?before=")
        assert canonical(page.text) == f"http://localhost/app/site/news{path}"


BAD_PLACES = [
    "", " ", "0", "-1", "+1", "1.0", "1e3", "0x1", "a", "1 ", " 1", "1_000", "١٢", "９", "²",
    "999999", "9" * 18, "9" * 19, "9" * 5000, "%00", "1%00", "%ff", "1'--", "null",
]  # fmt: skip


def test_a_place_that_no_list_has_is_not_found(host: Host) -> None:
    write_story(host.app, at=NOON, section=("Town", "Harbour"), tags=("Ferries",), authors=("Ann",))
    for path, place in product(LISTS, BAD_PLACES):
        for argument in ("before", "after"):
            answer = host.get(f"{path}?{argument}={place}")
            assert answer.status_code == 404, (path, argument, place)
            assert "<main" in answer.text


def test_the_first_of_two_places_counts_and_the_older(sized: dict[int, Host]) -> None:
    host = sized[2]
    fill(host, list(range(14)))
    older = paging_link(read(host, "/"), "next").partition("=")[2]
    wanted = stories_of(read(host, f"/?before={older}"))
    for query in (f"before={older}&before=1", f"before={older}&after=1", f"after=1&before={older}"):
        html = read(host, f"/?{query}")
        assert stories_of(html) == wanted
        assert canonical(html) == f"http://localhost/news/?before={older}"


@pytest.mark.parametrize("hide", ["draft", "withdrawn", "scheduled", "another blog's"])
@pytest.mark.parametrize("argument", ["before", "after"])
def test_from_a_story_that_nobody_may_see_lists_show_only_what_all_may(
    noon: Host, hide: str, argument: str
) -> None:
    for day in (-2, -1):
        write_story(noon.app, f"Open {day}", at=NOON + timedelta(days=day), now=NOON)
    hidden = write_story(
        noon.app,
        "Hidden",
        at=NOON + timedelta(days=1 if hide == "scheduled" else -1.5),
        now=NOON,
        draft=hide == "draft",
        blog="other" if hide == "another blog's" else "news",
    )
    if hide == "withdrawn":
        with change(noon.app, hidden) as stored:
            actions.withdraw(stored, NOON)
    page = noon.get(f"/?{argument}={hidden.id}")
    # A reader who pages on while a story is withdrawn does not lose their place.
    assert page.status_code in ((200,) if hide == "withdrawn" else (200, 404))
    assert "Hidden" not in page.text
    if hide in ("draft", "scheduled", "another blog's"):
        assert page.status_code == 404


def test_a_page_beyond_the_last_is_not_found(sized: dict[int, Host]) -> None:
    host = sized[2]
    fill(host, [0])
    with host.app.app_context():
        (only,) = session().query(Post.id).one()
    for argument in ("before", "after"):
        assert host.get(f"/?{argument}={only}").status_code == 404


def test_a_list_that_fits_on_a_page_has_no_others(sized: dict[int, Host]) -> None:
    host = sized[5]
    fill(host, [0, 1, 2], "/2026/")
    for path in LISTS:
        assert paging_link(read(host, path), "next") == ""
        assert paging_link(read(host, path), "prev") == ""


def test_an_empty_blog_says_so_on_its_front_page(any_host: Host) -> None:
    page = any_host.get("/")
    assert page.status_code == 200
    assert "Nothing is published yet. Come back soon." in page.text
    assert paging_link(page.text, "next") == ""
    for path in ("/2026/", "/2026/05/", "/2026/05/04/", "/?before=1", "/tags/a/", "/sections/a/"):
        assert any_host.get(path).status_code == 404


def test_a_section_without_stories_says_so_to_readers_and_not_to_search_engines(
    noon: Host,
) -> None:
    with noon.app.app_context():
        session().add(Section(blog="news", slug="town", name="Town"))
        session().commit()
    page = noon.get("/sections/town/")
    assert page.status_code == 200
    assert "There are no stories here yet." in page.text
    assert robots(page.text) == "noindex, follow"


NO_DAYS = [
    "/2026/13/", "/2026/00/", "/2026/02/30/", "/2026/05/00/", "/2025/02/29/", "/0000/", "/0001/",
    "/9999/", "/9999/12/31/", "/9998/12/31/", "/9999/01/01/", "/2026/5/", "/26/", "/20260/",
]  # fmt: skip


def test_a_day_that_no_calendar_has_is_not_found(host: Host) -> None:
    write_story(host.app)
    for path in NO_DAYS:
        assert host.get(path).status_code == 404, path


def test_a_period_is_that_of_the_blogs_time_zone(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Pacific/Auckland")
    # Half past midnight on New Year's Day in Auckland, in summer time.
    at = NOON.replace(year=2025, month=12, day=31, hour=11, minute=30)
    write_story(host.app, at=at, now=NOON)
    for path in ("/2026/", "/2026/01/", "/2026/01/01/"):
        assert "The ferry is back" in read(host, path)
    for path in ("/2025/", "/2025/12/", "/2025/12/31/"):
        assert host.get(path).status_code == 404
