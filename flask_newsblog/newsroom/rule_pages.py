"""What the newsroom's page of rules shows: its template sees a ``RulesPage`` as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .forms import ConfirmForm
from .pages import Choice, DeskHead, StateFilter


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in the list. ``ended`` says that it is over and fits nothing any more."""

    id: int
    kind_name: str
    value: str
    outcome_name: str
    until: datetime | None
    ended: bool
    made_by: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleForm:
    """The form for a new rule, blank or as it was filled in, and what is wrong with it.

    ``there`` is the rule for the same that there is already, and ``seen`` stands for it as it is.
    """

    kinds: tuple[Choice, ...]
    value: str
    outcomes: tuple[Choice, ...]
    spans: tuple[Choice, ...]
    note: str
    seen: str
    problem: str
    there: RuleRow | None


@dataclass(frozen=True, slots=True)
class CaughtRow:
    """A comment that a rule would have caught; ``url`` is empty where readers do not see it."""

    url: str
    name: str
    state: str
    state_name: str
    created_at: datetime
    begin: str
    story: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """What a rule would have caught of the last comments; ``rows`` are some, published first."""

    value: str
    looked_at: int
    caught: int
    published: int
    rows: tuple[CaughtRow, ...]


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What one check says of a text that was tested."""

    check: str
    outcome_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class TextTest:
    """The box for testing a text, as it was filled in; ``done`` says that it was tested."""

    text: str
    name: str
    email: str
    website: str
    done: bool
    verdicts: tuple[VerdictRow, ...]


@dataclass(frozen=True, slots=True)
class RulesPage:
    """``newsroom/rules.html``: the rules of the desk, the newest first.

    ``saved`` is the value of a rule just kept; ``removed`` that of one just removed, and
    ``removed_line`` the whole of it, signed, by which it is added again.
    """

    head: DeskHead
    form: ConfirmForm
    under_attack: bool
    saved: str
    removed: str
    removed_line: str
    rule: RuleForm
    trial: TrialView | None
    test: TextTest
    filters: tuple[StateFilter, ...]
    part: str
    rows: tuple[RuleRow, ...]
    older: str
