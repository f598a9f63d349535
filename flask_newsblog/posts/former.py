"""Names that sections, tags and authors had: kept, found again, and changed by one at a time.

Who saves a story shares the names with others who do; who changes a name waits until none of
them has a name in hand, and they wait for it. Both take the names before any story.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeAlias

from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from ..database import begin_anew, insert_missing, on_sqlite, session, write_nothing
from ..models import Author, Byline, FormerName, NameKind, PostTag, Section, Tag, length_of

Named: TypeAlias = Section | Tag | Author

MODELS: dict[NameKind, type[Named]] = {
    NameKind.SECTION: Section, NameKind.TAG: Tag, NameKind.AUTHOR: Author,
}  # fmt: skip
# What ties a tag or author to stories, and the column of it that is theirs.
LINKS: dict[NameKind, tuple[Any, Any]] = {
    NameKind.TAG: (PostTag, PostTag.tag_id), NameKind.AUTHOR: (Byline, Byline.author_id),
}  # fmt: skip
_LONGEST = length_of(FormerName.key)
_THE_ROW = {"blog": "", "kind": "", "key": ""}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# The databases count microseconds, and no two changes of names are to have one moment.
_TICK = timedelta(microseconds=1)


def kind_of(thing: Named) -> NameKind:
    """Which of the three it is."""
    return next(kind for kind, model in MODELS.items() if isinstance(thing, model))


def folded(name: str) -> str:
    """A name as it is compared: capitals make no other name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def key_of(name: str, above: int | None = None, *, within: bool = False) -> str:
    """What a name is kept under; ``within`` the section ``above``, or none."""
    key = f"{above or 0}/{folded(name)}" if within else folded(name)
    if len(key) <= _LONGEST:
        return key
    # A letter may fold to three.
    digest = sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST - len(digest) - 1]}#{digest}"


def key_for(thing: Named) -> str:
    """What the name that a thing has now is kept under."""
    if isinstance(thing, Section):
        return key_of(thing.name, thing.parent_id, within=True)
    return key_of(thing.name)


def share_names() -> None:
    """Let nobody change a name until this transaction is over; others may share them too.

    To be called before anything else is read or held in a transaction.
    """
    dialect = session().get_bind(FormerName).dialect.name
    if dialect == "sqlite":
        # One writes at a time, and whoever saves a story begins by writing.
        return
    query = select(FormerName.id).filter_by(**_THE_ROW).with_for_update(read=True)
    if session().scalar(query) is None and dialect == "postgresql":
        # MariaDB has locked the place where it will be, which is as good.
        _make_the_row()
        session().scalar(query)


def hold_names(now: datetime) -> datetime:
    """Let one at a time change names, and none while a story is saved.

    What was read so far is over: the transaction that this holds the names in begins here, and
    whatever the session had is committed. Returns the moment of the change, which is later than
    that of any before.
    """
    begin_anew()
    if on_sqlite(FormerName):
        _make_the_row()
        write_nothing(FormerName, *(getattr(FormerName, k) == v for k, v in _THE_ROW.items()))
    query = select(FormerName).filter_by(**_THE_ROW).with_for_update()
    query = query.execution_options(populate_existing=True)
    row = session().scalars(query).one_or_none()
    if row is None:
        # Once, and apart: who waits to insert holds a row of their own meanwhile, and on MariaDB
        # whoever they wait for may come upon it.
        begin_anew()
        try:
            _make_the_row()
            begin_anew()
        except OperationalError:
            # Two who insert it at the same moment may be a deadlock on MariaDB, which lets one.
            session().rollback()
        row = session().scalars(query).one()
    row.changed_at = max(now, row.changed_at + _TICK)
    session().flush()
    return row.changed_at


def names_known() -> str:
    """Up to which change of a name a page knows them, as its form keeps it. One statement."""
    moment = session().scalar(select(FormerName.changed_at).filter_by(**_THE_ROW))
    return (moment or _NEVER).isoformat()


def known_until(text: str | None) -> datetime:
    """What :func:`names_known` said; a page that does not tell knows of no change."""
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo is not None else _NEVER
    except (ValueError, OverflowError):
        return _NEVER


def bearer_of(blog: str, kind: NameKind, key: str) -> int | None:
    """Whose former name this is, by number; None of nobody, or of one that was deleted."""
    query = select(FormerName.thing_id).filter_by(blog=blog, kind=kind, key=key)
    return session().scalar(query)


def note_name(blog: str, kind: NameKind, key: str, thing_id: int | None, moment: datetime) -> None:
    """Note whose a name is, or that its bearer was deleted. The names are held."""
    found = select(FormerName).where(
        FormerName.blog == blog, FormerName.kind == kind, FormerName.key == key
    )
    row = session().scalars(found).one_or_none() or FormerName(blog=blog, kind=kind, key=key)
    row.thing_id, row.changed_at = thing_id, moment
    session().add(row)
    session().flush()


def forget_names(blog: str, kind: NameKind, keys: Iterable[str]) -> None:
    """Let these names be no former ones: somebody means something new by them."""
    query = select(FormerName.id).where(
        FormerName.blog == blog, FormerName.kind == kind, FormerName.key.in_(list(keys))
    )
    # By number, for MariaDB would lock the places of those that are not there.
    ids = session().scalars(query).all()
    if ids:
        gone = delete(FormerName).where(FormerName.id.in_(ids))
        session().execute(gone.execution_options(synchronize_session="fetch"))


def hand_over(blog: str, kind: NameKind, source: int, target: int | None, moment: datetime) -> None:
    """Let all former names of one thing be those of another, or of none. The names are held."""
    change = (
        update(FormerName)
        .where(FormerName.blog == blog, FormerName.kind == kind, FormerName.thing_id == source)
        .values(thing_id=target, changed_at=moment)
    )
    session().execute(change.execution_options(synchronize_session="fetch"))


def _make_the_row() -> None:
    insert_missing(FormerName, "blog", "kind", "key", **_THE_ROW, changed_at=_NEVER)
