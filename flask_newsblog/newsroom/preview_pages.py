"""What the newsroom's page of a story's preview links shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .forms import ConfirmForm
from .pages import Choice, DeskHead, Said
from .story_pages import StoryHead


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A preview link in the list. ``state`` is ``open``, ``ended`` or ``revoked``."""

    id: int
    label: str
    state: str
    state_name: str
    made_by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PreviewNote:
    """What a reader of a draft said, and by whose link; ``done`` says it was dealt with."""

    id: int
    name: str
    label: str
    text: str
    created_at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class PreviewsPage:
    """``newsroom/previews.html``: the preview links of a story, and what their readers said.

    ``made_url`` is the address of a link just made, which is shown this once; ``key`` makes
    a second click the same link. ``embargo_until`` is set while no link shows anything;
    ``leaving`` is the link of which somebody is asked whether to take it back.
    """

    head: DeskHead
    story: StoryHead
    form: ConfirmForm
    said: Said
    problem: str
    label: str
    label_most: int
    spans: tuple[Choice, ...]
    key: str
    made_url: str
    made_for: str
    out: bool
    embargo_until: datetime | None
    rows: tuple[PreviewRow, ...]
    older: str
    leaving: PreviewRow | None
    notes: tuple[PreviewNote, ...]
    older_notes: str
    here: str = "previews"
