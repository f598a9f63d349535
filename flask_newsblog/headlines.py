"""The latest stories of a blog, for the host's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from .mount import Mount, find_mount
from .posts.due import apply_overdue
from .posts.queries import Card, newest
from .posts.updates import is_overdue


@dataclass(frozen=True)
class Headline:
    """A story as :func:`latest_stories` gives it to the host's own pages."""

    title: str
    url: str
    summary: str
    kicker: str
    section: str
    published_at: datetime
    when: str
    picture: str
    alt: str


def latest_stories(blog: str, limit: int = 5) -> list[Headline]:
    """The latest stories of a blog, for the host's own pages.

    In templates it is ``newsblog_latest``.

    Args:
        blog: the name the blog is registered under.
        limit: how many at most.

    Raises:
        NoSuchBlog: there is none of that name.
    """
    mount = find_mount(current_app, blog)
    now, words = mount.now(), mount.words
    if is_overdue(mount.blog, now):
        apply_overdue(mount, now)
    return [
        Headline(
            title=card.title,
            url=mount.post_url(card.slug, card.published_at),
            summary=card.summary,
            kicker=card.kicker,
            section=card.section.name if card.section else "",
            published_at=card.published_at,
            when=words.ago(card.published_at, now),
            picture=_smallest(mount, card),
            alt=card.picture.alt if card.picture else "",
        )
        for card in newest(mount.blog, now, max(0, limit))
    ]


def _smallest(mount: Mount, card: Card) -> str:
    if card.picture is None:
        return ""
    variants = card.picture.variants
    return mount.url("media", key=variants[0]["key"] if variants else card.picture.key)
