"""The rules of the desk: added, removed, tried, written to a file and read again.

The caller commits. What has to wait or is not published, and who, is asked of every new
reply; :mod:`.rulebook` asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from ..database import session, utcnow
from ..models import Comment, CommentState, Post, Rule, RuleKind, RuleOutcome, length_of
from ..posts.statements import run
from ..text.typed import one_line
from .rule_values import RuleError, check_outcome, plain_value
from .rulebook import RuleBook, Said, make_book

LAST = 1_000
# What is tried is read in parts, for a comment may be long.
_AT_A_TIME = 100
# A form that is sent again by a double click counts its days from a moment later.
_TWICE = timedelta(minutes=1)
_LONGEST_NOTE, _LONGEST_NAME = length_of(Rule.note), length_of(Rule.person_name)


@dataclass(frozen=True, slots=True)
class Caught:
    """A comment that a rule would have caught, and where it stands."""

    id: int
    state: str
    author_name: str
    created_at: datetime
    body: str
    title: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have caught of the last comments, of which ``looked_at`` were read."""

    looked_at: int
    hits: tuple[Caught, ...]

    @property
    def published(self) -> tuple[Caught, ...]:
        """Those that readers see, which are likely to be caught in error."""
        return tuple(hit for hit in self.hits if hit.state == CommentState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rules came in new, were changed, or were there already."""

    added: int
    changed: int
    unchanged: int


def rules_of(blog: str) -> Sequence[Rule]:
    """All rules of a blog, by kind and value; also those that have ended."""
    query = select(Rule).where(Rule.blog == blog).order_by(Rule.kind, Rule.value, Rule.id)
    return session().scalars(query).all()


def page_of_rules(
    blog: str, limit: int, kind: str = "", part: str = "", before: int | None = None
) -> Sequence[Rule]:
    """The newest rules, of a kind, with these letters in their value, older than another."""
    query = select(Rule).where(Rule.blog == blog)
    if kind:
        query = query.where(Rule.kind == kind)
    if part:
        query = query.where(Rule.value.contains(part, autoescape=True))
    if before is not None:
        query = query.where(Rule.id < before)
    return session().scalars(query.order_by(Rule.id.desc()).limit(limit)).all()


def with_number(blog: str, rule_id: int) -> Rule | None:
    """The rule of a blog with this number."""
    query = select(Rule).where(Rule.blog == blog, Rule.id == rule_id)
    return session().scalars(query).one_or_none()


def add_rule(
    blog: str,
    kind: str,
    value: str,
    outcome: str,
    by_name: str,
    now: datetime,
    until: datetime | None = None,
    note: str = "",
) -> Rule:
    """Keep a rule, or change the one of this kind and value; flushed.

    Raises:
        RuleError: it would fit nothing, or more than it says.
    """
    value = plain_value(kind, value)
    check_outcome(kind, outcome)
    if until is not None and until <= now:
        raise RuleError("The end of a rule lies ahead. Write a later time, or none.")
    found = session().scalars(
        select(Rule).where(Rule.blog == blog, Rule.kind == kind, Rule.value == value)
    )
    rule = found.one_or_none() or Rule(blog=blog, kind=kind, value=value)
    _write(rule, outcome, by_name, until, note)
    session().add(rule)
    session().flush()
    return rule


def is_in_force(rule: Rule, now: datetime) -> bool:
    """Whether a rule has not ended."""
    return rule.until is None or rule.until > now


def says(rule: Rule, outcome: str, until: datetime | None, note: str) -> bool:
    """Whether a rule says this already, and about until then: its form was sent twice."""
    if (rule.outcome, rule.note) != (outcome, _fitting(note)):
        return False
    if rule.until is None or until is None:
        return rule.until is until
    return abs(rule.until - until) < _TWICE


def remove_rule(rule: Rule) -> None:
    """Forget a rule; flushed."""
    session().delete(rule)
    session().flush()


def find_rule(blog: str, kind: str, value: str) -> Rule | None:
    """The rule of this kind and value, however the value is written.

    Raises:
        RuleError: no rule could be so.
    """
    value = plain_value(kind, value)
    query = select(Rule).where(Rule.blog == blog, Rule.kind == kind, Rule.value == value)
    return session().scalars(query).one_or_none()


def try_rule(blog: str, kind: str, value: str, limit: int = LAST) -> Trial:
    """What a rule would have caught of the last comments, newest first; it need not be kept.

    Raises:
        RuleError: no rule could be so.
    """
    value = plain_value(kind, value)
    book = make_book([(kind, value, RuleOutcome.HOLD, None)])
    looked_at, hits = 0, []
    for row in _last(blog, limit):
        looked_at += 1
        if _fits(book, row):
            hits.append(
                Caught(row.id, row.state, row.author_name, row.created_at, row.body, row.title)
            )
    return Trial(looked_at, tuple(hits))


def export_rules(blog: str) -> Iterator[str]:
    """The rules as lines of text: kind, outcome, value, end and note, with tabs between."""
    for rule in rules_of(blog):
        yield as_line(rule)


def as_line(rule: Rule) -> str:
    """A rule as a line of text, which :func:`import_rules` reads again."""
    until = rule.until.isoformat() if rule.until else ""
    return "\t".join((rule.kind, rule.outcome, rule.value, until, rule.note)).rstrip("\t")


def import_rules(
    blog: str, lines: Iterable[str], kind: str, outcome: str, by_name: str, now: datetime
) -> Imported:
    """Keep the rules of such lines; a line without tabs is a value of this kind and outcome.

    Empty lines and those that begin with ``#`` and a space are passed over. Rules that have
    ended are not brought back.

    Raises:
        RuleError: a line that is no rule, by its number; nothing is to be kept then.
    """
    known = {(rule.kind, rule.value): rule for rule in rules_of(blog)}
    counted = {"added": 0, "changed": 0, "unchanged": 0}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("# "):
            continue
        try:
            key, given = _read(line, kind, outcome, now)
        except (RuleError, ValueError) as error:
            raise RuleError(f"Line {number}: {error}") from error
        if given is None:
            continue
        rule = known.get(key)
        if rule is None:
            rule = known[key] = Rule(blog=blog, kind=key[0], value=key[1])
            session().add(rule)
            counted["added"] += 1
        elif given == (rule.outcome, rule.until, rule.note):
            counted["unchanged"] += 1
            continue
        else:
            counted["changed"] += 1
        _write(rule, given[0], by_name, given[1], given[2])
    session().flush()
    return Imported(**counted)


def _fitting(note: str) -> str:
    return one_line(note)[:_LONGEST_NOTE]


def _write(rule: Rule, outcome: str, by_name: str, until: datetime | None, note: str) -> None:
    rule.outcome, rule.until = outcome, until
    rule.note = _fitting(note)
    rule.person_name = by_name[:_LONGEST_NAME]
    # By this the processes learn of it: the moment itself, since a clock that was set may
    # stand still.
    rule.changed_at = utcnow()


def _read(
    line: str, kind: str, outcome: str, now: datetime
) -> tuple[tuple[str, str], tuple[str, datetime | None, str] | None]:
    value, until, note = line, "", ""
    if "\t" in line:
        kind, outcome, value, until, note = (*line.split("\t", 4), "", "", "", "")[:5]
    if kind not in {*RuleKind}:
        raise RuleError(f"{kind!r:.40} is no kind of rule; there are {', '.join(RuleKind)}.")
    if outcome not in {*RuleOutcome}:
        raise RuleError(f"{outcome!r:.40} is no outcome; there are {', '.join(RuleOutcome)}.")
    check_outcome(kind, outcome)
    key = (kind, plain_value(kind, value))
    end = datetime.fromisoformat(until.strip()) if until.strip() else None
    if end is not None:
        end = end.replace(tzinfo=UTC) if end.tzinfo is None else end.astimezone(UTC)
        if end <= now:
            return key, None
    return key, (outcome, end, one_line(note)[:_LONGEST_NOTE])


def _last(blog: str, limit: int) -> Iterator[Any]:
    """The last comments of a blog, newest first, with what rules look at."""
    query = (
        select(
            Comment.id, Comment.state, Comment.author_name, Comment.author_email,
            Comment.author_url, Comment.network, Comment.person_id, Comment.created_at,
            Comment.body, Comment.body_html, Post.title,
        )
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.blog == blog)
        .order_by(Comment.id.desc())
    )  # fmt: skip
    edge = None
    while limit > 0:
        part = query if edge is None else query.where(Comment.id < edge)
        rows = run(part.limit(min(limit, _AT_A_TIME))).all()
        yield from rows
        if len(rows) < min(limit, _AT_A_TIME):
            return
        edge, limit = rows[-1].id, limit - len(rows)


def _fits(book: RuleBook, row: Any) -> bool:
    said = Said(
        text=row.body,
        html=row.body_html,
        name=row.author_name,
        email=row.author_email,
        website=row.author_url,
        network=row.network,
        person_id=row.person_id,
    )
    return bool(book.hits(said, row.created_at))
