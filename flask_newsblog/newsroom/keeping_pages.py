"""What the page of a story says so that no words are lost: of two at once, and of unsaved ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..text.differences import Piece


@dataclass(frozen=True, slots=True)
class Differing:
    """A field that two changed at the same place: what each made of what both began with."""

    name: str
    theirs: tuple[Piece, ...]
    mine: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved meanwhile, and both changed the same places: ``fields``.

    ``theirs`` is who, ``url`` the page of what they saved, ``kept_url`` that of what was sent.
    """

    theirs: str
    saved_at: datetime
    url: str
    kept_url: str
    fields: tuple[Differing, ...]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Words of the person here that they have not saved: where to take and to drop them."""

    number: int
    saved_at: datetime
    take_url: str
    drop_url: str
    url: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the page of a story knows so that no words are lost.

    ``others`` are the names of those who have the story open, too; ``here_url`` is where the
    page says that it is open; ``taken`` is the number of the unsaved words that the form holds.
    ``keeper`` stands for the person here, so that a browser that several people use offers each
    their own words alone.
    """

    conflict: Conflict | None = None
    unsaved: Unsaved | None = None
    others: tuple[str, ...] = ()
    here_url: str = ""
    taken: int = 0
    keeper: str = ""


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """``newsroom/signed_out.html``: all that was typed into a page whose session had ended.

    ``shown`` are its words, ``hidden`` what else was sent; the form leads to the same address.
    ``sign_in_url`` is empty where the blog knows of no page to sign in at.
    """

    shown: tuple[tuple[str, str], ...]
    hidden: tuple[tuple[str, str], ...]
    sign_in_url: str
