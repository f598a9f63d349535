"""The history of a story: what was saved, what is kept by itself, and what comes of two at once.

The newest saved revision is what the desk works on. What readers see is the story's row,
made from the revision that was last put before them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, inspect, select, update
from sqlalchemy.orm.attributes import flag_modified

from ..database import lock_row, session
from ..media.placing import settle_pictures, use_pictures
from ..models import Post, PostState, Revision, RevisionKind, length_of
from ..people import Person
from ..text.merging import Marks
from .former import share_names
from .merging import merge
from .present import present
from .written import Written, put_before_readers, written_from, written_in

# In the place of a sitting: the revision holds what the row said before anybody saved here.
THE_ROW = "row"
_NAME, _NOTE = length_of(Revision.person_name), length_of(Revision.note)


class SavedMeanwhile(ValueError):
    """Somebody else saved the story since; the message names them."""


@dataclass(frozen=True)
class Saved:
    """What became of a saving.

    ``written`` is what is stored, or in conflict what the page is to show: both versions in
    one. ``theirs`` is what somebody else saved since the page was opened. ``conflicts`` are
    the fields that both changed at one place; then nothing was overwritten, and what came is
    kept beside, as ``revision``. ``began`` is what both began with.
    """

    revision: Revision
    written: Written
    theirs: Revision | None = None
    began: Written = field(default_factory=Written)
    conflicts: tuple[str, ...] = ()


def lock_story(post_id: int) -> None:
    """Let one at a time save a story; the row is read anew by whoever waited.

    Names change before or after that, not meanwhile.
    """
    share_names()
    lock_row(Post, post_id)


def saved_in(post: Post) -> tuple[int, Written]:
    """The newest saved revision of a story, by number: what the desk works on.

    A story that was never saved here has none, and its row speaks for itself under 0.
    """
    content = content_of(post, post.saved_revision) if post.saved_revision else None
    if content is None:
        return 0, written_in(post)
    return post.saved_revision, present(post.blog, written_from(content))


def save(
    post: Post,
    written: Written,
    person: Person,
    now: datetime,
    *,
    base: int,
    sitting: str = "",
    marks: Callable[[str], Marks] | None = None,
    note: str = "",
) -> Saved:
    """Save what somebody wrote, from the revision with the number ``base`` on.

    What somebody else saved since is merged with it. A story that no reader has seen becomes
    what was saved; one that is published keeps its row until somebody puts the change before
    the readers. Saving what is saved already changes nothing.

    Args:
        post: the story.
        written: its words.
        person: who saves.
        now: the moment.
        base: the number of the revision that they began with.
        sitting: the name of their open page; what it sent by itself is settled with this.
        marks: for the name of who saved meanwhile, the lines that say whose a passage is,
            where both changed it.
        note: what to say of the revision.

    Raises:
        as :func:`.written.put_before_readers`.
    """
    number, theirs = head_of(post, now)
    settle(post, sitting)
    if theirs == written and number:
        return Saved(_with(post, number), written)
    base = base or (number and _the_row(post))
    if number in (base, 0) or _is_of(post, number, base, sitting):
        revision = keep(post, written, person, now, base=base, sitting=sitting, note=note)
        return Saved(_show(post, revision, written, now), written)
    other = _with(post, number)
    began = present(post.blog, written_from(content_of(post, base) or {}))
    lines = marks(other.person_name) if marks else None
    both, conflicts = merge(began, written, theirs, lines)
    mine = _kept_before(post, written, base, sitting) or keep(
        post, written, person, now, kind=RevisionKind.KEPT, base=base, sitting=sitting
    )
    if conflicts:
        use_pictures(post, written)
        return Saved(mine, both, other, began, conflicts)
    revision = other
    if both != theirs:
        revision = keep(post, both, person, now, base=number, sitting=sitting, note=note)
    return Saved(_show(post, revision, both, now), both, other, began)


def restore(post: Post, number: int, person: Person, now: datetime, *, base: int) -> Saved:
    """Save again what a revision says; what was saved last stays in the history.

    Raises:
        SavedMeanwhile: somebody saved since the page with the revision ``base`` was opened.
        LookupError: the story has no revision with that number.
        as :func:`save`.
    """
    head, _ = head_of(post, now)
    if head != (base or _the_row(post)):
        newest = _with(post, head)
        raise SavedMeanwhile(newest.person_name)
    content = content_of(post, number)
    if content is None:
        raise LookupError(f"The story has no revision {number}.")
    written = present(post.blog, written_from(content))
    return save(post, written, person, now, base=head, note=f"From revision {number}")


def head_of(post: Post, now: datetime) -> tuple[int, Written]:
    """What is saved of a story that is locked from here on, and its number.

    What its row said before anybody saved here becomes the first of its history, so that
    there is something to merge with and to go back to.
    """
    # Not by ``post.id``, which may have to be read first.
    (story,) = inspect(post).identity or (post.id,)
    lock_story(story)
    session().refresh(post, with_for_update=True)
    number, written = 0, written_in(post)
    if post.saved_revision:
        number = post.saved_revision
        written = present(post.blog, written_from(_with(post, number).content))
    elif post.body and not post.last_revision:
        row = Revision(
            kind=RevisionKind.IMPORTED, content=written.content, sitting=THE_ROW,
            person_id=post.person_id, person_name=post.person_name[:_NAME],
        )  # fmt: skip
        number = _number(post, row, now).number
        row.saved_at = post.created_at
        post.shown_revision = number
    return number, written


def content_of(post: Post, number: int) -> dict[str, Any] | None:
    """What a revision of a story holds, if there is one with this number."""
    if number > post.last_revision:
        return None
    return session().scalar(
        select(Revision.content).where(Revision.post_id == post.id, Revision.number == number)
    )


def settle(post: Post, sitting: str, kind: RevisionKind = RevisionKind.KEPT) -> None:
    """What a page sent by itself is saved now, or given up: it is no longer offered."""
    if not sitting:
        return
    own = (Revision.kind == RevisionKind.AUTO, Revision.sitting == sitting)
    settle_all(select(Revision.id).where(Revision.post_id == post.id, *own), kind)


def settle_all(found: Select[Any], kind: RevisionKind) -> None:
    """Settle the revisions with these ids.

    By id: MariaDB would lock what stands beside them, and neighbours would wait for each other.
    """
    ids = list(session().scalars(found))
    if ids:
        change = update(Revision).where(Revision.id.in_(ids)).values(kind=kind)
        session().execute(change.execution_options(synchronize_session=False))


def keep(
    post: Post,
    written: Written,
    person: Person | None,
    now: datetime,
    *,
    kind: RevisionKind = RevisionKind.SAVED,
    base: int = 0,
    sitting: str = "",
    note: str = "",
) -> Revision:
    """Keep a story's words under the next number of its history."""
    revision = Revision(
        kind=kind, base=base, sitting=sitting, content=written.content, note=note[:_NOTE],
        person_id=person.id if person else None,
        person_name=person.name[:_NAME] if person else "",
    )  # fmt: skip
    return _number(post, revision, now)


def keep_content(post: Post, content: dict[str, Any], now: datetime, note: str = "") -> Revision:
    """Keep what was brought in from outside, as it came; readers see the same."""
    revision = _number(post, Revision(kind=RevisionKind.IMPORTED, content=content, note=note), now)
    post.shown_revision = revision.number
    return revision


def _number(post: Post, revision: Revision, now: datetime) -> Revision:
    session().flush()
    session().refresh(post, ["last_revision"], with_for_update=True)
    # Counted in the row that is locked. To ask the revisions for it, MariaDB would have to lock
    # the place after the last of them, and with it the first of the next story.
    post.last_revision += 1
    revision.post_id, revision.number, revision.saved_at = post.id, post.last_revision, now
    session().add(revision)
    if revision.kind in (RevisionKind.SAVED, RevisionKind.IMPORTED):
        post.saved_revision = revision.number
    else:
        # What is not saved is no change of the story.
        flag_modified(post, "changed_at")
    session().flush()
    return revision


def _with(post: Post, number: int) -> Revision:
    query = select(Revision).where(Revision.post_id == post.id, Revision.number == number)
    # A plain read would see what was when the request began (MariaDB's REPEATABLE READ).
    newest = query.with_for_update(read=True).execution_options(populate_existing=True)
    return session().scalars(newest).one()


def _show(post: Post, revision: Revision, written: Written, now: datetime) -> Revision:
    if post.state == PostState.PUBLISHED:
        settle_pictures(post)
    else:
        put_before_readers(post, written, revision.number, now)
    return revision


def _is_of(post: Post, number: int, base: int, sitting: str) -> bool:
    """Whether this page has saved that itself, and did not hear of it: it goes on from there."""
    head = _with(post, number)
    return bool(sitting) and (head.sitting, head.base) == (sitting, base)


def _the_row(post: Post) -> int:
    """The revision that holds what the row said before, which pages know as number 0."""
    return 1 if _with(post, 1).sitting == THE_ROW else 0


def _kept_before(post: Post, written: Written, base: int, sitting: str) -> Revision | None:
    """The same, if it came before: who sees that two differ may send it once more."""
    query = select(Revision).where(
        Revision.post_id == post.id, Revision.kind == RevisionKind.KEPT,
        Revision.sitting == sitting, Revision.base == base,
    )  # fmt: skip
    found = session().scalars(query.order_by(Revision.number.desc()).limit(1)).one_or_none()
    if found is None or not sitting:
        return None
    return found if present(post.blog, written_from(found.content)) == written else None
