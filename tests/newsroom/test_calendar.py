"""The calendar of the desk, and plans: when it means to have a story."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, PendingUpdate, Post, PostState
from flask_newsblog.newsroom import calendar_work
from flask_newsblog.newsroom.desk_work import Kind
from flask_newsblog.people import Role

from ..hosts import (
    Host,
    change,
    counted_statements,
    plain,
    two_blogs,
    with_flask_babel,
    write_story,
)
from ..pages import elements, words_of
from .desks import hidden, send, sign_in

CALENDAR = "/news/newsroom/calendar/"
NOVEMBER = f"{CALENDAR}?month=2026-11"


def plan_of(post: Post) -> str:
    return f"/news/newsroom/posts/{post.id}/plan"


def planned(host: Host, post: Post) -> datetime | None:
    with host.app.app_context():
        return session().scalars(select(Post.planned_at).where(Post.id == post.id)).one()


def day(page: str, date: str) -> str:
    """What stands on a day."""
    cells = re.findall(r"<td.*?</td>", page, re.DOTALL)
    return words_of("<body" + next(cell for cell in cells if f'datetime="{date}"' in cell))


def plan(host: Host, title: str, at: datetime, **values: Any) -> Post:
    post = write_story(host.app, title, draft=True)
    with change(host.app, post) as stored:
        stored.planned_at = at
        for name, value in values.items():
            setattr(stored, name, value)
    return post


def test_a_month_has_what_is_planned_comes_out_came_and_changes(host: Host) -> None:
    now = datetime(2026, 11, 15, 12, tzinfo=UTC)
    host.app.extensions["newsblog"]["news"].now = lambda: now
    at = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)
    plan(host, "Planned story", at + timedelta(days=16))
    plan(host, "Forgotten story", at)
    write_story(host.app, "Old story", at=at, now=now)
    write_story(host.app, "New story", at=at + timedelta(days=20), now=now)
    out = write_story(host.app, "Story with an update", at=at, now=now)
    with host.app.app_context():
        session().add(
            PendingUpdate(post_id=out.id, blog="news", revision=2, due_at=at + timedelta(days=21))
        )
        session().commit()
    page = sign_in(host).get(NOVEMBER).text
    assert "Published Old story" in day(page, "2026-11-04")
    assert "Planned, late Forgotten story" in day(page, "2026-11-04")
    assert "Planned Planned story" in day(page, "2026-11-20")
    assert "Comes out New story" in day(page, "2026-11-24")
    assert "Update comes out Story with an update" in day(page, "2026-11-25")
    assert "Today" in day(page, "2026-11-15")
    assert "New story" not in sign_in(host).get(f"{CALENDAR}?month=2026-12").text


def test_a_plan_counts_no_longer_once_the_story_is_published(host: Host) -> None:
    at = datetime(2026, 11, 4, tzinfo=UTC)
    plan(host, "It is out", at, state=PostState.PUBLISHED, published_at=at - timedelta(days=2))
    page = sign_in(host).get(NOVEMBER).text
    assert page.count("It is out") == 1
    assert "It is out" in day(page, "2026-11-02")


def test_days_are_those_of_the_papers_time_zone(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Pacific/Auckland")
    plan(host, "Over there", datetime(2026, 11, 3, 12, tzinfo=UTC))
    page = sign_in(host).get(NOVEMBER).text
    assert "Over there" in day(page, "2026-11-04")
    assert "Pacific/Auckland" in page


def test_months_follow_each_other(open_hosts: Callable[..., Host]) -> None:
    editor = sign_in(open_hosts(plain))
    ways = {e.get("rel", ""): e["href"] for e in elements(editor.get(NOVEMBER).text, "a")}
    assert ways["prev"] == f"{CALENDAR}?month=2026-10"
    assert ways["next"] == f"{CALENDAR}?month=2026-12"
    january = elements(editor.get(f"{CALENDAR}?month=2027-01").text, "a")
    assert f"{CALENDAR}?month=2026-12" in [element["href"] for element in january]
    for month in ("1970-01", "2999-12"):
        assert editor.get(f"{CALENDAR}?month={month}").status_code == 200
    for month in (
        "2026-13",
        "2026-00",
        "1969-12",
        "3000-01",
        "2026-1",
        "x",
        "٢٠٢٦-١١",
        "2026-11\0",
    ):
        assert editor.get(CALENDAR, query_string={"month": month}).status_code == 404


@pytest.mark.parametrize(
    ("language", "first"), [("en-GB", "Mon"), ("en-US", "Sun"), ("de", "Mo"), ("ar-EG", "السبت")]
)
def test_a_week_begins_as_the_language_has_it(
    open_hosts: Callable[..., Host], language: str, first: str
) -> None:
    host = open_hosts(with_flask_babel, given={"language": language})
    page = sign_in(host).get(NOVEMBER).text
    heads = re.findall(r'<th scope="col" abbr="[^"]+">([^<]+)</th>', page)
    assert len(heads) == 7
    assert heads[0].startswith(first)


def test_only_this_blogs_stories_are_in_its_calendar(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    at = datetime(2026, 11, 4, tzinfo=UTC)
    write_story(host.app, "Of the other", blog="other", at=at, now=at)
    assert "Of the other" not in sign_in(host).get(NOVEMBER).text


def test_a_contributor_opens_only_what_is_theirs(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    at = datetime(2026, 11, 4, tzinfo=UTC)
    mine = plan(host, "Mine", at, person_id="sign-in:Cem", person_name="Cem")
    other = plan(host, "Another's", at)
    page = sign_in(host, "Cem", Role.CONTRIBUTOR).get(NOVEMBER).text
    links = [element["href"] for element in elements(page, "a")]
    assert f"/news/newsroom/posts/{mine.id}/" in links
    assert f"/news/newsroom/posts/{other.id}/" not in links
    assert "Another&#39;s" in page


def test_a_full_day_folds_what_is_too_much(host: Host) -> None:
    for number in range(8):
        plan(host, f"Story {number}", datetime(2026, 11, 4, number, tzinfo=UTC))
    assert "2 more" in day(sign_in(host).get(NOVEMBER).text, "2026-11-04")


def test_a_month_with_too_much_says_so(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        plan(host, f"Story {number}", datetime(2026, 11, 4, number, tzinfo=UTC))
    assert "its last days may not be complete" not in sign_in(host).get(NOVEMBER).text
    monkeypatch.setitem(calendar_work.EACH, Kind.PLANNED, 2)
    page = sign_in(host).get(NOVEMBER).text
    assert "its last days may not be complete" in page
    assert "Story 2" not in page


def test_the_calendar_costs_no_more_statements_for_more_stories(host: Host) -> None:
    editor = sign_in(host)
    costs = []
    for number in (1, 30):
        for n in range(number):
            plan(host, f"Story {n}", datetime(2026, 11, 1 + n % 30, tzinfo=UTC))
        with counted_statements(host.app) as sent:
            assert editor.get(NOVEMBER).status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 8


# Plans


def test_a_story_is_planned_for_a_day_and_time_of_the_paper(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Europe/Berlin")
    post = write_story(host.app, "Low tide", draft=True)
    editor = sign_in(host)
    answer = send(editor, plan_of(post), day="2026-11-04", time="16:30", do="save")
    assert answer.status_code == 303
    assert planned(host, post) == datetime(2026, 11, 4, 15, 30, tzinfo=UTC)
    page = editor.get(answer.location).text
    assert "Saved." in page
    assert 'value="2026-11-04"' in page
    assert 'value="16:30"' in page
    assert "Low tide" in day(editor.get(NOVEMBER).text, "2026-11-04")
    with host.app.app_context():
        entry = session().scalars(select(AuditEntry).filter_by(kind="post")).one()
        assert (entry.verb, entry.thing_id, entry.title) == ("plan", post.id, "Low tide")
        assert entry.detail == "2026-11-04T16:30:00+01:00"


def test_a_plan_is_taken_away_again(host: Host) -> None:
    post = plan(host, "Low tide", utcnow())
    editor = sign_in(host)
    answer = send(editor, plan_of(post), do="clear")
    assert answer.status_code == 303
    assert planned(host, post) is None
    assert "has no planned time now" in editor.get(answer.location).text


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("", "12:00"), ("tomorrow", "12:00"), ("2026-02-30", "12:00"), ("0001-01-01", "12:00"),
        ("9999-12-31", "23:59"), ("2026-11-04", "noon"), ("2026-11-04", "25:00"),
        ("2026-11-04", "12:00+99:00"), ("2026-11-04", "12:00+02:00"),
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_refused_and_stays_in_the_form(
    open_hosts: Callable[..., Host], date: str, time: str
) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, draft=True)
    answer = send(sign_in(host), plan_of(post), day=date, time=time, do="save")
    assert answer.status_code == 422
    assert "Choose a day and a time, such as 2027-01-31 and 16:30." in answer.text
    assert f'name="day" type="date" value="{date}"' in answer.text
    assert planned(host, post) is None


def test_an_hour_that_the_clocks_leave_out_is_the_one_after_it(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Europe/Berlin")
    post = write_story(host.app, draft=True)
    editor = sign_in(host)
    answer = send(editor, plan_of(post), day="2027-03-28", time="02:30", do="save")
    assert 'value="03:30"' in editor.get(answer.location).text


def test_without_a_time_a_story_is_planned_for_noon(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, draft=True)
    send(sign_in(host), plan_of(post), day="2026-11-04", time="", do="save")
    assert planned(host, post) == datetime(2026, 11, 4, 12, tzinfo=UTC)


def test_a_published_story_needs_no_plan(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    post = write_story(host.app)
    answer = send(sign_in(host), plan_of(post), day="2026-11-04", time="12:00", do="save")
    assert answer.status_code == 422
    assert "it needs no plan" in answer.text
    assert planned(host, post) is None


def test_a_wrong_token_plans_nothing_and_keeps_what_was_typed(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, draft=True)
    typed = {"day": "2026-11-04", "time": "16:30", "do": "save", "csrf_token": "made up"}
    answer = sign_in(host).post(plan_of(post), data=typed)
    assert answer.status_code == 400
    assert "nothing was done yet" in answer.text
    assert 'value="2026-11-04"' in answer.text
    assert planned(host, post) is None


def test_only_who_may_change_a_story_plans_it(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, draft=True)
    other = sign_in(host, "Cem", Role.CONTRIBUTOR)
    token = hidden(other.get("/news/newsroom/posts/new").text)["csrf_token"]
    typed = {"day": "2026-11-04", "do": "save", "csrf_token": token}
    assert other.get(plan_of(post)).status_code == 403
    assert other.post(plan_of(post), data=typed).status_code == 403
    with change(host.app, post) as stored:
        stored.person_id = "sign-in:Cem"
    assert other.post(plan_of(post), data=typed).status_code == 303


def test_a_plan_that_is_sent_twice_is_one_plan(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, draft=True)
    editor = sign_in(host)
    fields = hidden(editor.get(plan_of(post)).text) | {"day": "2026-11-04", "do": "save"}
    for _ in range(2):
        assert editor.post(plan_of(post), data=fields).status_code == 303
    assert planned(host, post) == datetime(2026, 11, 4, 12, tzinfo=UTC)
