"""The example is a product too: it starts from its defaults and obeys the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user
from sqlalchemy import func, select
from werkzeug.security import generate_password_hash

from example_app import create_app, desk, news
from example_app.database import db
from example_app.demo.fill import fill, is_empty
from example_app.people import User, can
from flask_newsblog import Action, Person
from flask_newsblog.commands.mail import send_due
from flask_newsblog.models import Comment, CommentState, CommentVerdict, Post, Report, Rule
from flask_newsblog.mount import find_mount

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
    assert "author" in badges


def test_its_desk_has_something_of_everything_to_decide(app: Flask) -> None:
    with app.app_context():
        reasons = db.session.scalars(
            select(CommentVerdict.check)
            .join(Comment, Comment.id == CommentVerdict.comment_id)
            .where(Comment.state == CommentState.HELD)
        )
        states = Counter(db.session.scalars(select(Comment.state)))
        held = db.session.scalar(select(func.sum(Post.held_count)))
    assert set(reasons) == {
        "first_time_without_proof", "too_many_links", "shouts", "has_a_listed_word",
        "was_said_before",
    }  # fmt: skip
    assert states[CommentState.HELD] == held == 5
    assert states[CommentState.REJECTED] == states[CommentState.SPAM] == 1


def test_its_desk_has_decided_and_is_told_of_what_readers_report(app: Flask) -> None:
    with app.app_context():
        rejected = db.session.scalars(select(Comment.rejection).where(Comment.rejection != ""))
        assert len(rejected.all()) == 1
        reports = db.session.scalars(select(Report).where(Report.closed_at.is_(None))).all()
        assert sorted(report.comment_id is None for report in reports) == [False, False, True]
        assert len({report.comment_id for report in reports}) == 2
        assert len(db.session.scalars(select(Comment.id).where(Comment.picked)).all()) == 1
        assert len(db.session.scalars(select(Comment.id).where(Comment.edited_at)).all()) == 1
        assert len(db.session.scalars(select(Post.pinned_comment_id)).unique().all()) == 2
        assert len(db.session.scalars(select(Rule.id)).all()) == 2


def test_its_mail_goes_into_a_folder(tmp_path: Path) -> None:
    app = create_app(
        instance_path=str(tmp_path),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/site.sqlite",
        NEWSBLOG_MAIL_FROM="desk@bulletin.example",
        NEWSBLOG_BASE_URL="http://127.0.0.1:5000",
        NEWSBLOG_MODERATORS="miriam@bulletin.example",
    )
    with app.app_context():
        db.create_all()
        fill({"news": news, "blog": desk}, app)
        db.session.commit()
        assert send_due(find_mount(app, "news"), Event())
        db.engine.dispose()
    (page,) = tmp_path.glob("mail/agnes_at_example.com*.html")
    assert "/news/replies/confirm/" in page.read_text("utf-8")
    (notice,) = tmp_path.glob("mail/miriam*.eml")
    mail = message_from_bytes(notice.read_bytes(), policy=default)
    assert mail["Subject"].startswith("5 comments wait")


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
