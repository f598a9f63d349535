"""A writer changes or deletes what nobody has answered, for a while."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flask_newsblog import Outcome, Verdict
from flask_newsblog.comments.moderation import Moderator, Verb, decide, history, undo
from flask_newsblog.comments.own_actions import MOST_EDITS, digest_of
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Mail, Post
from flask_newsblog.signals import comment_submitting

from ..hosts import counted_statements
from .conftest import OpenSite
from .guests import comment, hidden, own_path, press, put_values, written
from .readers import Site, kept, links


def edit(site: Site, number: int, text: str, **fields: Any) -> Any:
    return press(site, f"{own_path(site, number)}/edit/{number}", comment=text, **fields)


def delete(site: Site, number: int) -> Any:
    return press(site, f"{own_path(site, number)}/delete/{number}")


def test_a_published_comment_says_what_its_writer_makes_of_it(lively: Site) -> None:
    number = written(lively, "The fery is late.")
    lively.clock.advance(minutes=5)
    answer = edit(lively, number, "The *ferry* is late.")
    assert answer.status_code == 303
    found = comment(lively, number)
    assert found.body == "The *ferry* is late."
    assert "<em>ferry</em>" in found.body_html
    assert found.edited_at == lively.clock()
    assert found.state == CommentState.PUBLISHED
    assert "<em>ferry</em>" in lively.article().text
    assert "Your comment has been changed." in lively.go(answer.location).text


def test_the_history_keeps_what_it_said_and_a_moderator_can_take_it_back(lively: Site) -> None:
    number = written(lively, "First words.")
    edit(lively, number, "Second words.")
    with lively.app.app_context():
        (change,) = history(number)
        assert (change.verb, change.person_name) == ("edit", "Mira Vale")
        assert change.before["body"] == "First words."
        assert change.after["body"] == "Second words."
        done = undo(
            lively.app.extensions["newsblog"]["news"].settings, "news", change.batch,
            Moderator("7", "Edith"), lively.clock(),
        )  # fmt: skip
        assert [found.body for found in done.restored] == ["First words."]


def test_an_edit_runs_the_checks_again(lively: Site) -> None:
    number = written(lively, "Harmless.")
    assert lively.counters() == (1, 0)
    links_in_it = "Buy https://a.example and https://b.example now."
    answer = edit(lively, number, links_in_it)
    assert answer.status_code == 303
    assert "awaits moderation" in lively.go(answer.location).text
    assert comment(lively, number).state == CommentState.HELD
    assert lively.counters() == lively.recount() == (0, 1)
    assert "too_many_links" in lively.reasons(number)
    assert "Buy" not in lively.article().text


def test_what_the_desk_made_of_a_comment_does_not_go_over_to_other_words(lively: Site) -> None:
    number = written(lively, "Well said.")
    with lively.app.app_context():
        conf = lively.app.extensions["newsblog"]["news"].settings
        found = session().get(Comment, number)
        assert found is not None
        for verb in (Verb.PICK, Verb.PIN):
            decide(conf, [found], verb, Moderator("7", "Edith"), lively.clock())
        session().commit()
    assert comment(lively, number).reviewed_at is not None
    edit(lively, number, "Buy my watches.")
    found = comment(lively, number)
    assert (found.state, found.picked, found.reviewed_at) == ("published", False, None)
    with lively.app.app_context():
        assert session().scalar(select(Post.pinned_comment_id)) is None
        # A moderator who takes the change back has the marks back, too.
        change = history(number)[-1]
        undo(conf, "news", change.batch, Moderator("7", "Edith"), lively.clock())
        session().commit()
        assert session().scalar(select(Post.pinned_comment_id)) == number
    assert comment(lively, number).picked


def test_nobody_fills_the_history_or_tries_the_checks_without_end(site: Site) -> None:
    number = written(site, "Words.")
    for time in range(MOST_EDITS):
        assert edit(site, number, f"Words {time}.").status_code == 303
    answer = edit(site, number, "Once more.")
    assert answer.status_code == 409
    assert "Once more." in "\n".join(kept(answer.text))
    assert delete(site, number).status_code == 303


def test_what_waits_goes_on_waiting_whatever_it_says_now(site: Site) -> None:
    number = written(site, "Harmless.")
    edit(site, number, "Harmless still.")
    assert comment(site, number).state == CommentState.HELD
    assert site.counters() == site.recount() == (0, 1)


def test_why_it_waits_is_known_also_when_its_writer_takes_the_cause_away(lively: Site) -> None:
    lively.send("See https://a.example and https://b.example")
    number = lively.stored()[-1].id
    assert list(lively.reasons(number)) == ["too_many_links"]
    why = lively.reasons(number)["too_many_links"]
    for text in ("See nothing at all.", "See for yourself."):
        edit(lively, number, text)
        assert comment(lively, number).state == CommentState.HELD
        expected = {"was_held_before": f"was held before its writer changed it: {why}"}
        assert lively.reasons(number) == expected
    # What the new words are held for says all.
    edit(lively, number, "Or https://c.example and https://d.example")
    assert list(lively.reasons(number)) == ["too_many_links"]


def test_a_refused_edit_keeps_the_old_words_and_shows_the_new(open_site: OpenSite) -> None:
    def no_betting(draft: Any) -> Verdict | None:
        return Verdict(Outcome.REFUSE, "We take no betting.") if "bet" in draft.text else None

    site = open_site(NEWSBLOG_HOLD_GUESTS=False, given={"comment_checks": [no_betting]})
    number = written(site, "Harmless.")
    answer = edit(site, number, "A sure bet.")
    assert answer.status_code == 422
    assert "We take no betting." in answer.text
    assert "A sure bet." in "\n".join(kept(answer.text))
    assert comment(site, number).body == "Harmless."


def test_what_the_host_objects_to_is_no_better_as_an_edit(lively: Site) -> None:
    number = written(lively, "Harmless.")

    def object_to(sender: Any, **values: Any) -> str:
        return "No betting, please."

    with comment_submitting.connected_to(object_to, lively.app):
        answer = edit(lively, number, "A sure bet.")
    assert answer.status_code == 422
    assert "No betting, please." in answer.text
    assert comment(lively, number).body == "Harmless."


@pytest.mark.parametrize("text", ["", "   \n ", "\u200b\u2060", "x" * 10_001])
def test_an_edit_has_the_limits_of_any_reply(site: Site, text: str) -> None:
    number = written(site, "Harmless.")
    answer = edit(site, number, text)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert any(text.strip() in box for box in kept(answer.text))
    assert comment(site, number).body == "Harmless."


def test_two_windows_lose_nothing(lively: Site) -> None:
    number = written(lively, "Began so.")
    path = f"{own_path(lively, number)}/edit/{number}"
    second = lively.client()
    before = hidden(lively.host.open(path, second, method="GET").text)
    assert edit(lively, number, "The first window.").status_code == 303
    sent = {**before, "comment": "The second window."}
    answer = lively.host.open(path, second, method="POST", data=sent)
    assert answer.status_code == 409
    boxes = "\n".join(kept(answer.text))
    assert "The first window." in boxes
    assert "The second window." in boxes
    assert comment(lively, number).body == "The first window."
    sent = {**hidden(answer.text), "comment": "Both windows."}
    assert lively.host.open(path, second, method="POST", data=sent).status_code == 303
    assert comment(lively, number).body == "Both windows."


def test_a_form_that_was_refused_still_knows_what_it_began_with(lively: Site) -> None:
    number = written(lively, "Began so.")
    path = f"{own_path(lively, number)}/edit/{number}"
    second = lively.client()
    began = hidden(lively.host.open(path, second, method="GET").text)
    edit(lively, number, "The first window.")
    refused = lively.host.open(path, second, method="POST", data={**began, "comment": " "})
    assert hidden(refused.text)["former"] == digest_of("Began so.")


def test_the_same_words_again_change_nothing(lively: Site) -> None:
    number = written(lively, "The same.")
    assert edit(lively, number, "The same.").status_code == 303
    found = comment(lively, number)
    assert found.edited_at is None
    with lively.app.app_context():
        assert not history(number)


def test_nobody_says_by_an_edit_what_they_have_said_in_another_comment(lively: Site) -> None:
    written(lively, "Said once.")
    number = written(lively, "Said differently.")
    answer = edit(lively, number, "Said once.")
    assert answer.status_code == 422
    assert "Said once." in "\n".join(kept(answer.text))
    assert comment(lively, number).body == "Said differently."


def test_after_the_time_is_over_the_words_are_handed_back(lively: Site) -> None:
    number = written(lively, "Began so.")
    path = f"{own_path(lively, number)}/edit/{number}"
    visitor = lively.client()
    form = hidden(lively.host.open(path, visitor, method="GET").text)
    lively.clock.advance(minutes=15)
    data = {**form, "comment": "Too late for this."}
    answer = lively.host.open(path, visitor, method="POST", data=data)
    assert answer.status_code == 409
    assert "Too late for this." in "\n".join(kept(answer.text))
    assert comment(lively, number).body == "Began so."


@pytest.mark.parametrize("state", [CommentState.HELD, CommentState.PUBLISHED, CommentState.SPAM])
def test_once_somebody_answered_it_stays_as_it_is(lively: Site, state: CommentState) -> None:
    number = written(lively, "Began so.")
    answer_id = lively.plant("An answer.", parent=number)
    put_values(lively, answer_id, state=state)
    assert not links(lively.host.get(own_path(lively, number)).text, "Edit")
    page = lively.host.get(f"{own_path(lively, number)}/delete/{number}")
    assert "can no longer be deleted" in page.text
    answer = press(lively, f"{own_path(lively, number)}/delete/{number}", form_at=own_path(
        lively, number) + "/erase")  # fmt: skip
    assert answer.status_code == 409
    assert comment(lively, number).state == CommentState.PUBLISHED


@pytest.mark.parametrize("state", [CommentState.REJECTED, CommentState.SPAM])
def test_what_a_moderator_turned_down_is_not_rewritten(site: Site, state: CommentState) -> None:
    number = written(site)
    site.judge(number, state)
    assert not links(site.host.get(own_path(site, number)).text, "Edit")
    answer = press(site, f"{own_path(site, number)}/edit/{number}", comment="Better words.",
                   form_at=own_path(site, number) + "/erase")  # fmt: skip
    assert answer.status_code == 409
    assert "Better words." in "\n".join(kept(answer.text))


def test_no_minutes_means_not_at_all(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_EDIT_MINUTES=0)
    number = written(site)
    assert not links(site.host.get(own_path(site, number)).text, "Edit")


def test_a_deleted_comment_is_gone_and_may_be_said_again(lively: Site) -> None:
    number = written(lively, "A slip.")
    answer = delete(lively, number)
    assert answer.status_code == 303
    page = lively.go(answer.location).text
    assert "Your comment has been deleted." in page
    assert comment(lively, number).state == CommentState.DELETED
    assert lively.counters() == lively.recount() == (0, 0)
    assert "A slip." not in lively.article().text
    assert written(lively, "A slip.") != number


def test_the_spam_filter_forgets_what_its_writer_deletes(site: Site) -> None:
    number = written(site, "A slip.")
    site.judge(number, CommentState.PUBLISHED)
    assert comment(site, number).trained == "ham"
    delete(site, number)
    assert comment(site, number).trained == ""


def test_nothing_is_changed_without_the_forms_token_or_by_reading(lively: Site) -> None:
    number = written(lively, "As it was.")
    path = own_path(lively, number)
    for below in (f"/edit/{number}", f"/delete/{number}", "/erase"):
        assert lively.host.get(path + below).status_code == 200
        answer = lively.host.open(path + below, method="POST", data={"comment": "Forged."})
        assert answer.status_code == 400
    assert comment(lively, number).body == "As it was."


def test_nobody_changes_what_another_wrote(lively: Site) -> None:
    number = written(lively, "Mine.")
    other = written(lively, "Theirs.", email="tom@example.org", author="Tom")
    for below in (f"/edit/{other}", f"/delete/{other}"):
        form_at = own_path(lively, number) + "/erase"
        answer = press(lively, own_path(lively, number) + below, form_at=form_at, comment="Forged.")
        assert answer.status_code == 404
    assert comment(lively, other).body == "Theirs."


def test_an_edit_costs_few_statements(lively: Site) -> None:
    number = written(lively, "As it was.")
    path = f"{own_path(lively, number)}/edit/{number}"
    visitor = lively.client()
    form = hidden(lively.host.open(path, visitor, method="GET").text)
    with counted_statements(lively.app) as sent:
        data = {**form, "comment": "Otherwise."}
        assert lively.host.open(path, visitor, method="POST", data=data).status_code == 303
    assert len(sent) <= 20


@settings(max_examples=40)
@given(text=st.text(max_size=80))
def test_no_text_costs_its_writer_a_word_or_the_site_an_error(lively: Site, text: str) -> None:
    number = written(lively, f"Words {len(lively.stored())}.")
    answer = edit(lively, number, text)
    assert answer.status_code in (303, 422)


def test_of_two_windows_at_once_one_is_told(server_site: Any) -> None:
    site = server_site("postgresql")
    number = written(site, f"Began so {site.clock()}.")
    path = f"{own_path(site, number)}/edit/{number}"
    answers: list[int] = []
    start = threading.Barrier(2)

    def write(text: str) -> None:
        visitor = site.client()
        form = hidden(site.host.open(path, visitor, method="GET").text)
        start.wait(10)
        data = {**form, "comment": text}
        answers.append(site.host.open(path, visitor, method="POST", data=data).status_code)

    windows = [threading.Thread(target=write, args=(f"Window {n}.",)) for n in (1, 2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join(30)
    assert sorted(answers) == [303, 409]


def test_moderators_hear_of_what_waits_again(open_site: OpenSite) -> None:
    site = open_site(
        NEWSBLOG_HOLD_GUESTS=False, NEWSBLOG_MODERATORS="edith@bulletin.example",
        NEWSBLOG_MAIL_FROM="desk@bulletin.example", NEWSBLOG_BASE_URL="https://bulletin.example",
    )  # fmt: skip
    number = written(site, "Harmless.")
    edit(site, number, "Buy https://a.example and https://b.example now.")
    with site.app.app_context():
        (mail,) = session().scalars(select(Mail)).all()
        assert (mail.kind, mail.recipient) == ("queue", "edith@bulletin.example")
