"""A page that a reader has already is not sent again, and one that changed always is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.http import http_date

from flask_newsblog.caching import BYTES_KEPT, PAGES_KEPT, KeptPage, PageMemory
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Author, CorrectionKind, Media, Post, Section, Tag
from flask_newsblog.mount import mounts
from flask_newsblog.posts import actions

from ..hosts import Clock, Host, change, counted_statements, open_host, path_of, plain, write_story

ABOUT: dict[str, Any] = {
    "section": ("Town",),
    "tags": ("Ferries",),
    "authors": ("Ines Calder",),
}


class Site:
    """A host with a story of three days ago and one before it; all was quiet for an hour."""

    def __init__(self, host: Host, clock: Clock) -> None:
        self.host, self.clock = host, clock
        at = utcnow() - timedelta(days=3)
        self.before = write_story(host.app, "Before", at=at - timedelta(minutes=1), **ABOUT)
        self.post = write_story(host.app, "The ferry is back", at=at, **ABOUT)
        with host.app.app_context():
            picture = Media(blog="news", key="ferry.webp", content_type="image/webp", alt="A ferry")
            session().add(picture)
            session().flush()
            session().execute(update(Post).values(lead_image_id=picture.id))
            session().commit()
        self.settle()

    def settle(self) -> None:
        """As if the last change had been an hour ago."""
        with self.host.app.app_context():
            for model in (Post, Section, Tag, Author, Media):
                session().execute(update(model).values(changed_at=utcnow() - timedelta(hours=1)))
            session().commit()
        self.clock.moment = utcnow()

    def pages(self) -> list[str]:
        assert self.post.published_at is not None
        day = self.post.published_at.astimezone(UTC)
        return [
            "/", f"/?before={self.post.id}", f"/?after={self.before.id}", path_of(self.post),
            "/sections/town/", "/tags/ferries/", "/authors/ines-calder/",
            f"/{day:%Y}/", f"/{day:%Y/%m}/", f"/{day:%Y/%m/%d}/",
        ]  # fmt: skip

    def again(self, path: str, page: Any, *kinds: str) -> int:
        """The status that a reader gets who has this answer, and says so by one header or more."""
        theirs = {
            "If-None-Match": page.headers.get("ETag", ""),
            "If-Modified-Since": page.headers.get("Last-Modified", ""),
        }
        return int(self.host.get(path, headers={k: theirs[k] for k in kinds}).status_code)


BY_TAG, BY_TIME = "If-None-Match", "If-Modified-Since"
KINDS = ((BY_TAG,), (BY_TIME,), (BY_TAG, BY_TIME))


@pytest.fixture
def site(open_hosts: Callable[..., Host]) -> Site:
    clock = Clock(utcnow() - timedelta(hours=2))
    return Site(open_hosts(plain, given={"clock": clock}, NEWSBLOG_PUBLIC_PAGES=True), clock)


def test_every_page_has_both_validators(site: Site) -> None:
    for path in site.pages():
        page = site.host.get(path)
        assert page.status_code == 200, path
        assert page.get_etag()[0] is not None, path
        assert page.get_etag()[1] is False, path
        assert page.last_modified is not None, path
        assert page.last_modified <= site.clock.moment, path


def test_a_page_that_the_reader_has_is_not_sent_again(site: Site) -> None:
    for path, kinds in product(site.pages(), KINDS):
        assert site.again(path, site.host.get(path), *kinds) == 304, path


def test_an_unchanged_page_is_answered_without_a_body_but_with_its_headers(site: Site) -> None:
    page = site.host.get("/")
    again = site.host.get("/", headers={BY_TAG: page.headers["ETag"]})
    assert again.data == b""
    for header in ("ETag", "Cache-Control"):
        assert again.headers[header] == page.headers[header]


def test_head_says_what_get_would_without_the_page(site: Site) -> None:
    for path in site.pages():
        page, head = site.host.get(path), site.host.open(path, method="HEAD")
        assert head.status_code == 200
        assert head.data == b""
        for header in ("ETag", "Cache-Control", "Last-Modified", "Content-Type", "Content-Length"):
            assert head.headers[header] == page.headers[header], (path, header)
        asked = site.host.open(path, method="HEAD", headers={BY_TAG: page.headers["ETag"]})
        assert asked.status_code == 304


def test_a_wrong_etag_counts_more_than_a_right_time(site: Site) -> None:
    page = site.host.get("/")
    headers = {BY_TAG: '"another"', BY_TIME: page.headers["Last-Modified"]}
    assert site.host.get("/", headers=headers).status_code == 200


def test_validators_that_make_no_sense_get_the_page(site: Site) -> None:
    rubbish = ("", "rubbish", '"', "W/", "Thu, 99 Foo 2026 25:61:61 GMT", "-1", "\xff", "0" * 99)
    for header, value in product((BY_TAG, BY_TIME), rubbish):
        assert site.host.get("/", headers={header: value}).status_code == 200, (header, value)


def rename_tag(site: Site) -> None:
    with site.host.app.app_context():
        session().scalars(select(Tag)).one().name = "Boats"
        session().commit()


def rename_section(site: Site) -> None:
    with site.host.app.app_context():
        session().scalars(select(Section)).one().name = "The town"
        session().commit()


def rename_author(site: Site) -> None:
    with site.host.app.app_context():
        session().scalars(select(Author)).one().name = "I. Calder"
        session().commit()


def change_picture(site: Site) -> None:
    with site.host.app.app_context():
        picture = session().scalars(select(Media)).one()
        picture.width, picture.height = 640, 480
        session().commit()


def by_action(act: Callable[[Post], object]) -> Callable[[Site], None]:
    def alter(site: Site) -> None:
        with change(site.host.app, site.post) as stored:
            act(stored)

    return alter


def another_text(title: str = "The ferry is back", body: str = "Anew.") -> Callable[[Site], None]:
    return by_action(
        lambda post: actions.write(post, actions.Text(title=title, body=body), utcnow())
    )


CHANGES: dict[str, Callable[[Site], Any]] = {
    "another story": lambda site: write_story(site.host.app, "Another", at=site.clock.moment),
    "another title": another_text(title="The ferry is late"),
    "tags": by_action(lambda post: actions.set_tags(post, ["Boats", "Ferries"], utcnow())),
    "authors": by_action(
        lambda post: actions.set_authors(post, ["Dev Rastogi", "Ines Calder"], utcnow())
    ),
    "tags taken off": by_action(lambda post: actions.set_tags(post, [], utcnow())),
    "authors taken off": by_action(lambda post: actions.set_authors(post, [], utcnow())),
    "section moved": by_action(lambda post: actions.set_section(post, ["Sea"], utcnow())),
    "withdrawn": by_action(lambda post: actions.withdraw(post, utcnow())),
    "slug": by_action(lambda post: actions.rename(post, "another-slug", utcnow())),
    "correction": by_action(
        lambda post: actions.correct(post, CorrectionKind.CORRECTION, "Not so.", utcnow())
    ),
    "tag renamed": rename_tag,
    "section renamed": rename_section,
    "author renamed": rename_author,
    "picture": change_picture,
}
# What each change shows on; elsewhere a page may stay as it is.
NOT_ON_FRONT = {"tags", "tags taken off", "tag renamed", "correction"}
NOT_ON_STORY = {"slug", "withdrawn"}


@pytest.mark.parametrize("what", sorted(CHANGES.keys() - NOT_ON_FRONT))
def test_a_front_page_that_changed_is_sent_again(site: Site, what: str) -> None:
    page = site.host.get("/")
    CHANGES[what](site)
    site.clock.moment = utcnow() + timedelta(seconds=2)
    assert site.host.get("/").data != page.data
    for kinds in KINDS:
        assert site.again("/", page, *kinds) == 200, kinds


@pytest.mark.parametrize("what", sorted(CHANGES.keys() - NOT_ON_STORY))
def test_a_story_that_changed_is_sent_again(site: Site, what: str) -> None:
    path = path_of(site.post)
    page = site.host.get(path)
    CHANGES[what](site)
    site.clock.moment = utcnow() + timedelta(seconds=2)
    assert site.host.get(path).data != page.data
    for kinds in KINDS:
        assert site.again(path, page, *kinds) == 200, kinds


def test_a_change_within_the_second_of_another_is_not_missed(site: Site) -> None:
    second = utcnow().replace(microsecond=0)
    path = path_of(site.post)

    def edit(body: str, microsecond: int) -> Any:
        with change(site.host.app, site.post) as stored:
            actions.write(stored, actions.Text(title="T", body=body), utcnow())
            stored.changed_at = second.replace(microsecond=microsecond)
        site.clock.moment = second.replace(microsecond=microsecond + 1)
        return site.host.get(path)

    first = edit("One.", 100)
    assert "Two." in edit("Two.", 200).text
    assert first.last_modified is None
    headers = {BY_TIME: http_date(second)}
    assert site.host.get(path, headers=headers).status_code == 200
    site.clock.moment = second + timedelta(seconds=1)
    assert site.host.get(path).last_modified == second


@pytest.mark.parametrize("what", ["schedule", "embargo"])
def test_a_page_is_sent_again_when_the_clock_brings_a_story(site: Site, what: str) -> None:
    moment = site.clock.moment
    soon = moment + timedelta(seconds=20)
    if what == "schedule":
        write_story(site.host.app, "In time", at=soon)
    else:
        post = write_story(site.host.app, "In time", at=moment - timedelta(days=2))
        with change(site.host.app, post) as stored:
            stored.embargo_until = soon
    site.settle()
    site.clock.moment = moment
    page = site.host.get("/")
    assert "In time" not in page.text
    assert page.cache_control.max_age is not None
    assert page.cache_control.max_age <= 20
    site.clock.moment = soon + timedelta(seconds=1)
    for kinds in KINDS:
        assert site.again("/", page, *kinds) == 200, kinds
    assert "In time" in site.host.get("/").text


def test_a_page_is_sent_again_when_minutes_pass_that_it_counts(site: Site) -> None:
    write_story(site.host.app, "News", at=site.clock.moment - timedelta(minutes=5, seconds=1))
    site.clock.moment += timedelta(seconds=2)
    page = site.host.get("/")
    assert "5 minutes ago" in page.text
    site.clock.advance(minutes=1, seconds=1)
    assert site.again("/", page, BY_TIME) == 200
    assert site.again("/", page, BY_TAG) == 200


def test_a_page_is_sent_again_when_the_day_that_it_names_is_over(
    open_hosts: Callable[..., Host],
) -> None:
    # A quarter to midnight in Auckland, where it is summer.
    clock = Clock(datetime(2100, 1, 15, 10, 45, tzinfo=UTC))
    host = open_hosts(
        plain,
        given={"clock": clock},
        NEWSBLOG_PUBLIC_PAGES=True,
        NEWSBLOG_TIME_ZONE="Pacific/Auckland",
    )
    write_story(host.app, at=clock.moment - timedelta(days=9), now=clock.moment)
    clock.advance(seconds=5)
    page = host.get("/")
    assert "2100-01-15" in page.text
    assert page.cache_control.max_age == 60
    clock.advance(minutes=14, seconds=45)
    assert host.get("/").cache_control.max_age == 10
    clock.advance(seconds=11)
    again = host.get("/", headers={BY_TIME: page.headers["Last-Modified"]})
    assert again.status_code == 200
    assert "2100-01-16" in again.text


def test_pages_that_may_differ_by_visitor_are_kept_by_no_shared_cache(host: Host) -> None:
    write_story(host.app)
    control = host.get("/").cache_control
    assert control.private
    assert control.no_cache
    assert not control.public


def test_every_database_tells_of_its_changes(open_hosts: Callable[..., Host], uri: str) -> None:
    clock = Clock(utcnow() - timedelta(hours=2))
    site = Site(open_hosts(plain, uri, given={"clock": clock}, NEWSBLOG_PUBLIC_PAGES=True), clock)
    for path in site.pages():
        assert site.again(path, site.host.get(path), BY_TIME) == 304, path
    page = site.host.get("/")
    CHANGES["tags"](site)
    site.clock.moment = utcnow() + timedelta(seconds=2)
    assert site.again("/", page, BY_TIME) == 200


@pytest.fixture
def kept(open_hosts: Callable[..., Host]) -> Site:
    """A site whose pages are kept in memory for half a minute."""
    clock = Clock(utcnow() - timedelta(hours=2))
    host = open_hosts(
        plain,
        given={"clock": clock},
        NEWSBLOG_PUBLIC_PAGES=True,
        NEWSBLOG_PAGE_CACHE_SECONDS=30,
    )
    return Site(host, clock)


def test_a_kept_page_is_the_same_and_asks_the_database_nothing(kept: Site) -> None:
    for path in kept.pages():
        page = kept.host.get(path)
        with counted_statements(kept.host.app) as sent:
            again = kept.host.get(path)
        assert sent == [], path
        assert again.data == page.data, path
        for header in ("ETag", "Last-Modified", "Content-Type", "Cache-Control"):
            assert again.headers[header] == page.headers[header], (path, header)


@pytest.mark.parametrize("kind", [BY_TAG, BY_TIME])
def test_a_kept_page_that_the_reader_has_is_not_sent_again(kept: Site, kind: str) -> None:
    page = kept.host.get("/")
    with counted_statements(kept.host.app) as sent:
        assert kept.again("/", page, kind) == 304
        assert kept.host.open("/", method="HEAD").headers["ETag"] == page.headers["ETag"]
    assert sent == []


@pytest.mark.parametrize(
    "first",
    [{"method": "HEAD"}, {"headers": {BY_TAG: "*"}}, {"headers": {"Range": "bytes=0-9"}}],
    ids=["HEAD", "If-None-Match", "Range"],
)
def test_whoever_comes_first_the_next_reader_gets_the_whole_page(
    kept: Site, first: dict[str, Any]
) -> None:
    whole = kept.host.get("/").data
    mounts(kept.host.app)["news"].pages.forget()
    kept.host.open("/", **{"method": "GET", **first})
    for _ in range(2):
        page = kept.host.get("/")
        assert page.status_code == 200
        assert page.data == whole


def test_a_kept_page_is_let_go_when_its_time_is_over(kept: Site) -> None:
    kept.host.get("/")
    CHANGES["another title"](kept)
    assert "The ferry is late" not in kept.host.get("/").text
    kept.clock.advance(seconds=30)
    assert "The ferry is late" in kept.host.get("/").text


def test_a_kept_page_is_let_go_when_a_story_is_due(kept: Site) -> None:
    write_story(kept.host.app, "In time", at=kept.clock.moment + timedelta(seconds=5))
    kept.clock.moment += timedelta(milliseconds=500)
    kept.host.get("/")
    kept.clock.advance(seconds=3)
    page = kept.host.get("/")
    assert "In time" not in page.text
    # Other caches may not keep it any longer than this one.
    assert page.cache_control.max_age == 1
    kept.clock.advance(seconds=2)
    assert "In time" in kept.host.get("/").text


def test_pages_are_kept_apart_by_host_path_and_place_in_a_list(kept: Site) -> None:
    kept.host.get("/")
    elsewhere = kept.host.app.test_client().get("/news/", base_url="http://mirror.example")
    assert "http://mirror.example/news/" in elsewhere.text
    assert "http://localhost/news/" in kept.host.get("/").text
    assert kept.host.get("/tags/ferries/").data != kept.host.get("/").data
    older = kept.host.get(f"/?before={kept.post.id}")
    assert "The ferry is back" not in older.text
    assert older.data != kept.host.get(f"/?after={kept.post.id}").data


def test_arguments_that_mean_nothing_to_us_make_no_page_of_their_own(kept: Site) -> None:
    path = path_of(kept.post)
    page = kept.host.get(path)
    with counted_statements(kept.host.app) as sent:
        again = kept.host.get(f"{path}?utm_source=a&utm_medium=b")
    assert sent == []
    assert again.data == page.data


@pytest.mark.parametrize("query", ["before=x1", "before=1", "after=7", "before=&after=x"])
def test_a_story_has_no_pages_so_its_address_makes_no_second_copy(kept: Site, query: str) -> None:
    path = path_of(kept.post)
    page = kept.host.get(path)
    with counted_statements(kept.host.app) as sent:
        assert kept.host.get(f"{path}?{query}").data == page.data
    assert sent == []


def test_addresses_that_mean_the_same_place_in_a_list_are_one_page(kept: Site) -> None:
    page = kept.host.get(f"/?before={kept.post.id}")
    with counted_statements(kept.host.app) as sent:
        for same in (f"before=000{kept.post.id}", f"before={kept.post.id}&after=5&a=b"):
            assert kept.host.get(f"/?{same}").data == page.data
    assert sent == []
    assert kept.host.get("/?before=x").status_code == 404


def test_with_a_base_url_all_hosts_share_a_page(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(
        plain,
        NEWSBLOG_PUBLIC_PAGES=True,
        NEWSBLOG_PAGE_CACHE_SECONDS=30,
        NEWSBLOG_BASE_URL="https://bulletin.example",
    )
    page = host.get("/")
    with counted_statements(host.app) as sent:
        other = host.client().get("/news/", base_url="http://mirror.example")
    assert sent == []
    assert other.data == page.data


def test_what_is_not_there_is_not_kept(kept: Site) -> None:
    for _ in range(2):
        with counted_statements(kept.host.app) as sent:
            assert kept.host.get("/tags/nothing/").status_code == 404
        assert sent


def test_a_redirect_is_not_kept(kept: Site) -> None:
    path = f"/2001/01/01/{kept.post.slug}/"
    for _ in range(2):
        with counted_statements(kept.host.app) as sent:
            assert kept.host.get(path).status_code == 301
        assert sent


def a_page(body: bytes) -> KeptPage:
    later = utcnow() + timedelta(seconds=60)
    return KeptPage(body, (), later, later)


def test_no_more_than_so_many_bytes_are_kept() -> None:
    memory, now = PageMemory(), utcnow()
    third = a_page(bytes(BYTES_KEPT // 3 - 1))
    for name in "abbc":
        memory.keep((name,), third)
    assert all(memory.recall((name,), now) for name in "abc")
    memory.keep(("d",), third)
    assert memory.recall(("a",), now) is None
    assert memory.recall(("b",), now) is not None
    memory.keep(("all",), a_page(bytes(BYTES_KEPT + 1)))
    assert memory.recall(("all",), now) is None


def test_the_addresses_of_kept_pages_count_too() -> None:
    memory, now = PageMemory(), utcnow()
    for letter in "abcd":
        memory.keep((letter * (BYTES_KEPT // 4),), a_page(b"A page"))
    assert memory.recall(("a" * (BYTES_KEPT // 4),), now) is None
    assert memory.recall(("d" * (BYTES_KEPT // 4),), now) is not None


def test_no_more_than_so_many_pages_are_kept_those_asked_for_longest() -> None:
    memory, now = PageMemory(), utcnow()
    page = a_page(b"A page")
    for number in range(PAGES_KEPT + 1):
        memory.keep((str(number),), page)
        memory.recall(("0",), now)
    assert memory.recall(("0",), now) is not None
    assert memory.recall(("1",), now) is None
    assert memory.recall(("2",), now) is not None


def test_pages_forgotten_are_made_anew(kept: Site) -> None:
    kept.host.get("/")
    CHANGES["another title"](kept)
    mounts(kept.host.app)["news"].pages.forget()
    assert "The ferry is late" in kept.host.get("/").text


def test_two_blogs_of_one_process_keep_pages_of_their_own() -> None:
    sites = [
        open_host(
            plain,
            "sqlite://",
            given={"title": title},
            NEWSBLOG_PUBLIC_PAGES=True,
            NEWSBLOG_PAGE_CACHE_SECONDS=30,
        )
        for title in ("One", "Two")
    ]
    for host in sites:
        host.get("/")
    assert "Two" not in sites[0].get("/").text
    for host in sites:
        with host.app.app_context():
            host.app.extensions["sqlalchemy"].engine.dispose()
