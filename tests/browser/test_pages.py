"""Every kind of page as a person meets it: on a phone and a desk, by day and by night."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "front": "/news/",
    "section": "/news/sections/harbour/",
    "tag": "/news/tags/ferry/",
    "author": "/news/authors/ines-calder/",
    "archive": "/news/archive",
    "story": "/news/story",
    "desk blog": "/blog/",
    "not found": "/news/no-such-page/",
    "newsroom": "/news/newsroom/",
    "sign-in": "/news/sign-in",
}


def go(page: Page, site: Site, name: str) -> None:
    """Go to one of the pages; some have an address that is only known on the way."""
    path = PAGES[name]
    if name == "story":
        page.goto(f"{site.root}/news/")
        path = page.locator("h2 a").first.get_attribute("href") or ""
    elif name == "archive":
        page.goto(f"{site.root}/news/")
        story = page.locator("h2 a").first.get_attribute("href") or ""
        path = "/".join(story.split("/")[:4]) + "/"
    elif name == "newsroom":
        page.goto(site.sign_in_link())
        page.get_by_role("button").click()
        path = "/news/newsroom/"
    elif name == "sign-in":
        page.goto(site.sign_in_link())
        return
    page.goto(site.root + path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, scheme: Any, browser: Browser, site: Site, axe: str) -> None:
    context = browser.new_context(viewport=DESK, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    go(page, site, name)
    faults = faults_of(page, axe)
    context.close()
    assert faults == []


@pytest.fixture
def watched(browser: Browser) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page under the site's own policy, with what it asks for and complains of."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page, asked, complaints
    context.close()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "not found"])
def test_a_page_obeys_the_strict_policy_and_asks_nobody_else(
    name: str, watched: tuple[Page, list[str], list[str]], site: Site
) -> None:
    page, asked, complaints = watched
    go(page, site, name)
    page.wait_for_load_state("networkidle")
    assert complaints == []
    assert [url for url in asked if not url.startswith(site.root + "/")] == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways(name: str, browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    go(page, site, name)
    too_wide = {}
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        content = page.evaluate("document.documentElement.scrollWidth")
        if content > width:
            too_wide[width] = content
    context.close()
    assert too_wide == {}


@pytest.mark.parametrize("name", ["front", "story", "section", "newsroom"])
def test_nothing_moves_while_a_page_loads(name: str, browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.add_init_script(
        """window.shift = 0; new PerformanceObserver(list => {
             for (const entry of list.getEntries()) window.shift += entry.value;
           }).observe({type: 'layout-shift', buffered: true});"""
    )
    go(page, site, name)
    page.wait_for_load_state("networkidle")
    shift = page.evaluate("window.shift")
    context.close()
    assert shift == 0


def test_a_first_visit_stays_within_its_weight(browser: Browser, untouched: Site) -> None:
    # 60 KB over the wire: the page, its style and what a phone shows first.
    context = browser.new_context(viewport=PHONE, device_scale_factor=2)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{untouched.root}/news/")
    page.wait_for_load_state("networkidle")
    context.close()
    assert sum(sizes) <= 60_000, json.dumps(sorted(sizes))


def test_the_first_tab_stop_skips_to_the_content(browser: Browser, site: Site) -> None:
    page = browser.new_page(viewport=DESK)
    go(page, site, "story")
    page.keyboard.press("Tab")
    first = page.locator(":focus")
    assert (first.get_attribute("href") or "").startswith("#")
    assert first.bounding_box()["x"] >= 0
    page.close()


def test_a_sign_in_link_leads_into_the_newsroom_once(browser: Browser, site: Site) -> None:
    link = site.sign_in_link()
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button").click()
    assert page.url.endswith("/news/newsroom/")
    assert "Miriam Oyelade" in page.content()
    assert page.goto(link).status == 404
    context.close()
