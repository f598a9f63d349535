"""What the newsroom's page of readers' reports shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .forms import ConfirmForm
from .pages import DeskHead, StateFilter


@dataclass(frozen=True, slots=True)
class ReportView:
    """One reader's report: why, in which words, and an address if they gave one."""

    id: int
    reason: str
    text: str
    email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReportCase:
    """All that was reported of one comment, or one error in a story.

    ``id`` is the newest of its reports; ``more`` is how many are not shown. ``story_url`` and
    ``comment_url`` are empty where readers do not see them. ``about`` is the comment's text,
    empty where it is about the story; ``closed_by`` and ``closed_at`` say who was done with it.
    ``correct_url`` is where a correction of it is written, where one may be.
    """

    id: int
    story: str
    story_url: str
    comment_id: int | None
    comment_url: str
    name: str
    about: str
    state: str
    state_name: str
    reports: tuple[ReportView, ...]
    count: int
    more: int
    closed_at: datetime | None
    closed_by: str
    correct_url: str


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """``newsroom/reports.html``: what readers reported, the newest first.

    ``done`` is the report whose case was just closed, to be opened again.
    """

    head: DeskHead
    cases: tuple[ReportCase, ...]
    filters: tuple[StateFilter, ...]
    closed: bool
    done: int | None
    older: str
    form: ConfirmForm
