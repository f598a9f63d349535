"""What tells a page that somebody was quicker, and what is there now."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ..mount import Mount


def seen_of(thing: Any) -> str:
    """How a page that is opened now tells that a thing was changed after it."""
    return str(thing.changed_at.isoformat())


def seen_of_words(*words: str) -> str:
    """The same of what has no time at which it last changed."""
    return sha256("\0".join(words).encode()).hexdigest()[:32]


def is_stale(sent: str | None, now: str) -> bool:
    """Whether a page saw something else. One that does not say what it saw is taken as it is."""
    return bool(sent) and sent != now


def goes_on(sent: str | None, now: str, *, told: bool) -> str:
    """What a page that is shown again saw: unless it is ``told`` of a change, what it sent."""
    return now if told else sent or now


def differing(
    mount: Mount, labels: Mapping[str, str], form: Any, there: Any
) -> tuple[tuple[str, str], ...]:
    """The fields in which something else was typed than is ``there``, with what that is.

    ``labels`` names the fields to look at.
    """
    return tuple(
        (mount.words.t(label), _shown(form[name], there[name].data))
        for name, label in labels.items()
        if name in there and there[name].data != form[name].data
    )


def _shown(field: Any, value: Any) -> str:
    choices = dict(getattr(field, "choices", None) or ())
    shown = choices.get(value) if choices else value
    return "–" if shown in (None, "") else str(shown)
