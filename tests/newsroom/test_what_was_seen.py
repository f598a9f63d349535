"""A form that is refused for something else goes on from what its page saw, and is told in time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry, Banner, Correction, Media, Rule

from ..hosts import Clock, Host
from .busy import UNPREPARED, at_once, every_database
from .desks import hidden, send, sign_in
from .test_meanwhile import (
    BREAKING,
    CORRECTIONS,
    TOLD,
    begun,
    busy,
    clock,
    desk,
    line_from,
    line_that_another_changed,
    only,
    picture,
    reworded,
)
from .test_two_at_once import begin, opened, saved

__all__ = ["busy", "clock", "desk"]
RULES = "/news/newsroom/rules/"
LATE = {"csrf_token": "too old"}
SAVED = "The story was saved by somebody after you opened this page."


@pytest.mark.parametrize("wrong", [LATE, {"until": "tomorrow", "lasting": ""}])
def test_a_refused_line_of_breaking_news_is_still_told_of_a_change(
    desk: Host, clock: Clock, wrong: dict[str, str]
) -> None:
    ben, second = line_that_another_changed(desk, clock)
    refused = ben.post(BREAKING, data=second | wrong)
    assert refused.status_code in (400, 422)
    answer = ben.post(BREAKING, data=line_from(refused, "The pier is sold"))
    assert answer.status_code == 409
    assert only(desk, Banner).text == "The pier is open"
    again = line_from(answer, "The pier is sold")
    assert ben.post(BREAKING, data=again).status_code == 303
    assert only(desk, Banner).text == "The pier is sold"


def test_who_ends_breaking_news_too_late_finds_it_as_it_is(desk: Host, clock: Clock) -> None:
    address = begun(desk, "The pier is closed", clock())
    editor = sign_in(desk)
    form = hidden(editor.get(address).text) | {"do": "end"} | LATE
    answer = editor.post(BREAKING, data=form)
    assert answer.status_code == 400
    assert 'value="The pier is closed"' in answer.text


def test_words_for_a_line_that_went_under_an_embargo_begin_no_second_one(
    desk: Host, clock: Clock
) -> None:
    address = begun(desk, "The pier is closed", clock())
    ann, ben = sign_in(desk, "Ann"), sign_in(desk, "Ben")
    form = line_from(ben.get(address), "The pier is sold")
    story = begin(ann)
    assert send(ann, f"{story}publishing", **embargo(clock, 3, "Ann")).status_code == 303
    clock.advance(seconds=5)
    number = re.search(r"posts/(\d+)", story)
    assert number is not None
    moved = line_from(ann.get(address), "The pier is open") | {"post": number[1]}
    assert ann.post(BREAKING, data=moved).status_code == 303
    answer = ben.post(BREAKING, data=form)
    for _ in range(2):
        assert answer.status_code == 422
        assert "The pier is open" not in answer.text
        assert 'value="The pier is sold"' in answer.text
        answer = ben.post(BREAKING, data=line_from(answer, "The pier is sold"))
    assert only(desk, Banner).text == "The pier is open"


@pytest.mark.parametrize("wrong", [LATE, {"text": " "}, {"text": "y" * 6_000}])
def test_a_refused_correction_is_still_told_of_a_change(
    desk: Host, clock: Clock, wrong: dict[str, str]
) -> None:
    ann, ben, first, second = reworded(desk, clock)
    refused = ben.post(CORRECTIONS, data=second | wrong)
    assert refused.status_code in (400, 422)
    assert ann.post(CORRECTIONS, data=first).status_code == 303
    again = second | hidden(refused.text) | {"do": "change"}
    answer = ben.post(CORRECTIONS, data=again)
    assert answer.status_code == 409
    assert only(desk, Correction).text == "Three boats."


def test_new_words_that_came_too_late_stand_in_the_form_of_their_correction(
    desk: Host, clock: Clock
) -> None:
    ann, _, first, _ = reworded(desk, clock)
    answer = ann.post(CORRECTIONS, data=first | LATE)
    assert answer.status_code == 400
    assert re.findall(r'<textarea id="([^"]+)"[^>]*>\n([^<]+)</textarea>', answer.text) == [
        ("nb-text-1", "Three boats.")
    ]
    again = first | hidden(answer.text) | {"do": "change"}
    assert ann.post(CORRECTIONS, data=again).status_code == 303
    assert only(desk, Correction).text == "Three boats."


def test_words_that_came_too_late_for_one_that_was_taken_back_are_kept(
    desk: Host, clock: Clock
) -> None:
    ann, ben, first, _ = reworded(desk, clock)
    gone = hidden(ben.get(CORRECTIONS).text) | {"do": "take-back", "sure": "yes"}
    assert ben.post(CORRECTIONS, data=gone).status_code == 303
    answer = ann.post(CORRECTIONS, data=first | LATE)
    assert answer.status_code == 400
    assert "This page was open for too long" in answer.text
    assert "Three boats.</textarea>" in answer.text


@pytest.mark.parametrize("late", [False, True])
def test_nothing_goes_out_that_was_not_seen_also_where_something_is_asked_first(
    desk: Host, clock: Clock, late: bool
) -> None:
    ann, ben = sign_in(desk, "Ann"), sign_in(desk, "Ben")
    story = begin(ann)
    room = f"{story}publishing"
    form = {"do": "publish" if late else "schedule", "day": "2020-01-01", "clock": "10:00"}
    form = hidden(ann.get(room).text) | form
    words = opened(ben, story) | {"body": "Nobody has read this."}
    assert ben.post(story, data=words).status_code == 303
    asked = ann.post(room, data=form | LATE if late else form)
    assert asked.status_code == (400 if late else 422)
    sure = re.search(r'name="sure" value="([^"]*)"', asked.text)
    assert bool(sure) is not late
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', asked.text)
    assert seen is not None
    form |= {"csrf_token": hidden(asked.text)["csrf_token"], "seen": seen[1]}
    form |= {"sure": sure[1]} if sure else {}
    answer = ann.post(room, data=form)
    assert answer.status_code == 409
    assert SAVED in answer.text
    assert saved(desk).state == "draft"
    # Told so, the page has seen it.
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', answer.text)
    assert seen is not None
    assert ann.post(room, data=form | {"do": "publish", "seen": seen[1]}).status_code == 303


def embargo(clock: Clock, days: int, *people: str) -> dict[str, str]:
    day = (clock() + timedelta(days=days)).date().isoformat()
    return {
        "do": "embargo", "until_day": day, "until_clock": "10:00", "people": "\n".join(people),
    }  # fmt: skip


def test_who_sets_an_embargo_that_another_has_changed_is_told(desk: Host, clock: Clock) -> None:
    ann, ben, carl = (sign_in(desk, name) for name in ("Ann", "Ben", "Carl"))
    story = begin(ann)
    room = f"{story}publishing"
    assert send(ann, room, **embargo(clock, 3, "Ann", "Ben", "Carl")).status_code == 303
    form = hidden(ben.get(room).text) | embargo(clock, 4, "Ann", "Ben", "Carl")
    for _ in range(2):  # by a double click
        sent = hidden(ann.get(room).text) | embargo(clock, 3, "Ann", "Ben")
        assert ann.post(room, data=sent).status_code == 303
    answer = ben.post(room, data=form)
    assert answer.status_code == 409
    assert TOLD in answer.text
    assert carl.get(story).status_code == 403
    again = form | {"embargo_seen": hidden(answer.text)["embargo_seen"]}
    assert ben.post(room, data=again).status_code == 303
    assert carl.get(story).status_code == 200


def test_who_changes_a_notice_that_another_has_changed_is_told(desk: Host, clock: Clock) -> None:
    ann, ben = sign_in(desk, "Ann"), sign_in(desk, "Ben")
    room = f"{begin(ann)}publishing"
    assert send(ann, room, do="publish").status_code == 303
    clock.advance(minutes=1)
    assert send(ann, room, do="withdraw", notice="Withdrawn.").status_code == 303
    form = hidden(ben.get(room).text) | {"do": "notice", "notice": "Withdrawn, and sorry."}
    first = hidden(ann.get(room).text) | {"do": "notice", "notice": "By order of a court."}
    for _ in range(2):
        assert ann.post(room, data=first).status_code == 303
    answer = ben.post(room, data=form)
    assert answer.status_code == 409
    assert "By order of a court." in answer.text
    assert "Withdrawn, and sorry.</textarea>" in answer.text
    assert saved(desk).withdrawal == "By order of a court."
    again = form | {"notice_seen": hidden(answer.text)["notice_seen"]}
    assert ben.post(room, data=again).status_code == 303
    assert saved(desk).withdrawal == "Withdrawn, and sorry."


def test_who_brings_a_revision_back_with_a_page_too_old_is_told_of_a_save(desk: Host) -> None:
    ann, ben = sign_in(desk, "Ann"), sign_in(desk, "Ben")
    story = begin(ann)
    assert ann.post(story, data=opened(ann, story) | {"body": "Two."}).status_code == 303
    first = f"{story}revisions/1"
    form = hidden(ann.get(first).text)
    assert ben.post(story, data=opened(ben, story) | {"body": "Three."}).status_code == 303
    refused = ann.post(first, data=form | LATE)
    assert refused.status_code == 400
    answer = ann.post(first, data=hidden(refused.text))
    assert answer.status_code == 409
    assert saved(desk).body == "Three."


def rule(browser: Any, **fields: str) -> dict[str, str]:
    rule = {"do": "save", "kind": "word", "value": "casino", "outcome": "hold", "days": "1"}
    return hidden(browser.get(RULES).text) | rule | {"note": ""} | fields


def test_a_rule_that_there_is_already_is_shown_before_another_takes_its_place(
    desk: Host, clock: Clock
) -> None:
    ann, ben = sign_in(desk, "Ann"), sign_in(desk, "Ben")
    first = rule(ann, outcome="refuse", days="", note="By order of a court")
    for _ in range(2):  # by a double click
        assert ann.post(RULES, data=first).status_code == 303
    answer = ben.post(RULES, data=rule(ben))
    assert answer.status_code == 409
    assert "There is a rule for this already" in answer.text
    assert "<li>Refuse · For good · Made by <bdi>Ann</bdi></li>" in answer.text
    assert '<li dir="auto">By order of a court</li>' in answer.text
    assert only(desk, Rule).outcome == "refuse"
    again = rule(ben) | {"seen": hidden(answer.text)["seen"]}
    assert ben.post(RULES, data=again).status_code == 303
    kept = only(desk, Rule)
    assert (kept.outcome, kept.person_name) == ("hold", "Ben")
    with desk.app.app_context():
        query = select(AuditEntry.verb, AuditEntry.detail).where(AuditEntry.kind == "rule")
        (first_deed, detail), (second_deed, change) = session().execute(
            query.order_by(AuditEntry.id)
        )
    assert (first_deed, detail, second_deed) == ("create", "", "edit")
    assert change.startswith("Refuse, – → Hold, ")


def test_a_rule_that_is_over_is_made_anew_without_a_question(desk: Host, clock: Clock) -> None:
    editor = sign_in(desk)
    assert editor.post(RULES, data=rule(editor, note="For a day")).status_code == 303
    clock.advance(days=2)
    editor = sign_in(desk)
    assert editor.post(RULES, data=rule(editor, outcome="refuse")).status_code == 303
    assert only(desk, Rule).outcome == "refuse"


def test_a_removed_rule_that_somebody_made_anew_is_not_put_in_its_place(desk: Host) -> None:
    ann, ben = sign_in(desk, "Ann"), sign_in(desk, "Ben")
    assert ann.post(RULES, data=rule(ann)).status_code == 303
    removed = ann.post(RULES, data=rule(ann) | {"do": "remove", "rule": str(only(desk, Rule).id)})
    undo = hidden(ann.get(removed.location).text) | {"do": "again"}
    assert ben.post(RULES, data=rule(ben, outcome="refuse", note="Mine")).status_code == 303
    assert ann.post(RULES, data=undo).status_code == 303
    assert (only(desk, Rule).outcome, only(desk, Rule).note) == ("refuse", "Mine")


@every_database
def test_a_picture_is_put_over_a_story_or_deleted_and_never_both(busy: Host, kind: str) -> None:
    host = busy
    ann, ben = sign_in(host, "Ann"), sign_in(host, "Ben")
    for turn in range(3):
        story, address = begin(ann, slug=f"turn-{turn}"), picture(host)
        form, token = hidden(ann.get(story).text), hidden(ben.get(address).text)
        number = address.rstrip("/").rpartition("/")[2]
        lead = {"csrf_token": form["csrf_token"], "picture": number}
        gone = {"csrf_token": token["csrf_token"]}
        placed, deleted = at_once([
            lambda to=f"{story}lead-picture", data=lead: ann.post(to, data=data),
            lambda to=f"{address}delete", data=gone: ben.post(to, data=data),
        ])  # fmt: skip
        refused = (404, 503) if kind == UNPREPARED else (404,)
        assert placed.status_code in (303, *refused)
        assert deleted.status_code in (303, 409, *refused)
        with host.app.app_context():
            there = session().scalars(select(Media.id)).all()
        assert bool(there) == (deleted.status_code != 303)
        if placed.status_code == 303:
            assert there
            nothing = lead | {"picture": ""}
            assert ann.post(f"{story}lead-picture", data=nothing).status_code == 303
            assert ben.post(f"{address}delete", data=gone).status_code == 303
