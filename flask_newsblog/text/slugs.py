"""The part of an address that is made from a title."""

import re
import unicodedata

# Latin letters that Unicode does not take for another letter with a mark.
_SPELT_OUT = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ħ": "h", "ı": "i", "ŧ": "t", "ŋ": "n", "ĸ": "k",
    }
)  # fmt: skip

# Apostrophes of all kinds, the soft hyphen and the joiners that nobody sees.
_VANISHING = re.compile("['`´‘’‛ʹʻʼʽˈ′＇\u00ad\u200b\u2060\ufeff]")


def slugify(text: str, *, max_length: int = 80) -> str:
    """Words of a text in lower case, joined by hyphens; empty if it has none.

    Latin letters lose their marks (*é* is *e*), letters of other scripts stay as they are.
    Cut between words, or inside one where that would lose more than half.
    """
    # The cut comes first because normalisation is quadratic in marks on one letter.
    text = _VANISHING.sub("", text[: 10 * max_length])
    letters = unicodedata.normalize("NFKD", text).lower().translate(_SPELT_OUT)
    kept: list[str] = []
    base = ""
    for letter in letters:
        if unicodedata.category(letter).startswith("M"):
            # Vowels of Hindi and the dots of й and が are marks too.
            if base.isalpha() and not _is_latin(base):
                kept.append(letter)
        else:
            base = letter
            kept.append(letter if letter.isalnum() else "-")
    slug = re.sub("-+", "-", unicodedata.normalize("NFC", "".join(kept))).strip("-")
    return _cut(slug, max_length)


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN ")


def _cut(slug: str, max_length: int) -> str:
    if len(slug) <= max_length:
        return slug
    hyphen = slug.rfind("-", 0, max_length + 1)
    return slug[: hyphen if hyphen > max_length // 2 else max_length].strip("-")
