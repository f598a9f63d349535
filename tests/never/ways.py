"""The ways by which words come onto a page, and what may stand on one: a closed list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from flask_newsblog.comments import moderation, tokens
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState
from flask_newsblog.settings import Settings

from ..comments.guests import keys, own_path, press
from ..comments.readers import Site, tree
from ..comments.test_desk import QUEUE
from ..comments.test_desk import Moderator as Desk
from ..text.allow_list import IN_COMMENTS

HELD, PUBLISHED, REJECTED, SPAM, DELETED = CommentState
EDITH = moderation.Moderator("id of Edith", "Edith")

# The ways. Each brings words into the database and gives the answer and the comment's number.

Way = Callable[..., tuple[Any, int]]


def create(site: Site, text: str, **fields: Any) -> tuple[Any, int]:
    """A guest writes it."""
    answer = site.send(text, **fields)
    return answer, _last(site) if answer.status_code == 303 else 0


def edit_by_the_writer(site: Site, text: str, **fields: Any) -> tuple[Any, int]:
    """A guest writes something harmless, and then makes this of it."""
    sent, number = create(site, f"Harmless {site.clock()} {len(site.stored())}.", **fields)
    if not number:
        return sent, 0
    mine = own_path(site, number)
    answer = press(site, f"{mine}/edit/{number}", comment=text)
    return answer, number if answer.status_code == 303 else 0


def edit_by_a_moderator(site: Site, text: str, **fields: Any) -> tuple[Any, int]:
    """A guest writes something harmless, and a moderator makes this of it."""
    sent, number = create(site, f"Harmless {site.clock()} {len(site.stored())}.", **fields)
    if not number:
        return sent, 0
    desk = Desk(site)
    desk.look(f"{QUEUE}{number}")
    answer = desk.post(f"{QUEUE}{number}/edit", text=text)
    return answer, number if answer.status_code == 303 else 0


WAYS: dict[str, Way] = {
    "create": create,
    "edit by the writer": edit_by_the_writer,
    "edit by a moderator": edit_by_a_moderator,
}


def _last(site: Site) -> int:
    with site.app.app_context():
        number = session().query(Comment.id).order_by(Comment.id.desc()).limit(1).scalar()
        session().rollback()
        return int(number or 0)


def stored(site: Site, number: int) -> Comment:
    """A comment as it is stored."""
    return next(comment for comment in site.stored() if comment.id == number)


def judging_path(site: Site, number: int, verb: str, at: datetime | None = None) -> str:
    """Where the link in a moderator's mail leads that decides on a comment."""
    now = at or site.clock()
    token = tokens.judging_token(keys(site), "news", number, verb, last_change(site, number), now)
    return f"/newsroom/comments/by-link/{token}"


def last_change(site: Site, number: int) -> int:
    """The number of what was last done with a comment, as such links have it."""
    with site.app.app_context():
        changes = moderation.history(number)
        return changes[-1].id if changes else 0


def rename(site: Site, number: int, name: str) -> None:
    """What a moderator makes of a writer's name."""
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        moderation.edit(Settings(), found, found.body, EDITH, site.clock(), name=name)
        session().commit()


# What may stand on a page: written down by hand, apart from the templates.

_EVERYWHERE = frozenset(
    {"class", "id", "dir", "lang", "role", "hidden", "tabindex", "title", "aria-label",
     "aria-labelledby", "aria-describedby", "aria-hidden", "aria-current", "aria-invalid",
     "aria-keyshortcuts"}
)  # fmt: skip
_OURS: dict[str, set[str]] = {
    **{
        tag: set()
        for tag in ("article", "aside", "b", "bdi", "blockquote", "body", "br", "code", "dd",
        "details", "dialog", "div", "dl", "dt", "em", "fieldset", "footer", "h1", "h2", "h3",
        "head", "header", "hr", "html", "kbd", "label", "legend", "li", "main", "nav", "ol", "p",
        "pre", "q", "section", "span", "strong", "summary", "table", "tbody", "td", "th", "thead",
        "title", "tr", "ul")
    },
    "a": {"href", "rel", "download"},
    "button": {"disabled", "name", "type", "value"},
    "div": {"autofocus"},
    "form": {"action", "method", "novalidate"},
    "input": {"autocomplete", "checked", "inputmode", "maxlength", "name", "placeholder",
              "required", "type", "value"},
    "label": {"for"},
    "link": {"href", "rel", "type"},
    "meta": {"charset", "content", "name", "property"},
    "ol": {"reversed", "start"},
    "option": {"selected", "value"},
    "script": {"defer", "src"},
    "select": {"name"},
    "textarea": {"autofocus", "maxlength", "name", "required", "rows"},
    "th": {"scope"},
    "time": {"datetime"},
}  # fmt: skip
_DATA = re.compile(
    "data-(cases|challenge|count|empty|id|kept|keys|keys-on|line|lost|mark|more|next|open|out|"
    "plain|queue|refused|reply|reply-cancel|reply-form|said|said-words|selected|sending|story|undo)"
)
# Where a page of ours leads: within the site, or by the web to where a writer says.
_WITHIN = re.compile(r"(/(?![/\\])|#|\?|https?://(localhost|bulletin\.example)(/|$))[^\\\s]*|")
_WEB = IN_COMMENTS["a"]["href"]
_SCRIPT = re.compile(r"/news/assets/[a-z]+\.js(\?.*)?")


def outside_page(html: str) -> list[str]:
    """Everything on a whole page that is not on the list, as a browser would find it."""
    return list(_outside(tree(html), within_comment=False))


def _outside(element: Element, *, within_comment: bool) -> Iterator[str]:
    if not isinstance(element.tag, str):
        yield f"<!--{element.text}-->"
        return
    yield from _faults_in_comment(element) if within_comment else _faults(element)
    below = within_comment or "nb-comment-body" in element.get("class", "").split()
    for child in element:
        yield from _outside(child, within_comment=below)


def _faults(element: Element) -> Iterator[str]:
    tag = str(element.tag)
    if tag not in _OURS:
        yield f"<{tag}>"
        return
    for name, value in element.attrib.items():
        if name not in _EVERYWHERE and name not in _OURS[tag] and not _DATA.fullmatch(name):
            yield f"<{tag} {name}={value!r}>"
        elif name in ("href", "action") and not _WITHIN.fullmatch(value):
            ugc = "nofollow" in element.get("rel", "") and "ugc" in element.get("rel", "")
            if name == "action" or not _WEB.fullmatch(value) or not ugc:
                yield f"<{tag} {name}={value!r}>"
        elif name == "autofocus" and tag == "div" and element.get("role") != "alert":
            yield "<div autofocus>"
        elif name == "src" and not _SCRIPT.fullmatch(value):
            yield f"<{tag} src={value!r}>"
    if tag == "script" and (element.get("src") is None or (element.text or "").strip()):
        yield f"<script>{element.text}"


def _faults_in_comment(element: Element) -> Iterator[str]:
    tag = str(element.tag)
    if tag not in IN_COMMENTS:
        yield f"<{tag}> in a comment"
    for name, value in element.attrib.items():
        pattern = IN_COMMENTS.get(tag, {}).get(name)
        if pattern is None or not pattern.fullmatch(value):
            yield f"<{tag} {name}={value!r}> in a comment"


def titles(html: str) -> str:
    """The page's title, and all names that are only heard."""
    page = tree(html)
    heard = [e.get("aria-label", "") for e in page.iter() if isinstance(e.tag, str)]
    return "\n".join(["".join(t.itertext()) for t in page.iter("title")] + heard)
