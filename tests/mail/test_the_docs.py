"""What the page on mail shows works."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, ClassVar

import pytest

from flask_newsblog.comments.outbox import PAUSES, Kind

from ..comments.readers import Site
from ..documents import code, prose, table
from ..hosts import NewsBlog
from .servers import urls_in, write


class Extension:
    """As much of an extension for mail as the example uses, which need not be installed."""

    sent: ClassVar[list[Extension]] = []

    def __init__(self, subject: str, body: str, from_email: str, to: list[str]) -> None:
        self.subject, self.body, self.from_email, self.to = subject, body, from_email, to
        self.extra_headers: dict[str, str] = {}
        self.alternatives: list[tuple[str, str]] = []

    def attach_alternative(self, content: str, mimetype: str) -> None:
        self.alternatives.append((content, mimetype))

    def send(self) -> None:
        self.sent.append(self)


def example(holding: str) -> dict[str, Any]:
    """What a program on the page defines."""
    (text,) = (c.text for c in code("python") if c.file.name == "mail.md" and holding in c.text)
    names: dict[str, Any] = {}
    exec(compile(text, "mail.md", "exec"), names)
    return names


def test_the_hook_that_the_docs_show_sends_mail_by_an_extension(
    mailing: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("flask_mailman")
    module.EmailMultiAlternatives = Extension  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flask_mailman", module)
    monkeypatch.setattr(Extension, "sent", [])
    shown = example("flask_mailman")
    assert isinstance(shown["news"], NewsBlog)
    site = mailing(given={"send_mail": shown["send"]})
    write(site)
    assert site.host.run("send-mail").exit_code == 0
    mail, _ = Extension.sent
    assert mail.subject == "Did you comment on “The ferry is back”?"
    assert (mail.to, mail.from_email) == (
        ["mira@example.org"],
        "The Bulletin <news@bulletin.example>",
    )
    assert urls_in(mail.body) == urls_in(mail.alternatives[0][0])[::2]
    assert set(mail.extra_headers) == {
        "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"
    }  # fmt: skip


def test_the_settings_that_the_docs_show_are_obeyed(mailing: Callable[..., Site]) -> None:
    shown = example("NEWSBLOG_MAIL_FROM")["Config"]
    values = {name: value for name, value in vars(shown).items() if name.startswith("NEWSBLOG_")}
    settings = mailing(**values).app.extensions["newsblog"]["news"].settings
    assert (settings.smtp_port, settings.smtp_security) == (587, "starttls")


def test_every_kind_of_mail_is_in_the_docs_and_every_pause() -> None:
    assert set(table("mail.md", "Mail").column("Mail")) == set(Kind)
    assert "after 1 minute, 5 minutes, 30 minutes, 2 hours, 6 hours and a day" in prose("mail.md")
    assert [pause.total_seconds() / 60 for pause in PAUSES] == [1, 5, 30, 120, 360, 1440]
