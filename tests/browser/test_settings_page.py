"""The page of settings in a browser: on a desk and a phone, in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, expect

from flask_newsblog.mount import find_mount

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

SETTINGS = "/news/newsroom/settings/"


@pytest.fixture
def ill(site: Site) -> Iterator[Site]:
    """The site with something of each level to be found."""
    mount = find_mount(site.app, "news")
    config = {"WTF_CSRF_TIME_LIMIT": 60, "SESSION_COOKIE_HTTPONLY": False}
    before = {name: site.app.config.get(name) for name in config}
    site.app.config.update(config)
    mount.told_of_proxy = True
    yield site
    site.app.config.update(before)
    mount.told_of_proxy = False


def enter(page: Page, site: Site) -> Page:
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_editor_asks_the_doctor_and_reads_what_to_do(
    reader: Reader, ill: Site, size: Any, script: bool
) -> None:
    page = enter(reader(viewport=size, java_script_enabled=script), ill)
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    page.get_by_role("link", name="Check the site").click()
    findings = page.locator(".nb-finding")
    expect(findings.first).to_contain_text("Error")
    expect(findings.first).to_contain_text("Set SESSION_COOKIE_HTTPONLY = True.")
    expect(page.locator(".nb-finding-warning").first).to_be_visible()
    expect(page.get_by_text("Every setting leads somewhere.")).to_be_hidden()
    page.locator(".nb-doctor-good summary").click()
    expect(page.get_by_text("Every setting leads somewhere.")).to_be_visible()
    page.get_by_role("link", name="Changed from the default").click()
    expect(page.get_by_text("NEWSBLOG_TITLE")).to_be_visible()
    expect(page.get_by_text("NEWSBLOG_SMTP_PORT", exact=True)).to_have_count(0)
    expect(findings.first).to_contain_text("Error")


def test_what_is_to_be_pressed_is_large_enough_for_a_thumb(reader: Reader, ill: Site) -> None:
    page = enter(reader(viewport=PHONE, has_touch=True), ill)
    page.goto(ill.root + SETTINGS)
    box = page.get_by_role("link", name="Check the site").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.goto(f"{ill.root}{SETTINGS}?check=1")
    for thing in (page.get_by_role("link", name="Check again"), page.locator("summary")):
        box = thing.bounding_box()
        assert box is not None
        assert box["height"] >= 43.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: Any, reader: Reader, ill: Site, axe: str
) -> None:
    page = enter(reader(color_scheme=scheme, bypass_csp=True), ill)
    faults: list[Any] = []
    for query in ("", "?check=1", "?check=1&changed=1"):
        page.goto(ill.root + SETTINGS + query)
        faults += faults_of(page, axe, query)
    assert faults == []
