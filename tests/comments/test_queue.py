"""What lies on the moderators' desk, in which order, and what is found by words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from flask_newsblog.comments import queue
from flask_newsblog.comments.queue import REPORTED, QueueRow
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Report, ReportReason
from flask_newsblog.newsroom.lookups import counts_of

from ..hosts import write_story
from .conftest import OpenSite
from .readers import NOON, Site
from .test_moderation import Verb, decide

HELD, PUBLISHED, SPAM = CommentState.HELD, CommentState.PUBLISHED, CommentState.SPAM


@pytest.fixture
def each_site(open_site: OpenSite, uri: str) -> Site:
    """A site on each database."""
    return open_site(uri=uri)


def find(site: Site, state: str = HELD, search: str = "", **more: Any) -> list[QueueRow]:
    with site.app.app_context():
        return list(queue.find_queue(["news"], state, search, **more))


def report(site: Site, number: int, whose: str) -> None:
    with site.app.app_context():
        session().add(
            Report(
                blog="news", post_id=site.story.id, comment_id=number, reason=ReportReason.SPAM,
                address_digest=whose,
            )
        )  # fmt: skip
        session().commit()


def plant(site: Site, text: str, **columns: Any) -> int:
    number = site.plant(text, state=HELD)
    with site.app.app_context():
        session().execute(update(Comment).where(Comment.id == number).values(**columns))
        session().commit()
    return number


def test_what_waits_longest_comes_first_and_the_newest_of_all_else(each_site: Site) -> None:
    site = each_site
    for state in (HELD, PUBLISHED):
        times = [NOON + timedelta(minutes=n) for n in (3, 1, 2, 1)]
        numbers = [site.plant(f"{n} {state}", state=state, at=at) for n, at in enumerate(times)]
        in_order = [numbers[n] for n in (1, 3, 2, 0)]
        if state == PUBLISHED:
            in_order.reverse()
        assert [row.id for row in find(site, state)] == in_order
        seen: list[int] = []
        while rows := find(site, state, limit=3, beyond=seen[-1] if seen else None):
            seen += [row.id for row in rows]
        assert seen == in_order


def test_a_row_has_the_story_the_parent_and_the_reasons(each_site: Site) -> None:
    site = each_site
    parent = site.plant("First words. " * 100, name="Pia")
    decide(site, Verb.PIN, parent)
    number = site.plant("The answer.", parent=parent, state=HELD)
    report(site, number, "one")
    report(site, number, "two")
    (row,) = find(site)
    assert (row.id, row.parent_id, row.post_id) == (number, parent, site.story.id)
    assert (row.title, row.slug) == (site.story.title, site.story.slug)
    assert row.published_at == site.story.published_at
    assert (row.parent_name, row.parent_state) == ("Pia", PUBLISHED)
    assert row.parent_html == (f'<p dir="auto">{"First words. " * 100}')[:640]
    assert row.reasons == (("hold", "for a test"),)
    assert (row.reports, row.pinned, row.body) == (2, False, "The answer.")
    assert row.created_at == site.clock()
    (above,) = find(site, PUBLISHED)
    assert (above.pinned, above.picked, above.parent_html) == (True, False, None)


def test_what_is_reported_is_listed_whatever_its_state(each_site: Site) -> None:
    site = each_site
    stands, waits, other = site.plant("One."), site.plant("Two.", state=HELD), site.plant("Three.")
    report(site, stands, "one")
    report(site, stands, "two")
    report(site, waits, "one")
    assert {row.id: row.reports for row in find(site, REPORTED)} == {stands: 2, waits: 1}
    with site.app.app_context():
        counted = counts_of(["news"])
        assert not any(counts_of(["other"]).values())
    assert counted == {
        HELD: 1, PUBLISHED: 2, CommentState.REJECTED: 0, SPAM: 0, CommentState.DELETED: 0,
        REPORTED: 2,
    }  # fmt: skip
    decide(site, Verb.APPROVE, stands, waits, other)
    assert find(site, REPORTED) == []


def test_comments_of_other_blogs_are_not_there(site: Site) -> None:
    site.plant(state=HELD)
    other = write_story(site.app, blog="other", now=site.clock())
    with site.app.app_context():
        assert queue.find_queue(["other"], HELD) == []
        assert queue.find_queue([], HELD) == []
        assert len(queue.find_queue(["other", "news"], HELD)) == 1
    assert other.blog == "other"


@pytest.mark.parametrize("count", [1, 30])
def test_a_page_of_the_queue_costs_three_statements(site: Site, count: int) -> None:
    for number in range(count):
        site.plant(f"Number {number}", state=HELD)
    said: list[str] = []
    with site.app.app_context():
        engine = session().get_bind(Comment)

        def listen(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            said.append(statement)

        sa.event.listen(engine, "before_cursor_execute", listen)
        rows = queue.find_queue(["news"], HELD, "number")
        sa.event.remove(engine, "before_cursor_execute", listen)
    assert (len(rows), len(said)) == (count, 3)


FERRY = "Die FÄHRE 100% pünktlich_heute! [sic] C:\\boats *ahoy*"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("fähre", True), ("FÄHRE", True), ("fÄhRe PÜNKTLICH", True), ("hre 100%", True),
        ("100%", True), ("h_heute", True), ("[sic]", True), ("c:\\boats", True), ("*ahoy*", True),
        ("mira@EXAMPLE.org", True), ("198.51.100.0", True), ("VALE", True), ("", True),
        ("  ", True),
        ("1%pünktlich", False), ("pünktlich%heute", False), ("f_hre", False), ("f*hre", False),
        ("f?hre", False), ("[f]ähre", False), ("fähre bus", False), ("%", True), ("^", False),
        ("\\b", True), ("\\\\", False), ("'", False), ('"; --', False), ("\0", True), ("!", True),
        ("!!", False), ("_", True), ("__", False),
    ],
)  # fmt: skip
def test_words_are_found_in_any_case_and_mean_nothing_else(
    each_site: Site, search: str, found: bool
) -> None:
    number = plant(each_site, FERRY, author_email="Mira@example.org", network="198.51.100.0/24")
    assert [row.id for row in find(each_site, search=search)] == [number] * found


def test_a_search_is_bounded(site: Site) -> None:
    site.plant("Some words.", state=HELD)
    assert find(site, search="some " * 100 + "words")
    assert find(site, search="x" * 100_000) == []


@given(text=st.text(min_size=1, max_size=40))
@settings(max_examples=80)
def test_whatever_stands_in_a_comment_is_found_by_it(
    shared_sites: Callable[[bool], Site], text: str
) -> None:
    site = shared_sites(True)
    text = "".join(text.replace("\0", "").encode("utf-8", "ignore").decode())
    number = plant(site, "Placeholder", body=text or "x")
    assert [row.id for row in find(site, search=text)] == [number]


def test_several_blogs_are_one_queue(each_site: Site) -> None:
    site = each_site
    other = write_story(site.app, blog="other", now=site.clock())
    numbers = []
    for minute in range(6):
        story = other if minute % 2 else site.story
        at = NOON - timedelta(minutes=minute)
        numbers.append(site.plant(f"Number {minute}", state=HELD, story=story, at=at))
        with site.app.app_context():
            session().execute(
                update(Comment).where(Comment.id == numbers[-1]).values(blog=story.blog)
            )
            session().commit()
    with site.app.app_context():
        blogs = ["news", "other", "news"]
        first = [row.id for row in queue.find_queue(blogs, HELD, limit=4)]
        rest = [row.id for row in queue.find_queue(blogs, HELD, limit=4, beyond=first[-1])]
        found = [row.id for row in queue.find_queue(blogs, HELD, "number", limit=4)]
    assert first + rest == numbers[::-1]
    assert found == first
