"""What each database has to be told before a newspaper can rely on it, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .findings import Finding, Level, named
from .schema import connection

NAME, CLOCK = "database", "clock"
_SKEW = timedelta(seconds=2)
_PATIENCE_MS = 5_000
_SQLITE = "docs/operating.md has the lines to write into your app, under SQLite"
_NOW = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp()",
    "mysql": "SELECT utc_timestamp(6)",
    "mariadb": "SELECT utc_timestamp(6)",
}


def check_dialect() -> Iterator[Finding]:
    """The traps of the database that the site is on."""
    asked = connection()
    looks: dict[str, Callable[[sa.Connection], Iterator[Finding]]] = {
        "sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mariadb, "mariadb": _mariadb,
    }  # fmt: skip
    look = looks.get(asked.dialect.name)
    if look is None:
        yield Finding(
            Level.WARNING,
            NAME,
            f"The site is on {asked.dialect.name}, on which nobody tries it.",
            "Use SQLite, PostgreSQL or MariaDB.",
        )
    else:
        yield from look(asked)


def check_clock(now: Callable[[], datetime]) -> Iterator[Finding]:
    """Whether the database and this process agree on what time it is."""
    asked = connection()
    statement = _NOW.get(asked.dialect.name)
    if statement is None:
        return
    before = now()
    told = asked.exec_driver_sql(statement).scalar_one()
    after = now()
    theirs = datetime.fromisoformat(told) if isinstance(told, str) else told
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    skew = max(before - theirs, theirs - after)
    if skew > _SKEW:
        yield Finding(
            Level.ERROR,
            CLOCK,
            f"The clock of the database and that of this process are"
            f" {skew.total_seconds():.0f} seconds apart: stories come too early or too late.",
            "Let both machines set their clocks by NTP.",
        )


def _value(asked: sa.Connection, statement: str) -> Any:
    return asked.exec_driver_sql(statement).scalar()


def _sqlite(asked: sa.Connection) -> Iterator[Finding]:
    journal = str(_value(asked, "PRAGMA journal_mode")).lower()
    if journal == "memory":
        yield Finding(
            Level.WARNING,
            NAME,
            "The database lives in the memory of this process and ends with it.",
            "Name a file in SQLALCHEMY_DATABASE_URI, such as sqlite:///news.sqlite.",
        )
    elif journal != "wal":
        yield Finding(
            Level.WARNING,
            NAME,
            f"SQLite keeps its journal in the mode {journal}: nobody can read while somebody"
            " writes.",
            f"Set PRAGMA journal_mode = WAL; {_SQLITE}.",
        )
    patience = int(_value(asked, "PRAGMA busy_timeout"))
    if patience < _PATIENCE_MS:
        yield Finding(
            Level.WARNING,
            NAME,
            f"Who wants to write waits {patience} milliseconds for others, and is then refused.",
            f"Set PRAGMA busy_timeout = 10000; {_SQLITE}.",
        )
    if not _value(asked, "PRAGMA foreign_keys"):
        yield Finding(
            Level.WARNING,
            NAME,
            "SQLite does not watch over foreign keys, so what belonged to a removed row stays.",
            f"Set PRAGMA foreign_keys = ON; {_SQLITE}.",
        )
    yield from _sqlite_transactions(asked.connection.driver_connection)


def _sqlite_transactions(driver: Any) -> Iterator[Finding]:
    if driver.isolation_level is not None:
        yield Finding(
            Level.WARNING,
            NAME,
            "Python's driver for SQLite begins transactions late and by itself, so two who write"
            " at once may be told that the database is locked.",
            f"Begin them with BEGIN IMMEDIATE; {_SQLITE}.",
        )
    elif not driver.in_transaction:
        yield Finding(
            Level.ERROR,
            NAME,
            "There are no transactions: each statement is stored for itself, and what fails"
            " halfway stays half done.",
            f"Begin them with BEGIN IMMEDIATE; {_SQLITE}.",
        )


def _postgresql(asked: sa.Connection) -> Iterator[Finding]:
    for whose, statement in (
        ("The database", "SHOW server_encoding"),
        ("The connection", "SHOW client_encoding"),
    ):
        encoding = _value(asked, statement)
        if encoding != "UTF8":
            yield Finding(
                Level.ERROR,
                NAME,
                f"{whose} has the encoding {encoding}, which does not have every letter.",
                "Make the database anew with ENCODING 'UTF8' and bring the tables over with"
                " pg_dump."
                if whose == "The database"
                else "Take client_encoding out of the connection, or set it to utf8.",
            )


def _mariadb(asked: sa.Connection) -> Iterator[Finding]:
    modes = str(_value(asked, "SELECT @@SESSION.sql_mode")).split(",")
    if not {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"} & set(modes):
        yield Finding(
            Level.ERROR,
            NAME,
            "The sql_mode is not strict: a text that is too long is cut without a word.",
            "Add STRICT_TRANS_TABLES to sql_mode, in the server's config.",
        )
    spoken = _value(asked, "SELECT @@character_set_connection")
    if spoken != "utf8mb4":
        yield Finding(
            Level.ERROR,
            NAME,
            f"The connection speaks {spoken}, which does not have every letter.",
            "Add ?charset=utf8mb4 to SQLALCHEMY_DATABASE_URI.",
        )
    yield from _mariadb_tables(asked)


def _mariadb_tables(asked: sa.Connection) -> Iterator[Finding]:
    rows = asked.exec_driver_sql(
        "SELECT table_name, engine, table_collation FROM information_schema.tables"
        " WHERE table_schema = database() AND substr(table_name, 1, 9) = 'newsblog_'"
        " ORDER BY table_name"
    ).all()
    letters = [name for name, _, collation in rows if not str(collation).startswith("utf8mb4")]
    if letters:
        yield Finding(
            Level.ERROR,
            NAME,
            f"Tables have another character set than utf8mb4: {named(letters)}.",
            f"For each: ALTER TABLE {letters[0]} CONVERT TO CHARACTER SET utf8mb4; columns that"
            " are compared byte by byte need COLLATE utf8mb4_bin again afterwards.",
        )
    engines = [name for name, engine, _ in rows if str(engine).lower() != "innodb"]
    if engines:
        yield Finding(
            Level.ERROR,
            NAME,
            f"Tables without transactions: {named(engines)}.",
            f"For each: ALTER TABLE {engines[0]} ENGINE = InnoDB.",
        )
