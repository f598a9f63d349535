"""The form under a story. It is the same for every visitor: no token, no cookie, no time.

Its fields have the names that WordPress gives them, so that browsers fill them as they
are used to.
"""

from __future__ import annotations

import re
from typing import Any

from wtforms import BooleanField, Form, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from ..i18n import Words, mark
from ..settings import Settings
from ..text.addresses import WEB, may_lead_to
from ..text.typed import many_lines, one_line, shows_something

NAME_LENGTH, EMAIL_LENGTH, WEBSITE_LENGTH = 245, 100, 200

_EMPTY = mark("Please write a comment.")
_NO_NAME = mark("Please tell us your name.")
_NO_EMAIL = mark("Please give an email address. It will not be published.")
_BAD_EMAIL = mark("Please enter an email address, such as name@example.org.")
_BAD_WEBSITE = mark("Please enter a web address, such as https://example.org.")
_TOO_LONG = mark("This is %(n)s characters long; the limit is %(most)s.")
# One @ with something on both sides and no space; whether it works, only a mail can tell.
# Nor what stands for other letters in the headers of mails (RFC 2047), and could be a header.
_EMAIL = re.compile(r"(?!.*=\?)[^@\s<>\",;:\\()\[\]]+@[^@\s<>\",;:\\()\[\]]+")
# What no address on the web holds unless it is written with a percent sign (RFC 3986, 2).
_NOT_IN_ADDRESSES = re.compile(r"[\s\"'<>\\^`{|}]")
# Whoever leaves the scheme out has written a host, and perhaps what is on it.
_WITHOUT_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+([/:?#]|\Z)")


def is_email(text: str) -> bool:
    """Whether mail may be sent to this, as far as its form tells."""
    return len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


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
    subscribe = BooleanField(mark("Email me when someone replies."))
    # When the writing began: the token of tokens.challenge_token, where script fetched it.
    took = HiddenField()
    # Of which text its writer was told already what would hold it.
    nudged = HiddenField()
    parent = HiddenField()

    def __init__(self, data: Any, settings: Settings, words: Words, *, known: bool) -> None:
        super().__init__(data)
        self._settings, self._words, self.known = settings, words, known

    def validate_comment(self, field: Any) -> None:
        if not shows_something(field.data):
            self._refuse(_EMPTY)
        self._limit(field, self._settings.reply_length)

    def validate_author(self, field: Any) -> None:
        self._name_or_email(field, NAME_LENGTH, _NO_NAME)

    def validate_email(self, field: Any) -> None:
        self._name_or_email(field, EMAIL_LENGTH, _NO_EMAIL)
        if field.data and not self.known and not _EMAIL.fullmatch(field.data):
            self._refuse(_BAD_EMAIL)

    def validate_url(self, field: Any) -> None:
        if not field.data or self.known or not self._settings.reply_website:
            return
        self._limit(field, WEBSITE_LENGTH)
        if _WITHOUT_SCHEME.match(field.data):
            field.data = f"https://{field.data}"
            self._limit(field, WEBSITE_LENGTH)
        bad = _NOT_IN_ADDRESSES.search(field.data) or "://" not in field.data
        if bad or not may_lead_to(field.data, WEB):
            self._refuse(_BAD_WEBSITE)

    def _name_or_email(self, field: Any, most: int, missing: str) -> None:
        # Of somebody who is known these fields are neither shown nor used.
        if self.known:
            return
        if not shows_something(field.data):
            field.data = ""
            if self._settings.reply_needs_name_and_email:
                self._refuse(missing)
        self._limit(field, most)

    def _limit(self, field: Any, most: int) -> None:
        if len(field.data or "") > most:
            number = self._words.number
            self._refuse(_TOO_LONG, n=number(len(field.data)), most=number(most))

    def _refuse(self, sentence: str, **values: Any) -> None:
        raise StopValidation(self._words.t(sentence, **values))
