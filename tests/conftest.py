"""What the tests share: databases to run on, hosts to visit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa

from flask_newsblog.models import Base

from .hosts import HOSTS, MEMORY, PREPARED, Host, empty_tables, open_host, plain

SERVERS = {
    "postgresql": os.environ.get("NEWSBLOG_TEST_POSTGRESQL_URI", ""),
    "mariadb": os.environ.get("NEWSBLOG_TEST_MARIADB_URI", ""),
}
# What must be there, such as "chromium,postgresql"; what is not named is skipped when absent.
REQUIRED = frozenset(filter(None, os.environ.get("NEWSBLOG_REQUIRE", "").split(",")))

# How long an example takes says how busy the machine is, and examples may share a host, whose
# tests say what they start from. Where CI is set, as .ci/run does, the examples are the same
# each time: a change is judged by itself, not by luck.
hypothesis.settings.register_profile(
    "newsblog",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.load_profile("newsblog")


def skip_or_fail(what: str, reason: str) -> None:
    """Skip a test for want of something, or fail where that is required."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required by NEWSBLOG_REQUIRE: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server_database(worker_id: str) -> Iterator[Callable[[str], str]]:
    """For a kind of server, the URI of a database of this worker's own, with our tables."""
    made: dict[str, tuple[str, sa.Engine]] = {}

    def make(kind: str) -> str:
        if kind not in made:
            base = sa.make_url(SERVERS[kind])
            url = base.set(database=f"{base.database}_{worker_id}")
            admin = sa.create_engine(base, isolation_level="AUTOCOMMIT")
            charset = " CHARACTER SET utf8mb4" if kind == "mariadb" else ""
            with admin.connect() as connection:
                connection.execute(sa.text(f"DROP DATABASE IF EXISTS {url.database}"))
                connection.execute(sa.text(f"CREATE DATABASE {url.database}{charset}"))
            made[kind] = (url.render_as_string(hide_password=False), admin)
            PREPARED.add(made[kind][0])
            engine = sa.create_engine(url)
            Base.metadata.create_all(engine)
            engine.dispose()
        return made[kind][0]

    yield make
    for uri, admin in made.values():
        with admin.connect() as connection:
            name = sa.make_url(uri).database
            force = " WITH (FORCE)" if admin.dialect.name == "postgresql" else ""
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}{force}"))
        admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def uri(request: pytest.FixtureRequest, server_database: Callable[[str], str]) -> Iterator[str]:
    """A database with our tables, empty: SQLite, and each server that there is."""
    kind = request.param
    if kind == "sqlite":
        yield MEMORY
        return
    if not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    address = server_database(kind)
    engine = sa.create_engine(address)
    empty_tables(engine)
    engine.dispose()
    yield address


@pytest.fixture
def open_hosts() -> Iterator[Callable[..., Host]]:
    """Opens hosts and closes their connections at the end."""
    opened: list[Host] = []

    def make(kind: Callable[..., Any], uri: str = MEMORY, **kwargs: Any) -> Host:
        opened.append(open_host(kind, uri, **kwargs))
        return opened[-1]

    yield make
    for host in opened:
        with host.app.app_context():
            host.app.extensions["sqlalchemy"].session.remove()
            host.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def host(open_hosts: Callable[..., Host], uri: str) -> Host:
    """The plain host, on each database."""
    return open_hosts(plain, uri)


@pytest.fixture(params=HOSTS, ids=lambda make: make.__name__)
def any_host(request: pytest.FixtureRequest, open_hosts: Callable[..., Host]) -> Host:
    """Each way of being a host, on SQLite."""
    return open_hosts(request.param)
