"""The host says who is here and what they may do; where it says nothing, the newsroom is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException

from flask_newsblog import Action, Person

from ..hosts import Host, bare_app, blog, nested, plain

ANN = Person("7", "Ann Bell")


def test_a_host_without_hooks_has_a_closed_newsroom(any_host: Host) -> None:
    assert any_host.get("/newsroom/").status_code == 401


def test_a_person_without_the_right_is_told_so(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"current_person": lambda: ANN})
    page = host.get("/newsroom/")
    assert page.status_code == 403
    assert "You are signed in, but not allowed to do this." in page.text


def test_a_right_without_a_person_opens_nothing(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"can": lambda person, action, thing: True})
    assert host.get("/newsroom/").status_code == 401


def test_a_person_with_the_right_comes_in(open_hosts: Callable[..., Host]) -> None:
    asked: list[tuple[Person, Action, Any]] = []

    def can(person: Person, action: Action, thing: Any) -> bool:
        asked.append((person, action, thing))
        return action is Action.ENTER

    host = open_hosts(plain, given={"current_person": lambda: ANN, "can": can})
    page = host.get("/newsroom/")
    assert page.status_code == 200
    assert "Signed in as Ann Bell" in page.text
    assert "Sign out" not in page.text
    # To come in; and for what the page leads to.
    assert asked[0] == (ANN, Action.ENTER, None)
    assert {action for _, action, _ in asked} == set(Action) - {Action.PUBLISH}
    assert {(person, thing) for person, _, thing in asked} == {(ANN, None)}
    assert "/newsroom/comments/" not in page.text


def test_the_hooks_are_asked_in_every_request_anew(open_hosts: Callable[..., Host]) -> None:
    here: list[Person | None] = [None]
    host = open_hosts(plain, given={"current_person": lambda: here[0], "can": lambda *asked: True})
    client = host.client()
    assert host.get("/newsroom/", client=client).status_code == 401
    here[0] = ANN
    assert host.get("/newsroom/", client=client).status_code == 200
    here[0] = None
    assert host.get("/newsroom/", client=client).status_code == 401


def test_the_hosts_own_handlers_answer_strangers_and_people_without_the_right(
    open_hosts: Callable[..., Host],
) -> None:
    here: list[Person | None] = [None]
    host = open_hosts(plain, given={"current_person": lambda: here[0]})
    host.app.register_error_handler(401, lambda error: ("The host's own door", 401))
    host.app.register_error_handler(403, lambda error: ("The host's own refusal", 403))
    answer = host.get("/newsroom/")
    assert (answer.status_code, answer.text) == (401, "The host's own door")
    here[0] = ANN
    answer = host.get("/newsroom/")
    assert (answer.status_code, answer.text) == (403, "The host's own refusal")


def test_a_handler_for_all_errors_leaves_the_blog_its_pages(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    host.app.register_error_handler(HTTPException, lambda error: ("Something", 500))
    assert "Please sign in" in host.get("/newsroom/").text
    assert "This page is not here" in host.get("/nowhere").text


def test_a_handler_for_a_kind_of_401_of_the_hosts_own_is_not_ours(
    open_hosts: Callable[..., Host],
) -> None:
    class TokenTooOld(HTTPException):
        code = 401

    host = open_hosts(plain)
    host.app.register_error_handler(TokenTooOld, lambda error: ("Too old", 401))
    assert "Please sign in" in host.get("/newsroom/").text


def nested_with_handlers(uri: str, **kwargs: Any) -> Flask:
    app, _ = bare_app(uri)
    parent = Blueprint("site", __name__, url_prefix="/site")
    parent.register_error_handler(401, lambda error: ("The parent's own door", 401))
    parent.register_blueprint(blog(), url_prefix="/news")
    app.register_blueprint(parent)
    return app


def test_a_handler_of_the_blueprint_around_the_blog_counts_too(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(nested_with_handlers)
    assert host.client().get("/site/news/newsroom/").text == "The parent's own door"


def sign_in_page(app: Flask) -> None:
    app.add_url_rule("/in", "people.sign_in", lambda: "Who are you?")


@pytest.mark.parametrize(
    ("asked", "next_address"),
    [
        ("/newsroom/", "/news/newsroom/"),
        ("/newsroom/?state=draft", "/news/newsroom/?state%3Ddraft"),
    ],
)
def test_a_stranger_is_sent_to_the_hosts_sign_in_page_and_back(
    open_hosts: Callable[..., Host], asked: str, next_address: str
) -> None:
    host = open_hosts(plain, NEWSBLOG_LOGIN_ENDPOINT="people.sign_in")
    sign_in_page(host.app)
    answer = host.get(asked)
    assert answer.status_code == 302
    assert answer.location == f"/in?next={next_address}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert host.client().get(answer.location).text == "Who are you?"


def test_the_way_back_knows_where_the_app_is_mounted(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_LOGIN_ENDPOINT="people.sign_in")
    sign_in_page(host.app)
    answer = host.client().get("/news/newsroom/", base_url="http://localhost/portal")
    assert answer.location == "/portal/in?next=/portal/news/newsroom/"


def test_somebody_without_the_right_is_not_sent_to_sign_in_again(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(
        plain, given={"current_person": lambda: ANN}, NEWSBLOG_LOGIN_ENDPOINT="people.sign_in"
    )
    sign_in_page(host.app)
    assert host.get("/newsroom/").status_code == 403


def test_a_nested_blog_may_send_strangers_to_a_page_of_the_hosts(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(nested, NEWSBLOG_LOGIN_ENDPOINT="people.sign_in")
    sign_in_page(host.app)
    assert host.get("/newsroom/").location == "/in?next=/site/news/newsroom/"
