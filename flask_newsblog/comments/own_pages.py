"""What the pages for one reader's own comments show: their templates see one as ``page``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .own_forms import PressedForm, RewriteForm


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A comment as its writer's page lists it. Addresses are empty where they lead nowhere.

    ``state`` is as stored, except that spam is called rejected; ``minutes_left`` is how long it
    may still be changed or deleted; 0 if it may not.
    """

    id: int
    story: str
    url: str
    state: str
    state_name: str
    reason: str
    text: str
    created_at: datetime
    edited_at: datetime | None
    minutes_left: int
    edit_url: str
    delete_url: str


@dataclass(frozen=True, slots=True)
class OwnMail:
    """Mail that a reader asked for; ``confirmed`` says that they have shown their address."""

    story: str
    url: str
    confirmed: bool
    stop_url: str


@dataclass(frozen=True, slots=True)
class OwnPage:
    """``own.html``: what one reader has here.

    ``who`` is the address to whose mail the link came, if it did; ``told`` what was just done.
    """

    who: str
    told: str
    count: int
    rows: tuple[OwnRow, ...]
    mails: tuple[OwnMail, ...]
    older: str
    newest: str
    export_url: str
    erase_url: str
    form: PressedForm


@dataclass(frozen=True, slots=True)
class RewritePage:
    """``own_edit.html``: a comment in a text box. ``theirs`` is the text that came in between."""

    row: OwnRow
    text: str
    most: int
    error: str
    problem: str
    theirs: str
    minutes: int
    back_url: str
    form: RewriteForm


@dataclass(frozen=True, slots=True)
class DeletePage:
    """``own_delete.html``: whether to delete a comment, or why that is too late."""

    row: OwnRow
    back_url: str
    erase_url: str
    form: PressedForm


@dataclass(frozen=True, slots=True)
class ErasePage:
    """``own_erase.html``: what erasing does. ``done`` says that nothing is left to erase."""

    who: str
    count: int
    whole_address: bool
    done: bool
    back_url: str
    export_url: str
    form: PressedForm


@dataclass(frozen=True, slots=True)
class AddressPage:
    """``confirm_address.html``: whether an address is its writer's own, or that it is."""

    email: str
    story: str
    story_url: str
    beginning: str
    state: str
    reason: str
    comment_url: str
    confirmed: bool
    own_url: str
    form: PressedForm
