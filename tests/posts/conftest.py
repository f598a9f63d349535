"""A blog at a given moment, shared by the tests of a process and emptied before each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ..hosts import MEMORY, Clock, Host, empty_tables, open_host, two_blogs

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared_clock() -> Clock:
    return Clock(NOON)


@pytest.fixture(scope="session")
def shared_host(shared_clock: Clock) -> Iterator[Host]:
    host = open_host(two_blogs, MEMORY, given={"clock": shared_clock})
    yield host
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].session.remove()
        host.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def clock(shared_clock: Clock) -> Clock:
    """The clock of the blog ``noon``; it stands at noon of a day in May."""
    shared_clock.moment = NOON
    return shared_clock


@pytest.fixture
def noon(shared_host: Host, clock: Clock) -> Host:
    """An empty blog on SQLite at noon, with another beside it; for tests that are many."""
    with shared_host.app.app_context():
        empty_tables(shared_host.app.extensions["sqlalchemy"].engine)
    return shared_host
