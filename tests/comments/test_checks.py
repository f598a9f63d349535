"""What holds a reply is stored with its reason, and moderators read it."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from flask_newsblog.comments.checks import CHECKS, Draft, Outcome, Verdict, judge
from flask_newsblog.comments.origin import Origin
from flask_newsblog.models import Comment, CommentState
from flask_newsblog.signals import comment_approved, comment_posted

from ..hosts import two_blogs
from .conftest import OpenSite
from .readers import SAID, Site, shown


def draft(text: str = SAID, **known: Any) -> Draft:
    """A reply that nothing is wrong with, but for what is said."""
    usual: dict[str, Any] = {
        "html": f"<p>{text}</p>", "name": "Mira Vale", "email": "mira@example.org",
        "website": "", "proven": True, "origin": Origin.SAME,
    }  # fmt: skip
    return Draft(text=text, **{**usual, **known})


def links(count: int) -> str:
    return "".join(f'<a href="https://{n}.example">x</a> ' for n in range(count))


@pytest.mark.parametrize(
    ("given", "check", "reason"),
    [
        ({"proven": False}, "first_time_without_proof", "somebody who is not signed in"),
        ({"html": links(2)}, "too_many_links", "has 2 links"),
        ({"html": links(9)}, "too_many_links", "has 9 links"),
        ({"html": links(1), "hold_links": 1}, "too_many_links", "has 1 link"),
        ({"honeypot": "x"}, "honeypot_was_filled", "a field that people do not see"),
        ({"writing_time": timedelta(seconds=2)}, "took_no_time", "under three seconds"),
        ({"writing_time": timedelta(0)}, "took_no_time", "under three seconds"),
        (
            {"origin": Origin.UNKNOWN, "proven": False, "hold_guests": False},
            "came_from_nowhere",
            "without saying from which page",
        ),
        ({"text": "THIS IS ALL SHOUTED AT YOU!"}, "shouts", "all in capitals"),
        ({"text": "ЭТО ВСЁ НАПИСАНО ПРОПИСНЫМИ"}, "shouts", "all in capitals"),
        ({"name": "https://pills.example"}, "name_is_an_address", "a web address for a name"),
        ({"name": "WWW.pills.example"}, "name_is_an_address", "a web address for a name"),
    ],
)
def test_each_check_holds_what_it_is_for_and_says_why(
    given: dict[str, Any], check: str, reason: str
) -> None:
    ((name, verdict),) = judge(draft(**given), CHECKS)
    assert (name, verdict.outcome) == (check, Outcome.HOLD)
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"html": links(1)},
        {"html": links(5), "hold_links": 6},
        {"writing_time": timedelta(seconds=3)},
        {"proven": False, "hold_guests": False},
        {"text": "OK, NO SHOUT!"},
        {"text": "这是一条没有大小写之分的评论，所以谈不上大声喊叫。"},
        {"text": "THIS IS ALL SHOUTED AT YOU, nearly"},
        {"name": "Wwwalter"},
        {"name": "McAllister.example"},
    ],
)
def test_the_checks_hold_nothing_else(given: dict[str, Any]) -> None:
    assert judge(draft(**given), CHECKS) == []


def test_the_sternest_verdict_counts() -> None:
    def mild(draft: Draft) -> Verdict:
        return Verdict(Outcome.PUBLISH, "known to us")

    def stern(draft: Draft) -> Verdict:
        return Verdict(Outcome.REFUSE, "never")

    found = judge(draft(proven=False), (mild, *CHECKS, stern))
    assert [name for name, _ in found] == ["stern", "first_time_without_proof", "mild"]


def test_every_reason_is_stored_and_listed(site: Site) -> None:
    text = "See https://a.example and https://b.example."
    site.send(text, headers={}, subject="filled", took=site.began(0.9), author="www.pills.example")
    (comment,) = site.stored()
    assert comment.state == CommentState.HELD
    assert set(site.reasons(comment.id)) == {
        "first_time_without_proof", "too_many_links", "honeypot_was_filled", "took_no_time",
        "came_from_nowhere", "name_is_an_address",
    }  # fmt: skip
    listed = site.host.run("comments", "list").output
    assert listed.startswith(f"{comment.id}  2026-05-04 12:00 UTC  www.pills.example  «")
    assert text in listed
    for reason in site.reasons(comment.id).values():
        assert f"hold: {reason}" in listed


def test_somebody_signed_in_is_published_at_once(site: Site) -> None:
    site.send(client=site.client("Nora"))
    assert [c.state for c in site.stored()] == [CommentState.PUBLISHED]


def test_typing_the_name_and_address_of_somebody_known_earns_no_trust(site: Site) -> None:
    site.send("Mine.", client=site.client("Edith"))
    site.send("Not mine.", author="Edith", email="edith@host.example")
    assert [(c.state, c.badge) for c in site.stored()] == [
        (CommentState.PUBLISHED, "staff"), (CommentState.HELD, ""),
    ]  # fmt: skip


def test_somebody_signed_in_is_held_by_the_other_checks(site: Site) -> None:
    site.send("https://a.example https://b.example", client=site.client("Nora"))
    (comment,) = site.stored()
    assert comment.state == CommentState.HELD
    assert set(site.reasons(comment.id)) == {"too_many_links"}


@pytest.mark.parametrize("took", ["", "x", "-5", "1.5", "9" * 9, "\u0661\u0661", "\0", "1e3"])
def test_a_strange_writing_time_says_nothing(lively: Site, took: str) -> None:
    lively.send(took=took)
    assert [c.state for c in lively.stored()] == [CommentState.PUBLISHED]


# The host's own


class Classifier:
    """A check with a state of its own."""

    def __init__(self, banned: str) -> None:
        self.banned = banned

    def __call__(self, draft: Draft) -> Verdict | None:
        if self.banned in draft.text:
            return Verdict(Outcome.HOLD, f"speaks of {self.banned}")
        return None


def too_short(least: int, draft: Draft) -> Verdict | None:
    return Verdict(Outcome.HOLD, "x" * 999) if len(draft.text) < least else None


def test_a_hosts_own_checks_may_be_anything_that_can_be_called(open_site: OpenSite) -> None:
    checks = [Classifier("ferry"), partial(too_short, 100)]
    site = open_site(given={"comment_checks": checks}, NEWSBLOG_HOLD_GUESTS=False)
    site.send()
    (comment,) = site.stored()
    assert site.reasons(comment.id) == {"Classifier": "speaks of ferry", "partial": "x" * 500}


def test_a_check_that_fails_holds_the_reply_and_loses_nothing(
    open_site: OpenSite, caplog: pytest.LogCaptureFixture
) -> None:
    def classifier(draft: Draft) -> Verdict | None:
        raise ConnectionError("the classifier is down")

    site = open_site(given={"comment_checks": [classifier]}, NEWSBLOG_HOLD_GUESTS=False)
    with caplog.at_level(logging.ERROR):
        assert site.send().status_code == 303
    (comment,) = site.stored()
    assert comment.state == CommentState.HELD
    assert list(site.reasons(comment.id)) == ["classifier"]
    assert "the classifier is down" in caplog.text


def test_a_check_that_asks_a_database_of_its_own_which_is_gone_holds_the_reply(
    open_site: OpenSite,
) -> None:
    def look_up(draft: Draft) -> Verdict | None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    site = open_site(given={"comment_checks": [look_up]}, NEWSBLOG_HOLD_GUESTS=False)
    assert site.send().status_code == 303
    (comment,) = site.stored()
    assert (comment.state, comment.body) == (CommentState.HELD, SAID)


# By command


def test_a_long_list_is_read_page_by_page(site: Site) -> None:
    numbers = [site.plant(f"Number {n}.", state=CommentState.HELD) for n in range(5)]
    first = site.host.run("comments", "list", "--limit", "2").output
    assert [f"Number {n}." for n in (4, 3)] == re.findall(r"Number \d\.", first)
    assert "12:00 UTC" in first
    rest = site.host.run("comments", "list", "--before", str(numbers[3])).output
    assert [f"Number {n}." for n in (2, 1, 0)] == re.findall(r"Number \d\.", rest)


def test_a_verdict_to_publish_is_not_called_a_hold(open_site: OpenSite) -> None:
    def known(draft: Draft) -> Verdict | None:
        return Verdict(Outcome.PUBLISH, "known to us")

    site = open_site(given={"comment_checks": [known]}, NEWSBLOG_HOLD_GUESTS=False)
    site.send()
    listed = site.host.run("comments", "list", "--state", "published").output
    assert "publish: known to us" in listed
    assert "hold" not in listed


def test_a_held_reply_is_approved_by_command(site: Site) -> None:
    site.send()
    (comment,) = site.stored()
    heard: list[tuple[str, int, str]] = []

    def listen(sender: Any, blog: str, comment: Comment) -> None:
        heard.append((blog, comment.id, comment.state))

    with comment_approved.connected_to(listen, site.app):
        done = site.host.run("comments", "approve", str(comment.id))
        assert done.exit_code == 0
        assert done.output.splitlines()[0] == f"{comment.id} is published."
        again = site.host.run("comments", "approve", str(comment.id))
        assert again.output == f"{comment.id} is already published.\n"
        assert site.host.run("comments", "reject", str(comment.id)).exit_code == 0
    assert heard == [("news", comment.id, CommentState.PUBLISHED)]
    assert site.counters() == (0, 0)


@pytest.mark.parametrize(
    ("verb", "done", "state"),
    [
        ("approve", "published", CommentState.PUBLISHED),
        ("reject", "rejected", CommentState.REJECTED),
        ("spam", "spam", CommentState.SPAM),
    ],
)
def test_each_command_does_what_it_says_to_all_it_names(
    site: Site, verb: str, done: str, state: CommentState
) -> None:
    other = site.plant("Left alone.", state=CommentState.HELD)
    numbers = [str(site.plant(f"{n}", state=CommentState.HELD)) for n in range(3)]
    result = site.host.run("comments", verb, *numbers, numbers[0])
    *said, undo = result.output.splitlines()
    assert said == [f"{n} is {done}." for n in numbers]
    assert undo.startswith("To take this back: flask newsblog comments undo ")
    states = {str(c.id): c.state for c in site.stored()}
    assert {states[n] for n in numbers} == {state}
    assert states[str(other)] == CommentState.HELD
    assert site.counters() == site.recount()
    listed = site.host.run("comments", "list", "--state", state.value).output
    assert all(f"{n}  2026" in listed for n in numbers)


@pytest.mark.parametrize("verb", ["approve", "reject", "spam"])
def test_one_wrong_number_and_nothing_is_changed(site: Site, verb: str) -> None:
    number = site.plant(state=CommentState.HELD)
    result = site.host.run("comments", verb, str(number), "999999")
    assert result.exit_code == 1
    assert "There is no reply 999999 in this blog; nothing was changed." in result.output
    assert [c.state for c in site.stored()] == [CommentState.HELD]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 19, "9" * 99, ""])
def test_what_is_no_number_is_refused_at_once(site: Site, number: str) -> None:
    result = site.host.run("comments", "approve", "--", number)
    assert result.exit_code == 2


def test_no_number_at_all_is_refused_at_once(site: Site) -> None:
    assert site.host.run("comments", "approve").exit_code == 2


def test_a_reply_of_another_blog_is_not_this_ones_to_judge(open_site: OpenSite) -> None:
    site = open_site(two_blogs)
    number = site.plant(state=CommentState.HELD)
    result = site.host.run("comments", "approve", "--blog", "other", str(number))
    assert result.exit_code == 1
    assert [c.state for c in site.stored()] == [CommentState.HELD]
    assert site.host.run("comments", "list", "--blog", "other").output == "No replies are held.\n"
    assert site.host.run("comments", "approve", str(number)).exit_code == 2
    assert site.host.run("comments", "approve", "--blog", "news", str(number)).exit_code == 0


def test_a_list_is_as_long_as_asked_and_newest_first(site: Site) -> None:
    numbers = [site.plant(f"{n}", state=CommentState.HELD) for n in range(3)]
    listed = site.host.run("comments", "list", "--limit", "2").output
    lines = [line for line in listed.splitlines() if not line.startswith(" ")]
    assert [int(line.split()[0]) for line in lines] == numbers[:0:-1]


def test_what_readers_typed_cannot_write_on_the_terminal(site: Site) -> None:
    site.send("Line\r\x1b[2J\x9b31m one\u202e.", author="A\x1b]0;title\x07\x9bname\r\nForged line")
    listed = site.host.run("comments", "list").output
    assert all(c.isprintable() or c == "\n" for c in listed), ascii(listed)
    assert not [line for line in listed.splitlines() if line.startswith("Forged")]


def test_approving_shows_it_at_once_on_kept_pages(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60)
    site.send()
    (comment,) = site.stored()
    assert shown(site.article().text) == []
    site.host.run("comments", "approve", str(comment.id))
    assert shown(site.article().text) == [comment.id]
    site.host.run("comments", "spam", str(comment.id))
    assert shown(site.article().text) == []


def test_posting_is_told_as_it_is_stored(site: Site) -> None:
    heard: list[str] = []

    def listen(sender: Any, blog: str, comment: Comment) -> None:
        heard.append(comment.state)

    with comment_posted.connected_to(listen, site.app):
        site.send()
        site.send(client=site.client("Nora"))
    assert heard == [CommentState.HELD, CommentState.PUBLISHED]
