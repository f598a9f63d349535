"""What tests of replies share: a site with a story, its readers, and what they read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select

from flask_newsblog import Action, Person
from flask_newsblog.comments import actions, moderation
from flask_newsblog.comments.actions import Reply
from flask_newsblog.comments.checks import Outcome, Verdict
from flask_newsblog.comments.moderation import STATE_AFTER, Moderator
from flask_newsblog.comments.receive import mark_of
from flask_newsblog.comments.tokens import challenge_token
from flask_newsblog.comments.writers import Writer
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, CommentVerdict, Post
from flask_newsblog.settings import Settings
from flask_newsblog.text.markdown import render_comment
from flask_newsblog.text.typed import many_lines

from ..hosts import MEMORY, Clock, Host, open_host, path_of, plain, write_story

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
# What browsers say of a form that was sent from the site's own page, or from another's.
SAME = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site"}
GUEST = {"author": "Mira Vale", "email": "mira@example.org"}
SAID = "The ferry was late again, and nobody said why."
_numbers = count(1)
_OUTCOMES = {CommentState.PUBLISHED: Outcome.PUBLISH, CommentState.HELD: Outcome.HOLD}


def who() -> Person | None:
    """The host's hook: a cookie names who is signed in."""
    name = request.cookies.get("who")
    return Person(f"id of {name}", name, f"{name.lower()}@host.example") if name else None


def can(person: Person, action: Action, thing: Any) -> bool:
    """The host's other hook: Edith is of the staff."""
    return person.name == "Edith"


@dataclass
class Site:
    """A host with one story, at noon of a day in May."""

    host: Host
    clock: Clock
    story: Post

    @property
    def app(self) -> Flask:
        return self.host.app

    @property
    def reply_path(self) -> str:
        return f"/replies/{self.story.id}"

    def client(self, name: str = "") -> FlaskClient:
        """A visitor, signed in at the host under this name if there is one."""
        client = self.host.client()
        if name:
            client.set_cookie("who", name, domain=self.host.server)
        return client

    def send(
        self,
        comment: str | None = SAID,
        *,
        client: FlaskClient | None = None,
        headers: Any = SAME,
        address: str = "203.0.113.9",
        story: Post | None = None,
        **fields: Any,
    ) -> Any:
        """Send a reply as the form would, by somebody whom no hint makes change it."""
        told = mark_of(many_lines(comment)) if isinstance(comment, str) else ""
        given = {**GUEST, "nudged": told, **fields}
        if comment is not None:
            given["comment"] = comment
        return self.host.open(
            f"/replies/{(story or self.story).id}", client=client, method="POST", headers=headers,
            data=given, environ_base={"REMOTE_ADDR": address},
        )  # fmt: skip

    def began(self, seconds: float = 0, story: Post | None = None) -> str:
        """What the form carries where somebody began to write so long ago."""
        now = self.clock() - timedelta(seconds=seconds)
        return challenge_token([self.app.secret_key], (story or self.story).id, now)

    def article(self, query: str = "", client: FlaskClient | None = None) -> Any:
        """The story's own page."""
        return self.host.get(path_of(self.story) + query, client=client)

    def go(self, address: str, client: FlaskClient | None = None) -> Any:
        """Follow an address that the site gave."""
        visitor = client or self.client()
        return visitor.get(address.partition("#")[0], base_url=f"http://{self.host.server}")

    def stored(self) -> list[Comment]:
        """All comments, in the order in which they came."""
        with self.app.app_context():
            found = list(session().scalars(select(Comment).order_by(Comment.id)))
            session().expunge_all()
            return found

    def counters(self, story: Post | None = None) -> tuple[int, int]:
        """How many replies the story says that it has, published and held."""
        with self.app.app_context():
            query = select(Post.comment_count, Post.held_count)
            return tuple(session().execute(query.where(Post.id == (story or self.story).id)).one())

    def recount(self) -> tuple[int, int]:
        """How many there are."""
        with self.app.app_context():
            states = dict(
                session()
                .execute(
                    select(Comment.state, func.count())
                    .where(Comment.post_id == self.story.id)
                    .group_by(Comment.state)
                )
                .all()
            )
        return states.get(CommentState.PUBLISHED, 0), states.get(CommentState.HELD, 0)

    def reasons(self, comment_id: int) -> dict[str, str]:
        """What the checks said of a comment."""
        with self.app.app_context():
            rows = session().scalars(
                select(CommentVerdict).where(CommentVerdict.comment_id == comment_id)
            )
            return {row.check: row.reason for row in rows}

    def plant(
        self,
        text: str = "Planted.",
        *,
        parent: int | None = None,
        state: CommentState = CommentState.PUBLISHED,
        at: datetime | None = None,
        name: str = "Mira Vale",
        story: Post | None = None,
    ) -> int:
        """Store a comment by the action alone, and give its number."""
        writer = Writer(
            name=name, email="", website="", person_id=f"planted {next(_numbers)}",
            badge="", address_digest=None, network=None, agent="",
        )  # fmt: skip
        with self.app.app_context():
            above = session().get(Comment, parent) if parent else None
            outcome = _OUTCOMES.get(state, Outcome.HOLD)
            reply = Reply(
                blog="news", post_id=(story or self.story).id, parent=above, writer=writer,
                text=text, html=render_comment(text),
                verdicts=[("planted", Verdict(outcome, "for a test"))],
            )  # fmt: skip
            stored = actions.post_comment(reply, at or self.clock())
            if state not in _OUTCOMES:
                decide(stored, state, self.clock())
            session().commit()
            return stored.id

    def judge(self, comment_id: int, state: CommentState) -> bool:
        """What a moderator does with a comment."""
        with self.app.app_context():
            comment = session().get(Comment, comment_id)
            assert comment is not None
            changed = decide(comment, state, self.clock())
            session().commit()
            return changed


VERBS = {state: verb for verb, state in STATE_AFTER.items()}


def decide(comment: Comment, state: CommentState, now: datetime) -> bool:
    """Put a comment into a state, as a moderator; whether that changed anything."""
    editor = Moderator("id of Edith", "Edith")
    return bool(moderation.decide(Settings(), [comment], VERBS[state], editor, now).changed)


def open_site(
    make: Callable[..., Flask] = plain,
    uri: str = MEMORY,
    *,
    opener: Callable[..., Host] = open_host,
    given: dict[str, Any] | None = None,
    **config: Any,
) -> Site:
    """A site where nobody has to wait between two replies, unless said otherwise."""
    clock = Clock(NOON)
    hooks = {"clock": clock, "current_person": who, "can": can, **(given or {})}
    config = {
        "NEWSBLOG_REPLY_PAUSE_SECONDS": 0, "NEWSBLOG_REPLIES_PER_TEN_MINUTES": 0,
        "NEWSBLOG_ATTACK_HELD_REPLIES": 0, **config,
    }  # fmt: skip
    host = opener(make, uri, given=hooks, **config)
    return Site(host, clock, write_story(host.app, now=NOON))


# What stands on a page


def tree(html: str) -> Element:
    """A page as a browser understands it."""
    return html5lib.parse(html, namespaceHTMLElements=False)


def all_of(page: Element, tag: str, **wanted: str) -> list[Element]:
    """The elements of a page with these attributes; ``class_`` and ``_`` for ``-`` as usual."""
    names = {key.rstrip("_").replace("_", "-"): value for key, value in wanted.items()}
    return [
        element
        for element in page.iter(tag)
        if all(
            value == element.get(name)
            or (name == "class" and value in element.get(name, "").split())
            for name, value in names.items()
        )
    ]


def words(element: Element) -> str:
    """What can be read of an element, in one line."""
    return " ".join("".join(element.itertext()).split())


def kept(html: str) -> list[str]:
    """What stands in the page's text boxes and fields, to be sent or copied."""
    page = tree(html)
    boxes = ["".join(box.itertext()) for box in page.iter("textarea")]
    return boxes + [field.get("value", "") for field in page.iter("input")]


def shown(html: str) -> list[int]:
    """The numbers of the comments on a page, from the top down."""
    return [int(number) for number in re.findall(r'<li [^>]*\bid="comment-(\d+)"', html)]


def comment_on(html: str, number: int) -> Element:
    """One comment of a page."""
    (found,) = all_of(tree(html), "li", id=f"comment-{number}")
    return found


def links(html: str, label: str) -> list[str]:
    """Where the links of a page lead that read so."""
    return [a.get("href", "") for a in tree(html).iter("a") if words(a) == label]
