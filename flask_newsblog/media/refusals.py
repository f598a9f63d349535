"""Why a picture is not taken: a sentence, the values in it, and the status that goes with it."""

from __future__ import annotations

from typing import Any

from ..i18n import mark


class PictureRefused(ValueError):
    """A picture that is not taken. ``text`` is one of the sentences below, to be translated."""

    def __init__(self, text: str, status: int = 422, **values: Any) -> None:
        super().__init__(text % values if values else text)
        self.text, self.status, self.values = text, status, values


NO_FILE = mark("No file was chosen. Choose one, or drop it here.")
EMPTY = mark("This file is empty. Choose another, or save it anew in the program it comes from.")
TOO_LARGE = mark(
    "This file is larger than %(most)s MB, which is the most that this site takes. Save it"
    " smaller and upload it again."
)
SVG = mark(
    "This is an SVG drawing, which may hold programs, so this site does not take it. Save it as"
    " PNG and upload that."
)
HEIC = mark(
    "This is a HEIC picture, which most browsers cannot show. Save it as JPEG and upload that; a"
    " phone does so when you share the picture by mail."
)
NO_PICTURE = mark(
    "This is no picture that this site takes: JPEG, PNG, GIF, WebP and AVIF are. What counts is"
    " what is in the file, not its name."
)
BROKEN = mark(
    "This picture is broken, or not all of it arrived. Upload it again, or save it anew in the"
    " program it comes from."
)
TOO_MANY_PIXELS = mark(
    "This picture has %(found)s megapixels; this site takes up to %(most)s. Save it smaller and"
    " upload it again."
)
NO_AVIF = mark("This site cannot read AVIF pictures yet. Save it as JPEG and upload that.")
NO_PILLOW = mark(
    "Pictures cannot be taken yet, because a part is not installed. Ask whoever runs the site to"
    " install it: pip install pillow"
)
NO_ROOM = mark(
    "The disk for pictures is full, so nothing of this picture was kept. Ask whoever runs the"
    " site to make room, and upload it again."
)
NO_STORAGE = mark(
    "The place where pictures are kept cannot be reached, so nothing of this picture was kept."
    " Ask whoever runs the site, and upload it again later."
)
