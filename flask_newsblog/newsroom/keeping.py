"""What the page of a story says of others in it, and of words that are not saved, put together."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from ..comments.private import digest_secret
from ..database import row_number
from ..i18n import mark
from ..models import Post
from ..mount import Mount
from ..people import Person
from ..posts import history, sittings
from ..posts.history import Change
from ..posts.present import present
from ..posts.revisions import Saved, content_of
from ..posts.written import Written, written_from
from ..text.merging import Marks
from .keeping_pages import Conflict, Differing, Kept, Unsaved

FIELD_NAMES = {
    "title": mark("Headline"), "slug": mark("Slug"), "kicker": mark("Kicker"),
    "standfirst": mark("Standfirst"), "dateline": mark("Dateline"), "body": mark("Story"),
    "authors": mark("Authors"), "section": mark("Section"), "tags": mark("Tags"),
    "lead_image": mark("Picture"), "lead_alt": mark("Description of the picture"),
    "lead_caption": mark("Caption"), "lead_credit": mark("Credit"),
}  # fmt: skip

_SITTING = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SAID = {
    "saved": mark("Saved."),
    "dropped": mark("Those words are no longer offered. They stay in the history of the story."),
}
_MERGED = mark(
    "Saved. %(name)s saved this story meanwhile, too: those changes are in your text now."
)


def sitting_of(text: str | None) -> str:
    """The name of an open page, as its form says it; empty where it cannot be one."""
    return text if text and _SITTING.fullmatch(text) else ""


def marks_between(mount: Mount, person: Person, other: str) -> Marks:
    """The lines that say whose a passage is, where the person here and another differ."""
    t = mount.words.t
    theirs = t("[%(name)s saved this:]", name=other) if other else t("[This was saved meanwhile:]")
    return Marks(
        theirs=theirs,
        mine=t("[%(name)s wrote this:]", name=person.name),
        end=t("[Keep one of the two versions above, or make one of both.]"),
        nothing=t("[It was taken out.]"),
    )


def conflict_of(mount: Mount, post: Post, mine: Written, saved: Saved) -> Conflict | None:
    """The two versions that differ, field by field."""
    if saved.theirs is None or not saved.conflicts:
        return None
    theirs = present(mount.blog, written_from(content_of(post, saved.theirs.number) or {}))
    names = saved.conflicts
    pairs = zip(
        history.changes(saved.began, theirs, *names),
        history.changes(saved.began, mine, *names),
        strict=True,
    )
    return Conflict(
        theirs=saved.theirs.person_name,
        saved_at=saved.theirs.saved_at,
        url=mount.url("revision", post_id=post.id, number=saved.theirs.number),
        kept_url=mount.url("revision", post_id=post.id, number=saved.revision.number),
        fields=tuple(
            Differing(field_name(mount, one), one.pieces, other.pieces) for one, other in pairs
        ),
    )


def kept_for(
    mount: Mount,
    post: Post | None,
    person: Person,
    now: datetime,
    *,
    conflict: Conflict | None = None,
    taken: int = 0,
) -> Kept:
    """What the page of a story says so that no words are lost."""
    if post is None:
        return Kept(keeper=_keeper(mount, person))
    unsaved = None if conflict or taken else sittings.unsaved_of(post, person)
    return Kept(
        conflict=conflict,
        unsaved=_unsaved(mount, post, unsaved.number, unsaved.saved_at) if unsaved else None,
        others=tuple(sittings.others_in(post, person, now)),
        here_url=mount.url("here_in_story", post_id=post.id),
        taken=taken,
        keeper=_keeper(mount, person),
    )


def said_of(mount: Mount, post: Post | None, args: Mapping[str, str]) -> str:
    """What was just done, as the address of the page tells."""
    t, said = mount.words.t, args.get("said", "")
    if said == "merged" and post is not None:
        other = history.noted(post, row_number(args.get("by", "")) or 0)
        name = other.person_name if other is not None else ""
        return t(_MERGED, name=name or t("Somebody"))
    return t(_SAID[said]) if said in _SAID else ""


def field_name(mount: Mount, change: Change) -> str:
    """A field of a story as people say it."""
    return mount.words.t(FIELD_NAMES[change.name])


def _keeper(mount: Mount, person: Person) -> str:
    # Whoever looks into the browser's storage is not to read who wrote.
    told = f"keeper {mount.blog} {person.id}".encode()
    return hmac.new(digest_secret(mount), told, "sha256").hexdigest()[:16]


def _unsaved(mount: Mount, post: Post, number: int, saved_at: datetime) -> Unsaved:
    return Unsaved(
        number=number,
        saved_at=saved_at,
        take_url=mount.url("edit_post", post_id=post.id, take=number),
        drop_url=mount.url("drop_unsaved", post_id=post.id),
        url=mount.url("revision", post_id=post.id, number=number),
    )
