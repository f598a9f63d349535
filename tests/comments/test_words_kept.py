"""What was typed into any form comes back when it is not taken: nobody writes twice."""

from __future__ import annotations

from typing import Any

import pytest

from flask_newsblog.models import CommentState

from .conftest import OpenSite
from .guests import hidden, own_path, written
from .readers import Site, kept
from .test_desk import QUEUE, Moderator
from .test_outcomes import FULL, failing

TYPED = "Quay & <pier>, typed with care."
RULES = "/newsroom/rules/"
# Where moderators write, and in which field; ``#`` is the number of a comment.
AT_THE_DESK = {
    f"{QUEUE}#/edit": {"text": TYPED},
    f"{QUEUE}#/ban": {"what": "email", "span": "day", "note": TYPED},
    f"{QUEUE}act": {"reject": "#", "note-#": TYPED},
    f"{QUEUE}act#many": {"selected": "reject", "comment": "#", "note": TYPED},
    f"{RULES}#value": {"do": "save", "kind": "word", "outcome": "hold", "value": TYPED},
    f"{RULES}#note": {"do": "save", "kind": "word", "value": "pier", "note": TYPED},
    f"{RULES}#text": {"do": "test", "text": TYPED},
}


def filled(form: str, number: int) -> tuple[str, dict[str, str]]:
    """Where the form of a comment is sent, and its fields."""
    values = {
        name.replace("#", str(number)): value.replace("#", str(number))
        for name, value in AT_THE_DESK[form].items()
    }
    address = form.partition("#")[0] if form.startswith((RULES, f"{QUEUE}act")) else form
    return address.replace("#", str(number)), values


def has(answer: Any) -> bool:
    return any(TYPED in text for text in kept(answer.text))


@pytest.mark.parametrize("form", AT_THE_DESK)
def test_a_token_that_expired_costs_a_moderator_no_words(site: Site, form: str) -> None:
    desk, number = Moderator(site), written(site)
    desk.look()
    address, values = filled(form, number)
    answer = desk.post(address, **{**values, "csrf_token": "old"})
    assert (answer.status_code, has(answer)) == (400, True)


@pytest.mark.parametrize("form", AT_THE_DESK)
@pytest.mark.parametrize("login", ["", "host_sign_in"])
def test_a_session_that_ended_costs_a_moderator_no_words(
    open_site: OpenSite, form: str, login: str
) -> None:
    site = open_site(NEWSBLOG_LOGIN_ENDPOINT=login)
    site.app.add_url_rule("/in", "host_sign_in", lambda: "in")
    site.app.register_error_handler(401, lambda error: ("The host's own page", 401))
    desk, number = Moderator(site), written(site)
    desk.look()
    desk.client.delete_cookie("who", domain=site.host.server)
    address, values = filled(form, number)
    answer = desk.post(address, **values)
    assert (answer.status_code, has(answer)) == (401, True)


@pytest.mark.parametrize("form", AT_THE_DESK)
def test_a_database_that_is_full_costs_a_moderator_no_words(site: Site, form: str) -> None:
    desk, number = Moderator(site), written(site)
    desk.look()
    address, values = filled(form, number)
    with failing(site, "", FULL):
        answer = desk.post(address, **values)
    assert (answer.status_code, has(answer)) == (503, True)


def test_who_has_to_sign_in_anew_is_led_to_a_page_that_can_be_opened(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_LOGIN_ENDPOINT="host_sign_in")
    site.app.add_url_rule("/in", "host_sign_in", lambda: "in")
    desk, number = Moderator(site), site.plant(state=CommentState.HELD)
    desk.look()
    desk.client.delete_cookie("who", domain=site.host.server)
    answer = desk.post(f"{QUEUE}act", approve=str(number))
    assert answer.headers["Location"] == "/in?next=/news/newsroom/"


def fill_in(site: Site, number: int, **fields: str) -> tuple[Any, ...]:
    """The form in which a writer changes a comment, as it would be sent."""
    path, client = f"{own_path(site, number)}/edit/{number}", site.client()
    page = site.host.get(path, client=client)
    return path, client, {**hidden(page.text), "comment": TYPED, **fields}


def send(site: Site, path: str, client: Any, data: dict[str, str]) -> Any:
    return site.host.open(path, client, method="POST", data=data)


def test_a_token_that_expired_costs_a_writer_no_words(site: Site) -> None:
    number = written(site)
    path, client, data = fill_in(site, number)
    answer = send(site, path, client, {**data, "csrf_token": "old"})
    assert (answer.status_code, has(answer)) == (400, True)
    assert site.stored()[0].body == "First words."
    # The page that came back has a token that works.
    again = send(site, path, client, {**hidden(answer.text), "comment": TYPED})
    assert again.status_code == 303
    assert site.stored()[0].body == TYPED


@pytest.mark.parametrize("step", ["", "UPDATE newsblog_post", "UPDATE newsblog_comment "])
def test_a_database_that_is_full_costs_a_writer_no_words(site: Site, step: str) -> None:
    number = written(site)
    form = fill_in(site, number)
    with failing(site, step, FULL):
        answer = send(site, *form)
    assert (answer.status_code, has(answer)) == (503, True)
    assert site.stored()[0].body == "First words."


def test_a_body_that_is_too_large_costs_a_writer_no_words(open_site: OpenSite) -> None:
    site = open_site(MAX_CONTENT_LENGTH=5_000)
    number = written(site)
    path, client, data = fill_in(site, number)
    answer = send(site, path, client, {**data, "comment": TYPED, "more": "x" * 9_000})
    assert (answer.status_code, has(answer)) == (413, True)


def test_a_link_that_ended_costs_a_writer_no_words(site: Site) -> None:
    path, client, data = fill_in(site, written(site))
    site.clock.advance(days=31)
    answer = send(site, path, client, data)
    assert (answer.status_code, has(answer)) == (404, True)
