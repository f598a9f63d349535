"""The server is killed a hundred times while readers post, and what it confirmed is there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from threading import Event, Lock

import pytest
import sqlalchemy as sa

from flask_newsblog.models import Comment, CommentVerdict
from flask_newsblog.text.markdown import render_comment

from .serving import LIVELY, OURS, STRICT, Answer, Job, broken_threads, miscounted, send, serving
from .test_many_writers import write_stories

pytestmark = pytest.mark.stress

KILLS, CLIENTS = 100, 6
# One is killed after so many answers at most, and so many seconds more.
MOST_ANSWERS, LONGEST = 12, 0.03
LONGEST_TRIAL = 900
SEED = 11


class Readers:
    """All that readers sent and heard, over all lives of the server.

    Who hears nothing sends the same again to the next one, as people do.
    """

    def __init__(self, stories: dict[str, tuple[int, int]], random: Random) -> None:
        self.stories, self.random = stories, random
        self.confirmed: dict[str, Answer] = {}
        self.sent_twice: set[str] = set()
        self.unanswered: list[Job] = []
        self.numbers = count()
        self.lock = Lock()
        self.due = 0
        self.enough = Event()

    def jobs(self) -> Iterator[Job]:
        """What a reader sends, one after the other and for ever."""
        while True:
            with self.lock:
                job = self.unanswered.pop() if self.unanswered else self._another()
            yield job

    def _another(self) -> Job:
        name = self.random.choice((LIVELY, STRICT))
        post = self.random.choice(self.stories[name])
        shown = [
            answer.comment
            for answer in list(self.confirmed.values())[-50:]
            if name == LIVELY and answer.job.post == post
        ]
        parent = self.random.choice(shown) if shown and self.random.random() < 0.6 else None
        return Job(name, post, f"Number {next(self.numbers)}: the ferry was late again.", parent)

    def note(self, answer: Answer) -> None:
        with self.lock:
            if answer.status is None:
                self.sent_twice.add(answer.job.text)
                self.unanswered.append(answer.job)
                return
            assert answer.status == 303, answer
            self.confirmed[answer.job.text] = answer
            self.due -= 1
            if self.due <= 0:
                self.enough.set()


def test_what_was_confirmed_is_there_however_often_the_server_is_killed(
    shared_database: tuple[str, sa.Engine],
) -> None:
    uri, engine = shared_database
    random = Random(SEED)
    readers = Readers({name: write_stories(uri, name) for name in (LIVELY, STRICT)}, random)
    started = time.monotonic()
    for _ in range(KILLS):
        live_and_die(uri, readers, random)
        assert miscounted(engine) == []
        assert time.monotonic() - started < LONGEST_TRIAL
    with serving(uri) as (_, port):  # those who heard nothing try a last time
        send(port, OURS, list(readers.unanswered), readers.note)
    assert_all_there_once(engine, readers)
    print(
        f"{engine.dialect.name}: {KILLS} kills in {time.monotonic() - started:.0f} s,"
        f" {len(readers.confirmed)} replies confirmed, {len(readers.sent_twice)} sent again"
    )


def live_and_die(uri: str, readers: Readers, random: Random) -> None:
    """One life of the server: readers post, and after some answers it is killed."""
    readers.due = random.randint(1, MOST_ANSWERS)
    readers.enough.clear()
    with serving(uri) as (process, port), ThreadPoolExecutor(CLIENTS) as pool:
        clients = [
            pool.submit(send, port, OURS, readers.jobs(), readers.note) for _ in range(CLIENTS)
        ]
        assert readers.enough.wait(60)
        # So that it is hit at any moment, and not only when an answer has just gone out.
        Event().wait(random.uniform(0, LONGEST))
        process.kill()
        for client in clients:
            client.result()


def assert_all_there_once(engine: sa.Engine, readers: Readers) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(Comment.id, Comment.body, Comment.body_html, Comment.blog)
        ).all()
        held = connection.scalars(sa.select(CommentVerdict.comment_id).distinct()).all()
    assert Counter(row.body for row in rows) == Counter(readers.confirmed.keys())
    for row in rows:
        # A server that has just begun puts much together while it renders the first.
        assert row.body_html == str(render_comment(row.body))
        if row.blog == LIVELY:
            assert readers.confirmed[row.body].location == f"/{LIVELY}/comments/{row.id}"
    assert {row.id for row in rows if row.blog == STRICT} <= set(held)
    assert miscounted(engine) == []
    assert broken_threads(engine) == []
    assert len(readers.confirmed) >= KILLS
    assert readers.sent_twice
