"""Every payload of the collection beside the project, as a reader would send it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..comments.conftest import OpenSite, open_site
from ..comments.test_abuse import oracle, payloads, send_and_read_back

__all__ = ["open_site", "oracle"]  # fixtures

pytestmark = pytest.mark.stress


def test_every_payload_stays_words_on_the_page(
    open_site: OpenSite, oracle: Callable[[str], list[str]]
) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=50)
    taken = send_and_read_back(site, payloads(), oracle)
    assert taken.bodies > 1_500
    assert taken.websites > 30
