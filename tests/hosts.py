"""The ways of being a host: each is a small app that mounts the blog, as ``news``.

The core tests run over all of them; what a test says of one must hold for every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_login import LoginManager, UserMixin, login_user
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import event

from flask_newsblog import NewsBlog
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Base, Post
from flask_newsblog.posts import actions

MEMORY = "sqlite://"
TITLE, TAGLINE = "The Harbour Bulletin", "All About The Latest Updates"


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for all the apps of a run; Jinja compares their text."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


class HostApp(Flask):
    """An app as a host has it, started quickly."""

    jinja_options: ClassVar[dict[str, Any]] = {"bytecode_cache": CompiledTemplates()}


@dataclass
class Clock:
    """A clock that a test sets; it starts at the present."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        self.moment += timedelta(**parts)


# Our tables, copied once: to copy forty for each of thousands of hosts takes minutes.
COPIED = sa.MetaData()


def bare_app(
    uri: str = MEMORY, metadata: sa.MetaData | None = None, **config: Any
) -> tuple[Flask, SQLAlchemy]:
    """An app with a database and nothing else."""
    app = HostApp("host")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY="a secret for tests", TESTING=True, **config
    )
    db = SQLAlchemy(metadata=metadata)
    db.init_app(app)
    return app, db


def blog(name: str = "news", **given: Any) -> NewsBlog:
    """A blog with the title and tagline that tests look for."""
    return NewsBlog(name, **{"title": TITLE, "tagline": TAGLINE, **given})


def plain(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """Nothing but the five lines of the quickstart."""
    app, _ = bare_app(uri, COPIED, **config)
    app.register_blueprint(blog(**(given or {})), url_prefix="/news")
    return app


class User(UserMixin):
    """A user of a host with Flask-Login; ``/in`` signs one in."""

    id = "7"


def with_flask_login(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """Flask-Login, which reads the session in every request."""
    app, _ = bare_app(uri, COPIED, **config)
    manager = LoginManager(app)
    manager.user_loader(lambda user_id: User())

    @app.route("/in")
    def sign_in() -> str:
        login_user(User())
        return "in"

    app.register_blueprint(blog(**(given or {})), url_prefix="/news")
    return app


def csrf_before(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """CSRFProtect over the whole app, set up before the blog."""
    app, _ = bare_app(uri, COPIED, **config)
    CSRFProtect(app)
    app.register_blueprint(blog(**(given or {})), url_prefix="/news")
    return app


def csrf_after(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """CSRFProtect over the whole app, set up after the blog."""
    app = plain(uri, given=given, **config)
    CSRFProtect(app)
    return app


def with_flask_babel(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """Flask-Babel, set up after the blog."""
    app = plain(uri, given=given, **config)
    Babel(app, default_locale="en")
    return app


def with_flask_migrate(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """Flask-Migrate, which compares the host's metadata with the database."""
    app, db = bare_app(uri, **config)
    Migrate(app, db)
    app.register_blueprint(blog(**(given or {})), url_prefix="/news")
    return app


def two_blogs(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """A second blog beside the first, whose stories must never be mixed up."""
    app, _ = bare_app(uri, COPIED, **config)
    app.register_blueprint(blog("other", title="The Other One"), url_prefix="/other")
    app.register_blueprint(blog(**(given or {})), url_prefix="/news")
    return app


def second_address(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """One blog at two addresses, of which tests use the first."""
    app, _ = bare_app(uri, COPIED, **config)
    one = blog(**(given or {}))
    app.register_blueprint(one, url_prefix="/news")
    app.register_blueprint(one, url_prefix="/also", name="also")
    return app


def nested(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """The blog inside a blueprint of the host's, under its prefix."""
    app, _ = bare_app(uri, COPIED, **config)
    parent = Blueprint("site", __name__, url_prefix="/site")
    parent.register_blueprint(blog(**(given or {})), url_prefix="/news")
    app.register_blueprint(parent)
    return app


def at_the_root(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """The blog as the whole site."""
    app, _ = bare_app(uri, COPIED, **config)
    app.register_blueprint(blog(**(given or {})))
    return app


def on_a_subdomain(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """The blog on a subdomain of its own."""
    app = HostApp("host", subdomain_matching=True)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY="a secret for tests", TESTING=True,
        SERVER_NAME="town.example", **config,
    )  # fmt: skip
    SQLAlchemy(app, metadata=COPIED)
    app.register_blueprint(blog(**(given or {})), subdomain="news")
    return app


# The prefix of the blog's addresses, the name it is registered under, and the host's name.
WHERE: dict[Callable[..., Flask], tuple[str, str, str]] = {
    nested: ("/site/news", "site.news", "localhost"),
    at_the_root: ("", "news", "localhost"),
    on_a_subdomain: ("", "news", "news.town.example"),
}
HOSTS = (
    plain, with_flask_login, csrf_before, csrf_after, with_flask_babel, with_flask_migrate,
    two_blogs, second_address, nested, at_the_root, on_a_subdomain,
)  # fmt: skip


@dataclass
class Host:
    """A host with its tables made, ready to be visited."""

    app: Flask
    prefix: str = "/news"
    name: str = "news"
    server: str = "localhost"

    def client(self) -> FlaskClient:
        """A new visitor, without cookies."""
        return self.app.test_client()

    def get(self, path: str = "/", **kwargs: Any) -> Any:
        """A page of the blog, for a new visitor."""
        return self.open(path, method="GET", **kwargs)

    def open(self, path: str = "/", client: FlaskClient | None = None, **kwargs: Any) -> Any:
        """An address of the blog by any method, for this visitor or a new one."""
        visitor = client or self.client()
        return visitor.open(self.prefix + path, base_url=f"http://{self.server}", **kwargs)

    def run(self, *args: str, **kwargs: Any) -> Any:
        """A command of the blog: ``host.run("sign-in", "Ann")``."""
        return self.app.test_cli_runner().invoke(args=["newsblog", *args], **kwargs)


def open_host(make: Callable[..., Flask], uri: str, **kwargs: Any) -> Host:
    """A host of this kind on a database whose tables are there and empty."""
    prefix, name, server = WHERE.get(make, ("/news", "news", "localhost"))
    app = make(uri, **kwargs)
    with app.app_context():
        if uri == MEMORY:
            make_tables(app.extensions["sqlalchemy"])
        if uri == MEMORY or uri in PREPARED:
            share_statements(app.extensions["sqlalchemy"].engine)
    return Host(app, prefix, name, server)


# SQL that was put together once serves all hosts on a kind of database: half the time of a
# test would go to doing it again. SQLAlchemy keeps it by dialect, of which each engine has its own,
# and which knows the database it speaks to.
_DIALECTS: dict[str, sa.Dialect] = {}
# Databases on servers that were made for tests, by URI.
PREPARED: set[str] = set()
_COMPILED: dict[Any, Any] = {}


def share_statements(engine: sa.Engine) -> None:
    """Let an engine use what others of its kind have compiled."""
    kind = str(engine.url)
    if kind not in _DIALECTS:
        engine.connect().close()  # so that it knows its server
        _DIALECTS[kind] = engine.dialect
    engine.dialect = _DIALECTS[kind]
    engine.update_execution_options(compiled_cache=_COMPILED)


# For each set of tables the bytes of a database in memory that has them, and no rows.
_EMPTY: dict[tuple[tuple[str, ...], ...], bytes] = {}


def make_tables(db: SQLAlchemy) -> None:
    """Make the tables of a host in memory; what was made once is copied from then on."""
    tables = tuple(sorted((table.name, *table.c.keys()) for table in db.metadata.tables.values()))
    with db.engine.connect() as connection:
        file = connection.connection.driver_connection
        if tables in _EMPTY:
            file.deserialize(_EMPTY[tables])
            return
    db.create_all()
    with db.engine.connect() as connection:
        _EMPTY[tables] = connection.connection.driver_connection.serialize()


def write_story(
    app: Flask,
    title: str = "The ferry is back",
    body: str = "The first paragraph.\n\nThe second paragraph.",
    *,
    blog: str = "news",
    at: datetime | None = None,
    draft: bool = False,
    section: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    authors: tuple[str, ...] = (),
    embargo: datetime | None = None,
    now: datetime | None = None,
    **text: str,
) -> Post:
    """A story in the database, published an hour ago unless said otherwise; detached."""
    now = now or utcnow()
    with app.app_context():
        post = actions.create_post(blog, actions.Text(title=title, body=body, **text), now)
        post.embargo_until = embargo
        actions.set_section(post, section, now)
        actions.set_tags(post, tags, now)
        actions.set_authors(post, authors, now)
        if not draft:
            actions.publish(post, now, at or now - timedelta(hours=1))
        session().commit()
        session().refresh(post)
        session().expunge(post)
        return post


def path_of(post: Post) -> str:
    """The address of a story below the blog's own, by the default permalink, in UTC."""
    assert post.published_at is not None
    return f"/{post.published_at.astimezone(UTC):%Y/%m/%d}/{post.slug}/"


@contextmanager
def change(app: Flask, post: Post) -> Iterator[Post]:
    """A stored story, to be changed by the actions; committed at the end."""
    with app.app_context():
        stored = session().get(Post, post.id)
        assert stored is not None
        yield stored
        session().commit()


@contextmanager
def counted_statements(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def empty_tables(engine: sa.Engine) -> None:
    """Take out every row of ours, children first."""
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name == "newsblog_comment":
                connection.execute(table.update().values(parent_id=None, root_id=None))
            if table.name == "newsblog_section":
                connection.execute(table.update().values(parent_id=None))
            connection.execute(table.delete())
