"""What HTML a story may hold: elements, their attributes, and what these may say."""

import re

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
    "img": {"alt", "decoding", "height", "loading", "sizes", "src", "srcset", "title", "width"},
    "ins": {"datetime"},
    "li": {"id", "value"},
    "ol": {"reversed", "start", "type"},
    "td": {"class", "colspan", "rowspan"},
    "th": {"class", "colspan", "rowspan", "scope"},
    "thead": {"id"},
    "time": {"datetime"},
}

_OWN_FILE = r"/([A-Za-z0-9._~%-]{1,100}/){0,9}media/[a-z0-9._-]{1,200}"

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
        ("img", "sizes", r"[a-z0-9.:() -]{1,60}(, ?[a-z0-9.:() -]{1,60}){0,3}"),
        # Files of the library, in its own folder.
        ("img", "srcset", rf"{_OWN_FILE} [0-9]{{1,5}}w(, {_OWN_FILE} [0-9]{{1,5}}w){{0,9}}"),
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
