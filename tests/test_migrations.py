"""A host with Flask-Migrate: its migrations know our tables, and then find nothing more to do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import alembic.command
import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from flask_newsblog.database import Base
from flask_newsblog.models import Post, Revision

from .conftest import SERVERS, skip_or_fail
from .hosts import blog, path_of, write_story

# Flask-Migrate's own env.py looks for the engine by an old name first.
pytestmark = pytest.mark.filterwarnings("ignore:'get_engine' is deprecated:DeprecationWarning")

CONVENTION = {
    "ix": "ix_host_%(column_0_label)s",
    "uq": "uq_host_%(table_name)s_%(column_0_name)s",
    "ck": "ck_host_%(table_name)s_%(constraint_name)s",
    "fk": "fk_host_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_host_%(table_name)s",
}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """A database of this run's own without a single table."""
    kind = request.param
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'host.sqlite'}"
        return
    if not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    base = sa.make_url(SERVERS[kind])
    url = base.set(database=f"{base.database}_migrations_{worker_id}")
    admin = sa.create_engine(base, isolation_level="AUTOCOMMIT")
    force = " WITH (FORCE)" if kind == "postgresql" else ""
    charset = " CHARACTER SET utf8mb4" if kind == "mariadb" else ""
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {url.database}{force}"))
        connection.execute(sa.text(f"CREATE DATABASE {url.database}{charset}"))
    yield url.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {url.database}{force}"))
    admin.dispose()


@pytest.fixture
def make_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Flask]]:
    """Makes a host with a table of its own and Flask-Migrate, set up before the blog or after."""
    # The env.py of Flask-Migrate would silence the loggers of all other tests.
    monkeypatch.setattr("logging.config.fileConfig", lambda *given, **more: None)
    engines: list[sa.Engine] = []

    def make(uri: str, *, convention: bool = False, migrate_first: bool = False) -> Flask:
        app = Flask("host")
        app.config.update(SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY="a secret for tests")
        metadata = sa.MetaData(naming_convention=CONVENTION if convention else None)
        db = SQLAlchemy(app, metadata=metadata)
        db.Table("harbour_user", sa.Column("id", sa.Integer, primary_key=True))
        if migrate_first:
            Migrate(app, db)
        app.register_blueprint(blog(), url_prefix="/news")
        if not migrate_first:
            Migrate(app, db)
        with app.app_context():
            engines.append(db.engine)
        return app

    yield make
    for engine in engines:
        engine.dispose()


def migrate(app: Flask, folder: Path) -> Path:
    """``flask db init``, ``migrate`` and ``upgrade``; the file that was written."""
    with app.app_context():
        flask_migrate.init(str(folder))
        flask_migrate.migrate(str(folder), message="news")
        flask_migrate.upgrade(str(folder))
        app.extensions["sqlalchemy"].session.remove()
    (written,) = (folder / "versions").glob("*.py")
    return written


def check(app: Flask, folder: Path) -> str:
    """What ``flask db check`` says."""
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config(folder)
        config.stdout = StringIO()
        alembic.command.check(config)
    said: str = config.stdout.getvalue()
    return said


@pytest.mark.parametrize("convention", [False, True], ids=["plain names", "naming convention"])
def test_a_hosts_migrations_are_complete(
    empty_database: str,
    make_host: Callable[..., Flask],
    tmp_path: Path,
    convention: bool,
) -> None:
    app, folder = make_host(empty_database, convention=convention), tmp_path / "migrations"
    written = migrate(app, folder)
    again = make_host(empty_database, convention=convention)
    assert "No new upgrade operations detected." in check(again, folder)
    assert imports_of(written) == {"alembic", "sqlalchemy", "sqlalchemy.dialects"} or (
        imports_of(written) == {"alembic", "sqlalchemy"}
    )
    assert "harbour_user" in written.read_text(encoding="utf-8")
    post = write_story(app, section=("Harbour",), tags=("Boats",), authors=("Ann",))
    assert app.test_client().get("/news" + path_of(post)).status_code == 200


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_flask_migrate_may_be_set_up_before_the_blog(
    make_host: Callable[..., Flask], tmp_path: Path
) -> None:
    uri, folder = f"sqlite:///{tmp_path / 'host.sqlite'}", tmp_path / "migrations"
    migrate(make_host(uri, migrate_first=True), folder)
    assert "No new upgrade" in check(make_host(uri, migrate_first=True), folder)


def test_a_downgrade_leaves_nothing_of_ours(
    make_host: Callable[..., Flask], tmp_path: Path
) -> None:
    # On MariaDB Alembic drops an index before the foreign key that needs it, whosever they are.
    uri, folder = f"sqlite:///{tmp_path / 'host.sqlite'}", tmp_path / "migrations"
    app = make_host(uri)
    migrate(app, folder)
    with app.app_context():
        flask_migrate.downgrade(str(folder), revision="base")
        left = sa.inspect(app.extensions["sqlalchemy"].engine).get_table_names()
    assert left == ["alembic_version"]


def test_tables_made_by_our_command_need_no_migration(
    make_host: Callable[..., Flask], empty_database: str, tmp_path: Path
) -> None:
    app, folder = make_host(empty_database), tmp_path / "migrations"
    assert app.test_cli_runner().invoke(args=["newsblog", "create-tables"]).exit_code == 0
    with app.app_context():
        flask_migrate.init(str(folder))
        flask_migrate.migrate(str(folder))
    (written,) = (folder / "versions").glob("*.py")
    assert "newsblog_" not in written.read_text(encoding="utf-8")


def names_of(metadata: sa.MetaData) -> dict[str, set[str | None]]:
    return {
        table.name: {part.name for part in (*table.constraints, *table.indexes)}
        for table in metadata.sorted_tables
        if table.name.startswith("newsblog_")
    }


def test_every_index_and_constraint_has_a_name_of_its_own() -> None:
    names = names_of(Base.metadata)
    assert names
    flat = [name for table in names.values() for name in table]
    assert None not in flat
    assert len(flat) == len(set(flat))
    for table, own in names.items():
        for name in own:
            assert isinstance(name, str)
            # PostgreSQL cuts names at 63 bytes.
            assert len(name) <= 63
            assert name.split("_")[0] in {"pk", "fk", "uq", "ck", "ix"}, name
            assert table.removeprefix("newsblog_") in name, name


def test_a_hosts_naming_convention_renames_nothing_of_ours(
    make_host: Callable[..., Flask],
) -> None:
    app = make_host("sqlite://", convention=True)
    assert names_of(app.extensions["sqlalchemy"].metadata) == names_of(Base.metadata)


def test_two_apps_may_copy_the_tables_and_one_twice() -> None:
    for _ in range(2):
        app = Flask("host")
        app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://", SECRET_KEY="a secret for tests")
        db = SQLAlchemy(app)
        for name in ("news", "sports"):
            app.register_blueprint(blog(name), url_prefix=f"/{name}")
        assert set(db.metadata.tables) == set(Base.metadata.tables)


def test_a_copy_says_what_the_original_says(make_host: Callable[..., Flask]) -> None:
    def described(metadata: sa.MetaData) -> dict[str, Any]:
        return {
            table.name: {
                "columns": [(c.name, c.nullable, c.primary_key) for c in table.columns],
                "keys": {
                    (fk.parent.name, fk.target_fullname, fk.ondelete) for fk in table.foreign_keys
                },
            }
            for table in metadata.sorted_tables
            if table.name.startswith("newsblog_")
        }

    app = make_host("sqlite://")
    assert described(app.extensions["sqlalchemy"].metadata) == described(Base.metadata)


# What version 0.1 added to tables that were there when its newsroom was built.
LATER_TABLES = {
    "audit", "banner", "desk_note", "editing", "front_slot", "media_use", "pending_update",
    "preview_link",
}  # fmt: skip
LATER_COLUMNS = {
    "newsblog_media": {"digest", "person_id", "person_name"},
    "newsblog_post": {
        "discarded_at", "embargo_people", "last_revision", "planned_at", "saved_revision",
        "shown_revision", "withdrawal",
    },
    "newsblog_revision": {"base", "kind", "shown_at", "sitting"},
}  # fmt: skip


def older_schema(metadata: sa.MetaData) -> sa.MetaData:
    """The tables as they were before the newsroom."""
    older = sa.MetaData()
    for table in metadata.sorted_tables:
        if table.name.removeprefix("newsblog_") in LATER_TABLES:
            continue
        later = LATER_COLUMNS.get(table.name, set())
        if not later:
            table.to_metadata(older)
            continue
        columns = [
            sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable)
            for c in table.columns
            if c.name not in later
        ]
        keys = [
            sa.ForeignKeyConstraint(
                key.column_keys,
                [part.target_fullname for part in key.elements],
                name=key.name,
                ondelete=key.ondelete,
            )
            for key in table.foreign_key_constraints
        ]
        unique = [
            sa.UniqueConstraint(*part.columns.keys(), name=part.name)
            for part in table.constraints
            if isinstance(part, sa.UniqueConstraint)
        ]
        copy = sa.Table(table.name, older, *columns, *keys, *unique)
        for index in table.indexes:
            names = index.columns.keys()
            if not later & set(names):
                sa.Index(index.name, *(copy.c[name] for name in names), unique=index.unique)
    return older


def fill(app: Flask, tables: dict[str, sa.Table]) -> None:
    """A story with a picture and a revision, as an older version stored them."""
    at = datetime(2025, 3, 1, 12, tzinfo=UTC)
    rows: list[tuple[str, dict[str, Any]]] = [
        ("media", {"key": "pier.webp", "content_type": "image/webp", "variants": "[]"}),
        ("post", {"slug": "pier", "title": "The pier", "state": "published", "lead_image_id": 1}),
        ("revision", {"post_id": 1, "number": 1, "content": "{}"}),
    ]
    with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
        for name, given in rows:
            table = tables["newsblog_" + name]
            values = {c.name: value_for(c, at) for c in table.columns if not c.nullable}
            values |= {"id": 1} | given
            if "published_at" in table.columns:
                values["published_at"] = at
            connection.execute(table.insert().values(values))


def value_for(column: sa.Column[Any], at: datetime) -> Any:
    if column.name == "blog":
        return "news"
    kinds: dict[type[Any], Any] = {datetime: at, str: "", int: 0, float: 0.5, bool: True}
    return kinds[column.type.python_type]


def test_a_site_with_stories_takes_the_newsrooms_columns(
    empty_database: str, make_host: Callable[..., Flask], tmp_path: Path
) -> None:
    app, folder = make_host(empty_database), tmp_path / "migrations"
    older = older_schema(app.extensions["sqlalchemy"].metadata)
    with app.app_context():
        older.create_all(app.extensions["sqlalchemy"].engine)
    fill(app, dict(older.tables))
    told = app.test_cli_runner().invoke(args=["newsblog", "check"])
    assert told.exit_code == 1
    assert "newsblog_front_slot" in told.output
    migrate(app, folder)
    again = make_host(empty_database)
    assert "No new upgrade operations detected." in check(again, folder)
    told = again.test_cli_runner().invoke(args=["newsblog", "check"])
    assert "good    tables" in told.output
    assert again.test_client().get("/news/2025/03/01/pier/").status_code == 200
    with again.app_context():
        session = again.extensions["sqlalchemy"].session
        post = session.scalars(sa.select(Post)).one()
        assert (post.saved_revision, post.embargo_people, post.lead_image_id) == (0, [], 1)
        assert session.scalars(sa.select(Revision.kind)).all() == ["saved"]
