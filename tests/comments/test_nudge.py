"""The hint before a reply waits: once for a text, and the words are kept."""

from __future__ import annotations

from typing import Any

import pytest

from flask_newsblog.comments.checks import Draft, Outcome, Verdict
from flask_newsblog.models import CommentState

from .conftest import OpenSite
from .readers import FOREIGN, SAID, Site, all_of, kept, tree, words

LINKS = "See https://a.example and https://b.example, and more."
SHOUTED = "THE FERRY WAS LATE AGAIN, AND NOBODY SAID WHY."
BEFORE = "Your comment would wait for a moderator: "
AFTER = ". You can change it, or send it as it is."


def said(answer: Any) -> str:
    """What the page says is wrong, read out at once."""
    return " ".join(words(e) for e in tree(answer.text).iter() if e.get("role") == "alert")


def mark(answer: Any) -> str:
    """What the form carries, so that the same text is taken the next time."""
    (field,) = all_of(tree(answer.text), "input", name="nudged")
    return field.get("value", "")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"comment": LINKS}, "it has 2 links"),
        ({"comment": SHOUTED}, "it is all in capitals"),
        ({"comment": SAID, "author": "www.pills.example"}, "your name is a web address"),
        (
            {"comment": LINKS, "author": "www.pills.example"},
            "it has 2 links, and your name is a web address",
        ),
    ],
)
def test_a_writer_is_told_what_they_could_change(
    site: Site, typed: dict[str, str], why: str
) -> None:
    answer = site.send(**typed, nudged="")
    assert answer.status_code == 422
    assert said(answer) == BEFORE + why + AFTER
    assert typed["comment"] in kept(answer.text)
    assert not site.stored()


def test_the_same_text_sent_again_waits(lively: Site) -> None:
    told = mark(lively.send(LINKS, nudged=""))
    assert lively.send(LINKS, nudged=told).status_code == 303
    assert [c.state for c in lively.stored()] == [CommentState.HELD]


def test_a_text_that_was_changed_is_published(lively: Site) -> None:
    told = mark(lively.send(LINKS, nudged=""))
    assert lively.send(SAID, nudged=told).status_code == 303
    assert [c.state for c in lively.stored()] == [CommentState.PUBLISHED]


def test_another_text_with_a_fault_of_its_own_is_told_again(lively: Site) -> None:
    told = mark(lively.send(LINKS, nudged=""))
    again = lively.send(SHOUTED, nudged=told)
    assert (again.status_code, said(again)) == (422, BEFORE + "it is all in capitals" + AFTER)
    assert mark(again) not in ("", told)


def test_the_hint_is_kept_through_another_refusal(lively: Site) -> None:
    told = mark(lively.send(LINKS, nudged=""))
    refused = lively.send(LINKS, nudged=told, email="x")
    assert refused.status_code == 422
    assert mark(refused) == told


def test_a_first_reply_without_a_fault_waits_without_a_hint(site: Site) -> None:
    assert site.send(SAID, nudged="").status_code == 303
    assert [c.state for c in site.stored()] == [CommentState.HELD]


def test_what_no_writer_can_change_is_no_hint(site: Site) -> None:
    answer = site.send(SAID, nudged="", subject="filled", took=site.began(1), headers={})
    assert answer.status_code == 303


def test_somebody_signed_in_is_told_as_well(site: Site) -> None:
    nora = site.client("Nora")
    answer = site.send(LINKS, client=nora, nudged="")
    assert (answer.status_code, said(answer)) == (422, BEFORE + "it has 2 links" + AFTER)
    assert site.send(LINKS, client=nora, nudged=mark(answer)).status_code == 303


def test_a_reply_that_is_refused_gets_the_refusal_and_no_hint(open_site: OpenSite) -> None:
    def no(draft: Draft) -> Verdict:
        return Verdict(Outcome.REFUSE, "We take no links.", advice="never said")

    answer = open_site(given={"comment_checks": [no]}).send(LINKS, nudged="")
    assert said(answer) == "We take no links."


def test_a_hosts_check_says_its_own_hint(open_site: OpenSite) -> None:
    def long(draft: Draft) -> Verdict:
        return Verdict(Outcome.HOLD, "is long", advice="it is 100% too long")

    site = open_site(given={"comment_checks": [long]})
    assert said(site.send(SAID, nudged="")) == BEFORE + "it is 100% too long" + AFTER


def test_one_link_is_said_as_one(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_HOLD_LINKS=1)
    assert said(site.send("See https://a.example.", nudged="")) == BEFORE + "it has a link" + AFTER


def test_what_came_from_elsewhere_is_confirmed_first_and_told_then(lively: Site) -> None:
    client = lively.client()
    asked = lively.send(LINKS, headers=FOREIGN, client=client, nudged="")
    assert asked.status_code == 403
    assert BEFORE not in asked.text
    (token,) = (e.get("value", "") for e in all_of(tree(asked.text), "input", name="csrf_token"))
    told = lively.send(LINKS, headers=FOREIGN, client=client, nudged="", csrf_token=token)
    assert (told.status_code, said(told)) == (422, BEFORE + "it has 2 links" + AFTER)


def test_the_form_for_everybody_holds_no_hint(site: Site) -> None:
    site.send(LINKS, nudged="")
    assert mark(site.article()) == ""
