"""The benchmarks: the newspaper they measure holds together, and every line is measured."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from flask_newsblog.models import Byline, Comment, Post, PostState, PostTag, Tag

from .hosts import Clock, Host, plain

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
POSTS, COMMENTS = 50, 60


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, BENCHMARKS / script, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("paper") / "paper.sqlite"
    uri = f"sqlite:///{file}"
    result = run("populate.py", uri, "--posts", str(POSTS), "--comments", str(COMMENTS))
    assert result.returncode == 0, result.stderr
    assert "50 stories" in result.stdout
    return uri


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    uri = f"sqlite:///{tmp_path_factory.mktemp('archive') / 'archive.sqlite'}"
    result = run("populate.py", uri, "--posts", "3000", "--comments", "0")
    assert result.returncode == 0, result.stderr
    return uri


def steps_of(engine: sa.Engine, ask: Callable[[], Any]) -> int:
    """How many steps of its machine SQLite takes for a page, to the nearest ten."""
    taken = 0

    def count(*arguments: Any) -> None:
        nonlocal taken
        taken += 10

    def begin(connection: sa.Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(count, 10)

    sa.event.listen(engine, "begin", begin)
    assert ask().status_code == 200
    sa.event.remove(engine, "begin", begin)
    engine.dispose()
    return taken


@pytest.fixture
def connection(paper: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(paper)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def count(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Post).where(*conditions)
    return connection.execute(query).scalar_one()


def test_the_paper_has_stories_in_every_state(connection: sa.Connection) -> None:
    assert count(connection) == POSTS
    for state in PostState:
        assert count(connection, Post.state == state) > 0, state
    assert count(connection, Post.embargo_until.is_not(None)) > 0


def test_a_story_has_three_tags_and_at_most_two_names_over_it(connection: sa.Connection) -> None:
    tags = select(func.count()).select_from(PostTag).group_by(PostTag.post_id)
    assert connection.scalars(tags).all() == [3] * POSTS
    over = select(func.count()).select_from(Byline).group_by(Byline.post_id)
    names = connection.scalars(over).all()
    assert len(names) == POSTS
    assert set(names) == {1, 2}


@pytest.mark.parametrize("model", [PostTag, Byline])
def test_tags_and_names_repeat_the_time_of_a_published_story(
    connection: sa.Connection, model: type[PostTag] | type[Byline]
) -> None:
    rows = connection.execute(
        select(Post.state, Post.published_at, model.published_at).join(
            model, model.post_id == Post.id
        )
    )
    for state, published_at, copy in rows:
        assert copy == (published_at if state == PostState.PUBLISHED else None)


def test_one_tag_is_common_and_some_are_rare(connection: sa.Connection) -> None:
    on = dict(
        connection.execute(select(PostTag.tag_id, func.count()).group_by(PostTag.tag_id)).all()
    )
    assert on[1] > POSTS / 4
    assert connection.scalar(select(func.count()).select_from(Tag)) == 200
    assert 0 < on[200] <= 5


def test_a_thread_hangs_together(connection: sa.Connection) -> None:
    rows = connection.execute(select(*Comment.__table__.c).order_by(Comment.id)).all()
    known = {row.id: row for row in rows}
    assert any(row.depth > 1 for row in rows)
    for row in rows:
        if row.parent_id is None:
            assert (row.root_id, row.depth) == (None, 0)
        else:
            above = known[row.parent_id]
            assert row.post_id == above.post_id
            assert row.depth == above.depth + 1
            assert row.root_id == (above.root_id or above.id)


def test_a_story_counts_its_replies(connection: sa.Connection) -> None:
    stored = select(func.count()).where(Comment.post_id == Post.id).scalar_subquery()
    rows = connection.execute(select(Post.slug, Post.comment_count, stored)).all()
    assert all(said == found for _, said, found in rows)
    assert {slug: said for slug, said, _ in rows if said} == {
        "fifty-replies": 50,
        "many-replies": COMMENTS,
    }


def test_a_paper_is_not_filled_twice(paper: str) -> None:
    result = run("populate.py", paper, "--posts", str(POSTS))
    assert result.returncode == 1
    assert result.stderr == "There are stories in this database already; name an empty one.\n"


def test_too_few_stories_are_refused() -> None:
    result = run("populate.py", "sqlite://", "--posts", "19")
    assert result.returncode == 2
    assert "argument --posts: 19 is too few; 20 is the least" in result.stderr


@pytest.mark.parametrize("path", ["/", "/tags/town/", "/sections/sport/", "/authors/ada-arkell/"])
def test_a_page_deep_in_a_list_is_found_as_fast_as_the_first(
    archive: str, open_hosts: Callable[..., Host], path: str
) -> None:
    clock = Clock(datetime(2026, 1, 15, 12, tzinfo=UTC))
    host = open_hosts(plain, archive, given={"clock": clock})
    with host.app.app_context():
        engine = host.app.extensions["sqlalchemy"].engine
        oldest = select(Post.id).order_by(Post.published_at).where(Post.state == "published")
        with engine.connect() as connection:
            deep = connection.scalar(oldest.offset(300).limit(1))
    first, towards_old, towards_new = (
        steps_of(engine, lambda query=query: host.get(f"{path}{query}"))
        for query in ("", f"?before={deep}", f"?after={deep}")
    )
    assert towards_old < first * 1.5
    assert towards_new < first * 1.5


def test_the_report_has_every_page_and_every_budget() -> None:
    result = run("pages.py", "--quick")
    assert result.returncode == 0, result.stderr
    rows = [line.strip("|").split(" | ") for line in result.stdout.splitlines() if line[:1] == "|"]
    pages = [row for row in rows if len(row) == 7 and "---" not in row[0]][1:]
    budgets = [row for row in rows if len(row) == 4 and "---" not in row[0]][1:]
    assert [row[0].strip() for row in pages] == [
        "front page",
        "older page, deep in the list",
        "article, 0 replies stored",
        "article, 50 replies stored",
        "article, 80 replies stored",
        "tag, on half of the stories",
        "tag, on a handful",
        "section with sections below",
        "author",
        "month",
        "newsroom list",
        "posting a reply",
    ]
    # Posting has no bytes to compare with.
    cells = [cell.strip() for row in pages for cell in row[1:]]
    assert all(float(cell.replace(",", "")) > 0 for cell in cells if cell != "–")
    assert cells.count("–") == 2
    (commits,) = (row for row in budgets if row[0].startswith(" commits: "))
    assert (commits[2], commits[3].strip()) == ("1", "kept")
    budgets.remove(commits)
    statements = [row for row in budgets if row[0].startswith(" statements: ")]
    assert len(statements) == len(pages)
    assert all(row[3].strip() == "kept" for row in statements)
    # Of so few requests the times mean nothing; that they were measured is what counts.
    times = [row for row in budgets if row not in statements]
    assert len(times) == 7
    assert all(row[3].strip() in ("kept", "MISSED") for row in times)


def test_two_databases_or_none(tmp_path: Path) -> None:
    result = run("pages.py", f"sqlite:///{tmp_path}/one.sqlite")
    assert result.returncode == 2
    assert "name two databases, the large and the small, or none" in result.stderr
