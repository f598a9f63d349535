"""Words and phrases found in a text as whole words, in any case and any script.

In one pass over the text, without patterns: a list of ten thousand words costs hardly more
than one of ten.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

# Some letters are whole words, or a sentence, in Unicode's compatible form. No text that
# people write grows so many times by it; such a one is not worth the time.
_MOST_GROWTH = 2
# To replace one letter throughout a text is quick; for more than these it pays to look each up.
_FEW = 8
# Scripts that leave no space between words: there a word is found wherever its letters are.
# Thai and Lao; Myanmar; Khmer; kana; Han.
_UNSPACED = (
    (0xE01, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3041, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip

_UNSPACED_SCRIPTS = re.compile(
    f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _UNSPACED)}]"
)
_SIGNS = re.compile(r"[^\w\s]")
# Stands for them all where none of them is looked for.
_ANY_UNSPACED = "\u4e00"
# Whatever is neither ASCII nor Thai, Han or kana. A text may hold many of these, and none of them
# has another form.
_MAY_HAVE_FORMS = re.compile(
    "[^\x00-\x7f\u0e01-\u0e32\u0e34-\u0e5b\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"
)


@dataclass(frozen=True, slots=True)
class Index:
    """Phrases by their first word, and then by how many words they have.

    ``unspaced`` tells whether any has letters of a script without spaces.
    """

    phrases: dict[str, dict[int, set[tuple[str, ...]]]] = field(default_factory=dict)
    unspaced: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: letters, digits and their marks.

    Folded by Unicode's NFKC and case folding, so ``STRASSE`` and ``straße`` are one. What
    shows nothing is left out, and strokes through letters too, for both are put into words
    to hide them. Everything else stands between words. In scripts without spaces each
    letter is a word.
    """
    return _split(_folded(text))


def _split(folded: str) -> list[str]:
    folded = folded.replace("_", " ")
    if not _UNSPACED_SCRIPTS.search(folded):
        # Letters, digits and spaces, which most of a text is, stay as they are.
        changed = {sign: _as_word(sign) for sign in set(_SIGNS.findall(folded))}
        if len(changed) <= _FEW:
            for sign, word in changed.items():
                folded = folded.replace(sign, word)
            return folded.split()
    # Only those that occur: a table of all letters ever seen would grow without end.
    return folded.translate({ord(letter): _as_word(letter) for letter in set(folded)}).split()


def spelled(words: Iterable[str]) -> str:
    """Words as one text, of which :func:`words_of` makes the same words again."""
    text = ""
    for word in words:
        joined = text and _is_unspaced(text[-1]) and _is_unspaced(word[0])
        text += word if joined or not text else f" {word}"
    return text


def index_of(phrases: Iterable[str]) -> Index:
    """Phrases made ready to be found; one without any word is never found."""
    found: dict[str, dict[int, set[tuple[str, ...]]]] = {}
    unspaced = False
    for phrase in phrases:
        words = tuple(words_of(phrase))
        if words:
            found.setdefault(words[0], {}).setdefault(len(words), set()).add(words)
            unspaced = unspaced or any(_is_unspaced(word[0]) for word in words)
    return Index(found, unspaced)


def phrases_in(index: Index, text: str) -> list[str]:
    """The phrases that occur in a text, as :func:`spelled`, in the order in which they begin."""
    folded = _folded(text)
    if not index.unspaced and _UNSPACED_SCRIPTS.search(folded):
        # Nothing of these scripts is looked for, so one letter tells as much as all of a run.
        folded = _unspaced_runs().sub(_ANY_UNSPACED, folded)
    words = _split(folded)
    found: dict[tuple[str, ...], None] = {}
    for place in [place for place, word in enumerate(words) if word in index.phrases]:
        for length, phrases in index.phrases[words[place]].items():
            phrase = tuple(words[place : place + length])
            if phrase in phrases:
                found[phrase] = None
    return [spelled(phrase) for phrase in found]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    compatible = _compatible(text)
    if len(compatible) > _MOST_GROWTH * len(text) + 100:
        return unicodedata.normalize("NFC", text).casefold()
    return _compatible(compatible.casefold())


def _compatible(text: str) -> str:
    # To ask is quicker than to do, and mostly there is nothing to do.
    if unicodedata.is_normalized("NFKC", text):
        return text
    # Or little, such as the wide commas of a Chinese text.
    forms = {
        letter: unicodedata.normalize("NFKC", letter)
        for letter in set(_MAY_HAVE_FORMS.findall(text))
    }
    changed = {letter: form for letter, form in forms.items() if letter != form}
    if len(changed) > _FEW:
        return unicodedata.normalize("NFKC", text)
    for letter, form in changed.items():
        text = text.replace(letter, form)
    if unicodedata.is_normalized("NFKC", text):
        return text
    return unicodedata.normalize("NFKC", text)


def _as_word(letter: str) -> str:
    """What stands for a letter where words are told apart: itself, a space, or nothing."""
    kind = unicodedata.category(letter)
    if _is_unspaced(letter) and kind[0] in "LMN":
        return f" {letter} "
    if letter.isalnum():
        return letter
    if kind == "Cf" or _shows_nothing(ord(letter)):
        return ""
    return letter if kind[0] == "M" else " "


def _is_unspaced(letter: str) -> bool:
    code = ord(letter)
    return code > 0xE00 and any(first <= code <= last for first, last in _UNSPACED)


@cache
def _unspaced_runs() -> re.Pattern[str]:
    """What stands together of scripts without spaces, marks and digits included."""
    ranges = ""
    for first, last in _UNSPACED:
        for kind, group in groupby(range(first, last + 1), lambda code: _kind(code) in "LMN"):
            codes = list(group) if kind else []
            ranges += f"{chr(codes[0])}-{chr(codes[-1])}" if codes else ""
    return re.compile(f"[{ranges}]+")


def _kind(code: int) -> str:
    return unicodedata.category(chr(code))[0]


def _shows_nothing(code: int) -> bool:
    """Fillers, selectors of variants, and strokes that are laid over a letter."""
    return (
        code in (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5)
        or 0x334 <= code <= 0x338
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
    )
