"""What the newsroom's pages of the front page and of breaking news show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .forms import ConfirmForm
from .pages import Choice, DeskHead, StateFilter


@dataclass(frozen=True, slots=True)
class PeriodFields:
    """From when until when, as the fields hold it. ``spans`` are lengths to choose from."""

    start: str
    until: str
    spans: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class TopRow:
    """A story at a place of the top. ``slot`` is empty where it stands there for being new.

    ``up`` and ``down`` are the places to which it can be moved, or empty.
    """

    place: int
    name: str
    post_id: int
    title: str
    section: str
    picture: str
    published_at: datetime
    url: str
    slot: str
    ends_at: datetime | None
    period: PeriodFields
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A story that is chosen for a place and is not shown now; ``why`` says why not."""

    slot: str
    name: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    why: str
    period: PeriodFields


@dataclass(frozen=True, slots=True)
class StoryChoice:
    """A story that can be put on the front page."""

    id: int
    title: str
    section: str
    published_at: datetime
    scheduled: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class AddForm:
    """The form that puts a story on the front page, blank or as it was filled in."""

    query: str
    stories: tuple[StoryChoice, ...]
    places: tuple[Choice, ...]
    period: PeriodFields


@dataclass(frozen=True, slots=True)
class TakenOff:
    """A story just taken off, and its former end, by which it is put back."""

    slot: str
    title: str
    until: str


@dataclass(frozen=True, slots=True)
class FrontDeskPage:
    """``newsroom/front.html``: the top of the front page, and what is planned for it.

    ``at`` is the moment for which the top is shown, empty for now; ``shown_at`` what stands
    in the field that asks for it. ``zone`` names the time zone of all the fields.
    """

    head: DeskHead
    form: ConfirmForm
    ways: tuple[StateFilter, ...]
    said: str
    problem: str
    taken_off: TakenOff | None
    at: datetime | None
    shown_at: str
    zone: str
    top: tuple[TopRow, ...]
    waiting: tuple[WaitingRow, ...]
    adding: AddForm


@dataclass(frozen=True, slots=True)
class BannerRow:
    """A line of breaking news in the list. ``state`` is shown, covered, coming or over."""

    id: str
    text: str
    state: str
    state_name: str
    leads_to: str
    starts_at: datetime
    ends_at: datetime
    edit_url: str


@dataclass(frozen=True, slots=True)
class BannerForm:
    """The form of a line of breaking news; ``banner`` is empty for a new one.

    ``seen`` is when it had last changed as the page was opened.
    """

    banner: str
    seen: str
    text: str
    url: str
    stories: tuple[Choice, ...]
    period: PeriodFields
    problem: str
    wrong: str


@dataclass(frozen=True, slots=True)
class BannersPage:
    """``newsroom/banners.html``: the line of breaking news, and those to come and gone."""

    head: DeskHead
    form: ConfirmForm
    ways: tuple[StateFilter, ...]
    said: str
    zone: str
    writing: BannerForm
    lasting: tuple[BannerRow, ...]
    past: tuple[BannerRow, ...]
