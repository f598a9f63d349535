"""Moderators put other words into a comment, by the rules that hold for those of readers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_newsblog import Outcome, Verdict
from flask_newsblog.comments import moderation
from flask_newsblog.comments.checks import Draft
from flask_newsblog.comments.moderation import Done, Moderator, Unacceptable
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState
from flask_newsblog.settings import Settings

from .readers import GUEST, SAID, Site, all_of, shown, tree, words
from .test_moderation import comment, undo, written_down

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
EDITH = Moderator("id of Edith", "Edith")


def edit(
    site: Site, comment_id: int, text: str, limits: Settings | None = None, **more: Any
) -> Done:
    """Other words for a comment, committed."""
    with site.app.app_context():
        found = session().get(Comment, comment_id)
        assert found is not None
        site.clock.moment += timedelta(seconds=1)
        done = moderation.edit(limits or Settings(), found, text, EDITH, site.clock(), **more)
        session().commit()
        return done


def test_other_words_are_tidied_rendered_and_dated(site: Site) -> None:
    number = site.plant("Rude.")
    done = edit(site, number, "  *Polite*,\r\nand two lines.\x00 ")
    found = comment(site, number)
    assert len(done.changed) == 1
    assert found.body == "*Polite*,\nand two lines."
    assert "<em>Polite</em>" in found.body_html
    assert found.edited_at == found.reviewed_at == site.clock()
    (body,) = all_of(tree(site.article().text), "div", class_="nb-comment-body")
    assert words(body) == "Polite, and two lines."


def test_the_history_keeps_the_former_words_and_undo_brings_them_back(site: Site) -> None:
    number = site.plant("Rude.")
    before = comment(site, number)
    done = edit(site, number, "Polite.", name="Mira V.")
    ((verb, former, after),) = written_down(site, number)
    assert (verb, former["body"], after["body"]) == ("edit", "Rude.", "Polite.")
    assert (former["author_name"], after["author_name"]) == ("Mira Vale", "Mira V.")
    undo(site, done.batch)
    found = comment(site, number)
    for name in ("body", "body_html", "author_name", "fingerprint", "edited_at", "reviewed_at"):
        assert getattr(found, name) == getattr(before, name), name


def test_the_same_words_change_nothing(site: Site) -> None:
    number = site.plant("As it is.")
    done = edit(site, number, " As it is.\r\n")
    assert (done.changed, len(done.unchanged)) == ((), 1)
    assert comment(site, number).edited_at is None
    assert not written_down(site, number)


@pytest.mark.parametrize("empty", ["", " \r\n\t", "\u200b\u2060", "\x00"])
def test_nothing_to_read_is_refused(site: Site, empty: str) -> None:
    number = site.plant("As it is.")
    with pytest.raises(Unacceptable, match="delete the comment instead"):
        edit(site, number, empty)
    assert comment(site, number).body == "As it is."


def test_the_limits_are_those_of_readers(site: Site) -> None:
    number, limits = site.plant("As it is."), Settings(reply_length=100)
    edit(site, number, "x" * 100, limits)
    with pytest.raises(Unacceptable, match="This is 101 characters long; the limit is 100"):
        edit(site, number, "x" * 101, limits)
    with pytest.raises(Unacceptable, match="name is 246 characters"):
        edit(site, number, "Other.", name="x" * 246)
    with pytest.raises(Unacceptable, match="needs a name"):
        edit(site, number, "Other.", name="\u200b")
    edit(site, number, "Other.", Settings(reply_needs_name_and_email=False), name="\u200b")
    assert (comment(site, number).author_name, comment(site, number).body) == ("", "Other.")


def test_what_its_writer_said_there_already_is_refused_with_a_sentence(lively: Site) -> None:
    lively.send("One.")
    lively.send("Two.")
    _, two = lively.stored()
    with pytest.raises(Unacceptable, match="Mira Vale has said exactly this here"):
        edit(lively, two.id, "One.")
    assert comment(lively, two.id).body == "Two."


def test_what_its_writer_says_again_is_known_by_its_present_words(lively: Site) -> None:
    lively.send()
    (before,) = lively.stored()
    done = edit(lively, before.id, "Other words.")
    assert lively.send("Other words.").location.endswith(f"/comments/{before.id}")
    lively.send()
    assert len(lively.stored()) == 2
    # Its former words are another comment's now.
    undone = undo(lively, done.batch)
    assert [c.id for c in undone.kept] == [before.id]
    assert comment(lively, before.id).body == "Other words."


def test_the_checks_say_what_they_think_and_the_comment_stays_where_it_stands(site: Site) -> None:
    def hates_ferries(draft: Draft) -> Verdict | None:
        return Verdict(Outcome.REFUSE, "is about ferries") if "ferry" in draft.text else None

    number = site.plant("Buses.")
    links = "The ferry: https://a.example https://b.example"
    edit(site, number, links, checks=(*moderation.CHECKS, hates_ferries))
    assert comment(site, number).state == PUBLISHED
    reasons = site.reasons(number)
    assert reasons["hates_ferries"] == "is about ferries"
    assert reasons["too_many_links"] == "has 2 links"
    edit(site, number, f"{links} again", checks=(*moderation.CHECKS, hates_ferries))
    with site.app.app_context():
        said = [verdict.check for verdict in moderation.verdicts(number)]
    assert len(said) == len(set(said))


def test_what_waits_goes_on_waiting(site: Site) -> None:
    site.send()
    (found,) = site.stored()
    edit(site, found.id, "Other words.")
    assert comment(site, found.id).state == HELD
    assert shown(site.article().text) == []
    assert GUEST["author"] == comment(site, found.id).author_name
    assert SAID not in comment(site, found.id).body


@given(text=st.text(max_size=200), name=st.none() | st.text(max_size=30))
@settings(max_examples=60)
def test_whatever_is_typed_is_taken_or_refused_and_can_be_taken_back(
    site: Site, text: str, name: str | None
) -> None:
    number = site.plant(f"Planted {site.clock()}")
    before = comment(site, number)
    try:
        done = edit(site, number, text, name=name)
    except Unacceptable:
        assert comment(site, number).body == before.body
        return
    assert "<script" not in comment(site, number).body_html
    undo(site, done.batch)
    assert comment(site, number).body_html == before.body_html
    assert comment(site, number).fingerprint == before.fingerprint
