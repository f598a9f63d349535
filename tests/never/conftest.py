"""What the tests of what must never happen are given; each of it is made elsewhere."""

from __future__ import annotations

from ..comments.conftest import lively, open_site, server_site, shared_sites, site
from ..comments.test_concurrency import busy
from ..mail.conftest import mailing, server

__all__ = [
    "busy", "lively", "mailing", "open_site", "server", "server_site", "shared_sites", "site",
]  # fmt: skip
