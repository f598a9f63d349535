"""Several blogs in an app, one blog at several addresses, several apps in a process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask, g
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from flask_newsblog import NewsBlog, current_blog, latest_stories

from ..hosts import (
    MEMORY,
    Host,
    bare_app,
    blog,
    path_of,
    plain,
    second_address,
    two_blogs,
    write_story,
)  # fmt: skip

Keep = Callable[[Flask], Flask]


@pytest.fixture
def keep() -> Iterator[Keep]:
    """Makes the tables of an app, and closes its connections at the end."""
    kept: list[Flask] = []

    def make(app: Flask) -> Flask:
        with app.app_context():
            app.extensions["sqlalchemy"].create_all()
        kept.append(app)
        return app

    yield make
    for app in kept:
        with app.app_context():
            app.extensions["sqlalchemy"].session.remove()
            app.extensions["sqlalchemy"].engine.dispose()


def links_of(html: str) -> set[str]:
    return set(re.findall(r'href="(/[^"#]*)"', html))


def test_one_blog_at_two_addresses_links_within_the_one_that_was_asked(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(second_address)
    post = write_story(host.app, "The ferry is back", section=("Harbour",), tags=("Boats",))
    for address in ("/news", "/also"):
        for path in ("/", path_of(post), "/tags/boats/"):
            page = host.client().get(address + path)
            assert "The ferry is back" in page.text
            assert all(link.startswith(address + "/") for link in links_of(page.text))


def test_the_second_address_of_a_blog_may_have_settings_of_its_own(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(second_address, NEWSBLOG_ALSO_TITLE="The Evening Bulletin")
    write_story(host.app, "The ferry is back")
    assert "The Evening Bulletin" in host.client().get("/also/").text
    assert "The Evening Bulletin" not in host.client().get("/news/").text


def test_two_blogs_never_mix_up_their_stories(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    here = write_story(host.app, "Here", section=("Harbour",), tags=("Boats",), authors=("Ann",))
    there = write_story(
        host.app, "There", blog="other", section=("Harbour",), tags=("Boats",), authors=("Ann",)
    )
    lists = ("/", "/sections/harbour/", "/tags/boats/", "/authors/ann/", f"/{path_of(here)[1:6]}")
    for path in (*lists, path_of(here)):
        assert "There" not in host.client().get("/news" + path).text
    for path in (*lists, path_of(there)):
        assert "Here" not in host.client().get("/other" + path).text
    assert host.client().get("/news" + path_of(there)).status_code == 404


def test_two_blogs_may_use_the_same_slugs(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    one = write_story(host.app, "The same", "In the one.", section=("Town",), tags=("Boats",))
    two = write_story(
        host.app, "The same", "In the other.", blog="other", section=("Town",), tags=("Boats",)
    )
    assert one.slug == two.slug
    assert "In the one." in host.client().get("/news" + path_of(one)).text
    assert "In the other." in host.client().get("/other" + path_of(two)).text


def test_each_of_two_blogs_has_settings_of_its_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(
        two_blogs,
        NEWSBLOG_NEWS_LANGUAGE="ar",
        NEWSBLOG_OTHER_PERMALINK="/<slug>/",
        NEWSBLOG_OTHER_TAGLINE="Only here",
    )
    story = write_story(host.app, "There", blog="other")
    assert 'dir="rtl"' in host.client().get("/news/").text
    assert 'dir="rtl"' not in host.client().get("/other/").text
    assert "Only here" not in host.client().get("/news/").text
    assert "Only here" in host.client().get(f"/other/{story.slug}/").text


def test_two_apps_share_a_blog_object_and_nothing_else(keep: Keep) -> None:
    one_blog = blog()
    apps = []
    for number in (1, 2):
        app, _ = bare_app(MEMORY, NEWSBLOG_TITLE=f"Paper number {number}")
        app.register_blueprint(one_blog, url_prefix=f"/p{number}")
        apps.append(keep(app))
    write_story(apps[0], "Only in the first")
    first, second = (app.test_client().get(f"/p{n}/").text for n, app in enumerate(apps, 1))
    assert "Only in the first" in first
    assert "Only in the first" not in second
    assert "Paper number 1" in first
    assert "Paper number 2" in second
    assert apps[1].test_client().get("/p1/").status_code == 404


def test_a_blog_may_stand_below_a_part_of_the_address_that_the_host_reads(keep: Keep) -> None:
    app, _ = bare_app(MEMORY)

    @app.url_value_preprocessor
    def read(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.town = (values or {}).pop("town", None)

    @app.url_defaults
    def write(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "town"):
            values.setdefault("town", g.get("town"))

    app.register_blueprint(blog(), url_prefix="/<town>/news")
    keep(app)
    post = write_story(app, "The ferry is back", section=("Harbour",))
    for path in ("/", path_of(post), "/sections/harbour/"):
        page = app.test_client().get("/keldmouth/news" + path)
        assert page.status_code == 200
        assert "The ferry is back" in page.text
        assert all(link.startswith("/keldmouth/news/") for link in links_of(page.text))
    assert app.test_client().get("/keldmouth/news/no/such").status_code == 404
    wrong_day = app.test_client().get(f"/keldmouth/news/2001/01/01/{post.slug}/")
    assert wrong_day.location == "/keldmouth/news" + path_of(post)


EXTENSIONS = {
    "Flask-Login": lambda app, db: LoginManager(app).user_loader(lambda user_id: None),
    "CSRFProtect": lambda app, db: CSRFProtect(app),
    "Flask-Babel": lambda app, db: Babel(app),
    "Flask-Migrate": lambda app, db: Migrate(app, db),
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_extension_may_be_set_up_before_the_blog_or_after(
    keep: Keep, extension: str, when: str
) -> None:
    app, db = bare_app(MEMORY)
    if when == "before":
        EXTENSIONS[extension](app, db)
    app.register_blueprint(blog(), url_prefix="/news")
    if when == "after":
        EXTENSIONS[extension](app, db)
    keep(app)
    post = write_story(app)
    client = app.test_client()
    assert client.get("/news" + path_of(post)).status_code == 200
    assert client.get("/news/newsroom/").status_code == 401
    assert client.post("/news/newsroom/sign-out").status_code == 400


def test_the_hosts_own_addresses_stay_its_own_beside_a_blog_at_the_root(keep: Keep) -> None:
    app, _ = bare_app(MEMORY)
    app.register_blueprint(blog())

    @app.get("/about/")
    def about() -> str:
        return "About the town"

    keep(app)
    client = app.test_client()
    assert client.get("/about/").text == "About the town"
    assert client.get("/about").status_code == 308
    assert client.post("/about/").status_code == 405
    assert client.get("/aboot/").status_code == 404


def test_the_blog_of_a_request_is_the_one_it_came_in_by(keep: Keep) -> None:
    app, _ = bare_app(MEMORY)
    one = blog()
    parent = Blueprint("site", __name__, url_prefix="/site")
    parent.register_blueprint(one, url_prefix="/nested")
    app.register_blueprint(parent)
    app.register_blueprint(one, url_prefix="/news")
    app.register_blueprint(one, url_prefix="/also", name="also")
    names = {"/site/nested/": "site.news", "/news/": "news", "/also/": "also"}
    for address, name in names.items():
        with app.test_request_context(address):
            assert current_blog.name == name
            assert current_blog.blog == "news"


def test_a_host_shows_the_latest_headlines_of_each_blog_on_its_own_page(keep: Keep) -> None:
    app, _ = bare_app(MEMORY)
    app.register_blueprint(blog(), url_prefix="/news")
    app.register_blueprint(NewsBlog("sports", permalink="/<slug>/"), url_prefix="/sports")

    @app.get("/")
    def home() -> str:
        return " ".join(f"{s.title}={s.url}" for s in latest_stories("sports", limit=2))

    keep(app)
    write_story(app, "Not this one")
    write_story(app, "Goal", blog="sports")
    assert app.test_client().get("/").text == "Goal=/sports/goal/"


def test_an_app_that_is_made_again_and_again_leaves_nothing_behind(keep: Keep) -> None:
    pages = set()
    for _ in range(3):
        app = keep(plain(MEMORY))
        pages.add(app.test_client().get("/news/").status_code)
    assert pages == {200}
