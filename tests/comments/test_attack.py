"""Attack mode: on when much more is held than usual, off by itself, never by chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.comments.attack import Counts, counts_of, is_attack, is_under_attack
from flask_newsblog.comments.attacks import blogs_under_attack
from flask_newsblog.comments.own_actions import delete_own
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState
from flask_newsblog.settings import Settings

from .conftest import OpenSite
from .readers import NOON, Site

HELD, PUBLISHED, REJECTED, SPAM, DELETED = CommentState
# So many in ten minutes, of five times the usual.
LEAST = Settings(attack_held_replies=10)


def fill(site: Site, count: int, at: datetime, state: CommentState = HELD) -> None:
    """So many comments at one moment."""
    row = {
        "blog": "news", "post_id": site.story.id, "state": state, "created_at": at,
        "body": "x", "body_html": "x",
    }  # fmt: skip
    with site.app.app_context():
        session().execute(sa.insert(Comment), [row] * count)
        session().commit()


def on(site: Site) -> bool:
    with site.app.app_context():
        return is_under_attack("news", LEAST, site.clock())


def test_so_many_held_in_ten_minutes_turn_it_on_and_time_turns_it_off(site: Site) -> None:
    fill(site, 9, NOON)
    assert not on(site)
    fill(site, 1, NOON, SPAM)
    assert on(site)
    site.clock.advance(minutes=9)
    assert on(site)
    # Half of it is spread over half an hour.
    site.clock.advance(minutes=2)
    assert not on(site)


def test_it_stays_on_while_moderators_turn_down_what_comes(site: Site) -> None:
    numbers = [site.plant(f"Number {n}", state=HELD) for n in range(10)]
    assert on(site)
    for number, state in zip(numbers, cycle([SPAM, REJECTED, DELETED]), strict=False):
        site.judge(number, state)
    assert on(site)
    # What is approved was no part of it.
    site.judge(numbers[0], PUBLISHED)
    assert not on(site)


def test_what_its_writer_deletes_is_no_attack(site: Site) -> None:
    for number in range(10):
        number = site.plant(f"Number {number}", state=HELD)
        with site.app.app_context():
            found = session().get(Comment, number)
            assert found is not None
            delete_own(Settings(), found, site.clock())
            session().commit()
    assert not on(site)


def test_it_lasts_while_half_as_many_come(site: Site) -> None:
    fill(site, 12, NOON)
    for minute in (11, 15, 19):
        fill(site, 1, NOON + timedelta(minutes=minute))
    site.clock.advance(minutes=20)
    assert on(site)  # 15 within half an hour, which is half the rate
    site.clock.advance(minutes=11)
    assert not on(site)


def test_half_as_many_do_not_turn_it_on(site: Site) -> None:
    for minute in range(0, 30, 2):
        fill(site, 1, NOON - timedelta(minutes=minute))
    assert not on(site)


def test_what_is_usual_is_no_attack(site: Site) -> None:
    for hour in range(1, 24):
        fill(site, 20, NOON - timedelta(hours=hour))
    fill(site, 14, NOON)
    assert not on(site)  # 460 in a day are 3.3 in ten minutes
    fill(site, 3, NOON)
    assert on(site)


def test_published_replies_are_no_attack_nor_another_blogs(site: Site) -> None:
    fill(site, 50, NOON, PUBLISHED)
    assert not on(site)
    fill(site, 50, NOON)
    with site.app.app_context():
        assert not is_under_attack("other", LEAST, NOON)


def test_it_is_never_on_where_it_is_turned_off(site: Site) -> None:
    fill(site, 500, NOON)
    with site.app.app_context():
        assert not is_under_attack("news", Settings(attack_held_replies=0), NOON)
        assert counts_of("news", LEAST, NOON) == Counts(500, 500, 500, 500)


def test_newcomers_are_held_meanwhile_and_those_who_are_known_are_not(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_HOLD_GUESTS=False, NEWSBLOG_ATTACK_HELD_REPLIES=10)
    site.send("Before.")
    fill(site, 10, NOON)
    site.send("Meanwhile.")
    site.send("Signed in.", client=site.client("Nora"))
    site.clock.advance(hours=1)
    site.send("After.")
    found = {c.body: c for c in site.stored() if c.body != "x"}
    assert {text: c.state for text, c in found.items()} == {
        "Before.": PUBLISHED, "Meanwhile.": HELD, "Signed in.": PUBLISHED, "After.": PUBLISHED,
    }  # fmt: skip
    assert set(site.reasons(found["Meanwhile."].id)) == {"newcomer_under_attack"}


def test_a_newcomer_who_waits_for_that_is_told_so(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_HOLD_GUESTS=False, NEWSBLOG_ATTACK_HELD_REPLIES=10)
    crowded = "Many comments are arriving just now"
    links = site.send("In calm, with https://one.example and https://two.example")
    assert crowded not in site.go(links.location).text
    fill(site, 10, NOON)
    assert crowded in site.go(site.send("Meanwhile.").location).text


def test_kept_pages_know_nothing_of_it(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_ATTACK_HELD_REPLIES=10, NEWSBLOG_PUBLIC_PAGES=True)
    calm = site.article()
    fill(site, 100, NOON)
    busy = site.article()
    assert (calm.data, calm.headers["ETag"]) == (busy.data, busy.headers["ETag"])


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_servers_count_the_same(server_site: Callable[[str], Site], kind: str) -> None:
    site = server_site(kind)
    now = NOON + timedelta(days=3)
    fill(site, 12, now)
    fill(site, 5, now - timedelta(minutes=15))
    fill(site, 4, now - timedelta(minutes=25), SPAM)
    fill(site, 7, now - timedelta(hours=5))
    with site.app.app_context():
        assert counts_of("news", LEAST, now) == Counts(12, 17, 21, 28)
        assert is_under_attack("news", LEAST, now)
        assert blogs_under_attack({"news": LEAST, "other": LEAST}, now) == {"news"}


def test_several_blogs_are_each_measured_by_their_own_settings(site: Site) -> None:
    fill(site, 12, NOON)
    for least, found in ((10, {"news"}), (12, {"news"}), (13, set()), (0, set())):
        for others in (0, 1, 1000):
            given = {
                "news": Settings(attack_held_replies=least),
                "other": Settings(attack_held_replies=others),
            }
            with site.app.app_context():
                assert blogs_under_attack(given, NOON) == found
    for hour in range(1, 24):
        fill(site, 20, NOON - timedelta(hours=hour))
    with site.app.app_context():  # 460 in a day are 3.3 in ten minutes
        assert blogs_under_attack({"news": LEAST, "other": LEAST}, NOON) == set()


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=4).map(sorted), st.integers(0, 100))
def test_few_are_never_an_attack(counts: list[int], least: int) -> None:
    found = Counts(*counts)
    if is_attack(found, least):
        assert least
        assert found.thirty >= max(least, 5 * found.usual)
