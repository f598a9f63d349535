"""Languages with Babel and without."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from flask_newsblog import i18n


def forget() -> None:
    for kept in (i18n._babel, i18n._locale, i18n._catalogs):
        kept.cache_clear()


@pytest.fixture
def without_babel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where the extra ``i18n`` is not installed."""
    monkeypatch.setitem(sys.modules, "babel", None)
    forget()
    yield
    forget()


@pytest.fixture(params=["with Babel", "without Babel"])
def either_way(request: pytest.FixtureRequest) -> bool:
    """The test runs twice; tells whether Babel is there."""
    if request.param == "without Babel":
        request.getfixturevalue("without_babel")
        return False
    return True
