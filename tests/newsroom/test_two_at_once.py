"""Two write in one story at once: what does not touch is merged, and nothing is lost."""

from __future__ import annotations

import html
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import Base, Post, Revision
from flask_newsblog.people import Role

from ..conftest import SERVERS, skip_or_fail
from ..hosts import Host, empty_tables, plain, write_story
from .desks import hidden, sign_in

BODY = "The ferry is late.\n\nNobody saw the boats.\n\nThe council meets on Monday."
WHOLE = {"title": "Low tide", "body": BODY, "slug": "low-tide"}


def begin(browser: FlaskClient, **fields: str) -> str:
    """A draft with a body, and the address where it is written."""
    new = "/news/newsroom/posts/new"
    sent = browser.post(new, data=hidden(browser.get(new).text) | WHOLE | fields)
    assert sent.status_code == 303
    return str(sent.location).partition("?")[0]


def opened(browser: FlaskClient, address: str) -> dict[str, str]:
    """What the page sends beside what is typed."""
    return hidden(browser.get(address).text) | WHOLE


def saved(host: Host) -> Post:
    with host.app.app_context():
        post = session().scalars(select(Post).where(Post.slug == "low-tide")).one()
        session().expunge(post)
        return post


def revisions(host: Host) -> list[tuple[int, str, str]]:
    with host.app.app_context():
        query = select(Revision.number, Revision.kind, Revision.person_name)
        return [tuple(row) for row in session().execute(query.order_by(Revision.number))]


def test_changes_at_two_places_are_merged_and_the_second_is_told(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    first, second = opened(ann, address), opened(ben, address)
    assert ann.post(address, data=first | {"body": BODY.replace("late", "back")}).status_code == 303
    answer = ben.post(address, data=second | {"body": BODY.replace("Monday", "Tuesday")})
    assert answer.status_code == 303
    page = ben.get(answer.location).text
    assert "Saved. Ann Lee saved this story meanwhile, too" in page
    merged = BODY.replace("late", "back").replace("Monday", "Tuesday")
    assert merged in page
    assert saved(host).body == merged
    assert revisions(host) == [
        (1, "saved", "Ann Lee"), (2, "saved", "Ann Lee"), (3, "kept", "Ben Cole"),
        (4, "saved", "Ben Cole"),
    ]  # fmt: skip


def test_where_both_changed_the_same_place_nothing_is_overwritten(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    first, second = opened(ann, address), opened(ben, address)
    ann.post(address, data=first | {"body": BODY.replace("late", "back"), "title": "Tide"})
    mine = second | {"body": BODY.replace("late", "lost"), "title": "High tide"}
    answer = ben.post(address, data=mine)
    assert answer.status_code == 409
    assert "Ann Lee saved this story while you wrote" in answer.text
    assert "⇄ [Ann Lee saved this:]\n\nThe ferry is back." in answer.text
    assert "⇄ [Ben Cole wrote this:]\n\nThe ferry is lost." in answer.text
    assert "back</" in answer.text or "back<span" in answer.text
    assert "Tide / High tide</textarea>" in answer.text
    assert saved(host).body == BODY.replace("late", "back")
    # Sent once more as it was, it is kept but once.
    assert ben.post(address, data=mine).status_code == 409
    assert revisions(host) == [
        (1, "saved", "Ann Lee"), (2, "saved", "Ann Lee"), (3, "kept", "Ben Cole"),
    ]  # fmt: skip
    both = hidden(answer.text) | WHOLE | {"body": BODY.replace("late", "back, and was lost")}
    assert ben.post(address, data=both).status_code == 303
    assert saved(host).body == BODY.replace("late", "back, and was lost")


def test_two_versions_that_were_saved_as_they_are_do_not_go_out_unseen(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    first, second = opened(ann, address), opened(ben, address)
    ann.post(address, data=first | {"body": BODY.replace("late", "back")})
    asked = ben.post(address, data=second | {"body": BODY.replace("late", "lost")})
    typed = asked.text.partition('<textarea id="nb-body"')[2].partition("</textarea>")[0]
    both = html.unescape(typed.partition(">")[2])
    last = "[Keep one of the two versions above, or make one of both.]"
    assert last in both
    for left in (both, f"{BODY}\n\n⇄ {last}", f"⇄ [Ann Lee saved this:]\n\n{BODY}"):
        ben.post(address, data=opened(ben, address) | {"body": left})
        assert "two versions that were not brought together" in ben.get(f"{address}publishing").text
    ben.post(address, data=opened(ben, address) | {"body": f"{BODY}\n\n[It was so:]"})
    assert "two versions" not in ben.get(f"{address}publishing").text


def test_names_and_tags_of_both_are_there(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann, authors="Ann Lee", tags="Boats")
    first, second = opened(ann, address), opened(ben, address)
    ann.post(address, data=first | {"authors": "Ann Lee\nMira Holt", "tags": "Boats"})
    ben.post(address, data=second | {"authors": "Ann Lee", "tags": "Boats, Fog"})
    page = ben.get(address).text
    assert "Ann Lee\nMira Holt" in page
    assert 'value="Boats, Fog"' in page


def test_a_story_that_code_made_has_something_to_merge_with(host: Host) -> None:
    post = write_story(host.app, "Low tide", body=BODY)
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = f"/news/newsroom/posts/{post.id}/"
    first, second = opened(ann, address), opened(ben, address)
    assert first["base"] == "0"
    ann.post(address, data=first | {"body": BODY.replace("late", "back")})
    answer = ben.post(address, data=second | {"body": BODY.replace("Monday", "Tuesday")})
    assert answer.status_code == 303
    assert BODY.replace("late", "back").replace("Monday", "Tuesday") in ben.get(address).text
    assert [row[:2] for row in revisions(host)] == [
        (1, "imported"), (2, "saved"), (3, "kept"), (4, "saved"),
    ]  # fmt: skip
    # Readers still see what they saw.
    assert saved(host).body == BODY
    assert saved(host).shown_revision == 1


def test_the_same_twice_is_saved_once(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address) | {"body": "Other words."}
    for _ in range(2):
        assert ann.post(address, data=form).status_code == 303
    assert len(revisions(host)) == 2


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def busy(
    request: pytest.FixtureRequest,
    open_hosts: Callable[..., Host],
    server_database: Callable[[str], str],
    tmp_path: Path,
) -> Host:
    """A host on each database that several may use at the same moment."""
    kind = request.param
    if kind != "sqlite" and not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    uri = f"sqlite:///{tmp_path}/blog.sqlite" if kind == "sqlite" else server_database(kind)
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    empty_tables(engine)
    engine.dispose()
    return open_hosts(plain, uri)


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_many_who_save_in_the_same_instant_nobody_loses_a_word(busy: Host) -> None:
    number = 6
    people = [sign_in(busy, f"Writer {n}", Role.EDITOR) for n in range(number)]
    lines = [f"The boat number {n} is at sea today." for n in range(number)]
    text = "\n\n".join(
        f"{line}\n\nA line that nobody touches, {n}." for n, line in enumerate(lines)
    )
    address = begin(people[0], body=text)
    forms = [opened(browser, address) for browser in people]

    def job(n: int) -> Callable[[], Any]:
        mine = text.replace(f"boat number {n} ", f"boat number {n} of Mira ")
        return lambda: people[n].post(address, data=forms[n] | {"body": mine})

    answers = at_once([job(n) for n in range(number)])
    assert {answer.status_code for answer in answers} == {303}
    assert saved(busy).body == text.replace(" is at sea", " of Mira is at sea")
    numbers = [row[0] for row in revisions(busy)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_of_many_who_change_the_same_word_in_the_same_instant_one_is_saved_and_all_kept(
    busy: Host,
) -> None:
    people = [sign_in(busy, f"Writer {n}") for n in range(5)]
    address = begin(people[0])
    forms = [opened(browser, address) for browser in people]

    def job(n: int) -> Callable[[], Any]:
        mine = BODY.replace("late", f"word{n}")
        return lambda: people[n].post(address, data=forms[n] | {"body": mine})

    answers = at_once([job(n) for n in range(5)])
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    for n, answer in enumerate(answers):
        assert answer.status_code == 303 or f"word{n}" in answer.text
    with busy.app.app_context():
        kept = [content["body"] for content in session().scalars(select(Revision.content))]
    for n in range(5):
        assert any(f"word{n}" in body for body in kept)


def test_who_saves_in_stories_side_by_side_waits_for_nobody_in_vain(busy: Host) -> None:
    people = [sign_in(busy, f"Writer {n}") for n in range(6)]
    new = "/news/newsroom/posts/new"
    forms = [hidden(browser.get(new).text) for browser in people]

    def job(n: int) -> Callable[[], Any]:
        fields = forms[n] | {"title": f"Story {n}", "body": f"Words {n}."}
        return lambda: people[n].post(new, data=fields)

    for _ in range(3):
        assert {a.status_code for a in at_once([job(n) for n in range(6)])} == {303}


def test_a_page_that_did_not_hear_of_its_own_save_goes_on_from_there(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address)
    for words in ("late", "later", "lost"):
        answer = ann.post(address, data=form | {"body": BODY.replace("late", words)})
        assert answer.status_code == 303
    assert saved(host).body == BODY.replace("late", "lost")


def test_a_page_with_a_strange_name_is_saved_as_any(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    form = opened(ann, address) | {"sitting": "a\0b" * 100, "body": "Other words."}
    assert ann.post(address, data=form).status_code == 303
    assert saved(host).body == "Other words."
