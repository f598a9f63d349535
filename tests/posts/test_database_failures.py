"""A database that is locked, full, damaged or gone: readers hear of it in a page, and it passes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from flask_newsblog.database import session
from flask_newsblog.models import Base, Post

from ..hosts import TITLE, Host, path_of, plain, write_story

WORDS = "We will be back in a moment"
STORY = "# Another\n\nA text."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bulletin.sqlite"


@pytest.fixture
def on_file(open_hosts: Callable[..., Host], file: Path) -> Host:
    """A blog in a SQLite file, whose patience is short."""
    host = open_hosts(
        plain,
        f"sqlite:///{file}",
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 0.02}},
    )
    assert host.run("create-tables").exit_code == 0
    return host


def engine_of(app: Flask) -> sa.Engine:
    with app.app_context():
        engine: sa.Engine = app.extensions["sqlalchemy"].engine
        return engine


def close_connections(host: Host) -> None:
    """As after a restart: the next request opens the database anew."""
    engine_of(host.app).dispose()


def count_posts(host: Host) -> int:
    with host.app.app_context():
        return session().scalar(select(func.count(Post.id))) or 0


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def says_it_will_be_back(host: Host, path: str) -> None:
    answer = host.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert WORDS in answer.text
    assert f">{TITLE}<" in answer.text
    head = host.open(path, method="HEAD")
    assert (head.status_code, head.data) == (503, b"")


def command_fails(host: Host, *said: str) -> None:
    result = host.run("import-markdown", "-", "--publish", input=STORY)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    for words in said:
        assert words in result.output
    assert "Traceback" not in result.output


def test_a_locked_database_is_a_page_and_a_line_in_the_log(
    on_file: Host, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = path_of(write_story(on_file.app, tags=("Sea",)))
    with locked(file):
        for each in ("/", path, "/tags/sea/", "/nothing/", "/2026/"):
            says_it_will_be_back(on_file, each)
        assert f"No answer to news.post '/news{path}': database is locked." in caplog.messages
        command_fails(on_file, "Error: The database says: database is locked.")
    assert on_file.get(path).status_code == 200
    assert count_posts(on_file) == 1


def test_no_path_writes_a_secret_or_a_line_of_its_own_into_the_log(
    on_file: Host, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with locked(file):
        for path in ("/newsroom/sign-in/a-secret", "/newsroom/sign-in/a-secret/"):
            assert on_file.get(path).status_code == 503
        assert on_file.get("/tags/a%0ACRITICAL%20forged/").status_code == 503
    assert "No answer to news.sign_in: database is locked." in caplog.messages
    assert "secret" not in caplog.text
    assert "/news/tags/a\\nCRITICAL forged/" in caplog.text


def test_a_fault_of_ours_is_not_swallowed_by_the_masthead_of_an_error_page(on_file: Host) -> None:
    def refuse(*statement: Any) -> None:
        raise ProgrammingError("SELECT", {}, Exception("no such column"))

    engine = engine_of(on_file.app)
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        with pytest.raises(ProgrammingError):
            on_file.open("/tags/sea/", method="POST")
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def test_what_needs_no_database_is_there_all_the_same(on_file: Host, file: Path) -> None:
    with locked(file):
        with on_file.get("/assets/newsblog.css") as stylesheet:
            assert stylesheet.status_code == 200
        # The page of a wrong method does without the sections in its masthead.
        assert on_file.open("/tags/sea/", method="POST").status_code == 405


def test_a_missing_file_is_a_page_until_it_is_back(
    on_file: Host, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = path_of(write_story(on_file.app))
    close_connections(on_file)
    away = file.rename(file.with_suffix(".away"))
    says_it_will_be_back(on_file, path)
    assert "Make the tables first: flask newsblog create-tables" in caplog.text
    close_connections(on_file)
    away.rename(file)
    assert on_file.get(path).status_code == 200


def test_a_missing_folder_is_a_page(on_file: Host, file: Path) -> None:
    path = path_of(write_story(on_file.app))
    close_connections(on_file)
    folder = file.parent.rename(file.parent.with_name("away"))
    says_it_will_be_back(on_file, path)
    command_fails(on_file, "unable to open database file")
    folder.rename(file.parent)
    assert on_file.get(path).status_code == 200


@pytest.mark.parametrize("damage", [b"no database at all, but a text" * 99, b"\0" * 5000])
def test_a_damaged_file_is_a_page(on_file: Host, file: Path, damage: bytes) -> None:
    close_connections(on_file)
    file.write_bytes(damage)
    says_it_will_be_back(on_file, "/")
    command_fails(on_file, "Error: The database says: ")


def test_a_full_database_stores_nothing_of_a_story_and_is_read_on(
    on_file: Host, file: Path
) -> None:
    path = path_of(write_story(on_file.app))
    close_connections(on_file)

    def leave_no_room(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # it cannot be less than there are

    event.listen(engine_of(on_file.app), "connect", leave_no_room)
    long = STORY + "A word. " * 5000
    before = _row_counts(on_file)
    result = on_file.run("import-markdown", "-", "--publish", input=long)
    assert result.exit_code == 1
    assert "Error: The database says: database or disk is full." in result.output
    assert _row_counts(on_file) == before
    assert on_file.get(path).status_code == 200
    event.remove(engine_of(on_file.app), "connect", leave_no_room)
    close_connections(on_file)
    assert on_file.run("import-markdown", "-", "--publish", input=long).exit_code == 0


def test_a_file_that_may_only_be_read_is_read_and_not_written(
    on_file: Host, file: Path, open_hosts: Callable[..., Host]
) -> None:
    path = path_of(write_story(on_file.app))
    reader = open_hosts(plain, f"sqlite:///file:{file}?mode=ro&uri=true")
    assert reader.get(path).status_code == 200
    command_fails(reader, "attempt to write a readonly database")


def _row_counts(host: Host) -> list[int]:
    with host.app.app_context():
        tables = Base.metadata.sorted_tables
        return [session().scalar(select(func.count()).select_from(t)) or 0 for t in tables]


@pytest.mark.parametrize(
    "address",
    ["sqlite:////nowhere/at/all.sqlite", "postgresql+psycopg://a@127.0.0.1:1/b?connect_timeout=2",
     "mysql+pymysql://a@127.0.0.1:1/b"],
)  # fmt: skip
def test_a_server_that_is_not_there_is_a_page(
    open_hosts: Callable[..., Host], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    host = open_hosts(plain, address)
    for path in ("/", "/2026/01/01/a/", "/nothing/"):
        says_it_will_be_back(host, path)
    assert "No answer to news.front '/news/': " in caplog.text
    command_fails(host, "Error: The database says: ")
    for command in (["create-tables"], ["sign-in", "Ann"]):
        result = host.run(*command)
        assert result.exit_code == 1
        assert "Error: The database says: " in result.output


def test_a_pool_that_has_no_connection_left_is_a_page(
    open_hosts: Callable[..., Host], file: Path
) -> None:
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.02}
    host = open_hosts(plain, f"sqlite:///{file}", SQLALCHEMY_ENGINE_OPTIONS=options)
    host.run("create-tables")
    with engine_of(host.app).connect():
        says_it_will_be_back(host, "/")
    assert host.get("/").status_code == 200


# SQLite has no server to lose.
on_servers = pytest.mark.parametrize("uri", ["postgresql", "mariadb"], indirect=True)


@contextmanager
def administrator(host: Host) -> Iterator[Callable[[], None]]:
    """Cuts every connection to the host's database but its own."""
    url = engine_of(host.app).url
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    postgresql = engine.dialect.name == "postgresql"
    with engine.connect() as connection:

        def cut() -> None:
            if postgresql:
                connection.execute(
                    sa.text(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
                return
            others = connection.execute(
                sa.text(
                    "SELECT id FROM information_schema.processlist"
                    " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
                )
            )
            for (number,) in others.all():
                connection.execute(sa.text(f"KILL {number}"))

        yield cut
    engine.dispose()


@on_servers
def test_a_connection_that_was_cut_is_a_page_once(host: Host) -> None:
    path = path_of(write_story(host.app))
    assert host.get(path).status_code == 200
    with administrator(host) as cut:
        cut()
        answer = host.get(path)
        assert answer.status_code == 503
        assert WORDS in answer.text
        assert host.get(path).status_code == 200


@on_servers
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_connection_that_is_cut_within_a_page_is_a_page(host: Host, nth: int) -> None:
    path = path_of(write_story(host.app))
    with administrator(host) as cut, cutting_before(host, nth, cut):
        assert host.get(path).status_code == 503
    assert host.get(path).status_code == 200


@on_servers
@pytest.mark.parametrize("table", ["newsblog_post", "newsblog_post_tag", "newsblog_revision"])
def test_a_connection_that_is_cut_within_a_command_leaves_nothing(host: Host, table: str) -> None:
    before = _row_counts(host)
    with (
        administrator(host) as cut,
        cutting_before(host, 1, cut, f"INSERT INTO {table} "),
    ):
        result = host.run(
            "import-markdown", "-", "--publish", input="---\ntags: a, b\n---\n" + STORY
        )
    assert result.exit_code == 1
    assert "Error: The database says: " in result.output
    assert _row_counts(host) == before
    assert host.run("import-markdown", "-", input=STORY).exit_code == 0


@contextmanager
def cutting_before(
    host: Host, nth: int, cut: Callable[[], None], begins: str = ""
) -> Iterator[None]:
    """Cut the connections before the nth statement that begins so."""
    seen = 0

    def look(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal seen
        if statement.startswith(begins):
            seen += 1
            if seen == nth:
                cut()

    engine = engine_of(host.app)
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)
    assert seen >= nth


def test_missing_tables_are_a_page_and_the_log_says_what_to_do(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_of(host.app)
    Base.metadata.drop_all(engine)
    try:
        says_it_will_be_back(host, "/")
        assert "Make the tables first: flask newsblog create-tables" in caplog.text
        command_fails(host, "Make the tables first: flask newsblog create-tables")
    finally:
        Base.metadata.create_all(engine)
    assert host.get("/").status_code == 200


def test_a_fault_of_ours_is_not_blamed_on_the_database(host: Host) -> None:
    @host.app.before_request
    def store_twice() -> None:
        session().execute(
            sa.insert(Post), [{"blog": "news", "slug": "a", "title": "A"} for _ in range(2)]
        )

    with pytest.raises(IntegrityError):
        host.get("/")
