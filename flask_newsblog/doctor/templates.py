"""Templates that a host has put in place of ours: stale, misspelt, or losing what they fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from flask import Flask
from jinja2 import BaseLoader, Environment, TemplateSyntaxError, meta, nodes

from . import replaced
from .findings import Finding, Level, named
from .replaced import ORIGINALS, OURS, Override

NAME = "templates"
_LAYOUT = "layout.html"
# What our pages fill in a layout, and how bad it is when that goes nowhere.
_PLACES = {"content": Level.ERROR, "head": Level.ERROR, "title": Level.WARNING}
# What a layout looks at that differs from visitor to visitor.
_PERSONAL = frozenset({"csrf_token", "current_user", "get_flashed_messages", "session"})


def check_templates(
    app: Flask, mounts: Iterable[str], remembered: Mapping[str, str]
) -> Iterator[Finding]:
    """What is wrong with the host's templates.

    Args:
        app: whose templates are looked at.
        mounts: the names of its blogs, each of which may have a folder of its own.
        remembered: the digest of our original when the host's was last found good.
    """
    names = tuple(mounts)
    found = replaced.overrides(app, names)
    for override in found:
        yield from _stale(override, remembered)
        try:
            yield from _misspelt(app.jinja_env, override)
        except TemplateSyntaxError as error:
            yield Finding(
                Level.ERROR,
                NAME,
                f"{error.name or override.name} cannot be read, in line {error.lineno}:"
                f" {error.message}",
                "Mend that line; the pages that need the template fail until then.",
            )
    yield from _replacing_nothing(app, names, found)


def check_layout(app: Flask, public_pages: bool) -> Iterator[Finding]:
    """Whether the layout shows what our pages fill, and the same to everyone if it must."""
    try:
        ways = list(replaced.descents(app.jinja_env, OURS + _LAYOUT))
    except TemplateSyntaxError:
        # check_templates tells of it, where it is the host's.
        return
    filled = [{b.name for tree in way for b in tree.find_all(nodes.Block)} for way in ways]
    for block, level in _PLACES.items():
        if not all(block in blocks for blocks in filled):
            yield Finding(
                level,
                NAME,
                f"The layout {OURS}{_LAYOUT} has no block {block}, so what our pages put there is"
                " not shown.",
                f"Write {{% block {block} %}}{{% endblock %}} where it belongs.",
            )
    # Jinja's own list of what a template looks up leaves out what Flask makes global.
    names = {n.name for way in ways for tree in way for n in tree.find_all(nodes.Name)}
    if public_pages and names & _PERSONAL:
        yield Finding(
            Level.WARNING,
            NAME,
            f"NEWSBLOG_PUBLIC_PAGES is on, and the layout {OURS}{_LAYOUT} looks at"
            f" {named(sorted(names & _PERSONAL))}: a cache may show one visitor's page to all.",
            "Take it out of the layout of these pages, or turn NEWSBLOG_PUBLIC_PAGES off.",
        )


def _stale(override: Override, remembered: Mapping[str, str]) -> Iterator[Finding]:
    if f"{ORIGINALS}{override.ours}" in override.source:
        # It stands on the original, and changes with it.
        return
    present = replaced.digest(replaced.originals()[override.ours])
    known = override.mark or remembered.get(override.name)
    print_it = f"flask newsblog template {override.ours}"
    if known is None and override.ours != _LAYOUT:
        # A layout is the host's own work, and check_layout looks at what it must have.
        yield Finding(
            Level.INFO,
            NAME,
            f"{override.name} replaces ours, and nobody knows which version it was copied from.",
            f"Compare it with what {print_it} prints, and run flask newsblog check --remember.",
        )
    elif known not in (None, present):
        yield Finding(
            Level.WARNING,
            NAME,
            f"{override.name} replaces ours, which has changed since it was copied.",
            f"Compare it with what {print_it} prints and take over what you need; then put the"
            " first line of that on top of yours, or run flask newsblog check --remember.",
        )


def _misspelt(env: Environment, override: Override) -> Iterator[Finding]:
    """What a template extends that is not there, and blocks that this does not have."""
    tree = env.parse(override.source, override.name)
    parents = replaced.parents_of(tree)
    for parent in parents:
        if parent == override.name:
            what = f"{override.name} extends itself, for ever."
            remedy = f"Extend {ORIGINALS}{override.ours}, which is ours."
            yield Finding(Level.ERROR, NAME, what, remedy)
        elif replaced.source_of(env, parent) is None:
            what = f"{override.name} extends {parent}, which is not there."
            yield Finding(Level.ERROR, NAME, what, "Write the name of a template that is.")
    ways = [way for parent in parents for way in replaced.descents(env, parent)]
    if not ways:
        return
    known = {b.name for way in ways for t in way for b in t.find_all(nodes.Block)}
    inner = {b.name for block in tree.find_all(nodes.Block) for b in _within(block)}
    for block in tree.find_all(nodes.Block):
        if block.name not in known and block.name not in inner:
            close = get_close_matches(block.name, known, n=1)
            yield Finding(
                Level.WARNING,
                NAME,
                f"{override.name} fills a block {block.name}, which {' and '.join(parents)} does"
                " not have: it is shown nowhere.",
                f"Did you mean {close[0]}?" if close else f"It has: {named(sorted(known), 12)}.",
            )


def _within(block: nodes.Block) -> Iterator[nodes.Block]:
    for child in block.body:
        if isinstance(child, nodes.Block):
            yield child
        yield from child.find_all(nodes.Block)


def _replacing_nothing(
    app: Flask, mounts: tuple[str, ...], found: list[Override]
) -> Iterator[Finding]:
    used: set[str | None] = set()
    for override in found:
        try:
            used |= set(meta.find_referenced_templates(app.jinja_env.parse(override.source)))
        except TemplateSyntaxError:
            continue
    known = replaced.originals()
    for name in sorted(_host_templates(app, mounts) - used):
        folder = next((f for f in (OURS, *(f"{m}/" for m in mounts)) if name.startswith(f)), None)
        if folder is None:
            continue
        file = name.removeprefix(folder)
        if file in known and folder != OURS and replaced.is_shared(file):
            yield Finding(
                Level.INFO,
                NAME,
                f"{name} replaces nothing: all blogs share their layouts and parts.",
                f"Put it into {OURS}{file}, where it may ask for blog.name.",
            )
            continue
        close = get_close_matches(file, list(known), n=1, cutoff=0.8)
        # A folder that is called like a blog may be there for anything.
        if file not in known and (folder == OURS or close):
            yield Finding(
                Level.WARNING,
                NAME,
                f"{name} replaces no template of ours, so it is never shown.",
                f"Did you mean {folder}{close[0]}?"
                if close
                else "flask newsblog template lists the names that there are.",
            )


def _host_templates(app: Flask, mounts: tuple[str, ...]) -> set[str]:
    """What the loaders of the host can name, and those of its other blueprints."""
    loaders: list[BaseLoader | None] = [app.jinja_loader]
    loaders += [bp.jinja_loader for name, bp in app.blueprints.items() if name not in mounts]
    found: set[str] = set()
    for loader in loaders:
        try:
            found |= set(loader.list_templates()) if loader is not None else set()
        except TypeError:
            # Jinja's word for a loader that cannot say what it has.
            continue
    return found
