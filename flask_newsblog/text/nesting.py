"""HTML written anew, so that every parser finds the same elements in it, none too deep.

nh3 reads HTML as browsers do, and that can be made expensive: it takes time quadratic in
the depth, quadratic in the number of wrong character references, and where a paragraph,
item or cell ends with a <b> still open, the <b> is opened again in what follows, for each
<b> there is. A count over the HTML as it came could not tell: comments and end tags that
browsers pass over would fool it. What is written here has known tags only, each closed
before its parent is.
"""

import re
from html import escape, unescape

from .allowed import ATTRIBUTES, BLOCKS, TAGS, VOID
from .limits import MAX_DEPTH, TextTooDeep
from .tags import Tag, read_attributes, read_tags

_CELLS = {"td", "th"}
_ROWS = _CELLS | {"tr", "caption"}
_ROW_GROUPS = {"thead", "tbody", "tfoot"}
_IN_TABLES = _ROWS | _ROW_GROUPS
_TABLES = _ROW_GROUPS | {"table", "tr"}  # what holds rows and cells, and nothing else
_NO_FURTHER = _CELLS | {"table", "caption"}

# What an element ends that is still open (HTML, 13.1.2.4 and 13.2.6.4.7).
_ENDS: dict[str, set[str]] = (
    {name: {"p"} for name in BLOCKS | {"summary"}}
    | {
        "a": {"a"},
        "li": {"li", "p"},
        "dt": {"dt", "dd", "p"},
        "dd": {"dt", "dd", "p"},
        "rt": {"rt", "rp"},
        "rp": {"rt", "rp"},
        "caption": {"caption"},
        "tr": _ROWS,
    }
    | dict.fromkeys(_CELLS, _CELLS | {"caption"})
    | dict.fromkeys(_ROW_GROUPS, _IN_TABLES)
)

# Where to stop looking for it: an item ends the item before it, not the one it is in.
_ITEMS_STOP = _NO_FURTHER | (BLOCKS - {"div", "p"})
_STOPS = {name: {"table"} for name in _IN_TABLES} | dict.fromkeys(("li", "dt", "dd"), _ITEMS_STOP)

# An `&` that begins no character reference, such as those between an address's arguments.
_BARE = re.compile(r"&(?![#a-zA-Z][0-9a-zA-Z]{1,31};)")


def nest_properly(html: str) -> str:
    """The HTML with the tags and attributes that are allowed by name, properly nested.

    Raises:
        TextTooDeep: more than `MAX_DEPTH` elements are open at once.
    """
    written: list[str] = []
    still_open: list[str] = []

    def close_from(place: int) -> None:
        written.extend(f"</{name}>" for name in reversed(still_open[place:]))
        del still_open[place:]

    for token in read_tags(html):
        if isinstance(token, str):
            written.append(escape(unescape(token), quote=False))
            continue
        # The page's first-level heading is the headline.
        name = "h2" if token.name == "h1" else token.name
        if name not in TAGS:
            continue
        if token.closing:
            close_from(_innermost(name, still_open))
            continue
        close_from(_first_ended_by(name, still_open))
        if _is_misplaced(name, still_open):
            continue
        written.append(_start_tag(name, token))
        if name not in VOID:
            still_open.append(name)
        if len(still_open) > MAX_DEPTH:
            raise TextTooDeep(
                f"More than {MAX_DEPTH} elements of this text are inside one another, the last a "
                f"<{name}>. Close some of them before it."
            )
    close_from(0)
    return "".join(written)


def _innermost(name: str, still_open: list[str]) -> int:
    stops = {"table"} if name in _IN_TABLES | {"table"} else _NO_FURTHER
    for place in reversed(range(len(still_open))):
        if still_open[place] == name:
            return place
        if still_open[place] in stops:
            break
    return len(still_open)


def _first_ended_by(name: str, still_open: list[str]) -> int:
    first = len(still_open)
    ended = _ENDS.get(name)
    if ended:
        stops = _STOPS.get(name, _NO_FURTHER)
        for place in reversed(range(len(still_open))):
            if still_open[place] in ended:
                first = place
            elif still_open[place] in stops:
                break
    return first


def _is_misplaced(name: str, still_open: list[str]) -> bool:
    # Browsers would move what stands between rows to before the table, and ignore cells
    # outside of one.
    in_table = bool(still_open) and still_open[-1] in _TABLES
    return name not in VOID and in_table != (name in _IN_TABLES)


def _start_tag(name: str, tag: Tag) -> str:
    allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())
    attributes = "".join(
        f' {attribute}="{escape(unescape(_BARE.sub("&amp;", value)))}"'
        for attribute, value in read_attributes(tag)
        if attribute in allowed
    )
    return f"<{name}{attributes}>"
