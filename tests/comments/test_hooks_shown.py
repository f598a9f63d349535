"""The checks that the docs show as examples do what the docs say of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.error import URLError

import pytest

from flask_newsblog.comments.holds import holds_of
from flask_newsblog.models import CommentState, Proof
from flask_newsblog.signals import comment_posted

from ..test_docs import names_in
from .conftest import OpenSite
from .guests import own_path, press, put_values
from .readers import SAID, Site

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED


class Classifier(BaseHTTPRequestHandler):
    """A service that calls spam what speaks of pills."""

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"spam": 0.99 if "pills" in text else 0.01}).encode())

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[str]:
    """The address of such a service, as long as it runs."""
    server = HTTPServer(("127.0.0.1", 0), Classifier)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shown() -> Iterator[dict[str, Any]]:
    """What the program in the docs defines, which listens to a signal until the end."""
    names = names_in("hooks.md", "wait_for_the_service")
    yield names
    comment_posted.disconnect(names["queue_it"])


def open_with(open_site: OpenSite, shown: dict[str, Any]) -> Site:
    checks = [shown["wait_for_the_service"]]
    return open_site(given={"comment_checks": checks}, NEWSBLOG_HOLD_GUESTS=False)


def test_a_service_that_is_asked_later_publishes_what_it_finds_good(
    open_site: OpenSite, shown: dict[str, Any]
) -> None:
    site = open_with(open_site, shown)
    site.send()
    site.send("Very good pills.")
    assert [c.state for c in site.stored()] == [HELD, HELD]
    with running() as shown["SERVICE"]:
        shown["work"]()
        shown["work"]()
    good, bad = site.stored()
    assert (good.state, bad.state) == (PUBLISHED, HELD)
    assert site.reasons(good.id) == {"wait_for_the_service": "is spam to 1%, says the classifier"}
    assert site.reasons(bad.id) == {"wait_for_the_service": "is spam to 99%, says the classifier"}


def test_a_service_that_is_asked_later_lets_nothing_past_the_other_checks(
    open_site: OpenSite, shown: dict[str, Any]
) -> None:
    site = open_with(open_site, shown)
    assert site.host.run("rules", "add", "word", "ferry").exit_code == 0
    site.send()
    with running() as shown["SERVICE"]:
        shown["work"]()
    (comment,) = site.stored()
    assert comment.state == HELD
    with site.app.app_context():
        assert holds_of(comment) == {"has_a_listed_word"}


def test_a_service_that_is_down_leaves_the_reply_stored_and_held(
    open_site: OpenSite, shown: dict[str, Any]
) -> None:
    site = open_with(open_site, shown)
    with running() as shown["SERVICE"]:
        pass
    assert site.send().status_code == 303
    with pytest.raises(URLError):
        shown["work"]()
    (comment,) = site.stored()
    assert (comment.state, comment.body) == (HELD, SAID)
    assert site.reasons(comment.id) == {"wait_for_the_service": "waits for the classifier"}


def test_whoever_does_the_work_is_published_and_the_others_wait(open_site: OpenSite) -> None:
    check = names_in("hooks.md", "did_some_work")["did_some_work"]
    site = open_site(given={"comment_checks": [check]}, NEWSBLOG_HOLD_GUESTS=False)
    number = 0
    while not sha256(f"{SAID}{number}".encode()).hexdigest().startswith("0000"):
        number += 1
    site.send(work=str(number))
    site.send("Without any work.", work=str(number))
    assert [c.state for c in site.stored()] == [PUBLISHED, HELD]


def test_the_work_is_asked_for_where_a_reply_is_sent_and_nowhere_else(
    open_site: OpenSite,
) -> None:
    check = names_in("hooks.md", "did_some_work")["did_some_work"]
    site = open_site(given={"comment_checks": [check]}, NEWSBLOG_HOLD_GUESTS=False)
    number = 0
    while not sha256(f"{SAID}{number}".encode()).hexdigest().startswith("0000"):
        number += 1
    site.send(work=str(number))
    (comment,) = site.stored()
    put_values(site, comment.id, proof=Proof.ADDRESS)
    path = f"{own_path(site, comment.author_email)}/edit/{comment.id}"
    assert press(site, path, comment="Said otherwise.").status_code == 303
    (comment,) = site.stored()
    assert (comment.body, comment.state) == ("Said otherwise.", PUBLISHED)
    edited = ("comments", "edit", str(comment.id), "--text", "And once more.")
    for command in (edited, ("rules", "test", "Some words.")):
        done = site.host.run(*command)
        assert done.exit_code == 0
        assert "did_some_work" not in done.output
    assert site.reasons(comment.id) == {}
