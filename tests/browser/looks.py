"""What is wrong with a page for those who look at it: asked of axe-core, and of its widths."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults_of(page: Page, axe: str, name: str = "") -> list[tuple[Any, ...]]:
    """What axe has against a page at both widths, and the widths at which it scrolls sideways.

    The page is to be open without its Content-Security-Policy, which forbids axe; it is left
    as wide as at a desk.
    """
    page.evaluate(axe + ";0")
    found: list[tuple[Any, ...]] = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        result = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
        )
        found += [
            (name, size["width"], fault["id"], [node["target"] for node in fault["nodes"]])
            for fault in result["violations"]
        ]
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((name, width, "scrolls sideways"))
    page.set_viewport_size(DESK)
    return found
