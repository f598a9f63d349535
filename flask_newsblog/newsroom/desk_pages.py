"""What the desk and its calendar show: their templates see a page of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .pages import Choice, DeskHead, Said, Tab
from .plots import Bar as Bar
from .plots import Plot
from .story_pages import StoryHead


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A story as the desk lists it. ``state`` may also be ``scheduled`` or ``discarded``.

    ``url`` is empty while readers cannot see it, ``edit_url`` where the person here may not
    write in it, ``read_url`` where they may not read it at the desk. ``unshown`` says that
    what is saved differs from what readers see.
    """

    id: int
    title: str
    state: str
    state_name: str
    section: str
    authors: tuple[str, ...]
    begun_by: str
    planned_at: datetime | None
    published_at: datetime | None
    changed_at: datetime
    comment_count: int
    unshown: bool
    url: str
    edit_url: str
    read_url: str


@dataclass(frozen=True, slots=True)
class DeskSearch:
    """The form that looks for stories, as it was filled in; ``clear`` leads out of it.

    ``state`` is that of the tab, which the form keeps. ``clear`` is empty where nothing is
    filled in.
    """

    words: str
    author: str
    sections: tuple[Choice, ...]
    mine: bool
    state: str
    clear: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A story that is due or waits. ``kind`` is what will happen or is to be done.

    ``at`` is when it is due, or since when it waits; ``who`` handed it on; ``number`` is of
    notes. ``url`` is empty where the person here may neither write in it nor read it.
    """

    kind: str
    kind_name: str
    title: str
    url: str
    at: datetime
    late: bool
    who: str
    number: int


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """What waits for one thing to be done. ``more`` says that there is more than is shown."""

    kind: str
    name: str
    rows: tuple[WorkRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What is due today, and what waits for the person here; ``links`` lead to other desks."""

    due: tuple[WorkRow, ...]
    more_due: bool
    groups: tuple[WorkGroup, ...]
    links: tuple[Tab, ...]


@dataclass(frozen=True, slots=True)
class DoorPage:
    """``newsroom/door.html``: the day at the desk, and the stories of the blog.

    ``today`` and ``plots`` are there where nothing is looked for. ``looked`` says that not
    all stories have been looked through for the words; ``older`` then goes on.
    """

    head: DeskHead
    today: Today | None
    plots: tuple[Plot, ...]
    filters: tuple[Tab, ...]
    search: DeskSearch
    rows: tuple[DeskRow, ...]
    looked: bool
    first: str
    older: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day and what is on it. ``inside`` says that it is of the month that is shown."""

    day: date
    inside: bool
    today: bool
    rows: tuple[WorkRow, ...]


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """``newsroom/calendar.html``: a month in weeks, each of seven days.

    ``cut`` says that the month has more than is shown. ``zone`` is the blog's time zone, and
    ``earlier``, ``later`` and ``now`` are the addresses of other months, or empty.
    """

    head: DeskHead
    month: date
    weeks: tuple[tuple[CalendarDay, ...], ...]
    earlier: str
    later: str
    now: str
    cut: bool
    zone: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """``newsroom/plan.html``: when the desk means to have a story.

    ``day`` and ``time`` are what stands in the form; ``problem`` is why it was not stored.
    """

    head: DeskHead
    story: StoryHead
    planned_at: datetime | None
    day: str
    time: str
    problem: str
    said: Said
    here: str = "plan_post"
