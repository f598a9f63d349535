"""The characters of a text before it is parsed: what is dropped, composed, or kept in pairs."""

import re
import unicodedata

# Unicode's Stream-Safe Text Format (UAX 15, 13): more marks on one letter than any
# language has make normalisation quadratic.
MAX_MARKS = 30

# Lone surrogates cannot be stored as UTF-8; PostgreSQL refuses NUL.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# The characters after which a line must end (UAX 14, BK, CR, LF and NL).
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_SECOND_CONTROLS = re.compile(r"[\x80-\x9f]")

# UAX 9, 2: the formatting characters that change the order of what is shown.
_EMBEDDING = re.compile("[\u202a-\u202e]")
_ISOLATE = re.compile("[\u2066-\u2069]")
_POP_ISOLATE = "\u2069"


def drop_unprintable(text: str) -> str:
    """The text without control characters (tab and line ends stay) and lone surrogates."""
    return _UNPRINTABLE.sub("", text)


def composed(text: str) -> str:
    """The text in Unicode's composed form (NFC), with no more than `MAX_MARKS` on a letter."""
    if text.isascii():
        return text
    safe: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MAX_MARKS:
            safe.append("\N{COMBINING GRAPHEME JOINER}")
            marks = 1
        safe.append(character)
    return unicodedata.normalize("NFC", "".join(safe))


def in_plain_lines(text: str) -> str:
    r"""The text with ``\n`` for every kind of line end and no other control than the tab."""
    return _SECOND_CONTROLS.sub("", drop_unprintable(_LINE_END.sub("\n", text)))


def keep_order(text: str) -> str:
    """The text unable to change the order in which what stands around it is shown.

    Isolates (U+2066 to U+2069) stay where they are closed on their own line; the others go,
    for a line may come to stand beside anything. Embeddings and overrides (U+202A to
    U+202E) go, all of them: since 6.3 Unicode has the isolates in their place (UAX 9, 2),
    and an override shows letters in another order than they are read in. Marks of
    direction (U+200E, U+200F, U+061C) stay: they reach no further than their neighbours.
    """
    text = _EMBEDDING.sub("", text)
    if not _ISOLATE.search(text):
        return text
    return "\n".join(_pair_isolates(line) for line in text.split("\n"))


def _pair_isolates(line: str) -> str:
    still_open: list[int] = []
    unpaired: set[int] = set()
    for isolate in _ISOLATE.finditer(line):
        if isolate[0] != _POP_ISOLATE:
            still_open.append(isolate.start())
        elif still_open:
            still_open.pop()
        else:
            unpaired.add(isolate.start())
    unpaired.update(still_open)
    return "".join(letter for place, letter in enumerate(line) if place not in unpaired)
