"""``flask newsblog check``: what it prints, how it leaves, and that it never fails itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from example_app.database import db, prepare_sqlite
from flask_newsblog import NewsBlog
from flask_newsblog.doctor.examine import CHECKS, Check, examine
from flask_newsblog.doctor.findings import Finding, Level, worst_first
from flask_newsblog.mount import find_mount

from ..documents import table
from ..hosts import Host, HostApp, counted_statements, plain, second_address, two_blogs
from .patients import HOOKS, WELL, be_well


@pytest.fixture
def healthy(tmp_path: Path) -> Iterator[Host]:
    """A host with nothing to be said against it."""
    app = HostApp("host", instance_path=str(tmp_path / "instance"))
    app.config.update(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/news.sqlite", SECRET_KEY="x", **WELL
    )
    db.init_app(app)
    prepare_sqlite(app)
    app.register_blueprint(NewsBlog("news", title="The Harbour Bulletin", **HOOKS))
    with app.app_context():
        db.create_all()
        db.engine.dispose()
    yield be_well(Host(app))
    with app.app_context():
        db.engine.dispose()


def test_a_site_in_good_health_leaves_with_0(healthy: Host) -> None:
    done = healthy.run("check", "--strict")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "The Harbour Bulletin (news)"
    assert lines[-1] == f"0 errors, 0 warnings, 0 info, {len(CHECKS)} good."
    assert all(line.startswith("good    ") for line in lines[1:-1])


def test_an_error_leaves_with_1_and_comes_first_with_its_remedy(healthy: Host) -> None:
    healthy.app.secret_key = "dev"
    done = healthy.run("check")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[1].startswith("error   secret: SECRET_KEY is a word from examples")
    assert any(line.startswith("        → Make one with: python -c") for line in lines)
    assert max(map(len, lines)) <= 100


def test_a_warning_leaves_with_1_only_where_it_is_asked_for(healthy: Host) -> None:
    healthy.app.config["SESSION_COOKIE_SAMESITE"] = None
    assert healthy.run("check").exit_code == 0
    assert healthy.run("check", "--strict").exit_code == 1


def test_machines_get_json(open_hosts: Callable[..., Host]) -> None:
    done = open_hosts(two_blogs).run("check", "--json")
    found = json.loads(done.stdout)
    assert [entry["blog"] for entry in found] == ["other", "news"]
    for entry in found:
        for finding in entry["findings"]:
            assert set(finding) == {"level", "name", "what", "remedy"}
            assert finding["what"]
            assert bool(finding["remedy"]) == (finding["level"] != "good")


def test_one_blog_can_be_meant_and_one_with_two_addresses_is_looked_at_once(
    open_hosts: Callable[..., Host],
) -> None:
    one = json.loads(open_hosts(two_blogs).run("check", "--json", "--blog", "other").stdout)
    assert [entry["blog"] for entry in one] == ["other"]
    both = json.loads(open_hosts(second_address).run("check", "--json").stdout)
    assert [entry["blog"] for entry in both] == ["news"]


def test_every_kind_of_host_can_be_looked_at(any_host: Host) -> None:
    done = any_host.run("check", "--json")
    assert "could not be looked at" not in done.stdout
    assert done.exit_code == 0, done.stdout


def test_the_doctor_changes_nothing(host: Host) -> None:
    with counted_statements(host.app) as sent:
        host.run("check")
    # SQLite is asked of each table alone.
    assert len(sent) < 400
    for statement in sent:
        word = statement.split()[0].upper()
        assert word in {"SELECT", "PRAGMA", "SHOW", "WITH"}, statement


def test_a_check_that_fails_is_a_finding_and_the_others_are_heard(
    open_hosts: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    host = open_hosts(plain)

    def fails(mount: object) -> list[Finding]:
        raise RuntimeError("the moon is full")

    checks = (Check("moon", "No moon.", fails), Check("sun", "The sun shines.", lambda _: ()))
    with host.app.app_context(), caplog.at_level(logging.ERROR):
        first, second = examine(find_mount(host.app, "news"), checks)
    assert first.level == Level.ERROR
    assert first.what == "This could not be looked at: RuntimeError: the moon is full"
    assert "traceback" in first.remedy
    assert "RuntimeError: the moon is full" in caplog.text
    assert second == Finding(Level.GOOD, "sun", "The sun shines.")


def test_the_worst_comes_first_and_else_the_order_stays() -> None:
    findings = [Finding(level, name, "") for name in "ab" for level in reversed(Level)]
    ordered = [(f.level, f.name) for f in worst_first(findings)]
    assert ordered == [(level, name) for level in Level for name in "ab"]


def test_every_check_is_documented() -> None:
    assert set(table("doctor.md", "Check").column("Check")) == {check.name for check in CHECKS}
    assert table("doctor.md", "Level").column("Level") == [level.value for level in Level]
