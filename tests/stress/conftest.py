"""Databases that a site in another process writes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from flask_newsblog.models import Base

from ..conftest import SERVERS, skip_or_fail
from ..hosts import empty_tables


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def shared_database(
    request: pytest.FixtureRequest, server_database: Callable[[str], str], tmp_path: Path
) -> Iterator[tuple[str, sa.Engine]]:
    """A database with our tables, empty, that several processes may use: its URI and an engine."""
    kind = request.param
    if kind != "sqlite" and not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    uri = f"sqlite:///{tmp_path}/blog.sqlite" if kind == "sqlite" else server_database(kind)
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    empty_tables(engine)
    yield uri, engine
    engine.dispose()
