"""Who may do what: a person as the host knows them, the actions, and the two hooks.

Both hooks deny by default. A host gives its own::

    NewsBlog("news", current_person=lambda: ..., can=lambda person, action, thing: ...)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Person:
    """Somebody whom the host has recognised.

    ``id`` is opaque to us and never shown; ``name`` is shown with what they write.

    Raises:
        ValueError: the id is no text, is empty, or is longer than 255 characters.
    """

    id: str
    name: str
    email: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not 0 < len(self.id) <= LONGEST_ID:
            raise ValueError(
                f"The id of a person is text of 1 to {LONGEST_ID} characters, not {self.id!r:.40}:"
                " write Person(str(user.id), ...)."
            )


class Action(StrEnum):
    """What a person may be allowed to do in the newsroom."""

    ENTER = "enter"
    WRITE = "write"
    EDIT = "edit"
    PUBLISH = "publish"
    MODERATE = "moderate"
    MANAGE = "manage"


class Role(StrEnum):
    """What a one-time sign-in link makes of whoever opens it."""

    CONTRIBUTOR = "contributor"
    AUTHOR = "author"
    EDITOR = "editor"


ROLE_MAY: dict[Role, frozenset[Action]] = {
    Role.CONTRIBUTOR: frozenset({Action.ENTER, Action.WRITE}),
    Role.AUTHOR: frozenset({Action.ENTER, Action.WRITE, Action.PUBLISH}),
    Role.EDITOR: frozenset(Action),
}

# What the columns for it hold.
LONGEST_ID = 255

CurrentPerson = Callable[[], Person | None]
Can = Callable[[Person, Action, Any], bool]


def nobody() -> Person | None:
    """The default of ``current_person``: the blog knows no one."""
    return None


def never(person: Person, action: Action, thing: Any) -> bool:
    """The default of ``can``: nobody may do anything."""
    return False


def secret_hash(secret: str) -> str:
    """What is stored of a sign-in link's secret: a copied database opens no door."""
    return sha256(secret.encode()).hexdigest()
