"""The example is a product too: it starts from its defaults and obeys the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from example_app import create_app, desk, news
from example_app.database import db
from example_app.demo.fill import fill, is_empty
from example_app.people import User, can
from flask_newsblog import Action, Person
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


def test_of_many_first_starts_at_once_all_have_one_secret(tmp_path: Path) -> None:
    # As processes, which is how servers start many: apps made in threads of one interpreter
    # trip over a fault of CPython 3.11's parser.
    start = (
        "import sys; from example_app import create_app; print(create_app(sys.argv[1]).secret_key)"
    )
    command = [sys.executable, "-c", start, str(tmp_path)]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    (secret,) = {process.communicate()[0].strip() for process in starts}
    assert len(secret) == 64
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def sign_in(app: Flask, name: str, goal: str) -> Any:
    client = app.test_client()
    form = client.get("/sign-in").text
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
    data = {"csrf_token": token, "name": name, "password": "secret"}
    return client.post("/sign-in", query_string={"next": goal}, data=data)


@pytest.fixture(scope="module")
def ann(app: Flask) -> str:
    with app.app_context():
        hashed = generate_password_hash("secret", method="pbkdf2:sha256:1")
        db.session.add(User(name="Ann", is_editor=True, password_hash=hashed))
        db.session.add(User(name="Ben", is_editor=False, password_hash=hashed))
        db.session.commit()
    return "Ann"


TRICKS = [
    "//evil", "/\\evil", "\\/evil", "/\t/evil", "/\n/x", "/\r/evil", "\t//evil", " //evil",
    "/\x00/evil", "/\x7f/evil", "/\x85/evil", "https://evil", "javascript:alert(1)", "evil", "",
]  # fmt: skip


@pytest.mark.parametrize("goal", TRICKS, ids=repr)
def test_signing_in_leads_to_no_other_site(app: Flask, ann: str, goal: str) -> None:
    answer = sign_in(app, ann, goal)
    assert (answer.status_code, answer.location) == (303, "/")


def test_signing_in_leads_on_to_where_one_was_going(app: Flask, ann: str) -> None:
    assert sign_in(app, ann, "/news/newsroom/?state=draft").location.endswith("?state=draft")


def test_what_a_person_may_is_decided_about_that_person(app: Flask, ann: str) -> None:
    with app.app_context():
        users = {user.name: user for user in db.session.scalars(select(User))}
    with app.test_request_context():
        login_user(users["Ben"])
        assert can(Person(str(users["Ann"].id), "Ann"), Action.ENTER, None)
        assert not can(Person(str(users["Ben"].id), "Ben"), Action.ENTER, None)
        assert not can(Person("sign-in:1", "Ann"), Action.ENTER, None)


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
