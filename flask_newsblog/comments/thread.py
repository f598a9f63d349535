"""A page of a thread as readers see it: rows in, a flat list with levels out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zlib import crc32

from markupsafe import Markup

from ..i18n import Words
from ..models import CommentState
from ..text.addresses import with_query
from .pages import CommentView, Thread
from .queries import Place, ThreadRow, Threads

TINTS = 8
# For so long a browser remembers a visit (newsblog.js).
VISITS_KEPT = timedelta(days=30)
# Plain text: to compare with a member of an enumeration takes several times as long.
_HELD, _PUBLISHED = str(CommentState.HELD), str(CommentState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all comments of a page have in common: language, present moment, addresses.

    ``story_url`` is the story's. With a comment's number after them, ``comment_url`` is
    its own, and ``reply_url`` that of the form which answers it, empty where nothing may
    be answered. ``anonymous``, ``reply_to`` and ``report`` are words that each of them needs.
    ``lately`` is as far back as a browser remembers when it was last here.
    """

    words: Words
    now: datetime
    story_url: str
    comment_url: str
    reply_url: str
    anonymous: str
    reply_to: str
    report: str
    lately: datetime


def thread_page(
    threads: Threads,
    place: Place,
    count: int,
    depth: int,
    newest_by_default: bool,
    shared: Shared,
    waiting: ThreadRow | None = None,
    pinned: ThreadRow | None = None,
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
        pinned: a row to be shown above all others too.
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
    comments = in_order(threads, depth, shared, waiting)
    return Thread(
        pinned=_above(pinned, comments, shared) if pinned is not None else None,
        comments=comments,
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


def _above(row: ThreadRow, comments: tuple[CommentView, ...], shared: Shared) -> CommentView:
    """A comment as it stands above the others, with the way to its place."""
    view = one_comment(row, shared)
    here = any(other.id == row.id for other in comments)
    return view._replace(url=f"#{view.anchor}") if here else view


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
        found.append(
            _view(row, parent, level if level < depth else depth, moved or level > depth, shared)
        )
        if row.id in answers:
            rest += [
                (answer, level + 1, answer.parent_id != row.id)
                for answer in reversed(answers[row.id])
            ]
    return tuple(found)


def _view(
    row: ThreadRow, parent: ThreadRow | None, level: int, apart: bool, shared: Shared
) -> CommentView:
    # Taken apart and put together by position: by names it costs half as much again, and a
    # page has hundreds.
    (
        id, parent_id, _, state, author, website, badge, created_at, edited_at, reviewed_at,
        picked, html, _,
        parent_name, parent_state,
    ) = row  # fmt: skip
    words, comment_url, reply_url = shared.words, shared.comment_url, shared.reply_url
    waiting = state == _HELD
    published = state == _PUBLISHED
    stands = waiting or published
    if parent is not None:
        parent_state, parent_name = parent.state, parent.author_name
    answered = parent_state == _PUBLISHED
    name = author if stands else ""
    initials, tint, reply_label, report_label = _named(
        name, shared.anonymous, shared.reply_to, shared.report
    )
    url = f"{comment_url}{id}"
    return CommentView(
        id, f"comment-{id}", level, url, name, initials, tint,
        website if name else "", badge if name else "",
        Markup(html) if stands else Markup(),  # noqa: S704  rendered by text/
        created_at, created_at.isoformat("T", "seconds"), words.ago(created_at, shared.now),
        words.iso(reviewed_at) if reviewed_at and reviewed_at > shared.lately else "",
        edited_at, picked,
        f"{reply_url}{id}" if reply_url and published else "", reply_label,
        f"{url}/report" if published else "", report_label,
        parent_id if answered else None, f"{comment_url}{parent_id}" if answered else "",
        (parent_name or shared.anonymous) if answered else "",
        apart, not stands, waiting,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _named(name: str, anonymous: str, reply_to: str, report: str) -> tuple[str, str, str, str]:
    """What a name makes of a comment: initials, the number of a tint, labels for its links."""
    found = [word[0] for word in name.split() if word[0].isalnum()]
    initials = "".join(found[:1] + found[1:][-1:]).upper()
    called = {"name": name or anonymous}
    tint = str(crc32(name.encode("utf-8", "replace")) % TINTS)
    return initials, tint, reply_to % called, report % called


def portrait_of(name: str) -> tuple[str, str]:
    """What stands for a picture of somebody on other pages: initials, and the number of a tint."""
    initials, tint, _, _ = _named(name, "", "", "")
    return initials, tint


def body_of(comment: Any) -> Markup:
    """The text of a comment, or of a row of one, rendered and cleaned by ``text/`` on save."""
    return Markup(comment.body_html)  # noqa: S704
