"""The doctor looks at what guards the site, at its people, and at what it runs on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from configparser import ConfigParser
from datetime import timedelta

import pytest

from flask_newsblog import Person
from flask_newsblog.database import session, utcnow
from flask_newsblog.doctor.findings import Level
from flask_newsblog.doctor.versions import LOWEST, check_versions
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..documents import ROOT
from ..hosts import Host, csrf_after, csrf_before, plain
from .patients import HOOKS, WELL, be_well, findings, only


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("dev", "is a word from examples"),
        ("Secret-Key", "is a word from examples"),
        (b"your-secret-key", "is a word from examples"),
        ("k7#pQ", "has 5 characters"),
        ("abababababababababababab", "very few different characters"),
        ("", "is empty"),
    ],
)
def test_a_secret_that_can_be_guessed_is_an_error_and_not_shown(
    open_hosts: Callable[..., Host], secret: str | bytes, words: str
) -> None:
    host = be_well(open_hosts(plain))
    assert findings(host, "secret") == []
    host.app.secret_key = secret
    found = only(host, "secret", Level.ERROR, "SECRET_KEY", words)
    assert "secrets.token_hex" in found.remedy
    assert not secret or str(secret) not in found.what


def test_an_old_secret_is_looked_at_too(open_hosts: Callable[..., Host]) -> None:
    host = be_well(open_hosts(plain, SECRET_KEY_FALLBACKS=["changeme"]))
    only(host, "secret", Level.ERROR, "SECRET_KEY_FALLBACKS", "examples")


def test_the_session_cookie_is_kept_to_https_where_the_site_is(
    open_hosts: Callable[..., Host],
) -> None:
    assert findings(open_hosts(plain, **WELL), "cookies") == []
    bare = {k: v for k, v in WELL.items() if k.startswith("NEWSBLOG")}
    host = open_hosts(plain, **bare, SESSION_COOKIE_HTTPONLY=False)
    assert "SECURE" in only(host, "cookies", Level.ERROR, "without encryption").remedy
    assert "HTTPONLY" in only(host, "cookies", Level.ERROR, "Scripts can read").remedy
    assert "SAMESITE" in only(host, "cookies", Level.WARNING, "Other sites").remedy


@pytest.mark.parametrize("make", [plain, csrf_before, csrf_after], ids=lambda make: make.__name__)
def test_forms_without_tokens_are_an_error(
    open_hosts: Callable[..., Host], make: Callable[..., object]
) -> None:
    assert findings(open_hosts(make), "csrf") == []
    only(open_hosts(make, WTF_CSRF_ENABLED=False), "csrf", Level.ERROR, "WTF_CSRF_ENABLED is off")


def test_tokens_that_do_not_last_for_a_story_are_told(open_hosts: Callable[..., Host]) -> None:
    assert findings(open_hosts(plain, WTF_CSRF_TIME_LIMIT=None), "csrf") == []
    host = open_hosts(plain, WTF_CSRF_TIME_LIMIT=60)
    only(host, "csrf", Level.WARNING, "60 seconds")


def test_a_site_should_know_its_address(open_hosts: Callable[..., Host]) -> None:
    assert findings(open_hosts(plain, **WELL), "address") == []
    only(open_hosts(plain), "address", Level.WARNING, "does not know its own address")
    open_one = open_hosts(plain, NEWSBLOG_BASE_URL="http://bulletin.example")
    only(open_one, "address", Level.WARNING, "without encryption")
    assert findings(open_hosts(plain, NEWSBLOG_BASE_URL="http://localhost:5000"), "address") == []


def test_settings_that_lead_nowhere_are_told(open_hosts: Callable[..., Host]) -> None:
    assert findings(open_hosts(plain, **WELL), "settings") == []
    host = open_hosts(plain, NEWSBLOG_LOGIN_ENDPOINT="sign_me_in", NEWSBLOG_NEWZ_TITLE="x")
    only(host, "settings", Level.ERROR, "'sign_me_in'", "no such endpoint")
    found = only(host, "settings", Level.WARNING, "NEWSBLOG_NEWZ_TITLE")
    assert "there is: news" in found.remedy
    only(host, "settings", Level.INFO, "UTC")


def test_a_newsroom_that_nobody_can_enter_is_told(open_hosts: Callable[..., Host]) -> None:
    assert findings(open_hosts(plain, given=HOOKS), "people") == []
    host = open_hosts(plain)
    assert "flask newsblog sign-in" in only(host, "people", Level.INFO, "Nobody can enter").remedy
    with host.app.app_context():
        make_sign_in("news", "Ann", Role.EDITOR, utcnow())
        session().commit()
    assert findings(host, "people") == []


def test_one_hook_without_the_other_is_told(open_hosts: Callable[..., Host]) -> None:
    knows = open_hosts(plain, given={"current_person": lambda: Person("7", "Ann")})
    assert "can=" in only(knows, "people", Level.WARNING, "what they may do").remedy
    allows = open_hosts(plain, given={"can": lambda *asked: True})
    assert "current_person=" in only(allows, "people", Level.WARNING, "who they are").remedy


def test_a_link_that_is_over_lets_nobody_in(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    with host.app.app_context():
        make_sign_in("news", "Ann", Role.EDITOR, utcnow() - timedelta(days=1))
        session().commit()
    only(host, "people", Level.INFO, "Nobody can enter")


def test_a_proxy_that_the_app_is_not_told_of_is_told(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given=HOOKS)
    assert findings(host, "proxy") == []
    host.get("/")
    host.app.extensions["newsblog"]["news"].told_of_proxy = True
    assert "ProxyFix" in only(host, "proxy", Level.WARNING, "proxy").remedy


def test_the_versions_are_those_of_the_package() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    needed = dict(
        line.split(" >= ") for line in config["options"]["install_requires"].strip().splitlines()
    )
    for name, least in LOWEST.items():
        assert needed[name] == ".".join(map(str, least))
    assert list(check_versions((3, 12))) == []


def test_what_is_too_old_or_new_is_told_by_name() -> None:
    fine = {name: ".".join(map(str, least)) for name, least in LOWEST.items()}
    (old,) = check_versions((3, 10), fine)
    (new,) = check_versions((3, 14), fine)
    assert (old.level, new.level) == (Level.ERROR, Level.INFO)
    (flask,) = check_versions((3, 12), fine | {"flask": "2.3.3"})
    assert (flask.level, flask.remedy) == (
        Level.ERROR, "Run: pip install --upgrade 'flask>=3.0'",
    )  # fmt: skip
    (later,) = check_versions((3, 12), fine | {"sqlalchemy": "2.2.0b1"})
    assert (later.level, "2.2.0b1" in later.what) == (Level.WARNING, True)


def test_a_site_without_pillow_is_told_so(
    open_hosts: Callable[..., Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = open_hosts(plain)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert "pip install pillow" in only(host, "pictures", Level.INFO, "Pillow").remedy
