"""What the page of a preview link shows: a draft, as readers will see it, and a box below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from .queries import Picture


@dataclass(frozen=True, slots=True)
class DraftStory:
    """A story that is not out, with all that stands around its words."""

    title: str
    kicker: str
    section: str
    standfirst: str
    dateline: str
    authors: tuple[str, ...]
    words: int
    picture: Picture | None
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class PreviewBox:
    """The box for words about the draft: what was typed, and what is wrong with it.

    ``token`` proves that the form was ours; it is empty where the app asks for none.
    """

    text: str
    text_error: str
    text_most: int
    name: str
    name_error: str
    name_most: int
    problem: str
    token: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """``preview.html``: a draft for who has the link.

    ``label`` is whom it was made for and ``until`` when it ends; ``sent`` says that words
    have just reached the desk.
    """

    story: DraftStory
    body: Markup
    label: str
    until: datetime
    box: PreviewBox
    sent: bool
