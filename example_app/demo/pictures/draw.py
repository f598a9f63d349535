"""Render the drawings of src/*.svg to WebP, in the sizes that the demo serves.

Needs playwright and Pillow, and a Chromium (`CHROMIUM=/path/to/chromium` if it is not on the path):

    python example_app/demo/pictures/draw.py [NAME …]

A landscape becomes NAME-240, -480, -720, -960 and -1500, a square portrait NAME-96 and NAME-192.
The quality of each is the highest that keeps the file within its limit.
"""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
LIMITS = {240: 2_600, 480: 6_000, 720: 10_500, 960: 16_000, 1500: 30_000}  # width: bytes
PORTRAIT_LIMITS = {96: 2_000, 192: 4_000}


def encode(picture: Image.Image, limit: int) -> bytes:
    best, low, high = b"", 5, 90
    while low <= high:
        quality = (low + high) // 2
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= limit:
            best, low = out.getvalue(), quality + 1
        else:
            high = quality - 1
    if not best:
        raise SystemExit(f"{picture.size} does not fit into {limit} bytes: simplify the drawing")
    return best


def draw(names: list[str]) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for source in sorted(HERE.glob("src/*.svg")):
            if names and source.stem not in names:
                continue
            svg = source.read_text()
            square = 'viewBox="0 0 400 400"' in svg
            limits = PORTRAIT_LIMITS if square else LIMITS
            width, height = (400, 400) if square else (1500, 1000)
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
            drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            page.close()
            for wide, limit in limits.items():
                size = (wide, round(wide * height / width))
                data = encode(drawn.resize(size, Image.Resampling.LANCZOS), limit)
                (HERE / f"{source.stem}-{wide}.webp").write_bytes(data)
        browser.close()


if __name__ == "__main__":
    draw(sys.argv[1:])
