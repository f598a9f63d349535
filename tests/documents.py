"""The documentation as tests read it: its tables, its code, its prose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
FILES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")))
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Table:
    """A table under its heading. Cells are as they are written, without the marks of code."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """The cells below a name, from the top down."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Code:
    """A block of code: its language, and the line of the file that it begins on."""

    file: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}"


def read(name: str) -> str:
    """A page of the docs, or the README."""
    folder = ROOT if name in ("README.md", "CHANGES.md") else DOCS
    return (folder / name).read_text("utf-8")


@cache
def tables(name: str) -> tuple[Table, ...]:
    """The tables of a page, from the top down."""
    found: list[Table] = []
    heading, rows, row = "", [], []  # type: ignore[var-annotated]
    tokens = _PARSER.parse(read(name))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline" and before is not None:
            if before.type == "heading_open":
                heading = token.content.strip("`")
            elif before.type in ("th_open", "td_open"):
                row.append(token.content.replace("`", "").strip())
        elif token.type == "tr_close":
            rows.append(tuple(row))
            row = []
        elif token.type == "table_close":
            found.append(Table(heading, rows[0], tuple(rows[1:])))
            rows = []
    return tuple(found)


def table(name: str, first_column: str) -> Table:
    """The one table of a page whose first column has this name."""
    (found,) = (t for t in tables(name) if t.columns[0] == first_column)
    return found


def table_under(name: str, heading: str) -> Table:
    """The one table of a page under this heading."""
    (found,) = (t for t in tables(name) if t.heading == heading)
    return found


@cache
def code(language: str) -> tuple[Code, ...]:
    """The blocks of code in a language, of all pages."""
    return tuple(
        Code(file, (token.map or [0])[0] + 1, language, token.content)
        for file in FILES
        for token in _PARSER.parse(file.read_text("utf-8"))
        if token.type == "fence" and token.info.strip() == language
    )


def prose(name: str) -> str:
    """The words of a page, with its lines and quoted lines joined."""
    return " ".join(read(name).replace("\n> ", " ").split())
