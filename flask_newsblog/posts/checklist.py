"""What an editor looks over before a story goes out: what is missing, and what was left behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from ..text.markdown import render_post
from ..text.merging import has_both
from ..text.pictures import PlacedPicture
from ..text.typed import shows_something
from .written import Written

_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r'\balt="([^"]*)"')


class Finding(StrEnum):
    """What is not as it should be."""

    NO_HEADLINE = "no-headline"
    NO_TEXT = "no-text"
    CONFLICT = "conflict"
    NO_SECTION = "no-section"
    LEAD_WITHOUT_ALT = "lead-without-alt"
    PICTURE_WITHOUT_ALT = "picture-without-alt"


# What a story cannot go out with.
BLOCKING = frozenset({Finding.NO_HEADLINE, Finding.NO_TEXT})


def look_over(written: Written, pictures: Mapping[int, PlacedPicture]) -> tuple[Finding, ...]:
    """What is not as it should be in a story, the worst first.

    ``pictures`` are those of the library that its text names.
    """
    found = {
        Finding.NO_HEADLINE: not shows_something(written.title),
        Finding.NO_TEXT: not shows_something(written.body),
        Finding.CONFLICT: has_both(written.body),
        Finding.NO_SECTION: not written.section,
        Finding.LEAD_WITHOUT_ALT: written.lead_image is not None
        and not shows_something(written.lead_alt),
        Finding.PICTURE_WITHOUT_ALT: _shows_nothing_of_a_picture(written.body, pictures),
    }
    return tuple(finding for finding, there in found.items() if there)


def _shows_nothing_of_a_picture(body: str, placed: Mapping[int, PlacedPicture]) -> bool:
    if "![" not in body:
        return False
    pictures = _PICTURE.findall(str(render_post(body, pictures=placed)))
    alts = (_ALT.search(picture) for picture in pictures)
    return any(alt is None or not shows_something(alt[1]) for alt in alts)
