"""Moderators decide on words that they have read, and write over none that they have not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Report

from .readers import Site, all_of, tree, words
from .test_desk import QUEUE, Moderator

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED


def hidden(page: str, name: str) -> str:
    """What stands in a field that nobody sees."""
    return all_of(tree(page), "input", name=name)[0].get("value", "")


def reword(site: Site, number: int, text: str) -> None:
    """Its writer puts other words there."""
    with site.app.app_context():
        comment = session().get(Comment, number)
        assert comment is not None
        comment.body, comment.body_html = text, f"<p>{text}</p>"
        comment.edited_at = site.clock() + timedelta(seconds=1)
        session().commit()


def test_what_its_writer_changed_meanwhile_is_not_approved_unread(site: Site) -> None:
    number, other = site.plant("Well said.", state=HELD), site.plant("So it is.", state=HELD)
    desk = Moderator(site)
    page = desk.look()
    seen = {f"seen-{id}": hidden(page, f"seen-{id}") for id in (number, other)}
    reword(site, number, "Buy pills.")
    page = desk.press(selected="approve", comment=[number, other], **seen)
    states = {comment.id: comment.state for comment in site.stored()}
    assert states == {number: HELD, other: PUBLISHED}
    assert "Buy pills." in page
    desk.press(approve=number, **{f"seen-{number}": hidden(page, f"seen-{number}")})
    assert {comment.state for comment in site.stored()} == {PUBLISHED}


def test_what_was_reported_of_words_that_nobody_read_stays_open(site: Site) -> None:
    number = site.plant("Well said.", state=HELD)
    with site.app.app_context():
        session().add(Report(blog="news", post_id=site.story.id, comment_id=number, reason="spam"))
        session().commit()
    desk = Moderator(site)
    seen = hidden(desk.look(), f"seen-{number}")
    reword(site, number, "Buy pills.")
    desk.press(approve=number, **{f"seen-{number}": seen})
    with site.app.app_context():
        assert session().scalars(select(Report.closed_at)).all() == [None]


def test_what_its_writer_changed_meanwhile_can_be_rejected_all_the_same(site: Site) -> None:
    number = site.plant("Well said.", state=HELD)
    desk = Moderator(site)
    seen = hidden(desk.look(), f"seen-{number}")
    reword(site, number, "Buy pills.")
    desk.press(reject=number, **{f"seen-{number}": seen})
    assert site.stored()[0].state == CommentState.REJECTED


def test_an_edit_does_not_write_over_words_that_came_meanwhile(site: Site) -> None:
    number = site.plant("Their first words.")
    desk = Moderator(site)
    seen = hidden(desk.look(f"{QUEUE}{number}"), "seen")
    reword(site, number, "Their second words.")
    answer = desk.post(f"{QUEUE}{number}/edit", text="Mine.", seen=seen)
    assert answer.status_code == 422
    page = tree(answer.text)
    assert "Somebody else has changed this comment since" in words(page)
    assert "Their second words." in words(page)
    assert words(all_of(page, "textarea", name="text")[0]) == "Mine."
    assert site.stored()[0].body == "Their second words."
    desk.press(f"{QUEUE}{number}/edit", text="Mine.", seen=hidden(answer.text, "seen"))
    assert site.stored()[0].body == "Mine."
