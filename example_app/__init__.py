"""A small host for two blogs: its own layout, its own people, its own home page.

``create_app`` is written as an application of yours might be; what matters to the blogs
is in the first thirty lines. Everything can be set from the environment by ``FLASK_…``.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template, request
from flask_compress import Compress
from sqlalchemy.engine import make_url

from flask_newsblog import NewsBlog

from . import people
from .database import db, prepare_sqlite
from .mail import keep_mail

news = NewsBlog(
    "news",
    title="The Harbour Bulletin",
    tagline="All About The Latest Updates",
    description="News from Keldmouth and Sallow: the harbour, the town, the council, the tides.",
    current_person=people.current_person,
    can=people.can,
    login_endpoint="people.sign_in",
    send_mail=keep_mail,
)
desk = NewsBlog(
    "blog",
    title="Notes from the Desk",
    tagline="How The Harbour Bulletin is made",
    permalink="/<yyyy>/<slug>/",
    current_person=people.current_person,
    can=people.can,
    login_endpoint="people.sign_in",
    send_mail=keep_mail,
)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)


def create_app(instance_path: str | None = None, **config: Any) -> Flask:
    """The example host, configured by its defaults, by ``config``, and then by ``FLASK_…``."""
    app = Flask(__name__, instance_path=instance_path)
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    app.config.from_mapping(
        SQLALCHEMY_DATABASE_URI="sqlite:///demo.sqlite",
        NEWSBLOG_TIME_ZONE="Europe/London",
        NEWSBLOG_LANGUAGE="en-GB",
        # The layout shows everyone the same, so pages may be cached for all.
        NEWSBLOG_PUBLIC_PAGES=True,
        SESSION_COOKIE_SAMESITE="Lax",
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "image/svg+xml"],
    )
    app.config.from_mapping(config)
    app.config.from_prefixed_env()
    app.secret_key = app.secret_key or _kept_secret(Path(app.instance_path, "secret_key"))

    db.init_app(app)
    if make_url(app.config["SQLALCHEMY_DATABASE_URI"]).get_backend_name() == "sqlite":
        prepare_sqlite(app)
    people.init_app(app)
    Compress(app)
    app.register_blueprint(news, url_prefix="/news")
    app.register_blueprint(desk, url_prefix="/blog")

    app.add_url_rule("/", "home", home)
    app.after_request(add_security_headers)
    return app


def home() -> str:
    """The host's own page, with the latest headlines of both blogs."""
    return render_template("home.html")


def add_security_headers(response: Response) -> Response:
    """A strict policy on every page, beside one of its own: browsers obey them all."""
    if "default-src" not in response.headers.get("Content-Security-Policy", ""):
        response.headers.add("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint == "static":
        response.cache_control.max_age = 3600
    if response.mimetype in ("text/css", "text/javascript"):
        # Flask-Compress leaves a streamed file open; these are small enough to be read first.
        response.direct_passthrough = False
        response.make_sequence()
    return response


def _kept_secret(file: Path) -> str:
    """The secret of this installation, made on its first start and readable by its owner only."""
    if not file.exists():
        # Written aside and then linked: whole or not at all, and of two first starts one counts.
        aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_hex(32), encoding="ascii")
        with suppress(FileExistsError):
            file.hardlink_to(aside)
        aside.unlink()
    return file.read_text(encoding="ascii").strip()
