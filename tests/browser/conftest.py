"""A real browser and a real server: the example with its demo stories, on loopback."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from example_app import create_app, desk, news
from example_app.database import db
from example_app.demo.fill import fill
from flask_newsblog.database import utcnow
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..conftest import skip_or_fail

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these the browser looks for its maker's hosts at every start.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """The example, served."""

    app: Flask
    root: str

    def sign_in_link(self) -> str:
        """A fresh one-time link into the newsroom of the news."""
        with self.app.app_context():
            secret = make_sign_in("news", "Miriam Oyelade", Role.EDITOR, utcnow())
            db.session.commit()
        return f"{self.root}/news/newsroom/sign-in/{secret}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of this process."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        skip_or_fail("chromium", f"no Chromium is on the PATH ({', '.join(NAMES)})")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, whose file NEWSBLOG_AXE names."""
    file = os.environ.get("NEWSBLOG_AXE", "")
    if not file:
        skip_or_fail("axe", "NEWSBLOG_AXE names no axe.min.js; get one with: npm pack axe-core")
    return Path(file).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example with its demo stories, on a port of its own."""
    folder = tmp_path_factory.mktemp("example")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", f"sqlite:///{folder}/site.sqlite")
        patch.setenv("FLASK_NEWSBLOG_MEDIA_FOLDER", str(folder / "media"))
        app = create_app(instance_path=str(folder))
    with app.app_context():
        db.create_all()
        fill({"news": news, "blog": desk}, app)
        db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()
