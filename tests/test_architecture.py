"""The house is as the docs draw it: every file has its place, and no rank looks up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import flask_newsblog

from .documents import table

PACKAGE = Path(flask_newsblog.__file__).parent
HOUSE = table("architecture.md", "File or folder")
RANKS = {row[0]: int(row[1]) for row in HOUSE.rows if row[1]}
MODULES = sorted(
    file.relative_to(PACKAGE).as_posix()
    for file in PACKAGE.rglob("*.py")
    if file.parent == PACKAGE or file.name != "__init__.py"
)


def place(module: str) -> str:
    """The row of the house that a module is in: its own, or that of its folder."""
    return module if module in RANKS else module.rpartition("/")[0] + "/"


def imported(module: str) -> Iterator[str]:
    """The modules of the package that one of them imports, wherever in it."""
    folders = module.split("/")[:-1]
    for node in ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = folders[: len(folders) - node.level + 1]
            parts += node.module.split(".") if node.module else []
            for name in node.names:
                inner = PACKAGE.joinpath(*parts, f"{name.name}.py")
                found = "/".join([*parts, name.name] if inner.exists() else parts)
                yield f"{found}/__init__.py" if (PACKAGE / found).is_dir() else f"{found}.py"


def test_every_file_has_its_place_in_the_house() -> None:
    assert {place(module) for module in MODULES} == set(RANKS)
    for row in HOUSE.rows:
        assert (PACKAGE / row[0]).exists() or row[0] == "translations/", row[0]


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_one_of_a_higher_rank(module: str) -> None:
    for other in imported(module):
        assert RANKS[place(other)] <= RANKS[place(module)], f"{module} imports {other}"


def test_nothing_below_the_views_knows_the_request() -> None:
    known = {"request", "flash", "redirect", "abort", "url_for", "render_template", "g"}
    for module in MODULES:
        if RANKS[place(module)] < 3:
            for node in ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "flask":
                    assert not known & {name.name for name in node.names}, module


# A reader of one of these has to scroll; none of them may grow beyond what it has.
LONG = {
    "models/posts.py": 330,
    "posts/queries.py": 500,
    "posts/statements.py": 500,
    "posts/views.py": 320,
    "settings.py": 340,
    "transfer/markdown.py": 420,
}
TEMPLATES = sorted(file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.html"))


def tree_of(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text("utf-8"))


def calls_in(module: str) -> list[ast.expr]:
    return [node.func for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)]


def is_door(module: str) -> bool:
    """Whether somebody's wish comes in here, a request or a command."""
    return module.startswith("commands/") or module.endswith("views.py")


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {module: set(imported(module)) - {module} for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_stories_know_nothing_of_what_hangs_on_them() -> None:
    above = ("comments/", "discovery/", "newsroom/", "transfer/")
    for module in MODULES:
        if module.startswith("posts/"):
            assert not [other for other in imported(module) if other.startswith(above)], module


def test_views_do_not_call_each_other() -> None:
    for module in MODULES:
        if module.endswith("views.py"):
            assert not [other for other in imported(module) if other.endswith("views.py")], module


def test_only_views_and_commands_commit() -> None:
    # An update whose time has come is made by the request that notices; see the architecture.
    due = ("posts/due.py",)
    # What was only read is let go by begin_anew.
    anew = ("database.py",)
    # A door for the host's own workers, who have no view.
    doors = ("late_verdicts.py",)
    for module in MODULES:
        names = {call.attr for call in calls_in(module) if isinstance(call, ast.Attribute)}
        assert "commit" not in names or is_door(module) or module in (*due, *anew, *doors), module


def test_only_doors_begin_a_transaction_anew() -> None:
    # Who holds the names has to, between making the row for it and locking that.
    others = ("posts/former.py", "posts/opening.py")
    for module in MODULES:
        names = {call.id for call in calls_in(module) if isinstance(call, ast.Name)}
        assert "begin_anew" not in names or is_door(module) or module in others, module


def test_the_request_is_known_at_the_doors_only() -> None:
    doors = {
        "blog.py", "comments/kept.py", "comments/ownership.py", "comments/private.py", "context.py",
        "errors.py", "mount.py", "newsroom/access.py", "posts/opening.py",
    }  # fmt: skip
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.ImportFrom) and node.module == "flask":
                known = {"request", "flash", "redirect"} & {name.name for name in node.names}
                assert not known or module in doors or module.endswith("views.py"), module


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is_for_and_is_soon_read(module: str) -> None:
    source, tree = (PACKAGE / module).read_text("utf-8"), tree_of(module)
    assert ast.get_docstring(tree)
    assert len(source.splitlines()) <= LONG.get(module, 300)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            code = node.body[1:] if ast.get_docstring(node) else node.body
            assert not code or (node.end_lineno or 0) - code[0].lineno < 36, node.name


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_trusts_nothing_and_carries_no_script_or_style(name: str) -> None:
    source = (PACKAGE / name).read_text("utf-8")
    tree = Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(source)
    assert "safe" not in {filtered.name for filtered in tree.find_all(nodes.Filter)}
    assert not list(tree.find_all(nodes.ScopedEvalContextModifier))
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", source)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", source)


def test_what_is_trusted_as_html_is_trusted_in_few_places() -> None:
    places = set()
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            called = node.func if isinstance(node, ast.Call) and node.args else None
            if isinstance(called, ast.Name) and called.id == "Markup":
                places.add(module)
    assert places <= {
        "comments/thread.py",
        "posts/opening.py",
        "text/markdown.py",
        "text/replies.py",
        "text/sanitize.py",
    }
