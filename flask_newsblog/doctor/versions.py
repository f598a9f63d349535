"""Whether Python and the libraries are those that the blog is tried with."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec

from .findings import Finding, Level

NAME, PICTURES = "versions", "pictures"
# As setup.cfg has them; a test compares.
LOWEST: Mapping[str, tuple[int, ...]] = {
    "flask": (3, 0),
    "flask-sqlalchemy": (3, 1),
    "sqlalchemy": (2, 0, 26),
    "flask-wtf": (1, 2),
    "wtforms": (3, 1),
    "nh3": (0, 3, 8),
    "markdown-it-py": (3, 0),
}
NEXT: Mapping[str, tuple[int, ...]] = {"flask": (4,), "sqlalchemy": (2, 2)}
PYTHONS = ((3, 11), (3, 13))


def check_versions(
    python: tuple[int, ...] = tuple(sys.version_info[:2]),
    installed: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """What is too old, and what is newer than anything the blog was tried with."""
    lowest, highest = PYTHONS
    if python < lowest:
        yield Finding(
            Level.ERROR,
            NAME,
            f"Python {_text(python)} is too old.",
            f"Use {_text(lowest)} or newer.",
        )
    elif python > highest:
        yield Finding(
            Level.INFO,
            NAME,
            f"The blog was not tried with Python {_text(python)} yet.",
            f"Nothing has to be done; {_text(highest)} is the newest it was tried with.",
        )
    for library, least in LOWEST.items():
        text = installed[library] if installed else version(library)
        has = _numbers(text)
        if has < least:
            yield Finding(
                Level.ERROR,
                NAME,
                f"{library} {text} is too old.",
                f"Run: pip install --upgrade '{library}>={_text(least)}'",
            )
        elif library in NEXT and has >= NEXT[library]:
            yield Finding(
                Level.WARNING,
                NAME,
                f"The blog was not tried with {library} {text} yet.",
                f"If something fails, run: pip install '{library}<{_text(NEXT[library])}'",
            )


def check_pillow() -> Iterator[Finding]:
    """Whether pictures can be taken in."""
    if find_spec("PIL") is None:
        yield Finding(
            Level.INFO,
            PICTURES,
            "Pillow is not there, so no pictures can be uploaded.",
            "Run: pip install pillow",
        )


def _numbers(text: str) -> tuple[int, ...]:
    numbers = []
    for part in text.split("."):
        # A beta counts as what it is a beta of.
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def _text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
