"""The front page is put together in a browser: by mouse, keyboard, without script, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from example_app.database import db
from flask_newsblog.models import Banner, FrontSlot

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

NEWSROOM = "/news/newsroom/"
FRONT, BREAKING, AUDIT = (NEWSROOM + path for path in ("front/", "front/breaking/", "audit/"))


@pytest.fixture(autouse=True)
def leave_no_choice(site: Site) -> Iterator[None]:
    """Give the example its front page back."""
    yield
    with site.app.app_context():
        for model in (FrontSlot, Banner):
            db.session.execute(delete(model))
        db.session.commit()


@pytest.fixture
def desk(reader: Reader, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens the front page's screen for an editor; nothing may complain meanwhile."""
    complaints: list[str] = []

    def opened(path: str = FRONT, **options: Any) -> Page:
        page = reader(**options)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(site.sign_in_link())
        page.get_by_role("button", name="Enter the newsroom").click()
        page.goto(site.root + path)
        return page

    yield opened
    assert complaints == []


def press(page: Page, name: str, about: str = "") -> None:
    """Press a button, which sends its form; its name goes on with what it is about."""
    button = page.get_by_role("button", name=named(name, about))
    with page.expect_navigation():
        button.click()


def named(name: str, about: str = "") -> re.Pattern[str]:
    return re.compile(f"^{name} ?: {re.escape(about)}$" if about else f"^{name}")


def headlines(page: Page) -> list[str]:
    return page.locator(".nb-front-top h3").all_inner_texts()


def readers_lead(page: Page, site: Site) -> str:
    page.goto(f"{site.root}/news/")
    return page.locator(".nb-lead .nb-headline").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_story_is_put_moved_and_taken_off(
    script: bool, size: Any, desk: Callable[..., Page], site: Site
) -> None:
    page = desk(viewport=size, java_script_enabled=script)
    before = headlines(page)
    page.get_by_role("searchbox").fill("five bell")
    press(page, "Find")
    page.get_by_role("radio").first.check()
    page.get_by_label("For how long").select_option(label="For 3 hours")
    press(page, "Put it there")
    expect(page.get_by_text("The story has its place.")).to_be_visible()
    title = headlines(page)[0]
    assert headlines(page) == [title, *before[:3]]
    press(page, "Down", title)
    assert headlines(page)[:2] == [before[0], title]
    press(page, "Up", title)
    assert readers_lead(page, site) == title
    page.goto(site.root + FRONT)
    press(page, "Take off", title)
    assert headlines(page) == before
    press(page, "Put it back")
    assert headlines(page)[0] == title


def test_a_row_is_dragged_to_another_place(desk: Callable[..., Page]) -> None:
    page = desk()
    before = headlines(page)
    rows = page.locator(".nb-front-row")
    with page.expect_navigation():
        rows.nth(3).drag_to(rows.nth(0))
    assert headlines(page) == [before[3], *before[:3]]


def test_it_is_done_by_keyboard(desk: Callable[..., Page]) -> None:
    page = desk()
    before = headlines(page)
    page.get_by_role("button", name=named("Up", before[2])).focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert headlines(page) == [before[0], before[2], before[1], before[3]]


def test_breaking_news_is_a_region_of_the_readers_pages(
    desk: Callable[..., Page], site: Site
) -> None:
    page = desk(java_script_enabled=False)
    lead = readers_lead(page, site)
    page.goto(site.root + BREAKING)
    page.get_by_label("What has happened").fill("The pier is closed")
    # One that readers see: other tests leave stories that are scheduled.
    seen = page.get_by_label("Leads to the story").locator("option", has_text=lead).first
    page.get_by_label("Leads to the story").select_option(seen.get_attribute("value"))
    press(page, "Begin")
    page.goto(f"{site.root}/news/")
    page.reload()  # the browser may keep the page for a minute
    region = page.get_by_role("region", name="Breaking news")
    region.get_by_role("link", name="The pier is closed").click()
    expect(page.get_by_role("region", name="Breaking news")).to_be_visible()
    page.goto(site.root + BREAKING)
    press(page, "End now")
    page.goto(f"{site.root}/news/")
    page.reload()
    expect(page.get_by_role("region", name="Breaking news")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: Any, desk: Callable[..., Page], site: Site, axe: str
) -> None:
    page = desk(BREAKING, color_scheme=scheme, bypass_csp=True)
    page.get_by_label("What has happened").fill("A-very-long-word-" * 12)
    press(page, "Begin")
    page.goto(site.root + FRONT)
    page.get_by_role("radio").nth(5).check()
    press(page, "Put it there")
    faults: list[Any] = []
    for path in (FRONT, BREAKING, AUDIT, "/news/"):
        page.goto(site.root + path)
        for summary in page.locator("main summary").all():
            summary.click()
        faults += faults_of(page, axe, path)
    assert faults == []
