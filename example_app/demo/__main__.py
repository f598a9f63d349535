"""``python -m example_app.demo``: the example with its stories, served on this machine."""

from __future__ import annotations

import argparse
import secrets
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import OperationalError
from waitress import serve
from werkzeug.security import generate_password_hash

from flask_newsblog.commands.mail import send_due
from flask_newsblog.database import utcnow
from flask_newsblog.mount import find_mount
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from .. import create_app, desk, news
from ..database import db
from ..people import User
from .fill import fill, is_empty
from .work import fill_work


def main() -> None:
    """Fill the database on the first start, say where the site is, and serve it."""
    parser = argparse.ArgumentParser(prog="demo")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()
    _refuse_taken_port(options.host, options.port)
    root = f"http://{options.host}:{options.port}"
    app = create_app(
        NEWSBLOG_BASE_URL=root,
        NEWSBLOG_MAIL_FROM="The Harbour Bulletin <desk@bulletin.example>",
        NEWSBLOG_MODERATORS="miriam@bulletin.example",
        NEWSBLOG_SHOW_CHANGES=True,
    )
    with app.app_context():
        db.create_all()
        if is_empty():
            _first_start(app)
        secret = make_sign_in("news", "Miriam Oyelade", Role.EDITOR, utcnow())
        db.session.commit()
    with app.test_request_context(base_url=root):
        link = find_mount(app, "news").url("sign_in", secret=secret, _external=True)
    click.echo(
        f"The example site:  {root}/\n"
        f"The Harbour Bulletin:  {root}/news/\n"
        f"Notes from the Desk:  {root}/blog/\n"
        f"Into the newsroom (once, within ten minutes):  {link}\n"
        f"Mail is written to files:  {Path(app.instance_path, 'mail')}\n"
        "Stop with Ctrl+C."
    )
    threading.Thread(target=_send_mail, args=[app], daemon=True).start()
    serve(app, host=options.host, port=options.port, threads=8, ident=None)


def _first_start(app: Flask) -> None:
    count = fill({"news": news, "blog": desk}, app)
    fill_work(find_mount(app, "news"))
    password = secrets.token_urlsafe(9)
    db.session.add(User(name="reader", email=None, password_hash=generate_password_hash(password)))
    click.echo(f"{count} stories written. A reader's account:  reader / {password}")


def _send_mail(app: Flask) -> None:
    """What ``flask newsblog send-mail --watch`` does for one blog, here for both."""
    never = threading.Event()
    while not never.wait(2):
        for name in ("news", "blog"):
            # Where the database was busy for too long, the next look finds the rest.
            with app.app_context(), suppress(OperationalError):
                send_due(find_mount(app, name), never)


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            sys.exit(f"Port {port} is taken already; choose another with --port {port + 1}.")


if __name__ == "__main__":
    main()
