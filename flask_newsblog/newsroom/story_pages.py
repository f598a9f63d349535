"""What the newsroom's pages for one story show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from ..posts.queries import Picture
from .keeping_pages import Kept
from .pages import DeskHead, Said
from .story_forms import StoryForm
from .story_lookups import LibraryPicture


@dataclass(frozen=True, slots=True)
class StoryHead:
    """The story that a page of the newsroom is about, and the ways between its pages.

    ``state`` may also be ``scheduled`` or ``discarded``; ``url`` is the readers' address of
    it, empty while they cannot see it. ``unshown`` says that what is saved differs from what
    readers see, ``may_change`` that those ways are open to the person here.
    """

    id: int
    title: str
    state: str
    state_name: str
    published_at: datetime | None
    url: str
    unshown: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field: its name in the form, what it is called, and why."""

    field: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A story as readers would have it. ``problem`` is why its body cannot be shown."""

    kicker: str
    title: str
    standfirst: str
    dateline: str
    authors: tuple[str, ...]
    picture: Picture | None
    alt: str
    caption: str
    credit: str
    body: Markup
    words: int
    minutes: int
    problem: str


@dataclass(frozen=True, slots=True)
class LivePreviewPage:
    """``newsroom/preview.html``: a story as readers would have it, beside its form."""

    preview: Preview


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """``newsroom/reading.html``: a story for who may see it.

    ``embargo_until`` is set while an embargo holds it, ``embargo_people`` may see it meanwhile.
    """

    head: DeskHead
    story: StoryHead
    preview: Preview
    embargo_until: datetime | None
    embargo_people: tuple[str, ...]
    here: str = "read_post"


@dataclass(frozen=True, slots=True)
class WritingWays:
    """Where the page of a story sends what; empty where that is not there.

    ``save`` is its own address, ``autosave`` takes what the page sends by itself, ``preview``
    answers with the story as readers would have it, ``upload`` takes a picture, and
    ``library`` is the page of all pictures.
    """

    save: str
    autosave: str
    preview: str
    upload: str
    library: str


@dataclass(frozen=True, slots=True)
class WritingPage:
    """``newsroom/story.html``: a story in the making. ``story`` is empty for a new one.

    ``problem`` is why it could not be saved, ``problems`` what is wrong with which field; the
    form holds all that was typed. ``saved_at`` is when it was just saved. ``here`` is the
    endpoint, by which the ways between a story's pages know where they are. ``kept`` is what
    the page knows so that no words are lost.
    """

    head: DeskHead
    story: StoryHead | None
    form: StoryForm
    problem: str
    said: Said
    problems: tuple[FieldProblem, ...]
    hints: tuple[str, ...]
    known_authors: tuple[str, ...]
    known_tags: tuple[str, ...]
    picture: LibraryPicture | None
    pictures: tuple[LibraryPicture, ...]
    may_add_section: bool
    slug: str
    words: int
    ways: WritingWays
    preview: Preview | None
    saved_at: datetime | None
    here: str = "edit_post"
    kept: Kept = field(default_factory=Kept)
