"""The words of a rendered story: for excerpts, for search, for counting."""

import re
from collections.abc import Iterator
from html import unescape

from .allowed import BLOCKS
from .tags import Tag, read_attributes, read_tags

# Silent reading of English non-fiction by adults, a mean over 190 studies:
# M. Brysbaert, "How many words do we read per minute?", Journal of Memory and
# Language 109 (2019), https://doi.org/10.1016/j.jml.2019.104047
WORDS_PER_MINUTE = 238

_SEPARATE = BLOCKS | {"caption", "dd", "dt", "li", "summary", "tr"}
_BESIDE = frozenset({"br", "td", "th"})
_NOT_READ = frozenset({"figure", "rp", "rt"})
_MARK_ROLES = frozenset({"doc-noteref", "doc-backlink"})

# Han and kana, which are written without spaces.
_UNSPACED = re.compile(
    "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_BETWEEN_WORDS = re.compile(r"[\s—–…/]+")


def plain_text(html: str) -> str:
    """What a reader of a rendered story reads, one block on each line.

    Without pictures and their captions, and without the marks of footnotes.
    """
    return "\n".join(text for _, text in _blocks(html))


def excerpt(html: str, length: int = 200) -> str:
    """The first paragraphs of a rendered story, in at most `length` characters (one at least).

    What is cut is cut after a word and ends in "…", or inside one where that would lose
    more than half. A story without paragraphs gives the first of its words.
    """
    paragraphs = " ".join(text for block, text in _blocks(html) if block == "p")
    text = paragraphs or plain_text(html).replace("\n", " ")
    if len(text) <= length:
        return text
    space = text.rfind(" ", 0, length)
    cut = text[: space if space > length // 2 else length - 1]
    return cut.rstrip(" ,;:.…–—-") + "…"


def count_words(html: str) -> int:
    """How many words a rendered story has.

    Words are what stands between spaces, dashes or slashes and has a letter or digit in
    it. Each character of Chinese and each kana counts as a word: they have no spaces, and
    as many of them are read in a minute as English words (Trauzettel-Klosinski and Dietz,
    2012). Thai, Lao and Khmer come out too short.
    """
    text = plain_text(html)
    spaced = _BETWEEN_WORDS.split(_UNSPACED.sub(" ", text))
    words = sum(any(character.isalnum() for character in word) for word in spaced)
    return words + len(_UNSPACED.findall(text))


def reading_minutes(words: int) -> int:
    """Minutes that many words take to read: at `WORDS_PER_MINUTE`, rounded, at least one."""
    return max(1, round(words / WORDS_PER_MINUTE))


def _blocks(html: str) -> Iterator[tuple[str, str]]:
    """The innermost block's name, or "note" in the footnotes, and its text, if it has any."""
    texts: list[str] = []
    block = ""
    in_notes = False
    for token in _read(html):
        if isinstance(token, str):
            texts.append(unescape(token))
        elif token.name in _BESIDE:
            texts.append(" ")
        elif token.name in _SEPARATE:
            text = " ".join("".join(texts).split())
            if text:
                yield ("note" if in_notes else block), text
            texts.clear()
            block = "" if token.closing else token.name
            in_notes = in_notes or _role(token) == "doc-endnotes"
    text = " ".join("".join(texts).split())
    if text:
        yield block, text


def _read(html: str) -> Iterator[Tag | str]:
    """Tags and texts outside of what is not read."""
    inside = ""
    depth = 0
    for token in read_tags(html):
        if depth:
            if isinstance(token, Tag) and token.name == inside:
                depth += -1 if token.closing else 1
        elif isinstance(token, Tag) and not token.closing and _is_unread(token):
            inside, depth = token.name, 1
        else:
            yield token


def _is_unread(tag: Tag) -> bool:
    return tag.name in _NOT_READ or (tag.name == "a" and _role(tag) in _MARK_ROLES)


def _role(tag: Tag) -> str:
    return dict(read_attributes(tag)).get("role", "")
