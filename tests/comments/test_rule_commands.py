"""The rules of the desk by command."""

from __future__ import annotations

import pytest

from flask_newsblog.models import CommentState

from .conftest import OpenSite
from .readers import SAID, Site


def run(site: Site, *args: str, **kwargs: str) -> str:
    done = site.host.run("rules", *args, **kwargs)
    assert done.exit_code == 0, done.output
    return str(done.output).strip()


def refused(site: Site, *args: str, **kwargs: str) -> str:
    done = site.host.run("rules", *args, **kwargs)
    assert done.exit_code == 1
    return str(done.output).strip()


def test_a_rule_is_added_listed_and_removed(site: Site) -> None:
    assert run(site, "list") == "There are no rules."
    said = run(site, "add", "word", "Casino", "--outcome", "refuse", "--note", "Since May")
    assert said == "Kept: word casino, refuse."
    said = run(site, "add", "network", "203.0.113.0/24", "--days", "7")
    assert said == "Kept: network 203.0.113.0/24, hold until 2026-05-11 12:00 UTC."
    assert run(site, "list").splitlines() == [
        "network  hold  203.0.113.0/24; until 2026-05-11 12:00 UTC; by the command line",
        "word  refuse  casino; by the command line; Since May",
    ]
    site.clock.advance(days=7)
    assert "ended 2026-05-11 12:00 UTC" in run(site, "list")
    assert run(site, "remove", "word", "CASINO") == "Removed: word casino."
    assert refused(site, "remove", "word", "casino").endswith("no rule of this kind for casino.")
    assert "write 203.0.113.0/24" in refused(site, "remove", "network", "203.0.113.7")


def test_what_is_no_rule_is_refused_with_a_sentence(site: Site) -> None:
    assert "needs a letter or a digit" in refused(site, "add", "word", "***")
    assert "can only be held" in refused(site, "add", "network", "::/16", "--outcome", "refuse")
    assert "no domain" in refused(site, "try", "domain", "a b")
    assert run(site, "list") == "There are no rules."


def test_a_rule_is_tried_before_it_is_added(site: Site) -> None:
    site.plant("The casino, published.")
    site.plant("The casino that waits.", state=CommentState.HELD)
    site.plant("Another.")
    said = run(site, "try", "word", "casino").splitlines()
    assert "The casino that waits." in said[1]
    assert "published  Mira Vale  «The ferry is back»" in said[2]
    assert said[-1] == ("Of the last 3 replies it would have caught 2, of which readers see 1.")
    assert run(site, "list") == "There are no rules."


def test_a_text_is_tested_and_nothing_is_stored(site: Site) -> None:
    run(site, "add", "word", "casino")
    said = run(site, "test", "The casino https://a.example https://b.example", "--name", "www.x.y")
    assert {line.partition(" (")[0] for line in said.splitlines()} == {
        "hold: was written by somebody who is not signed in", "hold: has 2 links",
        "hold: has a web address for a name", "hold: contains listed words: casino",
    }  # fmt: skip
    assert site.stored() == []


def test_a_text_that_nothing_is_wrong_with_is_told_so(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_HOLD_GUESTS=False)
    assert run(site, "test", SAID) == "No check has anything against it."


def test_rules_go_out_by_one_command_and_come_in_by_another(site: Site) -> None:
    run(site, "add", "email", "bad@example.org", "--days", "2", "--note", "Twice warned")
    run(site, "add", "word", "赌博")
    written = run(site, "export")
    assert written.splitlines() == [
        "email\thold\tbad@example.org\t2026-05-06T12:00:00+00:00\tTwice warned",
        "word\thold\t赌博",
    ]
    run(site, "remove", "word", "赌博")
    assert run(site, "import", input=written) == "1 added, 0 changed, 1 there already."
    assert run(site, "export") == written


def test_a_list_that_holds_what_is_no_rule_changes_nothing(site: Site) -> None:
    said = refused(site, "import", "--kind", "domain", input="\ufeffa.example\nb c\n")
    assert said.endswith("Line 2: This is no domain, such as example.org. Nothing was changed.")
    assert run(site, "list") == "There are no rules."
    done = run(site, "import", "--kind", "domain", "--outcome", "refuse", input="\ufeffa.example\n")
    assert done == "1 added, 0 changed, 0 there already."


@pytest.mark.parametrize("command", ["list", "export"])
def test_another_blogs_rules_are_not_shown(site: Site, command: str) -> None:
    run(site, "add", "word", "casino")
    assert "casino" in run(site, command, "--blog", "news")
    assert site.host.run("rules", command, "--blog", "other").exit_code == 2
