"""The rules of the desk: what they catch, whom, for how long, and what they must not do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.comments import rules
from flask_newsblog.comments.rule_values import RuleError, plain_value
from flask_newsblog.comments.rulebook import RuleBook, Said, make_book
from flask_newsblog.database import session
from flask_newsblog.models import CommentState, RuleKind, RuleOutcome

from ..hosts import two_blogs
from .conftest import OpenSite
from .readers import NOON, SAID, Site, kept

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED


def add(site: Site, kind: str, value: str, outcome: str = "hold", **more: Any) -> None:
    with site.app.app_context():
        rules.add_rule("news", kind, value, outcome, "Ann", site.clock(), **more)
        session().commit()


def state_of(site: Site, text: str = SAID, **sent: Any) -> tuple[str, set[str]]:
    """Where a new comment stands, and which checks said something."""
    assert site.send(text, **sent).status_code == 303
    comment = site.stored()[-1]
    return comment.state, set(site.reasons(comment.id))


# What they catch


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "Try the CASINO in town."},
        {"text": "Try the ca*si*no in town."},
        {"text": "Try [this](https://casino.example)."},
        {"author": "Casino King"},
        {"url": "https://casino.example/"},
        {"email": "casino@example.org"},
    ],
)
def test_a_word_is_looked_for_in_text_name_website_and_address(
    lively: Site, sent: dict[str, Any]
) -> None:
    add(lively, "word", "Casino")
    assert "has_a_listed_word" in state_of(lively, **sent)[1]
    assert lively.stored()[-1].state == HELD


def test_a_word_is_never_found_inside_another(lively: Site) -> None:
    add(lively, "word", "cialis")
    assert state_of(lively, "Our socialist specialists", author="Socialism") == (PUBLISHED, set())


def test_a_refused_word_is_named_to_its_writer_who_keeps_the_text(lively: Site) -> None:
    add(lively, "word", "best casino", "refuse")
    text = "The best CASINO in town."
    answer = lively.send(text)
    assert answer.status_code == 422
    assert "contains best casino, which this site does not publish" in answer.text
    assert text in kept(answer.text)
    assert lively.stored() == []


@pytest.mark.parametrize(
    ("kind", "value", "sent", "check"),
    [
        ("email", "Bad@Example.org", {"email": "bad@example.ORG"}, "is_from_a_listed_address"),
        ("email", "bad@example.org", {"email": "Bad+2@example.org"}, "is_from_a_listed_address"),
        ("domain", "bad.example", {"email": "x@bad.example"}, "names_a_listed_domain"),
        ("domain", "bad.example", {"url": "https://www.bad.example/x"}, "names_a_listed_domain"),
        (
            "domain",
            "https://www.bad.example/path",
            {"text": "See [it](https://a.b.BAD.example:80/)"},
            "names_a_listed_domain",
        ),
        ("domain", "*.bad.example.", {"text": "http://bad.example"}, "names_a_listed_domain"),
        ("domain", "bücher.example", {"text": "https://bücher.example"}, "names_a_listed_domain"),
        ("domain", "bücher.example", {"email": "x@Bücher.example"}, "names_a_listed_domain"),
        ("domain", "xyz", {"url": "https://some.xyz"}, "names_a_listed_domain"),
        ("network", "203.0.113.0/24", {"address": "203.0.113.77"}, "is_from_a_listed_network"),
        ("network", "203.0.0.0/16", {"address": "203.0.113.77"}, "is_from_a_listed_network"),
        ("network", "2001:db8::/32", {"address": "2001:db8:7::9"}, "is_from_a_listed_network"),
    ],
)
def test_each_kind_of_rule_holds_what_it_names(
    lively: Site, kind: str, value: str, sent: dict[str, Any], check: str
) -> None:
    add(lively, kind, value)
    state, checks = state_of(lively, **sent)
    assert state == HELD
    assert check in checks


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("email", "bad@example.org", {"email": "notbad@example.org"}),
        ("email", "bad+1@example.org", {"email": "bad+2@example.org"}),
        ("domain", "bad.example", {"email": "x@notbad.example"}),
        ("domain", "bad.example", {"url": "https://bad.example.org"}),
        ("domain", "bad.example", {"text": "I wrote bad.example.org once"}),
        ("network", "203.0.113.0/24", {"address": "203.0.114.1"}),
        ("network", "203.0.113.0/24", {"address": "2001:db8::1"}),
        ("network", "203.0.113.0/24", {"address": ""}),
    ],
)
def test_a_rule_holds_nothing_beside_what_it_names(
    lively: Site, kind: str, value: str, sent: dict[str, Any]
) -> None:
    add(lively, kind, value)
    assert state_of(lively, **sent) == (PUBLISHED, set())


def test_a_person_of_the_host_is_known_by_their_id(site: Site) -> None:
    add(site, "person", "id of Nora")
    assert state_of(site, client=site.client("Nora")) == (HELD, {"is_from_a_listed_person"})
    assert state_of(site, client=site.client("Edith")) == (PUBLISHED, set())


@pytest.mark.parametrize(
    ("kind", "value"), [("email", "mira@example.org"), ("person", "id of Nora")]
)
def test_whoever_is_refused_is_told_and_keeps_the_text(site: Site, kind: str, value: str) -> None:
    add(site, kind, value, "refuse")
    answer = site.send(client=site.client("Nora") if kind == "person" else None)
    assert answer.status_code == 422
    assert SAID in kept(answer.text)


def test_a_ban_ends_by_itself(lively: Site) -> None:
    add(lively, "network", "203.0.113.0/24", until=NOON + timedelta(days=1))
    assert state_of(lively, "One.")[0] == HELD
    lively.clock.advance(hours=23, minutes=59)
    assert state_of(lively, "Two.")[0] == HELD
    lively.clock.advance(minutes=1)
    assert state_of(lively, "Three.") == (PUBLISHED, set())


def test_rules_of_one_blog_are_none_of_anothers(open_site: OpenSite) -> None:
    site = open_site(two_blogs, NEWSBLOG_HOLD_GUESTS=False)
    with site.app.app_context():
        rules.add_rule("other", RuleKind.WORD, "ferry", RuleOutcome.REFUSE, "Ann", NOON)
        session().commit()
    assert state_of(site) == (PUBLISHED, set())


def test_a_new_rule_counts_at_once_and_a_removed_one_no_more(lively: Site) -> None:
    assert state_of(lively, "The casino, one.")[0] == PUBLISHED
    add(lively, "word", "casino")
    assert state_of(lively, "The casino, two.")[0] == HELD
    add(lively, "word", "casino", "refuse")
    assert lively.send("The casino, three.").status_code == 422
    with lively.app.app_context():
        (rule,) = rules.rules_of("news")
        rules.remove_rule(rule)
        session().commit()
    assert state_of(lively, "The casino, four.")[0] == PUBLISHED
    # Its number is given again, at the same moment.
    add(lively, "word", "poker")
    assert state_of(lively, "The casino, five.")[0] == PUBLISHED
    assert state_of(lively, "The poker, six.")[0] == HELD


# What is no rule


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("word", " ", "The rule is empty."),
        ("word", "***", "needs a letter or a digit"),
        ("word", "x" * 256, "255 characters at most"),
        ("email", "example.org", "no email address"),
        ("email", "@example.org", "no email address"),
        ("domain", "not a domain", "no domain"),
        ("domain", "a..b", "no domain"),
        ("domain", "https://", "no domain"),
        ("network", "here", "no network"),
        ("network", "203.0.113.9", "write 203.0.113.0/24"),
        ("network", "203.0.113.128/25", "write 203.0.113.0/24"),
        ("network", "2001:db8:1:2::/64", "write 2001:db8:1::/48"),
    ],
)
def test_a_rule_that_would_fit_nothing_is_refused_with_a_sentence(
    site: Site, kind: str, value: str, sentence: str
) -> None:
    with site.app.app_context(), pytest.raises(RuleError, match=sentence):
        rules.add_rule("news", kind, value, "hold", "Ann", NOON)


def test_a_network_is_never_refused_for_innocents_share_it(site: Site) -> None:
    with site.app.app_context():
        with pytest.raises(RuleError, match="can only be held"):
            rules.add_rule("news", RuleKind.NETWORK, "203.0.113.0/24", "refuse", "Ann", NOON)
        with pytest.raises(RuleError, match="lies ahead"):
            rules.add_rule("news", RuleKind.WORD, "x", "hold", "Ann", NOON, until=NOON)


def test_the_same_rule_twice_is_one_that_changed(site: Site) -> None:
    add(site, "word", "Casino", note="first")
    add(site, "word", "CASINO", "refuse", note="second")
    with site.app.app_context():
        (rule,) = rules.rules_of("news")
        assert (rule.value, rule.outcome, rule.note) == ("casino", "refuse", "second")
        assert rule.person_name == "Ann"


# Tried, written down and read again


def test_a_rule_is_tried_on_what_is_there_without_being_kept(site: Site) -> None:
    caught = [site.plant("Casino, published."), site.plant("A casino that waits.", state=HELD)]
    site.plant("Casinos are another word.")
    with site.app.app_context():
        trial = rules.try_rule("news", "word", "casino")
        assert [hit.id for hit in trial.hits] == caught[::-1]
        assert [hit.id for hit in trial.published] == caught[:1]
        assert trial.looked_at == 3
        assert trial.hits[0].title == "The ferry is back"
        assert rules.try_rule("news", "word", "casino", limit=1).looked_at == 1
        assert rules.try_rule("other", "word", "casino").looked_at == 0
        assert rules.rules_of("news") == []


def test_many_comments_are_tried_in_parts(site: Site) -> None:
    for number in range(205):
        site.plant(f"Casino {number}.")
    with site.app.app_context():
        trial = rules.try_rule("news", "word", "casino", limit=203)
        assert (trial.looked_at, len(trial.hits)) == (203, 203)
        assert len({hit.id for hit in trial.hits}) == 203


def test_rules_go_out_and_come_in_unchanged(site: Site) -> None:
    add(site, "word", "casino", "refuse", note="Since May")
    add(site, "network", "2001:db8::/32", until=NOON + timedelta(days=3))
    add(site, "email", "bad@example.org")
    with site.app.app_context():
        lines = list(rules.export_rules("news"))
        for rule in rules.rules_of("news"):
            rules.remove_rule(rule)
        done = rules.import_rules("news", lines, "word", "hold", "Bea", NOON)
        assert (done.added, done.changed, done.unchanged) == (3, 0, 0)
        assert list(rules.export_rules("news")) == lines
        again = rules.import_rules("news", lines, "word", "hold", "Bea", NOON)
        assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
        later = rules.import_rules("news", lines, "word", "hold", "Bea", NOON + timedelta(days=4))
        assert (later.added, later.changed, later.unchanged) == (0, 0, 2)


def test_a_list_of_words_is_read_as_it_is(site: Site) -> None:
    lines = ["# Words", "", "Casino", "casino", "buy now", "#hashtag"]
    with site.app.app_context():
        done = rules.import_rules("news", lines, "word", "refuse", "Ann", NOON)
        assert (done.added, done.unchanged) == (3, 1)
        found = [(rule.value, rule.outcome) for rule in rules.rules_of("news")]
    assert found == [("buy now", "refuse"), ("casino", "refuse"), ("hashtag", "refuse")]


@pytest.mark.parametrize(
    "line",
    ["***", "sentence\thold\tx", "word\tdestroy\tx", "word\thold\tx\tsoon", "word\thold\t",
     "network\trefuse\t::/32"],
)  # fmt: skip
def test_a_line_that_is_no_rule_is_named(site: Site, line: str) -> None:
    with site.app.app_context(), pytest.raises(RuleError, match=r"^Line 2: "):
        rules.import_rules("news", ["fine", line], "word", "hold", "", NOON)


# Whatever is written

_kinds = st.sampled_from(list(RuleKind))


@given(kind=_kinds, value=st.text(max_size=60), said=st.text(), html=st.text())
def test_no_rule_and_no_words_break_anything(
    kind: RuleKind, value: str, said: str, html: str
) -> None:
    try:
        plain = plain_value(kind, value)
    except RuleError:
        return
    assert plain_value(kind, plain) == plain
    book = make_book([(kind, plain, RuleOutcome.HOLD, None)])
    for text in (said, value, plain):
        whole = Said(
            text=text, html=f'{html}<a href="{text}">', name=text, email=text, website=text,
            network=text, person_id=text,
        )  # fmt: skip
        book.hits(whole, NOON)
    assert RuleBook().hits(whole, NOON) == ()
    if kind is RuleKind.WORD:
        assert book.hits(Said(text=plain, html=""), NOON)


def test_hosts_without_end_are_no_burden() -> None:
    book = make_book([("domain", "bad.example", "hold", None)])
    long = "a." * 30_000 + "bad.example"
    links = "".join(f'<a href="https://a{n}.bad.example">' for n in range(3_000))
    far = Said(text="", html=f'<a href="https://{long}">', email=f"x@{long}")
    assert book.hits(far, NOON) == ()
    assert len(book.hits(Said(text="", html=links), NOON)) == 1
