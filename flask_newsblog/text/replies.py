"""Comments: from what readers type to HTML, by a small part of Markdown.

Paragraphs, line breaks where they are typed, emphasis, code, quotes, lists and links to the
web. All else stays as it was typed, and no letter of it is lost.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

from .addresses import WEB, may_lead_to
from .characters import composed, in_plain_lines, keep_order
from .limits import MAX_COMMENT, MAX_LISTS, MAX_QUOTES, TextTooLong
from .parsers import ready

# Kept beside rendered HTML; raise it whenever the same source gives other HTML.
COMMENT_RENDERER: int = 1

# In processor time, each delimiter costs 15 µs, each line 20, each mark of a quote or an item
# 40 and each address 200 at worst. Of a text with more than so many, which nobody writes by
# hand, only the paragraphs and the line breaks are made out.
MAX_DELIMITERS = 4_000
MAX_LINES = 2_000
MAX_BLOCK_MARKS = 2_000
MAX_ADDRESSES = 500

# Emphasis in emphasis; nh3 takes time quadratic in the depth of elements.
MAX_EMPHASIS = 6

# linkify-it takes time quadratic in the length of a word with many brackets or quotes.
# Longer addresses are made links by the marks that are there for it.
MAX_BARE_ADDRESS = 1_000

# What an address does not hold: neither URLs (RFC 3986, 2) nor, in the second line, their
# international form, where such characters would let one pass for another (RFC 3987, 4.1).
_NOT_IN_ADDRESSES = (
    r"\s<>\"`\\\x00-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
)
_WORD = rf"[^{_NOT_IN_ADDRESSES}]"
_SEGMENT = rf"[^(){_NOT_IN_ADDRESSES}]*+"
_ADDRESS_START = r"(?<![a-zA-Z0-9_])(?i:https?://)|(?<![a-zA-Z0-9_.@/:-])(?i:www\.)"

_ADDRESS = re.compile(rf"(?:{_ADDRESS_START}){_WORD}{{1,{MAX_BARE_ADDRESS}}}+(?!{_WORD})")
_POINTED_ADDRESS = re.compile(rf"<((?i:https?://){_WORD}+)>")
_LABEL = r"(?P<label> (?: [^\[\]\\]++ | \\. )++ )"
_LINK = re.compile(
    rf"\[{_LABEL}\]"
    rf"\((?P<address> (?i:https?://) {_SEGMENT} (?: \({_SEGMENT}\) {_SEGMENT} )*+ )\)",
    re.DOTALL | re.VERBOSE,
)
_DELIMITER = re.compile(r"[\\`*_\[]")
_STOP = re.compile(
    rf"[\n\\`*_] | \[(?={_LABEL}\]\(http) | <(?=http) | {_ADDRESS_START}",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_BLOCK_MARK = re.compile(r"(?<![^\s>])(?:>|(?:[-+*]|[0-9]{1,9}[.)])(?!\S))")
_ADDRESS_SIGN = re.compile(r"://|www\.", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


def render_comment(source: str) -> Markup:
    """The HTML of a comment.

    Raises:
        TextTooLong: more than `MAX_COMMENT` characters.
    """
    if len(source) > MAX_COMMENT:
        raise TextTooLong(
            f"This comment has {len(source):,} characters; no more than {MAX_COMMENT:,} can be "
            "shown as one. Shorten it, or split it into several."
        )
    source = keep_order(composed(in_plain_lines(source)))
    html = _as_typed(source) if _is_laborious(source) else _marked_up(source)
    return Markup(_CLEANER.clean(html))  # noqa: S704 -- clean by now


def _is_laborious(source: str) -> bool:
    return (
        source.count("\n") > MAX_LINES
        or len(_DELIMITER.findall(source)) > MAX_DELIMITERS
        or len(_BLOCK_MARK.findall(source)) > MAX_BLOCK_MARKS
        or len(_ADDRESS_SIGN.findall(source)) > MAX_ADDRESSES
    )


def _as_typed(source: str) -> str:
    paragraphs = (
        escape(paragraph.strip("\n")).replace("\n", "<br>\n")
        for paragraph in _BLANK_LINES.split(source)
        if paragraph.strip()
    )
    return "".join(f'<p dir="auto">{paragraph}</p>\n' for paragraph in paragraphs)


def _marked_up(source: str) -> str:
    tokens = _MARKDOWN.parse(source, {})
    for token in tokens:
        _limit_emphasis(token.children or ())
        if token.type == "fence" and token.info.strip():
            # A language's name, if it is one; there is no other place to show it.
            token.content = f"{token.info.strip()}\n{token.content}"
            token.info = ""
    _find_directions(tokens)
    html: str = _MARKDOWN.renderer.render(list(_number(tokens)), _MARKDOWN.options, {})
    return html


def _limit_emphasis(tokens: Iterable[Token]) -> None:
    depth = 0
    for token in tokens:
        if token.tag not in ("em", "strong"):
            continue
        if token.nesting == -1:
            depth -= 1
        if depth >= MAX_EMPHASIS:
            depth += max(token.nesting, 0)
            token.type, token.tag, token.nesting, token.content = "text", "", 0, token.markup
        elif token.nesting == 1:
            depth += 1


def _find_directions(tokens: Sequence[Token]) -> None:
    # Each paragraph runs as its own letters do. In a list without blank lines the
    # paragraphs are hidden, and the item takes their place.
    for place, token in enumerate(tokens):
        if token.type == "paragraph_open":
            bearer = tokens[place - 1] if token.hidden else token
            if bearer.nesting == 1:
                bearer.attrs["dir"] = "auto"


def _number(tokens: Iterable[Token]) -> Iterator[Token]:
    # Markdown counts on from the first item, whatever the next are called. Here each keeps
    # the number that was typed: where one does not follow on, another list begins.
    due: list[int] = []
    for token in tokens:
        if token.type == "ordered_list_open":
            due.append(int(token.attrs.get("start", 1)))
        elif token.type == "list_item_open" and token.info:
            number = int(token.info)
            if number != due[-1]:
                yield Token("ordered_list_close", "ol", -1, block=True)
                yield Token("ordered_list_open", "ol", 1, block=True, attrs={"start": number})
            due[-1] = number + 1
        elif token.type == "ordered_list_close":
            due.pop()
        yield token


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    depth = state.env.get("quotes", 0)
    if depth >= MAX_QUOTES:
        return False
    state.env["quotes"] = depth + 1
    found = blockquote(state, start, end, silent)
    state.env["quotes"] = depth
    return found


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    depth = state.env.get("lists", 0)
    if depth >= MAX_LISTS:
        return False
    state.env["lists"] = depth + 1
    found = list_block(state, start, end, silent)
    state.env["lists"] = depth
    return found


def _text(state: StateInline, silent: bool) -> bool:
    stop = _STOP.search(state.src, state.pos)
    end = stop.start() if stop else state.posMax
    if end == state.pos:
        return False
    state.push("text", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _link(state: StateInline, silent: bool) -> bool:
    found = _LINK.match(state.src, state.pos)
    # A picture is not shown, and so stays as it was typed.
    is_picture = state.src[state.pos - 1 : state.pos] == "!"
    href = _href(found["address"]) if found and found["label"].strip() else ""
    if not found or not href or is_picture:
        return False
    label: list[Token] = []
    state.env["in_link"] = True
    state.md.inline.parse(found["label"], state.md, state.env, label)
    state.env["in_link"] = False
    _push_link(state, href, label)
    state.pos = found.end()
    return True


def _pointed_address(state: StateInline, silent: bool) -> bool:
    found = _POINTED_ADDRESS.match(state.src, state.pos)
    href = _href(found[1]) if found else ""
    if not found or not href or state.env.get("in_link"):
        return False
    _push_link(state, href, [Token("text", "", 0, content=found[1])])
    state.pos = found.end()
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    found = _ADDRESS.match(state.src, state.pos)
    if not found or state.env.get("in_link"):
        return False
    scheme = "http://" if found[0][:4].lower() == "www." else ""
    whole = scheme + found[0]
    start = whole.index(":") + 1
    # linkify-it finds the bracket that is not the address's own, as in "(http://a.example/b)".
    # Its other functions keep what they look at, and give it to whichever thread asks next.
    length = _LINKIFY.test_schema_at(whole, whole[:start], start)
    address = whole[: start + length].rstrip("*_.,:;!?") if length else ""
    href = _href(address)
    if not href:
        return False
    typed = address.removeprefix(scheme)
    _push_link(state, href, [Token("text", "", 0, content=typed)])
    state.pos += len(typed)
    return True


def _href(address: str) -> str:
    href = _MARKDOWN.normalizeLink(address).replace("'", "%27")
    # The cleaner takes out what browsers could not follow, such as a port of six digits;
    # asked beforehand, it leaves no link without an address.
    kept = "href" in _CLEANER.clean(f'<a href="{escape(href)}"></a>')
    return href if kept else ""


def _push_link(state: StateInline, href: str, label: Iterable[Token]) -> None:
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.tokens.extend(label)
    state.push("link_close", "a", -1)


def _parser() -> MarkdownIt:
    # Deeper than quotes and lists can get: the parser drops what lies deeper still.
    nesting = MAX_QUOTES + 2 * MAX_LISTS + 10
    markdown = MarkdownIt("zero", {"breaks": True, "maxNesting": nesting})
    markdown.enable(["fence", "blockquote", "list", "newline", "escape", "backticks", "emphasis"])
    markdown.block.ruler.at("blockquote", _quote, {"alt": ["paragraph", "blockquote", "list"]})
    markdown.block.ruler.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    markdown.inline.ruler.at("text", _text)
    markdown.inline.ruler.push("comment_link", _link)
    markdown.inline.ruler.push("pointed_address", _pointed_address)
    markdown.inline.ruler.push("bare_address", _bare_address)
    return ready(markdown)


def _value(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if may_lead_to(value, WEB) else None
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


_LINKIFY = LinkifyIt()
_MARKDOWN = _parser()
_VALUES = {"dir": re.compile("auto"), "start": re.compile("[0-9]{1,9}")}
_CLEANER = nh3.Cleaner(
    tags={"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong", "ul"},
    attributes={"a": {"href"}, "li": {"dir"}, "ol": {"start"}, "p": {"dir"}},
    attribute_filter=_value,
    url_schemes=set(WEB),
    link_rel="nofollow ugc noopener",
)
