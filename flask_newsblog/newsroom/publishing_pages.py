"""What the page shows on which it is decided what becomes of a story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .pages import DeskHead, Said
from .publishing_forms import PublishingForm
from .story_pages import StoryHead


@dataclass(frozen=True, slots=True)
class LookedOver:
    """Something that is not as it should be; ``blocks`` says that the story cannot go out so."""

    words: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A word between writer and editors; ``open`` until the story has moved on."""

    kind: str
    kind_name: str
    name: str
    text: str
    created_at: datetime
    open: bool


@dataclass(frozen=True, slots=True)
class PlannedUpdate:
    """An update that waits for its time; ``newer`` says that more was saved since."""

    due_at: datetime
    name: str
    told: bool
    newer: bool


@dataclass(frozen=True, slots=True)
class PublishingPage:
    """``newsroom/publishing.html``: where a story stands, and what can be done with it.

    ``offers`` are the values of ``do`` that the person here may send as the story stands.
    ``kept`` is what was typed with something that is not offered any more.
    ``ask_at`` is a time that is past, where somebody is asked whether they mean it.
    ``address`` is where readers find it, or will if it is published as it stands now.
    ``changed`` names what was saved and is not before the readers; ``revisions_url`` may be
    empty.
    """

    head: DeskHead
    story: StoryHead
    form: PublishingForm
    offers: frozenset[str]
    problem: str
    kept: str
    said: Said
    ask_at: datetime | None
    zone: str
    address: str
    changed: tuple[str, ...]
    revisions_url: str
    warnings: tuple[LookedOver, ...]
    notes: tuple[NoteRow, ...]
    embargo_until: datetime | None
    embargo_people: tuple[str, ...]
    withdrawal: str
    update: PlannedUpdate | None
    replies_open: bool
    comment_count: int
    here: str = "publishing"
