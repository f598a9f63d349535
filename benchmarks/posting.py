"""What it costs to post a reply, beside a bare Flask view that stores one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from bare import SECRET
from flask import Flask, redirect, request
from markupsafe import escape
from populate import BLOG, MOMENT
from stopwatch import Call, Race, counted, race
from werkzeug.test import create_environ

from flask_newsblog.models import Comment, CommentState, Post

TEXT = "The ferry was late again.\n\nNobody said *why*, and the board is silent."
_numbers = count(1)


@dataclass(frozen=True)
class Posting:
    """The race of both, and what one reply sends to the database."""

    turns: Race
    statements: int
    commits: int


def measure(app: Flask, engine: sa.Engine, post_id: int, rounds: int, seconds: float) -> Posting:
    """Post replies to a story, each from an address of its own, and take them away again.

    Args:
        app: our app, as it is by default.
        engine: its database.
        post_id: the story.
        rounds: how many rounds.
        seconds: how long each takes.
    """
    with _left_as_it_was(engine, post_id):
        ours, plain = _sender(app, f"/news/replies/{post_id}"), _sender(_bare(engine), "/reply")
        ours()
        with counted(app) as statements, _commits(app) as commits:
            ours()
        turns = race({"ours": ours, "bare": plain}, rounds, seconds)
    return Posting(turns, len(statements), len(commits))


def _sender(app: Flask, path: str) -> Call:
    """A function that posts another reply each time."""

    def start_response(line: str, headers: Any, exc_info: Any = None, /) -> Callable[[bytes], None]:
        if not line.startswith("303"):
            raise RuntimeError(f"{app.name} answered a reply with {line}")
        return lambda data: None

    base = create_environ(
        path, "http://bulletin.example", method="POST",
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0"},
    )  # fmt: skip

    def send() -> None:
        number = next(_numbers)
        fields = {"comment": f"{TEXT} {number}", "author": "Mira Vale", "email": "m@vale.example"}
        body = urlencode(fields).encode()
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        environ = base | {
            "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": address,
        }  # fmt: skip
        response = app(environ, start_response)
        for _ in response:
            pass
        response.close()  # type: ignore[attr-defined]

    return send


def _bare(engine: sa.Engine) -> Flask:
    """An app with one view: it stores what was sent and counts it."""
    app = Flask("bare")
    app.secret_key = SECRET
    comments, posts = Comment.__table__, Post.__table__

    def reply() -> Any:
        text = request.form["comment"]
        with engine.begin() as connection:
            connection.execute(
                sa.insert(comments).values(
                    blog=BLOG, post_id=1, depth=0, state=CommentState.HELD, shown=False,
                    author_name=request.form["author"], author_email=request.form["email"],
                    author_url="", badge="", body=text, body_html=f"<p>{escape(text)}</p>",
                    renderer=0, created_at=MOMENT,
                )
            )  # fmt: skip
            connection.execute(
                sa.update(posts)
                .where(posts.c.id == 1)
                .values(held_count=posts.c.held_count + 1, changed_at=posts.c.changed_at)
            )
        return redirect("/", 303)

    app.add_url_rule("/reply", "reply", reply, methods=["POST"])
    return app


@contextmanager
def _commits(app: Flask) -> Iterator[list[Any]]:
    found: list[Any] = []

    def note(connection: Any) -> None:
        found.append(connection)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    sa.event.listen(engine, "commit", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "commit", note)


@contextmanager
def _left_as_it_was(engine: sa.Engine, post_id: int) -> Iterator[None]:
    comments, posts = Comment.__table__.c, Post.__table__
    with engine.begin() as connection:
        last = connection.scalar(sa.select(sa.func.max(comments.id))) or 0
    yield
    with engine.begin() as connection:
        connection.execute(sa.delete(Comment.__table__).where(comments.id > last))
        connection.execute(
            sa.update(posts)
            .where(posts.c.id.in_([1, post_id]))
            .values(held_count=0, changed_at=posts.c.changed_at)
        )
