"""What the schema stands on: base class, column types for three databases, the host's session."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app, has_app_context
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session
from sqlalchemy.schema import conv
from sqlalchemy.types import TypeDecorator

# What a driver raises when the database is locked, full or gone, and on other occasions.
UNAVAILABLE = (DBAPIError, PoolTimeout)
# What it raises when it is there, and asked for what it cannot do.
_ASKED_WRONGLY = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


class Base(DeclarativeBase):
    """The base of our models, apart from the host's, so that they need no app to be imported."""


class UTCDateTime(TypeDecorator[datetime]):
    """A moment with its zone: aware in, aware UTC out, to the microsecond.

    SQLite and MariaDB hand back naive times, and MariaDB keeps whole seconds
    unless its column says otherwise.
    """

    impl = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        # A statement names the present moment many times, and each is written anew.
        return lru_cache(maxsize=16)(cast(Any, super().bind_processor(dialect)))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime.")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        # Pages read hundreds of moments, and each call within a call counts.
        read = self.impl_instance.result_processor(dialect, coltype)

        def process(value: Any) -> datetime | None:
            if value is None:
                return None
            moment = cast(datetime, value if read is None else read(value))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

        return process


# MariaDB's TEXT ends at 64 KB.
LongText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


class JSONText(TypeDecorator[Any]):
    """A small JSON value in a text column, the same on all three databases."""

    impl = LongText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def exact(length: int) -> sa.String:
    """A string column that compares byte by byte.

    MariaDB's default collation makes ``cafe`` and ``café`` one slug.
    """
    binary = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(binary, "mysql", "mariadb")


# SQLite numbers rows by itself only in a column of type INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


# Eighteen digits fit in a 64-bit column of any of the databases.
LARGEST_ID = 10**18 - 1


def row_number(text: str) -> int | None:
    """The number in an address or form, if a row may have it."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID)):
        return int(text)
    return None


def complaint(error: Exception) -> str:
    """What the database complains of, in its own words, and what to do where we know it."""
    words = _own_words(error)
    if _lacks_tables(words):
        words += ". Make the tables first: flask newsblog create-tables, or your own migrations"
    return f"{words}."


def is_down(error: Exception) -> bool:
    """Whether the database is locked, full, damaged or gone, or has no tables yet."""
    return not isinstance(error, _ASKED_WRONGLY) or _lacks_tables(_own_words(error))


def _own_words(error: Exception) -> str:
    # What SQLAlchemy adds are the statement and its parameters, which may say anything.
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")


def _lacks_tables(words: str) -> bool:
    missing = ("no such table", "does not exist", "doesn't exist")
    return "newsblog_" in words and any(sign in words for sign in missing)


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def session() -> scoped_session[Session]:
    """The host's own session: what we store is stored with it, and a commit commits both."""
    found: scoped_session[Session] = current_app.extensions["sqlalchemy"].session
    return found


def begin_anew() -> None:
    """End the transaction in which something was read, so that the next sees what others left.

    Whatever else the session has is committed with it.
    """
    session().commit()


def on_sqlite(model: type[Any]) -> bool:
    """Whether rows of this kind are in SQLite, which knows no FOR UPDATE."""
    return session().get_bind(model).dialect.name == "sqlite"


def write_nothing(model: Any, *where: Any) -> None:
    """Let nobody else write to SQLite until this transaction is over: a write takes its lock.

    What ``changed_at`` is, it stays.
    """
    change = sa.update(model).where(*where).values({model.changed_at: model.changed_at})
    session().execute(change.execution_options(synchronize_session=False))


def lock_row(model: Any, number: int) -> None:
    """Hold the row with this number until the transaction is over, without reading it."""
    if on_sqlite(model):
        write_nothing(model, model.id == number)
    else:
        session().execute(sa.select(model.id).where(model.id == number).with_for_update())


def hold_row(row: Any) -> bool:
    """Hold a row until the transaction ends, and read it anew; whether it is still there.

    To be called before anything else is read in a transaction: MariaDB shows the rest as it was
    when the first of it was read.

    Args:
        row: one that has ``changed_at``, which stays as it is.
    """
    model: Any = type(row)
    # Not by ``row.id``, which may have to be read first.
    (number,) = sa.inspect(row).identity or (row.id,)
    if on_sqlite(model):
        write_nothing(model, model.id == number)
    query = sa.select(model).where(model.id == number).with_for_update()
    found = session().scalars(query.execution_options(populate_existing=True))
    return found.one_or_none() is not None


def insert_missing(model: type[Any], *unique: Any, **values: Any) -> None:
    """Insert a row where there is none yet with its ``unique`` columns, and else do nothing.

    An error would end the transaction, and with it whatever else is to be stored. Where
    another transaction has inserted such a row and is not over, this waits for it.
    """
    dialect = session().get_bind(model).dialect.name
    statement: Any
    if dialect in ("mysql", "mariadb"):
        # Not INSERT IGNORE, which leaves a shared lock on what was there: two who then write
        # to it wait for each other.
        statement = mysql.insert(model).values(values).on_duplicate_key_update(id=model.id)
    else:
        insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
        statement = insert(model).values(values).on_conflict_do_nothing(index_elements=unique)
    session().execute(statement)


def mend_session() -> None:
    """Make the session usable again after the host's code, which may have broken it.

    What fails while a session writes leaves it refusing everything, whoever caught the error.
    Outside of an app, where checks may be tried, there is none.
    """
    if has_app_context() and not session().is_active:
        session().rollback()


def copy_tables(app: Flask) -> None:
    """Make our tables known to the host's metadata, for ``create_all`` and its migrations.

    Without the copy, the host's next ``flask db migrate`` would drop them. The
    copies speak in SQLAlchemy's own types, so that a migration written from
    them imports nothing of ours. Queries never use them.
    """
    metadata: sa.MetaData = app.extensions["sqlalchemy"].metadata
    for table in Base.metadata.sorted_tables:
        if table.key in metadata.tables:
            continue
        parts: list[sa.Constraint | sa.Index] = [*table.constraints, *table.indexes]
        for part in parts:
            # A name marked so is final; a host's naming convention may rework any other.
            if isinstance(part.name, str):
                part.name = conv(part.name)
        for column in table.to_metadata(metadata).columns:
            if isinstance(column.type, TypeDecorator):
                column.type = column.type.impl_instance
