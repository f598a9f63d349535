"""Stories: from the Markdown that authors write to the HTML that readers get."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

from .addresses import may_lead_to
from .characters import composed, drop_unprintable
from .limits import (
    MAX_HTML,
    MAX_NESTING,
    MAX_SOURCE,
    TextTooDeep,
    TextTooLong,
)
from .parsers import ready
from .pictures import PlacedPicture, media_number
from .replies import COMMENT_RENDERER as COMMENT_RENDERER
from .replies import render_comment as render_comment
from .sanitize import clean_html

# Kept beside rendered HTML; raise it whenever the same source gives other HTML.
RENDERER: int = 2

# Longest name of a footnote, in characters: without an end, `[^` is sought to the end of
# the text for each `[^`.
MAX_FOOTNOTE_NAME = 100

_PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]


# How wide a picture stands in the text, at most: as wide as its lines.
_SIZES = "(min-width: 48rem) 44rem, 100vw"


def render_post(
    source: str, *, raw_html: bool = False, pictures: Mapping[int, PlacedPicture] | None = None
) -> Markup:
    """The HTML of a story: CommonMark with tables, strikethrough, footnotes and figures.

    The highest heading becomes an h2, below the story's title. A picture alone in its
    paragraph becomes a figure, with its title as the caption. HTML in the source is shown
    as it was typed, or cleaned and kept if `raw_html`. Pictures of the library (`media:12`)
    are those of `pictures`, by their numbers; of one that is not there the alt text stays.

    Raises:
        TextTooLong: more than `MAX_SOURCE` characters, or than `MAX_HTML` once rendered.
        TextTooDeep: quotes and lists deeper than `MAX_NESTING`, elements than `MAX_DEPTH`.
    """
    if len(source) > MAX_SOURCE:
        raise TextTooLong(
            f"This text has {len(source):,} characters; no more than {MAX_SOURCE:,} can be "
            "shown as one story. Split it into several stories."
        )
    env: EnvType = {}
    markdown = _WITH_HTML if raw_html else _WITHOUT_HTML
    tokens = markdown.parse(composed(drop_unprintable(source)), env)
    for token in tokens:
        _place_pictures(token, pictures or {})
    _refuse_growth(tokens)
    _level_headings(tokens)
    _frame_pictures(tokens)
    _open_corners(tokens)
    tokens = list(_frame_tables(tokens))
    html: str = markdown.renderer.render(tokens, markdown.options, env)
    return clean_html(html)


def _refuse_growth(tokens: Iterable[Token]) -> None:
    growth = sum(
        len(str(value))
        for token in tokens
        for child in token.children or ()
        for value in child.attrs.values()
    )
    if growth > MAX_HTML:
        raise TextTooLong(
            f"The links and pictures of this text grow to {growth:,} characters once their "
            f"definitions are filled in; {MAX_HTML:,} can be shown. Use shorter addresses and "
            "titles, or fewer links."
        )


def _place_pictures(inline: Token, pictures: Mapping[int, PlacedPicture]) -> None:
    for place, child in enumerate(inline.children or ()):
        at = {"image": "src", "link_open": "href"}.get(child.type, "")
        number = media_number(str(child.attrs.get(at, "")))
        if number is None:
            continue
        found = pictures.get(number)
        if child.type == "link_open":
            # What is left without an address is no link, and the gate takes the rest.
            del child.attrs["href"]
            if found:
                child.attrs["href"] = found.src
        elif found is None:
            assert inline.children is not None  # holds this one
            inline.children[place] = Token("text", "", 0, content=_words_of(child))
        else:
            _fill_in(child, found)


def _fill_in(image: Token, found: PlacedPicture) -> None:
    image.attrs["src"] = found.src
    if found.srcset:
        image.attrs |= {"srcset": found.srcset, "sizes": _SIZES}
    if found.width and found.height:
        image.attrs |= {"width": found.width, "height": found.height}
    if found.alt and not _words_of(image).strip():
        image.children = [Token("text", "", 0, content=found.alt)]


def _words_of(image: Token) -> str:
    renderer = cast(RendererHTML, _WITHOUT_HTML.renderer)
    return renderer.renderInlineAsText(image.children, _WITHOUT_HTML.options, {})


def _leads_somewhere(address: str) -> bool:
    return may_lead_to(address) or media_number(address) is not None


def _level_headings(tokens: Iterable[Token]) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + 2, 6)}"


def _frame_pictures(tokens: Sequence[Token]) -> None:
    for place, token in enumerate(tokens):
        for child in token.children or ():
            if child.type == "image":
                child.attrs |= {"loading": "lazy", "decoding": "async"}
        if [child.type for child in token.children or ()] != ["image"]:
            continue
        # In a list without blank lines the paragraph is hidden: the picture belongs to the
        # item. In a footnote, the link back follows within the paragraph.
        around = tokens[place - 1 : place + 2]
        if [each.type for each in around] == _PARAGRAPH and not around[0].hidden:
            around[0].tag = around[2].tag = "figure"
            _caption(token)


def _caption(inline: Token) -> None:
    assert inline.children is not None  # holds a picture
    caption = inline.children[0].attrs.pop("title", "")
    if caption:
        inline.children += [
            Token("figcaption_open", "figcaption", 1),
            Token("text", "", 0, content=str(caption)),
            Token("figcaption_close", "figcaption", -1),
        ]


def _open_corners(tokens: Sequence[Token]) -> None:
    # The empty corner above a table's row names heads nothing, and a heading without words
    # is announced as nothing.
    for opening, text, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not text.content:
            opening.tag = closing.tag = "td"


def _frame_tables(tokens: Iterable[Token]) -> Iterator[Token]:
    # What scrolls must be reachable by keyboard, and what has the focus must have a name.
    # The row of headings is one in whatever language the table is.
    numbers = count(1)
    number = 0
    for token in tokens:
        if token.type == "table_open":
            number = next(numbers)
            frame = Token("table_frame_open", "div", 1, block=True)
            frame.attrs = {"class": "nb-table", "role": "group", "tabindex": 0}
            frame.attrs["aria-labelledby"] = f"table{number}"
            yield frame
        elif token.type == "thead_open":
            token.attrs["id"] = f"table{number}"
        elif token.type in ("th_open", "td_open") and "style" in token.attrs:
            token.attrs["class"] = str(token.attrs.pop("style")).replace("text-align:", "nb-")
        yield token
        if token.type == "table_close":
            yield Token("table_frame_close", "div", -1, block=True)


# The roles are those of DPUB-ARIA: a screen reader says "note" and "back to content" in
# its listener's language, so that no words are needed here.


def _note_mark(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    note = tokens[place].meta["id"] + 1
    mark = f"{note}{_which_mark(tokens[place])}"
    return f'<sup><a href="#fn{note}" id="fnref{mark}" role="doc-noteref">[{note}]</a></sup>'


def _note_link_back(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    note = tokens[place].meta["id"] + 1
    which = tokens[place].meta["subId"]
    ordinal = f"<sup>{which + 1}</sup>" if which else ""
    mark = f"{note}{_which_mark(tokens[place])}"
    # The variation selector asks for an arrow of the text's own kind, not an emoji.
    return f' <a href="#fnref{mark}" role="doc-backlink">\u21a9\ufe0e{ordinal}</a>'


def _which_mark(token: Token) -> str:
    # A note may be referred to more than once.
    which = token.meta["subId"]
    return f"-{which + 1}" if which else ""


def _note_open(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    return f'<li id="fn{tokens[place].meta["id"] + 1}">'


def _notes_open(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    return '<div role="doc-endnotes">\n<ol>\n'


def _notes_close(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    return "</ol>\n</div>\n"


def _refuse_depth(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.level >= MAX_NESTING:
        raise TextTooDeep(
            f"Line {start + 1}: too many quotes and lists inside one another. "
            "Take the innermost out, or indent them less."
        )
    return False


def _short_footnote_ref(state: StateInline, silent: bool) -> bool:
    name = state.pos + len("[^")
    if state.src.find("]", name, name + MAX_FOOTNOTE_NAME + 1) == -1:
        return False
    return footnote_ref(state, silent)


def _parser(*, raw_html: bool) -> MarkdownIt:
    # Three more levels than we refuse at, so that the parser never gets to drop any.
    markdown = MarkdownIt("commonmark", {"html": raw_html, "maxNesting": MAX_NESTING + 3})
    markdown.enable(["table", "strikethrough"])
    markdown.use(footnote_plugin)
    markdown.disable("footnote_inline")
    markdown.inline.ruler.at("footnote_ref", _short_footnote_ref)
    markdown.block.ruler.before("table", "refuse_depth", _refuse_depth)
    markdown.add_render_rule("footnote_ref", _note_mark)
    markdown.add_render_rule("footnote_anchor", _note_link_back)
    markdown.add_render_rule("footnote_open", _note_open)
    markdown.add_render_rule("footnote_block_open", _notes_open)
    markdown.add_render_rule("footnote_block_close", _notes_close)
    # An address we would not link to leaves the Markdown as it was typed, for all to see.
    markdown.validateLink = _leads_somewhere  # type: ignore[assignment, method-assign]
    return ready(markdown)


_WITHOUT_HTML = _parser(raw_html=False)
_WITH_HTML = _parser(raw_html=True)
