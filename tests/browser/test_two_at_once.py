"""Two browsers edit one story at once, and both end with all words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect

from flask_newsblog.database import session, utcnow
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from .conftest import Site
from .looks import DESK, PHONE

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"
BODY = "The ferry is late.\n\nNobody saw the boats.\n\nThe council meets on Monday."


def enter(site: Site, reader: Reader, name: str, **options: object) -> Page:
    """Somebody at the newsroom, in a browser of their own."""
    with site.app.app_context():
        secret = make_sign_in("news", name, Role.EDITOR, utcnow())
        session().commit()
    page = reader(**options)
    page.goto(f"{site.root}/news/newsroom/sign-in/{secret}")
    page.get_by_role("button", name="Enter the newsroom").click()
    return page


def begin(site: Site, page: Page) -> str:
    page.goto(f"{site.root}/news/newsroom/posts/new")
    page.get_by_label("Headline", exact=True).fill("Low tide")
    body(page).fill(BODY)
    save(page)
    is_saved(page)
    return page.url.partition("?")[0]


def body(page: Page) -> object:
    return page.locator("textarea[name=body]")


def is_saved(page: Page) -> None:
    said = page.locator(".nb-note[role=status], [data-state]")
    expect(said.filter(has_text=re.compile(r"^Saved[ .]")).first).to_be_visible()


def save(page: Page) -> None:
    page.locator("form[data-story]").get_by_role("button", name="Save", exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_both_end_with_all_words(site: Site, reader: Reader, script: bool) -> None:
    ann = enter(site, reader, "Ann Lee", java_script_enabled=script, viewport=DESK)
    ben = enter(site, reader, "Ben Cole", java_script_enabled=script, viewport=PHONE)
    address = begin(site, ann)
    ann.goto(address)
    ben.goto(address)
    if script:
        expect(ben.locator(".nb-others")).to_contain_text("Ann Lee")
    # Each at a place of their own: both are in the text.
    body(ann).fill(BODY.replace("Monday", "Tuesday"))
    body(ben).fill(BODY.replace("Nobody saw", "Few saw"))
    save(ann)
    is_saved(ann)
    save(ben)
    expect(ben.get_by_text("Ann Lee saved this story meanwhile")).to_be_visible()
    merged = BODY.replace("Monday", "Tuesday").replace("Nobody saw", "Few saw")
    expect(body(ben)).to_have_value(merged)
    # Both at the same place: nothing is overwritten, and the form has both.
    ann.goto(address)
    body(ann).fill(merged.replace("is late", "is back"))
    body(ben).fill(merged.replace("is late", "is lost"))
    save(ann)
    is_saved(ann)
    save(ben)
    expect(ben.get_by_role("heading", name="Two versions of this story")).to_be_visible()
    expect(body(ben)).to_have_value(re.compile(r"is back.*is lost", re.DOTALL))
    assert ben.evaluate("document.documentElement.scrollWidth <= innerWidth")
    body(ben).fill(merged.replace("is late", "is back, and was lost"))
    save(ben)
    is_saved(ben)
    ann.goto(address)
    expect(body(ann)).to_have_value(merged.replace("is late", "is back, and was lost"))
