"""The forms of the library: what is uploaded, and what is said of a picture."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from ..i18n import mark
from ..models import Media, length_of
from ..text.typed import one_line
from .meanwhile import seen_of

# The labels of the form, for naming a field in a sentence.
LABELS = {
    "alt": mark("What it shows, for those who cannot see it"),
    "caption": mark("Caption"), "credit": mark("Credit"),
    "focal_x": mark("From the left, in percent"), "focal_y": mark("From the top, in percent"),
}  # fmt: skip
_ALT, _CREDIT = Length(max=length_of(Media.alt)), Length(max=length_of(Media.credit))


class UploadForm(FlaskForm):  # type: ignore[misc]
    """What is said of the pictures that come with it; the files themselves are ``file``.

    ``story`` is the number of the story that one is looked for.
    """

    alt = StringField("", [_ALT], [one_line])
    credit = StringField("", [_CREDIT], [one_line])
    story = HiddenField("", [], [one_line])


class PictureForm(FlaskForm):  # type: ignore[misc]
    """What a picture shows, who made it, and in percent where that is which must stay in sight.

    ``seen`` is when the picture had last changed as the page was opened.
    """

    alt = TextAreaField("", [_ALT], [one_line])
    caption = TextAreaField("", [Length(max=length_of(Media.caption))], [one_line])
    credit = StringField("", [_CREDIT], [one_line])
    focal_x = IntegerField("", [InputRequired(), NumberRange(0, 100)])
    focal_y = IntegerField("", [InputRequired(), NumberRange(0, 100)])
    seen = HiddenField()

    @classmethod
    def of(cls, media: Media) -> PictureForm:
        """The form as a picture fills it in."""
        return cls(
            formdata=None, alt=media.alt, caption=media.caption, credit=media.credit,
            focal_x=round(media.focal_x * 100), focal_y=round(media.focal_y * 100),
            seen=seen_of(media),
        )  # fmt: skip

    @property
    def described(self) -> dict[str, Any]:
        """What was typed, as :func:`~flask_newsblog.media.actions.describe` takes it."""
        words = {name: self[name].data or "" for name in ("alt", "caption", "credit")}
        return words | {name: self[name].data / 100 for name in ("focal_x", "focal_y")}
