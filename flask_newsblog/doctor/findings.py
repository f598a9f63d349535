"""What a check of the site finds: how bad it is, what it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is, from what must be mended to what is as it should be."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    ``name`` is the field it belongs to, such as ``mail``; ``remedy`` what to do, a sentence,
    and empty where there is nothing to do.
    """

    level: Level
    name: str
    what: str
    remedy: str = ""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order in which somebody should read them."""
    order = list(Level)
    return sorted(findings, key=lambda finding: order.index(finding.level))


def named(names: Iterable[str], most: int = 6) -> str:
    """A list of names as a sentence has it, with the number of those beyond the first few."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown
