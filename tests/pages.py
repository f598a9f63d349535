"""What tests read of a page: its words, its links, its address of record."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "link", "meta"):
            self.found.append((tag, {name: value or "" for name, value in attrs}))


def words_of(html: str) -> str:
    """What a reader sees of a page, without its head."""
    body = html[html.index("<body") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def elements(html: str, tag: str) -> list[dict[str, str]]:
    """The attributes of each ``a``, ``link`` or ``meta`` of a page."""
    reader = _Links()
    reader.feed(html)
    return [attributes for found, attributes in reader.found if found == tag]


def paging_link(html: str, rel: str) -> str:
    """Where the link to the older (``next``) or newer (``prev``) page of a list leads."""
    # Between stories too there are such links; those of a list carry a query or no slug.
    match = re.search(r'<nav[^>]*aria-label="Pages".*?</nav>', html, re.DOTALL)
    links = elements(match[0], "a") if match else []
    return next((link["href"] for link in links if link.get("rel") == rel), "")


def canonical(html: str) -> str:
    """The address that a page names as its own."""
    return next((e["href"] for e in elements(html, "link") if e.get("rel") == "canonical"), "")


def robots(html: str) -> str:
    """What a page asks of search engines."""
    return ", ".join(e["content"] for e in elements(html, "meta") if e.get("name") == "robots")
