"""What moderators can do with a shell, and how they take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from flask_newsblog.comments import bans
from flask_newsblog.comments.moderation import Moderator
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Rule, RuleKind, RuleOutcome
from flask_newsblog.signals import comment_approved

from .readers import NOON, Site
from .test_moderation import comment, pinned

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED


def run(site: Site, *words: Any, code: int = 0, stdin: str | None = None) -> list[str]:
    runner = site.app.test_cli_runner()
    result = runner.invoke(args=["newsblog", "comments", *map(str, words)], input=stdin)
    assert result.exit_code == code, result.output
    return result.output.splitlines()


def batch_in(said: list[str]) -> str:
    told, _, batch = said[-1].rpartition(" ")
    assert told == "To take this back: flask newsblog comments undo"
    return batch


@pytest.mark.parametrize(
    ("words", "state", "done"),
    [
        (["approve"], PUBLISHED, "published"),
        (["reject", "--reason", "Off the subject."], CommentState.REJECTED, "rejected"),
        (["spam"], CommentState.SPAM, "spam"),
        (["delete"], CommentState.DELETED, "deleted"),
    ],
)
def test_each_decision_can_be_taken_back_and_that_too(
    site: Site, words: list[str], state: CommentState, done: str
) -> None:
    number = site.plant(state=HELD)
    said = run(site, *words, number)
    assert said[0] == f"{number} is {done}."
    assert comment(site, number).state == state
    again = run(site, "undo", batch_in(said))
    assert again[0] == f"{number} is as it was before: held."
    assert comment(site, number).state == HELD
    run(site, "undo", batch_in(again))
    assert comment(site, number).state == state


def test_what_is_so_already_is_said_and_has_no_number(site: Site) -> None:
    number = site.plant()
    assert run(site, "approve", number) == [f"{number} is already published."]
    assert run(site, "hold", number)[0] == f"{number} is held."
    assert run(site, "hold", number) == [f"{number} is already held."]


def test_picks_and_pins_are_given_and_taken(site: Site) -> None:
    held, root = site.plant(state=HELD), site.plant("Root.")
    answer = site.plant("Answer.", parent=root)
    assert run(site, "pick", root)[0] == f"{root} is an editor’s pick."
    assert run(site, "pin", root)[0] == f"{root} is pinned."
    assert (comment(site, root).picked, pinned(site)) == (True, root)
    assert run(site, "pick", held) == [
        f"{held} is held; only what is published can be an editor’s pick."
    ]
    assert run(site, "pin", answer) == [
        f"{answer} answers another reply; only what begins a thread can be pinned."
    ]
    assert run(site, "unpick", root)[0] == f"{root} is no editor’s pick."
    assert run(site, "unpin", root)[0] == f"{root} is not pinned."
    assert (comment(site, root).picked, pinned(site)) == (False, None)


def test_the_reason_of_a_rejection_is_for_its_writer(site: Site) -> None:
    number = site.plant(state=HELD)
    run(site, "reject", "--reason", "Off the subject.", number)
    assert comment(site, number).rejection == "Off the subject."


def test_approving_twice_tells_the_host_once(site: Site) -> None:
    number, heard = site.plant(state=HELD), []

    def listen(sender: Flask, blog: str, comment: Comment) -> None:
        heard.append(comment.id)

    with comment_approved.connected_to(listen, site.app):
        run(site, "approve", number)
        run(site, "approve", number)
    assert heard == [number]


def test_words_come_from_an_option_or_from_standard_input(site: Site) -> None:
    number = site.plant("Rude.")
    said = run(site, "edit", number, "--text", "Polite.", "--name", "Mira V.")
    assert said[0] == f"{number} is changed."
    assert (comment(site, number).body, comment(site, number).author_name) == ("Polite.", "Mira V.")
    run(site, "edit", number, stdin="More\npolite.\n")
    assert comment(site, number).body == "More\npolite."
    assert run(site, "edit", number, stdin="More\npolite.\n") == [f"{number} says so already."]
    (error,) = run(site, "edit", number, stdin=" ", code=1)
    assert error == "Error: There is nothing to read in it; delete the comment instead."


def test_the_checks_of_the_host_look_at_other_words_too(site: Site) -> None:
    number = site.plant("Rude.")
    run(site, "edit", number, "--text", "https://a.example https://b.example")
    assert site.reasons(number)["too_many_links"] == "has 2 links"


def test_undo_says_what_it_left_alone_and_what_is_not_there(site: Site) -> None:
    number = site.plant(state=HELD)
    batch = batch_in(run(site, "spam", number))
    run(site, "approve", number)
    assert run(site, "undo", batch) == [
        f"{number} is left alone: something else was done with it since."
    ]
    (error,) = run(site, "undo", "nonsense", code=1)
    assert error == "Error: Nothing that could be taken back was done under nonsense."


def test_why_tells_what_the_checks_said_and_who_did_what(site: Site) -> None:
    site.send()
    (found,) = site.stored()
    batch = batch_in(run(site, "reject", "--reason", "Off\nthe subject.", found.id))
    run(site, "undo", batch)
    said = run(site, "why", found.id)
    moment = f"{site.clock():%Y-%m-%d %H:%M} UTC"
    assert said[0] == f"{found.id} is held."
    assert said[1] == f"{moment}  hold: was written by somebody who is not signed in"
    assert said[2].startswith(
        f"{moment}  the command line: reject (held → rejected) “Off the subject.” [{batch}, taken"
    )
    assert said[3].startswith(f"{moment}  the command line: undo (rejected → held) [")


def test_the_list_is_searched_by_words(site: Site) -> None:
    one, _ = site.plant("The FERRY was late.", state=HELD), site.plant("Buses.", state=HELD)
    listed = run(site, "list", "--search", "late ferry")
    assert [line.split()[0] for line in listed if line[0] != " "] == [str(one)]
    assert run(site, "list", "--search", "%") == ["No replies are held and have these words."]
    assert run(site, "list", "--state", "deleted") == ["No replies are deleted."]


def rules(site: Site) -> list[Rule]:
    with site.app.app_context():
        found = list(session().scalars(select(Rule).order_by(Rule.id)))
        session().expunge_all()
        return found


def test_a_ban_is_a_rule_for_a_time(site: Site) -> None:
    site.send(email="Mira@Example.org")
    (found,) = site.stored()
    assert run(site, "ban", found.id, "--network", "--days", 7) == [
        "What comes from 203.0.113.0/24 is held until 2026-05-11 12:00 UTC."
    ]
    assert run(site, "ban", found.id, "--email") == [
        "What comes from mira@example.org is held for good."
    ]
    network, email = rules(site)
    assert (network.kind, network.value) == (RuleKind.NETWORK, "203.0.113.0/24")
    assert (network.outcome, network.until) == (RuleOutcome.HOLD, NOON + timedelta(days=7))
    assert (email.value, email.until) == ("mira@example.org", None)
    assert (email.blog, email.person_name) == ("news", "the command line")


def test_a_ban_that_is_there_lasts_until_the_later_end(site: Site) -> None:
    site.send()
    (found,) = site.stored()
    for days, until in ((7, 7), (3, 7), (9, 9), (None, None), (5, None)):
        run(site, "ban", found.id, "--network", *(["--days", days] if days else []))
        (rule,) = rules(site)
        assert rule.until == (NOON + timedelta(days=until) if until else None)


def test_a_banned_address_is_found_however_it_is_written(site: Site) -> None:
    site.send(email="mira@straße.example")
    run(site, "ban", site.stored()[0].id, "--email")
    site.send("Once more.", email="MIRA@STRASSE.example")
    assert "is_from_a_listed_address" in site.reasons(site.stored()[1].id)


def test_a_ban_at_a_shell_leaves_a_refusal_as_it_is(site: Site) -> None:
    site.send()
    (found,) = site.stored()
    add = ("rules", "add", "email", found.author_email, "--outcome", "refuse", "--days", "1")
    site.host.run(*add)
    assert run(site, "ban", found.id, "--email") == [
        "What comes from mira@example.org is refused for good."
    ]


def test_a_ban_that_is_over_begins_again(site: Site) -> None:
    site.send()
    (found,) = site.stored()
    run(site, "ban", found.id, "--network", "--days", 1)
    site.clock.moment += timedelta(days=30)
    run(site, "ban", found.id, "--network", "--days", 1)
    (rule,) = rules(site)
    assert rule.until == NOON + timedelta(days=31)


def test_who_is_not_known_cannot_be_banned(site: Site) -> None:
    site.send()
    (found,) = site.stored()
    (error,) = run(site, "ban", found.id, "--person", code=1)
    assert error == "Error: Nothing was banned: the writer of this comment was not signed in."
    assert "Say what to go by" in run(site, "ban", found.id, code=2)[-1]
    planted = site.plant()
    assert "network" in run(site, "ban", planted, "--network", code=1)[0]
    assert "gave no email" in run(site, "ban", planted, "--email", code=1)[0]
    with site.app.app_context():
        stored = session().get(Comment, planted)
        assert stored is not None
        with pytest.raises(bans.NothingToBan, match="a writer is no word"):
            bans.ban_writer(stored, RuleKind.WORD, None, Moderator(None, "Edith"), NOON)
    assert rules(site) == []


def test_a_number_that_is_not_there_is_said(site: Site) -> None:
    for words in (["edit", "--text", "x"], ["why"], ["ban", "--email"], ["pin"], ["delete"]):
        (error,) = run(site, words[0], 99, *words[1:], code=1)
        assert error == "Error: There is no reply 99 in this blog; nothing was changed."
