"""The doctor looks at the database: tables, columns, indexes, its settings, its clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from example_app.database import db, prepare_sqlite
from flask_newsblog.database import Base, session, utcnow
from flask_newsblog.doctor.findings import Level

from ..conftest import SERVERS, skip_or_fail
from ..hosts import Host, bare_app, blog, plain
from .patients import findings, only


def engine_of(host: Host) -> sa.Engine:
    with host.app.app_context():
        engine: sa.Engine = host.app.extensions["sqlalchemy"].engine
    return engine


def execute(host: Host, *statements: str) -> None:
    with engine_of(host).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def own(request: pytest.FixtureRequest, open_hosts: Callable[..., Host]) -> Iterator[Any]:
    """Hosts on a database of their own, with our tables made and open to be spoilt."""
    made: list[tuple[sa.Engine, str]] = []

    def make(kind: str, **options: Any) -> Host:
        if kind == "sqlite":
            return open_hosts(plain)
        if not SERVERS[kind]:
            skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
        base = sa.make_url(SERVERS[kind])
        worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
        url = base.set(database=f"{base.database}_{worker}_doctor")
        admin = sa.create_engine(base, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {url.database}"))
            more = options.get("create", "")
            connection.execute(sa.text(f"CREATE DATABASE {url.database} {more}"))
        made.append((admin, str(url.database)))
        url = url.update_query_dict(options.get("query", {}))
        host = open_hosts(plain, url.render_as_string(hide_password=False))
        Base.metadata.create_all(engine_of(host))
        return host

    yield make
    for admin, name in made:
        force = " WITH (FORCE)" if admin.dialect.name == "postgresql" else ""
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}{force}"))
        admin.dispose()


KINDS = ("sqlite", "postgresql", "mariadb")


def test_a_database_with_all_tables_is_well(host: Host) -> None:
    assert findings(host, "tables") == []
    assert findings(host, "clock") == []


@pytest.mark.parametrize("kind", KINDS)
def test_missing_tables_are_named_once(own: Callable[..., Host], kind: str) -> None:
    host = own(kind)
    execute(host, "DROP TABLE newsblog_mail")
    found = only(host, "tables", Level.ERROR, "newsblog_mail")
    assert "1 of " in found.what
    assert "flask newsblog create-tables" in found.remedy
    # The checks that need it have nothing to add.
    assert findings(host, "mail") == []
    assert host.run("check").exit_code == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_named_and_migrations_are_what_helps(
    own: Callable[..., Host], kind: str
) -> None:
    host = own(kind)
    execute(host, "ALTER TABLE newsblog_post DROP COLUMN withdrawal")
    found = only(host, "tables", Level.ERROR, "Columns are missing", "newsblog_post.withdrawal")
    assert "flask db migrate" in found.remedy


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_index_comes_with_the_statement_that_makes_it(
    own: Callable[..., Host], kind: str
) -> None:
    host = own(kind)
    on = " ON newsblog_post" if kind == "mariadb" else ""
    execute(host, f"DROP INDEX ix_newsblog_post_planned{on}")
    found = only(host, "tables", Level.WARNING, "ix_newsblog_post_planned")
    execute(host, found.remedy.partition("by hand: ")[2])
    assert findings(host, "tables") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_unique_constraint_is_an_error(own: Callable[..., Host], kind: str) -> None:
    host = own(kind)
    if kind == "sqlite":
        execute(
            host,
            "DROP TABLE newsblog_redirect",
            "CREATE TABLE newsblog_redirect AS SELECT 1 AS id",
        )
        only(host, "tables", Level.ERROR, "Nothing keeps the database", "uq_newsblog_redirect")
        return
    word = "INDEX" if kind == "mariadb" else "CONSTRAINT"
    execute(host, f"ALTER TABLE newsblog_mail DROP {word} uq_newsblog_mail_key")
    only(host, "tables", Level.ERROR, "Nothing keeps the database", "uq_newsblog_mail_key")


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_missing_foreign_key_and_a_short_column_are_told(
    own: Callable[..., Host], kind: str
) -> None:
    host = own(kind)
    word, change = (
        ("FOREIGN KEY", "MODIFY kicker VARCHAR(10)")
        if kind == "mariadb"
        else ("CONSTRAINT", "ALTER COLUMN kicker TYPE VARCHAR(10)")
    )
    execute(
        host,
        f"ALTER TABLE newsblog_revision DROP {word} fk_newsblog_revision_post_id",
        f"ALTER TABLE newsblog_post {change}",
    )
    only(host, "tables", Level.WARNING, "fk_newsblog_revision_post_id")
    only(host, "tables", Level.ERROR, "newsblog_post.kicker (10 instead of 80)")


def test_a_database_that_does_not_answer_is_the_one_finding(tmp_path: Path) -> None:
    host = Host(plain(f"sqlite:///{tmp_path}/no/such/folder/news.sqlite"))
    found = only(host, "database", Level.ERROR, "The database says: unable to open")
    assert "SQLALCHEMY_DATABASE_URI" in found.remedy
    for other in ("tables", "clock", "mail", "prune", "media"):
        assert findings(host, other) == []
    # What needs no database is looked at all the same.
    assert findings(host, "address")


def test_the_example_has_set_sqlite_up_as_it_should_be(tmp_path: Path) -> None:
    app = Flask("host")
    uri = f"sqlite:///{tmp_path}/news.sqlite"
    app.config.update(SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY="a secret for tests")
    db.init_app(app)
    prepare_sqlite(app)
    app.register_blueprint(blog(), url_prefix="/news")
    with app.app_context():
        db.create_all()
    assert findings(Host(app), "database") == []
    with app.app_context():
        db.engine.dispose()


def on_file(folder: Path, set_up: Callable[[sqlite3.Connection], None]) -> Host:
    app, database = bare_app(f"sqlite:///{folder}/news.sqlite")
    app.register_blueprint(blog(), url_prefix="/news")
    with app.app_context():
        sa.event.listen(database.engine, "connect", lambda connection, _: set_up(connection))
        database.create_all()
    return Host(app)


def test_each_trap_of_sqlite_is_told(tmp_path: Path) -> None:
    host = on_file(tmp_path, lambda connection: None)
    only(host, "database", Level.WARNING, "the mode delete")
    only(host, "database", Level.WARNING, "foreign keys")
    only(host, "database", Level.WARNING, "begins transactions late")
    engine_of(host).dispose()


def test_impatient_writers_and_no_transactions_are_told(tmp_path: Path) -> None:
    def set_up(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA busy_timeout = 100")
        connection.isolation_level = None

    host = on_file(tmp_path, set_up)
    only(host, "database", Level.WARNING, "waits 100 milliseconds")
    only(host, "database", Level.ERROR, "There are no transactions")
    engine_of(host).dispose()


def test_a_database_in_memory_is_told(open_hosts: Callable[..., Host]) -> None:
    only(open_hosts(plain), "database", Level.WARNING, "lives in the memory")


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server_that_is_set_up_well_is_well(own: Callable[..., Host], kind: str) -> None:
    assert findings(own(kind), "database") == []


def test_mariadb_that_cuts_texts_is_an_error(own: Callable[..., Host]) -> None:
    host = own("mariadb", query={"sql_mode": "NO_ENGINE_SUBSTITUTION"})
    found = only(host, "database", Level.ERROR, "sql_mode is not strict")
    assert "STRICT_TRANS_TABLES" in found.remedy


def test_mariadb_without_every_letter_and_without_transactions_is_an_error(
    own: Callable[..., Host],
) -> None:
    host = own("mariadb", query={"charset": "latin1"})
    execute(
        host,
        "ALTER TABLE newsblog_rule CONVERT TO CHARACTER SET latin1",
        "ALTER TABLE newsblog_filter_word ENGINE = MyISAM",
    )
    only(host, "database", Level.ERROR, "The connection speaks latin1")
    only(host, "database", Level.ERROR, "another character set", "newsblog_rule")
    only(host, "database", Level.ERROR, "without transactions", "newsblog_filter_word")


def test_postgresql_without_every_letter_is_an_error(own: Callable[..., Host]) -> None:
    host = own(
        "postgresql",
        create="ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        query={"client_encoding": "latin1"},
    )
    only(host, "database", Level.ERROR, "The database has the encoding LATIN1")
    only(host, "database", Level.ERROR, "The connection has the encoding LATIN1")


def test_a_clock_that_is_off_is_an_error(open_hosts: Callable[..., Host], uri: str) -> None:
    for seconds in (-90, 90):
        host = open_hosts(
            plain, uri, given={"clock": lambda off=seconds: utcnow() + timedelta(seconds=off)}
        )
        only(host, "clock", Level.ERROR, "90 seconds apart")
        with host.app.app_context():
            session().rollback()
