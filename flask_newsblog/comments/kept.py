"""What a reader wrote, found in a request that could not be taken: it is handed back."""

from __future__ import annotations

from urllib.parse import unquote_plus

from flask import request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ..text.characters import drop_unprintable

# Of a body that is too large to be read, so much is; and of its fields so many are looked at.
BYTES_KEPT = 256 * 1024
_FIELDS = 20


def kept_words() -> str:
    """The comment in this request, or what of its body can be read as text."""
    if request.method != "POST" or not (request.endpoint or "").endswith(".reply"):
        return ""
    try:
        found = request.form.get("comment", "")
        if not found and not request.form:
            found = _words_in(request.get_data())
    except RequestEntityTooLarge:
        found = _words_in(request.environ["wsgi.input"].read(_bytes_to_read()))
    except HTTPException:
        return ""  # of a body that breaks off nothing can be known
    return drop_unprintable(found)


def _bytes_to_read() -> int:
    # A server may not end a body by itself where it ends.
    return min(request.content_length or BYTES_KEPT, BYTES_KEPT)


def _words_in(body: bytes) -> str:
    """The comment of a form that was cut off or is in no known encoding, or else all of it."""
    text = body.decode("utf-8", "replace")
    if request.mimetype != "application/x-www-form-urlencoded":
        return text
    for field in text.split("&", _FIELDS):
        name, _, value = field.partition("=")
        if name == "comment":
            return unquote_plus(value)
    return ""
