"""Sites on databases that many may use at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from example_app.database import db as example_db
from example_app.database import prepare_sqlite
from flask_newsblog.models import Base

from ..conftest import SERVERS, skip_or_fail
from ..hosts import Host, HostApp, blog, empty_tables, open_host, plain

PREPARED, UNPREPARED = "sqlite", "sqlite unprepared"
KINDS = (PREPARED, UNPREPARED, "postgresql", "mariadb")


def like_the_example(uri: str, *, given: dict[str, Any], **config: Any) -> Flask:
    """A host that prepares its SQLite as the example does."""
    app = HostApp("host")
    app.config.update(SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY="a secret", TESTING=True, **config)
    example_db.init_app(app)
    app.register_blueprint(blog(**given), url_prefix="/news")
    prepare_sqlite(app)
    return app


def open_busy(kind: str, folder: Any, server: Callable[[str], str], **kwargs: Any) -> Host:
    """A host on a database of this kind, with empty tables."""
    on_file = kind in (PREPARED, UNPREPARED)
    if not on_file and not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    uri = f"sqlite:///{folder}/blog.sqlite" if on_file else server(kind)
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    empty_tables(engine)
    engine.dispose()
    return open_host(like_the_example if kind == PREPARED else plain, uri, **kwargs)


def close(host: Host) -> None:
    """Let go of the connections of a host."""
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].engine.dispose()


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same moment, each in a thread of its own."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


every_database = pytest.mark.parametrize("kind", KINDS)
