"""The forms of a reader's own page; each carries Flask-WTF's token."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField


class PressedForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token: for a button that does one thing."""


class RewriteForm(FlaskForm):  # type: ignore[misc]
    """Beside the text, which has the limits of any reply: which version its writer began with."""

    former = HiddenField()
