"""Pages on which readers see what was wrong in stories, and what has changed in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import abort, request
from flask.typing import ResponseReturnValue

from ..context import reader_page, render
from ..mount import Mount
from ..text.differences import differences
from . import changes as changed
from .changes import Step
from .corrections import page_of_corrections
from .opening import open_blog, post_number
from .pages import ChangesPage, ChangeStep, CorrectionRow, CorrectionsPage, Paging
from .queries import Cursor, Story, find_story_by_id

ROWS = 30


def _cursor() -> Cursor:
    if "before" in request.args:
        return Cursor(older_than=post_number(request.args["before"]))
    if "after" in request.args:
        return Cursor(newer_than=post_number(request.args["after"]))
    return Cursor()


def _step() -> int:
    """The step that is asked for, or 0 for all of them."""
    return post_number(request.args["step"]) if "step" in request.args else 0


@reader_page(_cursor)
def corrections() -> ResponseReturnValue:
    """The corrections, clarifications and updates of all stories that readers see."""
    mount, now, frame = open_blog()
    cursor, address = _cursor(), mount.url("corrections")
    rows, older, newer = page_of_corrections(mount.blog, now, ROWS, cursor)
    first = cursor == Cursor()
    if not rows and not first:
        abort(404)
    page = CorrectionsPage(
        notes=tuple(
            CorrectionRow(
                row.kind, row.text, row.corrected_at, row.title,
                mount.post_url(row.slug, row.published_at),
            )
            for row in rows
        ),
        paging=Paging(
            older=f"{address}?before={older}" if older else "",
            newer=f"{address}?after={newer}" if newer else "" if first else address,
            first=first,
            stable=cursor.newer_than is None,
        ),
    )  # fmt: skip
    at = address if first else f"{address}?before={cursor.older_than}"
    return render("corrections.html", page, frame, now, at if page.paging.stable else "")


@reader_page(_step)
def changes(post_id: int) -> ResponseReturnValue:
    """What became of a story since it was published, or in one step, where the owner shows it."""
    mount, now, frame = open_blog()
    if not mount.settings.show_changes:
        abort(404)
    story = find_story_by_id(mount.blog, post_id, now) or abort(404)
    steps = changed.steps_of(post_id, now)
    address = mount.url("changes", post_id=post_id)
    page = _changes(mount, story, steps, _step(), address)
    return render("changes.html", page, frame, now, address)


def _changes(
    mount: Mount, story: Story, steps: Sequence[Step], step: int, address: str
) -> ChangesPage:
    card, numbers = story.card, [known.number for known in steps]
    if step and step not in numbers[1:]:
        abort(404)
    new = now = changed.texts_shown(card.title, story.standfirst, story.body_html)
    until: datetime | None = None
    place = numbers.index(step) if step else 0
    found = changed.texts_at(card.id, numbers[max(0, place - 1) : place + 1]) if steps else {}
    if step:
        new, until = found[step], steps[place].shown_at
    old = found[numbers[max(0, place - 1)]] if steps else now
    return ChangesPage(
        title=card.title,
        url=mount.post_url(card.slug, card.published_at),
        headline=differences(old.title, new.title),
        standfirst=differences(old.standfirst, new.standfirst),
        body=differences(old.body, new.body),
        same=old == new,
        published_at=card.published_at,
        until=until,
        steps=tuple(
            ChangeStep(s.shown_at, f"{address}?step={s.number}", s.number == step)
            for s in steps[1:]
        ),
        all_url=address,
    )
