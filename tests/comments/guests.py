"""What tests of a reader's own page share: links to it, its forms, what is stored."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import update

from flask_newsblog.comments import tokens
from flask_newsblog.database import Base, session
from flask_newsblog.models import Comment

from .readers import Site

MINE = "mira@example.org"


def keys(site: Site) -> tuple[str]:
    """What the app signs with."""
    return (str(site.app.secret_key),)


def own_path(site: Site, whose: str | int, blog: str = "news", at: datetime | None = None) -> str:
    """The address of somebody's own page."""
    token = tokens.own_token(keys(site), blog, whose, at or site.clock())
    return f"/replies/mine/{token}"


def confirm_path(site: Site, comment_id: int, email: str = MINE, blog: str = "news") -> str:
    """Where the mail leads that asks whether an address is its writer's own."""
    token = tokens.address_token(keys(site), blog, comment_id, email, site.clock())
    return f"/replies/confirm/{token}"


def written(site: Site, text: str = "First words.", **values: Any) -> int:
    """A guest's comment by the form, then given these values; its number."""
    fields = {k: values.pop(k) for k in ("author", "email", "url", "parent") if k in values}
    answer = site.send(text, **fields)
    assert answer.status_code == 303, answer.text
    number = site.stored()[-1].id
    if values:
        put_values(site, number, **values)
    return number


def put_values(site: Site, comment_id: int, **values: Any) -> None:
    """Store something of a comment as it is, past all rules."""
    with site.app.app_context():
        session().execute(update(Comment).where(Comment.id == comment_id).values(**values))
        session().commit()


def comment(site: Site, number: int) -> Comment:
    """A comment as it is stored."""
    return next(found for found in site.stored() if found.id == number)


def press(
    site: Site, path: str, client: FlaskClient | None = None, form_at: str = "", **fields: Any
) -> Any:
    """Open a page, and send its form with what it holds and these fields."""
    visitor = client or site.client()
    page = site.host.open(form_at or path, visitor, method="GET")
    assert page.status_code == 200, page.status
    given = {**hidden(page.text), **fields}
    return site.host.open(path, visitor, method="POST", data=given)


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name is not None
        found[name[1]] = value[1] if value else ""
    return found


def everything(site: Site) -> str:
    """All that is stored in our tables, as text."""
    with site.app.app_context():
        rows = [
            repr(row)
            for table in Base.metadata.sorted_tables
            for row in session().execute(sa.select(table))
        ]
        session().rollback()
    return "\n".join(rows)


def add(site: Site, *rows: Any) -> None:
    """Store rows as they are."""
    with site.app.app_context():
        session().add_all(rows)
        session().commit()
