"""The moderators' queue, as its pages and forms do it without script."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_newsblog.models import CommentState
from flask_newsblog.newsroom.screens import CARDS

from ..hosts import change, path_of
from .readers import Site, all_of, tree, words

QUEUE = "/newsroom/comments/"
HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED


def token_of(html: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found is not None
    return found[1]


class Moderator:
    """Edith at her desk; what she is shown last is ``page``."""

    def __init__(self, site: Site, name: str = "Edith") -> None:
        self.site, self.client = site, site.client(name)
        self.page: Any = None

    def look(self, path: str = QUEUE) -> str:
        self.page = self.site.host.get(path, client=self.client)
        assert self.page.status_code == 200, path
        return str(self.page.text)

    def post(self, path: str, **fields: Any) -> Any:
        data = {"csrf_token": token_of(self.page.text), **fields}
        return self.site.host.open(path, client=self.client, method="POST", data=data)

    def press(self, path: str = f"{QUEUE}act", **fields: Any) -> str:
        """Send a form, and see where it leads."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303
        self.page = self.site.go(answer.headers["Location"], self.client)
        assert self.page.status_code == 200
        return str(self.page.text)

    def undo(self, **place: str) -> str:
        batch = re.search(r'name="batch" value="(\w+)"', self.page.text)
        assert batch is not None
        return self.press(f"{QUEUE}undo", batch=batch[1], **place)


@pytest.fixture
def desk(site: Site) -> Moderator:
    return Moderator(site)


def cards(html: str) -> list[int]:
    """The numbers of the comments in the queue, from the top down."""
    return [int(number) for number in re.findall(r'id="case-(\d+)" data-id', html)]


def card(html: str, number: int) -> str:
    (found,) = all_of(tree(html), "li", id=f"case-{number}")
    return words(found)


def status(html: str) -> str:
    (found,) = all_of(tree(html), "p", role="status")
    return words(found)


def counts(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-count="(\w+)">([^<]*)<', html))


def state_of(site: Site, number: int) -> str:
    return next(comment.state for comment in site.stored() if comment.id == number)


@pytest.mark.parametrize("embargo", [None, timedelta(days=1)])
def test_a_card_leads_to_the_story_if_readers_see_that(
    site: Site, desk: Moderator, embargo: timedelta | None
) -> None:
    number = site.plant(state=HELD)
    with change(site.app, site.story) as story:
        story.embargo_until = site.clock() + embargo if embargo else None
    looked = [desk.look(QUEUE), desk.look(f"{QUEUE}{number}")]
    assert [path_of(site.story) in html for html in looked] == [embargo is None] * 2


def test_a_card_says_all_that_decides(site: Site, desk: Moderator) -> None:
    parent = site.plant("The tide was low.", name="Ines Calder")
    site.send("See https://a.example and https://b.example", parent=str(parent), url="mira.example")
    text = card(desk.look(), site.stored()[-1].id)
    for said in (
        "Mira Vale", "mira@example.org", "https://mira.example", "203.0.113.0/24", "just now",
        "The ferry is back", "in reply to Ines Calder", "The tide was low.", "Why is this held?",
        "has 2 links", "is not signed in", "See https://a.example",
        "Approve", "Reject", "Spam", "Delete", "More",
    ):  # fmt: skip
        assert said in text


def test_what_waits_longest_comes_first_and_the_newest_of_all_else(
    site: Site, desk: Moderator
) -> None:
    for state in (HELD, PUBLISHED):
        old = site.plant("Old.", state=state, at=site.clock() - timedelta(hours=2))
        new = site.plant("New.", state=state, at=site.clock() - timedelta(hours=1))
        expected = [old, new] if state == HELD else [new, old]
        assert cards(desk.look(f"{QUEUE}?state={state}")) == expected


@pytest.mark.parametrize(
    ("verb", "state", "said"),
    [
        ("approve", "published", "1 comment approved."),
        ("reject", "rejected", "1 comment rejected."),
        ("spam", "spam", "1 comment marked as spam."),
        ("delete", "deleted", "1 comment deleted."),
    ],
)
def test_one_button_decides_on_one_comment(
    site: Site, desk: Moderator, verb: str, state: str, said: str
) -> None:
    one, other = site.plant("One.", state=HELD), site.plant("Other.", state=HELD)
    desk.look()
    # The other is ticked, and yet it is the button that counts.
    html = desk.press(**{verb: str(one), "comment": str(other)})
    assert (state_of(site, one), state_of(site, other)) == (state, HELD)
    assert status(html) == said
    assert cards(html) == [other]
    assert (counts(html)["held"], counts(html)[state]) == ("1", "1")
    assert site.counters() == site.recount()


def test_undo_gives_back_what_was_done_to_several(site: Site, desk: Moderator) -> None:
    ids = [site.plant(f"Number {n}.", state=HELD) for n in range(4)]
    before = [(comment.state, comment.rejection) for comment in site.stored()]
    desk.look()
    html = desk.press(selected="reject", comment=ids[:3], note="Too many.")
    assert status(html) == "3 comments rejected."
    assert cards(html) == [ids[3]]
    assert status(desk.undo()) == "3 comments are as before."
    assert [(comment.state, comment.rejection) for comment in site.stored()] == before
    assert site.counters() == site.recount() == (0, 4)


def test_undo_leaves_alone_what_was_changed_since(site: Site, desk: Moderator) -> None:
    ids = [site.plant(f"Number {n}.", state=HELD) for n in range(2)]
    desk.look()
    desk.press(selected="spam", comment=ids)
    other = Moderator(site)
    other.look(f"{QUEUE}?state=spam")
    other.press(approve=str(ids[0]))
    html = desk.undo()
    assert status(html) == "1 comment is as before. 1 was changed since and left alone."
    assert (state_of(site, ids[0]), state_of(site, ids[1])) == (PUBLISHED, HELD)


def test_what_was_put_back_already_is_not_put_back_again(site: Site, desk: Moderator) -> None:
    number = site.plant(state=HELD)
    desk.look()
    desk.press(spam=str(number))
    (batch,) = re.findall(r'name="batch" value="(\w+)"', desk.page.text)
    desk.undo()
    html = desk.press(f"{QUEUE}undo", batch=batch)
    assert status(html) == "Nothing was put back: it was changed since, or put back already."
    assert state_of(site, number) == HELD


def test_the_reason_of_a_rejection_is_kept_for_the_writer(site: Site, desk: Moderator) -> None:
    number = site.plant(state=HELD)
    desk.look()
    desk.press(reject=str(number), **{f"note-{number}": "Please stay civil."})
    assert site.stored()[0].rejection == "Please stay civil."
    assert "Please stay civil." in card(desk.look(f"{QUEUE}?state=rejected"), number)


def test_a_form_comes_back_to_where_it_was_sent_from(site: Site, desk: Moderator) -> None:
    one = site.plant("A gull, a gull.", state=CommentState.SPAM)
    html = desk.look(f"{QUEUE}?state=spam&q=gull")
    place = dict(re.findall(r'name="(state|q)" value="(\w+)"', html))
    assert place == {"state": "spam", "q": "gull"}
    desk.press(approve=str(one), **place)
    assert desk.page.request.path.endswith(QUEUE)
    assert desk.page.request.args["state"] == "spam"
    assert desk.page.request.args["q"] == "gull"


def test_nothing_selected_changes_nothing_and_says_so(site: Site, desk: Moderator) -> None:
    site.plant(state=HELD)
    desk.look()
    assert status(desk.press(selected="approve")) == "Nothing is selected."
    assert state_of(site, site.stored()[0].id) == HELD


def test_what_somebody_else_did_already_is_said(site: Site, desk: Moderator) -> None:
    number = site.plant(state=HELD)
    desk.look()
    site.judge(number, PUBLISHED)
    html = desk.press(approve=str(number))
    assert status(html) == "Nothing was changed: it was so already, or somebody else was faster."
    assert 'name="batch" value=""' in html


def test_the_queue_is_paged_without_gaps(site: Site, desk: Moderator) -> None:
    # Two by two at the same moment.
    start = site.clock() - timedelta(hours=3)
    moments = [start + timedelta(minutes=n // 2) for n in range(CARDS + 5)]
    ids = [site.plant(f"At {moment}.", state=HELD, at=moment) for moment in moments]
    first = desk.look()
    (more,) = re.findall(r'rel="next" href="/news([^"]+)"', first)
    second = desk.look(unescape(more))
    assert cards(first) + cards(second) == ids
    assert 'rel="next"' not in second


def test_a_search_finds_words_names_and_addresses(site: Site, desk: Moderator) -> None:
    site.send("A gull took my roll.", author="Ada Reeve", email="ada@example.org")
    site.send("100 % wool", author="Bo Lind", email="bo@example.org")
    gull, wool = (comment.id for comment in site.stored())
    for query, found in (
        ("gull", [gull]), ("bo lind", [wool]), ("ada@example.org", [gull]), ("%25", [wool]),
        ("_", []),
    ):  # fmt: skip
        assert cards(desk.look(f"{QUEUE}?q={query}")) == found, query


def test_an_address_that_names_no_place_leads_nowhere(site: Site, desk: Moderator) -> None:
    for query in ("state=bogus", "blog=other", "after=x", "after=-1", "after=" + "9" * 19):
        answer = site.host.get(f"{QUEUE}?{query}", client=desk.client)
        assert answer.status_code == 404, query


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"selected": "edit"}, {"selected": "bogus"}, {"approve": "x"}, {"approve": "-1"},
        {"selected": "spam", "comment": ["1", "x"]}, {"selected": "spam", "comment": ["1"] * 501},
    ],
    ids=str,
)  # fmt: skip
def test_a_form_that_makes_no_sense_changes_nothing(
    site: Site, desk: Moderator, fields: dict[str, Any]
) -> None:
    number = site.plant(state=HELD)
    desk.look()
    assert desk.post(f"{QUEUE}act", **fields).status_code == 400
    assert state_of(site, number) == HELD


def test_an_empty_queue_says_so(desk: Moderator) -> None:
    assert "Nothing waits." in desk.look()
    assert counts(desk.page.text)["held"] == "0"


def test_readers_and_strangers_decide_nothing(site: Site) -> None:
    number = site.plant(state=HELD)
    for name, status in (("", 401), ("Mira", 403)):
        client: FlaskClient = site.client(name)
        for path in (QUEUE, f"{QUEUE}{number}"):
            assert site.host.get(path, client=client).status_code == status
        for path in ("act", "undo", f"{number}/edit", f"{number}/ban"):
            answer = site.host.open(f"{QUEUE}{path}", client=client, method="POST")
            assert answer.status_code == status
    assert state_of(site, number) == HELD
