"""Pictures drawn for tests, whole and spoilt."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def file_of(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A picture as a file."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def drawn(width: int = 90, height: int = 60, kind: str = "PNG", **options: Any) -> bytes:
    """A small picture, darker toward its lower right."""
    picture = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    return file_of(picture, kind, **options)


def detailed(width: int = 90, height: int = 60, kind: str = "PNG", **options: Any) -> bytes:
    """A picture with much to see, as a photograph has."""
    picture = Image.effect_mandelbrot((width, height), (-2, -1, 1, 1), 50).convert("RGB")
    return file_of(picture, kind, **options)


def opened(data: bytes) -> Image.Image:
    """A file as a picture, decoded."""
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture
