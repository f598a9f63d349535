"""A page of a thread as readers see it: rows in, a flat list with levels out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from markupsafe import Markup

from ..models import CommentState
from .pages import CommentView
from .queries import Threads

TINTS = 8


def in_order(
    threads: Threads, depth: int, anonymous: str, waiting: Any = None
) -> tuple[CommentView, ...]:
    """The comments of a page in reading order, each after what it answers.

    Args:
        threads: the rows.
        depth: how many levels are shown as such.
        anonymous: what somebody without a name is called by those who answer.
        waiting: one more row, which only its writer sees.
    """
    roots, replies = list(threads.roots), list(threads.replies)
    if waiting is not None and waiting.root_id in {root.id for root in roots}:
        replies.append(waiting)
    elif waiting is not None:
        roots.insert(0 if threads.newest_first else len(roots), waiting)
    here = {row.id for row in (*roots, *replies)}
    answers: dict[int, list[Any]] = {}
    for row in replies:
        # What it answers may be on an earlier page of a long thread.
        parent = row.parent_id if row.parent_id in here else row.root_id
        answers.setdefault(parent, []).append(row)
    found: list[CommentView] = []
    rest = [(row, 1, False) for row in reversed(roots)]
    while rest:
        row, level, moved = rest.pop()
        found.append(_view(row, min(level, depth), anonymous, apart=moved or level > depth))
        rest += [
            (answer, level + 1, answer.parent_id != row.id)
            for answer in reversed(answers.get(row.id, ()))
        ]
    return tuple(found)


def _view(row: Any, level: int, anonymous: str, *, apart: bool) -> CommentView:
    published = row.state == CommentState.PUBLISHED
    waiting = row.state == CommentState.HELD
    name = row.author_name if published or waiting else ""
    answered = row.parent_state == CommentState.PUBLISHED
    return CommentView(
        id=row.id,
        level=level,
        name=name,
        initials=_initials(name),
        tint=crc32(name.encode("utf-8", "replace")) % TINTS,
        website=row.author_url if name else "",
        badge=row.badge if name else "",
        body=Markup(row.body_html) if published or waiting else Markup(),  # noqa: S704  of text/
        created_at=row.created_at,
        edited_at=row.edited_at,
        parent_id=row.parent_id if answered else None,
        parent_name=(row.parent_name or anonymous) if answered else "",
        apart=apart,
        gravestone=not (published or waiting),
        waiting=waiting,
    )


def _initials(name: str) -> str:
    letters: Iterable[str] = (word[0] for word in name.split() if word[0].isalnum())
    found = list(letters)
    return "".join(found[:1] + found[1:][-1:]).upper()
