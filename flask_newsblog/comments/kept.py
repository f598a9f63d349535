"""What somebody wrote, found in a request that could not be taken: it is handed back."""

from __future__ import annotations

from urllib.parse import unquote_plus

from flask import request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ..text.characters import drop_unprintable

# Of a body that is too large to be read, so much is; and of its fields so many are looked at.
BYTES_KEPT = 256 * 1024
_FIELDS = 20
# Where readers, moderators and writers send their words to, and in which fields.
_STORY = (
    "body", "title", "standfirst", "kicker", "dateline", "authors", "new_section", "tags", "slug",
    "lead_alt", "lead_caption", "lead_credit",
)  # fmt: skip
_NAME = ("description", "links", "name", "slug")
_KEPT = {
    "reply": ("comment",), "report": ("text",), "report_error": ("text",), "own_edit": ("comment",),
    "edit_comment": ("text",), "ban_writer": ("note",), "moderate": ("note",),
    "rules": ("value", "note", "text"), "preview": ("text",), "previews": ("label",),
    "corrections_desk": ("text",),
    "edit_picture": ("alt", "caption", "credit"), "upload_media": ("alt", "credit"),
    "publishing": ("note", "notice", "people"), "banners": ("text", "url"),
    "new_post": _STORY, "edit_post": _STORY,
    "names_sections": _NAME, "names_tags": _NAME, "names_authors": _NAME,
    "edit_section": _NAME, "edit_tag": _NAME, "edit_author": _NAME,
}  # fmt: skip


def kept_words() -> str:
    """The words in this request, or what of its body can be read as text."""
    fields = _KEPT.get((request.endpoint or "").rpartition(".")[2], ())
    if request.method != "POST" or not fields:
        return ""
    try:
        found = "\n\n".join(text for name in fields for text in _texts(name))
        if not found and not request.form:
            found = _words_in(request.get_data(), fields[0])
    except RequestEntityTooLarge:
        found = _words_in(request.environ["wsgi.input"].read(_bytes_to_read()), fields[0])
    except HTTPException:
        return ""  # of a body that breaks off nothing can be known
    return drop_unprintable(found)


def _texts(name: str) -> list[str]:
    """What was typed into this field, and into those of the same name for one comment each."""
    return [
        text
        for field, text in request.form.items()
        if text and (field == name or field.startswith(f"{name}-"))
    ]


def _bytes_to_read() -> int:
    # A server may not end a body by itself where it ends.
    return min(request.content_length or BYTES_KEPT, BYTES_KEPT)


def _words_in(body: bytes, wanted: str) -> str:
    """The comment of a form that was cut off or is in no known encoding, or else all of it."""
    text = body.decode("utf-8", "replace")
    if request.mimetype != "application/x-www-form-urlencoded":
        return text
    for field in text.split("&", _FIELDS):
        name, _, value = field.partition("=")
        if name == wanted:
            return unquote_plus(value)
    return ""
