"""The one allow-list that all HTML of stories passes through."""

import re

import nh3
from markupsafe import Markup

from .addresses import WEB, may_lead_to
from .limits import MAX_DEPTH, MAX_HTML, TextTooDeep, TextTooLong
from .tags import Tag, read_attributes, read_tags

# fmt: off
VOID = frozenset({"br", "hr", "img", "wbr"})
BLOCKS = frozenset({
    "blockquote", "details", "div", "dl", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6",
    "hr", "ol", "p", "pre", "table", "ul",
})
TAGS = BLOCKS | VOID | {
    "a", "abbr", "b", "bdi", "bdo", "caption", "cite", "code", "dd", "del", "dfn", "dt", "em", "i",
    "ins", "kbd", "li", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "strong", "sub",
    "summary", "sup", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "var",
}
# fmt: on

# No `id`, `name` or `class` but those the Markdown renderer makes itself: a name of the
# author's choice could stand in the way of a script's (DOM clobbering) or borrow the
# looks of a button. No `style`: pages forbid it in their content security policy.
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href", "id", "role", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "del": {"datetime"},
    "details": {"open"},
    "dfn": {"title"},
    "div": {"aria-labelledby", "class", "role", "tabindex"},
    "img": {"alt", "decoding", "height", "loading", "src", "title", "width"},
    "ins": {"datetime"},
    "li": {"id", "value"},
    "ol": {"reversed", "start", "type"},
    "td": {"class", "colspan", "rowspan"},
    "th": {"class", "colspan", "rowspan", "scope"},
    "thead": {"id"},
    "time": {"datetime"},
}

# What an attribute may say; `alt` and `title` are words and may say anything.
VALUES = {
    (tag, attribute): re.compile(pattern)
    for tag, attribute, pattern in (
        ("*", "dir", "ltr|rtl|auto"),
        ("*", "lang", "[A-Za-z0-9-]{1,35}"),
        ("a", "id", r"fnref[0-9]+(-[0-9]+)?"),
        ("a", "role", "doc-noteref|doc-backlink"),
        ("code", "class", "language-[a-z0-9+#-]{1,20}"),
        ("del", "datetime", "[0-9TWZPDHMS:.+ -]{1,40}"),
        ("details", "open", "(open)?"),
        ("div", "aria-labelledby", "table[0-9]+"),
        ("div", "class", "nb-table"),
        ("div", "role", "group|doc-endnotes"),
        ("div", "tabindex", "0"),
        ("img", "decoding", "async|sync|auto"),
        ("img", "height", "[0-9]{1,5}"),
        ("img", "loading", "lazy|eager"),
        ("img", "width", "[0-9]{1,5}"),
        ("ins", "datetime", "[0-9TWZPDHMS:.+ -]{1,40}"),
        ("li", "id", "fn[0-9]+"),
        ("li", "value", "-?[0-9]{1,9}"),
        ("ol", "reversed", "(reversed)?"),
        ("ol", "start", "-?[0-9]{1,9}"),
        ("ol", "type", "[1aAiI]"),
        ("td", "class", "nb-(left|center|right)"),
        ("td", "colspan", "[0-9]{1,3}"),
        ("td", "rowspan", "[0-9]{1,3}"),
        ("th", "class", "nb-(left|center|right)"),
        ("th", "colspan", "[0-9]{1,3}"),
        ("th", "rowspan", "[0-9]{1,3}"),
        ("th", "scope", "(col|row)(group)?"),
        ("thead", "id", "table[0-9]+"),
        ("time", "datetime", "[0-9TWZPDHMS:.+ -]{1,40}"),
    )
}

# Lone surrogates cannot be stored as UTF-8; PostgreSQL refuses NUL.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# Whose end tag may be left out before which start tag (HTML, 13.1.2.4).
_CELLS = {"td", "th", "p"}
_ROWS = _CELLS | {"tr"}
_LAST_BEFORE = {name: {"p"} for name in BLOCKS} | {
    "li": {"li", "p"},
    "dt": {"dt", "dd", "p"},
    "dd": {"dt", "dd", "p"},
    "td": _CELLS,
    "th": _CELLS,
    "tr": _ROWS,
    "tbody": _ROWS | {"thead", "tbody", "caption"},
    "tfoot": _ROWS | {"thead", "tbody", "caption"},
    "thead": {"caption"},
    "rt": {"rt", "rp"},
    "rp": {"rt", "rp"},
}


def clean_html(html: str) -> Markup:
    """What of some HTML may stand in a story.

    Elements that are not in `TAGS` go and their words stay, except scripts, frames and the
    like, which go with what they hold. A first-level heading becomes a second: the page's
    first is the headline. Links get ``rel="noopener"``.

    Raises:
        TextTooLong: more than `MAX_HTML` characters.
        TextTooDeep: more than `MAX_DEPTH` elements open at once.
    """
    if len(html) > MAX_HTML:
        raise TextTooLong(
            f"The HTML of this text has {len(html):,} characters; no more than {MAX_HTML:,} "
            "can be shown as one story. Split it into several stories."
        )
    html = drop_unprintable(str(html))  # of Markup, every `replace` would escape
    return Markup(_CLEANER.clean(_nested_properly(html)))  # noqa: S704 -- clean by now


def drop_unprintable(text: str) -> str:
    """The text without control characters (tab and line ends stay) and lone surrogates."""
    return _UNPRINTABLE.sub("", text)


def _nested_properly(html: str) -> str:
    # nh3 sees only this: tags we know, each closed where its parent closes. So the depth
    # counted here is the depth it meets; a count over the HTML as it came could be fooled
    # by comments and by end tags that browsers pass over.
    written: list[str] = []
    still_open: list[str] = []

    def close() -> str:
        name = still_open.pop()
        written.append(f"</{name}>")
        return name

    for token in read_tags(html):
        if isinstance(token, str):
            written.append(token.replace("<", "&lt;"))
            continue
        name = "h2" if token.name == "h1" else token.name
        if name not in TAGS:
            continue
        if token.closing:
            while name in still_open and close() != name:
                pass
            continue
        while still_open and still_open[-1] in _LAST_BEFORE.get(name, ()):
            close()
        written.append(_start_tag(name, token))
        if name not in VOID:
            still_open.append(name)
        if len(still_open) > MAX_DEPTH:
            raise TextTooDeep(
                f"More than {MAX_DEPTH} elements of this text are inside one another, the last a "
                f"<{name}>. Close some of them before it."
            )
    while still_open:
        close()
    return "".join(written)


def _start_tag(name: str, tag: Tag) -> str:
    allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())
    attributes = "".join(
        ' {}="{}"'.format(attribute, value.replace('"', "&quot;").replace("<", "&lt;"))
        for attribute, value in read_attributes(tag)
        if attribute in allowed
    )
    return f"<{name}{attributes}>"


def _value(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value.strip() if may_lead_to(value) else None
    if attribute == "src":
        return value.strip() if may_lead_to(value, WEB) else None
    pattern = VALUES.get((tag, attribute)) or VALUES.get(("*", attribute))
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_value,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener",
)
