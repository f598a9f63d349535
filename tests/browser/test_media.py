"""Pictures in a real browser: added with and without script, described, put over a story."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from example_app.database import db
from flask_newsblog.models import Media, Post

from ..media.drawing import detailed, drawn
from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

LIBRARY = "/news/newsroom/media/"


def enter(page: Page, site: Site, path: str = LIBRARY) -> Page:
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    page.goto(site.root + path)
    return page


def put(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def stored(site: Site, filename: str) -> dict[str, Any]:
    with site.app.app_context():
        found = db.session.scalars(select(Media).filter_by(filename=filename)).one()
        return {"id": found.id, "alt": found.alt, "x": found.focal_x, "y": found.focal_y}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_several_pictures_are_added_and_each_tells_what_became_of_it(
    reader: Reader, site: Site, tmp_path: Path, size: dict[str, int]
) -> None:
    page, wide = enter(reader(viewport=size), site), size["width"]
    page.set_input_files(
        "#nb-file",
        [
            put(tmp_path, f"mast-{wide}.png", detailed(wide, 400)),
            put(tmp_path, "notes.png", b"no picture"),
            put(tmp_path, f"buoy-{wide}.png", detailed(wide, 300)),
        ],
    )
    page.fill("#nb-alt", "Out at sea")
    page.get_by_role("button", name="Upload").click()
    done = page.get_by_role("link", name="Show them in the library")
    expect(done).to_be_visible()
    lines = page.locator("[data-files] li")
    expect(lines.nth(0)).to_contain_text("Stored.")
    expect(lines.nth(1)).to_contain_text("This is no picture that this site takes")
    expect(lines.nth(2)).to_contain_text("Stored.")
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    done.click()
    expect(page.get_by_role("link", name="Out at sea").first).to_be_visible()
    assert stored(site, f"mast-{wide}.png")["alt"] == "Out at sea"


def test_what_does_not_get_through_is_sent_again_by_a_button(
    reader: Reader, site: Site, tmp_path: Path
) -> None:
    page = enter(reader(), site)
    page.route("**/media/upload", lambda route: route.abort())
    page.set_input_files("#nb-file", put(tmp_path, "squall.png", drawn(61)))
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-files] li").first).to_contain_text("did not get through")
    page.unroute("**/media/upload")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("[data-files] li").first).to_contain_text("Stored.")


def test_a_page_that_was_open_for_too_long_gets_a_new_token_by_itself(
    reader: Reader, site: Site, tmp_path: Path
) -> None:
    page = enter(reader(), site)
    page.evaluate("document.querySelector('[data-upload] [name=csrf_token]').value = 'old'")
    page.set_input_files("#nb-file", put(tmp_path, "late.png", drawn(62)))
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-files] li").first).to_contain_text("Stored.")


def test_a_slow_upload_shows_how_far_it_is(reader: Reader, site: Site, tmp_path: Path) -> None:
    page, held = enter(reader(), site), list[Route]()
    page.route("**/media/upload", lambda route: held.append(route))
    page.set_input_files("#nb-file", put(tmp_path, "slow.png", drawn(63)))
    page.get_by_role("button", name="Upload").click()
    bar = page.get_by_role("progressbar", name="slow.png")
    expect(bar).to_be_visible()
    expect(page.locator("[data-files] li").first).to_contain_text("…")
    held[0].continue_()
    expect(page.locator("[data-files] li").first).to_contain_text("Stored.")
    expect(bar).to_have_count(0)


def test_dropped_files_are_added(reader: Reader, site: Site) -> None:
    page = enter(reader(), site)
    page.evaluate(
        """bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          const event = new DragEvent("drop", { dataTransfer: data, bubbles: true });
          document.querySelector("[data-drop]").dispatchEvent(event);
        }""",
        list(drawn(64)),
    )
    expect(page.locator("[data-files] li").first).to_contain_text("Stored.")
    assert stored(site, "dropped.png")


def test_without_script_pictures_are_added_described_and_deleted(
    reader: Reader, site: Site, tmp_path: Path
) -> None:
    page = enter(reader(java_script_enabled=False, viewport=PHONE), site)
    page.set_input_files("#nb-file", put(tmp_path, "plain.png", detailed(65)))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status")).to_contain_text("Stored.")
    page.get_by_label("What it shows, for those who cannot see it").fill("A plain pier")
    page.get_by_label("From the left, in percent").fill("100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    found = stored(site, "plain.png")
    assert (found["alt"], found["x"], found["y"]) == ("A plain pier", 1, 0.5)
    page.get_by_text("Delete this picture").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted.")
    with site.app.app_context():
        assert not db.session.scalars(select(Media).filter_by(filename="plain.png")).all()


def test_a_click_says_what_must_stay_in_sight_and_the_picture_goes_over_a_story(
    reader: Reader, site: Site, tmp_path: Path
) -> None:
    with site.app.app_context():
        number = db.session.scalars(select(Post.id).filter_by(blog="news", slug="fog")).one()
    page = enter(reader(), site, f"{LIBRARY}?for={number}")
    page.set_input_files("#nb-file", put(tmp_path, "in-the-fog.png", detailed(900, 600)))
    page.fill("#nb-alt", "Fog over the water")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="Show them in the library").click()
    page.get_by_role("link", name="Fog over the water").first.click()
    box = page.locator(".nb-whole").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + 3)
    expect(page.get_by_label("From the left, in percent")).to_have_value("99")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    found = stored(site, "in-the-fog.png")
    assert found["x"] > 0.97
    assert found["y"] < 0.03
    page.get_by_role("button", name="Use as lead picture").click()
    expect(page.get_by_label("Description of the picture")).to_have_value("Fog over the water")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_librarys_pages(
    reader: Reader, site: Site, axe: str, scheme: str
) -> None:
    page = enter(reader(color_scheme=scheme, bypass_csp=True), site)
    for path in (LIBRARY, f"{LIBRARY}1/", f"{LIBRARY}?words=nothing-at-all"):
        page.goto(site.root + path)
        assert faults_of(page, axe) == [], path
