"""Deciding on a story in a browser: with and without script, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"


def write(page: Page, site: Site, title: str) -> str:
    """The address of the room of a story that was just written."""
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    page.goto(f"{site.root}/news/newsroom/posts/new")
    page.locator("[name=title]").fill(title)
    page.locator("[name=body]").fill("The first words.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url("**/newsroom/posts/*/**")
    room = page.url.partition("?")[0] + "publishing"
    page.goto(room)
    return room


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_have_text(words)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_editor_takes_a_story_out_and_back(
    reader: Reader, site: Site, size: dict[str, int], script: bool
) -> None:
    page = reader(viewport=size, java_script_enabled=script)
    room = write(page, site, f"Out and back {size['width']} {script}")
    page.get_by_text("Hand it in for review").click()
    page.get_by_label("A note to the editors").fill("Please look at the names.")
    page.get_by_role("button", name="Hand it in").click()
    says(page, "The story is with the editors.")
    expect(page.get_by_text("Please look at the names.")).to_be_visible()
    page.get_by_role("button", name="Publish now").click()
    says(page, "Published.")
    address = site.root + page.locator(".nb-step-address").inner_text()
    page.get_by_text("Withdraw it", exact=True).click()
    page.get_by_label("What readers are told").fill("It was not true.")
    page.get_by_role("button", name="Withdraw the story").click()
    says(page, "Withdrawn. Readers see your notice at its address.")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 410
    expect(page.get_by_text("It was not true.")).to_be_visible()
    page.goto(room)
    page.get_by_role("button", name="Bring it back").click()
    says(page, "The story is back.")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200


def test_a_time_is_chosen_by_keyboard_alone(reader: Reader, site: Site) -> None:
    page = reader(viewport=DESK)
    write(page, site, "By keyboard")
    page.get_by_text("Publish at another time").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Day").first.fill("2031-02-03")
    page.get_by_label("Time").first.fill("07:30")
    page.get_by_label("Time").first.press("Enter")
    says(page, "The time is set.")
    expect(page.locator(".nb-step").filter(has_text="goes before the readers")).to_contain_text(
        "2031"
    )


def test_a_time_that_is_past_is_asked_about(reader: Reader, site: Site) -> None:
    page = reader(viewport=PHONE)
    write(page, site, "Long ago")
    page.get_by_text("Publish at another time").click()
    page.get_by_label("Day").first.fill("2020-02-03")
    page.get_by_label("Time").first.fill("07:30")
    page.get_by_role("button", name="Set the time").click()
    expect(page.get_by_role("alert")).to_contain_text("That time is past.")
    page.get_by_role("button", name="Publish with that date").click()
    says(page, "The time is set.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_room_has_nothing_that_bars_anybody(
    reader: Reader, site: Site, axe: str, scheme: Any
) -> None:
    page = reader(color_scheme=scheme, bypass_csp=True)
    room = write(page, site, f"For all {scheme}")
    for step in ("", "Publish now"):
        if step:
            page.goto(room)
            page.get_by_role("button", name=step).click()
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        assert faults_of(page, axe) == []
