"""What the newsroom shows of a story's history, and of two who write in it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..text.differences import Piece
from .pages import DeskHead
from .story_pages import StoryHead


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field of a story: its ``name`` as people say it, and the pieces."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision as it is listed.

    ``newest`` is what the desk works on, ``shown`` what readers see or would.
    """

    number: int
    kind: str
    kind_name: str
    note: str
    name: str
    saved_at: datetime
    url: str
    newest: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class RevisionsPage:
    """``newsroom/revisions.html``: the history of a story, the newest first.

    ``restored`` is the number of what was just restored, and ``undo_url`` the page of what was
    saved before that.
    """

    head: DeskHead
    story: StoryHead
    rows: tuple[RevisionRow, ...]
    older: str
    restored: int
    undo_url: str
    here: str = "revisions"


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """``newsroom/revision.html``: a revision beside another, and the way back to it.

    ``other`` is empty where it is compared with nothing; ``choices`` are those that it may be
    compared with; ``base`` is what was saved last when the page was opened. ``changes`` are
    the fields that differ, ``words`` the whole of the story in this revision.
    """

    head: DeskHead
    story: StoryHead
    revision: RevisionRow
    other: RevisionRow | None
    choices: tuple[RevisionRow, ...]
    changes: tuple[FieldChange, ...]
    words: tuple[FieldChange, ...]
    base: int
    problem: str
    here: str = "revisions"
