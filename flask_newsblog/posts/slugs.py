"""The slug of a story, by which its address tells it from the others of its blog."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from ..database import session
from ..models import OldSlug, Post, length_of
from ..settings import RESERVED
from .names import numbered, with_room

TAKEN = "The slug “{slug}” is taken or not free to use; choose another."


class SlugTaken(ValueError):
    """Another story of the blog has this slug; the message names it."""


def free_slug(blog: str, wanted: str, but: int | None = None) -> str:
    """This slug, or the next one with a number; what the story ``but`` has is free for it."""
    if may_be_slug(wanted) and wanted not in slugs_like(blog, wanted, but):
        return wanted
    base = with_room(wanted, length_of(Post.slug))
    return numbered(base, slugs_like(blog, base, but))


def may_be_slug(slug: str) -> bool:
    """Whether an address could have this in the place of a slug."""
    # A slug of digits alone would be read as a year, month or day in an address.
    return bool(slug) and slug not in RESERVED and not slug.isdigit()


def slugs_like(blog: str, base: str, but: int | None = None) -> set[str]:
    """This slug and those that go on from it after a hyphen, as stories have or had them."""
    found: set[str] = set()
    for model, post_id in ((Post, Post.id), (OldSlug, OldSlug.post_id)):
        alike = or_(model.slug == base, model.slug.startswith(f"{base}-", autoescape=True))
        query = select(model.slug).where(model.blog == blog, alike)
        if but is not None:
            query = query.where(post_id != but)
        found.update(session().scalars(query))
    return found


def take_slug(post: Post, slug: str) -> None:
    """Give a story a slug that looked free, in a transaction that has written something.

    Raises:
        SlugTaken: at this very moment another story took it; nothing else is undone.
    """
    try:
        with session().begin_nested():
            post.slug = slug
            session().flush()
    except IntegrityError as error:
        raise SlugTaken(TAKEN.format(slug=slug)) from error
