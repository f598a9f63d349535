"""The server is killed a hundred times while pages send their words; what it confirmed is there."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Lock
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Post, Revision
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..newsroom.desks import hidden
from .serving import LIVELY, make_app, serving

pytestmark = pytest.mark.stress

KILLS, WRITERS = 100, 4
# One is killed after so many answers at most, and so many seconds more.
MOST_ANSWERS, LONGEST = 10, 0.03
# With nothing else to do it takes two minutes.
LONGEST_TRIAL = 900
SEED = 12
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Writer:
    """Somebody at an open page: types, sends, saves now and then, and notes what was confirmed."""

    cookie: str
    post_id: int
    form: dict[str, str]
    name: str
    turn: int = 0
    kept: str = "Begun."  # the words that the page was told are kept
    saved: str = "Begun."  # those that it was told are saved
    sent: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/{LIVELY}/newsroom/posts/{self.post_id}/"

    def next(self) -> tuple[str, dict[str, str], str]:
        """Where to send, what, and the words in it."""
        self.turn += 1
        words = f"{self.name} has written {self.turn} times of the ferry.\n\n" + "Late. " * 200
        self.sent.append(words.strip())
        fields = self.form | {"title": self.name, "body": words, "turn": str(self.turn)}
        return self.path + ("" if self.turn % 5 == 0 else "autosave"), fields, words.strip()


class Trial:
    """Counts the answers of one life of the server."""

    def __init__(self) -> None:
        self.due, self.confirmed = 0, 0
        self.lock, self.enough = Lock(), Event()

    def note(self) -> None:
        with self.lock:
            self.confirmed += 1
            self.due -= 1
            if self.due <= 0:
                self.enough.set()


def open_pages(uri: str) -> list[Writer]:
    """Stories, each with a page open on it by somebody who is signed in."""
    app = make_app(uri)
    found = []
    for number in range(WRITERS):
        name = f"Writer {number}"
        with app.app_context():
            secret = make_sign_in(LIVELY, name, Role.EDITOR, utcnow())
            session().commit()
        browser = app.test_client()
        door = f"/{LIVELY}/newsroom/sign-in/{secret}"
        browser.post(door, data=hidden(browser.get(door).text))
        new = f"/{LIVELY}/newsroom/posts/new"
        fields = hidden(browser.get(new).text) | {"title": name, "body": "Begun."}
        made = browser.post(new, data=fields)
        assert made.status_code == 303, made.text
        cookie = browser.get_cookie("session")
        assert cookie is not None
        post_id = int(made.location.partition("?")[0].rstrip("/").rpartition("/")[2])
        form = hidden(browser.get(made.location).text)
        found.append(Writer(cookie.value, post_id, form, name))
    with app.app_context():
        session().remove()
        app.extensions["sqlalchemy"].engine.dispose()
    return found


def write(port: int, writer: Writer, trial: Trial) -> None:
    """Type and send until the server goes away."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = _FORM | {"Cookie": f"session={writer.cookie}"}
    try:
        while True:
            path, fields, words = writer.next()
            connection.request("POST", path, urlencode(fields), headers)
            response = connection.getresponse()
            body = response.read().decode()
            if path.endswith("autosave"):
                assert response.status == 200, body[:300]
                assert json.loads(body)["revision"] > 0
                writer.kept = words
            else:
                assert response.status == 303, body[:300]
                # A saved page is opened anew, from what it saved.
                connection.request("GET", writer.path, headers=headers)
                page = connection.getresponse().read().decode()
                writer.kept = writer.saved = words
                writer.form = hidden(page)
            trial.note()
    except (OSError, HTTPException):
        # It does not know what became of the last; the next page begins with what is saved.
        return
    finally:
        connection.close()


def test_what_was_confirmed_is_there_however_often_the_server_is_killed(
    shared_database: tuple[str, sa.Engine],
) -> None:
    uri, engine = shared_database
    random, trial = Random(SEED), Trial()
    writers = open_pages(uri)
    started = time.monotonic()
    for _ in range(KILLS):
        live_and_die(uri, writers, trial, random)
        for writer in writers:
            assert_all_there(engine, writer)
        assert time.monotonic() - started < LONGEST_TRIAL
    print(
        f"{engine.dialect.name}: {KILLS} kills in {time.monotonic() - started:.0f} s,"
        f" {trial.confirmed} times words were confirmed"
    )
    assert trial.confirmed >= KILLS


def live_and_die(uri: str, writers: list[Writer], trial: Trial, random: Random) -> None:
    """One life of the server: pages send their words, and after some answers it is killed."""
    trial.due = random.randint(1, MOST_ANSWERS)
    trial.enough.clear()
    with serving(uri) as (process, port), ThreadPoolExecutor(WRITERS) as pool:
        pages = [pool.submit(write, port, writer, trial) for writer in writers]
        assert trial.enough.wait(60), [page.exception(0) for page in pages if page.done()]
        # So that it is hit at any moment, and not only when an answer has just gone out.
        Event().wait(random.uniform(0, LONGEST))
        process.kill()
        for page in pages:
            page.result()


def assert_all_there(engine: sa.Engine, writer: Writer) -> None:
    query = sa.select(Revision.number, Revision.kind, Revision.content)
    with engine.begin() as connection:
        rows = connection.execute(
            query.where(Revision.post_id == writer.post_id).order_by(Revision.number)
        ).all()
        post = connection.execute(
            sa.select(Post.body, Post.saved_revision, Post.last_revision).where(
                Post.id == writer.post_id
            )
        ).one()
    bodies = [row.content["body"] for row in rows]
    # Nothing is half stored: each is what the page sent at some time, whole.
    assert set(bodies) <= {"Begun.", *writer.sent}
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert post.last_revision == len(rows)
    # What was confirmed is there, or what the same page sent after it.
    assert any(at_least(body, writer.kept) for body in bodies)
    assert any(at_least(r.content["body"], writer.saved) for r in rows if r.kind == "saved")
    # The story is what was saved last, whole, too.
    assert post.body == rows[post.saved_revision - 1].content["body"]


def at_least(body: str, confirmed: str) -> bool:
    return _turn(body) >= _turn(confirmed)


def _turn(body: str) -> int:
    return int(body.split()[4]) if body != "Begun." else 0
