"""What each page for readers shows: its templates see one of these as ``page``.

The fields are listed in the docs, and a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from ..text.differences import Piece
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
class BreakingNews:
    """The line of breaking news over a page; ``url`` is empty where it leads nowhere."""

    text: str
    url: str


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
    """A story and what the desk has hung on it.

    ``corrections_on_top`` says where its corrections stand, ``changed`` that readers are told
    that it has changed since it was published.
    """

    story: Story
    body: Markup
    authors: tuple[AuthorLink, ...]
    tags: tuple[TagLink, ...]
    corrections: tuple[CorrectionNote, ...]
    nearby: Nearby
    corrections_on_top: bool
    changed: bool


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
class CorrectionRow:
    """A correction as their common page lists it, with the story that it stands under."""

    kind: str
    text: str
    corrected_at: datetime
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class CorrectionsPage:
    """``corrections.html``: the corrections of all stories, the newest first."""

    notes: tuple[CorrectionRow, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """A time at which a story was changed; ``here`` is the one shown, by itself."""

    shown_at: datetime
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """``changes.html``: what became of a story since it was published.

    The texts come in pieces that are the same, removed or added; ``same`` says that none is
    removed or added. ``until`` is the moment of the one step that is shown; without it, all
    is shown that has changed by now, and ``all_url`` is where that is.
    """

    title: str
    url: str
    headline: tuple[Piece, ...]
    standfirst: tuple[Piece, ...]
    body: tuple[Piece, ...]
    same: bool
    published_at: datetime
    until: datetime | None
    steps: tuple[ChangeStep, ...]
    all_url: str


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """``error.html``: what happened, why, and what to do; ``kept`` is a reply to be copied."""

    status: int
    heading: str
    text: str
    kept: str = ""
