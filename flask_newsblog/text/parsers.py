"""Markdown parsers that several threads may use at once."""

from markdown_it import MarkdownIt


def ready(markdown: MarkdownIt) -> MarkdownIt:
    """The parser, with its rules put together for the last time.

    markdown-it-py does that when it parses for the first time, and another thread that comes
    meanwhile parses with half of the rules: it drops the text, or fails.
    """
    for ruler in (
        markdown.core.ruler, markdown.block.ruler, markdown.inline.ruler, markdown.inline.ruler2
    ):  # fmt: skip
        ruler.getRules("")
    return markdown
