"""The form under a story. It is the same for every visitor: no token, no cookie, no time.

Its fields have the names that WordPress gives them, so that browsers fill them as they
are used to.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from wtforms import BooleanField, Form, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from ..i18n import Words, mark
from ..settings import Settings
from ..text.addresses import WEB, may_lead_to

NAME_LENGTH, EMAIL_LENGTH, WEBSITE_LENGTH = 245, 100, 200

_EMPTY = mark("Please write something.")
_NO_NAME = mark("Please tell us your name.")
_NO_EMAIL = mark("Please give an email address. It will not be published.")
_BAD_EMAIL = mark("This is not an email address. It looks like name@example.org.")
_BAD_WEBSITE = mark("This is not a web address. It looks like https://example.org.")
_TOO_LONG = mark("This has %(n)s characters; at most %(most)s fit.")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# One @ with something on both sides and no space; whether it works, only a mail can tell.
_EMAIL = re.compile(r"[^@\s<>\",;:\\()\[\]]+@[^@\s<>\",;:\\()\[\]]+")


def one_line(text: str | None) -> str:
    """What was typed into a line: no controls, one space where there were several."""
    return " ".join(_CONTROLS.sub("", _normal(text)).split())


def many_lines(text: str | None) -> str:
    """What was typed into a box: lines end in one way, no controls, no empty ends."""
    lines = _normal(text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", lines).strip()


class ReplyForm(Form):
    """*Leave a Reply*: the comment, and who writes it."""

    comment = TextAreaField(mark("Comment"), filters=[many_lines])
    author = StringField(mark("Name"), filters=[one_line])
    email = StringField(mark("Email"), filters=[one_line])
    url = StringField(mark("Website"), filters=[one_line])
    remember = BooleanField(
        mark("Save my name, email, and website in this browser for the next time I comment.")
    )
    # People do not see it; whoever fills it in is held, never refused: browsers fill fields.
    subject = StringField(mark("Leave this empty"), filters=[one_line])
    # How long the writing took, in milliseconds, where there is script to tell.
    took = HiddenField()
    parent = HiddenField()

    def __init__(self, data: Any, settings: Settings, words: Words, *, known: bool) -> None:
        super().__init__(data)
        self._settings, self._words, self.known = settings, words, known

    def validate_comment(self, field: Any) -> None:
        if not any(_is_seen(character) for character in field.data or ""):
            self._refuse(_EMPTY)
        self._limit(field, self._settings.reply_length)

    def validate_author(self, field: Any) -> None:
        if self._required() and not field.data:
            self._refuse(_NO_NAME)
        self._limit(field, NAME_LENGTH)

    def validate_email(self, field: Any) -> None:
        if self._required() and not field.data:
            self._refuse(_NO_EMAIL)
        self._limit(field, EMAIL_LENGTH)
        if field.data and not self.known and not _EMAIL.fullmatch(field.data):
            self._refuse(_BAD_EMAIL)

    def validate_url(self, field: Any) -> None:
        if not field.data or self.known or not self._settings.reply_website:
            return
        if re.match(r"[\w-]+(\.[\w-]+)+([/:?#]|$)", field.data):
            field.data = f"https://{field.data}"
        self._limit(field, WEBSITE_LENGTH)
        if not may_lead_to(field.data, WEB) or "://" not in field.data:
            self._refuse(_BAD_WEBSITE)

    def _required(self) -> bool:
        return self._settings.reply_needs_name_and_email and not self.known

    def _limit(self, field: Any, most: int) -> None:
        if len(field.data or "") > most:
            number = self._words.number
            self._refuse(_TOO_LONG, n=number(len(field.data)), most=number(most))

    def _refuse(self, sentence: str, **values: Any) -> None:
        raise StopValidation(self._words.t(sentence, **values))


def _normal(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "")


def _is_seen(character: str) -> bool:
    # Spaces, controls, format characters and unassigned ones show nothing.
    return unicodedata.category(character)[0] in "LMNPS"
