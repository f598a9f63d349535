"""Where in the queue of comments a moderator stands, as its addresses and forms tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..comments.queue import REPORTED
from ..database import row_number
from ..models import CommentState

# As the tabs stand; the first is the one that is shown where an address names none.
STATES = (
    CommentState.HELD.value, CommentState.PUBLISHED.value, CommentState.REJECTED.value,
    CommentState.SPAM.value, CommentState.DELETED.value, REPORTED,
)  # fmt: skip
LONGEST_QUERY = 200


class NoSuchPlace(LookupError):
    """An address of the queue names a state, blog or comment that cannot be."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the queue: a state, perhaps one blog alone, what is searched, where it begins.

    ``alone`` is a comment whose own page it is instead.
    """

    state: str = STATES[0]
    blog: str = ""
    query: str = ""
    after: int | None = None
    alone: int | None = None

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """What says so in an address, or in a form."""
        values = {
            "state": "" if self.state == STATES[0] else self.state,
            "blog": self.blog,
            "q": self.query,
            "after": str(self.after or ""),
            "alone": str(self.alone or ""),
        }
        return tuple((name, value) for name, value in values.items() if value)

    def at(self, **values: str | int | None) -> Place:
        """The place that differs in these; it begins with the first comment there."""
        return replace(self, **{"after": None, "alone": None, **values})  # type: ignore[arg-type]


def read_place(given: Mapping[str, str], blogs: Collection[str]) -> Place:
    """The place that an address or a form names.

    Raises:
        NoSuchPlace: there is none of that kind, or not for somebody with these blogs.
    """
    state, blog = given.get("state", "") or STATES[0], given.get("blog", "")
    if state not in STATES or (blog and blog not in blogs):
        raise NoSuchPlace(state)
    # PostgreSQL refuses NUL in text, and no comment has one.
    query = given.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    return Place(state, blog, query, _number(given, "after"), _number(given, "alone"))


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise NoSuchPlace(text)
    return number
