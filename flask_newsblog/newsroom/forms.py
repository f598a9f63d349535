"""The newsroom's forms; each carries Flask-WTF's token."""

from __future__ import annotations

from flask_wtf import FlaskForm

from ..i18n import mark

# What a page says when it is sent with a token that is no longer good.
OPEN_TOO_LONG = mark("This page was open for too long, so nothing was done yet. Send it again.")

# And when something in it is not as it has to be.
LOOK = mark("It was not saved yet. Please look at what is marked below.")

# And when somebody else was quicker; the form still holds what was typed.
MEANWHILE = mark(
    "This was changed after you opened the page, so nothing was saved yet. What you typed is in the"
    " form; send it once more to put it in the place of what is there now."
)


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token: for a button that does one thing."""
