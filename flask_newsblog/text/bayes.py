"""What the words of a comment say of it: the words as they are counted, and the sum over them.

After Gary Robinson, *A Statistical Approach to the Spam Problem* (Linux Journal 107, March
2003): each word has a probability, drawn towards one half as long as it is rare, and Fisher's
method combines them. A word that stands twice in a comment counts once.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from math import exp, log
from zlib import crc32

from .characters import composed, drop_unprintable

# What is kept of one comment, and of its hosts, its name and its address together.
MAX_TOKENS = 200
MAX_MARKS = 50
# A column holds no more; a host is known by its end.
MAX_TOKEN = 64

# Below this the filter has no opinion: it would take a few comments' subject for their kind.
LEAST_COMMENTS = 20
# Robinson's s and x: a word never seen is worth a half, and one seen once lies half-way.
STRENGTH, UNKNOWN = 1.0, 0.5
MAX_CLUES = 150
# Words nearer to a half than this say nothing, and there are many of them.
LEAST_DISTANCE = 0.1
# From here on a comment is taken for spam. One word alone stays below it, however often it
# was seen on one side only.
LIKELY_SPAM = 0.9
SUREST = 0.89

_WORD_LENGTHS = range(2, 41)
# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_LINK_HOST = re.compile(r"(?:https?://|www\.)([^\s/?#<>()\[\]\"'\\,;!]+)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*")
_MANY_LINKS = 3


def tokens(text: str, name: str = "", website: str = "", email: str = "") -> tuple[str, ...]:
    """What is counted of a comment, each once, sorted; `MAX_TOKENS` at most.

    Words as they stand; ``name:`` before those of the writer's name, ``host:`` before hosts of
    links and of the website, ``mail:`` before the domain of the address, ``links:`` before the
    number of links. Of a longer comment the words are chosen by a digest: they come from all
    over it, so that nobody hides what they want to say behind a long beginning.
    """
    plain = _folded(text)
    hosts = _LINK_HOST.findall(plain)
    marks = dict.fromkeys(islice(_marks(hosts, name, website, email), MAX_MARKS))
    room = MAX_TOKENS - len(marks)
    # The parts of an address, each a word of its own, would say the same thing several times.
    # Each is taken apart once, however often it stands there.
    runs = set(_separated(_LINK_HOST.sub(" ", plain)).split())
    found = {word for run in runs for word in _parts(run)}
    if len(found) > room:
        found = set(sorted(found, key=lambda word: (crc32(word.encode()), word))[:room])
    return tuple(sorted(found | set(marks)))


def spam_probability(
    counts: Iterable[tuple[int, int]], ham_total: int, spam_total: int
) -> float | None:
    """How likely a comment is spam, 0 to 1; None while too few comments are known.

    From `LIKELY_SPAM` on it should be taken for spam.

    Args:
        counts: for each of its words that is known, in how many approved and in how many
            unwanted comments it stood.
        ham_total: how many approved comments are known.
        spam_total: how many unwanted ones.
    """
    if min(ham_total, spam_total) < LEAST_COMMENTS:
        return None
    clues = [_spamminess(ham / ham_total, spam / spam_total, ham + spam) for ham, spam in counts]
    clues = [clue for clue in clues if abs(clue - 0.5) >= LEAST_DISTANCE]
    clues = sorted(clues, key=lambda clue: (-abs(clue - 0.5), clue))[:MAX_CLUES]
    if not clues:
        return 0.5
    # Each is near 0 where the clues agree better than chance would have it.
    not_ham = _chi_square_tail(-2 * sum(map(log, clues)), len(clues))
    not_spam = _chi_square_tail(-2 * sum(log(1 - clue) for clue in clues), len(clues))
    return (1 + not_ham - not_spam) / 2


def _spamminess(ham_rate: float, spam_rate: float, seen: int) -> float:
    if not seen:
        return UNKNOWN
    probability = spam_rate / (ham_rate + spam_rate)
    drawn = (STRENGTH * UNKNOWN + seen * probability) / (STRENGTH + seen)
    return min(max(drawn, 1 - SUREST), SUREST)


def _chi_square_tail(value: float, pairs: int) -> float:
    """The probability that a chi-square of twice so many degrees of freedom is at least this."""
    half = value / 2
    term = total = exp(-half)
    for number in range(1, pairs):
        term *= half / number
        total += term
    return min(total, 1.0)


def _folded(text: str) -> str:
    # NFKC alone would be quadratic in marks on one letter.
    return unicodedata.normalize("NFKC", composed(drop_unprintable(text))).casefold()


def _words(plain: str) -> Iterator[str]:
    for run in _separated(plain).split():
        yield from _parts(run)


def _parts(run: str) -> Iterator[str]:
    """The words of what stands between two spaces; of a script without spaces, its pairs."""
    for number, part in enumerate(_UNSPACED.split(run)):
        if number % 2 and len(part) > 1:
            yield from (part[at : at + 2] for at in range(len(part) - 1))
        elif number % 2 or len(part) in _WORD_LENGTHS:
            yield part


def _separated(plain: str) -> str:
    """A text of letters, digits and their marks, with spaces for all else.

    Characters that nobody sees go: they are put into words to hide them from filters.
    """
    table: dict[int, str | None] = {}
    for letter in set(plain):
        kind = unicodedata.category(letter)
        if kind == "Cf":
            table[ord(letter)] = None
        elif kind[0] not in "LNM":
            table[ord(letter)] = " "
    return plain.translate(table)


def _marks(hosts: list[str], name: str, website: str, email: str) -> Iterator[str]:
    number = len(hosts)
    yield f"links:{number}" if number < _MANY_LINKS else "links:many"
    _, at, domain = _folded(email).rpartition("@")
    if at:
        yield _cut("mail:", domain)
    if website:
        yield from _host_marks(_SCHEME.sub("", _folded(website)))
    for word in _words(_folded(name)):
        yield f"name:{word}"
    for host in hosts:
        yield from _host_marks(host)


def _host_marks(address: str) -> Iterator[str]:
    host = re.split(r"[\s/?#]", address, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    host = host.strip(".").removeprefix("www.")
    if host:
        yield _cut("host:", host)
        # Names below a domain cost nothing, and each spam has another.
        yield _cut("host:", ".".join(host.split(".")[-2:]))


def _cut(kind: str, value: str) -> str:
    room = MAX_TOKEN - len(kind)
    return kind + "".join(value.split())[-room:]
