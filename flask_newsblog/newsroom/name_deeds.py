"""What was done with sections, tags and authors, written down."""

from __future__ import annotations

from datetime import datetime

from ..audit import Deed, Thing, write_down
from ..models import NameKind
from ..mount import Mount
from ..posts.former import Named
from ..posts.joining import Ended
from .access import person_here

_THINGS = {
    NameKind.SECTION: Thing.SECTION, NameKind.TAG: Thing.TAG, NameKind.AUTHOR: Thing.AUTHOR,
}  # fmt: skip


def write_name_down(
    mount: Mount, deed: Deed, kind: NameKind, thing: Named, now: datetime, detail: str,
    title: str = "",
) -> None:  # fmt: skip
    """Write down what was done with one that is still there; ``title`` is its former name."""
    write_down(
        mount.blog, person_here(), deed, _THINGS[kind], now, thing_id=thing.id,
        title=title or thing.name, detail=detail,
    )  # fmt: skip


def write_end_down(
    mount: Mount, kind: NameKind, number: int, name: str, heir: str, ended: Ended, now: datetime
) -> None:
    """Write down that one was merged into its ``heir``, or deleted.

    Stories that an embargo keeps are told of with each of them, for those alone who may know.
    """
    person, deed = person_here(), Deed.MERGE if heir else Deed.DELETE
    write_down(
        mount.blog, person, deed, _THINGS[kind], now, thing_id=number,
        title="–" if ended.secret else name, detail=ended.detail,
    )  # fmt: skip
    for story in ended.stories:
        if story.kept:
            write_down(
                mount.blog, person, Deed.EDIT, Thing.POST, now, thing_id=story.id,
                title=story.title, detail=f"{kind}: {name} → {heir or '–'}",
            )  # fmt: skip
