"""A site in a process of its own, and clients that write to it over HTTP."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, redirect, request
from markupsafe import escape
from waitress import create_server

from example_app.database import db, prepare_sqlite
from flask_newsblog.models import Comment, CommentState, Post

from ..hosts import HostApp, blog

THREADS = 16
# One publishes what guests write, the other holds it.
LIVELY, STRICT = "lively", "strict"
OURS, BARE = "/{blog}/replies/{post}", "/bare/{post}"
_SENT_FROM_THE_PAGE = {
    "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
}  # fmt: skip

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


class Job(NamedTuple):
    """A reply to be sent."""

    blog: str
    post: int
    text: str
    parent: int | None = None


@dataclass
class Answer:
    """What became of a job; no status where the server went away."""

    job: Job
    status: int | None = None
    location: str = ""

    @property
    def comment(self) -> int:
        return int(self.location.rpartition("/")[2])


def make_app(uri: str) -> Flask:
    """Two blogs that ask nobody to pause, and a view that stores a comment and does no more."""
    app = HostApp("busy")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=uri,
        SECRET_KEY="a secret for tests",
        NEWSBLOG_REPLY_PAUSE_SECONDS=0,
        NEWSBLOG_REPLIES_PER_TEN_MINUTES=0,
        NEWSBLOG_ATTACK_HELD_REPLIES=0,
        NEWSBLOG_LIVELY_HOLD_GUESTS=False,
    )
    if not uri.startswith("sqlite"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": THREADS}
    db.init_app(app)
    for name in (LIVELY, STRICT):
        app.register_blueprint(blog(name), url_prefix=f"/{name}")
    if uri.startswith("sqlite"):
        prepare_sqlite(app)
    app.add_url_rule("/bare/<int:post>", "bare", _bare, methods=["POST"])
    return app


def _bare(post: int) -> Any:
    text = request.form["comment"]
    db.session.execute(
        sa.insert(Comment).values(
            blog="bare", post_id=post, state=CommentState.HELD, author_name=request.form["author"],
            author_email=request.form["email"], body=text, body_html=f"<p>{escape(text)}</p>",
        )
    )  # fmt: skip
    db.session.commit()
    return redirect("/", 303)


def _serve(uri: str, tell: Connection) -> None:
    # It warns of each request that waits, and here some always do.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(make_app(uri), host="127.0.0.1", port=0, threads=THREADS)
    tell.send(server.effective_port)
    server.run()


@contextmanager
def serving(uri: str) -> Iterator[tuple[BaseProcess, int]]:
    """A process that serves the site, and its port; killed at the end, if not before."""
    here, there = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_serve, args=(uri, there), daemon=True)
    process.start()
    there.close()
    try:
        yield process, here.recv()
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()


def send(port: int, path: str, jobs: Iterable[Job], note: Callable[[Answer], None]) -> None:
    """Send replies one after the other, on one connection, until there are none or it breaks."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        for job in jobs:
            answer = Answer(job)
            try:
                _send(connection, path, answer)
            except (OSError, HTTPException):
                note(answer)
                return
            note(answer)
    finally:
        connection.close()


def _send(connection: HTTPConnection, path: str, answer: Answer) -> None:
    job = answer.job
    fields = {"comment": job.text, "author": "Mira Vale", "email": "mira@vale.example"}
    if job.parent:
        fields["parent"] = str(job.parent)
    address = path.format(blog=job.blog, post=job.post)
    connection.request("POST", address, urlencode(fields), _SENT_FROM_THE_PAGE)
    response = connection.getresponse()
    response.read()
    answer.location = (response.getheader("Location") or "").partition("?")[0]
    answer.location = answer.location.partition("#")[0]
    answer.status = response.status


# What has to be true of the database whatever happened


def miscounted(engine: sa.Engine) -> list[Any]:
    """Stories that say to have other numbers of replies, published and held, than they have."""
    published = sa.func.sum(sa.case((Comment.state == CommentState.PUBLISHED, 1), else_=0))
    held = sa.func.sum(sa.case((Comment.state == CommentState.HELD, 1), else_=0))
    # One statement: what a server sent before it was killed may be done between two.
    stories = (
        sa.select(
            Post.id, Post.comment_count, Post.held_count,
            sa.func.coalesce(published, 0).label("published"),
            sa.func.coalesce(held, 0).label("held"),
        )
        .outerjoin(Comment, Comment.post_id == Post.id)
        .where(Post.blog != "bare")
        .group_by(Post.id, Post.comment_count, Post.held_count)
    )  # fmt: skip
    with engine.begin() as connection:
        rows = connection.execute(stories).all()
    assert rows
    return [row for row in rows if (row.comment_count, row.held_count) != (row.published, row.held)]


def broken_threads(engine: sa.Engine) -> list[Any]:
    """Comments that do not stand where their parents and states say they should."""
    columns = (
        Comment.id, Comment.post_id, Comment.parent_id, Comment.root_id, Comment.depth,
        Comment.state, Comment.shown,
    )  # fmt: skip
    with engine.begin() as connection:
        rows = connection.execute(sa.select(*columns).where(Comment.blog != "bare")).all()
    known = {row.id: row for row in rows}
    hung_on = {row.parent_id for row in rows if row.shown}
    broken = []
    for row in rows:
        parent = known.get(row.parent_id)
        if row.parent_id is None:
            stands = row.root_id is None and row.depth == 0
        else:
            stands = parent is not None and (row.post_id, row.root_id, row.depth) == (
                parent.post_id, parent.root_id or parent.id, parent.depth + 1,
            )  # fmt: skip
        if not stands or row.shown != (row.state == CommentState.PUBLISHED or row.id in hung_on):
            broken.append(row)
    return broken
