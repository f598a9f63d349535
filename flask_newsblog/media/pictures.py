"""What becomes of an uploaded file: looked at, decoded, and made anew in the sizes we keep.

Nothing of the file itself is kept. What readers get was drawn from its pixels alone, so that
nothing else that was in it (a place, a camera's number, a program) gets to them.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from .refusals import (
    BROKEN,
    EMPTY,
    HEIC,
    NO_AVIF,
    NO_PICTURE,
    NO_PILLOW,
    SVG,
    TOO_MANY_PIXELS,
    PictureRefused,
)

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTHS = (480, 960, 1600)
# A strip or a screenshot of a long page may be this high; WebP ends at 16,383.
TALLEST = 4_800
WEBP, AVIF = "image/webp", "image/avif"
# Measured with a noisy photograph of 1600 x 1067 on one core: speed 8 takes 0.4 s, speed 6
# takes 4 s for a file of the same size, 10 saves no time.
_HOW: dict[str, dict[str, Any]] = {
    WEBP: {"format": "WEBP", "quality": 80, "method": 4},
    AVIF: {"format": "AVIF", "quality": 58, "speed": 8},
}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF = {b"avif", b"avis"}
# Decoders meet what nobody thought of when they were written, and say so in many ways.
_UNREADABLE = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, Warning, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """A picture in one size and format."""

    width: int
    height: int
    type: str
    data: bytes

    @property
    def ending(self) -> str:
        """The end of its file's name."""
        return self.type.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a file: its sizes, WebP first, smallest first. ``moved`` says that it
    was an animation, of which the first picture is kept."""

    sizes: tuple[Size, ...]
    moved: bool

    @property
    def largest(self) -> Size:
        """The largest as WebP, which every browser shows."""
        return [size for size in self.sizes if size.type == WEBP][-1]


def make_sizes(data: bytes, megapixels: int) -> Made:
    """Decode a picture and make it anew in our sizes, none larger than it was.

    Raises:
        PictureRefused: it is none, or none that is taken.
    """
    kind = _sniff(data)
    try:
        from PIL import Image
    except ImportError:
        raise PictureRefused(NO_PILLOW, 501) from None
    if kind == "AVIF" and not has_avif():
        raise PictureRefused(NO_AVIF)
    try:
        _verify(data, kind, megapixels)
        picture, moved = _decode(data, kind, megapixels)
        sizes = [_encode(each, WEBP) for each in _resized(picture)]
        if has_avif():
            sizes += [_encode(each, AVIF) for each in _resized(picture)]
    except PictureRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        # Pillow's own limit, far above ours. It only warns at first; our limit is below that,
        # and a filter that makes an error of the warning would be one for all threads.
        raise PictureRefused(TOO_MANY_PIXELS, found=">89", most=megapixels) from None
    except _UNREADABLE as error:
        raise PictureRefused(BROKEN) from error
    return Made(_worthwhile(sizes), moved)


def has_avif() -> bool:
    """Whether Pillow reads and writes AVIF: from 11.3 on, if it was built with it."""
    from PIL import features

    # Asked of a name that it does not know, it warns.
    return "avif" in features.modules and bool(features.check("avif"))


def _sniff(data: bytes) -> str:
    """The format that a file's first bytes say; what is refused has its own sentence."""
    if not data:
        raise PictureRefused(EMPTY)
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        # The brand that it is, then those that it is compatible with.
        brands = {data[place : place + 4] for place in (8, *range(16, 48, 4))}
        if brands & _AVIF:
            return "AVIF"
        if brands & _HEIC:
            raise PictureRefused(HEIC)
    if b"<svg" in data[:4096].lower():
        raise PictureRefused(SVG)
    raise PictureRefused(NO_PICTURE)


def _verify(data: bytes, kind: str, megapixels: int) -> None:
    from PIL import Image

    with Image.open(BytesIO(data), formats=[kind]) as picture:
        _refuse_more(picture, megapixels)
        picture.verify()


def _refuse_more(picture: Image, megapixels: int) -> None:
    pixels = picture.width * picture.height
    if pixels > megapixels * 1_000_000:
        found = -(-pixels // 1_000_000)
        raise PictureRefused(TOO_MANY_PIXELS, found=found, most=megapixels)


def _decode(data: bytes, kind: str, megapixels: int) -> tuple[Image, bool]:
    """The first picture of a file, upright, in sRGB, and whether there are more."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(data), formats=[kind]) as opened:
        moved = bool(getattr(opened, "is_animated", False))
        opened.seek(0)
        if kind == "JPEG":
            # Decoded no larger than needed, which spares most of a large one's memory.
            opened.draft(None, (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
        # Of a GIF the first picture may be larger than the file said of itself.
        _refuse_more(opened, megapixels)
        opened.load()
        picture: Image.Image = ImageOps.exif_transpose(opened) or opened
        return _in_srgb(picture), moved


def _in_srgb(picture: Image) -> Image:
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):
        # Sixteen bits of grey; a plain conversion would cut off all above the lowest eight.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    elif profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            picture = ImageCms.profileToProfile(picture, source, target, outputMode=mode) or picture
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a profile that is broken, or for other colours: shown as most programs would
    clear = "A" in picture.mode or "transparency" in picture.info
    picture = picture.convert("RGBA" if clear else "RGB")
    picture.info.clear()
    return picture


def _resized(picture: Image) -> list[Image]:
    from PIL import Image

    width, height = picture.size
    widest = max(1, min(WIDTHS[-1], width, width * TALLEST // height))
    widths = [each for each in WIDTHS if each < widest] + [widest]
    return [
        picture if each == width else picture.resize(
            (each, max(1, round(height * each / width))), Image.Resampling.LANCZOS, reducing_gap=3.0
        )
        for each in widths
    ]  # fmt: skip


def _encode(picture: Image, kind: str) -> Size:
    out = BytesIO()
    picture.save(out, **_HOW[kind])
    return Size(picture.width, picture.height, kind, out.getvalue())


def _worthwhile(sizes: list[Size]) -> tuple[Size, ...]:
    # For drawings AVIF may be the larger one, and then nobody needs it.
    weight = {kind: sum(len(s.data) for s in sizes if s.type == kind) for kind in (WEBP, AVIF)}
    keep = weight[AVIF] < weight[WEBP]
    return tuple(size for size in sizes if keep or size.type == WEBP)
