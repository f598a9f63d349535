"""People at a desk: writers and editors by sign-in links, and what their forms send."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from flask_newsblog.database import session
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..hosts import Host

_FIELD = re.compile(r'<input[^>]*name="([^"]*)"[^>]*>')


def sign_in(host: Host, name: str = "Ann", role: Role = Role.EDITOR) -> FlaskClient:
    """A browser of somebody with this role, signed in by a link."""
    with host.app.app_context():
        # By the blog's own clock, which a test may have set.
        now = host.app.extensions["newsblog"]["news"].now()
        secret = make_sign_in("news", name, role, now)
        session().commit()
    visitor = host.client()
    address = f"/news/newsroom/sign-in/{secret}"
    answer = visitor.post(address, data=hidden(visitor.get(address).text))
    assert answer.status_code == 303
    return visitor


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page, with the token among them."""
    found = {}
    for tag in _FIELD.finditer(page):
        if 'type="hidden"' in tag[0]:
            value = re.search(r'value="([^"]*)"', tag[0])
            found[tag[1]] = value[1] if value else ""
    return found


def send(browser: FlaskClient, address: str, **fields: Any) -> Any:
    """Open a page, and send its form with these fields."""
    return browser.post(address, data=hidden(browser.get(address).text) | fields)
