"""HTML as a stream of tags and text, read in one pass whatever it holds.

The parser of the standard library is not used: on Pythons before the repair of
CVE-2025-6069 it takes minutes over 100 KB of ``<a <a <a``. This one decides nothing about
safety; that is for `sanitize`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Tag(NamedTuple):
    """A start or an end tag."""

    name: str  # in lower case
    closing: bool
    source: str  # the attributes as they were written


# The quantifiers are possessive (`*+`), so that nothing is read twice. A tag, comment or
# script that is never closed takes all that follows with it, as it does in a browser.
_MARKUP = re.compile(
    r"""
      <!--(?: .*?--> | .* )
    | <(?P<hidden> script|style|template|iframe|noembed|noframes|noscript|textarea|title|xmp )
      (?=[\s/>]) .*? (?: </(?P=hidden)\s*> | \Z )
    | <(?P<closing>/?) (?P<name>[a-z][^\s/>]*+)
      (?P<source> (?: [^>=]++ | =\s*+ (?: "[^"]*+" | '[^']*+' | [^\s>"'][^\s>]*+ )?+ )*+ )
      (?P<end>>?)
    | <[!?/][^>]*+>?
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""([^\s/>=]++) (?: \s*+ = \s*+ (?: "([^"]*+)" | '([^']*+)' | ([^\s>]*+) ) )?""",
    re.VERBOSE,
)


def read_tags(html: str) -> Iterator[Tag | str]:
    """Tags, and the text between them with its character references as they stand.

    Comments, declarations and elements whose content is no prose (scripts, styles, frames)
    are left out.
    """
    end = 0
    for markup in _MARKUP.finditer(html):
        if end < markup.start():
            yield html[end : markup.start()]
        end = markup.end()
        if markup["end"]:
            yield Tag(markup["name"].lower(), bool(markup["closing"]), markup["source"])
    if end < len(html):
        yield html[end:]


def read_attributes(tag: Tag) -> Iterator[tuple[str, str]]:
    """Names in lower case, and values with their character references as they stand."""
    for name, double, single, bare in _ATTRIBUTE.findall(tag.source):
        yield name.lower(), double or single or bare
