"""A draft goes to somebody outside by a link, and a correction to all readers, in a browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, expect

from example_app.database import db
from flask_newsblog.database import utcnow
from flask_newsblog.models import Post, Report
from flask_newsblog.people import Person
from flask_newsblog.posts import actions, revisions
from flask_newsblog.posts.actions import Text
from flask_newsblog.posts.written import Written, put_before_readers

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

MIRIAM = Person("sign-in:Miriam Oyelade", "Miriam Oyelade")
BODY = "The pier is *long*.\n\nIt was built in 1901 of greenheart."
# Where pictures of the screens go, to be looked at.
PICTURES = os.environ.get("NEWSBLOG_SCREENSHOTS", "")
_numbers = count(1)


def story(site: Site, *, out: bool) -> int:
    """A story that was saved at the desk."""
    now = utcnow() - timedelta(hours=2)
    with site.app.app_context():
        title = f"The pier at Keldmouth {next(_numbers)}"
        post = actions.create_post("news", Text(title=title, body=""), now)
        post.person_id, post.person_name = MIRIAM.id, MIRIAM.name
        written = Written(title=title, body=BODY, standfirst="It moves.", authors=("Tom Hale",))
        revisions.save(post, written, MIRIAM, now, base=0)
        if out:
            actions.publish(post, now)
        db.session.commit()
        return post.id


def change(site: Site, number: int) -> None:
    """Put other words of a story before its readers."""
    with site.app.app_context():
        post, now = db.session.get(Post, number), utcnow()
        assert post is not None
        base, _ = revisions.saved_in(post)
        written = Written(
            title=post.title, slug=post.slug, standfirst="It moves again.", authors=("Tom Hale",),
            body="The pier is *long*.\n\nIt was built in 1910 of greenheart.\n\nIt is closed.",
        )  # fmt: skip
        saved = revisions.save(post, written, MIRIAM, now, base=base)
        put_before_readers(post, written, saved.revision.number, now)
        db.session.commit()


def report(site: Site, number: int, text: str) -> None:
    with site.app.app_context():
        db.session.add(
            Report(blog="news", post_id=number, reason="error", text=text, created_at=utcnow())
        )
        db.session.commit()


def enter(page: Page, site: Site, path: str) -> Page:
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    page.goto(f"{site.root}/news/newsroom/posts/{path}")
    return page


def make_link(page: Page, label: str) -> str:
    page.get_by_label("Whom it is for").fill(label)
    page.get_by_role("button", name="Make the link").click()
    field = page.get_by_role("textbox", name=f"The link for {label}")
    expect(field).to_be_visible()
    return str(field.input_value())


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{name}.png"), full_page=True)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_draft_goes_out_by_a_link_and_words_come_back(
    size: Any, script: bool, reader: Reader, site: Site
) -> None:
    number = story(site, out=False)
    options = {"viewport": size, "java_script_enabled": script}
    editor = enter(reader(**options), site, f"{number}/previews/")
    link = make_link(editor, "Agnes Brandt")
    outside = reader(**options)
    outside.goto(link)
    expect(outside.get_by_text("Draft, not published.")).to_be_visible()
    expect(outside.get_by_text("built in 1901 of greenheart")).to_be_visible()
    outside.get_by_role("button", name="Send to the newsroom").click()
    expect(outside.get_by_text("Please write what you think of the draft.")).to_be_visible()
    outside.get_by_label("Your words about the draft").fill("It was 1910.")
    outside.get_by_label("Your name").fill("Agnes")
    outside.get_by_role("button", name="Send to the newsroom").click()
    expect(outside.get_by_text("Your words have reached the newsroom.")).to_be_visible()
    outside.reload()
    editor.goto(f"{site.root}/news/newsroom/posts/{number}/previews/")
    expect(editor.get_by_text("It was 1910.")).to_have_count(1)
    editor.get_by_role("button", name="Dealt with").click()
    expect(editor.get_by_role("status")).to_contain_text("Marked as dealt with.")
    editor.get_by_role("button", name="Take back").click()
    editor.get_by_role("button", name="Take it back").click()
    expect(editor.get_by_role("status")).to_contain_text("It opens nothing any more.")
    outside.goto(link)
    expect(outside.get_by_role("heading", level=1)).to_have_text("This link is no longer good")
    expect(outside.get_by_text("greenheart")).to_have_count(0)


def test_the_address_of_a_draft_is_told_to_nobody(reader: Reader, site: Site) -> None:
    link = make_link(enter(reader(), site, f"{story(site, out=False)}/previews/"), "Agnes")
    page, told = reader(), list[str]()
    page.on("request", lambda request: told.append(request.headers.get("referer", "")))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    page.get_by_role("link", name="Corrections", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Corrections")
    assert len(told) > 3
    assert not [address for address in told if "/preview/" in address]
    assert all(address.startswith(site.root) for address in asked)


def test_the_button_copies_the_link(reader: Reader, site: Site) -> None:
    page = reader(permissions=["clipboard-read", "clipboard-write"])
    link = make_link(enter(page, site, f"{story(site, out=False)}/previews/"), "Agnes")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_readers_report_becomes_a_correction(
    size: Any, script: bool, reader: Reader, site: Site
) -> None:
    number = story(site, out=True)
    report(site, number, f"Story {number} has the wrong year.")
    page = enter(reader(viewport=size, java_script_enabled=script), site, f"{number}/corrections/")
    page.goto(f"{site.root}/news/newsroom/reports/")
    case = page.get_by_role("article").filter(has_text=f"Story {number} has the wrong year.")
    case.get_by_role("link", name="Write a correction").click()
    expect(page.get_by_text(f"Story {number} has the wrong year.")).to_be_visible()
    page.get_by_label("What readers are told").first.fill("It was built in 1910.")
    page.get_by_role("button", name="See how it reads").click()
    expect(page.get_by_text("Nothing is before the readers yet.")).to_be_visible()
    page.get_by_role("button", name="Put before the readers").click()
    expect(page.get_by_role("status")).to_contain_text("It is before the readers now.")
    page.get_by_text("Change its words").click()
    page.get_by_label("What readers are told").last.fill("It was built in 1911.")
    page.get_by_role("button", name="Save the new words").click()
    outside = reader(viewport=size)
    outside.goto(f"{site.root}/news/corrections/")
    entry = outside.get_by_role("article").filter(has_text=f"Keldmouth {number_of(page)}")
    expect(entry).to_contain_text("It was built in 1911.")
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("No corrections.")).to_be_visible()
    page.goto(f"{site.root}/news/newsroom/reports/")
    expect(page.get_by_text(f"Story {number} has the wrong year.")).to_have_count(0)


def number_of(page: Page) -> str:
    return (page.get_by_role("heading", level=1).text_content() or "").rpartition(" ")[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: Any, reader: Reader, site: Site, axe: str
) -> None:
    draft, out = story(site, out=False), story(site, out=True)
    change(site, out)
    report(site, out, "A-very-long-word-" * 12)
    editor = enter(reader(color_scheme=scheme, bypass_csp=True), site, f"{draft}/previews/")
    faults: list[Any] = []
    link = make_link(editor, "A-very-long-word-" * 9)
    look_at(editor, f"{scheme}-made", axe, faults)
    editor.goto(link)
    editor.get_by_label("Your words about the draft").fill("A-very-long-word-" * 12)
    editor.get_by_label("Your name").fill("Agnes")
    editor.get_by_role("button", name="Send to the newsroom").click()
    look_at(editor, f"{scheme}-draft", axe, faults)
    editor.get_by_role("button", name="Send to the newsroom").click()
    look_at(editor, f"{scheme}-refused", axe, faults)
    room = f"{site.root}/news/newsroom/posts/{out}/corrections/"
    editor.goto(room)
    editor.get_by_role("link", name="Write a correction of it").click()
    editor.get_by_label("What readers are told").fill("It was built in 1910.\n" + "Long-" * 40)
    editor.get_by_role("button", name="See how it reads").click()
    look_at(editor, f"{scheme}-correction", axe, faults)
    editor.get_by_role("button", name="Put before the readers").click()
    editor.get_by_role("button", name="Take back").click()
    look_at(editor, f"{scheme}-sure", axe, faults)
    for name, path in (
        ("rooms", f"newsroom/posts/{draft}/previews/"), ("list", "corrections/"),
        ("changes", f"changes/{out}/"), ("gone", "preview/nothing"),
    ):  # fmt: skip
        editor.goto(f"{site.root}/news/{path}")
        look_at(editor, f"{scheme}-{name}", axe, faults)
    editor.goto(room)
    editor.get_by_role("link", name="See the story").click()
    expect(editor.get_by_role("link", name="Changed since publication")).to_be_visible()
    look_at(editor, f"{scheme}-story", axe, faults)
    assert faults == []


def look_at(page: Page, name: str, axe: str, faults: list[Any]) -> None:
    """What axe says of a page at a desk and on a phone, and whether it is too wide."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        picture(page, f"{name}-{size['width']}")
    faults += faults_of(page, axe, name)
