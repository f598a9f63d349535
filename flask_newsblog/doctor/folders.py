"""Whether what keeps the pictures takes them, and still has those that it took."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from ..database import session
from ..media.storage import LocalStorage, Storage, complaint_of
from ..models import Media
from .findings import Finding, Level, named

NAME = "media"
_SAMPLE = 100
_MB = 1_000_000
LITTLE, SCARCE = 1_000 * _MB, 100 * _MB


def check_media(
    blog: str, storage: Storage, little: int = LITTLE, scarce: int = SCARCE
) -> Iterator[Finding]:
    """Of a folder: itself, the space on its disk, and the newest hundred pictures.

    Of the host's own storage only whether it keeps a file: to ask it for hundreds may take long.

    Args:
        blog: whose pictures.
        storage: what keeps them.
        little: with fewer bytes left than these there is a warning.
        scarce: with fewer than these, an error.
    """
    if not isinstance(storage, LocalStorage):
        yield from _keeps(storage, "the storage of the pictures", "See to it that it keeps files.")
        return
    yield from _check_folder(blog, storage, little, scarce)


def _check_folder(blog: str, storage: LocalStorage, little: int, scarce: int) -> Iterator[Finding]:
    folder = storage.folder
    newest = select(Media.key, Media.variants).where(Media.blog == blog)
    newest = newest.order_by(Media.created_at.desc(), Media.id.desc()).limit(_SAMPLE)
    pictures = session().execute(newest).all()
    if not folder.is_dir():
        if folder.exists():
            problem = "is no folder"
        elif pictures:
            problem = "is not there, and the pictures are gone from the pages"
        else:
            # It is made with the first picture.
            return
        yield Finding(
            Level.ERROR,
            NAME,
            f"The media folder {folder} {problem}.",
            "Bring it back from the backup, or set NEWSBLOG_MEDIA_FOLDER to where it is.",
        )
        return
    right = "Give the user that the app runs as the right to write there."
    yield from _keeps(storage, f"the media folder {folder}", right)
    yield from _space(folder, little, scarce)
    keys = [
        key for row in pictures for key in (row.key, *(size["key"] for size in row.variants or ()))
    ]
    missing = [key for key in keys if not (folder / key).is_file()]
    if missing:
        yield Finding(
            Level.ERROR,
            NAME,
            f"Files of the newest {len(pictures)} pictures are missing ({len(missing)}):"
            f" {named(missing, 3)}.",
            f"Bring them back into {folder} from the backup, or upload the pictures again.",
        )


def _keeps(storage: Storage, name: str, remedy: str) -> Iterator[Finding]:
    # Tried, not asked for: root may do anything, but for what the disk refuses.
    if complaint := complaint_of(storage):
        what = f"Nothing can be written into {name}: {complaint.rstrip('.')}."
        yield Finding(Level.ERROR, NAME, what, remedy)


def _space(folder: Path, little: int, scarce: int) -> Iterator[Finding]:
    left = shutil.disk_usage(folder).free
    if left < little:
        yield Finding(
            Level.ERROR if left < scarce else Level.WARNING,
            NAME,
            f"The disk of the media folder has {left // _MB} MB left.",
            "Make room, or move the folder to a larger disk and set NEWSBLOG_MEDIA_FOLDER.",
        )
