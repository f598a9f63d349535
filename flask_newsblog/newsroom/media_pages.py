"""What the library's pages show: its templates see one of these as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..posts.queries import Picture
from .media_forms import PictureForm, UploadForm
from .pages import DeskHead


@dataclass(frozen=True, slots=True)
class LeadChoice:
    """The story that a picture is looked for; ``chosen`` is the number of the one it has."""

    id: int
    title: str
    url: str
    chosen: int | None


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture in the library. ``markdown`` puts it into a story's text."""

    id: int
    url: str
    picture: Picture
    filename: str
    credit: str
    created_at: datetime
    markdown: str


@dataclass(frozen=True, slots=True)
class UploadProblem:
    """A file that was not taken, and why."""

    filename: str
    words: str


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """``newsroom/media.html``: the pictures of the blog, the newest first.

    ``story`` is there where a picture is looked for a story; ``words`` is what was searched.
    """

    head: DeskHead
    form: UploadForm
    megabytes: int
    problems: tuple[UploadProblem, ...]
    said: str
    words: str
    story: LeadChoice | None
    rows: tuple[PictureRow, ...]
    older: str


@dataclass(frozen=True, slots=True)
class UseRow:
    """A story or an author that uses a picture; ``url`` is empty where that is no business
    of the person here."""

    name: str
    url: str
    how: str


@dataclass(frozen=True, slots=True)
class PicturePage:
    """``newsroom/picture.html``: one picture, what is said of it, and what uses it.

    ``may_change`` is whether the person here may; ``problem`` is why something could not be
    done, and then the form holds what was typed; ``differs`` names the fields in which somebody
    else wrote something meanwhile, with what is there now.
    """

    head: DeskHead
    form: PictureForm
    row: PictureRow
    size: int
    person_name: str
    uses: tuple[UseRow, ...]
    may_change: bool
    problem: str
    differs: tuple[tuple[str, str], ...]
    said: str
    story: LeadChoice | None
