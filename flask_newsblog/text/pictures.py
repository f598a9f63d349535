"""Pictures of the library, as a story's Markdown names them: ``![](media:12)``."""

import re
from dataclasses import dataclass

SCHEME = "media:"
_ADDRESS = re.compile(r"media:([1-9][0-9]{0,17})", re.ASCII)
# Whatever looks like one in a text, wherever it stands: a picture more does no harm.
_NAMED = re.compile(r"media:([1-9][0-9]{0,17})(?![0-9])", re.ASCII)
# A story of a hundred thousand characters could name more, and each is looked up.
MOST_PICTURES = 500


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture of the library with the addresses it has for readers.

    ``alt`` is what the library says it shows, for a story that says nothing of it.
    """

    src: str
    srcset: str = ""
    width: int | None = None
    height: int | None = None
    alt: str = ""


def media_number(address: str) -> int | None:
    """The number in an address such as ``media:12``, or nothing where it is another."""
    found = _ADDRESS.fullmatch(address.strip())
    return int(found[1]) if found else None


def named_in(source: str) -> list[int]:
    """The numbers of the pictures that a Markdown text names, in their order."""
    if SCHEME not in source:
        return []
    numbers = dict.fromkeys(int(found[1]) for found in _NAMED.finditer(source))
    return list(numbers)[:MOST_PICTURES]
