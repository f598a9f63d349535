"""What each newsroom page shows: its templates see one of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..people import Person
from .forms import ConfirmForm


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A story as the desk lists it. ``state`` may also be ``scheduled``; ``url`` is empty
    while readers cannot see it."""

    id: int
    title: str
    state: str
    state_name: str
    section: str
    changed_at: datetime
    published_at: datetime | None
    comment_count: int
    url: str


@dataclass(frozen=True, slots=True)
class StateFilter:
    """A link that shows the stories in one state, or all; ``here`` is the one shown."""

    name: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class DoorPage:
    """``newsroom/door.html``: the stories of the blog, last changed first."""

    person: Person
    rows: tuple[DeskRow, ...]
    filters: tuple[StateFilter, ...]
    older: str
    form: ConfirmForm
    by_link: bool


@dataclass(frozen=True, slots=True)
class SignInPage:
    """``newsroom/sign_in.html``: the name a link signs in, and the button."""

    name: str
    form: ConfirmForm
