"""The newsroom's forms; each carries Flask-WTF's token."""

from __future__ import annotations

from flask_wtf import FlaskForm


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token: for a button that does one thing."""
