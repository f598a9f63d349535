"""The example is a product too: it starts from its defaults and obeys the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from example_app import create_app, desk, news
from example_app.database import db
from example_app.demo.fill import fill, is_empty
from flask_newsblog.models import Comment, Post

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("example")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", f"sqlite:///{folder}/site.sqlite")
        app = create_app(instance_path=str(folder))
    with app.app_context():
        db.create_all()
        fill({"news": news, "blog": desk}, app)
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def test_the_home_page_has_the_latest_headlines_of_both_blogs(app: Flask) -> None:
    page = app.test_client().get("/")
    assert page.status_code == 200
    assert page.text.count("<li>") == 10


@pytest.mark.parametrize("address", ["/news/", "/blog/", "/news/sections/council/", "/sign-in"])
def test_its_pages_carry_the_strict_policy(app: Flask, address: str) -> None:
    page = app.test_client().get(address)
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_the_reply_form_on_its_own_page_obeys_the_strict_policy_beside_its_own(app: Flask) -> None:
    client = app.test_client()
    story = re.search(r'href="(/news/\d[^"#]+)#comments"', client.get("/news/").text)
    assert story
    form = re.search(r'action="(/news/replies/\d+)"', client.get(story[1]).text)
    assert form
    policies = client.get(form[1]).headers.getlist("Content-Security-Policy")
    assert any("default-src 'self'" in policy for policy in policies)
    assert any("frame-ancestors 'none'" in policy for policy in policies)


def test_readers_talk_under_five_of_its_stories(app: Flask) -> None:
    with app.app_context():
        talk = db.session.execute(
            select(Post.comment_count, Post.held_count).where(Post.comment_count > 0)
        ).all()
        badges = set(db.session.scalars(select(Comment.badge)))
    assert len(talk) == 5
    assert all(3 <= published <= 25 for published, _ in talk)
    assert sum(held for _, held in talk) == 1
    assert "author" in badges


def test_every_picture_that_a_page_names_is_there(app: Flask) -> None:
    client = app.test_client()
    for address in ("/news/", "/blog/"):
        for picture in set(re.findall(r'/(?:news|blog)/media/[^" ,]+', client.get(address).text)):
            with client.get(picture) as answer:
                assert answer.status_code == 200


def test_its_secret_is_kept_and_readable_by_its_owner_alone(app: Flask) -> None:
    file = Path(app.instance_path, "secret_key")
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_text() == app.secret_key


def test_a_second_start_keeps_what_is_there(app: Flask) -> None:
    with app.app_context():
        assert not is_empty()


def test_the_environment_sets_database_and_title(tmp_path: Path) -> None:
    story = tmp_path / "story.md"
    story.write_text("# A title from a heading\n\nAnd its text.\n", encoding="utf-8")
    environment = {
        **os.environ,
        "FLASK_SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/own.sqlite",
        "FLASK_NEWSBLOG_TITLE": "The Other Bulletin",
        "FLASK_SECRET_KEY": "from the environment",
    }

    def flask(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "example_app", *command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout

    flask("newsblog", "create-tables")
    said = flask("newsblog", "import-markdown", str(story), "--publish", "--blog", "news")
    assert "A title from a heading" in said
    look = (
        "from example_app import create_app; app = create_app();"
        "print(app.test_client().get('/news/').text)"
    )
    page = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True, timeout=60,
    ).stdout  # fmt: skip
    assert "The Other Bulletin" in page
    assert "A title from a heading" in page
