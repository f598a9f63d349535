"""What is known of a reply before it is stored: floods, repeats, trust, all in one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from flask_newsblog.comments import actions
from flask_newsblog.comments.actions import Reply, TooSoon
from flask_newsblog.comments.checks import CHECKS, judge
from flask_newsblog.comments.drafts import draft_again
from flask_newsblog.comments.known import Known, look_up, seconds_to_wait
from flask_newsblog.comments.writers import Writer, words_digest
from flask_newsblog.database import session
from flask_newsblog.models import Base, Comment, CommentState, Proof, Rule
from flask_newsblog.settings import Settings
from flask_newsblog.text.markdown import render_comment

from ..hosts import counted_statements, two_blogs, write_story
from .conftest import OpenSite
from .readers import NOON, SAID, SAME, Site, kept
from .test_concurrency import at_once, like_the_example

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
AGAIN = "Buy these very good pills at our very good shop."


def writer(**known: Any) -> Writer:
    usual: dict[str, Any] = {
        "name": "Mira Vale", "email": "mira@example.org", "website": "", "person_id": None,
        "badge": "", "address_digest": None, "network": None, "agent": "",
    }  # fmt: skip
    return Writer(**{**usual, **known})


def known_of(site: Site, text: str = SAID, who: Writer | None = None, **more: Any) -> Known:
    with site.app.app_context():
        return look_up("news", Settings(), who or writer(), text, site.clock(), **more)


# Floods


def flood(site: Site, count: int, address: Callable[[int], str], **sent: Any) -> list[int]:
    return [
        site.send(f"Number {n} of many.", address=address(n), **sent).status_code
        for n in range(count)
    ]


def test_a_household_sends_so_many_in_ten_minutes_and_no_more(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=3)
    assert flood(site, 5, lambda n: "203.0.113.9") == [303, 303, 303, 429, 429]
    assert len(site.stored()) == 3


def test_all_addresses_of_one_64_are_one_household(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=3)
    assert flood(site, 5, lambda n: f"2001:db8:1:2:{n}::{n}") == [303, 303, 303, 429, 429]
    assert flood(site, 2, lambda n: f"2001:db8:1:3:{n}::{n}", author="Neighbour") == [303, 303]


def test_one_person_is_counted_wherever_they_write_from(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=3)
    nora = site.client("Nora")
    assert flood(site, 4, lambda n: f"203.0.113.{n}", client=nora) == [303, 303, 303, 429]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"])
def test_a_spoofed_header_hides_no_flood(open_site: OpenSite, header: str) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=2)
    answers = [
        site.send(f"Number {n}", headers={**SAME, header: f"198.51.100.{n}"}).status_code
        for n in range(4)
    ]
    assert answers == [303, 303, 429, 429]


def test_the_refusal_says_when_to_come_back_and_that_is_true(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=2)
    site.send("One, at noon.")
    site.clock.advance(minutes=4)
    site.send("Two, at four past.")
    site.clock.advance(minutes=1)
    answer = site.send("Three, at five past.")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert "You are posting comments too quickly. Slow down." in answer.text
    assert "Three, at five past." in kept(answer.text)
    site.clock.advance(seconds=299)
    assert site.send("Three.").headers["Retry-After"] == "1"
    site.clock.advance(seconds=1)
    assert site.send("Three.").status_code == 303
    assert site.send("Four.").headers["Retry-After"] == "240"


def test_the_longer_of_two_waits_counts(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=1, NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    site.send("One.")
    assert site.send("Two.").headers["Retry-After"] == "600"
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=2, NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    site.send("One.")
    assert site.send("Two.").headers["Retry-After"] == "15"


def test_nobody_waits_where_no_limit_is_set(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES_PER_TEN_MINUTES=0)
    assert set(flood(site, 30, lambda n: "203.0.113.9")) == {303}


def test_two_at_the_same_moment_do_not_both_get_through(
    open_site: OpenSite, tmp_path: Path
) -> None:
    uri = f"sqlite:///{tmp_path}/blog.sqlite"
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    engine.dispose()
    site = open_site(like_the_example, uri, NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    jobs = [lambda n=n: site.send(f"Number {n}", client=site.client()) for n in range(8)]
    assert sorted(a.status_code for a in at_once(jobs)) == [303] + [429] * 7
    assert len(site.stored()) == 1


def test_what_was_stored_since_it_was_looked_counts_too(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    site.send()
    (stored,) = site.stored()
    with site.app.app_context():
        late = Reply(
            blog="news", post_id=site.story.id, parent=None, text="At the same moment.",
            writer=writer(address_digest=stored.address_digest), verdicts=[],
            html=render_comment("At the same moment."),
        )  # fmt: skip
        with pytest.raises(TooSoon) as refused:
            actions.post_comment(late, site.clock(), Settings())
        assert refused.value.seconds == 15
        assert actions.post_comment(late, site.clock()).id


def test_seconds_to_wait_are_counted_from_the_last_reply(site: Site) -> None:
    number = site.plant()
    with site.app.app_context():
        comment = session().get(Comment, number)
        assert comment is not None
        who, pause = writer(person_id=comment.person_id), Settings(reply_pause_seconds=15)
        now = site.clock()
        assert seconds_to_wait(who, pause, now) == 15
        assert seconds_to_wait(who, pause, now + timedelta(seconds=14.5)) == 1
        assert seconds_to_wait(who, pause, now + timedelta(seconds=15)) == 0
        assert seconds_to_wait(who, Settings(reply_pause_seconds=0), now) == 0
        assert seconds_to_wait(writer(), pause, now) == 0


# Repeats


def test_what_was_said_twice_before_waits_whoever_says_it(lively: Site) -> None:
    said = [AGAIN, AGAIN.title(), f"  {AGAIN.replace(' ', chr(10))} "]
    for number, text in enumerate(said):
        lively.send(text, author=f"Writer {number}", address=f"198.51.100.{number}")
    states = [c.state for c in lively.stored()]
    assert states == [PUBLISHED, PUBLISHED, HELD]
    reasons = lively.reasons(lively.stored()[2].id)
    assert reasons["was_said_before"] == "was said 2 times before in the same words"


def test_one_who_says_it_under_several_stories_repeats_it_too(lively: Site) -> None:
    others = [write_story(lively.app, f"Another {n}", now=NOON) for n in range(2)]
    for story in (lively.story, *others):
        lively.send(AGAIN, story=story)
    assert [c.state for c in lively.stored()] == [PUBLISHED, PUBLISHED, HELD]


def test_short_words_are_said_by_many(lively: Site) -> None:
    for number in range(4):
        lively.send("Thank you so much!", author=f"Writer {number}")
    assert {c.state for c in lively.stored()} == {PUBLISHED}
    assert words_digest("Thank you so much!") is None
    assert words_digest("x" * 20) == words_digest(" X" + "x" * 19 + "\n")


def test_repeats_are_forgotten_after_a_month_and_are_a_blogs_own(open_site: OpenSite) -> None:
    site = open_site(two_blogs)
    for number in range(3):
        site.plant(AGAIN, name=f"Writer {number}")
    assert known_of(site, AGAIN).repeats == 3
    assert known_of(site, AGAIN, besides=1).repeats == 2
    with site.app.app_context():
        assert look_up("other", Settings(), writer(), AGAIN, NOON).repeats == 0
    site.clock.advance(days=30)
    assert known_of(site, AGAIN).repeats == 0


def test_a_thousand_repeats_are_counted_as_ten(site: Site) -> None:
    for _ in range(12):
        site.plant(AGAIN)
    assert known_of(site, AGAIN).repeats == 10


# Once more, after a change


def test_a_changed_comment_is_judged_again_but_not_for_how_it_came(site: Site) -> None:
    with site.app.app_context():
        session().add(Rule(blog="news", kind="word", value="casino", outcome="hold"))
        session().commit()
    site.send(AGAIN, client=site.client("Nora"))
    with site.app.app_context():
        (comment,) = session().scalars(sa.select(Comment))
        draft = draft_again(Settings(), comment, f"{AGAIN} [Casino](https://a.example)", NOON)
        assert (draft.proven, draft.proof, draft.repeats) == (True, Proof.PERSON, 0)
        assert [name for name, _ in judge(draft, CHECKS)] == ["has_a_listed_word"]
        assert judge(draft_again(Settings(), comment, comment.body, NOON), CHECKS) == []


# What it costs


def test_all_of_it_is_one_statement_that_reads_indexes(site: Site) -> None:
    site.plant()
    with site.app.app_context():
        engine = session().get_bind(Comment).engine
        plans: list[str] = []

        def explain(connection: Any, cursor: Any, statement: str, values: Any, *m: Any) -> None:
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plans.extend(str(row[-1]) for row in rows)

        with counted_statements(site.app) as sent:
            sa.event.listen(engine, "before_cursor_execute", explain)
            look_up("news", Settings(), writer(address_digest="d", person_id="p"), SAID, NOON)
            sa.event.remove(engine, "before_cursor_execute", explain)
    assert len(sent) == 1
    assert plans
    assert not [step for step in plans if "SCAN newsblog_comment" in step], plans


def test_a_reply_costs_twelve_statements_at_most_whatever_is_known(site: Site) -> None:
    with site.app.app_context():
        session().add(Rule(blog="news", kind="word", value="casino", outcome="hold"))
        session().commit()
    parent = site.plant()
    site.send("The casino, before the rules are known.")
    with counted_statements(site.app) as sent:
        answer = site.send(
            "The casino once more.", parent=str(parent), client=site.client("Nora"), url=""
        )
        assert answer.status_code == 303
    assert len(sent) <= 12, "\n".join(s[:110].replace("\n", " ") for s in sent)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_servers_know_the_same(server_site: Callable[[str], Site], kind: str) -> None:
    site = server_site(kind)
    moment: datetime = site.clock()
    site.plant(AGAIN)
    with site.app.app_context():
        session().add(Rule(blog="news", kind="word", value="casino", outcome="hold"))
        session().commit()
        known = look_up("news", Settings(), writer(), AGAIN, moment)
    assert (known.repeats, known.wait, known.attack) == (1, 0, False)
    assert known.rules.number == 1
    assert site.send("The casino.").status_code == 303
    assert site.stored()[-1].state == HELD
