"""A real browser and a real server: the example with its demo stories, on loopback."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.security import generate_password_hash
from werkzeug.serving import make_server

from example_app import create_app, desk, news
from example_app.database import db
from example_app.demo.fill import fill
from example_app.people import User
from flask_newsblog.database import utcnow
from flask_newsblog.models import Comment, Post
from flask_newsblog.mount import find_mount
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..conftest import skip_or_fail

# The shell is the same engine without a window to draw, and is done in two thirds of the time.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip
# Without these the browser looks for its maker's hosts at every start.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

# What is waited for comes in the end, however busy the machine: half a minute, as Playwright
# itself gives all but `expect`.
expect.set_options(timeout=30_000)

# Somebody with an account at the host.
MEMBER, PASSWORD = "Hedda Quist", "low water at noon"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that leaves a page breaks off what it was sent; the server may say so."""
    broken_off = (
        "ignore:Exception ignored in.*/(media|static)/:pytest.PytestUnraisableExceptionWarning"
    )
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings(broken_off))


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

    def story(self, slug: str) -> str:
        """The address of a story of the news."""
        with self.app.test_request_context():
            post = self._post(slug)
            return self.root + find_mount(self.app, "news").post_url(slug, post.published_at)

    def reply_address(self, slug: str) -> str:
        """Where replies to a story are sent."""
        with self.app.test_request_context():
            mount = find_mount(self.app, "news")
            return self.root + mount.url("reply", post_id=self._post(slug).id)

    def let_replies(self, slug: str, opened: bool) -> None:
        """Open or close a story to replies, as an editor would."""
        with self.app.app_context():
            self._post(slug).replies_open = opened
            db.session.commit()

    def count(self, words: str) -> int:
        """How many comments are stored with exactly these words."""
        with self.app.app_context():
            return len(db.session.scalars(select(Comment.id).filter_by(body=words)).all())

    def person_behind(self, words: str) -> str | None:
        """Whose account the comment with these words was written with."""
        with self.app.app_context():
            return db.session.scalars(select(Comment.person_id).filter_by(body=words)).one()

    def approve(self, words: str) -> None:
        """Publish the comment with these words by the command."""
        with self.app.app_context():
            number = db.session.scalars(select(Comment.id).filter_by(body=words)).one()
        command = ["newsblog", "comments", "approve", str(number), "--blog", "news"]
        done = self.app.test_cli_runner().invoke(args=command)
        assert done.exit_code == 0, done.output

    def _post(self, slug: str) -> Post:
        return db.session.scalars(select(Post).filter_by(blog="news", slug=slug)).one()


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


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes readers, each with a browser profile of their own, at a desk unless they say so."""
    contexts = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, whose file NEWSBLOG_AXE names."""
    file = os.environ.get("NEWSBLOG_AXE", "")
    if not file:
        skip_or_fail("axe", "NEWSBLOG_AXE names no axe.min.js; get one with: npm pack axe-core")
    return Path(file).read_text(encoding="utf-8")


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The example with its demo stories in a new folder, on a port of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", f"sqlite:///{folder}/site.sqlite")
        patch.setenv("FLASK_NEWSBLOG_MEDIA_FOLDER", str(folder / "media"))
        patch.setenv("FLASK_NEWSBLOG_REPLY_PAUSE_SECONDS", "0")
        patch.setenv("FLASK_NEWSBLOG_SHOW_CHANGES", "1")
        # Tests leave many comments that wait, and a newcomer is no attack.
        patch.setenv("FLASK_NEWSBLOG_ATTACK_HELD_REPLIES", "0")
        patch.setenv("FLASK_NEWSBLOG_REPLIES_PER_TEN_MINUTES", "0")
        app = create_app(instance_path=str(folder))
    with app.app_context():
        db.create_all()
        fill({"news": news, "blog": desk}, app)
        password = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
        db.session.add(User(name=MEMBER, password_hash=password))
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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example, which all tests of this process share, and leave stories and comments in."""
    with served(tmp_path_factory.mktemp("example")) as shared:
        yield shared


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Site]:
    """The example as it is filled, for a test that other tests' stories would disturb."""
    with served(tmp_path) as own:
        yield own
