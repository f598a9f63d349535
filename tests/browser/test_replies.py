"""Leaving a reply, as readers do it: with script and without, on a phone and at a desk."""

from __future__ import annotations

import gzip
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

import flask_newsblog
from example_app.database import db
from flask_newsblog.database import utcnow
from flask_newsblog.models import Comment
from flask_newsblog.mount import find_mount

from .conftest import MEMBER, PASSWORD, Site
from .looks import DESK, PHONE

pytestmark = [
    pytest.mark.browser,
    # Where a page is left while its files come, Werkzeug's server does not close
    # them: what it reads from the lost connection first fails (serving.py, run_wsgi).
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in.*/(media|static)/:pytest.PytestUnraisableExceptionWarning"
    ),
]

Reader: TypeAlias = "Callable[..., Page]"

# Written to by these tests, and looked at by them; the look is judged where much was written.
STORY, TALKED_OF = "fog", "library-saturdays-kept-by-one-vote"
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REPLIES = "**/news/replies/*"
NO_ANSWER = "We could not reach the site. Your text is safe; please try again."
SCRIPT = [pytest.param(True, id="with script"), pytest.param(False, id="without script")]


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name)


def comment_of(page: Page) -> Locator:
    return field(page, "Comment")


def button_of(page: Page) -> Locator:
    return page.locator("[type=submit]").and_(page.get_by_role("button"))


def write(page: Page, words: str, name: str = "Ada Reeve", email: str = "ada@example.org") -> None:
    """Fill in the form."""
    comment_of(page).fill(words)
    field(page, "Name").fill(name)
    field(page, "Email").fill(email)


def send(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


def reply_to(page: Page, name: str) -> Locator:
    """The link that opens the form under a comment of this person, the first on the page."""
    return page.get_by_role("link", name=f"Reply to {name}").first


def own_page_of(page: Page, site: Site, name: str) -> str:
    """The address of the page on which that comment is answered without script."""
    return site.root + (reply_to(page, name).get_attribute("href") or "")


def expect_plain(page: Page, words: str) -> None:
    """The form stands where it stood at first, for the story, with these words."""
    expect(page.get_by_role("heading", name="Leave a Reply")).to_be_visible()
    expect(page.locator(".nb-comment .nb-reply")).to_have_count(0)
    expect(page.get_by_role("link", name="Cancel reply")).to_be_hidden()
    expect(page.locator("[name=parent]")).to_have_value("")
    expect(comment_of(page)).to_have_value(words)


def expect_under(page: Page, name: str, words: str) -> None:
    """The form stands under the first comment of this person, with these words."""
    number = (reply_to(page, name).get_attribute("href") or "").partition("?to=")[2]
    under = page.locator(f"#comment-{number}")
    expect(under.get_by_role("heading", name=f"Reply to {name}")).to_be_visible()
    expect(under.get_by_role("link", name="Cancel reply")).to_be_visible()
    expect(page.locator("[name=parent]")).to_have_value(number)
    expect(comment_of(page)).to_have_value(words)


def expect_waiting(page: Page, words: str) -> None:
    """It is shown in its place, lit, and marked as waiting."""
    expect(page.locator(".nb-comment:target")).to_contain_text(words)
    expect(page.locator(":target [role=status]")).to_contain_text(
        "Your comment is awaiting moderation."
    )


def kept_by(page: Page) -> list[str]:
    """What the browser keeps of the reader's words and name: all but when it was where."""
    names: list[str] = page.evaluate("Object.keys(localStorage).sort()")
    return [name for name in names if not name.startswith("newsblog:seen:")]


def fail_the_script(route: Route) -> None:
    """What script asks for meets a gateway that is down; what the browser asks for passes."""
    if route.request.resource_type == "fetch":
        route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
    else:
        route.continue_()


def reject(site: Site, words: str) -> None:
    """Take the comment with these words away by the command."""
    with site.app.app_context():
        number = db.session.scalars(select(Comment.id).filter_by(body=words)).one()
    command = ["newsblog", "comments", "reject", str(number), "--blog", "news"]
    done = site.app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 0, done.output


def publish(site: Site, page: Page, words: str, name: str) -> None:
    """Somebody's comment, said and approved."""
    page.goto(site.story(STORY))
    write(page, words, name=name)
    send(page)
    expect_waiting(page, words)
    site.approve(words)


@contextmanager
def full_database(site: Site) -> Iterator[None]:
    """The database takes no more comments, as its driver would say it."""

    def refuse(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO newsblog_comment "):
            full = sqlite3.OperationalError("database or disk is full")
            raise OperationalError(statement, {}, full)

    with site.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def change_page(page: Page, address: str, old: str, new: str) -> None:
    """Serve the page at this address with something else in it."""

    def change(route: Route) -> None:
        html = route.fetch().text()
        assert old in html
        route.fulfill(content_type="text/html", body=html.replace(old, new))

    page.route(address, change)


def send_as_the_browser_does(page: Page) -> None:
    """As if there were no script, and without the browser's own checks."""
    with page.expect_navigation():
        page.evaluate("document.querySelector('[data-reply-form]').submit()")


@pytest.mark.parametrize("script", SCRIPT)
def test_a_guests_reply_waits_and_is_seen_by_its_writer_alone_until_approved(
    script: bool, reader: Reader, site: Site
) -> None:
    words = f"The signal woke the dog (script: {script})."
    writer, other = reader(java_script_enabled=script), reader()
    writer.goto(site.story(STORY))
    write(writer, words)
    send(writer)
    expect_waiting(writer, words)
    other.goto(site.story(STORY))
    assert words not in other.content()
    site.approve(words)
    other.reload()
    expect(other.locator(".nb-comment", has_text=words)).to_be_visible()
    writer.reload()
    expect(writer.locator(".nb-comment:target", has_text=words)).to_be_visible()
    assert "awaiting" not in writer.content()


def test_an_answer_is_written_in_its_place_and_stands_there(reader: Reader, site: Site) -> None:
    words = "Ours has slept through it since 1987."
    page = reader()
    page.goto(site.story(TALKED_OF))
    page.get_by_role("link", name="Reply to Orla Pennick").first.click()
    expect(page.get_by_role("heading", name="Reply to Orla Pennick")).to_be_visible()
    expect(comment_of(page)).to_be_focused()
    assert page.url == site.story(TALKED_OF)
    write(page, words)
    send(page)
    expect_waiting(page, words)
    expect(page.locator(":target")).to_have_class(re.compile("nb-level-2"))
    site.approve(words)
    other = reader()
    other.goto(site.story(TALKED_OF))
    answer = other.locator(".nb-comment", has_text=words)
    expect(answer).to_have_class("nb-comment nb-level-2")
    expect(answer.get_by_text("in reply to Orla Pennick")).to_be_attached()


def test_an_answer_without_script_has_a_page_of_its_own_with_what_it_answers(
    reader: Reader, site: Site
) -> None:
    words = "I read all of them too, by the other radiator."
    page = reader(java_script_enabled=False)
    page.goto(site.story(TALKED_OF))
    page.get_by_role("link", name="Reply to Beatrix Onslow").first.click()
    expect(page.get_by_role("heading", name="Reply to Beatrix Onslow")).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text("I have read all of the Russians.")
    write(page, words)
    send(page)
    expect_waiting(page, words)
    expect(page.locator(":target")).to_have_class(re.compile("nb-level-2"))


def test_cancelling_puts_the_form_back_with_its_words(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(TALKED_OF))
    link = page.get_by_role("link", name="Reply to Ottoline Reeve")
    link.click()
    expect(page.locator(".nb-comment .nb-reply")).to_be_visible()
    comment_of(page).fill("On second thoughts")
    page.get_by_role("link", name="Cancel reply").click()
    expect(link).to_be_focused()
    expect(page.get_by_role("heading", name="Leave a Reply")).to_be_visible()
    expect(page.locator(".nb-comment .nb-reply")).to_have_count(0)
    expect(page.get_by_role("link", name="Cancel reply")).to_be_hidden()
    expect(comment_of(page)).to_have_value("On second thoughts")
    assert page.locator("[name=parent]").input_value() == ""


def test_what_is_wrong_is_said_under_the_fields_and_nothing_moves(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Kept through every mistake.", email="nonsense")
    button = button_of(page)
    button.evaluate("button => button.scrollIntoView({block: 'center'})")
    before = button.bounding_box()
    button.click()
    expect(field(page, "Email")).to_be_focused()
    after = button.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 20  # a message of two lines
    expect(field(page, "Email")).to_have_attribute("aria-invalid", "true")
    described = field(page, "Email").get_attribute("aria-describedby") or ""
    assert "nb-note" in described.split()
    expect(page.locator("#nb-email-error")).to_contain_text("Please enter an email address")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
    expect(comment_of(page)).to_have_value("Kept through every mistake.")
    assert page.url == site.story(STORY)
    field(page, "Email").fill("ada@example.org")
    send(page)
    expect_waiting(page, "Kept through every mistake.")


def test_without_script_the_page_comes_back_with_the_words_and_the_first_mistake_focused(
    reader: Reader, site: Site
) -> None:
    page = reader(java_script_enabled=False)
    page.goto(site.story(STORY))
    write(page, "Kept without script.")
    field(page, "Website").fill("no good")
    send(page)
    expect(field(page, "Website")).to_be_focused()
    expect(page.locator("#nb-url-error")).to_contain_text("Please enter a web address")
    expect(page.get_by_role("alert")).to_contain_text("Your comment has not been posted.")
    expect(comment_of(page)).to_have_value("Kept without script.")
    expect(field(page, "Name")).to_have_value("Ada Reeve")
    field(page, "Website").fill("")
    send(page)
    expect_waiting(page, "Kept without script.")


def test_a_draft_outlives_a_reload_until_the_server_has_it(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    comment_of(page).fill("Half a thought about the fog")
    page.goto(site.story(TALKED_OF))
    expect(comment_of(page)).to_have_value("")
    page.goto(site.story(STORY))
    expect(comment_of(page)).to_have_value("Half a thought about the fog")
    write(page, "Half a thought [about](https://fog.example.org) it, and the other half.")
    send(page)
    expect_waiting(page, "and the other half.")
    page.goto(site.story(STORY))
    expect(comment_of(page)).to_have_value("")


def test_what_the_server_gives_back_is_not_replaced_by_a_draft(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    comment_of(page).fill("An older draft")
    page.evaluate("document.querySelector('#nb-comment').value = 'What was sent'")
    send_as_the_browser_does(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(comment_of(page)).to_have_value("What was sent")


def test_a_reader_is_remembered_who_asked_for_it_and_forgotten_who_unticks(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Remember me.", name="Idris Vane")
    page.get_by_label("Save my name").check()
    send(page)
    expect_waiting(page, "Remember me.")
    page.goto(site.story(TALKED_OF))
    expect(field(page, "Name")).to_have_value("Idris Vane")
    expect(field(page, "Email")).to_have_value("ada@example.org")
    expect(page.get_by_label("Save my name")).to_be_checked()
    page.get_by_label("Save my name").uncheck()
    page.reload()
    expect(page.get_by_label("Save my name")).not_to_be_checked()
    page.goto(site.story(STORY))
    expect(field(page, "Name")).to_have_value("")


def test_nobody_is_remembered_unasked(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "I was never here.")
    send(page)
    expect_waiting(page, "I was never here.")
    assert kept_by(page) == []


def test_control_and_enter_send(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Sent from the keyboard.")
    comment_of(page).press("Control+Enter")
    expect_waiting(page, "Sent from the keyboard.")


def test_the_button_says_that_it_sends_and_sends_once(reader: Reader, site: Site) -> None:
    page, held = reader(), list[Route]()
    page.goto(site.story(STORY))
    write(page, "Pressed twice.")
    page.route(REPLIES, lambda route: held.append(route))
    button = button_of(page)
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    button.dblclick()
    expect(button).to_have_text("Sending…")
    assert button.bounding_box() == before
    button.click(force=True)
    assert len(held) == 1
    held[0].continue_()
    page.unroute(REPLIES)
    expect_waiting(page, "Pressed twice.")
    assert site.count("Pressed twice.") == 1


def test_without_a_network_the_words_stay_and_can_be_sent_later(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "From the middle of the sound.")
    page.context.set_offline(True)
    button = button_of(page)
    button.evaluate("button => button.scrollIntoView({block: 'center'})")
    before = button.bounding_box()
    button.click()
    expect(page.get_by_role("alert")).to_have_text(NO_ANSWER)
    assert button.bounding_box() == before
    expect(button).to_have_text("Post Comment")
    expect(comment_of(page)).to_have_value("From the middle of the sound.")
    page.context.set_offline(False)
    send(page)
    expect_waiting(page, "From the middle of the sound.")


def test_after_going_back_the_form_is_ready_for_another_reply(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Once and no more.")
    send(page)
    expect_waiting(page, "Once and no more.")
    page.go_back()
    expect(page).to_have_url(site.story(STORY))
    expect(button_of(page)).to_have_text("Post Comment")
    expect(comment_of(page)).to_have_value("")


@pytest.mark.parametrize("script", SCRIPT)
def test_where_replies_were_closed_meanwhile_the_words_are_handed_back(
    script: bool, reader: Reader, site: Site
) -> None:
    page = reader(java_script_enabled=script)
    story = "gig-club-wins-on-sallow"
    page.goto(site.story(story))
    write(page, "Too late,\n\nbut not lost.")
    site.let_replies(story, False)
    try:
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("Replies to this story are closed.")
    finally:
        site.let_replies(story, True)
    expect(field(page, "What you wrote")).to_have_value("Too late,\n\nbut not lost.")


def test_an_answer_that_the_script_does_not_understand_is_left_to_the_browser(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Through a gateway that is down.")

    page.route(
        REPLIES,
        lambda route: route.fulfill(status=502, body="Bad gateway", content_type="text/html"),
    )
    send(page)
    expect(page.get_by_text("Bad gateway")).to_be_visible()
    page.unroute(REPLIES)
    page.goto(site.story(STORY))
    expect(comment_of(page)).to_have_value("Through a gateway that is down.")


def test_a_draft_that_did_not_arrive_outlives_a_look_at_another_comment(
    reader: Reader, site: Site
) -> None:
    page, words = reader(), "Sent into the fog, and not heard of since."
    page.goto(site.story(TALKED_OF))
    write(page, words)
    page.route(REPLIES, lambda route: route.fulfill(status=502, body="Bad gateway"))
    send(page)
    expect(page.get_by_text("Bad gateway")).to_be_visible()
    page.unroute(REPLIES)
    page.goto(site.story(TALKED_OF))
    page.locator(".nb-comment-time").nth(2).click()
    expect(page).to_have_url(re.compile("comment="))
    expect_plain(page, words)
    page.goto(site.story(TALKED_OF))
    expect_plain(page, words)


def test_a_draft_that_arrived_without_the_scripts_knowledge_is_not_offered_again(
    reader: Reader, site: Site
) -> None:
    # The signs of Markdown are not on the page, and the server composes what is in parts.
    page, words = reader(), "**Twice** in the cafe\u0301:\n\n- at *noon*\n- at 4 o'clock"
    sign_in(page, site)
    # So that nobody knows how fast it was written, and it is published.
    page.route("**/replies/challenge/*", lambda route: route.abort())
    page.goto(site.reply_address(STORY))
    comment_of(page).fill(words)
    page.route(REPLIES, fail_the_script)
    send(page)
    expect(page.locator(".nb-comment:target")).to_contain_text("Twice in the café")
    assert "awaiting" not in page.content()
    expect_plain(page, "")
    assert kept_by(page) == []


def test_a_draft_of_what_waits_is_not_offered_again(reader: Reader, site: Site) -> None:
    page, words = reader(), "The horn was heard at Sallow"
    page.goto(site.story(STORY))
    other = page.context.new_page()
    other.goto(site.story(STORY))
    write(page, words)
    send(page)
    expect_waiting(page, words)
    # The same in another tab, where it was never sent.
    comment_of(other).fill(f"{words}!")
    page.reload()
    expect_plain(page, "")
    assert kept_by(page) == []


@pytest.mark.parametrize("published", [False, True], ids=["that waits", "that is published"])
def test_words_whose_answer_was_lost_lead_to_the_comment_that_stands(
    published: bool, reader: Reader, site: Site
) -> None:
    page, words = reader(), f"Did this arrive? (published: {published})"
    page.goto(site.story(STORY))
    write(page, words)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(REPLIES, lose_the_answer)
    send(page)
    expect(page.get_by_role("alert")).to_have_text(NO_ANSWER)
    expect_plain(page, words)
    page.unroute(REPLIES)
    if published:
        site.approve(words)
    send(page)
    expect(page.locator(".nb-comment:target")).to_contain_text(words)
    expect(page.locator(":target [role=status]")).to_have_count(0 if published else 1)
    assert ("/replies/waiting/" in page.url) != published
    expect_plain(page, "")
    # Once more, from where it stands.
    write(page, words)
    send(page)
    expect(button_of(page)).to_have_text("Post Comment")
    expect(page.locator(".nb-comment:target")).to_contain_text(words)
    expect_plain(page, "")
    assert site.count(words) == 1
    assert kept_by(page) == []


def test_an_answer_that_was_begun_is_found_again_under_its_comment(
    reader: Reader, site: Site
) -> None:
    page, words = reader(), "As one who reads them on Saturdays"
    page.goto(site.story(TALKED_OF))
    reply_to(page, "Beatrix Onslow").click()
    comment_of(page).fill(words)
    page.reload()
    expect_under(page, "Beatrix Onslow", words)
    page.goto(site.story(STORY))
    expect_plain(page, "")
    page.goto(site.story(TALKED_OF))
    expect_under(page, "Beatrix Onslow", words)
    page.get_by_role("link", name="Cancel reply").click()
    expect_plain(page, words)
    expect(reply_to(page, "Beatrix Onslow")).to_be_focused()
    page.goto(site.story(TALKED_OF))
    expect_plain(page, words)


def test_an_answer_to_what_is_on_another_page_is_not_lost(reader: Reader, site: Site) -> None:
    page, words = reader(), "To the first, from afar"
    page.goto(site.story(TALKED_OF))
    own_page = own_page_of(page, site, "Orla Pennick")
    page.goto(own_page)
    comment_of(page).fill(words)
    # A page that begins with a later thread.
    page.goto(site.story(TALKED_OF))
    page.locator(".nb-comment", has_text="Ottoline Reeve").locator(".nb-comment-time").click()
    expect(reply_to(page, "Orla Pennick")).to_have_count(0)
    expect_plain(page, words)
    page.goto(own_page)
    expect(comment_of(page)).to_have_value(words)
    page.goto(site.reply_address(TALKED_OF))
    expect_plain(page, words)
    # What was begun for the story goes first, even if it is older.
    page.goto(site.story(TALKED_OF))
    expect_under(page, "Orla Pennick", words)
    page.get_by_role("link", name="Cancel reply").click()
    page.goto(own_page)
    expect(comment_of(page)).to_have_value("")
    comment_of(page).fill("Something newer")
    page.goto(site.reply_address(TALKED_OF))
    expect_plain(page, words)
    comment_of(page).fill("")
    page.goto(site.reply_address(TALKED_OF))
    expect_plain(page, "Something newer")
    # Who goes on with it here says it to the story.
    write(page, f"{words}, to you all.")
    send(page)
    expect_waiting(page, f"{words}, to you all.")
    expect(page.locator(":target")).to_have_class(re.compile("nb-level-1"))
    assert kept_by(page) == []


def test_a_page_of_its_own_takes_no_words_from_another_answer(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(TALKED_OF))
    own_pages = [own_page_of(page, site, name) for name in ("Orla Pennick", "Beatrix Onslow")]
    comment_of(page).fill("To the story")
    for place, own_page in enumerate(own_pages):
        page.goto(own_page)
        expect(comment_of(page)).to_have_value("")
        comment_of(page).fill(f"Answer {place}")
    for place, own_page in enumerate(own_pages):
        page.goto(own_page)
        expect(comment_of(page)).to_have_value(f"Answer {place}")
    # On the story's page the form goes from one to the other, and what was last begun is first.
    page.goto(site.story(TALKED_OF))
    expect_under(page, "Beatrix Onslow", "Answer 1")
    reply_to(page, "Orla Pennick").click()
    expect_under(page, "Orla Pennick", "Answer 0")
    comment_of(page).fill("Answer 0, longer")
    page.get_by_role("link", name="Cancel reply").click()
    expect_plain(page, "To the story")
    reply_to(page, "Orla Pennick").click()
    expect_under(page, "Orla Pennick", "Answer 0, longer")
    page.goto(site.story(TALKED_OF))
    expect_under(page, "Orla Pennick", "Answer 0, longer")
    # One of them is sent, the others stay.
    write(page, "Answer 0, sent")
    send(page)
    expect_waiting(page, "Answer 0, sent")
    page.goto(own_pages[0])
    expect(comment_of(page)).to_have_value("")
    page.goto(own_pages[1])
    expect(comment_of(page)).to_have_value("Answer 1")
    page.get_by_role("link", name="Cancel reply").click()
    expect_plain(page, "To the story")


def test_words_written_before_reply_was_pressed_travel_with_the_form(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(TALKED_OF))
    comment_of(page).fill("Quite right")
    reply_to(page, "Orla Pennick").click()
    expect_under(page, "Orla Pennick", "Quite right")
    comment_of(page).fill("Quite right, both of you")
    reply_to(page, "Beatrix Onslow").click()
    expect_under(page, "Beatrix Onslow", "Quite right, both of you")
    page.get_by_role("link", name="Cancel reply").click()
    expect_plain(page, "Quite right, both of you")
    reply_to(page, "Beatrix Onslow").click()
    page.goto(site.story(TALKED_OF))
    expect_under(page, "Beatrix Onslow", "Quite right, both of you")
    write(page, "Quite right, Beatrix.")
    send(page)
    expect_waiting(page, "Quite right, Beatrix.")
    expect(page.locator(":target")).to_have_class(re.compile("nb-level-2"))
    assert kept_by(page) == []


def test_without_a_memory_words_travel_and_are_sent_all_the_same(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.add_init_script(
        """Object.defineProperty(window, "localStorage", {
             get() { throw new DOMException("Denied", "SecurityError"); }});"""
    )
    page.goto(site.story(TALKED_OF))
    comment_of(page).fill("But by the browser itself")
    page.goto(site.story(STORY))
    page.go_back()
    expect_plain(page, "But by the browser itself")
    write(page, "Nothing is kept here.")
    reply_to(page, "Beatrix Onslow").click()
    expect_under(page, "Beatrix Onslow", "Nothing is kept here.")
    page.get_by_label("Save my name").check()
    send(page)
    expect_waiting(page, "Nothing is kept here.")


def test_the_heading_says_whom_the_form_answers_wherever_it_goes(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(TALKED_OF))
    for name in ("Orla Pennick", "Beatrix Onslow", "Orla Pennick"):
        reply_to(page, name).click()
        expect_under(page, name, "")
        expect(comment_of(page)).to_be_focused()
    write(page, "Back and forth", email="nonsense")
    send_as_the_browser_does(page)
    # The server's own page, which quotes what is answered.
    expect(page.get_by_role("heading", name="Reply to Orla Pennick")).to_be_visible()
    expect(page.locator("blockquote")).to_be_visible()
    reply_to(page, "Beatrix Onslow").click()
    expect_under(page, "Beatrix Onslow", "Back and forth")
    expect(page.locator("blockquote")).to_have_count(0)
    page.get_by_role("link", name="Cancel reply").click()
    expect_plain(page, "Back and forth")
    expect(reply_to(page, "Beatrix Onslow")).to_be_focused()


def test_cancelling_on_a_page_of_its_own_takes_the_words_to_the_story(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(TALKED_OF))
    page.goto(own_page_of(page, site, "Orla Pennick"))
    comment_of(page).fill("Rather to everybody")
    page.get_by_role("link", name="Cancel reply").click()
    expect(page).to_have_url(site.story(TALKED_OF))
    expect_plain(page, "Rather to everybody")


def test_a_reply_sent_from_one_tab_leaves_the_words_of_another(reader: Reader, site: Site) -> None:
    page, words = reader(), "From the first tab."
    page.goto(site.story(STORY))
    write(page, words)
    other = page.context.new_page()
    other.goto(site.story(STORY))
    expect_plain(other, words)
    comment_of(other).fill("From the second tab")
    page.bring_to_front()
    comment_of(page).fill("")
    other.goto(site.story(STORY))
    expect_plain(other, "From the second tab")
    comment_of(page).fill(words)
    comment_of(other).fill("From the second tab, later")
    send(page)
    expect_waiting(page, words)
    page.goto(site.story(STORY))
    expect_plain(page, "From the second tab, later")


def test_who_goes_back_finds_words_under_the_comment_that_they_answer(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(TALKED_OF))
    reply_to(page, "Orla Pennick").click()
    comment_of(page).fill("Begun first")
    other = page.context.new_page()
    other.goto(own_page_of(page, site, "Beatrix Onslow"))
    comment_of(other).fill("Begun later")
    page.goto(site.story(STORY))
    page.go_back(wait_until="load")
    expect_under(page, "Beatrix Onslow", "Begun later")
    reply_to(page, "Orla Pennick").click()
    expect_under(page, "Orla Pennick", "Begun first")


def test_what_is_written_while_a_reply_is_sent_stays_in_its_place(
    reader: Reader, site: Site
) -> None:
    page, held = reader(), list[Route]()
    page.goto(site.story(TALKED_OF))
    write(page, "Sent,")
    page.route(REPLIES, lambda route: held.append(route))
    send(page)
    expect(button_of(page)).to_have_text("Sending…")
    comment_of(page).fill("Sent, and more.")
    reply_to(page, "Orla Pennick").click()
    expect_plain(page, "Sent, and more.")
    held[0].continue_()
    page.unroute(REPLIES)
    expect_waiting(page, "Sent,")
    expect_plain(page, "Sent, and more.")


def test_old_drafts_are_dropped_and_nothing_else(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Said in autumn.")
    page.get_by_label("Save my name").check()
    send(page)
    expect_waiting(page, "Said in autumn.")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    for slug in (STORY, TALKED_OF):
        page.goto(site.story(slug))
        comment_of(page).fill("For another day")
    page.clock.set_fixed_time(utcnow() + timedelta(days=29))
    page.goto(site.story(STORY))
    expect_plain(page, "For another day")
    page.clock.set_fixed_time(utcnow() + timedelta(days=31))
    page.goto(site.story(STORY))
    expect_plain(page, "")
    expect(field(page, "Name")).to_have_value("Ada Reeve")
    assert kept_by(page) == ["newsblog:me", "theme"]


def test_a_reader_whose_session_ended_is_asked_for_a_name_and_keeps_the_words(
    reader: Reader, site: Site
) -> None:
    page, words = reader(), "Written through the whole of lunch."
    sign_in(page, site)
    page.goto(site.reply_address(STORY))
    expect(field(page, "Name")).to_have_count(0)
    comment_of(page).fill(words)
    page.context.clear_cookies()
    send(page)
    expect(field(page, "Name")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Your comment has not been posted.")
    expect_plain(page, words)
    write(page, words)
    send(page)
    expect_waiting(page, words)


def test_a_reply_that_comes_too_soon_keeps_its_words_and_is_not_sent_by_itself(
    reader: Reader, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, sent = reader(), list[str]()
    page.clock.install()
    page.goto(site.story(STORY))
    write(page, "One thing.")
    send(page)
    expect_waiting(page, "One thing.")
    mount = find_mount(site.app, "news")
    monkeypatch.setattr(mount, "settings", replace(mount.settings, reply_pause_seconds=3600))
    page.goto(site.story(STORY))
    page.on("request", lambda request: sent.append(request.method))
    write(page, "Another thing, at once.")
    with page.expect_response(REPLIES) as answer:
        send(page)
    assert answer.value.status == 429
    assert int(answer.value.headers["retry-after"]) > 0
    expect(page.get_by_role("alert")).to_have_text(
        "You are posting comments too quickly. Slow down."
    )
    expect(button_of(page)).to_have_text("Post Comment")
    expect_plain(page, "Another thing, at once.")
    page.clock.fast_forward("02:00:00")
    assert sent.count("POST") == 1
    monkeypatch.undo()
    send(page)
    expect_waiting(page, "Another thing, at once.")


def test_an_answer_to_what_is_gone_becomes_one_to_the_story(reader: Reader, site: Site) -> None:
    page, gone, words = reader(), "I take this back soon.", "But you were right!"
    publish(site, reader(), gone, name="Osric Penhale")
    page.goto(site.story(STORY))
    comment_of(page).fill("For the story, later")
    page.goto(own_page_of(page, site, "Osric Penhale"))
    write(page, words)
    page.goto(site.story(STORY))
    expect_under(page, "Osric Penhale", words)
    field(page, "Name").fill("Ada Reeve")
    field(page, "Email").fill("ada@example.org")
    reject(site, gone)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("You can post yours to the story instead.")
    expect_plain(page, words)
    expect(comment_of(page)).to_be_focused()
    send(page)
    expect_waiting(page, words)
    expect(page.locator(":target")).to_have_class(re.compile("nb-level-1"))
    # What was begun before is still there.
    expect_plain(page, "For the story, later")


def test_a_database_that_takes_no_more_keeps_the_words(reader: Reader, site: Site) -> None:
    page, words = reader(), "Too much for the archive."
    page.goto(site.story(STORY))
    write(page, words)
    with full_database(site):
        send(page)
        expect(page.get_by_role("heading", name="We will be back in a moment")).to_be_visible()
    expect(field(page, "What you wrote")).to_have_value(words)
    assert site.count(words) == 0
    page.goto(site.story(STORY))
    expect_plain(page, words)
    write(page, words)
    send(page)
    expect_waiting(page, words)


def test_a_form_that_leads_to_no_page_may_be_sent_again(reader: Reader, site: Site) -> None:
    page, words = reader(), "Into the void, at first."
    page.clock.install()
    page.goto(site.story(STORY))
    write(page, words)
    page.route(REPLIES, lambda route: route.fulfill(status=204))
    with page.expect_request(lambda request: request.is_navigation_request()):
        send(page)
    expect(button_of(page)).to_have_text("Sending…")
    page.clock.fast_forward("00:10")
    expect(button_of(page)).to_have_text("Post Comment")
    expect_plain(page, words)
    page.unroute(REPLIES)
    send(page)
    expect_waiting(page, words)


def test_pictures_that_come_late_do_not_let_a_reply_be_sent_twice(
    reader: Reader, site: Site
) -> None:
    page, held, pictures = reader(), list[Route](), list[Route]()
    change_page(page, site.story(STORY), "</body>", '<img src="/late.png" alt=""></body>')
    page.add_init_script("addEventListener('pageshow', () => { window.shown = true; });")
    page.route("**/late.png", lambda route: pictures.append(route))
    page.route(REPLIES, lambda route: held.append(route))
    page.goto(site.story(STORY), wait_until="domcontentloaded")
    write(page, "Before the pictures came.")
    send(page)
    expect(button_of(page)).to_have_text("Sending…")
    pictures[0].abort()
    page.wait_for_function("window.shown")
    expect(button_of(page)).to_have_text("Sending…")
    held[0].continue_()
    expect_waiting(page, "Before the pictures came.")


def foreign_page(page: Page, site: Site, words: str) -> None:
    """Somebody else's page, with a form that sends a reply to us."""
    foreign = site.root.replace("127.0.0.1", "localhost") + "/somebody-elses-page"
    form = (
        f"<form method=post action={site.reply_address(STORY)}><textarea name=comment>{words}"
        "</textarea><button>Win a boat</button></form>"
    )
    page.route(foreign, lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(foreign)
    page.get_by_role("button", name="Win a boat").click()


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.root}/sign-in")
    field(page, "Name").fill(MEMBER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site.root}/")


def test_a_foreign_page_uses_nobodys_name_and_loses_no_words(reader: Reader, site: Site) -> None:
    page, words = reader(), "Words put into a member’s mouth."
    sign_in(page, site)
    foreign_page(page, site, words)
    expect(page.get_by_role("heading", name="Did you write this?")).to_be_visible()
    expect(comment_of(page)).to_have_value(words)
    assert MEMBER not in page.locator(".nb-content").inner_text()
    assert site.count(words) == 0
    send(page)
    # Only now does the browser say who it is, and the page under whose name it would be.
    expect(page.get_by_text(f"Signed in as {MEMBER}")).to_be_visible()
    expect(comment_of(page)).to_have_value(words)
    assert site.count(words) == 0
    send(page)
    expect(page.locator(".nb-comment:target")).to_contain_text(words)
    expect(page.locator(":target")).to_contain_text(MEMBER)
    assert site.person_behind(words) is not None
    page.goto(f"{site.root}/sign-in")
    expect(page.get_by_role("heading", name=MEMBER)).to_be_visible()


def test_a_signed_in_reader_is_known_on_the_page_of_the_form(reader: Reader, site: Site) -> None:
    page, words = reader(java_script_enabled=False), "Written with an account."
    sign_in(page, site)
    page.goto(site.reply_address(STORY))
    expect(page.get_by_text(f"Signed in as {MEMBER}")).to_be_visible()
    expect(field(page, "Email")).to_have_count(0)
    comment_of(page).fill(words)
    send(page)
    expect(page.locator(".nb-comment:target")).to_contain_text(words)
    assert "awaiting" not in page.content()


def go_to(kind: str, page: Page, site: Site) -> None:
    """Go to one of the pages that replies have."""
    page.goto(site.story(TALKED_OF))
    if kind == "in place":
        page.get_by_role("link", name="Reply to Orla Pennick").first.click()
    elif kind == "page of its own":
        href = page.get_by_role("link", name="Reply to Orla Pennick").first.get_attribute("href")
        page.goto(f"{site.root}{href}")
    elif kind == "mistakes":
        field(page, "Email").fill("nonsense")
        field(page, "Website").fill("no good")
        send_as_the_browser_does(page)
    elif kind == "confirmation":
        foreign_page(page, site, "Is this mine?")
    elif kind == "closed":
        comment_of(page).fill("Not any more.")
        site.let_replies(TALKED_OF, False)
        try:
            send_as_the_browser_does(page)
        finally:
            site.let_replies(TALKED_OF, True)


KINDS = ("thread", "in place", "page of its own", "mistakes", "confirmation", "closed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    kind: str, scheme: str, reader: Reader, site: Site, axe: str
) -> None:
    page = reader(color_scheme=scheme, bypass_csp=True)
    go_to(kind, page, site)
    page.evaluate(axe + ";0")
    faults: list[Any] = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        found = page.evaluate(
            """tags => axe.run(document.querySelectorAll(".nb-apart, .nb-thread, .nb-reply"),
                 {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})""",
            TAGS,
        )
        faults += [
            (size["width"], fault["id"], [node["target"] for node in fault["nodes"]])
            for fault in found["violations"]
        ]
    for width in (320, 768):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((width, "scrolls sideways"))
    assert faults == []


def test_replying_obeys_the_strict_policy(reader: Reader, site: Site) -> None:
    page, complaints, unguarded = reader(), list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response",
        lambda answer: (
            unguarded.append(answer.url)
            if "default-src 'self'" not in answer.headers.get("content-security-policy", "")
            and answer.status == 200
            else None
        ),
    )
    go_to("in place", page, site)
    write(page, "A reply\nof several\nlines.", email="nonsense")
    send(page)
    expect(field(page, "Email")).to_be_focused()
    field(page, "Email").fill("ada@example.org")
    send(page)
    expect_waiting(page, "of several")
    # The browser itself notes the refusal.
    assert [text for text in complaints if "status of 422" not in text] == []
    assert [url for url in unguarded if "/media/" not in url] == []


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_comment_that_is_arrived_at_is_lit_unless_motion_is_unwelcome(
    motion: str, reader: Reader, site: Site
) -> None:
    page = reader(reduced_motion=motion)
    page.goto(site.story(TALKED_OF))
    time = page.locator(".nb-comment-time").nth(3)
    time.click()
    lit = page.locator(":target").evaluate("comment => comment.getAnimations().length")
    assert lit == (motion == "no-preference")


def test_touch_and_keyboard_find_every_action(reader: Reader, site: Site) -> None:
    page = reader(viewport=PHONE, has_touch=True)
    page.goto(site.story(TALKED_OF))
    faint = page.locator(".nb-comment-actions a").evaluate_all(
        """links => links.filter(link => {
             const box = link.getBoundingClientRect(), style = getComputedStyle(link);
             return box.height < 24 || box.width < 24 || style.opacity < 1 ||
                    style.visibility !== "visible" || link.tabIndex < 0;
           }).length"""
    )
    assert faint == 0


def test_fields_are_large_enough_for_fingers_and_do_not_make_phones_zoom(
    reader: Reader, site: Site
) -> None:
    page = reader(viewport=PHONE)
    page.goto(site.story(TALKED_OF))
    fields = page.locator(".nb-field :is(input, textarea), .nb-send button")
    small = fields.evaluate_all(
        """fields => fields.filter(field => field.offsetHeight < 44 ||
             parseFloat(getComputedStyle(field).fontSize) < 16).map(field => field.id)"""
    )
    assert small == []


def test_the_textarea_grows_with_what_is_written(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    short = comment_of(page).bounding_box()
    comment_of(page).fill("A line.\n" * 14)
    long = comment_of(page).bounding_box()
    assert short
    assert long
    assert long["height"] > short["height"] + 100


def test_script_and_style_stay_within_their_weight() -> None:
    static = Path(flask_newsblog.__file__).parent / "static"
    assert len((static / "newsblog.js").read_bytes()) <= 10 * 1024
    assert len(gzip.compress((static / "newsblog.css").read_bytes())) <= 12 * 1024
