"""Where the files of pictures are kept: a small protocol, and the local disk."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from shutil import copyfileobj
from typing import BinaryIO, Protocol, runtime_checkable

# What our own keys look like; nothing else is ever written or deleted.
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")


@runtime_checkable
class Storage(Protocol):
    """Keeps files under keys such as ``low-tide-3f9a1c22-960.webp``.

    What goes wrong is raised as :class:`OSError`; a key that is not there as
    :class:`FileNotFoundError`. A key is written once and means the same file for ever.
    A storage may also have ``url(key)``, the address at which readers get the file
    themselves; without it, or where that returns nothing, the blog hands it out.
    """

    def save(self, key: str, stream: BinaryIO) -> None:
        """Keep all of a file, or nothing of it."""

    def open(self, key: str) -> BinaryIO:
        """A file that is kept, from its beginning."""

    def delete(self, key: str) -> None:
        """Forget a file; one that is not there is forgotten already."""


class LocalStorage:
    """A folder on this machine. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def save(self, key: str, stream: BinaryIO) -> None:
        """Write beside its place, put it on the disk for sure, and only then into its place."""
        target = self._place(key)
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{token_hex(8)}.part"
        try:
            # As the server's umask says, so that a web server may read it too.
            with beside.open("xb") as file:
                copyfileobj(stream, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        self._keep_names()

    def open(self, key: str) -> BinaryIO:
        """A file of the folder."""
        return self._place(key).open("rb")

    def delete(self, key: str) -> None:
        """Remove a file of the folder."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError(f"{key!r:.80} is no key of a picture.")
        return self.folder / key

    def _keep_names(self) -> None:
        # Without this a power cut may take the name of a file that is on the disk.
        if os.name == "posix":
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def public_address(storage: Storage, key: str) -> str:
    """Where the storage itself hands a file to readers, or nothing where the blog does."""
    url = getattr(storage, "url", None)
    return (url(key) or "") if url is not None else ""


def complaint_of(storage: Storage) -> str:
    """What is wrong with a storage, found by keeping a small file there; empty if all is well."""
    key, words = f"newsblog-check-{token_hex(8)}.txt", b"The newsroom looks whether it may write."
    try:
        storage.save(key, BytesIO(words))
        try:
            with storage.open(key) as file:
                found = file.read()
        finally:
            storage.delete(key)
    except OSError as error:
        return str(error)
    return "" if found == words else "What is read is not what was written."
