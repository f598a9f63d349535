"""Addresses that sections, tags and authors had: each leads to where its bearer is now.

They stand among the redirects, with a target below the blog's own address (``tags/ferry/``), so
that they hold wherever the blog is mounted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from ..database import session
from ..models import NameKind, Redirect

_FOLDERS = {NameKind.SECTION: "sections", NameKind.TAG: "tags", NameKind.AUTHOR: "authors"}
_KINDS = {folder: kind for kind, folder in _FOLDERS.items()}


def read_target(target: str) -> tuple[NameKind, str] | None:
    """Which of them a redirect leads to, by its slug; None where it leads elsewhere."""
    folder, _, rest = target.partition("/")
    slug, slash, more = rest.partition("/")
    if folder not in _KINDS or not slug or not slash or more:
        return None
    return _KINDS[folder], slug


def lead_on(blog: str, kind: NameKind, old: str, new: str) -> None:
    """Let the address with the slug ``old``, and all that led there, lead to ``new``."""
    set_free(blog, kind, new)
    set_free(blog, kind, old)
    for row in _leading_to(blog, kind, old):
        row.target = _target(kind, new)
    path = f"/{_target(kind, old)}"
    # One that the host wrote counts.
    if session().scalar(select(Redirect.id).filter_by(blog=blog, path=path)) is None:
        session().add(Redirect(blog=blog, path=path, target=_target(kind, new)))
    session().flush()


def set_free(blog: str, kind: NameKind, slug: str) -> None:
    """Let an address lead nowhere else, for it has a bearer again."""
    query = select(Redirect).filter_by(blog=blog, path=f"/{_target(kind, slug)}")
    for row in session().scalars(query).all():
        # One that the host wrote stays: it counts while this is no page for readers.
        if row.target and read_target(row.target):
            session().delete(row)
    session().flush()


def end(blog: str, kind: NameKind, slug: str) -> None:
    """Let nothing lead to an address whose bearer is deleted."""
    for row in _leading_to(blog, kind, slug):
        session().delete(row)
    session().flush()


def _leading_to(blog: str, kind: NameKind, slug: str) -> Sequence[Redirect]:
    target: Any = _target(kind, slug)
    query = select(Redirect).where(Redirect.blog == blog, Redirect.target == target)
    # MariaDB compares targets as people do, who take some letters for others.
    return [row for row in session().scalars(query) if row.target == target]


def _target(kind: NameKind, slug: str) -> str:
    return f"{_FOLDERS[kind]}/{slug}/"
