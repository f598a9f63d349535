"""A page of a thread as readers see it: rows in, a flat list with levels out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zlib import crc32

from markupsafe import Markup

from ..i18n import Words
from ..models import CommentState
from ..text.addresses import with_query
from .pages import CommentView, Thread
from .queries import Place, ThreadRow, Threads

TINTS = 8
# Plain text: to compare with a member of an enumeration takes several times as long.
_HELD, _PUBLISHED = str(CommentState.HELD), str(CommentState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all comments of a page have in common: language, present moment, addresses.

    ``story_url`` is the story's. With a comment's number after them, ``comment_url`` is
    its own, and ``reply_url`` that of the form which answers it, empty where nothing may
    be answered. ``anonymous`` and ``reply_to`` are words that each of them needs.
    """

    words: Words
    now: datetime
    story_url: str
    comment_url: str
    reply_url: str
    anonymous: str
    reply_to: str


def thread_page(
    threads: Threads,
    place: Place,
    count: int,
    depth: int,
    newest_by_default: bool,
    shared: Shared,
    waiting: ThreadRow | None = None,
) -> Thread:
    """One page of a story's threads, with the ways on from it.

    Args:
        threads: the rows.
        place: which page it is.
        count: how many replies to the story are published.
        depth: how many levels are shown as such.
        newest_by_default: the order of an address that names none.
        shared: what all of them are shown with.
        waiting: one more row, which only its writer sees.
    """
    order = None
    if place.newest_first != newest_by_default:
        order = "newest" if place.newest_first else "oldest"

    def address(**values: int | str | None) -> str:
        return with_query(shared.story_url, **values) + "#comments"

    more = earlier = later = ""
    if threads.cut is not None:
        root, part = threads.cut
        more = address(replies=root, part=part, order=order)
    if place.part is not None:
        # Before a part of a thread comes its beginning.
        earlier = address(replies=place.start, order=order)
    elif threads.earlier:
        earlier = address(until=threads.earlier, order=order)
    if threads.later:
        later = address(replies=threads.later, order=order)
    return Thread(
        comments=in_order(threads, depth, shared, waiting),
        count=count,
        earlier=earlier,
        later=later,
        more=more,
        other_order=address(order="oldest" if place.newest_first else "newest"),
        newest_first=place.newest_first,
    )


def one_comment(row: ThreadRow, shared: Shared) -> CommentView:
    """A comment by itself, as a reply form quotes it."""
    return _view(row, None, 1, False, shared)


def in_order(
    threads: Threads, depth: int, shared: Shared, waiting: ThreadRow | None = None
) -> tuple[CommentView, ...]:
    """The comments of a page in reading order, each after what it answers.

    Those that are deeper than ``depth`` levels stand on the last of them.
    """
    roots, replies = list(threads.roots), list(threads.replies)
    if waiting is not None and waiting.root_id in {root.id for root in roots}:
        replies.append(waiting)
    elif waiting is not None:
        roots.insert(0 if threads.newest_first else len(roots), waiting)
    here = {row.id: row for row in (*roots, *replies)}
    answers: dict[int, list[ThreadRow]] = {}
    for row in replies:
        # What it answers may be on an earlier page of a long thread.
        above = row.parent_id if row.parent_id in here else row.root_id
        answers.setdefault(above or 0, []).append(row)
    found: list[CommentView] = []
    rest = [(row, 1, False) for row in reversed(roots)]
    while rest:
        row, level, moved = rest.pop()
        parent = here.get(row.parent_id or 0)
        found.append(_view(row, parent, min(level, depth), moved or level > depth, shared))
        if row.id in answers:
            rest += [
                (answer, level + 1, answer.parent_id != row.id)
                for answer in reversed(answers[row.id])
            ]
    return tuple(found)


def _view(
    row: ThreadRow, parent: ThreadRow | None, level: int, apart: bool, shared: Shared
) -> CommentView:
    id, words, comment_url, reply_url = row.id, shared.words, shared.comment_url, shared.reply_url
    waiting = row.state == _HELD
    stands = waiting or row.state == _PUBLISHED
    if parent is None:
        answered, parent_name = row.parent_state == _PUBLISHED, row.parent_name
    else:
        answered, parent_name = parent.state == _PUBLISHED, parent.author_name
    name = row.author_name if stands else ""
    initials, tint = _portrait(name)
    local = row.created_at.astimezone(words.zone)
    return CommentView(
        id=id,
        level=level,
        url=f"{comment_url}{id}",
        name=name,
        initials=initials,
        tint=tint,
        website=row.author_url if name else "",
        badge=row.badge if name else "",
        body=Markup(row.body_html) if stands else Markup(),  # noqa: S704  rendered by text/
        created_at=row.created_at,
        iso=local.isoformat(timespec="seconds"),
        when=words.ago(local, shared.now),
        edited_at=row.edited_at,
        reply_url=f"{reply_url}{id}" if reply_url and stands and not waiting else "",
        reply_label=shared.reply_to % {"name": name or shared.anonymous},
        parent_id=row.parent_id if answered else None,
        parent_url=f"{comment_url}{row.parent_id}" if answered else "",
        parent_name=(parent_name or shared.anonymous) if answered else "",
        apart=apart,
        tombstone=not stands,
        waiting=waiting,
    )


@lru_cache(maxsize=4096)
def _portrait(name: str) -> tuple[str, int]:
    """What stands for a picture of somebody: initials, and the number of a tint."""
    found = [word[0] for word in name.split() if word[0].isalnum()]
    initials = "".join(found[:1] + found[1:][-1:]).upper()
    return initials, crc32(name.encode("utf-8", "replace")) % TINTS
