"""Whatever the host, every page is there, and so is the door that is closed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from ..hosts import TAGLINE, TITLE, Host, path_of, write_story
from .layouts import give_layout

WHEN = datetime(2026, 5, 4, 12, tzinfo=UTC)


def write_one(host: Host, title: str = "The ferry is back", **more: Any) -> Any:
    return write_story(
        host.app, title, at=WHEN, section=("Harbour",), tags=("Boats",), authors=("Ann Bell",),
        **more,
    )  # fmt: skip


def test_every_page_has_the_story_in_it(any_host: Host) -> None:
    post = write_one(any_host)
    addresses = (
        "/", path_of(post), "/sections/harbour/", "/tags/boats/", "/authors/ann-bell/",
        "/2026/", "/2026/05/", "/2026/05/04/",
    )  # fmt: skip
    for address in addresses:
        page = any_host.get(address)
        assert page.status_code == 200, address
        assert "The ferry is back" in page.text, address
        assert TITLE in page.text, address
        assert TAGLINE in page.text, address


def test_every_link_of_a_page_leads_to_a_page_of_the_same_blog(any_host: Host) -> None:
    post = write_one(any_host)
    write_one(any_host, "The ferry is late")
    for address in ("/", path_of(post)):
        links = set(re.findall(r'(?:href|src)="([^"#][^"]*)"', any_host.get(address).text))
        assert links
        for link in links:
            path = link.removeprefix(f"http://{any_host.server}")
            assert path.startswith(any_host.prefix + "/"), link
            with any_host.get(path.removeprefix(any_host.prefix)) as answer:
                assert answer.status_code == 200, link


def test_the_stylesheet_is_served_and_may_be_kept(any_host: Host) -> None:
    address = re.search(r'href="([^"]*newsblog\.css[^"]*)"', any_host.get("/").text)
    assert address is not None
    with any_host.get(address[1].removeprefix(any_host.prefix)) as sheet:
        assert sheet.status_code == 200
        assert sheet.mimetype == "text/css"
        assert "max-age=31536000" in sheet.headers["Cache-Control"]


def test_the_newsroom_is_closed(any_host: Host) -> None:
    door = any_host.get("/newsroom/")
    assert door.status_code == 401
    assert "Please sign in" in door.text
    assert "no-store" in door.headers["Cache-Control"]


def test_a_wrong_address_gets_the_blogs_own_page_in_the_hosts_layout(any_host: Host) -> None:
    give_layout(any_host.app)
    page = any_host.get("/no/such/page")
    assert page.status_code == 404
    assert "This page is not here" in page.text
    assert "The town's own banner" in page.text
    assert TITLE in page.text


def test_a_wrong_method_gets_the_blogs_own_page(any_host: Host) -> None:
    # A host that protects every form against forgery refuses before it looks at the address.
    protected = "csrf" in any_host.app.extensions
    for path in ("/", "/2026/", "/tags/boats/"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = any_host.open(path, method=method)
            assert answer.status_code == (400 if protected else 405)
            assert TITLE in answer.text
            assert protected or answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_every_address_is_named_by_the_blog_and_what_it_shows(any_host: Host) -> None:
    name = any_host.name
    base = f"http://{any_host.server}"
    with any_host.app.test_request_context(base_url=base):
        named = {
            "/": url_for(f"{name}.front"),
            "/2026/05/04/slug/": url_for(f"{name}.post", year=2026, month=5, day=4, slug="slug"),
            "/sections/a/": url_for(f"{name}.section", slug="a"),
            "/tags/a/": url_for(f"{name}.tag", slug="a"),
            "/authors/a/": url_for(f"{name}.author", slug="a"),
            "/2026/": url_for(f"{name}.year", year=2026),
            "/2026/05/": url_for(f"{name}.month", year=2026, month=5),
            "/2026/05/04/": url_for(f"{name}.day", year=2026, month=5, day=4),
            "/newsroom/": url_for(f"{name}.newsroom"),
            "/media/a/b.png": url_for(f"{name}.media", key="a/b.png"),
        }
    for path, address in named.items():
        assert address.removeprefix(base) == any_host.prefix + path


def test_an_address_without_its_last_slash_leads_to_the_one_with_it(any_host: Host) -> None:
    post = write_one(any_host)
    if any_host.prefix:
        front = any_host.client().get(any_host.prefix, base_url=f"http://{any_host.server}")
        assert front.status_code == 308
        assert front.location.removeprefix(f"http://{any_host.server}") == any_host.prefix + "/"
    moved = any_host.get(path_of(post).rstrip("/"))
    assert moved.status_code == 308
    assert moved.location.endswith(any_host.prefix + path_of(post))
