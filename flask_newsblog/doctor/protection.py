"""What guards the site: the secret, cookies, tokens against forged requests, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask

from ..settings import Settings
from .findings import Finding, Level

SECRET, COOKIES, CSRF, ADDRESS = "secret", "cookies", "csrf", "address"
_SHORTEST = 16
# What examples write, and everybody tries first.
_WELL_KNOWN = frozenset(
    {
        "a secret", "a-secret", "change-me", "change me", "change-this-secret", "changeme",
        "dev", "dev-secret-key", "development", "flask-secret-key", "hard to guess string",
        "insecure", "my-secret-key", "mysecretkey", "password", "replace-me", "secret",
        "secret key", "secret-key", "secret_key", "secretkey", "super-secret-key",
        "supersecretkey", "test", "testing", "this is a secret", "this-is-a-secret-key",
        "you-will-never-guess", "your-secret-key", "your_secret_key",
    }
)  # fmt: skip
_MAKE_ONE = 'Make one with: python -c "import secrets; print(secrets.token_hex())"'
_SHORTEST_TIME = 15 * 60
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def check_secret(app: Flask) -> Iterator[Finding]:
    """Whether somebody could guess what the app signs with. It is never shown."""
    older = app.config.get("SECRET_KEY_FALLBACKS") or ()
    for name, key in (
        ("SECRET_KEY", app.secret_key),
        *(("A key of SECRET_KEY_FALLBACKS", key) for key in older),
    ):
        text = key.decode("latin-1") if isinstance(key, bytes) else str(key or "")
        if not text:
            problem = "is empty"
        elif text.strip().lower() in _WELL_KNOWN:
            problem = "is a word from examples, which everybody tries first"
        elif len(text) < _SHORTEST:
            problem = f"has {len(text)} characters, and can be guessed"
        elif len(set(text)) < _SHORTEST // 2:
            problem = "is made of very few different characters, and can be guessed"
        else:
            continue
        yield Finding(
            Level.ERROR,
            SECRET,
            f"{name} {problem}: who knows it signs in as anybody.",
            f"{_MAKE_ONE}, and set it as SECRET_KEY, or FLASK_SECRET_KEY in the environment.",
        )


def check_cookies(app: Flask, settings: Settings) -> Iterator[Finding]:
    """Whether the session cookie stays where it belongs."""
    if settings.base_url.startswith("https:") and not app.config["SESSION_COOKIE_SECURE"]:
        yield Finding(
            Level.ERROR,
            COOKIES,
            "The site is on https, and its session cookie travels without encryption too.",
            "Set SESSION_COOKIE_SECURE = True.",
        )
    if not app.config["SESSION_COOKIE_HTTPONLY"]:
        yield Finding(
            Level.ERROR,
            COOKIES,
            "Scripts can read the session cookie.",
            "Set SESSION_COOKIE_HTTPONLY = True.",
        )
    if app.config["SESSION_COOKIE_SAMESITE"] not in ("Lax", "Strict"):
        yield Finding(
            Level.WARNING,
            COOKIES,
            "Other sites can have the session cookie sent along with requests of theirs.",
            'Set SESSION_COOKIE_SAMESITE = "Lax".',
        )


def check_csrf(app: Flask) -> Iterator[Finding]:
    """Whether forms with authority carry a token that works."""
    if not app.config.get("WTF_CSRF_ENABLED", True):
        yield Finding(
            Level.ERROR,
            CSRF,
            "WTF_CSRF_ENABLED is off: any site can have the staff publish or delete unawares.",
            "Take WTF_CSRF_ENABLED = False out of the config; it is for tests.",
        )
    limit = app.config.get("WTF_CSRF_TIME_LIMIT", 3600)
    if limit is not None and limit < _SHORTEST_TIME:
        yield Finding(
            Level.WARNING,
            CSRF,
            f"A form can be sent for {limit} seconds only, and stories take longer to write.",
            "Set WTF_CSRF_TIME_LIMIT to 3600 or more, or to None for as long as the visit.",
        )


def check_address(settings: Settings) -> Iterator[Finding]:
    """Whether the site knows its own address."""
    if not settings.base_url:
        yield Finding(
            Level.WARNING,
            ADDRESS,
            "The site does not know its own address, and takes it from what each request says.",
            "Set NEWSBLOG_BASE_URL, such as https://bulletin.example.",
        )
        return
    parts = urlsplit(settings.base_url)
    if parts.scheme == "http" and parts.hostname not in _HERE:
        yield Finding(
            Level.WARNING,
            ADDRESS,
            f"NEWSBLOG_BASE_URL is {settings.base_url}, without encryption.",
            "Serve the site by https, and write https:// there.",
        )
