"""What the newsroom's page of who did what shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .pages import Choice, DeskHead


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence: ``given`` is a name or headline, ``url`` where it is, or empty."""

    text: str
    url: str = ""
    given: bool = False


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Something that was done. ``person_url`` shows what else the same name did."""

    at: datetime
    kind: str
    kind_name: str
    parts: tuple[Part, ...]
    detail: str
    person_url: str


@dataclass(frozen=True, slots=True)
class AuditDay:
    """What was done on a day, the latest first."""

    day: datetime
    rows: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """``newsroom/audit.html``: who did what, when, the latest first.

    ``person``, ``thing``, ``start`` and ``end`` are what the fields of the search hold.
    """

    head: DeskHead
    person: str
    kinds: tuple[Choice, ...]
    thing: str
    start: str
    end: str
    problem: str
    searched: bool
    days: tuple[AuditDay, ...]
    older: str
    export_url: str
