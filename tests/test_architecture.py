"""The house is as the docs draw it: every file has its place, and no rank looks up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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
                yield "/".join([*parts, name.name] if inner.exists() else parts) + ".py"


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
