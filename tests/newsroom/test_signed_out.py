"""A story is saved after its writer was signed out, or is too large: the words come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..hosts import Host, csrf_after, plain, with_flask_login
from .desks import hidden, send, sign_in
from .test_two_at_once import BODY, begin, opened, saved

NEW = "/news/newsroom/posts/new"


@pytest.mark.parametrize("make", [plain, csrf_after, with_flask_login], ids=lambda m: m.__name__)
def test_all_that_was_typed_comes_back_and_is_saved_after_signing_in(
    open_hosts: Callable[..., Host], make: Callable[..., Any]
) -> None:
    host = open_hosts(make)
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address) | {"body": "Long <work>.", "tags": "Boats"}
    ann.delete_cookie("session")
    answer = ann.post(address, data=form)
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    assert "You were signed out" in answer.text
    assert "Long &lt;work&gt;.</textarea>" in answer.text
    kept = hidden(answer.text)
    assert kept["tags"] == "Boats"
    assert kept["base"] == "1"
    # The page is still open when they have signed in in another tab.
    ann = sign_in(host, "Ann Lee")
    again = ann.post(address, data=kept | {"title": "Low tide", "body": "Long <work>."})
    assert again.status_code == 400
    assert "open for too long" in again.text
    assert "Long &lt;work&gt;." in again.text
    last = hidden(again.text) | {"title": "Low tide", "body": "Long <work>.", "tags": "Boats"}
    assert ann.post(address, data=last | {"slug": "low-tide"}).status_code == 303
    assert saved(host).body == "Long <work>."


def test_a_new_story_comes_back_too_with_the_way_to_sign_in(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, given={"login_endpoint": "log_in"})
    host.app.add_url_rule("/log-in", "log_in", lambda: "")
    answer = host.client().post(NEW, data={"title": "Low tide", "body": BODY})
    assert answer.status_code == 401
    assert BODY in answer.text
    assert 'href="/log-in?next=' in answer.text
    assert 'target="_blank"' in answer.text
    # Without words, one is led there as ever.
    assert host.client().get(NEW).status_code == 302


def test_a_form_that_is_larger_than_any_story_comes_back_in_part(
    open_hosts: Callable[..., Host],
) -> None:
    ann = sign_in(open_hosts(plain), "Ann Lee")
    answer = send(ann, NEW, title="Low tide", body="The boats. " * 200_000)
    assert answer.status_code == 413
    assert "The boats. The boats." in answer.text


@pytest.mark.parametrize("make", [csrf_after], ids=["csrf_after"])
def test_a_token_that_is_too_old_brings_the_form_again_with_all_words(
    open_hosts: Callable[..., Host], make: Callable[..., Any]
) -> None:
    ann = sign_in(open_hosts(make), "Ann Lee")
    address = begin(ann)
    form = opened(ann, address) | {"csrf_token": "stale", "body": "Long work.", "tags": "Boats"}
    answer = ann.post(address, data=form)
    assert answer.status_code == 400
    assert "Long work." in answer.text
    assert 'value="Boats"' in answer.text
