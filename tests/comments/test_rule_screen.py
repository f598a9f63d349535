"""The rules of the desk in the newsroom: tried, kept, removed, added again, by those who may."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_newsblog.comments import rules
from flask_newsblog.database import session
from flask_newsblog.models import CommentState

from .readers import Site, all_of, tree, words

PATH = "/newsroom/rules/"
WORD = {"kind": "word", "value": "Casino", "outcome": "hold", "days": "", "note": ""}


class Desk:
    """Edith at the newsroom's page of rules."""

    def __init__(self, site: Site, name: str = "Edith") -> None:
        self.site, self.client = site, site.client(name)

    def get(self, query: str = "") -> Any:
        return self.site.host.get(PATH + query, client=self.client)

    def post(self, do: str, **fields: str) -> Any:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get().text)
        assert token is not None
        return self.site.host.open(
            PATH, self.client, method="POST", data={"csrf_token": token[1], "do": do, **fields}
        )

    def follow(self, answer: Any) -> str:
        assert answer.status_code == 303
        return str(self.site.go(answer.location, self.client).text)

    def kept(self) -> list[str]:
        with self.site.app.app_context():
            return list(rules.export_rules("news"))


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


def test_a_rule_is_kept_and_stands_in_the_list_with_who_made_it(desk: Desk) -> None:
    assert "No rules here." in desk.get().text
    page = desk.follow(desk.post("save", **{**WORD, "days": "7", "note": "Since May"}))
    assert "Saved: casino" in page
    assert desk.kept() == ["word\thold\tcasino\t2026-05-11T12:00:00+00:00\tSince May"]
    (row,) = [words(row) for row in all_of(tree(page), "tr") if "casino" in words(row)]
    for part in ("Since May", "Word or phrase", "Hold", "May 11, 2026", "Edith"):
        assert part in row
    desk.site.clock.advance(days=7)
    assert "Ended" in desk.get().text


def test_a_removed_rule_is_added_again_as_it_was(desk: Desk) -> None:
    desk.post("save", **{**WORD, "days": "7", "note": "Since May"})
    before = desk.kept()
    (number,) = [e.get("value", "") for e in all_of(tree(desk.get().text), "input", name="rule")]
    page = desk.follow(desk.post("remove", rule=number))
    assert desk.kept() == []
    assert "Removed: casino" in page
    (line,) = [e.get("value", "") for e in all_of(tree(page), "input", name="line")]
    desk.follow(desk.post("again", line=line))
    assert desk.kept() == before
    assert desk.post("remove", rule="999").status_code == 303
    assert desk.kept() == before


def test_a_link_from_elsewhere_puts_no_rule_before_a_moderator(desk: Desk) -> None:
    made_up = "word\trefuse\tthe"
    answer = desk.site.host.open(PATH, desk.client, method="GET", query_string={"removed": made_up})
    assert answer.status_code == 200
    assert "Removed" not in answer.text
    assert desk.post("again", line=made_up).status_code == 303
    assert desk.kept() == []


def test_a_rule_is_tried_before_it_is_saved_and_nothing_changes(desk: Desk) -> None:
    seen = desk.site.plant("The casino that readers see.")
    desk.site.plant("The casino that waits.", state=CommentState.HELD)
    desk.site.plant("Another.")
    answer = desk.post("try", **WORD)
    assert answer.status_code == 200
    page = tree(answer.text)
    (trial,) = all_of(page, "div", class_="nb-rule-trial")
    assert "Of the last 3 comments: 2 would have been caught, 1 of them published." in words(trial)
    (link,) = trial.iter("a")
    assert link.get("href") == f"/news/comments/{seen}"
    assert [e.get("value") for e in all_of(page, "input", id="nb-value")] == ["Casino"]
    assert desk.kept() == []


def test_a_text_is_tested_and_every_verdict_shown(desk: Desk) -> None:
    desk.post("save", **WORD)
    answer = desk.post("test", text="A casino <b>", name="www.x.example", email="", website="")
    (shown,) = all_of(tree(answer.text), "div", class_="nb-rule-trial")
    for reason in (
        "contains listed words: casino", "has a web address for a name", "not signed in"
    ):  # fmt: skip
        assert reason in words(shown)
    assert "A casino &lt;b&gt;</textarea>" in answer.text
    assert desk.site.stored() == []


@pytest.mark.parametrize("do", ["save", "try"])
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": "***"}, "needs a letter or a digit"),
        ({"kind": "network", "value": "203.0.113.9"}, "write 203.0.113.0/24"),
        ({"kind": "network", "value": "::/16", "outcome": "refuse"}, "can only be held"),
    ],
)
def test_what_is_no_rule_comes_back_with_a_sentence(
    desk: Desk, do: str, fields: dict[str, str], sentence: str
) -> None:
    answer = desk.post(do, **{**WORD, **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert [e.get("value") for e in all_of(tree(answer.text), "input", id="nb-value")] == [
        fields["value"]
    ]
    assert desk.kept() == []


@pytest.mark.parametrize(
    "fields", [{"do": "destroy"}, {"kind": "x"}, {"outcome": "x"}, {"days": "-1"}, {"days": "x"}]
)
def test_what_no_form_of_ours_sends_is_refused(desk: Desk, fields: dict[str, str]) -> None:
    given = {"do": "save", **WORD, **fields}
    assert desk.post(given.pop("do"), **given).status_code == 400
    assert desk.kept() == []


def test_only_those_who_moderate_come_in(site: Site) -> None:
    assert site.host.get(PATH).status_code == 401
    assert Desk(site, "Nora").get().status_code == 403
    for client in (site.client(), site.client("Nora"), site.client("Edith")):
        answer = site.host.open(PATH, client, method="POST", data={"do": "save", **WORD})
        assert answer.status_code in (400, 401, 403)
    assert Desk(site).kept() == []


def test_rules_are_found_by_their_letters_and_no_letter_is_a_wildcard(desk: Desk) -> None:
    for value in ("casino", "100 percent", "poker"):
        desk.post("save", **{**WORD, "value": value})
    desk.post("save", **{**WORD, "kind": "domain", "value": "bad.example"})

    def found(query: str) -> set[str]:
        cells = all_of(tree(desk.get(query).text), "th", scope="row")
        return {words(cell) for cell in cells}

    assert found("?part=as") == {"casino"}
    assert found("?part=%25") == found("?part=_") == set()
    assert found("?kind=domain") == {"bad.example"}
    assert len(found("")) == 4
    assert desk.get("?kind=nothing").status_code == 404


def test_ten_thousand_rules_are_read_page_by_page(desk: Desk) -> None:
    with desk.site.app.app_context():
        lines = [f"word{n}" for n in range(250)]
        rules.import_rules("news", lines, "word", "hold", "Ann", desk.site.clock())
        session().commit()
    address, seen = desk.get().request.path, []
    while address:
        page = tree(desk.site.go(address, desk.client).text)
        seen += [words(cell) for cell in all_of(page, "th", scope="row")]
        address = next((a.get("href", "") for a in all_of(page, "a", rel="next")), "")
    assert seen == lines[::-1]


@pytest.mark.parametrize("line", ["", "x", "\t\t", "word\thold\t<b>", "a" * 2000, "%00", "\ud800"])
def test_a_strange_address_shows_the_page_and_changes_nothing(desk: Desk, line: str) -> None:
    with_line: FlaskClient = desk.client
    answer = desk.site.host.open(
        PATH, with_line, method="GET", query_string={"removed": line.encode("utf-8", "replace")}
    )
    assert answer.status_code == 200
    assert "<b>" not in answer.text
    assert desk.kept() == []
