"""How pictures are found: the library's pages, one picture, and what uses it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ..database import session
from ..models import Author, Media, MediaUse, Post

MOST_USES = 50
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Uses:
    """What uses a picture: stories, newest first, and authors whose portrait it is."""

    posts: tuple[Post, ...]
    authors: tuple[Author, ...]

    def __bool__(self) -> bool:
        return bool(self.posts or self.authors)


def not_kept_back(
    number: InstrumentedAttribute[Any], hidden: Collection[int]
) -> ColumnElement[bool]:
    """Whether this is the number of a picture that others than hidden stories use, or nothing.

    What is said of a picture tells of the story that it was brought in for.
    """
    if not hidden:
        return true()
    media, stories = aliased(Media), sorted(hidden)
    noted = select(MediaUse.media_id).where(MediaUse.post_id.in_(stories))
    leading = select(Post.lead_image_id).where(Post.id.in_(stories))
    elsewhere = (
        select(MediaUse).where(MediaUse.media_id == media.id, MediaUse.post_id.not_in(stories)),
        select(Post).where(Post.lead_image_id == media.id, Post.id.not_in(stories)),
        select(Author).where(Author.picture_id == media.id),
    )
    used_here = or_(media.id.in_(noted), media.id.in_(leading))
    used_elsewhere = or_(*(query.correlate(media).exists() for query in elsewhere))
    return number.not_in(select(media.id).where(used_here, not_(used_elsewhere)))


def page_of_pictures(
    blog: str,
    limit: int,
    words: str = "",
    before: int | None = None,
    hidden: Collection[int] = (),
) -> Sequence[Media]:
    """Pictures, the newest first, in whose name, alt text, caption or credit all words stand.

    None that only hidden stories use. One statement.
    """
    query = select(Media).where(Media.blog == blog, not_kept_back(Media.id, hidden))
    for word in words.split()[:MOST_WORDS]:
        columns = (Media.filename, Media.alt, Media.caption, Media.credit)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if before is not None:
        query = query.where(Media.id < before)
    return session().scalars(query.order_by(Media.id.desc()).limit(limit)).all()


def find_picture(blog: str, number: int, hidden: Collection[int] = ()) -> Media | None:
    """A picture of the blog's library, but for one that only hidden stories use. One statement."""
    query = select(Media).where(Media.blog == blog, Media.id == number)
    query = query.where(not_kept_back(Media.id, hidden))
    return session().scalars(query).one_or_none()


def find_by_digest(blog: str, digest: str) -> Media | None:
    """The picture that was made of a file with this digest."""
    query = select(Media).where(Media.blog == blog, Media.digest == digest)
    return session().scalars(query).one_or_none()


def uses_of(media: Media) -> Uses:
    """What uses a picture, read as it is at this very moment. Two statements."""
    noted = select(MediaUse.post_id).where(MediaUse.media_id == media.id)
    posts = (
        select(Post)
        .where(Post.blog == media.blog, or_(Post.lead_image_id == media.id, Post.id.in_(noted)))
        .order_by(Post.id.desc())
        .limit(MOST_USES)
    )
    authors = select(Author).where(Author.picture_id == media.id).limit(MOST_USES)
    return Uses(tuple(session().scalars(posts)), tuple(session().scalars(authors)))
