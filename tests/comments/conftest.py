"""Sites with a story to reply to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
import sqlalchemy as sa

from ..conftest import SERVERS, skip_or_fail
from ..hosts import Host, empty_tables, write_story
from .readers import NOON, Site
from .readers import open_site as open_a_site

OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(open_hosts: Callable[..., Host]) -> OpenSite:
    """Opens sites on SQLite, or where told, and closes them at the end."""
    return partial(open_a_site, opener=open_hosts)


@pytest.fixture(scope="session")
def shared_sites() -> Iterator[Callable[[bool], Site]]:
    """Sites that the tests of a process share; to be left as they were but for their rows."""
    opened: dict[bool, Site] = {}

    def find(hold_guests: bool) -> Site:
        if hold_guests not in opened:
            opened[hold_guests] = open_a_site(NEWSBLOG_HOLD_GUESTS=hold_guests)
        site = opened[hold_guests]
        with site.app.app_context():
            empty_tables(site.app.extensions["sqlalchemy"].engine)
        site.clock.moment = NOON
        site.story = write_story(site.app, now=NOON)
        return site

    yield find
    for site in opened.values():
        with site.app.app_context():
            site.app.extensions["sqlalchemy"].session.remove()
            site.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def site(shared_sites: Callable[[bool], Site]) -> Site:
    """A site as it is by default, but that nobody has to wait between two replies."""
    return shared_sites(True)


@pytest.fixture
def lively(shared_sites: Callable[[bool], Site]) -> Site:
    """A site where what guests write is published at once."""
    return shared_sites(False)


@pytest.fixture
def server_site(
    open_site: OpenSite, server_database: Callable[[str], str]
) -> Callable[[str], Site]:
    """A site on each server that there is, opened once for all examples of a test."""
    opened: dict[str, Site] = {}

    def find(kind: str) -> Site:
        if kind not in opened:
            if not SERVERS[kind]:
                skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
            uri = server_database(kind)
            engine = sa.create_engine(uri)
            empty_tables(engine)
            engine.dispose()
            opened[kind] = open_site(uri=uri, NEWSBLOG_HOLD_GUESTS=False)
        return opened[kind]

    return find


@pytest.fixture
def everywhere(open_site: OpenSite, uri: str) -> Site:
    """A site where what guests write is published at once, on each database."""
    return open_site(uri=uri, NEWSBLOG_HOLD_GUESTS=False)
