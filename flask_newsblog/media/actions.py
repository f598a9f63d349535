"""What may be done with pictures: kept, described, deleted. The caller commits.

Files and rows are two things, and either may fail. A row is there before its files are
written and goes before they are deleted, so that whoever finds a row finds its files; what a
crash leaves over is a file that nothing names.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..database import hold_row, session
from ..models import Author, Media, MediaUse, Post, length_of
from ..people import Person
from ..text.slugs import slugify
from . import queries
from .pictures import Made, make_sizes
from .refusals import NO_ROOM, NO_STORAGE, TOO_LARGE, PictureRefused
from .storage import Storage

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PictureGone(LookupError):
    """Somebody else deleted the picture."""


class PictureInUse(ValueError):
    """A story or an author uses the picture, so it stays."""


@dataclass(frozen=True)
class Given:
    """A file as it was uploaded, and what was said of it."""

    data: bytes
    filename: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Kept:
    """What became of a file. ``known`` says that the library had it already, and ``moved``
    that of an animation the first picture was kept."""

    media: Media
    known: bool = False
    moved: bool = False


def keep_picture(
    blog: str,
    storage: Storage,
    given: Given,
    person: Person | None,
    now: datetime,
    *,
    megapixels: int,
    megabytes: int,
) -> Kept:
    """Make a picture of a file and keep it; the same file twice is one picture.

    Where the caller's commit then fails, it calls :func:`drop_files`.

    Raises:
        PictureRefused: it is not taken; nothing of it is kept.
    """
    if len(given.data) > megabytes * 1_000_000:
        raise PictureRefused(TOO_LARGE, 413, most=megabytes)
    digest = sha256(given.data).hexdigest()
    known = queries.find_by_digest(blog, digest)
    if known is not None:
        return Kept(known, known=True)
    # Decoding takes its time, in which no transaction of ours is to keep others from writing.
    session().rollback()
    made = make_sizes(given.data, megapixels)
    media = _row(blog, given, made, digest, person, now)
    session().add(media)
    try:
        # Of two who upload one file at once the second waits here until the first is done.
        session().flush()
    except IntegrityError:
        session().rollback()
        known = queries.find_by_digest(blog, digest)
        if known is None:
            raise
        return Kept(known, known=True)
    _save_files(storage, media, made)
    return Kept(media, moved=made.moved)


def _row(
    blog: str, given: Given, made: Made, digest: str, person: Person | None, now: datetime
) -> Media:
    # With what a person would call it, for whoever saves it; and never the same key again.
    slug = slugify(given.filename.rpartition(".")[0] or given.filename, max_length=40)
    stem = f"{slug if slug.isascii() and slug else 'picture'}-{token_hex(6)}"
    variants = [
        {
            "key": f"{stem}-{size.width}.{size.ending}",
            "width": size.width, "height": size.height, "type": size.type,
        }
        for size in made.sizes
    ]  # fmt: skip
    largest = made.largest
    return Media(
        blog=blog, key=f"{stem}-{largest.width}.{largest.ending}", digest=digest,
        filename=given.filename[: length_of(Media.filename)], content_type=largest.type,
        size=len(largest.data), width=largest.width, height=largest.height, variants=variants,
        alt=given.alt[: length_of(Media.alt)], caption=given.caption[: length_of(Media.caption)],
        credit=given.credit[: length_of(Media.credit)], created_at=now, changed_at=now,
        person_id=person.id if person else None, person_name=person.name if person else "",
    )  # fmt: skip


def _save_files(storage: Storage, media: Media, made: Made) -> None:
    keys = [variant["key"] for variant in media.variants]
    try:
        for key, size in zip(keys, made.sizes, strict=True):
            storage.save(key, BytesIO(size.data))
    except OSError as error:
        session().rollback()
        drop_files(storage, keys)
        full = error.errno in _FULL
        raise PictureRefused(NO_ROOM if full else NO_STORAGE, 507 if full else 503) from error


def keys_of(media: Media) -> tuple[str, ...]:
    """The keys of all files of a picture."""
    return tuple(dict.fromkeys([media.key, *(v["key"] for v in media.variants or ())]))


def drop_files(storage: Storage, keys: Iterable[str]) -> list[str]:
    """Delete files that no row names any more; returns those that would not go."""
    left = []
    for key in keys:
        try:
            storage.delete(key)
        except OSError:
            left.append(key)
    return left


def drop_unkept(blog: str, storage: Storage, digest: str | None, keys: Iterable[str]) -> None:
    """Delete the files of a picture whose row could not be committed, if that is certain.

    A connection that breaks within a commit does not tell; a file that nothing names is better
    than a picture without its files.
    """
    session().rollback()
    if digest is None or queries.find_by_digest(blog, digest) is None:
        drop_files(storage, keys)


def describe(
    media: Media,
    now: datetime,
    *,
    alt: str,
    caption: str,
    credit: str,
    focal_x: float,
    focal_y: float,
) -> None:
    """Say what a picture shows, who made it, and what of it must not be cut off."""
    media.alt, media.caption, media.credit = alt, caption, credit
    media.focal_x, media.focal_y = focal_x, focal_y
    media.changed_at = now


def delete_picture(media: Media) -> tuple[str, ...]:
    """Delete a picture that nothing uses; returns the keys of its files.

    The caller begins a transaction for it, and deletes these after the commit, by
    :func:`drop_files`.

    Raises:
        PictureGone: somebody else deleted it.
        PictureInUse: something uses it, if only since a moment ago.
    """
    # Who takes it for a story holds the row, so this waits for them, and what is read after it
    # is what they committed.
    if not hold_row(media):
        raise PictureGone
    number, keys = media.id, keys_of(media)
    asked = (
        select(MediaUse.post_id).where(MediaUse.media_id == number),
        select(Post.id).where(Post.lead_image_id == number),
        select(Author.id).where(Author.picture_id == number),
    )
    for query in asked:
        if session().scalar(query.limit(1).with_for_update(read=True)) is not None:
            raise PictureInUse(media.filename)
    session().delete(media)
    return keys
