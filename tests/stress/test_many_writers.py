"""A thousand comments by sixteen clients at once, over HTTP: none lost, none doubled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from random import Random

import pytest
import sqlalchemy as sa

from flask_newsblog.models import Comment, CommentState
from flask_newsblog.text.markdown import render_comment

from ..hosts import write_story
from .serving import (
    BARE,
    LIVELY,
    OURS,
    STRICT,
    Answer,
    Job,
    broken_threads,
    make_app,
    miscounted,
    send,
    serving,
)  # fmt: skip

pytestmark = pytest.mark.stress

CLIENTS, COMMENTS, TWICE = 16, 1_000, 100
BARE_AT_ONCE = 500
ANSWERS = 8  # one in so many answers a comment, where there is one
SEED = 7


def test_a_thousand_comments_at_once_are_all_there_once(
    shared_database: tuple[str, sa.Engine],
) -> None:
    uri, engine = shared_database
    stories = {name: write_stories(uri, name) for name in (LIVELY, STRICT, "bare")}
    (bare_story, _) = stories["bare"]
    bare = [Job("bare", bare_story, f"Bare {n}.\n\nIt *was* late.") for n in range(BARE_AT_ONCE)]
    with serving(uri) as (_, port):
        parents = sent_by_all(port, OURS, [Job(LIVELY, s, "First.") for s in stories[LIVELY]])[0]
        jobs = thousand_jobs(stories, {answer.job.post: answer.comment for answer in parents})
        # Before and after, so that a machine which grows slower tells against neither.
        _, bare_before = sent_by_all(port, BARE, bare)
        answers, seconds = sent_by_all(port, OURS, jobs)
        _, bare_after = sent_by_all(port, BARE, bare)
    rate = len(jobs) / seconds
    bare_rate = 2 * BARE_AT_ONCE / (bare_before + bare_after)
    print(
        f"{engine.dialect.name}: {rate:.0f} replies a second, {bare_rate:.0f} by the bare view,"
        f" {bare_rate / rate:.2f} times as many"
    )
    assert_all_there_once(engine, answers)


def assert_all_there_once(engine: sa.Engine, answers: Sequence[Answer]) -> None:
    assert {answer.status for answer in answers} == {303}
    led_to: dict[str, set[str]] = {}
    for answer in answers:
        led_to.setdefault(answer.job.text, set()).add(answer.location)
    assert len(led_to) == COMMENTS
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(
                Comment.id, Comment.body, Comment.body_html, Comment.blog, Comment.state
            ).where(Comment.blog != "bare", Comment.body != "First.")
        ).all()
        bare = sa.select(sa.func.count()).where(Comment.blog == "bare")
        assert connection.scalar(bare) == 2 * BARE_AT_ONCE
    assert Counter(row.body for row in rows) == Counter(led_to.keys())
    for row in rows:
        assert row.body_html == str(render_comment(row.body))
        held = row.blog == STRICT
        assert row.state == (CommentState.HELD if held else CommentState.PUBLISHED)
        if not held:
            assert led_to[row.body] == {f"/{LIVELY}/comments/{row.id}"}
    assert miscounted(engine) == []
    assert broken_threads(engine) == []


def write_stories(uri: str, name: str) -> tuple[int, int]:
    """Two stories of a blog, so that writers meet at one and not at another."""
    app = make_app(uri)
    first, second = (write_story(app, f"Story {n} of {name}", blog=name).id for n in (1, 2))
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    return first, second


def thousand_jobs(stories: dict[str, tuple[int, int]], parents: dict[int, int]) -> list[Job]:
    """Replies to four stories and to a comment on some; one in ten comes again, at once."""
    random = Random(SEED)
    jobs = []
    for number in range(COMMENTS):
        name = random.choice((LIVELY, STRICT))
        post = random.choice(stories[name])
        parent = parents.get(post) if number % ANSWERS == 0 else None
        text = f"Number {number}.\n\nThe ferry was late, and nobody said *why*."
        jobs.append(Job(name, post, text, parent))
    each = COMMENTS // TWICE
    return [job for n, job in enumerate(jobs) for _ in range(1 if n % each else 2)]


def sent_by_all(port: int, path: str, jobs: Sequence[Job]) -> tuple[list[Answer], float]:
    """Have all clients send what there is, and say how long it took, in seconds."""
    queue: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        queue.put(job)
    answers: list[Answer] = []
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for client in [
            pool.submit(send, port, path, until_empty(queue), answers.append)
            for _ in range(CLIENTS)
        ]:
            client.result()
    return answers, time.perf_counter() - started


def until_empty(queue: SimpleQueue[Job]) -> Iterator[Job]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return
