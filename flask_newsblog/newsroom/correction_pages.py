"""What the newsroom's page of a story's corrections shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .forms import ConfirmForm
from .pages import Choice, DeskHead, Said
from .story_pages import StoryHead


@dataclass(frozen=True, slots=True)
class CorrectionDraft:
    """A correction as it is typed.

    ``reads`` says that it is shown as readers will have it, with ``kind`` and
    ``corrected_at``; ``close`` that the report beside it is to be closed with it.
    """

    kinds: tuple[Choice, ...]
    kind: str
    text: str
    text_most: int
    corrected_at: datetime
    reads: bool
    close: bool


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction that is under the story.

    ``typed`` is what stands in its form, and ``problem`` why that was not kept; ``seen`` tells
    its words as they are from what others make of them later; ``leaving`` says that somebody is
    asked whether to take it back.
    """

    id: int
    kind: str
    text: str
    corrected_at: datetime
    made_by: str
    kinds: tuple[Choice, ...]
    typed: str
    seen: str
    problem: str
    leaving: bool


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error that a reader reported; ``url`` is this page with it beside the form."""

    id: int
    text: str
    email: str
    created_at: datetime
    closed: bool
    url: str


@dataclass(frozen=True, slots=True)
class CorrectionsDeskPage:
    """``newsroom/corrections.html``: the corrections of a story, and the form for another.

    ``may_correct`` says that the person here may write under this story; ``report`` is the
    error that stands beside the form, ``reports`` are those that wait.
    """

    head: DeskHead
    story: StoryHead
    form: ConfirmForm
    said: Said
    problem: str
    may_correct: bool
    draft: CorrectionDraft
    report: ErrorReport | None
    reports: tuple[ErrorReport, ...]
    notes: tuple[CorrectionView, ...]
    here: str = "corrections_desk"
