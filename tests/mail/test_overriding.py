"""Mails are templates: a host's own win, and may extend those that they stand before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import DictLoader

import flask_newsblog
from flask_newsblog.comments import letters, mail_queries, outbox
from flask_newsblog.comments.outbox import Claim
from flask_newsblog.database import session
from flask_newsblog.models import CommentState, Mail

from ..comments.readers import Site
from .servers import MODERATOR, Post, approve, html_of, text_of, write

FOLDER = Path(flask_newsblog.__file__).with_name("templates") / "newsblog"
TEMPLATES = sorted(f"mail/{file.name}" for file in FOLDER.glob("mail/*.*"))
MARK = "Changed by the host"


@pytest.fixture
def full(mailing: Callable[..., Site]) -> Site:
    """A site with each kind of mail in its outbox."""
    site = mailing()
    mine = write(site, state=CommentState.PUBLISHED, confirmed=True, subscribe=True)
    write(site, "A reply", parent=mine, email="", state=CommentState.PUBLISHED)
    approve(site, write(site, "Approved", person="7"))
    write(site, "Held", email="tom@example.org")
    return site


def test_a_template_that_fails_holds_up_no_other_mail(
    mailing: Callable[..., Site], server: Post, caplog: pytest.LogCaptureFixture
) -> None:
    site = mailing()
    write(site, email="tom@example.org")
    site.app.jinja_loader = DictLoader({"newsblog/mail/confirm.txt": "{{ 1 / 0 }}"})  # type: ignore[misc]
    for _ in outbox.PAUSES:
        done = site.host.run("send-mail")
        assert "It cannot be written: ZeroDivisionError" in done.output
        site.clock.advance(days=1)
    assert "given up" in site.host.run("send-mail").output
    assert [mail["To"] for mail in server.taken] == [MODERATOR]
    assert "ZeroDivisionError" in caplog.text


def written(site: Site) -> dict[str, str]:
    """What each kind of mail says, in plain text and in HTML."""
    said = {}
    with site.app.app_context():
        mount = site.app.extensions["newsblog"]["news"]
        for mail in session().query(Mail).order_by(Mail.id):
            claim = Claim(**{field.name: getattr(mail, field.name) for field in fields(Claim)})
            if mail.kind == "queue":
                claim.data["ids"] = mail_queries.held_ids("news")
            message = letters.write(mount, claim, site.clock())
            assert message is not None, mail.kind
            said[f"mail/{mail.kind}.txt"] = text_of(message)
            said[f"mail/{mail.kind}.html"] = html_of(message)
    return said


def give(site: Site, name: str, text: str) -> None:
    """Put a template into the host's own folder."""
    site.app.jinja_loader = DictLoader({f"newsblog/{name}": text})
    site.app.jinja_env.cache.clear()
    site.app.extensions["newsblog"]["news"]._templates.clear()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_host_may_replace_and_extend_each_mail(full: Site, name: str) -> None:
    before = written(full)
    assert len(before) == 8
    kind = Path(name).suffix
    wanted = [key for key in before if "layout" in name and key.endswith(kind)] or [name]
    give(full, name, MARK)
    assert [key for key, text in written(full).items() if MARK in text] == wanted
    blocks = re.findall(r"{%-?\s*block (\w+)", (FOLDER / name).read_text("utf-8"))
    marked = [f"{{% block {b} %}}{MARK}{{{{ super() }}}}{{% endblock %}}" for b in blocks]
    give(full, name, "".join([f'{{% extends "newsblog_original/{name}" %}}', *marked]))
    after = written(full)
    changed = [key for key, text in after.items() if MARK in text]
    # Mails that fill a block of the layout on their own do not show what that one has.
    assert changed == wanted or ("layout" in name and set(changed) < set(wanted) and changed)
    assert {key: text.replace(MARK, "") for key, text in after.items()} == before


def test_plain_text_is_not_escaped_and_html_is(full: Site) -> None:
    write(full, "Fish & <chips>", email="ann@example.org", name="O'Neill & Sons")
    said = written(full)
    assert "O'Neill & Sons" in said["mail/confirm.txt"]
    assert "O&#39;Neill &amp; Sons" in said["mail/confirm.html"]
    assert "Fish & <chips>" in said["mail/queue.txt"]
    assert "Fish &amp; &lt;chips&gt;" in said["mail/queue.html"]
