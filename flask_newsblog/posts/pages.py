"""What each page for readers shows: its templates see one of these as ``page``.

The fields are listed in the docs, and a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from .queries import AuthorLink, Card, CorrectionNote, Nearby, SectionLink, Story, TagLink


@dataclass(frozen=True, slots=True)
class Paging:
    """Addresses of the next older and newer page of a list, empty where there is none.

    ``first`` tells the first page of a list from the others; ``stable`` is false for a
    page reached towards the newer, which search engines are asked to leave out.
    """

    older: str
    newer: str
    first: bool
    stable: bool


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section and its newest stories, as a row of the front page."""

    section: SectionLink
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """``front.html``. Beyond the first page there is only the river."""

    lead: Card | None
    seconds: tuple[Card, ...]
    rows: tuple[SectionRow, ...]
    river: tuple[Card, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class StoryParts:
    """A story and what the desk has hung on it."""

    story: Story
    body: Markup
    authors: tuple[AuthorLink, ...]
    tags: tuple[TagLink, ...]
    corrections: tuple[CorrectionNote, ...]
    nearby: Nearby


@dataclass(frozen=True, slots=True)
class SectionPage:
    """``section.html``: ``parents`` from the top down, ``children`` one level below."""

    section: SectionLink
    parents: tuple[SectionLink, ...]
    children: tuple[SectionLink, ...]
    cards: tuple[Card, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class TagPage:
    """``tag.html``."""

    tag: TagLink
    description: str
    cards: tuple[Card, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class AuthorPage:
    """``author.html``: ``links`` are pairs of label and address."""

    author: AuthorLink
    links: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """``archive.html``: the stories of a ``year``, ``month`` or ``day`` (``unit``)."""

    start: date
    unit: str
    heading: str
    cards: tuple[Card, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """``error.html``: what happened, why, and what to do; ``kept`` is a reply to be copied."""

    status: int
    heading: str
    text: str
    kept: str = ""
