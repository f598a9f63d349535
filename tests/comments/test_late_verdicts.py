"""A check that held a reply says later what it concludes: that, and nothing more, follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from flask_newsblog import (
    Draft,
    NoSuchComment,
    Outcome,
    Verdict,
    comment_approved,
    give_verdict,
)
from flask_newsblog.comments import bayes, moderation
from flask_newsblog.comments.holds import holds_of
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, FilterWord, Mail, Proof

from .conftest import OpenSite
from .guests import comment, confirm_path, own_path, press, put_values, written
from .readers import SAID, Site
from .test_browser_key import proof_of_next

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
GOOD = Verdict(Outcome.PUBLISH, "is good, says the service")


def asks_later(draft: Draft) -> Verdict:
    return Verdict(Outcome.HOLD, "waits for the service")


@pytest.fixture
def asking(open_site: OpenSite) -> Site:
    """A site where a check holds everything until it knows more."""
    return open_site(given={"comment_checks": [asks_later]}, NEWSBLOG_HOLD_GUESTS=False)


def say(site: Site, number: int, verdict: Verdict = GOOD, text: str = SAID) -> bool:
    """What the host's worker does."""
    with site.app.app_context():
        return give_verdict(number, asks_later, text, verdict)


def holds(site: Site, number: int) -> set[str]:
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        return holds_of(found)


@contextmanager
def approvals() -> Iterator[list[tuple[str, int]]]:
    """Of which comments hosts hear."""
    heard: list[tuple[str, int]] = []

    def note(app: Any, blog: str, comment: Comment) -> None:
        heard.append((blog, comment.id))

    with comment_approved.connected_to(note):
        yield heard


def test_what_is_found_good_is_published_and_counted_and_told(
    open_site: OpenSite, uri: str
) -> None:
    asking = open_site(uri=uri, given={"comment_checks": [asks_later]}, NEWSBLOG_HOLD_GUESTS=False)
    number = written(asking, SAID)
    assert asking.counters() == (0, 1)
    with approvals() as heard:
        assert say(asking, number)
    assert comment(asking, number).state == PUBLISHED
    assert asking.counters() == asking.recount() == (1, 0)
    assert heard == [("news", number)]
    assert SAID in asking.article().text
    assert asking.reasons(number) == {"asks_later": "is good, says the service"}


def test_it_is_nobodys_review_and_the_history_says_so(asking: Site) -> None:
    number = written(asking, SAID)
    say(asking, number)
    found = comment(asking, number)
    assert (found.reviewed_at, found.trained) == (None, "")
    with asking.app.app_context():
        assert session().scalars(sa.select(FilterWord)).all() == []
        assert bayes.to_learn("news", 0, 10) == []
        (change,) = moderation.history(number)
    assert (change.verb, change.person_id, change.person_name) == ("approve", None, "")
    assert change.note == "is good, says the service"
    assert (
        f"by itself: {change.verb} (held → published)"
        in asking.host.run("comments", "why", str(number)).output
    )


def test_a_browser_earns_no_trust_by_it(asking: Site) -> None:
    client = asking.client()
    asking.send(SAID, client=client, remember="y")
    assert say(asking, asking.stored()[-1].id)
    proof, _ = proof_of_next(asking, client)
    assert proof == Proof.NONE


def test_what_has_a_listed_word_too_waits_for_that_alone(asking: Site) -> None:
    assert asking.host.run("rules", "add", "word", "ferry").exit_code == 0
    number = written(asking, SAID)
    assert holds(asking, number) == {"asks_later", "has_a_listed_word"}
    with approvals() as heard:
        assert not say(asking, number)
    assert comment(asking, number).state == HELD
    assert holds(asking, number) == {"has_a_listed_word"}
    assert heard == []


def test_what_fell_into_the_honeypot_waits_on(asking: Site) -> None:
    asking.send(SAID, subject="Buy now")
    (found,) = asking.stored()
    assert not say(asking, found.id)
    assert holds(asking, found.id) == {"honeypot_was_filled"}


def test_what_was_changed_meanwhile_waits_on(asking: Site) -> None:
    number = written(asking, SAID)
    path = own_path(asking, "mira@example.org")
    put_values(asking, number, proof=Proof.ADDRESS)
    answer = press(asking, f"{path}/edit/{number}", comment="Buy my pills.")
    assert answer.status_code == 303, answer.text
    assert not say(asking, number)
    found = comment(asking, number)
    assert (found.state, found.body) == (HELD, "Buy my pills.")
    assert asking.reasons(number) == {"asks_later": "waits for the service"}
    assert say(asking, number, text="Buy my pills.")


def test_what_is_found_bad_waits_on_for_the_new_reason(asking: Site) -> None:
    number = written(asking, SAID)
    assert not say(asking, number, Verdict(Outcome.HOLD, "is spam, says the service"))
    assert comment(asking, number).state == HELD
    assert asking.reasons(number) == {"asks_later": "is spam, says the service"}


def test_what_a_moderator_decided_stays(asking: Site) -> None:
    number = written(asking, SAID)
    assert asking.judge(number, CommentState.SPAM)
    assert not say(asking, number)
    assert comment(asking, number).state == CommentState.SPAM


def test_what_a_moderator_held_again_waits_for_a_moderator(asking: Site) -> None:
    number = written(asking, SAID)
    asking.judge(number, PUBLISHED)
    asking.judge(number, HELD)
    assert not say(asking, number)
    assert comment(asking, number).state == HELD


def test_a_verdict_that_comes_twice_counts_once(asking: Site) -> None:
    number = written(asking, SAID)
    assert (say(asking, number), say(asking, number)) == (True, False)
    assert asking.counters() == (1, 0)


@pytest.mark.parametrize("first", ["the service", "the proof"])
def test_the_service_and_the_proof_of_an_address_may_come_in_any_order(
    open_site: OpenSite, first: str
) -> None:
    site = open_site(given={"comment_checks": [asks_later]})
    number = written(site, SAID)
    steps = [lambda: say(site, number), lambda: press(site, confirm_path(site, number))]
    for step in steps if first == "the service" else reversed(steps):
        assert comment(site, number).state == HELD
        step()
    assert comment(site, number).state == PUBLISHED


def test_its_writer_hears_of_it_as_of_an_approval(open_site: OpenSite) -> None:
    site = open_site(
        given={"comment_checks": [asks_later]}, NEWSBLOG_MAIL_FROM="news@bulletin.example",
        NEWSBLOG_BASE_URL="https://bulletin.example",
    )  # fmt: skip
    site.send(SAID, client=site.client("Ann"))
    assert say(site, site.stored()[-1].id)
    with site.app.app_context():
        mails = session().execute(sa.select(Mail.kind, Mail.recipient)).all()
    assert [tuple(mail) for mail in mails] == [("published", "ann@host.example")]


@pytest.mark.parametrize("number", [17, 0, -1, 2**70])
def test_a_comment_that_is_not_there_is_said_to_be_none(asking: Site, number: int) -> None:
    with pytest.raises(NoSuchComment) as refused:
        say(asking, number)
    assert str(refused.value) == (
        f"No blog of this app has a reply {number}: it was removed meanwhile, or never was."
    )


def test_what_is_stored_is_not_refused(asking: Site) -> None:
    number = written(asking, SAID)
    with pytest.raises(ValueError, match="cannot be refused any more"):
        say(asking, number, Verdict(Outcome.REFUSE, "No."))
    assert asking.reasons(number) == {"asks_later": "waits for the service"}
