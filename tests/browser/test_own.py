"""A guest finds what they wrote, changes their mind, and has it erased; without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from example_app.database import db
from flask_newsblog.comments import tokens
from flask_newsblog.database import utcnow
from flask_newsblog.models import Comment

from .conftest import Site
from .looks import PHONE, faults_of

pytestmark = pytest.mark.browser

Reader = Callable[..., Page]


def write(page: Page, address: str, words: str, email: str) -> None:
    """Reply as a guest, on the form's own page."""
    page.goto(address)
    page.get_by_label("Comment", exact=False).first.fill(words)
    page.get_by_label("Name", exact=False).first.fill("Hanna Drew")
    page.get_by_label("Email", exact=False).first.fill(email)
    page.get_by_role("button", name="Post Comment").click()
    expect(page.get_by_text("awaiting moderation")).to_be_visible()


def keys(site: Site) -> tuple[str]:
    return (str(site.app.secret_key),)


def own_address(site: Site, email: str) -> str:
    """What a mail to this address leads to."""
    return f"{site.root}/news/replies/mine/{tokens.own_token(keys(site), 'news', email, utcnow())}"


def confirm_address(site: Site, words: str, email: str) -> str:
    """Where the mail leads that asks whether an address is its writer's own."""
    with site.app.app_context():
        number = db.session.scalars(select(Comment.id).filter_by(body=words)).one()
    token = tokens.address_token(keys(site), "news", number, email, utcnow())
    return f"{site.root}/news/replies/confirm/{token}"


def a_story(page: Page, site: Site) -> str:
    """Where replies to the newest story are sent."""
    page.goto(f"{site.root}/news/")
    href = page.locator("h2 a").first.get_attribute("href") or ""
    return site.reply_address(href.rstrip("/").rpartition("/")[2])


def test_a_guest_changes_deletes_and_erases_what_they_wrote(reader: Reader, site: Site) -> None:
    page, email = reader(java_script_enabled=False, viewport=PHONE), "hanna@example.org"
    replies = a_story(page, site)
    write(page, replies, "The fery was late.", email)
    write(page, replies, "A slip of the thumb.", email)
    page.goto(own_address(site, email))
    page.get_by_role("listitem").filter(has_text="The fery").get_by_role(
        "link", name="Edit"
    ).click()
    page.get_by_label("Comment").fill("The ferry was late.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("has been changed")
    expect(page.get_by_text("The ferry was late.")).to_be_visible()
    slip = page.get_by_role("listitem").filter(has_text="A slip")
    slip.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_contain_text("has been deleted")
    page.get_by_role("link", name="Erase everything").click()
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing of yours is stored here")
    assert site.count("The ferry was late.") == 0


def test_a_guest_takes_their_data_along(reader: Reader, site: Site) -> None:
    page, email = reader(), "tilda@example.org"
    write(page, a_story(page, site), "To be taken along.", email)
    page.goto(own_address(site, email))
    with page.expect_download() as found:
        page.get_by_role("link", name="Download my data").click()
    assert found.value.suggested_filename == "my-comments.json"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: Any, reader: Reader, site: Site, axe: str
) -> None:
    page, email = reader(color_scheme=scheme, bypass_csp=True), f"{scheme}@example.org"
    words = f"Written by {scheme}, a word that is too long for a phone: {'x' * 90}"
    write(page, a_story(page, site), words, email)
    own = own_address(site, email)
    page.goto(own)
    edit = page.get_by_role("link", name="Edit").first.get_attribute("href") or ""
    pages = (own, site.root + edit, site.root + edit.replace("/edit/", "/delete/"), f"{own}/erase",
             confirm_address(site, words, email))  # fmt: skip
    faults = []
    for address in pages:
        page.goto(address)
        faults += faults_of(page, axe, address)
    assert faults == []
