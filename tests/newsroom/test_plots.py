"""Numbers by day as bars, and what is counted for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Comment
from flask_newsblog.newsroom import desk_numbers
from flask_newsblog.newsroom.plots import HEIGHT, LOWEST, plot

from ..hosts import Host, plain, write_story
from .desks import sign_in

DESK = "/news/newsroom/"
DAYS = [date(2026, 3, day) for day in range(1, 5)]


def test_the_highest_bar_has_the_whole_height_and_nothing_has_none() -> None:
    drawn = plot("stories", "Stories", DAYS, [0, 1, 500, 250])
    assert [bar.height for bar in drawn.bars] == [0, LOWEST, HEIGHT, HEIGHT // 2]
    assert [bar.y + bar.height for bar in drawn.bars] == [HEIGHT] * 4
    assert (drawn.total, drawn.most) == (751, 500)


def test_bars_stand_beside_each_other_within_the_drawing() -> None:
    drawn = plot("stories", "Stories", DAYS, [3, 3, 3, 3])
    ends = [(bar.x, bar.x + bar.width) for bar in drawn.bars]
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    assert ends[0][0] >= 0
    assert ends[-1][1] <= drawn.width


def test_a_plot_of_nothing_is_empty() -> None:
    assert [bar.height for bar in plot("stories", "Stories", DAYS, [0] * 4).bars] == [0] * 4
    assert plot("stories", "Stories", [], []).most == 0


def test_stories_and_comments_are_counted_by_the_day_they_came(host: Host) -> None:
    now = datetime(2026, 3, 4, 18, tzinfo=UTC)
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 5)]
    for at in (
        days[0] - timedelta(seconds=1), days[0], days[1], days[2] - timedelta(seconds=1), now,
        now + timedelta(hours=1),
    ):  # fmt: skip
        post = write_story(host.app, at=at, now=now)
    write_story(host.app, draft=True, now=now)
    with host.app.app_context():
        for state, day in (
            ("published", 0), ("held", 0), ("held", 3), ("rejected", 3), ("spam", 3),
            ("deleted", 3),
        ):  # fmt: skip
            session().add(
                Comment(
                    blog="news", post_id=post.id, state=state, body="Hm.", body_html="Hm.",
                    created_at=days[day] + timedelta(hours=9),
                )
            )  # fmt: skip
        session().commit()
        found = desk_numbers.count("news", (), now, days)
        other = desk_numbers.count("other", (), now, days)
    assert found.stories == (1, 2, 0, 1)
    assert found.comments == (2, 0, 0, 2)
    assert found.waiting == (1, 0, 0, 1)
    assert found.states["scheduled"] == 1
    assert found.states["draft"] == 1
    assert other.stories == other.comments == (0,) * 4


def test_a_day_is_one_of_the_papers_time_zone(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(
        plain, NEWSBLOG_TIME_ZONE="Pacific/Auckland", NEWSBLOG_DATE_FORMAT="yyyy-MM-dd"
    )
    noon = datetime(2026, 3, 4, 11, 30, tzinfo=UTC)  # half past midnight of the 5th there
    host.app.extensions["newsblog"]["news"].now = lambda: noon
    write_story(host.app, at=noon - timedelta(minutes=20), now=noon)
    write_story(host.app, at=noon - timedelta(minutes=40), now=noon)
    page = sign_in(host).get(DESK).text
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', page)[:14]
    assert rows[-2:] == [("2026-03-04", "1"), ("2026-03-05", "1")]
    assert rows[0] == ("2026-02-20", "0")


def test_a_plot_is_there_for_those_who_cannot_see_it(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    write_story(host.app, at=utcnow() - timedelta(seconds=1))
    page = sign_in(host).get(DESK).text
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 3
    for drawing in drawings:
        svg = ElementTree.fromstring(drawing)
        assert svg.get("role") == "img"
        described = svg.find("desc")
        assert svg.get("aria-describedby") == described.get("id")
        assert described.text
        assert svg.find("title").text
        assert not [e for e in svg.iter() if e.get("style")]
    assert page.count("<caption>") == 3
    assert "On the busiest day it was 1." in page
