"""Reads the files that stories are in: single ones, folders, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ..text.sanitize import drop_unprintable

STANDARD_INPUT = "-"
ENDINGS = (".md", ".markdown")
LARGEST_FILE = 1_000_000  # bytes; more than the longest text and head in any script


class StoryError(ValueError):
    """A file that is not a story; the message is one sentence with file and line."""


def contents(paths: Sequence[str], stdin: BinaryIO) -> Iterator[tuple[str, str, bytes]]:
    """Of each file: what errors call it, what tells it from others, and its bytes.

    Raises:
        StoryError: a file or folder cannot be read.
    """
    for given in paths:
        if given == STANDARD_INPUT:
            yield "standard input", "", stdin.read(LARGEST_FILE + 1)
            continue
        path = Path(given)
        # From the folder above on, so that k1/letters.md and k2/letters.md are two.
        whole = Path(os.path.abspath(path))
        above = whole.parent if path.is_dir() else whole.parent.parent
        for file in _files_in(path) if path.is_dir() else [path]:
            placed = Path(os.path.abspath(file)).relative_to(above).with_suffix("")
            if placed.name.lower() in ("index", "readme"):
                placed = placed.parent
            yield _printable(file), placed.as_posix(), _bytes_of(file)


def _bytes_of(file: Path) -> bytes:
    if file.exists() and not file.is_file():
        # To open a pipe is to wait for whoever writes into it.
        raise StoryError(f"{_printable(file)}, line 1: this is no file; use - for a pipe.")
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise StoryError(
            f"{_printable(file)}, line 1: the file cannot be read: {error.strerror}."
        ) from error


def _printable(file: Path) -> str:
    # A name is bytes: not all are letters, and some end lines.
    return " ".join(drop_unprintable(os.fsencode(file).decode("utf-8", "replace")).split("\n"))


def _files_in(folder: Path) -> list[Path]:
    files: list[Path] = []
    for above, below, names in os.walk(folder, onerror=_refuse_folder):
        # Virtual environments and repositories are full of what is no story.
        below[:] = [name for name in below if not name.startswith(".")]
        stories = (Path(above, name) for name in names if name.lower().endswith(ENDINGS))
        # A link that leads nowhere is a story that is missing; a pipe is none.
        files += (file for file in stories if file.is_file() or file.is_symlink())
    home = folder.resolve()
    for file in files:
        if file.is_symlink() and not file.resolve().is_relative_to(home):
            raise StoryError(
                f"{_printable(file)}, line 1: the link leads out of the folder; name the file"
                " it leads to instead."
            )
    if not files:
        raise StoryError(
            f"{_printable(folder)}, line 1: the folder has no files that end in"
            f" {' or '.join(ENDINGS)}."
        )
    return sorted(files)


def _refuse_folder(error: OSError) -> None:
    raise StoryError(
        f"{_printable(Path(error.filename))}, line 1: the folder cannot be read: {error.strerror}."
    ) from error


def decode(content: bytes, name: str) -> str:
    """The text of a file.

    Raises:
        StoryError: it is too large, or no text in UTF-8.
    """
    if len(content) > LARGEST_FILE:
        raise StoryError(f"{name}, line 1: the file is larger than {LARGEST_FILE:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise StoryError(
            f"{name}, line {line}: the text is not UTF-8; save the file as UTF-8."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise StoryError(f"{name}, line {line}: the text holds a NUL, so it is no text file.")
    return text
