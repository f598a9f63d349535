"""What a host hears that was set up, but not quite: in a command's answer and in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .hosts import MEMORY, Host, plain

REMEDY = "Make the tables first: flask newsblog create-tables, or your own migrations."


@pytest.fixture
def without_tables() -> Iterator[Host]:
    app = plain(MEMORY)
    yield Host(app)
    with app.app_context():
        app.extensions["sqlalchemy"].session.remove()
        app.extensions["sqlalchemy"].engine.dispose()


def test_a_command_without_tables_says_how_to_make_them(without_tables: Host) -> None:
    result = without_tables.run("import-markdown", "-", input="# A title\n\nWords.\n")
    assert result.exit_code == 1
    assert result.output.strip() == (
        f"Error: The database says: no such table: newsblog_post. {REMEDY}"
    )


def test_a_page_without_tables_says_in_the_log_how_to_make_them(
    without_tables: Host, caplog: pytest.LogCaptureFixture
) -> None:
    assert without_tables.get("/").status_code == 503
    assert caplog.messages[-1].startswith(
        "No answer to news.front '/news/': no such table: newsblog_"
    )
    assert caplog.messages[-1].endswith(REMEDY)


def test_a_sign_in_page_that_is_not_there_opens_nothing_and_is_logged(
    open_hosts: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    host = open_hosts(plain, NEWSBLOG_LOGIN_ENDPOINT="people.sing_in")
    assert host.get("/newsroom/").status_code == 401
    assert caplog.messages == [
        "NEWSBLOG_LOGIN_ENDPOINT is 'people.sing_in', and this app has no such endpoint: strangers"
        " at the newsroom of 'news' get 401. Write the endpoint of your sign-in page."
    ]
