"""Measures the pages beside bare Flask views, and says which budgets are kept.

::

    python benchmarks/pages.py                    # SQLite, 100,000 stories, in a temporary folder
    python benchmarks/pages.py LARGE_URI SMALL_URI   # two databases, each filled if it is empty
    python benchmarks/pages.py --quick            # few stories, few requests: does it run?

What is compared is measured in turns within one run, and a ratio is the median over the
rounds: what slows the machine for a while slows both sides. Times are processor time of
this process, the least of all rounds; of a database server's own time nothing is counted.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import bare
import populate
import posting
import sqlalchemy as sa
from bare import Group, Shown
from flask import Flask, template_rendered
from flask_sqlalchemy import SQLAlchemy
from populate import BLOG, MOMENT
from stopwatch import Race, answer, counted, race, request

from flask_newsblog import NewsBlog, Person
from flask_newsblog.database import session
from flask_newsblog.models import Post
from flask_newsblog.mount import find_mount

TITLE, TAGLINE = "The Harbour Bulletin", "All About The Latest Updates"
CACHE_SECONDS = 3600

# Statements per page, by what it is.
LIST, ARTICLE, NEWSROOM = 4, 6, 8
REPLY, COMMITS = 12, 1


@dataclass(frozen=True)
class Plan:
    """How much is stored and how long is measured."""

    posts: int
    few: int
    comments: int
    rounds: int
    seconds: float


FULL = Plan(posts=100_000, few=1_000, comments=10_000, rounds=15, seconds=0.15)
QUICK = Plan(posts=120, few=40, comments=80, rounds=1, seconds=0)


@dataclass
class Page:
    """A page of ours and what was found out about it."""

    name: str
    path: str
    statements_allowed: int
    statements: int = 0
    rule: str = ""
    body: bytes = b""
    shown: Shown = field(default_factory=Shown)


@dataclass(frozen=True)
class Budget:
    """A bound, what was measured, and whether it is kept."""

    name: str
    measured: float
    bound: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        if self.at_least:
            return self.measured >= self.bound
        return self.measured <= self.bound


def newspaper(uri: str, *, known: bool = True, **config: Any) -> Flask:
    """A host with nothing but the blog, whose clock stands still.

    It lets everyone in whom it knows, which is all or nobody.
    """
    app = Flask("newspaper")
    app.config.update(SECRET_KEY=bare.SECRET, SQLALCHEMY_DATABASE_URI=uri, **config)
    SQLAlchemy(app)
    paper = NewsBlog(
        BLOG,
        title=TITLE,
        tagline=TAGLINE,
        clock=lambda: MOMENT,
        current_person=lambda: Person("1", "Ada Arkell") if known else None,
        can=lambda person, action, thing: True,
    )
    app.register_blueprint(paper, url_prefix="/news")
    return app


def pages_of(app: Flask, comments: int) -> list[Page]:
    """The pages that are measured, with what each shows."""
    with app.test_request_context("/news/"):
        mount = find_mount(app, BLOG)
        at = dict(_named_stories())
        none, fifty, many = (mount.post_url(slug, at[slug]) for slug in populate.NAMED)
        day = at[populate.NO_REPLIES]
        section = mount.url("section", slug=populate.NESTED_SECTION)
        pages = [
            Page("front page", mount.url("front"), LIST),
            Page("older page, deep in the list", f"{mount.url('front')}?before={_deep()}", LIST),
            Page("article, 0 replies stored", none, ARTICLE),
            Page("article, 50 replies stored", fifty, ARTICLE),
            Page(f"article, {comments:,} replies stored", many, ARTICLE),
            Page("tag, on half of the stories", mount.url("tag", slug=populate.COMMON_TAG), LIST),
            Page("tag, on a handful", mount.url("tag", slug=populate.RARE_TAG), LIST),
            Page("section with sections below", section, LIST),
            Page("author", mount.url("author", slug=populate.AN_AUTHOR), LIST),
            Page("month", mount.url("month", year=day.year, month=day.month), LIST),
            Page("newsroom list", mount.url("newsroom"), NEWSROOM),
        ]
    for page in pages:
        look_at(app, page)
    return pages


def _named_stories() -> Iterator[tuple[str, datetime]]:
    named = sa.select(Post.slug, Post.published_at).where(Post.slug.in_(populate.NAMED))
    for slug, at in session().execute(named):
        if at is not None:
            yield slug, at


def _deep() -> Any:
    """The id of a story with a quarter of all behind it."""
    total = session().scalar(sa.select(sa.func.count()).select_from(Post)) or 0
    oldest = sa.select(Post.id).where(Post.published_at <= MOMENT).order_by(Post.published_at)
    return session().scalar(oldest.offset(total // 4).limit(1))


def look_at(app: Flask, page: Page) -> None:
    """Ask for a page and note its rule, its bytes, its statements and which stories it shows."""
    contexts: list[Any] = []

    def note(sender: Flask, template: Any, context: dict[str, Any], **more: Any) -> None:
        contexts.append(context["page"])

    with app.test_request_context(page.path) as context:
        page.rule = context.request.url_rule.rule if context.request.url_rule else ""
    request(app, page.path)()
    with template_rendered.connected_to(note, app), counted(app) as statements:
        page.body = answer(app, page.path)
    page.statements = len(statements)
    page.shown = _shown_on(contexts[-1])


def _shown_on(page: Any) -> Shown:
    match type(page).__name__:
        case "StoryPage":
            near = page.nearby
            return Shown(
                older=near.older and near.older.id,
                newer=near.newer and near.newer.id,
                related=[card.id for card in near.related],
                replies=[comment.id for comment in page.thread.comments],
            )
        case "DoorPage":
            return Shown([Group([row.id for row in page.rows])], older=page.older)
        case "FrontPage":
            top = [page.lead, *page.seconds] if page.lead else []
            groups = [
                Group([card.id for card in top]),
                *(Group([c.id for c in row.cards], row.section, False) for row in page.rows),
                Group([card.id for card in page.river]),
            ]
        case _:
            groups = [Group([card.id for card in page.cards])]
    return Shown(groups, page.paging.older, page.paging.newer)


def measure(large: str, small: str, plan: Plan) -> Iterator[str]:
    """The lines of the report."""
    app, few = newspaper(large), newspaper(small)
    pages, few_pages = pages_of(app, plan.comments), pages_of(few, plan.comments)
    plain = bare.create_app(sa.create_engine(large), _all_shown(pages), TITLE, TAGLINE)
    budgets: list[Budget] = []

    yield "| page | ms | statements | bytes | same bytes, ms | same rows, ms | to same rows |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for page in pages:
        found = _beside_bare_views(app, plain, page, plan)
        ratio = found.ratio("ours", "rows")
        yield (
            f"| {page.name} | {found.best('ours'):.2f} | {page.statements} | {len(page.body):,}"
            f" | {found.best('bytes'):.3f} | {found.best('rows'):.2f} | {ratio:.2f} |"
        )
        budgets.append(Budget(f"statements: {page.name}", page.statements, page.statements_allowed))
        if page is _named("50 replies", pages):
            budgets.append(Budget("article to a bare view of the same rows", ratio, 1.0))
    # All of one moment wait: that is an attack, and newcomers would be told so first.
    open_to_all = newspaper(large, known=False, NEWSBLOG_ATTACK_HELD_REPLIES=0)
    line, found_of_posting = _posting(open_to_all, large, plan)
    yield line
    budgets += found_of_posting
    yield ""
    budgets += _with_page_cache(large, [pages[0], _named("50 replies", pages)], plan)
    budgets += _with_more_stored(app, few, pages, few_pages, plan)
    yield from _budget_table(budgets)


def _named(part: str, pages: list[Page]) -> Page:
    """The first page with this in its name."""
    return next(page for page in pages if part in page.name)


def _posting(app: Flask, uri: str, plan: Plan) -> tuple[str, list[Budget]]:
    engine = sa.create_engine(uri)
    with engine.connect() as connection:
        story = sa.select(Post.id).where(Post.slug == populate.NO_REPLIES)
        post_id = connection.scalar(story) or 0
    posted = posting.measure(app, engine, post_id, plan.rounds, plan.seconds)
    turns = posted.turns
    engine.dispose()
    line = (
        f"| posting a reply | {turns.best('ours'):.2f} | {posted.statements} | – | – |"
        f" {turns.best('bare'):.2f} | {turns.ratio('ours', 'bare'):.2f} |"
    )
    budgets = [
        Budget("statements: posting a reply", posted.statements, REPLY),
        Budget("commits: posting a reply", posted.commits, COMMITS),
    ]
    return line, budgets


def _beside_bare_views(app: Flask, plain: Flask, page: Page, plan: Plan) -> Race:
    runners = {
        "ours": request(app, page.path),
        "bytes": request(bare.repeat(page.rule, page.body), page.path),
        "rows": request(plain, page.path),
    }
    return race(runners, plan.rounds, plan.seconds)


def _all_shown(pages: Iterable[Page]) -> dict[str, Shown]:
    return {page.path: page.shown for page in pages}


def _with_page_cache(uri: str, pages: Iterable[Page], plan: Plan) -> Iterator[Budget]:
    cached = newspaper(uri, NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=CACHE_SECONDS)
    for page in pages:
        repeat = bare.repeat(page.rule, answer(cached, page.path))
        runners = {"cached": request(cached, page.path), "bytes": request(repeat, page.path)}
        found = race(runners, plan.rounds, plan.seconds)
        name = f"page cache on, rate to the same bytes: {page.name}"
        yield Budget(name, found.ratio("bytes", "cached"), 0.6, at_least=True)


def _with_more_stored(
    app: Flask, few: Flask, pages: list[Page], few_pages: list[Page], plan: Plan
) -> Iterator[Budget]:
    for name in ("front page", "50 replies", "tag, on half"):
        page, small = _named(name, pages), _named(name, few_pages)
        runners = {"many": request(app, page.path), "few": request(few, small.path)}
        found = race(runners, plan.rounds, plan.seconds)
        yield Budget(
            f"{plan.posts:,} stories to {plan.few:,}: {page.name}", found.ratio("many", "few"), 1.2
        )
    many, fifty = (_named(name, pages) for name in (f"{plan.comments:,} replies", "50 replies"))
    runners = {"many": request(app, many.path), "fifty": request(app, fifty.path)}
    found = race(runners, plan.rounds, plan.seconds)
    name = f"{plan.comments:,} replies to 50: article"
    yield Budget(name, found.ratio("many", "fifty"), 1.5)


def _budget_table(budgets: Iterable[Budget]) -> Iterator[str]:
    yield "| budget | bound | measured | |"
    yield "| --- | ---: | ---: | --- |"
    for budget in budgets:
        sign = "≥" if budget.at_least else "≤"
        verdict = "kept" if budget.kept else "MISSED"
        yield f"| {budget.name} | {sign} {budget.bound:g} | {budget.measured:.3g} | {verdict} |"


def _filled(uri: str, posts: int, comments: int) -> str:
    """The database, with stories in it."""
    url = sa.make_url(uri)
    if url.get_backend_name() == "sqlite" and url.database:
        # Flask-SQLAlchemy looks for a relative path in the app's instance folder.
        url = url.set(database=str(Path(url.database).resolve()))
    engine = sa.create_engine(url)
    if not populate.is_filled(engine):
        populate.fill(engine, posts, comments)
    engine.dispose()
    return url.render_as_string(hide_password=False)


def _plan_from(given: argparse.Namespace) -> Plan:
    base = QUICK if given.quick else FULL
    return Plan(
        posts=given.posts or base.posts,
        few=given.few or base.few,
        comments=given.comments or base.comments,
        rounds=given.rounds or base.rounds,
        seconds=base.seconds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("uris", nargs="*", metavar="URI", help="the large and the small database")
    parser.add_argument("--posts", type=int, help="stories in the large database")
    parser.add_argument("--few", type=int, help="stories in the small database")
    parser.add_argument("--comments", type=int, help="replies to the story with many")
    parser.add_argument("--rounds", type=int, help="rounds of each measurement")
    parser.add_argument("--quick", action="store_true", help="does it run? Times mean nothing")
    given = parser.parse_args()
    if len(given.uris) not in (0, 2):
        parser.error("name two databases, the large and the small, or none")
    plan = _plan_from(given)
    with tempfile.TemporaryDirectory() as folder:
        uris = given.uris or [f"sqlite:///{Path(folder, n)}.sqlite" for n in ("large", "small")]
        large = _filled(uris[0], plan.posts, plan.comments)
        small = _filled(uris[1], plan.few, plan.comments)
        database = sa.make_url(large).get_backend_name()
        print(f"Python {platform.python_version()}, SQLAlchemy {sa.__version__}, {database};")
        print(f"{plan.posts:,} and {plan.few:,} stories; the best of {plan.rounds} rounds;")
        print("processor time of a request, the garbage collector on.\n")
        for line in measure(large, small, plan):
            print(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
