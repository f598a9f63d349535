"""Floods, forgeries and failures change nothing for others, and tell nobody anything.

Feeds and an import of comments are not there yet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from flask_newsblog.signals import comment_submitting

from ..comments.conftest import OpenSite
from ..comments.guests import own_path
from ..comments.readers import SAID, SAME, Site, kept
from ..comments.test_desk import QUEUE, cards
from ..comments.test_desk import Moderator as Desk
from ..comments.test_rule_screen import WORD
from ..comments.test_rule_screen import Desk as RuleDesk
from ..timing import least_seconds
from .ways import HELD, PUBLISHED, REJECTED, SPAM, WAYS, stored

ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@pytest.fixture
def slow(open_site: OpenSite) -> Site:
    """A site as it is by default, where a household waits between two replies."""
    return open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15, NEWSBLOG_REPLIES_PER_TEN_MINUTES=5)


def test_floods_from_one_64_are_slowed(slow: Site) -> None:
    def flood(seconds: float, network: str, count: int = 12) -> list[int]:
        answers = []
        for n in range(count):
            slow.clock.advance(seconds=seconds)
            text = f"From {network} at {slow.clock()}"
            address = f"{network}:{n:x}:{n * 7:x}::{n + 1:x}"
            answer = slow.send(text, address=address, author=f"Guest {n}", email=f"g{n}@b.example")
            if answer.status_code == 429:
                assert int(answer.headers["Retry-After"]) > 0
                assert text in kept(answer.text)
            answers.append(answer.status_code)
        return answers

    assert flood(0, "2001:db8:1:2") == [303] + [429] * 11
    slow.clock.advance(minutes=10)
    assert flood(16, "2001:db8:1:2") == [303] * 5 + [429] * 7
    # Another household does not wait for it.
    assert flood(0, "2001:db8:1:3", 2) == [303, 429]


CLAIMS = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "CF-Connecting-IP",
          "True-Client-IP", "X-Client-IP", "X-Forwarded")  # fmt: skip


def test_a_spoofed_x_forwarded_for_changes_nothing(slow: Site) -> None:
    codes = []
    for number in range(5):
        claim = f"198.51.100.{number}"
        headers = {**SAME, **dict.fromkeys(CLAIMS, claim), "Forwarded": f"for={claim}"}
        codes.append(slow.send(f"Number {number}", headers=headers).status_code)
    # Two claims of one, and something that is no address.
    for claim in ("203.0.113.8, 198.51.100.9", "127.0.0.1", "unknown", "::1", "\xff"):
        headers = {**SAME, "X-Forwarded-For": claim}
        codes.append(slow.send(f"Claims {claim}", headers=headers).status_code)
    assert codes == [303] + [429] * 9
    (comment,) = slow.stored()
    assert comment.network == "203.0.113.0/24"
    plain_site_says = slow.send("Without a claim.").headers["Retry-After"]
    with_claim = slow.send("With one.", headers={**SAME, "X-Forwarded-For": "198.51.100.77"})
    assert with_claim.headers["Retry-After"] == plain_site_says


def test_a_spoofed_x_forwarded_for_bans_nobody_else_and_hides_nobody(site: Site) -> None:
    desk = RuleDesk(site)
    desk.post("save", **{**WORD, "kind": "network", "value": "198.51.100.0/24"})
    site.send("Claims it.", headers={**SAME, "X-Forwarded-For": "198.51.100.7"})
    claims = site.stored()[-1]
    headers = {**SAME, "X-Forwarded-For": "203.0.113.1"}
    site.send("Hides it.", headers=headers, address="198.51.100.7")
    hides = site.stored()[-1]
    rules = [any("network" in check or "rule" in check for check in site.reasons(c.id))
             for c in (claims, hides)]  # fmt: skip
    assert rules == [False, True]


def down(draft: Any) -> None:
    raise ConnectionError("the classifier is down")


@ways
def test_a_classifier_that_is_down_stores_and_holds(
    way: Callable[..., tuple[Any, int]], open_site: OpenSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = open_site(NEWSBLOG_HOLD_GUESTS=False, given={"comment_checks": [down]})
    answer, number = way(site, SAID)
    assert answer.status_code == 303
    found = stored(site, number)
    assert (found.state, found.body) == (HELD, SAID)
    assert any("could not be looked at" in reason for reason in site.reasons(number).values())
    assert "the classifier is down" in caplog.text
    assert SAID not in site.article().text
    assert site.counters() == site.recount() == (0, 1)


def test_a_classifier_that_listens_and_is_down_stores_and_holds(
    lively: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def classify(sender: Flask, **more: Any) -> None:
        raise TimeoutError("the classifier is down")

    with comment_submitting.connected_to(classify, lively.app):
        assert lively.send().status_code == 303
    (comment,) = lively.stored()
    assert (comment.state, comment.body) == (HELD, SAID)
    assert "the classifier is down" in caplog.text


WILD = ("%", "_", "\\", "%%", "_%", "\\%", "\\_", "[a-z]", "*", "?", "^", "100%", "a_b", "c\\d")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_like_wildcards_in_searches_are_letters(
    request: pytest.FixtureRequest, lively: Site, kind: str
) -> None:
    site = lively if kind == "sqlite" else request.getfixturevalue("server_site")(kind)
    texts = ("Sold at 100% wool.", "The file a_b is c\\d here.", "Plain words axb and 1000 here.",
             "A [a-z] range * and a ? ^ mark.")  # fmt: skip
    for number, text in enumerate(texts):
        assert site.send(text, author=f"Guest {number}").status_code == 303
    desk, rules = Desk(site), RuleDesk(site)
    for wild in WILD:
        found = cards(desk.look(f"{QUEUE}?state=published&q={quote(wild)}"))
        assert sorted(found) == [c.id for c in site.stored() if wild in c.body], wild
        assert desk.look(f"{QUEUE}?state=held&q={quote(wild)}")
        path = f"?part={quote(wild * 300)}"
        assert least_seconds(partial(rules.get, path), enough=1) < 1
        assert rules.get(path).status_code == 200
    for value in ("a_b@x.example", "axb@x.example", "100%@x.example"):
        rules.post("save", **{**WORD, "kind": "email", "value": value})
    for wild, values in (("a_b", 1), ("100%", 1), ("%", 1), ("_", 1), ("@x.", 3)):
        page = rules.get(f"?part={quote(wild)}").text
        assert page.count('name="rule"') == values, wild


@pytest.mark.parametrize("state", [HELD, REJECTED, SPAM])
def test_ids_of_held_comments_give_the_same_404_as_none(site: Site, state: str) -> None:
    number = site.plant("Nobody may read this.", state=state)  # type: ignore[arg-type]
    none = 999_999
    mine = own_path(site, "somebody@else.example")
    for path in (
        "/comments/{}", "/comments/{}/report", f"{site.reply_path}?to={{}}", f"{mine}/edit/{{}}",
        f"{mine}/delete/{{}}", "/comments/{}?order=newest",
    ):  # fmt: skip
        for name in ("", "Nora"):
            for method in ("GET", "HEAD") if "?to" in path else ("GET", "HEAD", "POST"):
                answers = [
                    site.host.open(path.format(n), site.client(name), method=method, data={})
                    for n in (number, none)
                ]
                said = [
                    (a.status_code, a.data.replace(str(number).encode(), b"N")
                     .replace(str(none).encode(), b"N"), a.headers.get("Location"))
                    for a in answers
                ]  # fmt: skip
                assert said[0] == said[1], (path, method)
                if method != "POST":
                    assert said[0][0] == 404, path
    assert site.host.get(f"/comments/{number}").status_code == 404


def test_a_published_comment_is_found_where_a_held_one_is_not(site: Site) -> None:
    """So that what is asserted above is not so of everything."""
    number = site.plant(state=PUBLISHED)
    assert site.host.get(f"/comments/{number}").status_code == 302
    assert site.host.get(f"/comments/{number}/report").status_code == 200
