"""The rules of the desk, made ready to be asked: what of a reply they fit.

They are kept in this process, for each database and blog, until their version differs.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from ..database import session
from ..models import Rule, RuleKind
from ..text.phrases import Index, index_of, phrases_in
from .addresses import mailbox

LONGEST_HOST = 253
_INLINE = ("<em", "<strong", "<code", "&")
# The tags of a reply as it is rendered: those that may stand within a word, and then the others.
_WITHIN = re.compile(r'</?(?:a|code|em|strong)(?:\s[^">]*+(?:"[^"]*+"[^">]*+)*+)?+>')
_BETWEEN = re.compile(r'<[^">]*+(?:"[^"]*+"[^">]*+)*+>')


class Version(NamedTuple):
    """What differs when the rules of a blog do."""

    number: int
    newest: int | None
    changed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What rules look at: a reply that is stored, or one that is not.

    ``network`` is the cut form of its address, and empty where none is known.
    """

    text: str
    html: str
    name: str = ""
    email: str = ""
    website: str = ""
    network: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that fits a reply: its kind, what it looks for, and ``hold`` or ``refuse``."""

    kind: str
    value: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules by kind and value; of those that end, when."""

    rules: dict[tuple[str, str], tuple[str, datetime | None]] = field(default_factory=dict)
    words: Index = field(default_factory=Index)
    # Of IP version 4 or 6, how long their prefixes are.
    prefixes: frozenset[tuple[int, int]] = frozenset()

    def hits(self, said: Said, now: datetime) -> tuple[RuleHit, ...]:
        """The rules that fit, in their kinds' order, each once."""
        found: dict[tuple[str, str], None] = {}
        for kind, value in self._fitting(said):
            rule = self.rules.get((kind, value))
            if rule is not None and (rule[1] is None or rule[1] > now):
                found[kind, value] = None
        return tuple(RuleHit(kind, value, self.rules[kind, value][0]) for kind, value in found)

    def _fitting(self, said: Said) -> Iterable[tuple[str, str]]:
        """Everything that a rule about this reply might say."""
        if not self.rules:
            return
        for text in (said.text, _as_read(said), said.name, said.website, said.email):
            for phrase in phrases_in(self.words, text) if self.words.phrases else ():
                yield RuleKind.WORD, phrase
        # A box that is shut out is so by every tag: mail for me+1@ goes to me@.
        yield RuleKind.EMAIL, said.email.casefold()
        yield RuleKind.EMAIL, mailbox(said.email)
        for host in hosts_of(said):
            for domain in _with_parents(host):
                yield RuleKind.DOMAIN, domain
        for network in _around(said.network or "", self.prefixes):
            yield RuleKind.NETWORK, network
        if said.person_id:
            yield RuleKind.PERSON, said.person_id


def make_book(rules: Iterable[tuple[str, str, str, datetime | None]]) -> RuleBook:
    """A book of rules, each given as kind, value, outcome and when it ends."""
    found = {(kind, value): (outcome, until) for kind, value, outcome, until in rules}
    networks = [ipaddress.ip_network(v) for kind, v in found if kind == RuleKind.NETWORK]
    return RuleBook(
        rules=found,
        words=index_of(value for kind, value in found if kind == RuleKind.WORD),
        prefixes=frozenset((n.version, n.prefixlen) for n in networks),
    )


_books: WeakKeyDictionary[Engine, dict[str, tuple[Version, RuleBook]]] = WeakKeyDictionary()


def book_of(blog: str, version: Version) -> RuleBook:
    """The rules of a blog in this version, from memory if they are there."""
    if not version.number:
        return RuleBook()
    kept = _books.setdefault(session().get_bind(Rule).engine, {})
    if blog not in kept or kept[blog][0] != version:
        rows = session().execute(
            select(Rule.kind, Rule.value, Rule.outcome, Rule.until).where(Rule.blog == blog)
        )
        kept[blog] = (
            version,
            make_book((row.kind, row.value, row.outcome, row.until) for row in rows),
        )
    return kept[blog][1]


def hosts_of(said: Said) -> set[str]:
    """The hosts that a reply names: of its writer's address and website, and of its links."""
    hosts = {said.email.rpartition("@")[2], _host_of(said.website)}
    for part in said.html.split('href="')[1:]:
        hosts.add(_host_of(unescape(part.partition('"')[0])))
    return {in_ascii(host) for host in hosts if 0 < len(host) <= LONGEST_HOST}


def in_ascii(host: str) -> str:
    """A host as it stands in the links of replies, in small letters; empty if it is none."""
    host = host.casefold().strip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _as_read(said: Said) -> str:
    """The text as it is seen, where marks within words may hide them: ``ca*si*no``."""
    hidden = any(mark in said.html for mark in _INLINE)
    if not hidden:
        return ""
    return unescape(_BETWEEN.sub(" ", _WITHIN.sub("", said.html)))


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # such as a bracket left open in `http://[::1`
        return ""


def _with_parents(host: str) -> Iterable[str]:
    while host:
        yield host
        host = host.partition(".")[2]


def _around(network: str, prefixes: frozenset[tuple[int, int]]) -> Iterable[str]:
    if not prefixes or not network:
        return
    try:
        found = ipaddress.ip_network(network)
    except ValueError:
        return
    for version, length in prefixes:
        if version == found.version and length <= found.prefixlen:
            yield str(found.supernet(new_prefix=length))
