"""What the desk has chosen stands on the front page for its time, to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import FrontSlot, Post
from flask_newsblog.posts import actions, slots
from flask_newsblog.posts.front import PLACES, load_front
from flask_newsblog.posts.queries import load_frame

from ..hosts import Clock, Host, change, counted_statements, plain, write_story
from .conftest import NOON

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def clock_of_may() -> Clock:
    return Clock(NOON)


@pytest.fixture
def may(open_hosts: Callable[..., Host], uri: str, clock_of_may: Clock) -> Host:
    """A blog at noon of a day in May with ten stories, on each database."""
    host = open_hosts(plain, uri, given={"clock": clock_of_may})
    write_stories(host)
    return host


def write_stories(host: Host, count: int = 10) -> list[Post]:
    return [
        write_story(
            host.app, f"Story {number}", at=NOON - timedelta(hours=number), now=NOON,
            section=("Town",) if number % 2 else ("Sea",),
        )
        for number in range(count)
    ]  # fmt: skip


@contextmanager
def desk(host: Host) -> Iterator[None]:
    with host.app.app_context():
        yield
        session().commit()


def number_of(title: str) -> int:
    return session().scalars(select(Post.id).where(Post.title == title)).one()


def put(
    host: Host,
    title: str,
    place: int,
    start: datetime | None = None,
    end: datetime | None = None,
    now: datetime = NOON,
) -> int:
    with desk(host):
        return slots.put("news", number_of(title), place, now, start, end).id


def top(host: Host, now: datetime = NOON) -> list[str]:
    with host.app.app_context():
        return [shown.card.title for shown in load_front("news", now, PLACES).top]


def numbers(titles: list[str]) -> list[int]:
    return [int(title.split()[1]) for title in titles]


def test_without_a_choice_the_newest_stand_on_top(may: Host) -> None:
    assert numbers(top(may)) == [0, 1, 2, 3]


def test_a_chosen_story_has_its_place_and_the_newest_the_others(may: Host) -> None:
    put(may, "Story 7", 0)
    put(may, "Story 2", 2)
    assert numbers(top(may)) == [7, 0, 2, 1]


def test_a_story_comes_and_goes_on_the_second(may: Host) -> None:
    start, end = NOON + HOUR, NOON + 3 * HOUR
    put(may, "Story 7", 0, start, end)
    for moment, lead in ((start - SECOND, 0), (start, 7), (end - SECOND, 7), (end, 0)):
        assert numbers(top(may, moment))[0] == lead, moment


def test_the_clock_of_the_blog_knows_of_each_turn(may: Host) -> None:
    start, end = NOON + HOUR, NOON + 3 * HOUR
    put(may, "Story 7", 0, start, end)
    with may.app.app_context():
        for moment, last, following in (
            (start - SECOND, None, start),
            (start, start, end),
            (end - SECOND, start, end),
            (end, end, None),
        ):
            frame = load_frame("news", moment)
            assert frame.next_change == following, moment
            if last is not None:
                assert frame.last_change is not None
                assert frame.last_change >= last, moment


def test_shared_caches_keep_no_page_over_a_turn(open_hosts: Callable[..., Host]) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, given={"clock": clock, "public_pages": True, "page_cache_seconds": 60})
    write_stories(host)
    put(host, "Story 7", 0, NOON + timedelta(seconds=20), NOON + timedelta(seconds=50))
    for seconds, lead, age in ((0, 0, 20), (19, 0, 1), (20, 7, 30), (49, 7, 1), (50, 0, 60)):
        clock.moment = NOON + timedelta(seconds=seconds)
        answer = host.get()
        assert answer.headers["Cache-Control"] == f"public, max-age={age}"
        assert answer.text.index(f"Story {lead}") < answer.text.index(f"Story {7 - lead}")


def test_a_story_chosen_for_a_while_gives_the_place_back(may: Host) -> None:
    put(may, "Story 7", 0)
    put(may, "Story 8", 0, NOON, NOON + HOUR, now=NOON + SECOND)
    assert numbers(top(may, NOON + SECOND))[0] == 8
    assert numbers(top(may, NOON + HOUR))[0] == 7


def test_no_story_stands_on_the_page_twice(may: Host) -> None:
    put(may, "Story 7", 2)
    put(may, "Story 7", 0, NOON + HOUR, NOON + 2 * HOUR)
    assert numbers(top(may)) == [0, 1, 7, 2]
    assert numbers(top(may, NOON + HOUR)) == [7, 0, 1, 2]
    page = may.get().text
    for number in range(10):
        assert page.count(f">Story {number}</a>") == 1, number


@pytest.mark.parametrize("chosen", [(), (7,), (1,), (6, 7, 8, 9), (0, 2)])
def test_every_story_stands_on_the_page_once(may: Host, chosen: tuple[int, ...]) -> None:
    for place, number in enumerate(chosen):
        put(may, f"Story {number}", place)
    page = may.get().text
    for number in range(10):
        assert page.count(f">Story {number}</a>") == 1, number


def test_a_story_that_readers_cannot_see_is_not_there(may: Host) -> None:
    write_story(may.app, "Story 99", at=NOON + HOUR, now=NOON)
    gone = write_story(may.app, "Story 98", at=NOON - 20 * HOUR, now=NOON)
    put(may, "Story 98", 2)
    put(may, "Story 99", 0)
    put(may, "Story 7", 1)
    assert numbers(top(may)) == [0, 7, 98, 1]
    assert numbers(top(may, NOON + HOUR)) == [99, 7, 98, 0]
    with change(may.app, gone) as stored:
        actions.withdraw(stored, NOON)
    assert numbers(top(may)) == [0, 7, 1, 2]


def test_one_that_is_moved_changes_places_with_its_neighbour(may: Host) -> None:
    put(may, "Story 7", 0)
    put(may, "Story 8", 1)
    with desk(may):
        slots.move("news", number_of("Story 8"), 1, 0, NOON + SECOND)
    assert numbers(top(may, NOON + SECOND)) == [8, 7, 0, 1]


def test_a_new_story_that_is_moved_is_chosen_by_that(may: Host) -> None:
    put(may, "Story 7", 0)
    with desk(may):
        slots.move("news", number_of("Story 1"), 2, 0, NOON + SECOND)
    assert numbers(top(may, NOON + SECOND)) == [1, 7, 0, 2]
    write_story(may.app, "Story 50", at=NOON + HOUR, now=NOON + HOUR)
    assert numbers(top(may, NOON + HOUR)) == [1, 7, 50, 0]


def test_of_two_who_move_at_once_the_second_is_told(may: Host) -> None:
    put(may, "Story 7", 0)
    with desk(may):
        number = number_of("Story 7")
        slots.move("news", number, 0, 1, NOON + SECOND)
        with pytest.raises(slots.Elsewhere):
            slots.move("news", number, 0, 1, NOON + SECOND)


def test_one_that_was_taken_off_can_be_put_back(may: Host) -> None:
    slot = put(may, "Story 7", 0)
    with desk(may):
        slots.take_off(session().get_one(FrontSlot, slot), NOON + SECOND)
    assert numbers(top(may, NOON + SECOND))[0] == 0
    with desk(may):
        slots.put_back(session().get_one(FrontSlot, slot), NOON + 2 * SECOND, None)
    assert numbers(top(may, NOON + 2 * SECOND))[0] == 7


def test_an_end_before_the_start_is_refused(may: Host) -> None:
    with pytest.raises(slots.EndsTooEarly):
        put(may, "Story 7", 0, NOON + HOUR, NOON + HOUR)
    slot = put(may, "Story 7", 0)
    with may.app.app_context(), pytest.raises(slots.EndsTooEarly):
        slots.retime(session().get_one(FrontSlot, slot), NOON, None, NOON - SECOND)


def test_what_is_over_is_forgotten_after_a_week(may: Host) -> None:
    put(may, "Story 7", 0, NOON, NOON + HOUR)
    for number in range(20):
        put(may, f"Story {number % 10}", number % PLACES, now=NOON + timedelta(days=1))
    with may.app.app_context():
        in_force = [slot for slot in session().scalars(select(FrontSlot)) if slot.ends_at is None]
        assert len(in_force) <= PLACES
        slots.tidy("news", NOON + timedelta(days=9))
        session().commit()
        assert len(session().scalars(select(FrontSlot)).all()) == len(in_force)


def test_another_blogs_choice_is_its_own(noon: Host) -> None:
    write_story(noon.app, "Here", at=NOON, now=NOON)
    write_story(noon.app, "There", at=NOON, now=NOON, blog="sports")
    with desk(noon):
        slots.put("sports", number_of("There"), 0, NOON, None, None)
    assert top(noon) == ["Here"]


def test_a_page_with_choices_costs_four_statements(may: Host) -> None:
    for place, number in enumerate((7, 3, 9)):
        put(may, f"Story {number}", place)
    may.get()
    with counted_statements(may.app) as sent:
        assert may.get().status_code == 200
    assert len(sent) <= 4
