"""The page of settings: what is in force, where it came from, and what the doctor says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from html import unescape

import pytest

from flask_newsblog.newsroom.settings_groups import is_secret
from flask_newsblog.people import Role
from flask_newsblog.settings import PREFIX, Settings

from ..hosts import Host, counted_statements, plain, two_blogs
from .desks import sign_in

PAGE = "/news/newsroom/settings/"


def settings_of(page: str) -> dict[str, tuple[str, str]]:
    """The value and the origin of each setting, as they are read."""
    found = {}
    for part in page.split('<div class="nb-setting')[1:]:
        name = re.search(r"<code[^>]*>(\w+)</code>", part)
        cells = re.findall(r"<dd[^>]*>(.*?)</dd>", part, re.DOTALL)
        assert name is not None
        value, origin = (" ".join(unescape(re.sub("<[^>]+>", "", c)).split()) for c in cells)
        found[name[1]] = (value, origin)
    return found


def test_every_setting_is_shown_once_with_its_meaning(open_hosts: Callable[..., Host]) -> None:
    page = sign_in(open_hosts(plain)).get(PAGE).text
    shown = settings_of(page)
    assert set(shown) == {PREFIX + field.name.upper() for field in fields(Settings)}
    for field in fields(Settings):
        assert field.metadata["meaning"].replace("`", "") in unescape(page)
    assert "More</h3>" not in page


def test_a_value_says_where_it_came_from(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(
        plain, given={"posts_per_page": 20, "thread_depth": 3},
        NEWSBLOG_TIME_ZONE="Europe/Lisbon", NEWSBLOG_NEWS_THREAD_DEPTH="4", NEWSBLOG_THREAD_DEPTH=7,
    )  # fmt: skip
    shown = settings_of(sign_in(host).get(PAGE).text)
    assert shown["NEWSBLOG_POSTS_PER_PAGE"] == (
        "20", "Argument of NewsBlog posts_per_page= instead of 12",
    )  # fmt: skip
    assert shown["NEWSBLOG_TIME_ZONE"] == (
        "Europe/Lisbon", "Config or environment NEWSBLOG_TIME_ZONE instead of UTC",
    )  # fmt: skip
    assert shown["NEWSBLOG_THREAD_DEPTH"] == (
        "4", "Config or environment NEWSBLOG_NEWS_THREAD_DEPTH instead of 5",
    )  # fmt: skip
    assert shown["NEWSBLOG_REPLIES"] == ("true", "Default")
    assert shown["NEWSBLOG_MODERATORS"] == ("Empty", "Default")


def test_what_the_config_says_later_is_not_what_is_in_force(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    host.app.config["NEWSBLOG_TAGLINE"] = "Too late"
    value, origin = settings_of(sign_in(host).get(PAGE).text)["NEWSBLOG_TAGLINE"]
    assert "Too late" not in value
    assert "Argument of NewsBlog" in origin


def test_each_blog_shows_its_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs, NEWSBLOG_OTHER_POSTS_PER_PAGE=3)
    assert settings_of(sign_in(host).get(PAGE).text)["NEWSBLOG_POSTS_PER_PAGE"][0] == "12"


def test_a_secret_is_shown_to_nobody(open_hosts: Callable[..., Host]) -> None:
    password = "correct horse battery"
    host = open_hosts(plain, NEWSBLOG_SMTP_PASSWORD=password)
    for address in (PAGE, f"{PAGE}?check=1", f"{PAGE}?changed=1"):
        page = sign_in(host).get(address).text
        assert password not in page
        assert str(host.app.secret_key) not in page
        value, origin = settings_of(page)["NEWSBLOG_SMTP_PASSWORD"]
        assert (value, origin) == (
            "Set, and not shown", "Config or environment NEWSBLOG_SMTP_PASSWORD",
        )  # fmt: skip
    assert "correct horse" not in host.run("check").output
    bare = settings_of(sign_in(open_hosts(plain)).get(PAGE).text)
    assert bare["NEWSBLOG_SMTP_PASSWORD"][0] == "Not set"


@pytest.mark.parametrize("name", ["smtp_password", "api_key", "s3_secret", "secret_of", "tokens"])
def test_what_is_called_like_a_secret_is_one(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["smtp_user", "keep_networks_days", "hockey", "title"])
def test_what_is_not_called_like_a_secret_is_none(name: str) -> None:
    assert not is_secret(name)


def test_the_list_can_be_cut_down_to_what_was_changed(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_HOLD_LINKS=2, NEWSBLOG_THREAD_DEPTH=3)
    shown = settings_of(sign_in(host).get(f"{PAGE}?changed=1").text)
    # Set to what it would be anyway is not changed.
    assert set(shown) == {"NEWSBLOG_TITLE", "NEWSBLOG_TAGLINE", "NEWSBLOG_THREAD_DEPTH"}


def test_the_doctor_is_asked_by_a_link_alone(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    browser = sign_in(host)
    page = browser.get(PAGE).text
    assert "nb-finding" not in page
    address = re.search(r'href="([^"]*check=1[^"]*)"', page)
    assert address is not None
    asked = unescape(browser.get(unescape(address[1])).text)
    levels = re.findall(r"nb-finding nb-finding-(\w+)", asked)
    assert levels == sorted(levels, key=["error", "warning", "info"].index)
    assert "The site does not know its own address" in asked
    assert "Set NEWSBLOG_BASE_URL, such as https://bulletin.example." in asked
    assert "things are as they should be" in asked


def test_the_filter_and_the_doctor_go_together(open_hosts: Callable[..., Host]) -> None:
    page = sign_in(open_hosts(plain)).get(f"{PAGE}?check=1&changed=1").text
    assert "nb-finding" in page
    assert "NEWSBLOG_REPLIES<" not in page
    for link in re.findall(r'href="(/news/newsroom/settings/\?[^"]*)"', page):
        assert "check=1" in link


def test_what_a_finding_quotes_is_escaped(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_LOGIN_ENDPOINT="<script>alert(1)</script>")
    page = sign_in(host).get(f"{PAGE}?check=1").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_failing_check_does_not_take_the_page_with_it(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    browser = sign_in(host)
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].engine.connect().exec_driver_sql(
            "DROP TABLE newsblog_mail"
        )
    answer = browser.get(f"{PAGE}?check=1")
    assert answer.status_code == 200
    assert "1 of " in answer.text
    assert "newsblog_mail" in answer.text


def test_only_who_manages_sees_it(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    assert host.client().get(PAGE).status_code == 401
    for role, status in ((Role.CONTRIBUTOR, 403), (Role.AUTHOR, 403), (Role.EDITOR, 200)):
        browser = sign_in(host, str(role), role)
        assert browser.get(PAGE).status_code == status
        assert (PAGE in browser.get("/news/newsroom/").text) == (status == 200)
        # Nothing here is changed, so nothing is taken.
        assert browser.post(PAGE).status_code == 405


def test_the_page_is_kept_by_nobody_and_costs_few_statements(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    browser = sign_in(host)
    with counted_statements(host.app) as sent:
        answer = browser.get(PAGE)
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(sent) <= 8
