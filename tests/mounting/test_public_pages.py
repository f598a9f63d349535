"""Pages that caches may share show every visitor the same bytes, and hold nothing of anyone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, flash, session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from flask_login import LoginManager, login_user
from flask_wtf import CSRFProtect

from flask_newsblog import Person

from ..hosts import Host, User, bare_app, blog, path_of, plain, write_story
from ..pages import canonical
from .layouts import give_templates


def login_and_csrf(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """A host with Flask-Login and CSRFProtect; ``/in`` signs a visitor in."""
    app, _ = bare_app(uri, **config)
    LoginManager(app).user_loader(lambda user_id: User())
    CSRFProtect(app)

    @app.get("/in")
    def sign_in() -> str:
        login_user(User())
        session["basket"] = "full"
        return "in"

    app.register_blueprint(blog(**(given or {})), url_prefix="/news")
    return app


@pytest.fixture
def public(open_hosts: Callable[..., Host]) -> Host:
    return open_hosts(login_and_csrf, NEWSBLOG_PUBLIC_PAGES=True)


def signed_in(host: Host) -> FlaskClient:
    client = host.client()
    assert client.get("/in").text == "in"
    return client


def pages_of(host: Host) -> list[str]:
    post = write_story(host.app, section=("Harbour",), tags=("Boats",), authors=("Ann Bell",))
    return ["/", path_of(post), "/sections/harbour/", "/tags/boats/", "/authors/ann-bell/"]


def test_a_visitor_who_is_signed_in_and_one_who_is_not_get_the_same_bytes(public: Host) -> None:
    someone, nobody = signed_in(public), public.client()
    for path in pages_of(public):
        for_someone, for_nobody = (public.get(path, client=c) for c in (someone, nobody))
        assert for_someone.data == for_nobody.data
        assert for_someone.status_code == 200
        for page in (for_someone, for_nobody):
            assert "Set-Cookie" not in page.headers
            assert "Vary" not in page.headers
            assert page.cache_control.public
            assert 0 < page.cache_control.max_age <= 60
            assert not page.cache_control.private


def test_an_answer_that_nothing_has_changed_is_as_public_as_the_page(public: Host) -> None:
    someone = signed_in(public)
    for path in pages_of(public):
        page = public.get(path, client=someone)
        again = public.get(path, client=someone, headers={"If-None-Match": page.headers["ETag"]})
        assert again.status_code == 304
        assert "Vary" not in again.headers
        assert again.cache_control.public


def test_a_page_kept_in_memory_is_as_public_as_when_it_was_made(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(login_and_csrf, NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60)
    someone, nobody = signed_in(host), host.client()
    for path in pages_of(host):
        made, kept = host.get(path, client=someone), host.get(path, client=nobody)
        assert made.data == kept.data
        assert made.headers["ETag"] == kept.headers["ETag"]
        for page in (made, kept):
            assert "Set-Cookie" not in page.headers
            assert "Vary" not in page.headers
            assert page.cache_control.public


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_cookie_that_the_host_sets_makes_the_page_one_visitors_own(
    open_hosts: Callable[..., Host], seconds: int
) -> None:
    host = open_hosts(
        login_and_csrf, NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=seconds
    )
    sets_cookie = True

    @host.app.after_request
    def count_visits(response: Response) -> Response:
        if sets_cookie:
            response.set_cookie("visits", "1")
        return response

    path = pages_of(host)[1]
    for _ in range(2):
        page = host.get(path)
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["Set-Cookie"].startswith("visits=1")
    sets_cookie = False
    page = host.get(path)
    assert page.cache_control.public
    assert "Set-Cookie" not in page.headers


FLASHES = "{% for words in get_flashed_messages() %}<p>{{ words }}</p>{% endfor %}"


@pytest.mark.parametrize("layout", ["{{ csrf_token() }}", FLASHES])
def test_a_layout_that_shows_a_visitor_their_own_session_is_kept_for_nobody_else(
    open_hosts: Callable[..., Host], layout: str
) -> None:
    host = open_hosts(login_and_csrf, NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60)
    give_templates(
        host.app,
        newsblog__layout="{% block content %}{% endblock %}<p id=own>" + layout + "</p>",
    )

    @host.app.get("/basket")
    def fill_basket() -> str:
        flash("Your basket is full.")
        return "full"

    client = host.client()
    if layout is FLASHES:
        client.get("/basket")
    first = host.get("/", client=client)
    assert first.headers["Cache-Control"] == "private, no-store"
    mine = first.text.partition("<p id=own>")[2]
    assert len(mine) > len("</p>")
    host.get("/", client=client)
    assert mine not in host.get("/").text


def test_what_browsers_keep_for_long_is_kept_by_nobody_where_it_sets_a_cookie(
    open_hosts: Callable[..., Host], tmp_path: Path
) -> None:
    host = open_hosts(
        login_and_csrf, NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_MEDIA_FOLDER=str(tmp_path)
    )
    sets_cookie = False

    @host.app.after_request
    def count_visits(response: Response) -> Response:
        if sets_cookie:
            response.set_cookie("visits", "1")
        return response

    (tmp_path / "ferry.webp").write_bytes(b"a picture")
    story = path_of(write_story(host.app))
    stylesheet = re.findall(r'"/news(/assets/newsblog.css[^"]*)"', host.get("/").text)[0]
    addresses = ("/media/ferry.webp", stylesheet, story.replace("/20", "/19", 1))
    for address in addresses:
        with host.get(address) as answer:
            assert answer.cache_control.public, address
    sets_cookie = True
    for address in addresses:
        with host.get(address) as answer:
            assert answer.headers["Cache-Control"] == "private, no-store", address


def test_only_the_present_version_of_a_static_file_is_kept_for_a_year(public: Host) -> None:
    present = re.findall(r'"/news(/assets/newsblog.css[^"]*)"', public.get("/").text)[0]
    with public.get(present) as answer:
        assert answer.cache_control.max_age == 365 * 24 * 3600
    for other in (present + "0", "/assets/newsblog.css?v=1", "/assets/newsblog.css"):
        with public.get(other) as answer:
            assert answer.status_code == 200
            assert answer.cache_control.max_age is None
    assert public.get("/assets/nothing.css?v=1").status_code == 404


def test_a_host_name_that_is_none_gets_no_address_of_record(
    open_hosts: Callable[..., Host],
) -> None:
    without, based = open_hosts(plain), open_hosts(plain, NEWSBLOG_BASE_URL="https://a.example")
    for host, record in ((without, ""), (based, "https://a.example/news/")):
        page = host.get("/", headers={"Host": "a b<c"})
        assert canonical(page.text) == record


def test_what_else_a_host_lets_the_page_vary_by_stays(public: Host) -> None:
    @public.app.after_request
    def vary(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        return response

    for path in pages_of(public):
        assert public.get(path, client=signed_in(public)).headers["Vary"] == "Accept-Encoding"


def test_without_the_owners_word_no_page_is_public(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(login_and_csrf)
    for path in pages_of(host):
        page = host.get(path)
        assert page.cache_control.private
        assert page.cache_control.no_cache
        assert not page.cache_control.public
        assert "Set-Cookie" not in page.headers


def test_error_pages_and_the_newsroom_are_never_public(public: Host) -> None:
    for path in ("/nowhere", "/newsroom/", "/2001/", "/newsroom/sign-in/nothing"):
        page = public.get(path)
        assert "no-store" in page.headers["Cache-Control"]
        assert "public" not in page.headers["Cache-Control"]


class WatchedSessions(SecureCookieSessionInterface):
    """Sessions of Flask's own kind, noting for each whether somebody looked into it."""

    def __init__(self) -> None:
        self.looked_into: list[bool] = []

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        self.looked_into.append(session.accessed)
        super().save_session(app, session, response)


@pytest.mark.parametrize("public_pages", [True, False])
def test_pages_for_readers_never_look_into_the_session(
    open_hosts: Callable[..., Host], public_pages: bool
) -> None:
    def who() -> Person | None:
        raise AssertionError("A page for readers asked who is there.")

    host = open_hosts(plain, given={"current_person": who}, NEWSBLOG_PUBLIC_PAGES=public_pages)
    host.app.session_interface = sessions = WatchedSessions()
    for path in (*pages_of(host), "/2001/", "/nowhere"):
        assert host.get(path).status_code in (200, 404)
    assert sessions.looked_into == [False] * 7
