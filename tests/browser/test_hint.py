"""The hint before a reply waits, and the key of a guest's browser, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

STORY = "fog"
HINT = (
    "Your comment would wait for a moderator: it has 2 links."
    " You can change it, or send it as it is."
)


def write(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Comment").fill(words)
    page.get_by_role("textbox", name="Name").fill("Ada Reeve")
    page.get_by_role("textbox", name="Email").fill("ada@example.org")


def send(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_writer_is_told_once_and_sends_it_as_it_is(
    reader: Reader, site: Site, width: int
) -> None:
    words = f"See https://a.example and https://b.example. {width}"
    page = reader(java_script_enabled=False, viewport={"width": width, "height": 900})
    page.goto(site.story(STORY))
    write(page, words)
    send(page)
    alert = page.get_by_role("alert")
    expect(alert).to_have_text(HINT)
    expect(alert).to_be_in_viewport()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(words)
    assert site.count(words) == 0
    send(page)
    expect(page.get_by_text("Your comment is awaiting moderation.")).to_be_visible()
    assert site.count(words) == 1


def test_a_writer_who_takes_the_links_out_is_not_told_again(reader: Reader, site: Site) -> None:
    page = reader(java_script_enabled=False)
    page.goto(site.story(STORY))
    write(page, "See https://a.example and https://b.example, twice.")
    send(page)
    expect(page.get_by_role("alert")).to_have_text(HINT)
    page.get_by_role("textbox", name="Comment").fill("See for yourselves.")
    send(page)
    expect(page.get_by_text("Your comment is awaiting moderation.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_key_is_kept_for_the_addresses_of_replies_alone(
    reader: Reader, site: Site, script: bool
) -> None:
    page = reader(java_script_enabled=script)
    page.goto(site.story(STORY))
    write(page, f"Remember me, {script}.")
    page.get_by_role("checkbox", name="Save my name").check()
    send(page)
    expect(page.get_by_text("Your comment is awaiting moderation.")).to_be_visible()
    (key,) = page.context.cookies(site.reply_address(STORY))
    assert (key["name"], key["path"]) == ("newsblog_key", "/news/replies/")
    assert key["httpOnly"]
    assert not page.context.cookies(site.story(STORY))
