"""Sites that send their mail to a server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..comments.readers import Site
from ..comments.readers import open_site as open_a_site
from ..hosts import Host
from .servers import MAIL, Post, mail_server


@pytest.fixture
def server() -> Iterator[Post]:
    """A mail server that takes everything."""
    with mail_server() as post:
        yield post


@pytest.fixture
def mailing(open_hosts: Callable[..., Host], server: Post) -> Callable[..., Site]:
    """Opens sites that send their mail to that server."""

    def make(*args: Any, **config: Any) -> Site:
        here = {"NEWSBLOG_SMTP_HOST": "127.0.0.1", "NEWSBLOG_SMTP_PORT": server.port}
        return open_a_site(*args, opener=open_hosts, **{**here, **MAIL, **config})

    return make


@pytest.fixture
def site(mailing: Callable[..., Site]) -> Site:
    """A site with one story and a moderator."""
    return mailing()
