"""What a host cannot have meant is refused when the blog is registered, with the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask_sqlalchemy import SQLAlchemy

from flask_newsblog import NewsBlog, SettingError, SetupError

from ..hosts import MEMORY, Host, bare_app, blog, plain


def refusal(name: str = "news", *, config: dict[str, Any] | None = None, **given: Any) -> str:
    """What a host hears that registers a blog with such settings."""
    app, _ = bare_app(MEMORY, **(config or {}))
    with pytest.raises(SettingError) as caught:
        app.register_blueprint(NewsBlog(name, **given), url_prefix="/news")
    return str(caught.value)


def test_a_blog_before_the_database_is_refused() -> None:
    app = Flask("host")
    app.secret_key = "a secret for tests"
    with pytest.raises(SetupError) as caught:
        app.register_blueprint(blog(), url_prefix="/news")
    assert str(caught.value) == (
        "The blog 'news' is registered before the database: call db.init_app(app) of your"
        " Flask-SQLAlchemy first, then app.register_blueprint(...)."
    )


def test_a_blog_without_a_secret_is_refused() -> None:
    app = Flask("host")
    app.config["SQLALCHEMY_DATABASE_URI"] = MEMORY
    SQLAlchemy(app)
    with pytest.raises(SetupError) as caught:
        app.register_blueprint(blog(), url_prefix="/news")
    assert str(caught.value) == (
        "The blog 'news' needs a secret to sign with: set app.config['SECRET_KEY'], or"
        " FLASK_SECRET_KEY in the environment, before app.register_blueprint(...)."
    )


def test_the_two_errors_are_of_the_kinds_that_python_knows() -> None:
    assert issubclass(SetupError, RuntimeError)
    assert issubclass(SettingError, ValueError)


@pytest.mark.parametrize(
    ("checks", "shown"),
    [("abc", "'abc'"), (["no_betting"], "['no_betting']"), (print, "<built-in")],
)
def test_checks_that_are_no_list_of_functions_are_refused(checks: Any, shown: str) -> None:
    with pytest.raises(SetupError) as caught:
        NewsBlog("news", comment_checks=checks)
    assert str(caught.value).startswith(
        f"The comment_checks of the blog 'news' are a list of functions, not {shown}"
    )
    assert str(caught.value).endswith(": write comment_checks=[my_check].")


@pytest.mark.parametrize("hook", ["current_person", "can", "send_mail"])
def test_a_hook_that_is_no_function_is_refused(hook: str) -> None:
    given: dict[str, Any] = {hook: True}
    with pytest.raises(SetupError) as caught:
        NewsBlog("news", **given)
    assert str(caught.value) == (
        f"The {hook} of the blog 'news' is a function, not True: write {hook}=my_function."
    )


def test_a_current_person_that_is_no_person_is_told_of(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"current_person": lambda: {"id": "1", "name": "Ann"}})
    with pytest.raises(TypeError) as caught:
        host.get("/newsroom/")
    assert str(caught.value) == (
        "The current_person of the blog 'news' gave {'id': '1', 'name': 'Ann'}: it has to give a"
        " flask_newsblog.Person, or None where nobody is signed in."
    )


def test_members_only_replies_without_a_way_to_know_members_are_refused() -> None:
    app, _ = bare_app(NEWSBLOG_REPLY_NEEDS_SIGN_IN=True)
    with pytest.raises(SetupError) as caught:
        app.register_blueprint(NewsBlog("news"), url_prefix="/news")
    assert str(caught.value) == (
        "NEWSBLOG_REPLY_NEEDS_SIGN_IN is on, and the blog 'news' knows nobody, so nobody could"
        " reply: pass NewsBlog(..., current_person=...), or turn it off."
    )
    app, _ = bare_app(NEWSBLOG_REPLY_NEEDS_SIGN_IN=True)
    app.register_blueprint(NewsBlog("news", current_person=lambda: None), url_prefix="/news")


def test_a_name_that_is_taken_is_refused() -> None:
    app, _ = bare_app()
    app.register_blueprint(blog(), url_prefix="/news")
    with pytest.raises(ValueError, match="The name 'news' is already registered"):
        app.register_blueprint(blog(), url_prefix="/other")


def test_two_blogs_that_would_share_their_stories_by_mistake_are_refused() -> None:
    app, _ = bare_app()
    app.register_blueprint(blog(), url_prefix="/news")
    parent = Blueprint("site", __name__, url_prefix="/site")
    parent.register_blueprint(blog(), url_prefix="/news")
    with pytest.raises(SetupError) as caught:
        app.register_blueprint(parent)
    assert str(caught.value) == (
        "Two blogs are called 'news', 'news' and 'site.news', and would share their stories: give"
        " one NewsBlog(...) another name, or register the same one twice, the second time with"
        " name=."
    )


def test_a_name_that_no_column_holds_is_refused() -> None:
    app, _ = bare_app()
    with pytest.raises(SetupError) as caught:
        app.register_blueprint(NewsBlog("n" * 65))
    assert str(caught.value) == (
        f"The name {'n' * 65!r} is too long for a blog: it has 65 characters; 64 are kept."
    )


def test_a_setting_that_is_misspelt_is_refused_with_the_nearest() -> None:
    assert refusal(titel="News") == "NewsBlog() has no setting 'titel'. Did you mean title?"
    assert refusal(config={"NEWSBLOG_TITEL": "News"}) == (
        "There is no setting NEWSBLOG_TITEL. Did you mean NEWSBLOG_TITLE?"
    )
    assert refusal(config={"NEWSBLOG_NEWS_TITEL": "News"}) == (
        "There is no setting NEWSBLOG_NEWS_TITEL. Did you mean NEWSBLOG_NEWS_TITLE?"
    )


def test_a_setting_that_resembles_none_is_refused_with_the_page_to_read() -> None:
    assert refusal(qqq=1) == "NewsBlog() has no setting 'qqq'. See the settings page of the docs."
    assert refusal(config={"NEWSBLOG_QQQ": 1}) == (
        "There is no setting NEWSBLOG_QQQ. See the settings page of the docs."
    )


def test_a_setting_for_another_blog_is_not_refused_for_it_may_come_later() -> None:
    app, _ = bare_app(NEWSBLOG_SPORTS_TITLE="Sports")
    app.register_blueprint(NewsBlog("news"), url_prefix="/news")
    app.register_blueprint(NewsBlog("sports"), url_prefix="/sports")


def test_a_setting_for_a_blog_that_never_came_is_in_the_log_once(
    open_hosts: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    host = open_hosts(plain, NEWSBLOG_NEWZ_TITLE="News")
    assert caplog.messages == []
    host.get("/")
    host.get("/")
    assert caplog.messages == [
        "The setting NEWSBLOG_NEWZ_TITLE belongs to no blog of this app, which are: news."
    ]


MISTYPED = {
    "title": (None, "text"),
    "tagline": (["a"], "text"),
    "description": (True, "text"),
    "language": (b"en", "text"),
    "time_zone": (date(2026, 1, 1), "text"),
    "date_format": ({}, "text"),
    "permalink": (None, "text"),
    "base_url": (None, "text"),
    "login_endpoint": (print, "text"),
    "media_folder": (3j, "text"),
    "posts_per_page": ("a dozen", "a whole number"),
    "page_cache_seconds": ("1.5", "a whole number"),
    "public_pages": ("maybe", "true or false"),
}


@pytest.mark.parametrize("name", MISTYPED)
def test_a_value_of_the_wrong_type_is_refused_by_its_name(name: str) -> None:
    value, wanted = MISTYPED[name]
    key = f"NEWSBLOG_{name.upper()}"
    assert refusal(**{name: value}) == f"{name} is {value!r}; write {wanted}."
    assert refusal(config={key: value}) == f"{key} is {value!r}; write {wanted}."


@pytest.mark.parametrize("value", [True, 1.5, "", "١٢", "1_0", None, "9" * 10])
def test_a_number_is_digits_and_nothing_else(value: Any) -> None:
    assert refusal(posts_per_page=value).endswith("write a whole number.")


PATH = (
    "a path that begins with / and holds <slug> once, and at will <yyyy>, <mm>, <dd>, each with"
    " something between"
)
PATTERN = "full, long, medium, short or a pattern of d, M, MMMM, yyyy, EEEE"
ZONE = "a name such as UTC or Europe/Lisbon"
HOST = "a scheme and host such as https://bulletin.example"
TAG = "a language tag such as en or pt-BR"
SENDER = "an address such as The Bulletin <desk@bulletin.example>"
IMPOSSIBLE = [
    ("mail_from", "The Bulletin", SENDER),
    ("mail_from", "a@a.example, b@b.example", SENDER),
    ("mail_from", "Desk <a@a.example>\nBcc: b@b.example", SENDER),
    ("moderators", "ann@a.example, bo", SENDER),
    ("smtp_port", 0, "a number from 1 to 65535"),
    ("smtp_security", "ssl", "none, starttls or tls"),
    ("edit_minutes", -1, "0 or more minutes"),
    ("title", "  ", "the name of the site"),
    ("posts_per_page", 0, "a number from 1 to 100"),
    ("posts_per_page", 101, "a number from 1 to 100"),
    ("posts_per_page", -1, "a number from 1 to 100"),
    ("page_cache_seconds", -1, "0 or more seconds"),
    ("time_zone", "", ZONE),
    ("time_zone", "Mars/Base", ZONE),
    ("time_zone", "Europe", ZONE),
    ("time_zone", "../../etc/passwd", ZONE),
    ("time_zone", "a\0b", ZONE),
    ("language", "", TAG),
    ("language", "english please", TAG),
    ("language", "../../etc", TAG),
    ("language", "e", TAG),
    ("date_format", "", PATTERN),
    ("date_format", "%d.%m.%Y", PATTERN),
    ("date_format", "dd/mm/yyyy", PATTERN),
    ("date_format", "'only words'", PATTERN),
    ("date_format", "d 'of MMMM", PATTERN),
    ("date_format", "d MMMM '", PATTERN),
    ("base_url", "bulletin.example", HOST),
    ("base_url", "ftp://bulletin.example", HOST),
    ("base_url", "https://bulletin.example/news", HOST),
    ("base_url", "https://bulletin.example\n", HOST),
    ("permalink", "", PATH),
    ("permalink", "<slug>", PATH),
    ("permalink", "/<yyyy>/", PATH),
    ("permalink", "/<slug>/<slug>/", PATH),
    ("permalink", "/<yyyy>/<yyyy>/<slug>/", PATH),
    ("permalink", "/<year>/<slug>/", PATH),
    ("permalink", "/<int:slug>/", PATH),
    ("permalink", "/<path:slug>/", PATH),
    ("permalink", "/<slug>/?page=1", PATH),
    ("permalink", "//<slug>/", PATH),
    ("permalink", "/<yyyy><mm>/<slug>/", PATH),
    ("permalink", "/../<slug>/", PATH),
    ("permalink", "/./<slug>/", PATH),
    ("permalink", "/a b/<slug>/", PATH),
    ("permalink", "/<slug>\n", PATH),
]


@pytest.mark.parametrize(("name", "value", "wanted"), IMPOSSIBLE)
def test_an_impossible_value_is_refused(name: str, value: Any, wanted: str) -> None:
    expected = f"NEWSBLOG_{name.upper()} is {value!r}; write {wanted}."
    assert refusal(**{name: value}) == expected
    assert refusal(config={f"NEWSBLOG_NEWS_{name.upper()}": value}) == expected


@pytest.mark.parametrize(
    "pattern", ["/tags/<slug>/", "/newsroom/<slug>", "/sections/<yyyy>/<slug>/", "/media/<slug>"]
)
def test_a_permalink_below_an_address_of_our_own_is_refused(pattern: str) -> None:
    part = pattern.split("/")[1]
    assert refusal(permalink=pattern) == (
        f"NEWSBLOG_PERMALINK is {pattern!r}, and the blog has pages of its own below /{part}/;"
        " begin with another word."
    )


def test_pages_that_differ_by_visitor_may_not_be_public() -> None:
    assert refusal(public_pages=True, language="auto") == (
        "NEWSBLOG_PUBLIC_PAGES is on while NEWSBLOG_LANGUAGE is 'auto': a page that differs"
        " by visitor must not be cached for all. Name one language or turn the other off."
    )


def test_a_page_cache_needs_public_pages() -> None:
    assert refusal(page_cache_seconds=60) == (
        "NEWSBLOG_PAGE_CACHE_SECONDS is set while NEWSBLOG_PUBLIC_PAGES is off: a page that"
        " may differ by visitor cannot be kept for all. Turn NEWSBLOG_PUBLIC_PAGES on if"
        " your layout shows everyone the same."
    )


def test_a_refused_blog_leaves_no_mount_behind() -> None:
    app, _ = bare_app()
    with pytest.raises(SettingError):
        app.register_blueprint(NewsBlog("news", posts_per_page=0))
    assert app.extensions.get("newsblog", {}) == {}


def test_a_folder_may_be_a_path() -> None:
    app, _ = bare_app()
    app.register_blueprint(NewsBlog("news", media_folder=Path("/srv/pictures")))
    assert app.extensions["newsblog"]["news"].media_folder == Path("/srv/pictures")


def test_mail_is_refused_where_its_links_would_not_be_the_sites_own() -> None:
    assert refusal(mail_from="desk@a.example") == (
        "NEWSBLOG_MAIL_FROM is set while NEWSBLOG_BASE_URL is empty: the links in mails need the"
        " site's own address, which must not be taken from a request that anyone can make. Set"
        " NEWSBLOG_BASE_URL to a scheme and host such as https://bulletin.example."
    )
