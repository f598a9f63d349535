"""Leaving a reply, as readers do it: with script and without, on a phone and at a desk."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Locator, Page, Route, expect

import flask_newsblog

from .conftest import MEMBER, PASSWORD, Site

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

# Written to by these tests, and looked at by them; the look is judged where much was written.
STORY, TALKED_OF = "fog", "library-saturdays-kept-by-one-vote"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


def expect_waiting(page: Page, words: str) -> None:
    """It is shown in its place, lit, and marked as waiting."""
    expect(page.locator(".nb-comment:target")).to_contain_text(words)
    expect(page.locator(":target [role=status]")).to_have_text(
        "Your comment is awaiting moderation."
    )


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
    expect(page.locator("#nb-email-error")).to_contain_text("This is not an email address.")
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
    expect(page.locator("#nb-url-error")).to_contain_text("This is not a web address.")
    expect(page.get_by_role("alert")).to_contain_text("Your comment was not posted yet.")
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
    write(page, "Half a thought about the fog, and the other half.")
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
    assert page.evaluate("localStorage.length") == 0


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
    page.route("**/news/replies/*", lambda route: held.append(route))
    button = button_of(page)
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    button.dblclick()
    expect(button).to_have_text("Sending …")
    assert button.bounding_box() == before
    button.click(force=True)
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/news/replies/*")
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
    expect(page.get_by_role("alert")).to_have_text(
        "Your words are kept. The site did not answer; please try again."
    )
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

    def fail(route: Route) -> None:
        route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")

    page.route("**/news/replies/*", fail)
    send(page)
    expect(page.get_by_role("heading", name="Bad gateway")).to_be_visible()
    page.unroute("**/news/replies/*")
    page.goto(site.story(STORY))
    expect(comment_of(page)).to_have_value("Through a gateway that is down.")


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
    expect(page.get_by_role("heading", name="Is this yours?")).to_be_visible()
    expect(comment_of(page)).to_have_value(words)
    assert MEMBER not in page.locator(".nb-content").inner_text()
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
