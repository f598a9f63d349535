"""What the pages of sections, tags and authors show: one of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass

from .forms import ConfirmForm
from .name_forms import NameForm, NewNameForm
from .pages import DeskHead, StateFilter
from .story_lookups import LibraryPicture


@dataclass(frozen=True, slots=True)
class NameRow:
    """A section, tag or author: its addresses at the desk and for readers, and its stories.

    ``published`` are those that readers see, ``stories`` all. ``level`` is how far down in the
    tree a section stands, ``place`` which of its neighbours it is, from 0, and ``up`` and
    ``down`` the places beside that, empty where there is none.
    """

    id: int
    name: str
    slug: str
    about: str
    url: str
    site_url: str
    published: int
    stories: int
    level: int = 0
    place: int = 0
    up: str = ""
    down: str = ""


@dataclass(frozen=True, slots=True)
class NamesPage:
    """``newsroom/names.html``: all sections, or a page of tags or authors.

    ``kind`` is ``section``, ``tag`` or ``author``. ``problem`` is why nothing was done, and
    ``kept`` what was typed for something that is not there any more.
    """

    head: DeskHead
    form: NewNameForm
    ways: tuple[StateFilter, ...]
    kind: str
    title: str
    said: str
    problem: str
    kept: str
    words: str
    rows: tuple[NameRow, ...]
    first: str
    next: str


@dataclass(frozen=True, slots=True)
class NamePage:
    """``newsroom/name.html``: one of them, and what is said of it.

    ``problem`` is why it was not saved, and then the form holds what was typed; ``differs`` is
    what somebody else has saved meanwhile, field by field.
    """

    head: DeskHead
    form: NameForm
    ways: tuple[StateFilter, ...]
    kind: str
    row: NameRow
    picture: LibraryPicture | None
    said: str
    problem: str
    differs: tuple[tuple[str, str], ...]
    merge_url: str
    delete_url: str


@dataclass(frozen=True, slots=True)
class NameEndPage:
    """``newsroom/name_end.html``: one of them is to be merged into another, or deleted.

    ``deed`` is ``merge`` or ``delete``, ``into`` what was typed or chosen for the other one,
    which is ``target`` where there is such a one. ``choices`` are sections, by number and
    path, ``known`` the names of tags or authors. ``below`` are the sections that move with it.
    ``seen`` is how both were when the page was opened.
    """

    head: DeskHead
    form: ConfirmForm
    kind: str
    deed: str
    row: NameRow
    into: str
    target: NameRow | None
    choices: tuple[tuple[str, str], ...]
    known: tuple[str, ...]
    below: tuple[str, ...]
    problem: str
    seen: str
