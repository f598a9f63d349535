"""A sign-in link lets one person in, once, within ten minutes, into one blog."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from flask_newsblog import Action, Person
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import SignIn
from flask_newsblog.newsroom.access import may
from flask_newsblog.newsroom.actions import find_sign_in, make_sign_in, use_sign_in
from flask_newsblog.people import ROLE_MAY, Role

from ..hosts import Clock, Host, nested, plain, second_address, two_blogs

GONE = "This sign-in link is no longer good"


@pytest.fixture
def clock() -> Clock:
    return Clock(utcnow())


@pytest.fixture
def door(open_hosts: Callable[..., Host], clock: Clock) -> Host:
    return open_hosts(plain, given={"clock": clock})


def link_for(host: Host, name: str = "Ann Bell", *options: str) -> str:
    """The path of a new sign-in link."""
    done = host.run("sign-in", name, *options)
    assert done.exit_code == 0, done.output
    return re.sub(r"^https?://[^/]+", "", done.stdout.strip())


def token_in(page: Any) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def press(client: FlaskClient, link: str) -> Any:
    """Open a link and press its button."""
    return client.post(link, data={"csrf_token": token_in(client.get(link))})


def visitor(host: Host, link: str = "") -> FlaskClient:
    """A browser in which a link was used."""
    client = host.client()
    assert press(client, link or link_for(host)).status_code == 303
    return client


def test_a_link_lets_its_person_in(door: Host) -> None:
    client, link = door.client(), link_for(door)
    assert "Good to see you, Ann Bell" in client.get(link).text
    entered = press(client, link)
    assert (entered.status_code, entered.location) == (303, "/news/newsroom/")
    assert "Signed in as Ann Bell" in client.get("/news/newsroom/").text
    assert door.get("/newsroom/").status_code == 401


def test_who_makes_a_link_is_told_how_to_say_where_the_site_is(door: Host) -> None:
    advice = "say where: --base-url https://news.example.org, or NEWSBLOG_BASE_URL."
    assert advice in door.run("sign-in", "Ann").stderr
    assert advice not in door.run("sign-in", "Ann", "--base-url", "https://a.example").stderr


def test_every_host_lets_somebody_in_by_a_link(any_host: Host) -> None:
    root = f"http://{any_host.server}"
    done = any_host.run("sign-in", "Ann", "--base-url", root, "--blog", any_host.name)
    path = done.stdout.strip().removeprefix(root + any_host.prefix)
    client = any_host.client()
    page = any_host.get(path, client=client)
    assert page.status_code == 200
    data = {"csrf_token": token_in(page)}
    assert any_host.open(path, client=client, method="POST", data=data).status_code == 303
    assert any_host.get("/newsroom/", client=client).status_code == 200


def test_a_link_is_good_once(door: Host) -> None:
    link = link_for(door)
    first, second = door.client(), door.client()
    token = token_in(second.get(link))
    assert press(first, link).status_code == 303
    late = second.post(link, data={"csrf_token": token})
    assert late.status_code == 404
    assert second.get("/news/newsroom/").status_code == 401
    assert second.get(link).status_code == 404
    assert first.get("/news/newsroom/").status_code == 200


def test_a_link_that_is_no_longer_good_says_so_and_what_to_do(door: Host) -> None:
    link = link_for(door)
    visitor(door, link)
    page = door.client().get(link)
    assert page.status_code == 404
    assert GONE in page.text
    assert "It works once, and for ten minutes. Ask for another." in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_looking_at_a_link_does_not_use_it_up(door: Host) -> None:
    link = link_for(door)
    for _ in range(3):
        assert door.client().get(link).status_code == 200
        assert door.client().head(link).status_code == 200
    assert press(door.client(), link).status_code == 303


def test_a_link_is_good_for_ten_minutes(door: Host, clock: Clock) -> None:
    link = link_for(door)
    clock.advance(minutes=9, seconds=59)
    assert door.client().get(link).status_code == 200
    clock.advance(seconds=1)
    assert door.client().get(link).status_code == 404


def test_a_button_pressed_too_late_lets_nobody_in(door: Host, clock: Clock) -> None:
    client, link = door.client(), link_for(door)
    token = token_in(client.get(link))
    clock.advance(minutes=10)
    assert client.post(link, data={"csrf_token": token}).status_code == 404
    assert client.get("/news/newsroom/").status_code == 401


def test_the_button_needs_its_token(door: Host) -> None:
    link = link_for(door)
    assert door.client().post(link).status_code == 400
    assert door.client().post(link, data={"csrf_token": "made up"}).status_code == 400
    assert door.client().get(link).status_code == 200


def test_a_visit_ends_after_twelve_hours(door: Host, clock: Clock) -> None:
    client = visitor(door)
    clock.advance(hours=11, minutes=59)
    assert client.get("/news/newsroom/").status_code == 200
    clock.advance(minutes=1)
    assert client.get("/news/newsroom/").status_code == 401


def test_a_link_is_good_for_one_blog(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    link = link_for(host, "Ann", "--blog", "news")
    assert host.client().get(link.replace("/news/", "/other/")).status_code == 404
    client = visitor(host, link)
    assert client.get("/news/newsroom/").status_code == 200
    assert client.get("/other/newsroom/").status_code == 401


def test_somebody_may_visit_two_blogs_and_leave_one(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    client = visitor(host, link_for(host, "Ann", "--blog", "news"))
    assert press(client, link_for(host, "Ann", "--blog", "other")).status_code == 303
    token = token_in(client.get("/news/newsroom/"))
    assert client.post("/news/newsroom/sign-out", data={"csrf_token": token}).status_code == 303
    assert client.get("/news/newsroom/").status_code == 401
    assert client.get("/other/newsroom/").status_code == 200


def test_a_visit_holds_at_every_address_of_the_blog(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(second_address)
    client = visitor(host, link_for(host, "Ann", "--blog", "also"))
    for address in ("/news/newsroom/", "/also/newsroom/"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_a_link_gives_the_rights_of_its_role(door: Host, role: Role) -> None:
    with visitor(door, link_for(door, "Ann", "--role", role.value)) as client:
        assert client.get("/news/newsroom/").status_code == 200
        assert {action for action in Action if may(action)} == ROLE_MAY[role]


def test_only_an_editor_may_moderate_and_manage() -> None:
    for role, actions in ROLE_MAY.items():
        assert Action.ENTER in actions
        assert ({Action.MODERATE, Action.MANAGE} <= actions) is (role is Role.EDITOR)


def test_the_hosts_own_person_comes_before_a_visit(open_hosts: Callable[..., Host]) -> None:
    here: list[Person | None] = [None]
    host = open_hosts(plain, given={"current_person": lambda: here[0]})
    client = visitor(host)
    assert client.get("/news/newsroom/").status_code == 200
    here[0] = Person("7", "Ben Carr")
    assert client.get("/news/newsroom/").status_code == 403


def test_somebody_whom_the_host_knows_is_not_offered_to_end_a_visit(
    open_hosts: Callable[..., Host],
) -> None:
    here: list[Person | None] = [None]
    host = open_hosts(plain, given={"current_person": lambda: here[0], "can": lambda *asked: True})
    client = visitor(host)
    assert "Sign out" in client.get("/news/newsroom/").text
    here[0] = Person("7", "Ben Carr")
    page = client.get("/news/newsroom/")
    assert "Signed in as Ben Carr" in page.text
    assert "Sign out" not in page.text


def test_signing_out_ends_the_visit_in_every_copy_of_the_browser(door: Host) -> None:
    client, copy = visitor(door), door.client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    copy.set_cookie("session", cookie.value)
    assert copy.get("/news/newsroom/").status_code == 200
    token = token_in(client.get("/news/newsroom/"))
    left = client.post("/news/newsroom/sign-out", data={"csrf_token": token})
    assert (left.status_code, left.location) == (303, "/news/")
    assert client.get("/news/newsroom/").status_code == 401
    assert copy.get("/news/newsroom/").status_code == 401


def test_whoever_was_shut_out_does_not_come_back_as_the_next_visitor(host: Host) -> None:
    client = visitor(host, link_for(host, "Ann", "--role", "contributor"))
    with host.app.app_context():
        number = session().scalars(sa.select(SignIn.id)).one()
        session().execute(sa.delete(SignIn))
        session().commit()
    assert host.get("/newsroom/", client=client).status_code == 401
    link = link_for(host, "Ben", "--role", "editor")
    with host.app.app_context():
        session().execute(sa.update(SignIn).values(id=number))
        session().commit()
    other = visitor(host, link)
    assert host.get("/newsroom/", client=client).status_code == 401
    assert host.get("/newsroom/", client=other).status_code == 200


def test_a_database_that_goes_away_after_the_button_was_pressed_does_not_burn_the_link(
    door: Host,
) -> None:
    client, link = door.client(), link_for(door)
    token = token_in(client.get(link))
    gone: list[Any] = []
    with door.app.app_context():
        engine = door.app.extensions["sqlalchemy"].engine

    def leave(connection: Any) -> None:
        gone.append(connection)

    def refuse(*statement: Any) -> None:
        if gone:
            raise OperationalError("", {}, Exception("the server is gone"))

    sa.event.listen(engine, "commit", leave)
    sa.event.listen(engine, "before_cursor_execute", refuse)
    try:
        assert client.post(link, data={"csrf_token": token}).status_code == 303
    finally:
        sa.event.remove(engine, "before_cursor_execute", refuse)
        sa.event.remove(engine, "commit", leave)
    assert client.get("/news/newsroom/").status_code == 200


def test_signing_out_needs_its_token(door: Host) -> None:
    client = visitor(door)
    assert client.post("/news/newsroom/sign-out").status_code == 400
    assert client.get("/news/newsroom/sign-out").status_code == 405
    assert client.get("/news/newsroom/").status_code == 200


def test_only_a_hash_of_the_secret_is_stored(door: Host) -> None:
    secret = link_for(door).rpartition("/")[2]
    assert len(secret) >= 43
    with door.app.app_context():
        row = session().execute(sa.select(SignIn.__table__)).one()
    assert secret not in repr(row)
    assert row.name == "Ann Bell"


FORGED: list[Any] = [
    "text", 7, None, True, ["news"], [["news", 1]], {"news": "1"}, {"news": None},
    {"news": True}, {"news": 1.0}, {"news": [1]}, {"news": {"id": 1}}, {"news": -1},
    {"news": 0}, {"news": 10**30}, {"news": -(10**30)}, {"news": "1 OR 1=1"}, {"other": 1},
    {"news": 1}, {"news": "0" * 64}, {"news": "0" * 64 + "\n"}, {"news": "\0" * 64},
]  # fmt: skip


@pytest.mark.parametrize("content", FORGED, ids=repr)
def test_a_session_with_something_else_in_it_opens_nothing_and_breaks_nothing(
    door: Host, content: Any
) -> None:
    visitor(door)  # so that there is a visit with the number 1
    client = door.client()
    with client.session_transaction() as cookies:
        cookies["newsblog_visits"] = content
    assert client.get("/news/newsroom/").status_code == 401
    assert press(client, link_for(door)).status_code == 303
    assert client.get("/news/newsroom/").status_code == 200


@pytest.mark.parametrize("secret", ["x", "%00", "%ff", "é", "a" * 5000, "../../x", "1' OR '1'='1"])
def test_a_made_up_secret_opens_nothing(door: Host, secret: str) -> None:
    link_for(door)
    assert door.get(f"/newsroom/sign-in/{secret}").status_code == 404


def test_the_command_prints_the_link_and_beside_it_how_long_it_is_good(door: Host) -> None:
    done = door.run("sign-in", "Ann Bell", "--role", "author")
    assert re.fullmatch(r"http://127\.0\.0\.1:5000/news/newsroom/sign-in/[\w-]{43}\n", done.stdout)
    assert done.stderr.splitlines()[0] == "Good once, for 10 minutes, as author."


def test_the_link_names_the_site_where_the_owner_has_said_it(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, NEWSBLOG_BASE_URL="https://bulletin.example")
    assert host.run("sign-in", "Ann").stdout.startswith("https://bulletin.example/news/newsroom/")
    asked = host.run("sign-in", "Ann", "--base-url", "http://10.0.0.1:8080").stdout
    assert asked.startswith("http://10.0.0.1:8080/news/newsroom/")


@pytest.mark.parametrize("url", ["bulletin", "ftp://a", "http://", "javascript:alert(1)"])
def test_a_base_url_that_is_none_is_refused(door: Host, url: str) -> None:
    done = door.run("sign-in", "Ann", "--base-url", url)
    assert done.exit_code == 2
    assert (
        f"Error: --base-url is {url!r}; write a scheme and host such as"
        " https://bulletin.example.\n" in done.output
    )


def test_of_two_blogs_one_has_to_be_named(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    done = host.run("sign-in", "Ann")
    assert done.exit_code == 2
    assert done.output.endswith("Error: This app has several blogs; say --blog other or news.\n")


def test_one_blog_at_two_addresses_need_not_be_named(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(second_address)
    assert "/news/newsroom/" in host.run("sign-in", "Ann").stdout


def test_a_name_that_no_blog_has_is_answered_with_those_there_are(
    open_hosts: Callable[..., Host],
) -> None:
    done = open_hosts(two_blogs).run("sign-in", "Ann", "--blog", "newz")
    assert done.exit_code == 2
    assert done.output.endswith(
        "Error: No blog called 'newz' is registered; there is: other, news.\n"
    )


def test_a_nested_blog_is_named_as_it_is_registered(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(nested)
    assert "/site/news/newsroom/" in host.run("sign-in", "Ann", "--blog", "site.news").stdout


def test_a_link_is_for_somebody_by_name(door: Host) -> None:
    done = door.run("sign-in", "   ")
    assert done.exit_code == 2
    assert done.output.endswith("Error: NAME is empty; write whom the link is for.\n")
    done = door.run("sign-in", "n" * 246)
    assert done.exit_code == 2
    assert done.output.endswith("Error: NAME has 246 characters; 245 are kept.\n")


def test_a_role_that_is_none_is_refused(door: Host) -> None:
    done = door.run("sign-in", "Ann", "--role", "owner")
    assert done.exit_code == 2
    assert "'contributor', 'author', 'editor'" in done.output


def test_a_hostile_name_stays_text(door: Host) -> None:
    link = link_for(door, "<script>alert(1)</script>")
    assert "<script>alert" not in door.client().get(link).text
    client = visitor(door, link)
    assert "Signed in as &lt;script&gt;" in client.get("/news/newsroom/").text


def test_of_two_who_press_at_once_one_comes_in(host: Host) -> None:
    now = utcnow()
    with host.app.app_context():
        secret = make_sign_in("news", "Ann", Role.EDITOR, now)
        session().commit()
    with host.app.app_context():
        seen_by_one = find_sign_in("news", secret, now)
        assert seen_by_one is not None
        with host.app.app_context():
            seen_by_other = find_sign_in("news", secret, now)
            assert seen_by_other is not None
            assert use_sign_in(seen_by_other, now) is True
            session().commit()
        assert use_sign_in(seen_by_one, now) is False
        session().rollback()


def test_coming_in_and_going_out_is_the_same_on_every_database(host: Host) -> None:
    link = link_for(host, "Zoë Ånder-Nikolić")
    client = visitor(host, link)
    page = client.get("/news/newsroom/")
    assert "Signed in as Zoë Ånder-Nikolić" in page.text
    assert host.client().get(link).status_code == 404
    client.post("/news/newsroom/sign-out", data={"csrf_token": token_in(page)})
    assert client.get("/news/newsroom/").status_code == 401
