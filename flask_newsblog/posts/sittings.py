"""The open pages on a story: what they send by themselves, and who is behind them.

What a page sends by itself goes into the story's history alone, never before the readers and
never into what is saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import mysql, postgresql, sqlite

from ..database import session
from ..media.placing import use_pictures
from ..models import Editing, Post, Revision, RevisionKind, length_of
from ..people import Person
from . import revisions
from .present import present
from .written import Written, written_from

# After so long a page's next words get a number of their own, so that there is a way back.
A_STRETCH = timedelta(minutes=10)
# Who was not heard of for so long is no longer in the story.
IN_IT = timedelta(seconds=60)
# Kept in a revision's content, beside the words: how often the page had sent, and since when.
_TURN, _SINCE = "_turn", "_since"
_FEW = 4
_NAME = length_of(Editing.person_name)


@dataclass(frozen=True)
class Sent:
    """What is kept of what a page sent by itself: since when, and as which revision."""

    saved_at: datetime
    number: int


def keep_unsaved(
    post: Post, written: Written, person: Person, now: datetime, *,
    base: int, sitting: str, turn: int,
) -> Sent:  # fmt: skip
    """Keep what a page sends by itself, in the place of what it sent before.

    A ``turn`` that is older than what is there, sent again or late, changes nothing.
    """
    number, saved = revisions.head_of(post, now)
    last = _last_of(post, person, sitting)
    if last is not None and _turn(last) > turn:
        return Sent(last.saved_at, last.number)
    if last is None and saved == written and number:
        return Sent(now, number)
    content = written.content | {_TURN: turn, _SINCE: now.isoformat()}
    if last is None or now - _since(last) >= A_STRETCH:
        kind = RevisionKind.AUTO
        if _is_settled(post, base, sitting, turn):
            kind = RevisionKind.KEPT  # on its way while the page was saved
        last = revisions.keep(post, written, person, now, kind=kind, base=base, sitting=sitting)
    else:
        content[_SINCE] = last.content[_SINCE]
    last.content, last.base, last.saved_at = content, base, now
    use_pictures(post, written)
    session().flush()
    return Sent(now, last.number)


def note_turn(saved: revisions.Saved, sitting: str, turn: int) -> None:
    """Note how often a page had sent its words when it saved these."""
    revision = saved.revision
    if sitting and turn and revision.sitting == sitting:
        revision.content = revision.content | {_TURN: turn}
        session().flush()


def unsaved_of(post: Post, person: Person) -> Revision | None:
    """The newest words of this person in this story that they have not saved, if it says else."""
    query = select(Revision).where(
        Revision.post_id == post.id, Revision.kind == RevisionKind.AUTO,
        Revision.person_id == person.id,
    )  # fmt: skip
    rows = session().scalars(query.order_by(Revision.number.desc()).limit(_FEW)).all()
    if not rows:
        return None
    # Two that one page sent at once may have been numbered the other way round.
    found = max((r for r in rows if r.sitting == rows[0].sitting), key=_turn)
    sent = present(post.blog, written_from(found.content))
    return None if sent == revisions.saved_in(post)[1] else found


def unsaved_with(post: Post, person: Person, number: int) -> Revision | None:
    """Words of this person that they have not saved, by their number."""
    if number > post.last_revision:
        return None
    query = select(Revision).where(
        Revision.post_id == post.id, Revision.number == number,
        Revision.kind == RevisionKind.AUTO, Revision.person_id == person.id,
    )  # fmt: skip
    return session().scalars(query).one_or_none()


def drop_unsaved(post: Post, person: Person, number: int) -> None:
    """Offer these words no longer, nor what came before them; they stay in the history."""
    own = select(Revision.id).where(
        Revision.post_id == post.id, Revision.kind == RevisionKind.AUTO,
        Revision.person_id == person.id, Revision.number <= min(number, post.last_revision),
    )  # fmt: skip
    revisions.settle_all(own, RevisionKind.DROPPED)


def saved_since(post: Post, base: int, sitting: str) -> Revision | None:
    """What another page saved since this one was opened."""
    if base >= post.saved_revision:
        return None
    query = select(Revision).where(
        Revision.post_id == post.id, Revision.number == post.saved_revision,
        Revision.number > base, Revision.sitting != sitting, Revision.sitting != "row",
    )  # fmt: skip
    return session().scalars(query).one_or_none()


def touch(post: Post, person: Person, now: datetime, sitting: str) -> None:
    """This page is open, and its writer is in the story."""
    # First the story, as whoever saves does, or the two might wait for each other.
    revisions.lock_story(post.id)
    values: dict[str, Any] = {
        "person_id": person.id, "person_name": person.name[:_NAME], "seen_at": now,
    }  # fmt: skip
    dialect = session().get_bind(Editing).dialect.name
    statement: Any
    # In one statement, or two that come at once would both find no row.
    if dialect in ("mysql", "mariadb"):
        made = mysql.insert(Editing).values(post_id=post.id, sitting=sitting, **values)
        statement = made.on_duplicate_key_update(values)
    else:
        insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
        made = insert(Editing).values(post_id=post.id, sitting=sitting, **values)
        statement = made.on_conflict_do_update(index_elements=["post_id", "sitting"], set_=values)
    session().execute(statement)


def leave(post: Post, sitting: str) -> None:
    """This page was closed."""
    gone = delete(Editing).where(Editing.post_id == post.id, Editing.sitting == sitting)
    session().execute(gone.execution_options(synchronize_session=False))


def others_in(post: Post, person: Person, now: datetime) -> Sequence[str]:
    """The names of the others who have the story open at the moment."""
    query = select(Editing.person_id, Editing.person_name).where(
        Editing.post_id == post.id, Editing.seen_at > now - IN_IT, Editing.person_id != person.id
    )
    rows = session().execute(query.order_by(Editing.person_name, Editing.person_id)).all()
    return list({row.person_id: row.person_name for row in rows}.values())


def forget_sittings(now: datetime) -> int:
    """Remove who is no longer in a story, and say how many there were."""
    old = delete(Editing).where(Editing.seen_at < now - IN_IT)
    done = session().execute(old.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _last_of(post: Post, person: Person, sitting: str) -> Revision | None:
    query = select(Revision.id).where(
        Revision.post_id == post.id, Revision.kind == RevisionKind.AUTO,
        Revision.sitting == sitting, Revision.person_id == person.id,
    )  # fmt: skip
    number = session().scalar(query.order_by(Revision.number.desc()).limit(1))
    if number is None:
        return None
    # Read anew, as it is now, and not when the request began (MariaDB's REPEATABLE READ).
    return session().get(Revision, number, with_for_update=True, populate_existing=True)


def _turn(revision: Revision) -> int:
    return int(revision.content.get(_TURN, 0))


def _since(revision: Revision) -> datetime:
    return datetime.fromisoformat(revision.content[_SINCE])


def _is_settled(post: Post, base: int, sitting: str, turn: int) -> bool:
    """Whether this page has saved what it wrote from this revision on, at this turn or a later one.

    One that has not heard that it was saved writes on from where it was.
    """
    query = select(Revision).where(
        Revision.post_id == post.id, Revision.sitting == sitting, Revision.base >= base,
        Revision.kind.in_((RevisionKind.SAVED, RevisionKind.KEPT)),
    )  # fmt: skip
    last = session().scalars(query.order_by(Revision.number.desc()).limit(1)).one_or_none()
    if last is None:
        return False
    # A form that was sent without the script has no turn.
    return turn <= _turn(last) if _TURN in last.content else last.base == base
