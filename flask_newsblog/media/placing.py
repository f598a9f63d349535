"""Pictures of the library in stories: their addresses, and which story uses which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, current_app
from sqlalchemy import delete, or_, select

from ..database import session
from ..models import Media, MediaUse, PendingUpdate, Post, Revision, RevisionKind
from ..text.pictures import PlacedPicture, named_in

_ADDRESSES = "newsblog_picture_addresses"


def tell_addresses(app: Flask, blog: str, address_of: Callable[[str], str]) -> None:
    """Let stories of a blog name its pictures by these addresses, at the first of its places."""
    app.extensions.setdefault(_ADDRESSES, {}).setdefault(blog, address_of)


def pictures_in(
    blog: str, body: str, address_of: Callable[[str], str] | None = None
) -> Mapping[int, PlacedPicture]:
    """The pictures that a body names and the library has, by their numbers; one statement.

    None where it names none. Addresses are those of the blog in this app, unless others are
    given.
    """
    numbers = named_in(body)
    if not numbers:
        return {}
    find: Callable[[str], str] = address_of or current_app.extensions[_ADDRESSES][blog]
    found = session().scalars(select(Media).where(Media.blog == blog, Media.id.in_(numbers)))
    return {media.id: _placed(media, find) for media in found}


def _placed(media: Media, address_of: Callable[[str], str]) -> PlacedPicture:
    # Browsers that cannot read AVIF would show nothing: in a story's text there is one set.
    sizes = [v for v in media.variants or () if v.get("type", "image/webp") == "image/webp"]
    middle = sizes[len(sizes) // 2]["key"] if sizes else media.key
    return PlacedPicture(
        src=address_of(middle),
        srcset=", ".join(f"{address_of(v['key'])} {v['width']}w" for v in sizes),
        width=media.width,
        height=media.height,
        alt=media.alt,
    )


def picture_here(blog: str, number: int | None) -> int | None:
    """This number if the blog's library has such a picture, held so that nobody deletes it now."""
    return next(iter(_held(blog, [number] if number else [])), None)


def use_pictures(post: Post, *texts: Any) -> None:
    """Note that a story uses these pictures too, so that they are not deleted.

    Args:
        post: the story, with what its row says.
        *texts: what else is written for it: anything with ``body`` and ``lead_image``.
    """
    wanted = _named(post.body, post.lead_image_id)
    for text in texts:
        wanted |= _named(text.body, text.lead_image)
    _note(post, wanted, _noted(post))


def settle_pictures(post: Post) -> None:
    """Note which pictures a story uses, and that it uses no others any more.

    They are those of its row, of what was saved last, of what is planned to take its place, and
    of what pages have sent by themselves and nobody has saved yet.
    """
    planned = select(PendingUpdate.revision).where(PendingUpdate.post_id == post.id)
    unseen = select(Revision.content).where(
        Revision.post_id == post.id,
        or_(
            Revision.number.in_([post.saved_revision]),
            Revision.number == planned.scalar_subquery(),
            Revision.kind == RevisionKind.AUTO,
        ),
    )
    wanted, noted = _named(post.body, post.lead_image_id), _noted(post)
    for content in session().scalars(unseen):
        wanted |= _named(content.get("body") or "", content.get("lead_image"))
    _note(post, wanted, noted)
    if noted - wanted:
        gone = (MediaUse.post_id == post.id, MediaUse.media_id.in_(noted - wanted))
        session().execute(delete(MediaUse).where(*gone))


def _named(body: str, lead_image: int | None) -> set[int]:
    return {*named_in(body), *([lead_image] if lead_image else [])}


def _noted(post: Post) -> set[int]:
    return set(session().scalars(select(MediaUse.media_id).where(MediaUse.post_id == post.id)))


def _note(post: Post, wanted: set[int], noted: set[int]) -> None:
    for number in _held(post.blog, sorted(wanted - noted)):
        session().add(MediaUse(post_id=post.id, media_id=number))


def _held(blog: str, numbers: Iterable[int]) -> list[int]:
    # Held against deleting: whoever deletes a picture locks its row before they look for uses.
    # SQLite has one writer at a time, and whoever saves a story is it.
    wanted = list(numbers)
    if not wanted:
        return []
    query = select(Media.id).where(Media.blog == blog, Media.id.in_(wanted)).order_by(Media.id)
    return list(session().scalars(query.with_for_update(read=True)))
