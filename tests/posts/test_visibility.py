"""What is not before the readers is on no page, and appears by itself when its time comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import render_template_string

from flask_newsblog.database import session
from flask_newsblog.models import OldSlug, Post, Redirect
from flask_newsblog.posts import actions

from ..hosts import Clock, Host, change, path_of, plain, two_blogs, write_story
from .conftest import NOON

OUT = NOON - timedelta(hours=2)
TO_COME = NOON + timedelta(hours=3)
SECRET = "Quayside deal signed"
ABOUT = {
    "section": ("Town", "Harbour"),
    "tags": ("Ferries",),
    "authors": ("Ines Calder",),
}

TIMED = ("scheduled", "embargoed", "embargoed afterwards")
NEVER = ("draft", "in-review", "withdrawn", "another blog's")
Look = Callable[[], str]
Surface = Callable[[Host, datetime], Look]


def hide_story(host: Host, kind: str) -> datetime:
    """The secret story, hidden from readers in one way or another; the time it is to have."""
    at = TO_COME if kind == "scheduled" else OUT
    blog = "other" if kind == "another blog's" else "news"
    embargo = TO_COME if kind == "embargoed" else None
    post = write_story(host.app, SECRET, at=at, now=NOON, blog=blog, embargo=embargo, **ABOUT)
    with change(host.app, post) as stored:
        if kind in ("draft", "in-review", "withdrawn"):
            actions.withdraw(stored, NOON)
        if kind == "draft":
            actions.back_to_draft(stored, NOON)
        if kind == "in-review":
            actions.send_to_review(stored, NOON)
        if kind == "embargoed afterwards":
            stored.embargo_until = TO_COME
    assert post.published_at is not None
    return post.published_at


def fill(host: Host, start: datetime, count: int, **about: Any) -> None:
    """Other stories, a minute from one to the next; back in time where the count is negative."""
    for number in range(1, abs(count) + 1):
        at = start + timedelta(minutes=number if count > 0 else -number)
        write_story(host.app, f"Other story {number}", at=at, now=NOON, **about)


def a_page(path: str) -> Surface:
    """A page with nothing around the story."""

    def prepare(host: Host, at: datetime) -> Look:
        return lambda: read(host, path)

    return prepare


def read(host: Host, path: str) -> str:
    page = host.get(path)
    assert page.status_code in (200, 404, 410)
    return str(page.text)


def front_seconds(host: Host, at: datetime) -> Look:
    fill(host, at, 2)
    return lambda: read(host, "/")


def front_rows(host: Host, at: datetime) -> Look:
    # Four newer ones push the story out of the top, and its section has enough for a row.
    fill(host, at, 4)
    fill(host, at, -3, section=("Town", "Harbour"))
    return lambda: read(host, "/").partition("nb-latest")[0]


def front_river(host: Host, at: datetime) -> Look:
    fill(host, at, 8)
    return lambda: read(host, "/").partition("nb-latest")[2]


def older_page(host: Host, at: datetime) -> Look:
    newer = write_story(host.app, "Newer", at=at + timedelta(minutes=1), now=NOON, **ABOUT)
    fill(host, at, -3)
    return lambda: read(host, f"/?before={newer.id}")


def newer_page(host: Host, at: datetime) -> Look:
    older = write_story(host.app, "Older", at=at - timedelta(minutes=1), now=NOON, **ABOUT)
    return lambda: read(host, f"/?after={older.id}")


def older_page_of(path: str) -> Surface:
    def prepare(host: Host, at: datetime) -> Look:
        newer = write_story(host.app, "Newer", at=at + timedelta(minutes=1), now=NOON, **ABOUT)
        fill(host, at, -3, **ABOUT)
        return lambda: read(host, f"{path}?before={newer.id}")

    return prepare


def neighbours(host: Host, at: datetime) -> Look:
    before, after = (
        write_story(host.app, title, at=at + timedelta(minutes=minutes), now=NOON)
        for title, minutes in (("Before", -5), ("After", 5))
    )
    return lambda: read(host, path_of(before)) + read(host, path_of(after))


def related(host: Host, at: datetime) -> Look:
    # Others between the two, so that neither is the other's neighbour.
    fill(host, at, 2)
    kin = write_story(host.app, "Kin", at=at + timedelta(minutes=9), now=NOON, **ABOUT)
    return lambda: read(host, path_of(kin))


def old_slug(host: Host, at: datetime) -> Look:
    add_row(host, OldSlug(slug="its-old-name"))
    return lambda: str(host.get("/2026/05/04/its-old-name/").headers.get("Location", ""))


def redirect_from_before(host: Host, at: datetime) -> Look:
    add_row(host, Redirect(path="/archive/quay.html"))
    return lambda: str(host.get("/archive/quay.html").headers.get("Location", ""))


def add_row(host: Host, row: OldSlug | Redirect) -> None:
    """A way to the secret story from an address of this blog."""
    with host.app.app_context():
        row.blog = "news"
        row.post_id = session().query(Post).filter_by(title=SECRET).one().id
        session().add(row)
        session().commit()


def hosts_own_page(host: Host, at: datetime) -> Look:
    def look() -> str:
        with host.app.test_request_context("/"):
            return render_template_string(
                "{% for story in newsblog_latest('news', 99) %}{{ story.title }}{% endfor %}"
            )

    return look


SURFACES: dict[str, Surface] = {
    "front lead": a_page("/"),
    "front seconds": front_seconds,
    "front section rows": front_rows,
    "front river": front_river,
    "older page": older_page,
    "newer page": newer_page,
    "article": a_page("/2026/05/04/quayside-deal-signed/"),
    "section": a_page("/sections/harbour/"),
    "section above": a_page("/sections/town/"),
    "tag": a_page("/tags/ferries/"),
    "author": a_page("/authors/ines-calder/"),
    "year": a_page("/2026/"),
    "month": a_page("/2026/05/"),
    "day": a_page("/2026/05/04/"),
    "older page of a section": older_page_of("/sections/town/"),
    "older page of a tag": older_page_of("/tags/ferries/"),
    "older page of an author": older_page_of("/authors/ines-calder/"),
    "older page of a day": older_page_of("/2026/05/04/"),
    "neighbours": neighbours,
    "related": related,
    "old slug": old_slug,
    "redirect": redirect_from_before,
    "newsblog_latest": hosts_own_page,
}


def shows(answer: str) -> bool:
    return SECRET in answer or "quayside-deal-signed" in answer


@pytest.mark.parametrize("surface", SURFACES)
def test_a_published_story_is_on_every_surface(noon: Host, surface: str) -> None:
    write_story(noon.app, SECRET, at=OUT, now=NOON, **ABOUT)
    assert shows(SURFACES[surface](noon, OUT)())


@pytest.mark.parametrize("kind", NEVER)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_hidden_story_is_on_no_surface(noon: Host, surface: str, kind: str) -> None:
    look = SURFACES[surface](noon, hide_story(noon, kind))
    assert not shows(look())


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_story_appears_by_itself_when_its_time_comes(
    noon: Host, clock: Clock, surface: str, kind: str
) -> None:
    look = SURFACES[surface](noon, hide_story(noon, kind))
    clock.moment = TO_COME - timedelta(microseconds=1)
    assert not shows(look())
    clock.moment = TO_COME + timedelta(minutes=10)
    assert shows(look())


@pytest.mark.parametrize("kind", [*NEVER, *TIMED])
def test_no_database_shows_a_hidden_story(
    open_hosts: Callable[..., Host], uri: str, kind: str
) -> None:
    make = two_blogs if kind == "another blog's" else plain
    clock = Clock(NOON)
    host = open_hosts(make, uri, given={"clock": clock})
    at = hide_story(host, kind)
    looks = {name: prepare(host, at) for name, prepare in SURFACES.items()}
    assert [name for name, look in looks.items() if shows(look())] == []
    if kind in TIMED:
        clock.moment = TO_COME
        assert shows(looks["article"]())
        assert shows(looks["newsblog_latest"]())


def test_a_withdrawn_story_is_not_found(host: Host) -> None:
    post = write_story(host.app, SECRET)
    with change(host.app, post) as stored:
        actions.withdraw(stored, NOON)
    page = host.get(path_of(post))
    # Not 410: it may come back under the same address.
    assert page.status_code == 404
    assert SECRET not in page.text


def test_a_tag_of_hidden_stories_alone_is_not_found(host: Host) -> None:
    # Its name may be the very secret of an embargoed story.
    write_story(host.app, SECRET, draft=True, tags=("Merger with Sallow",))
    assert host.get("/tags/merger-with-sallow/").status_code == 404


def test_a_section_of_another_blog_is_not_found(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    write_story(host.app, SECRET, blog="other", **ABOUT)
    for path in ("/sections/harbour/", "/tags/ferries/", "/authors/ines-calder/"):
        assert host.get(path).status_code == 404
    assert "Harbour<" not in host.get("/").text


def test_the_cache_lifetime_ends_when_a_hidden_story_appears(
    open_hosts: Callable[..., Host],
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given={"clock": clock}, NEWSBLOG_PUBLIC_PAGES=True)
    hide_story(host, "scheduled")
    clock.moment = TO_COME - timedelta(seconds=7)
    assert host.get("/").cache_control.max_age == 7


@pytest.mark.parametrize("kind", NEVER)
def test_what_has_no_time_to_come_shortens_no_cache_lifetime(
    open_hosts: Callable[..., Host], kind: str
) -> None:
    make = two_blogs if kind == "another blog's" else plain
    host = open_hosts(make, given={"clock": Clock(NOON)}, NEWSBLOG_PUBLIC_PAGES=True)
    post = write_story(
        host.app,
        SECRET,
        at=NOON + timedelta(seconds=7),
        now=NOON,
        blog="other" if kind == "another blog's" else "news",
    )
    with change(host.app, post) as stored:
        if kind != "another blog's":
            actions.withdraw(stored, NOON)
        if kind == "draft":
            actions.back_to_draft(stored, NOON)
        if kind == "in-review":
            actions.send_to_review(stored, NOON)
    assert host.get("/").cache_control.max_age == 60


def test_related_stories_are_never_those_of_another_blog_with_the_same_tag(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(two_blogs)
    write_story(host.app, SECRET, blog="other", **ABOUT)
    mine = write_story(host.app, "Mine", **ABOUT)
    assert SECRET not in host.get(path_of(mine)).text
