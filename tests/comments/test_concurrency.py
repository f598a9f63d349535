"""Many write and judge at once, and nothing is lost, doubled or miscounted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from example_app.database import db as example_db
from example_app.database import prepare_sqlite
from flask_newsblog.models import Base, Comment, CommentState
from flask_newsblog.signals import comment_posted

from ..conftest import SERVERS, skip_or_fail
from ..hosts import HostApp, blog, empty_tables, plain
from .conftest import OpenSite
from .readers import SAID, Site, shown

HELD, PUBLISHED, SPAM = CommentState.HELD, CommentState.PUBLISHED, CommentState.SPAM
WRITERS = 50


def like_the_example(uri: str, *, given: dict[str, Any], **config: Any) -> Flask:
    """A host that prepares its SQLite as the example does."""
    app = HostApp("host")
    app.config.update(SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY="a secret", TESTING=True, **config)
    example_db.init_app(app)
    app.register_blueprint(blog(**given), url_prefix="/news")
    prepare_sqlite(app)
    return app


# Prepared for many writers, and as a newcomer has it.
PREPARED, UNPREPARED = "sqlite", "sqlite unprepared"


@pytest.fixture(params=[PREPARED, UNPREPARED, "postgresql", "mariadb"])
def busy(
    request: pytest.FixtureRequest,
    open_site: OpenSite,
    server_database: Callable[[str], str],
    tmp_path: Path,
) -> Callable[..., Site]:
    """Opens a site on each database that many may use at once."""
    kind = request.param
    on_file = kind in (PREPARED, UNPREPARED)
    if not on_file and not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")

    def make(**config: Any) -> Site:
        uri = f"sqlite:///{tmp_path}/blog.sqlite" if on_file else server_database(kind)
        engine = sa.create_engine(uri)
        Base.metadata.create_all(engine)
        empty_tables(engine)
        engine.dispose()
        return open_site(like_the_example if kind == PREPARED else plain, uri, **config)

    return make


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same moment, each in a thread of its own."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def writers(site: Site, count: int, **fields: Any) -> list[Callable[[], Any]]:
    """So many readers, each with a browser and an address of their own."""

    def writer(number: int) -> Callable[[], Any]:
        client = site.client()
        return lambda: site.send(
            f"Number {number}", client=client, address=f"198.51.100.{number}", **fields
        )

    return [writer(number) for number in range(count)]


def test_fifty_who_write_at_once_are_all_heard(busy: Callable[..., Site]) -> None:
    site = busy()
    answers = at_once(writers(site, WRITERS))
    assert [a.status_code for a in answers] == [303] * WRITERS
    assert sorted(c.body for c in site.stored()) == sorted(f"Number {n}" for n in range(WRITERS))
    assert len({a.location for a in answers}) == WRITERS
    assert site.counters() == site.recount() == (0, WRITERS)


def test_fifty_who_answer_the_same_comment_all_stand_under_it(busy: Callable[..., Site]) -> None:
    site = busy(NEWSBLOG_HOLD_GUESTS=False)
    parent = site.plant()
    answers = at_once(writers(site, WRITERS, parent=str(parent)))
    assert [a.status_code for a in answers] == [303] * WRITERS
    assert site.counters() == site.recount() == (WRITERS + 1, 0)
    page = shown(site.article().text)
    assert len(page) == len(set(page)) == WRITERS + 1


def test_ten_clicks_at_once_are_one_reply(busy: Callable[..., Site]) -> None:
    site = busy(NEWSBLOG_HOLD_GUESTS=False)
    heard: list[int] = []

    def listen(sender: Flask, blog: str, comment: Comment) -> None:
        heard.append(comment.id)

    def click() -> Any:
        return site.send(client=site.client())

    with comment_posted.connected_to(listen, site.app):
        answers = at_once([click] * 10)
    (comment,) = site.stored()
    assert comment.body == SAID
    assert [(a.status_code, a.location) for a in answers] == [
        (303, f"{site.host.prefix}/comments/{comment.id}")
    ] * 10
    assert site.counters() == (1, 0)
    assert heard == [comment.id]


def test_of_two_moderators_at_once_the_last_counts_and_the_counters_are_right(
    busy: Callable[..., Site],
) -> None:
    site = busy()
    numbers = [site.plant(f"{n}", state=HELD) for n in range(8)]
    at_once(
        [
            lambda n=number, s=state: site.judge(n, s)  # type: ignore[misc]
            for number in numbers
            for state in (PUBLISHED, SPAM)
        ]
    )
    states = {c.id: c.state for c in site.stored()}
    assert set(states.values()) <= {PUBLISHED, SPAM}
    assert site.counters() == site.recount()
    assert set(shown(site.article().text)) == {n for n, s in states.items() if s == PUBLISHED}


def test_the_same_moderation_twice_at_once_changes_things_once(busy: Callable[..., Site]) -> None:
    site = busy()
    number = site.plant(state=HELD)
    changed = at_once([lambda: site.judge(number, PUBLISHED)] * 6)
    assert changed.count(True) == 1
    assert site.counters() == (1, 0)


def test_who_answers_while_the_comment_is_removed_is_told_or_keeps_its_stone(
    busy: Callable[..., Site],
) -> None:
    site = busy(NEWSBLOG_HOLD_GUESTS=False)
    parent = site.plant("Soon removed.")
    jobs = writers(site, 12, parent=str(parent))
    jobs.insert(6, lambda: site.judge(parent, SPAM))
    answers = [a for a in at_once(jobs) if not isinstance(a, bool)]
    assert {a.status_code for a in answers} <= {303, 422}
    for number, answer in enumerate(answers):
        if answer.status_code == 422:
            assert f"Number {number}" in answer.text
    there = [c.id for c in site.stored() if c.state == PUBLISHED]
    assert len(there) == [a.status_code for a in answers].count(303)
    assert site.counters() == site.recount() == (len(there), 0)
    assert set(shown(site.article().text)) == ({parent, *there} if there else set())


def test_a_parent_and_its_answer_may_be_judged_at_once(busy: Callable[..., Site]) -> None:
    site = busy()
    pairs = []
    for number in range(5):
        parent = site.plant(f"Parent {number}")
        pairs.append((parent, site.plant(f"Answer {number}", parent=parent, state=HELD)))
    at_once(
        [
            lambda n=number, s=state: site.judge(n, s)  # type: ignore[misc]
            for parent, answer in pairs
            for number, state in ((parent, SPAM), (answer, PUBLISHED))
        ]
    )
    assert site.counters() == site.recount() == (5, 0)
    assert set(shown(site.article().text)) == {n for pair in pairs for n in pair}
