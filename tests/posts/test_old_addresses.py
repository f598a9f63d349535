"""An address that a story once had leads to where it is now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from flask_newsblog.database import session
from flask_newsblog.models import Redirect
from flask_newsblog.posts import actions

from ..hosts import Host, at_the_root, change, nested, path_of, plain, two_blogs, write_story
from .conftest import NOON


def leads_to(host: Host, path: str) -> str:
    """Where this address leads for good, below the blog's own."""
    answer = host.get(path)
    assert answer.status_code == 301, path
    return str(answer.headers["Location"]).removeprefix(host.prefix)


def add_redirect(host: Host, path: str, **to: int | str) -> None:
    with host.app.app_context():
        session().add(Redirect(blog="news", path=path, **to))
        session().commit()


def test_an_old_slug_leads_to_the_new_one(any_host: Host) -> None:
    post = write_story(any_host.app)
    old = path_of(post)
    with change(any_host.app, post) as stored:
        actions.rename(stored, "another", NOON)
    answer = any_host.get(old)
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(old.replace("the-ferry-is-back", "another"))
    assert any_host.get(old, follow_redirects=True).status_code == 200


def test_an_address_of_two_renamings_ago_leads_there_straight(host: Host) -> None:
    post = write_story(host.app)
    old = path_of(post)
    for slug in ("second", "third"):
        with change(host.app, post) as stored:
            actions.rename(stored, slug, NOON)
    third = old.replace("the-ferry-is-back", "third")
    assert leads_to(host, old) == third
    assert leads_to(host, old.replace("the-ferry-is-back", "second")) == third


@pytest.mark.parametrize(("shared", "whose"), [(True, "public"), (False, "private")])
def test_a_way_to_a_new_address_is_kept_for_a_minute_since_it_may_be_taken_back(
    open_hosts: Callable[..., Host], shared: bool, whose: str
) -> None:
    host = open_hosts(plain, NEWSBLOG_PUBLIC_PAGES=shared)
    post = write_story(host.app)
    old = path_of(post)
    with change(host.app, post) as stored:
        actions.rename(stored, "another", NOON)
    add_redirect(host, "/archive/ferry.html", post_id=post.id)
    for address in (old, path_of(post).replace("/20", "/19", 1), "/archive/ferry.html"):
        assert leads_to(host, address)
        assert host.get(address).headers["Cache-Control"] == f"{whose}, max-age=60"


def test_a_slug_taken_back_leads_nowhere_else(host: Host) -> None:
    post = write_story(host.app)
    for slug in ("second", "the-ferry-is-back"):
        with change(host.app, post) as stored:
            actions.rename(stored, slug, NOON)
    assert host.get(path_of(post)).status_code == 200
    assert leads_to(host, path_of(post).replace("the-ferry-is-back", "second")) == path_of(post)


@pytest.mark.parametrize("day", ["2025/05/04", "2026/04/04", "2026/05/03", "0001/01/01"])
def test_a_wrong_day_leads_to_the_right_one(noon: Host, day: str) -> None:
    post = write_story(noon.app, at=NOON, now=NOON)
    assert leads_to(noon, f"/{day}/{post.slug}/") == path_of(post)


def test_a_wrong_day_and_an_old_slug_lead_there_in_one_step(noon: Host) -> None:
    post = write_story(noon.app, at=NOON, now=NOON)
    with change(noon.app, post) as stored:
        actions.rename(stored, "another", NOON)
    assert leads_to(noon, f"/1999/12/31/{post.slug}/") == "/2026/05/04/another/"


def test_the_day_is_that_of_the_blogs_time_zone(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Pacific/Auckland")
    post = write_story(host.app, at=NOON.replace(hour=13), now=NOON + timedelta(days=1))
    assert host.get(f"/2026/05/05/{post.slug}/").status_code == 200
    assert leads_to(host, f"/2026/05/04/{post.slug}/") == f"/2026/05/05/{post.slug}/"


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/<slug>/", "/the-ferry-is-back/"),
        ("/<slug>", "/the-ferry-is-back"),
        ("/<yyyy>/<mm>/<slug>/", "/2026/05/the-ferry-is-back/"),
        ("/story/<yyyy>/<slug>.html", "/story/2026/the-ferry-is-back.html"),
    ],
)
def test_old_slugs_lead_on_whatever_the_permalink(
    open_hosts: Callable[..., Host], pattern: str, address: str
) -> None:
    host = open_hosts(plain, NEWSBLOG_PERMALINK=pattern)
    post = write_story(host.app, at=NOON)
    assert host.get(address).status_code == 200
    with change(host.app, post) as stored:
        actions.rename(stored, "another", NOON)
    assert leads_to(host, address) == address.replace("the-ferry-is-back", "another")


def test_a_missing_slash_is_put_right(any_host: Host) -> None:
    post = write_story(any_host.app, section=("Town",))
    for path in (path_of(post), "/sections/town/"):
        answer = any_host.get(path.rstrip("/") + "?a=b")
        assert answer.status_code in (301, 308)
        assert answer.headers["Location"].endswith(path + "?a=b")


def test_the_arguments_of_a_visit_are_no_part_of_the_new_address(host: Host) -> None:
    post = write_story(host.app)
    assert leads_to(host, f"/2001/01/01/{post.slug}/?utm_source=x") == path_of(post)


OLD = [
    "/archive/ferry.html",
    "/2009/05/the-ferry/",
    "/2009/05/",
    "/tags/boats/",
    "/category/boats",
    "/?p=12",
    "/index.php?id=7&lang=en",
    "/паром/",
    "/x.php?q=%C3%A9",
]


@pytest.mark.parametrize("path", OLD)
def test_an_address_from_before_leads_to_its_story(host: Host, path: str) -> None:
    post = write_story(host.app)
    add_redirect(host, path, post_id=post.id)
    assert leads_to(host, path) == path_of(post)
    assert host.open(path, method="HEAD").status_code == 301
    assert host.open(path, method="POST").status_code in (404, 405)


@pytest.mark.parametrize("path", OLD)
@pytest.mark.parametrize("target", ["/about/", "https://archive.example/ferry"])
def test_an_address_from_before_leads_anywhere(noon: Host, path: str, target: str) -> None:
    add_redirect(noon, path, target=target)
    assert noon.get(path).headers["Location"] == target


@pytest.mark.parametrize("make", [at_the_root, nested, two_blogs])
def test_addresses_from_before_are_told_below_the_blogs_own(
    open_hosts: Callable[..., Host], make: Callable[..., object]
) -> None:
    host = open_hosts(make)
    post = write_story(host.app)
    for path in ("/archive/ferry.html", "/2009/05/", "/?p=12"):
        add_redirect(host, path, post_id=post.id)
        assert leads_to(host, path) == path_of(post)
    if make is two_blogs:
        assert host.client().get("/other/archive/ferry.html").status_code == 404


def test_the_slash_at_the_end_of_an_address_from_before_may_be_missing_or_too_much(
    noon: Host,
) -> None:
    add_redirect(noon, "/with/", target="/a/")
    add_redirect(noon, "/without", target="/b/")
    for path, target in (
        ("/with", "/a/"), ("/with/?x=y", "/a/"), ("/without/", "/b/"), ("/without?x", "/b/"),
    ):  # fmt: skip
        assert noon.get(path).headers["Location"] == target


def test_the_closest_of_several_addresses_from_before_counts(noon: Host) -> None:
    for number, path in enumerate(["/a", "/a/", "/a?b=c", "/a/?b=c"]):
        add_redirect(noon, path, target=f"/{number}")
    for number, path in enumerate(["/a", "/a/", "/a?b=c", "/a/?b=c"]):
        assert noon.get(path).headers["Location"] == f"/{number}"
    assert noon.get("/a?d=e").headers["Location"] == "/0"


def test_a_front_page_with_arguments_of_others_is_still_the_front_page(noon: Host) -> None:
    write_story(noon.app, at=NOON, now=NOON)
    add_redirect(noon, "/?p=12", target="/a/")
    for query in ("p=13", "utm_source=x", "p=12&q", "%00", "=", "&&", "p=%FF", "p=\xff"):
        assert noon.get(f"/?{query}").status_code == 200


@pytest.mark.parametrize("hide", ["withdraw", "schedule", "embargo"])
def test_no_old_address_leads_to_a_story_that_nobody_may_see(noon: Host, hide: str) -> None:
    post = write_story(noon.app, at=NOON, now=NOON)
    add_redirect(noon, "/archive/ferry.html", post_id=post.id)
    with change(noon.app, post) as stored:
        actions.rename(stored, "another", NOON)
        later: datetime = NOON + timedelta(days=1)
        if hide == "withdraw":
            actions.withdraw(stored, NOON)
        elif hide == "schedule":
            actions.set_time(stored, later, NOON)
        else:
            stored.embargo_until = later
    assert noon.get("/archive/ferry.html").status_code == 404
    for path in (path_of(post), "/2026/05/05/the-ferry-is-back/"):
        assert noon.get(path).status_code == (410 if hide == "withdraw" else 404)
        assert "The ferry is back" not in noon.get(path).text


def test_a_page_that_is_there_counts_more_than_an_address_from_before(noon: Host) -> None:
    post = write_story(noon.app, at=NOON, now=NOON)
    add_redirect(noon, path_of(post), target="/elsewhere/")
    assert noon.get(path_of(post)).status_code == 200
