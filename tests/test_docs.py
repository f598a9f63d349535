"""The documentation is true: what is there is named, and what is named is there."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest
import sqlalchemy as sa
from jinja2 import DictLoader, nodes

import flask_newsblog
from flask_newsblog import Action, NewsBlog, Origin, Person, Settings, headlines, signals
from flask_newsblog import context as blog_context
from flask_newsblog.cli import newsblog_group
from flask_newsblog.comments import checks
from flask_newsblog.comments import pages as comment_pages
from flask_newsblog.comments.rulebook import RuleHit
from flask_newsblog.config import load_settings
from flask_newsblog.database import session, utcnow
from flask_newsblog.errors import LOST
from flask_newsblog.i18n import Words
from flask_newsblog.models import Post, PostState, RuleKind
from flask_newsblog.people import ROLE_MAY, never, nobody
from flask_newsblog.posts import pages, queries
from flask_newsblog.posts.revisions import save
from flask_newsblog.posts.written import written_in
from flask_newsblog.settings import PREFIX, SettingError
from flask_newsblog.transfer import markdown
from flask_newsblog.urls import addresses

from .documents import ROOT, Code, code, prose, read, table, table_under, tables
from .hosts import (
    Clock,
    Host,
    User,
    bare_app,
    open_host,
    path_of,
    plain,
    two_blogs,
    with_flask_login,
    write_story,
)  # fmt: skip

PACKAGE = Path(flask_newsblog.__file__).parent
TEMPLATES = PACKAGE / "templates" / "newsblog"


# The README's program


def program() -> str:
    """The first program of the README."""
    return next(c.text for c in code("python") if c.file.name == "README.md")


def example_story(name: str = "README.md") -> str:
    """The story that a page writes as an example."""
    return next(c.text for c in code("markdown") if c.file.name == name)


def shell_lines(name: str) -> list[str]:
    """The ``flask --app app`` commands of a page, in order."""
    lines = (line for c in code("sh") if c.file.name == name for line in c.text.splitlines())
    return [line for line in lines if line.startswith("flask --app app ")]


READER = """
from app import create_app
from flask_newsblog import latest_stories
app = create_app()
with app.test_request_context():
    (story,) = latest_stories("news")
for path in ("/news/", story.url):
    page = app.test_client().get(path)
    assert page.status_code == 200, (path, page.status)
    print(page.text)
"""


@pytest.mark.parametrize("page", ["README.md", "quickstart.md"])
def test_the_quickstart_makes_a_news_site(tmp_path: Path, page: str) -> None:
    text = next(c.text for c in code("python") if c.file.name == page)
    assert len(text.splitlines()) <= 15
    (tmp_path / "app.py").write_text(text, "utf-8")
    (tmp_path / "story.md").write_text(example_story(page), "utf-8")
    environment = {name: v for name, v in os.environ.items() if not name.startswith("FLASK")} | {
        "FLASK_SECRET_KEY": "a secret for tests",
        "FLASK_SQLALCHEMY_DATABASE_URI": "sqlite:///news.sqlite",
        "PYTHONIOENCODING": "utf-8",
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    commands = [line for line in shell_lines(page) if not line.endswith(" run")]
    said = "".join(run("-m", *line.split()) for line in commands)
    assert "created, published: The ferry is back" in said
    assert "http://127.0.0.1:5000/news/newsroom/sign-in/" in said
    shown = run("-c", READER)
    assert "The Harbour Bulletin" in shown
    assert shown.index("<h1") < shown.rindex("First ashore were two cyclists and a dog.")


def test_the_readme_and_the_quickstart_write_the_same_program() -> None:
    assert program() in [c.text for c in code("python") if c.file.name == "quickstart.md"]


# Settings


def test_every_setting_is_documented_as_it_is() -> None:
    kinds = {"str": "text", "int": "number", "bool": "true or false"}
    expected = []
    for field in dataclasses.fields(Settings):
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        meaning = field.metadata["meaning"].replace("`", "")
        expected.append(
            (PREFIX + field.name.upper(), kinds[str(field.type)], str(default) or "empty", meaning)
        )
    assert list(table("settings.md", "Setting").rows) == expected


def test_the_settings_page_says_where_a_value_comes_from() -> None:
    for name, config, given, expected in (
        ("sports", {"NEWSBLOG_SPORTS_TITLE": "a", "NEWSBLOG_TITLE": "b"}, {"title": "c"}, "a"),
        ("sports", {"NEWSBLOG_TITLE": "b"}, {"title": "c"}, "b"),
        ("sports", {}, {"title": "c"}, "c"),
        ("sports", {}, {}, "News"),
        ("local-sports", {"NEWSBLOG_LOCAL_SPORTS_TITLE": "a"}, {}, "a"),
    ):
        assert load_settings(name, config, given).title == expected


@pytest.mark.parametrize(
    "config",
    [
        {"NEWSBLOG_TITEL": "x"},
        {"NEWSBLOG_TIME_ZONE": "Lisbon"},
        {"NEWSBLOG_PUBLIC_PAGES": "on", "NEWSBLOG_LANGUAGE": "auto"},
    ],
    ids=str,
)
def test_the_refusals_on_the_settings_page_are_the_real_ones(config: dict[str, str]) -> None:
    with pytest.raises(SettingError) as refused:
        load_settings("news", config, {})
    assert str(refused.value) in prose("settings.md")


def test_the_refusal_on_the_quickstart_page_is_the_real_one() -> None:
    app, _ = bare_app()
    app.secret_key = None
    with pytest.raises(flask_newsblog.SetupError) as refused:
        app.register_blueprint(NewsBlog("news"))
    assert str(refused.value) in prose("quickstart.md")


# Commands


def test_every_command_and_option_is_documented() -> None:
    headings = re.findall(r"^###? (.+)$", read("commands.md"), re.MULTILINE)
    known = dict(commands_of(newsblog_group))
    assert sorted(headings) == sorted(known)
    for name, command in known.items():
        context = click.Context(command)
        named = [
            p.make_metavar(context) if isinstance(p, click.Argument) else _option(p, context)
            for p in command.params
        ]
        tables_here = [t for t in tables("commands.md") if t.heading == name]
        documented = [row[0] for t in tables_here for row in t.rows if t.columns[0] != "Role"]
        assert sorted(documented) == sorted(named), name


def commands_of(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands of a group by name, those of a group in it after that group's name."""
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{before}{name} ")


def _option(option: click.Parameter, context: click.Context) -> str:
    flag = option.opts[-1]
    taken = "" if isinstance(option, click.Option) and option.is_flag else option.metavar
    if taken is None:
        taken = option.make_metavar(context)
    return f"{flag} {taken}".strip()


def test_every_role_is_documented() -> None:
    expected = {
        role: "all of them" if actions == set(Action) else {a.name for a in actions}
        for role, actions in ROLE_MAY.items()
    }
    documented = {
        role: actions if actions == "all of them" else set(actions.split(", "))
        for role, actions in table("commands.md", "Role").rows
    }
    assert documented == expected


# Hooks and signals


def test_every_hook_is_documented_with_its_signature() -> None:
    parameters = inspect.signature(NewsBlog).parameters.values()
    hooks = {p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    documented = {row[0]: row[1] for row in table("hooks.md", "Hook").rows}
    assert set(documented) == hooks
    for name, default in (("current_person", nobody), ("can", never)):
        signature = str(inspect.signature(default)).replace("'", "")
        assert documented[name].replace("\\", "") == signature


def test_every_action_is_documented() -> None:
    documented = [row[:2] for row in table("hooks.md", "Action").rows]
    assert documented == [(f"Action.{action.name}", action.value) for action in Action]


def test_every_signal_is_documented_and_sent_with_those_keywords() -> None:
    documented: dict[str, set[str]] = {}
    for row in table("hooks.md", "Signal").rows:
        documented.setdefault(row[0], set()).add(row[1])
    known = {
        name: value
        for name, value in vars(signals).items()
        if isinstance(value, signals.NamedSignal)
    }
    assert set(documented) == set(known)
    assert set(documented) <= set(flask_newsblog.__all__)
    host = open_host(plain, "sqlite://")
    sent: dict[str, set[str]] = {}

    def listener(name: str) -> Callable[..., None]:
        def note(sender: Any, **keywords: Any) -> None:
            assert sender is host.app
            sent[name] = set(keywords)

        return note

    listeners = {name: listener(name) for name in known}
    for name, signal in known.items():
        signal.connect(listeners[name], host.app)
    host.run("import-markdown", "-", "--publish", input="# A title\n\nWords.\n")
    host.open(
        "/replies/1",
        method="POST",
        data={"comment": "Words.", "author": "Ann", "email": "ann@bulletin.example"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    host.run("comments", "approve", "1")
    with host.app.app_context():
        post = session().get_one(Post, 1)
        words = replace(written_in(post), body="Other words.")
        save(post, words, Person("7", "Ann"), utcnow(), base=post.saved_revision)
        session().commit()
    host.run("stories", "update", "1")
    assert sent == documented
    close(host)


def close(host: Host) -> None:
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].session.remove()
        host.app.extensions["sqlalchemy"].engine.dispose()


# Templates


def blocks_of(host: Host) -> dict[str, list[str]]:
    """The blocks of each template, in order, as Jinja reads them."""
    found = {}
    for file in (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")):
        tree = host.app.jinja_env.parse(file.read_text("utf-8"))
        name = file.relative_to(TEMPLATES).as_posix()
        found[name] = list(dict.fromkeys(b.name for b in tree.find_all(nodes.Block)))
    return found


def test_every_template_is_documented_with_its_blocks(
    open_hosts: Callable[..., Host],
) -> None:
    documented = {
        row[0]: set(filter(None, row[2].split(", ")))
        for row in table("templates.md", "Template").rows
    }
    actual = {name: set(blocks) for name, blocks in blocks_of(open_hosts(plain)).items()}
    assert documented == actual


def test_every_block_is_documented(open_hosts: Callable[..., Host]) -> None:
    documented = [
        row[0] for t in tables("templates.md") if t.columns[0] == "Block" for row in t.rows
    ]
    actual = {name for blocks in blocks_of(open_hosts(plain)).values() for name in blocks}
    assert len(documented) == len(set(documented))
    assert set(documented) == actual


def test_plain_names_are_left_to_the_layout() -> None:
    names = {row[0] for t in tables("templates.md") if t.columns[0] == "Block" for row in t.rows}
    assert {name for name in names if "_" not in name} == {"title", "head", "content"}


MODULES_OF_PAGES = [
    import_module(".".join(["flask_newsblog", *file.relative_to(PACKAGE).with_suffix("").parts]))
    for file in sorted(PACKAGE.rglob("*pages.py"))
]
DATACLASSES: dict[str, Any] = {
    name: value
    for module in MODULES_OF_PAGES
    for name, value in vars(module).items()
    if (dataclasses.is_dataclass(value) and value is not pages.StoryParts)
    or value is comment_pages.CommentView
} | {
    value.__name__: value
    for value in (
        queries.Story, queries.Nearby, queries.Picture, queries.TagLink, Person,
        headlines.Headline,
    )
}  # fmt: skip


def fields_of(kind: Any) -> list[tuple[str, str]]:
    """The public fields and properties of a dataclass, with their types."""
    if dataclasses.is_dataclass(kind):
        found = [(f.name, str(f.type)) for f in dataclasses.fields(kind) if f.name[0] != "_"]
    else:
        known = inspect.get_annotations(kind)
        found = [(name, getattr(t, "__forward_arg__", str(t))) for name, t in known.items()]
    for name, value in vars(kind).items():
        if isinstance(value, property):
            found.append((name, inspect.get_annotations(value.fget)["return"]))
    return found


@pytest.mark.parametrize("name", sorted(DATACLASSES))
def test_every_field_of_a_page_is_documented_with_its_type(name: str) -> None:
    documented = [(row[0], row[1]) for row in table_under("templates.md", name).rows]
    assert documented == fields_of(DATACLASSES[name])


def test_no_page_is_documented_that_is_not_there() -> None:
    documented = {t.heading for t in tables("templates.md") if t.columns[0] == "Field"}
    assert documented == set(DATACLASSES)
    hooks = [(row[0], row[1]) for row in table("hooks.md", "Field").rows]
    assert hooks == fields_of(Person)


def test_everything_that_blog_offers_is_documented() -> None:
    attributes = [(row[0], row[1]) for row in table("templates.md", "Attribute").rows]
    assert attributes == fields_of(blog_context.Site)
    expected = {}
    for name, value in vars(blog_context.Site).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            parameters = list(inspect.signature(value).parameters.values())[1:]
            named = (("**" if p.kind is p.VAR_KEYWORD else "") + p.name for p in parameters)
            expected[name] = f"{name}({', '.join(named)})"
    methods = table("templates.md", "Method").column("Method")
    assert methods == list(expected.values())


def test_every_name_in_templates_is_documented() -> None:
    assert table("templates.md", "Name").column("Name") == ["blog", "page", "t", "tn"]
    assert callable(Words.t)
    assert callable(Words.tn)


def test_every_endpoint_is_documented() -> None:
    def plain_rule(rule: str) -> str:
        return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"<\1>", rule)

    expected = [
        (
            address.endpoint,
            "as NEWSBLOG_PERMALINK says"
            if address.endpoint == "post"
            else plain_rule(address.rule),
            ", ".join(address.methods),
        )
        for address in addresses(Settings())
        if address.endpoint != LOST
    ]
    documented = table("templates.md", "Endpoint").rows
    assert sorted(set(documented)) == sorted(set(expected))


def test_every_custom_property_is_documented() -> None:
    sheet = (PACKAGE / "static" / "newsblog.css").read_text("utf-8")
    rule = re.search(r":where\(\.nb, \.nb-page\) \{(.*?)\}", sheet, re.DOTALL)
    assert rule is not None
    declared = re.findall(r"(--nb-[\w-]+):", rule[1])
    assert table("templates.md", "Property").column("Property") == declared
    six = next(c.text for c in code("css") if c.file.name == "templates.md")
    assert re.findall(r"(--nb-[\w-]+):", six) == declared[:6]


def test_latest_stories_is_there_under_the_documented_names() -> None:
    signature = inspect.signature(flask_newsblog.latest_stories)
    shown = ", ".join(str(p).partition(":")[0] for p in signature.parameters.values())
    assert shown == "blog, limit"
    assert signature.parameters["limit"].default == 5
    assert "latest_stories(blog, limit=5)" in prose("hooks.md")
    assert "newsblog_latest(blog, limit=5)" in prose("templates.md")


# What is shown works


def markup(name: str) -> list[Code]:
    """The templates that a page of the docs shows."""
    return [c for c in code("html+jinja") if c.file.name == name]


def test_the_layout_the_docs_show_goes_round_every_page(open_hosts: Callable[..., Host]) -> None:
    one_line, site, *_ = (c.text for c in markup("templates.md"))
    host = open_hosts(plain)
    host.app.jinja_loader = DictLoader({"newsblog/layout.html": one_line, "site.html": site})
    post = write_story(host.app, "The ferry is back")
    for path, title in ((path_of(post), "The ferry is back – "), ("/nowhere", "This page is ")):
        page = host.get(path).text
        assert page.count("<html") == page.count("<main") == 1
        assert f"<title>{title}" in page
        assert '<a href="/">Keldmouth Online</a>' in page
        assert "newsblog.css" in page[: page.index("</head>")]


def test_the_extended_template_the_docs_show_adds_its_line(
    open_hosts: Callable[..., Host],
) -> None:
    (extended,) = (c.text for c in markup("templates.md") if "newsblog_original" in c.text)
    host = open_hosts(plain)
    host.app.jinja_loader = DictLoader({"newsblog/post.html": extended})
    page = host.get(path_of(write_story(host.app, tags=("Ferry",)))).text
    assert page.count("Write to the desk.") == 1
    assert page.index('rel="tag"') < page.index("Write to the desk.")
    assert "The second paragraph." in page


def test_the_layout_the_docs_show_for_one_blog_is_for_that_one(
    open_hosts: Callable[..., Host],
) -> None:
    (choice,) = (c.text for c in markup("templates.md") if "blog.name" in c.text)
    host = open_hosts(two_blogs)
    site = "{% block title %}{% endblock %}{% block head %}{% endblock %}"
    site += "{% block content %}{% endblock %}"
    host.app.jinja_loader = DictLoader(
        {
            "newsblog/layout.html": choice.replace("sports", "other"),
            "other_site.html": "Only here " + site,
            "site.html": site,
        }
    )
    assert "Only here" not in host.get("/").text
    assert "Only here" in host.client().get("/other/").text


@pytest.mark.parametrize("page", ["quickstart.md", "templates.md"])
def test_the_headlines_the_docs_show_are_shown(open_hosts: Callable[..., Host], page: str) -> None:
    (headlines,) = (c.text for c in markup(page) if "newsblog_latest" in c.text)
    host = open_hosts(plain)
    post = write_story(host.app, "The ferry is back")
    with host.app.test_request_context():
        shown = host.app.jinja_env.from_string(headlines).render()
    assert f'<a href="/news{path_of(post)}">The ferry is back</a>' in shown


@pytest.mark.parametrize("block", code("html+jinja"), ids=str)
def test_templates_in_the_docs_are_templates(open_hosts: Callable[..., Host], block: Code) -> None:
    open_hosts(plain).app.jinja_env.parse(block.text)


@pytest.mark.parametrize("block", code("python"), ids=str)
def test_programs_in_the_docs_compile(block: Code) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", code("python"), ids=str)
def test_programs_in_the_docs_import_what_is_there(block: Code) -> None:
    for line in block.text.splitlines():
        if line.startswith("from flask_newsblog import "):
            names = line.removeprefix("from flask_newsblog import ").split(", ")
            assert set(names) <= set(flask_newsblog.__all__)


def names_in(page: str, holding: str) -> dict[str, Any]:
    """What a program in the docs defines, when it is run."""
    (text,) = (c.text for c in code("python") if c.file.name == page and holding in c.text)
    names: dict[str, Any] = {}
    exec(compile(text, page, "exec"), names)
    return names


def test_the_hooks_the_docs_show_let_the_staff_in_and_nobody_else(
    open_hosts: Callable[..., Host],
) -> None:
    shown = names_in("hooks.md", "flask_login")
    host = open_hosts(
        with_flask_login, given={"current_person": shown["current_person"], "can": shown["can"]}
    )
    for role, status in (("editor", 200), ("contributor", 200), ("reader", 403)):
        known = User()
        known.name, known.email = "Ann", "ann@bulletin.example"  # type: ignore[attr-defined]
        known.role = role  # type: ignore[attr-defined]
        shown["load_user"] = lambda _, known=known: known
        host.app.login_manager.user_loader(shown["load_user"])  # type: ignore[attr-defined]
        visitor = host.client()
        visitor.get("/in")
        assert host.open("/newsroom/", visitor).status_code == status
    assert host.get("/newsroom/").status_code == 401


def test_the_check_the_docs_show_refuses_with_its_sentence(
    open_hosts: Callable[..., Host],
) -> None:
    check = names_in("hooks.md", "comment_checks")["no_betting"]
    host = open_hosts(plain, given={"comment_checks": [check]})
    post = write_story(host.app)
    for words, status in (("The best BETTING in town.", 422), ("Good to have her back.", 303)):
        answer = host.open(
            f"/replies/{post.id}",
            method="POST",
            data={"comment": words, "author": "Ann", "email": "ann@bulletin.example"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == status
        assert ("We publish no advertisements for betting." in answer.text) == (status == 422)


def test_everything_a_check_gets_is_documented() -> None:
    shown = prose("hooks.md")
    for field in dataclasses.fields(checks.Draft):
        assert f"`{field.name}`" in read("hooks.md"), field.name
    assert "The strictest verdict decides" in shown


def test_the_reasons_on_the_replies_page_are_those_of_our_checks() -> None:
    guest = checks.Draft(
        text="ALL OF THIS IS IN CAPITALS", html="<a href='1'></a><a href='2'></a>",
        name="www.example.org", email="", website="", proven=False, origin=Origin.UNKNOWN,
        honeypot="x", repeats=2, spam_probability=0.97, attack=True,
        rules_hit=tuple(RuleHit(kind, "x", "hold") for kind in RuleKind),
    )  # fmt: skip
    hasty = dataclasses.replace(guest, writing_time=timedelta(seconds=1))
    modest = dataclasses.replace(guest, html="<a href='1'></a>")
    said = table("replies.md", "The reply").column("The reply")
    verdicts = dict(
        pair for draft in (guest, hasty, modest) for pair in checks.judge(draft, checks.CHECKS)
    )
    assert len(verdicts) == len(said) == len(checks.CHECKS)
    for verdict in verdicts.values():
        wanted = verdict.reason.replace("has 2 links", "has as many links")
        wanted = wanted.partition(":")[0].partition(" (")[0]
        assert any(row.startswith(wanted) for row in said), verdict.reason


def test_the_receiver_the_docs_show_hears_of_a_published_story(
    open_hosts: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    announce = names_in("hooks.md", "post_published")["announce"]
    host = open_hosts(plain)
    host.app.logger.setLevel("INFO")
    with signals.post_published.connected_to(announce, host.app):
        host.run("import-markdown", "-", "--publish", input="# The ferry is back\n\nWords.\n")
    (message,) = caplog.messages
    assert message.startswith("news: The ferry is back goes out at 2")


def test_the_proxy_the_docs_show_gives_pages_their_outer_address(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    names_in("operating.md", "ProxyFix")["behind_a_proxy"](host.app)
    outside = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "bulletin.example"}
    assert 'href="https://bulletin.example/news/"' in host.get("/", headers=outside).text


def test_the_policy_the_docs_show_is_on_every_page(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    names_in("operating.md", "add_policy")["protect"](host.app)
    form = f"/replies/{write_story(host.app).id}"
    answers = [host.get(path) for path in ("/", "/nowhere", "/newsroom/", form)]
    for site in ("same-origin", "cross-site"):
        empty = {"comment": " ", "author": "Mira"}
        answers.append(host.open(form, method="POST", data=empty, headers={"Sec-Fetch-Site": site}))
    assert [answer.status_code for answer in answers] == [200, 404, 401, 200, 422, 403]
    for answer in answers:
        policies = answer.headers.getlist("Content-Security-Policy")
        assert any(policy.startswith("default-src 'self'") for policy in policies)


def test_the_database_the_docs_prepare_writes_ahead(
    open_hosts: Callable[..., Host], tmp_path: Path
) -> None:
    host = open_hosts(plain, f"sqlite:///{tmp_path / 'news.sqlite'}")
    db = host.app.extensions["sqlalchemy"]
    names_in("operating.md", "journal_mode")["prepare_sqlite"](host.app, db)
    assert host.run("create-tables").exit_code == 0
    write_story(host.app, "The ferry is back")
    assert "The ferry is back" in host.get("/").text
    with host.app.app_context():
        assert db.session.execute(sa.text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_every_language_that_comes_along_is_documented() -> None:
    catalogs = (PACKAGE / "translations").glob("*/LC_MESSAGES/newsblog.mo")
    assert table("i18n.md", "Tag").column("Tag") == sorted(["en", *(c.parts[-3] for c in catalogs)])


def test_the_words_of_a_language_are_collected_as_the_docs_say(
    open_hosts: Callable[..., Host], tmp_path: Path
) -> None:
    mapping = next(c.text for c in code("ini") if c.file.name == "i18n.md")
    chosen = (c.text for c in code("sh") if c.file.name == "i18n.md" and "pybabel" in c.text)
    commands = next(chosen).splitlines()
    (tmp_path / "babel.cfg").write_text(mapping)
    words = tmp_path / "translations" / "fr" / "LC_MESSAGES" / "newsblog.po"
    for line in commands[1:]:
        arguments = shlex.split(line.replace("$package", str(PACKAGE)))[1:]
        if arguments[0] == "compile":
            head, entry, tail = words.read_text("utf-8").partition('\nmsgid "Back to the top"\n')
            words.write_text(head + entry + tail.replace('""', '"En haut"', 1), "utf-8")
        command = [sys.executable, "-m", "babel.messages.frontend", *arguments]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    host = open_hosts(
        plain, NEWSBLOG_LANGUAGE="fr", BABEL_TRANSLATION_DIRECTORIES=str(words.parents[2])
    )
    page = host.get("/").text
    assert 'lang="fr"' in page
    assert ">En haut<" in page


# Stories


def test_every_key_of_a_story_is_documented() -> None:
    assert sorted(table("stories.md", "Key").column("Key")) == sorted(markdown.KEYS)
    documented = table("stories.md", "Status").column("Status")
    assert sorted(documented) == sorted(markdown.STATES)


@pytest.mark.parametrize("row", [r for r in table("stories.md", "Key").rows if r[1]], ids=str)
def test_the_lengths_on_the_stories_page_are_the_real_ones(row: tuple[str, ...]) -> None:
    key, limit = row[0], int(row[1].split()[0])

    def story(length: int) -> bytes:
        head = f"---\n{key}: {'x' * length}\n---\n"
        return f"{head}{'' if key == 'title' else '# A title'}\n\nWords.\n".encode()

    markdown.read_story(story(limit), "story.md", "story", ZoneInfo("UTC"))
    with pytest.raises(markdown.StoryError):
        markdown.read_story(story(limit + 1), "story.md", "story", ZoneInfo("UTC"))


FAULTY = (
    b"No heading at all.\n",
    b"---\ntitle: The ferry is back\n",
    b"---\ntitle: The ferry\ndate: 2026-02-30\n---\n",
    b"---\ntitle: The ferry\nstatus: publish\n---\n",
    b"---\ntitle: The ferry\nstandfrist: It is back.\n---\n",
    b"---\ntitle: The ferry\nslug: The Ferry\n---\n",
    b"# The ferry\nCaf\xe9\n",
)


def test_the_errors_on_the_stories_page_are_the_real_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for content in FAULTY:
        with pytest.raises(markdown.StoryError) as refused:
            markdown.read_story(content, "story.md", "story", ZoneInfo("UTC"))
        said.append(str(refused.value))
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "story.md").write_text("---\nslug: ferry\n---\n# The ferry\n")
    with pytest.raises(markdown.StoryError) as refused:
        markdown.read_stories(["a", "b"], sys.stdin.buffer, ZoneInfo("UTC"))
    said.append(str(refused.value))
    assert said == table("stories.md", "Error").column("Error")


def test_the_story_that_the_docs_write_says_all_that_it_seems_to() -> None:
    example = next(c.text for c in code("markdown") if "standfirst:" in c.text)
    story = markdown.read_story(example.encode(), "story.md", "story", ZoneInfo("Europe/London"))
    assert story.text.title == "The ferry is back"
    assert story.section == ("News", "Harbour")
    assert story.authors == ("Ines Calder", "Tom Arkwright")
    assert story.state is PostState.PUBLISHED
    assert not story.aside


# The rest


def test_the_cache_headers_on_the_operating_page_are_the_real_ones(
    open_hosts: Callable[..., Host],
) -> None:
    said = dict(table("operating.md", "What").rows)
    noon = Clock(datetime(2026, 5, 4, 12, tzinfo=UTC))
    for on, what in (
        (False, "Pages for readers"),
        (True, "The same, with NEWSBLOG_PUBLIC_PAGES"),
    ):
        host = open_hosts(plain, given={"clock": noon}, NEWSBLOG_PUBLIC_PAGES=on)
        write_story(host.app, now=noon())
        header = host.get("/").headers["Cache-Control"]
        assert said[what].startswith(header)
        assert host.get("/nowhere").headers["Cache-Control"] == "no-store"
        sheet = re.search(r'href="/news(/assets/[^"]+)"', host.get("/").text)
        assert sheet is not None
        with host.get(sheet[1]) as styles:
            assert "max-age=31536000" in styles.headers["Cache-Control"]
        noon.moment = datetime(2026, 5, 4, 23, 59, 50, tzinfo=UTC)
        if on:
            assert host.get("/").headers["Cache-Control"] == "public, max-age=10"
        noon.moment = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_the_changelog_has_this_version_on_top() -> None:
    newest = re.search(r"^## (\S+)", read("CHANGES.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == flask_newsblog.__version__


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_to_files_lead_to_files(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if "://" not in target and not target.startswith("docs/screenshots/"):
            assert (ROOT / target).exists(), target


@pytest.mark.parametrize("name", flask_newsblog.__all__)
def test_everything_public_has_a_word_to_say(name: str) -> None:
    value = getattr(flask_newsblog, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)
    if inspect.isclass(value) and not issubclass(value, str | Exception):
        for attribute, method in vars(value).items():
            if attribute[0] != "_" and (inspect.isfunction(method) or isinstance(method, property)):
                assert inspect.getdoc(method), f"{name}.{attribute}"
