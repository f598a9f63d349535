"""What becomes of an uploaded file: its kind, its sizes, and all that is left out."""

from __future__ import annotations

import struct
import sys
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from flask_newsblog.media import refusals
from flask_newsblog.media.pictures import AVIF, WEBP, Made, has_avif, make_sizes
from flask_newsblog.media.refusals import PictureRefused

from .drawing import detailed, drawn, file_of, opened

SECRET = b"a secret that travels along"
KINDS = ["JPEG", "PNG", "GIF", "WEBP"] + (["AVIF"] if has_avif() else [])
WHOLE = {kind: drawn(40, 30, kind) for kind in KINDS}


def make(data: bytes, megapixels: int = 50) -> Made:
    return make_sizes(data, megapixels)


def refused(data: bytes, megapixels: int = 50) -> str:
    with pytest.raises(PictureRefused) as error:
        make(data, megapixels)
    return error.value.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_becomes_webp(kind: str) -> None:
    (size,) = [size for size in make(drawn(90, 60, kind)).sizes if size.type == WEBP]
    assert (size.width, size.height) == (90, 60)
    picture = opened(size.data)
    assert (picture.format, picture.size) == ("WEBP", (90, 60))


def test_sizes_are_made_once_and_none_is_larger_than_it_was() -> None:
    def widths(width: int, height: int, kind: str = WEBP) -> list[int]:
        return [s.width for s in make(detailed(width, height)).sizes if s.type == kind]

    assert widths(300, 200) == [300]
    assert widths(480, 200) == [480]
    assert widths(700, 400) == [480, 700]
    assert widths(2000, 900) == [480, 960, 1600]
    # A strip is no higher than browsers and formats take.
    strip = make(file_of(Image.new("RGB", (500, 10_000), "red"))).largest
    assert (strip.width, strip.height) == (240, 4800)
    if has_avif():
        assert widths(700, 400, AVIF) == [480, 700]


def test_avif_is_left_out_where_it_saves_nothing() -> None:
    made = make(file_of(Image.new("RGB", (600, 400), "red")))
    weight = {kind: sum(len(s.data) for s in made.sizes if s.type == kind) for kind in (WEBP, AVIF)}
    assert not weight[AVIF] or weight[AVIF] < weight[WEBP]
    assert made.largest.type == WEBP


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_it_was_taken_is_removed(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x8825] = {1: "N", 2: (50.0, 8.0, 1.0), 3: "W", 4: (5.0, 3.0, 2.0)}
    data = detailed(500, 300, kind, exif=exif)
    assert SECRET in data
    for size in make(data).sizes:
        assert SECRET not in size.data
        picture = opened(size.data)
        assert not dict(picture.getexif())
        assert not {"exif", "xmp", "icc_profile"} & picture.info.keys()


def test_a_picture_is_upright_as_its_camera_said() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (first, *_) = make(drawn(90, 60, "JPEG", exif=exif)).sizes
    assert (first.width, first.height) == (60, 90)


def test_other_colours_become_those_of_the_web() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mode in ("L", "LA", "P", "1", "RGBA", "I;16"):
        (first, *_) = make(file_of(Image.new(mode, (9, 6)))).sizes
        assert opened(first.data).mode in ("RGB", "RGBA")
    for options in ({}, {"icc_profile": lab}, {"icc_profile": b"no profile"}):
        (first, *_) = make(file_of(Image.new("CMYK", (9, 6)), "JPEG", **options)).sizes
        assert opened(first.data).mode == "RGB"
    grey = file_of(Image.new("I;16", (9, 6), 0x8000))
    assert abs(opened(make(grey).sizes[0].data).convert("L").getpixel((3, 3)) - 128) < 3


def test_what_is_clear_stays_clear() -> None:
    (first, *_) = make(file_of(Image.new("RGBA", (9, 6), (255, 0, 0, 0)))).sizes
    assert opened(first.data).getpixel((2, 2))[3] == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (9, 6), colour) for colour in ("red", "lime", "blue")]
    made = make(file_of(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert made.moved
    red, green, _ = opened(made.largest.data).convert("RGB").getpixel((3, 3))
    assert red > 200 > 60 > green


def test_a_file_with_something_behind_it_leaves_that_behind() -> None:
    for kind in KINDS:
        data = drawn(90, 60, kind) + b"<script>alert(1)</script>PK\x03\x04"
        for size in make(data).sizes:
            assert b"<script>" not in size.data
            assert b"PK\x03\x04" not in size.data


def test_what_is_no_picture_is_refused_with_its_reason() -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    for data, sentence in (
        (b"", refusals.EMPTY),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", refusals.SVG),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<SVG>", refusals.SVG),
        (heic, refusals.HEIC),
        (b"%PDF-1.7\n", refusals.NO_PICTURE),
        (b"GIF", refusals.NO_PICTURE),
        (b"<html><img></html>", refusals.NO_PICTURE),
        (file_of(Image.new("RGB", (9, 6)), "BMP"), refusals.NO_PICTURE),
        (file_of(Image.new("RGB", (9, 6)), "TIFF"), refusals.NO_PICTURE),
        (b"GIF89a/*" + b"x" * 500, refusals.BROKEN),
        (b"\xff\xd8\xff" + b"x" * 500, refusals.BROKEN),
    ):
        assert refused(data) == sentence, data[:20]


@pytest.mark.parametrize("kind", KINDS)
def test_what_breaks_off_is_refused(kind: str) -> None:
    data = detailed(300, 200, kind)
    for part in (0.2, 0.5, 0.9):
        assert refused(data[: int(len(data) * part)]) in (refusals.BROKEN, refusals.NO_PICTURE)


def bomb(width: int, height: int) -> bytes:
    """A PNG that says that it is so large, and is small."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(min(width // 8 + 1, 9_000) * min(height, 2_000)), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 10_000), (7_100, 7_100), (2**31 - 1, 2**31 - 1), (60_000, 2_000)]
)
def test_a_bomb_is_refused_by_its_first_bytes(width: int, height: int) -> None:
    with pytest.raises(PictureRefused, match="this site takes up to 50"):
        make(bomb(width, height))


def test_how_many_megapixels_is_a_setting() -> None:
    assert refused(drawn(1100, 1000), 1) == refusals.TOO_MANY_PIXELS
    assert make(drawn(1000, 1000), 1)


def test_without_pillow_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "PIL" or name.startswith("PIL.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PIL", None)
    data = WHOLE["PNG"]
    with pytest.raises(PictureRefused) as error:
        make(data)
    assert error.value.status == 501
    assert "pip install pillow" in str(error.value)


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_comes_is_a_picture_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([*KINDS, "noise"]))
    if kind == "noise":
        start = data.draw(st.sampled_from([b"", *(whole[:16] for whole in WHOLE.values())]))
        source = start + data.draw(st.binary(max_size=300))
    else:
        spoilt = bytearray(WHOLE[kind])
        for _ in range(data.draw(st.integers(0, 6))):
            place = data.draw(st.integers(0, len(spoilt) - 1))
            spoilt[place] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(1, len(spoilt)))
        source = bytes(spoilt[: max(cut, len(spoilt) // 2)])
    made: Any = None
    said = ""
    try:
        made = make(source, 1)
    except PictureRefused as error:
        said = str(error)
    assert (made is None) == bool(said)
    if made is not None:
        assert opened(made.largest.data).format == "WEBP"
