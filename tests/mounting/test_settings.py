"""Where a setting comes from: deployment beats code, one blog's own beats all blogs'."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from flask_newsblog import NewsBlog, Settings
from flask_newsblog.settings import RESERVED
from flask_newsblog.urls import addresses

from ..hosts import MEMORY, bare_app


def settings_of(name: str = "news", *, config: dict[str, Any], **given: Any) -> Settings:
    app, _ = bare_app(MEMORY, **config)
    app.register_blueprint(NewsBlog(name, **given), url_prefix="/news")
    found: Settings = app.extensions["newsblog"][name].settings
    return found


@pytest.fixture
def from_environment(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of a blog whose app reads ``FLASK_…`` from the environment."""

    def read(**variables: str) -> Settings:
        for key, value in variables.items():
            monkeypatch.setenv(f"FLASK_{key}", value)
        app, _ = bare_app()
        app.config.from_prefixed_env()
        app.register_blueprint(NewsBlog("news"))
        found: Settings = app.extensions["newsblog"]["news"].settings
        return found

    return read


def test_the_default_counts_where_nobody_says_otherwise() -> None:
    assert settings_of(config={}) == Settings()


def test_an_argument_beats_the_default() -> None:
    assert settings_of(config={}, title="By argument").title == "By argument"


def test_the_config_beats_an_argument() -> None:
    config = {"NEWSBLOG_TITLE": "For all blogs"}
    assert settings_of(config=config, title="By argument").title == "For all blogs"


def test_a_blogs_own_config_beats_that_of_all_blogs() -> None:
    config = {"NEWSBLOG_NEWS_TITLE": "For this one", "NEWSBLOG_TITLE": "For all blogs"}
    assert settings_of(config=config, title="By argument").title == "For this one"
    assert settings_of("other", config=config).title == "For all blogs"


@pytest.mark.parametrize("name", ["my-news", "my_news", "My News"])
def test_a_name_with_other_signs_is_written_with_underscores(name: str) -> None:
    assert settings_of(name, config={"NEWSBLOG_MY_NEWS_TITLE": "Mine"}).title == "Mine"


def test_every_setting_can_be_given_in_each_of_the_three_ways() -> None:
    given = {
        "title": "T", "tagline": "L", "description": "D", "language": "de",
        "time_zone": "Asia/Tokyo", "date_format": "d.M.yy", "posts_per_page": 5,
        "permalink": "/<slug>/",
        "public_pages": True, "page_cache_seconds": 9, "base_url": "https://a.example",
        "corrections_place": "top", "show_changes": True,
        "replies": False, "reply_needs_name_and_email": False, "reply_needs_sign_in": True,
        "reply_website": False, "reply_length": 500, "reply_pause_seconds": 3,
        "hold_guests": False, "hold_links": 4, "thread_depth": 3, "threads_per_page": 7,
        "newest_replies_first": True, "replies_per_ten_minutes": 4,
        "comments_close_after_days": 14, "reply_remember": False, "edit_minutes": 5,
        "attack_held_replies": 9, "reports_to_hold": 2, "keep_networks_days": 10,
        "mail_from": "Desk <desk@a.example>", "moderators": "ann@a.example, bo@a.example",
        "mail_pause_minutes": 5, "smtp_host": "mail.a.example", "smtp_port": 587,
        "smtp_security": "starttls", "smtp_user": "u", "smtp_password": "p",
        "login_endpoint": "in", "media_folder": "/srv/m", "upload_megabytes": 4,
        "image_megapixels": 20,
    }  # fmt: skip
    assert given.keys() == {field.name for field in fields(Settings)}
    by_argument = settings_of(config={}, **given)
    for prefix in ("NEWSBLOG_", "NEWSBLOG_NEWS_"):
        config = {prefix + key.upper(): value for key, value in given.items()}
        assert settings_of(config=config) == by_argument


def test_numbers_and_booleans_are_read_from_the_environment(from_environment: Any) -> None:
    found = from_environment(
        NEWSBLOG_POSTS_PER_PAGE="7",
        NEWSBLOG_PUBLIC_PAGES="true",
        NEWSBLOG_NEWS_PAGE_CACHE_SECONDS="30",
    )
    assert (found.posts_per_page, found.public_pages, found.page_cache_seconds) == (7, True, 30)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1", True), ("yes", True), ("on", True), ("True", True), ("0", False), ("no", False),
     ("off", False), ("FALSE", False), ("", False)],
)  # fmt: skip
def test_a_boolean_may_be_written_in_several_ways(
    from_environment: Any, written: str, meant: bool
) -> None:
    assert from_environment(NEWSBLOG_PUBLIC_PAGES=written).public_pages is meant


@pytest.mark.parametrize("title", ["2026", "007", "Bulletin 24/7", "[News]", '"Quoted"', "3.50"])
def test_a_title_that_looks_like_something_else_stays_text(
    from_environment: Any, title: str
) -> None:
    # Flask reads what is valid JSON as JSON: quotes around it go, a number loses its noughts.
    expected = {'"Quoted"': "Quoted", "3.50": "3.5"}.get(title, title)
    assert from_environment(NEWSBLOG_TITLE=title).title == expected


def test_a_setting_says_what_it_means() -> None:
    for field in fields(Settings):
        assert field.metadata["meaning"].endswith(".")


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(AttributeError):
        Settings().title = "Another"  # type: ignore[misc]


def test_no_page_of_ours_begins_with_a_word_that_is_free_for_stories() -> None:
    firsts = {address.rule.split("/")[1] for address in addresses(Settings())}
    assert {first for first in firsts if first and "<" not in first} | {"assets"} <= RESERVED
    assert NewsBlog("news").static_url_path == "/assets"
