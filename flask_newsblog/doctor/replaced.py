"""Our templates and what hosts put in place of them: which stands where, and on what.

A copy that ``flask newsblog template`` printed carries the digest of its original, so that it
can be told when ours has changed since. For copies made otherwise ``check --remember``
keeps the digests in a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask
from jinja2 import Environment, TemplateNotFound, nodes

OURS, ORIGINALS = "newsblog/", "newsblog_original/"
_FOLDER = Path(__file__).parent.parent / "templates" / "newsblog"
_MARK = re.compile(r"\{#-? newsblog: (\S+) ([0-9a-f]{12}) -?#\}")


@dataclass(frozen=True, slots=True)
class Override:
    """A template of the host's: the ``name`` it goes by, ours that it replaces, its text."""

    name: str
    ours: str
    source: str

    @property
    def mark(self) -> str | None:
        """The digest of what it was copied from, if it says so."""
        found = _MARK.search(self.source)
        return found[2] if found and found[1] == self.ours else None


@cache
def originals() -> Mapping[str, str]:
    """The text of each of our templates by its name below ``newsblog/``."""
    files = (*_FOLDER.rglob("*.html"), *_FOLDER.rglob("*.txt"))
    return {file.relative_to(_FOLDER).as_posix(): file.read_text("utf-8") for file in sorted(files)}


def digest(text: str) -> str:
    """What tells one text of a template from another."""
    return sha256(text.encode()).hexdigest()[:12]


def marked(name: str) -> str:
    """The original of this name with its digest on top, for a host to copy."""
    text = originals()[name]
    return f"{{#- newsblog: {name} {digest(text)} -#}}\n{text}"


def is_shared(name: str) -> bool:
    """Whether one template serves all blogs of an app: layouts and parts, but no page."""
    file = name.rpartition("/")[2]
    return file.startswith(("_", "layout."))


def overrides(app: Flask, mounts: Iterable[str]) -> list[Override]:
    """All templates that are drawn in place of ours, for all blogs of an app."""
    found = []
    for folder in (OURS, *(f"{mount}/" for mount in mounts)):
        for name, text in originals().items():
            if folder != OURS and is_shared(name):
                continue
            source = source_of(app.jinja_env, folder + name)
            if source is not None and source != text:
                found.append(Override(folder + name, name, source))
    return found


def source_of(env: Environment, name: str) -> str | None:
    """The text of the template that goes by this name, if there is one."""
    assert env.loader is not None
    try:
        return env.loader.get_source(env, name)[0]
    except TemplateNotFound:
        return None


def parents_of(tree: nodes.Template) -> list[str]:
    """The names of what a template extends: one, or several among which it chooses."""
    found = tree.find(nodes.Extends)
    return list(_names(found.template)) if found is not None else []


def descents(
    env: Environment, name: str, above: tuple[str, ...] = ()
) -> Iterator[tuple[nodes.Template, ...]]:
    """Each way from a template down to what it stands on; none where that cannot be told."""
    source = source_of(env, name)
    if source is None or name in above:
        return
    tree = env.parse(source, name)
    if tree.find(nodes.Extends) is None:
        yield (tree,)
    for parent in parents_of(tree):
        for rest in descents(env, parent, (*above, name)):
            yield (tree, *rest)


def remember(file: Path, replaced: Iterable[Override]) -> int:
    """Keep the digests of what these templates replace; how many they are."""
    kept = {override.name: digest(originals()[override.ours]) for override in replaced}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    return len(kept)


def recall(file: Path) -> dict[str, str]:
    """What :func:`remember` kept, nothing if it never did."""
    if not file.exists():
        return {}
    found = json.loads(file.read_text("utf-8"))
    return {str(name): str(kept) for name, kept in found.items()}


def _names(expression: nodes.Expr | None) -> Iterator[str]:
    if isinstance(expression, nodes.Const) and isinstance(expression.value, str):
        yield expression.value
    elif isinstance(expression, nodes.CondExpr):
        yield from _names(expression.expr1)
        yield from _names(expression.expr2)
