"""What people type into lines and boxes, tidied before anything is made of it."""

import re

from .characters import composed, drop_unprintable, in_plain_lines, keep_order

# Letters, signs and marks that show nothing (Unicode's Default_Ignorable_Code_Point, and the
# empty cell of Braille), beside spaces, controls and format characters.
_SHOWS_NOTHING = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d159"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# A letter may be typed as a base and several marks; what is longer than this many times
# what is taken is refused as it is, and not worth composing.
_PARTS_OF_A_LETTER = 4
_MOST = _PARTS_OF_A_LETTER * 65_525


def one_line(text: str | None) -> str:
    """What was typed into a line: no controls, one space where there were several."""
    return " ".join(keep_order(_tidied(text)).split())


def many_lines(text: str | None) -> str:
    """What was typed into a box: lines end in one way, no controls, no empty ends."""
    return _tidied(text).strip()


def shows_something(text: str | None) -> bool:
    """Whether there is anything to be seen of a text."""
    return bool(_SHOWS_NOTHING.sub("", text or ""))


def _tidied(text: str | None) -> str:
    if len(text or "") > _MOST:
        return drop_unprintable(text or "")
    return composed(in_plain_lines(text or ""))
