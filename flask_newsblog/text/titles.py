"""Finds the title in a Markdown text that has no other."""

from __future__ import annotations

from markdown_it import MarkdownIt

from .parsers import ready

_PARSER = ready(MarkdownIt("commonmark"))


def split_title(source: str, title: str = "") -> tuple[str, str]:
    """The title of a text, and the text without it.

    Without a ``title`` the first heading is taken, whatever its level. With one, only
    a first-level heading that opens the text and says the same is taken out.

    Returns:
        The title, empty where there is none, and the rest of the source.
    """
    tokens = _PARSER.parse(source)
    for before, token in enumerate(tokens):
        if token.type != "heading_open" or token.level != 0 or token.map is None:
            continue
        words = _words(tokens[before + 1].content)
        if title and (before > 0 or token.tag != "h1" or words != " ".join(title.split())):
            break
        first, end = token.map
        # CommonMark's lines end at \n and \r alone, not at all that splitlines knows.
        lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return title or words, "\n".join(lines[:first] + lines[end:])
    return title, source


def _words(inline: str) -> str:
    # What the heading says, without its emphasis, links and code marks.
    inner = _PARSER.parseInline(inline)[0].children or []
    text = "".join(
        " " if token.type in ("softbreak", "hardbreak") else token.content for token in inner
    )
    return " ".join(text.split())
