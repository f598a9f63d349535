"""From a sign-in link to a published story with a picture, by what the pages offer alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from example_app.database import db
from flask_newsblog.models import Post

from ..media.drawing import detailed
from .conftest import Site
from .looks import DESK, PHONE

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
STANDFIRST = "She came round the breakwater at six, and nobody minded the hour."
TEXT = "First ashore were two cyclists and a dog.\n\nThe second engine sounds like the first."
ALT, CAPTION, CREDIT = "A ferry seen from the mole", "The *Sallow* at six.", "Photo: Ada Marsh"
# Of a line on an island: slow enough for a second click before the first is answered.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
_numbers = count(1)


def headline() -> str:
    return f"The ferry is back, part {next(_numbers)}"


def come_in(page: Page, site: Site) -> None:
    """By the link, to the desk, to an empty sheet; nobody types an address."""
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stories")
    page.get_by_role("link", name="Write a story").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A new story")


def write(page: Page, title: str) -> None:
    """All that a story has but its picture."""
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Standfirst").fill(STANDFIRST)
    page.get_by_label("Authors").fill("Ada Marsh")
    page.get_by_label("Section", exact=True).select_option("Harbour")
    page.get_by_label("Tags").fill("Ferry, Engines")
    page.get_by_label("Story", exact=True).fill(TEXT)


def photograph(folder: Path) -> str:
    """A file that the library does not have, as from a camera."""
    file = folder / "ferry.jpg"
    file.write_bytes(detailed(1600, 1000 + next(_numbers), "JPEG"))
    return str(file)


def say_of_the_picture(page: Page) -> None:
    page.get_by_label("Description of the picture").fill(ALT)
    page.get_by_label("Caption").fill(CAPTION)
    page.get_by_label("Credit").fill(CREDIT)


def assert_readers_have_it(page: Page, title: str) -> None:
    """The page that is open, as whoever comes by sees it, and then the front page."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    article = page.get_by_role("article").first
    for words in (STANDFIRST, "Ada Marsh", CREDIT, *TEXT.split("\n\n")):
        expect(article.get_by_text(words).first).to_be_visible()
    picture = article.get_by_role("img", name=ALT)
    expect(picture).to_be_visible()
    assert shows_something(picture)
    assert fits(page)
    page.get_by_role("link", name="The Harbour Bulletin").first.click()
    listed = page.get_by_role("main").get_by_role("heading").get_by_role("link", name=title)
    expect(listed).to_be_visible()


def shows_something(picture: Locator) -> bool:
    # The browser decodes it when it is near; evaluated apart from the page's own script.
    picture.scroll_into_view_if_needed()
    return bool(
        picture.evaluate(
            "image => image.decode().then(() => image.naturalWidth > 0 && image.currentSrc !== '')"
        )
    )


def fits(page: Page) -> bool:
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return bool(wide[0] <= wide[1])


def stored(site: Site, title: str) -> int:
    with site.app.app_context():
        found = select(func.count()).select_from(Post).filter_by(blog="news", title=title)
        return db.session.scalar(found) or 0


@SCREENS
def test_a_first_story_goes_from_the_link_to_the_readers(
    reader: Reader, site: Site, tmp_path: Path, screen: dict[str, int]
) -> None:
    page, title = reader(viewport=screen), headline()
    come_in(page, site)
    write(page, title)
    page.locator("summary", has_text="Choose a picture").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a picture").click()
    chooser.value.set_files(photograph(tmp_path))
    expect(page.locator("[data-lead] img")).to_be_visible()
    say_of_the_picture(page)
    assert fits(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-state]")).to_have_text(re.compile(r"^Saved \d"))
    page.get_by_role("link", name="Go on to publishing").click()
    expect(page.get_by_text("Nothing is missing.")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("status")).to_have_text("Published.")
    page.locator(".nb-done").get_by_role("link", name="See the story").click()
    assert_readers_have_it(page, title)
    assert stored(site, title) == 1


@SCREENS
def test_a_first_story_needs_no_script(
    reader: Reader, site: Site, tmp_path: Path, screen: dict[str, int]
) -> None:
    page, title = reader(viewport=screen, java_script_enabled=False), headline()
    come_in(page, site)
    write(page, title)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.locator("summary", has_text="Choose a picture").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="The whole library, in another tab").click()
    library = opened.value
    library.set_input_files("#nb-file", photograph(tmp_path))
    library.get_by_label("What they show").fill(ALT)
    library.get_by_label("Credit").fill(CREDIT)
    library.get_by_role("button", name="Upload").click()
    expect(library.get_by_role("status")).to_contain_text("Stored.")
    library.get_by_label("Caption").fill(CAPTION)
    library.get_by_role("button", name="Save", exact=True).click()
    library.get_by_role("button", name="Use as lead picture").click()
    # Back with the story, in the tab where the picture was chosen.
    expect(library.get_by_role("heading", level=1)).to_have_text(title)
    assert library.get_by_label("Description of the picture").input_value() == ALT
    assert library.get_by_label("Caption").input_value() == CAPTION
    library.get_by_role("link", name="Go on to publishing").click()
    expect(library.get_by_text("Nothing is missing.")).to_be_visible()
    library.get_by_role("button", name="Publish now").click()
    expect(library.get_by_role("status")).to_have_text("Published.")
    library.locator(".nb-done").get_by_role("link", name="See the story").click()
    assert_readers_have_it(library, title)
    assert stored(site, title) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_double_clicks_on_a_slow_line_make_one_story_and_lose_no_word(
    reader: Reader, site: Site, script: bool
) -> None:
    page, title = reader(viewport=PHONE, java_script_enabled=script), headline()
    come_in(page, site)
    slow_down(page)
    write(page, title)
    page.get_by_role("button", name="Save", exact=True).dblclick()
    onward = page.get_by_role("link", name="Go on to publishing")
    expect(onward).to_be_visible()
    onward.click()
    page.get_by_role("button", name="Publish now").dblclick()
    expect(page.get_by_role("heading", name="Where it stands")).to_be_visible()
    expect(page.get_by_text("Readers have seen it since")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="See the story").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    for words in (STANDFIRST, *TEXT.split("\n\n")):
        expect(page.get_by_text(words).first).to_be_visible()
    assert stored(site, title) == 1


def slow_down(page: Page) -> Any:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    return line
