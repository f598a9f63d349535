"""The forms of sections, tags and authors: a new one, and what is said of one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from ..database import row_number
from ..i18n import mark
from ..models import Author, NameKind, Section, Tag, length_of
from ..mount import this_blog
from ..posts.naming import Given, NameRefused
from ..text.addresses import may_lead_to
from ..text.characters import keep_order
from ..text.typed import many_lines, one_line, shows_something
from .meanwhile import seen_of
from .story_forms import NO_NUMBER, fits, refuse

MOST_LINKS = 20
LONGEST_ADDRESS = 500

_NO_NAME = mark("Please write a name.")
_NO_ADDRESS = mark(
    "Line %(n)s has no web address. Write what the link is called, then the address:"
    " Archive https://example.org/"
)
_LONG_LINK = mark("Line %(n)s is too long: the name may have %(name)s characters, the"
                  " address %(address)s.")  # fmt: skip
_MANY_LINKS = mark("There are %(n)s links here; the limit is %(most)s.")


def _boxed(text: str | None) -> str:
    return keep_order(many_lines(text))


class NewNameForm(FlaskForm):  # type: ignore[misc]
    """A section, tag or author that is new; ``parent`` is asked of sections alone."""

    name = StringField("", [fits(length_of(Tag.name))], [one_line])
    slug = StringField("", [fits(length_of(Tag.slug))], [one_line])
    parent = SelectField("", choices=(), validate_choice=False)

    def validate_name(self, field: Any) -> None:
        """There is one."""
        if not shows_something(field.data):
            refuse(_NO_NAME)

    @property
    def given(self) -> Given:
        """What was typed, as :mod:`~flask_newsblog.posts.naming` takes it."""
        return Given(
            name=self.name.data or "", slug=self.slug.data or "",
            parent_id=row_number(self.parent.data or ""),
        )  # fmt: skip

    def offer_sections(self, choices: Sequence[tuple[str, str]]) -> None:
        """Let one of these be the section above, each given by its number and its path."""
        self.parent.choices = [("", "–"), *choices]

    def refuse(self, error: NameRefused) -> None:
        """Say at its field why something could not be done."""
        field = self[error.field]
        field.errors = [*field.errors, this_blog().words.t(error.words, **error.values)]


class NameForm(NewNameForm):
    """What is said of a section, tag or author. ``seen`` is its state when the page was opened."""

    description = TextAreaField("", [fits(length_of(Tag.description))], [one_line])
    seen = HiddenField()

    @property
    def given(self) -> Given:
        return Given(
            name=self.name.data or "", slug=self.slug.data or "",
            description=self.description.data or "",
            parent_id=row_number(self.parent.data or ""),
        )  # fmt: skip

    @classmethod
    def of(cls, thing: Any) -> NameForm:
        """The form as a section or tag fills it in."""
        parent = str(thing.parent_id or "") if isinstance(thing, Section) else ""
        return cls(
            formdata=None, name=thing.name, slug=thing.slug, description=thing.description,
            parent=parent, seen=seen_of(thing),
        )  # fmt: skip


class AuthorForm(NameForm):
    """What is said of an author. ``links`` has one on a line, its name before its address;
    ``picture`` is a number of the library."""

    description = TextAreaField("", [fits(length_of(Author.bio))], [_boxed])
    links = TextAreaField("", [], [_boxed])
    picture = StringField("", [], [one_line])

    def validate_links(self, field: Any) -> None:
        """Each leads to an address of the web."""
        lines = _lines(field.data)
        if len(lines) > MOST_LINKS:
            refuse(_MANY_LINKS, n=len(lines), most=MOST_LINKS)
        for number, line in enumerate(lines, start=1):
            label, address = _link(line)
            if not _is_address(address):
                refuse(_NO_ADDRESS, n=number)
            if len(label) > length_of(Author.name) or len(address) > LONGEST_ADDRESS:
                most = length_of(Author.name)
                refuse(_LONG_LINK, n=number, name=most, address=LONGEST_ADDRESS)

    def validate_picture(self, field: Any) -> None:
        """It is a number."""
        if field.data and row_number(field.data) is None:
            refuse(NO_NUMBER)

    @property
    def given(self) -> Given:
        return Given(
            name=self.name.data or "", slug=self.slug.data or "",
            description=self.description.data or "",
            links=tuple(_link(line) for line in _lines(self.links.data)),
            picture_id=row_number(self.picture.data or ""),
        )  # fmt: skip

    @classmethod
    def of(cls, thing: Any) -> AuthorForm:
        links = "\n".join(" ".join(link) for link in thing.links or ())
        return cls(
            formdata=None, name=thing.name, slug=thing.slug, description=thing.bio, links=links,
            picture=str(thing.picture_id or ""), seen=seen_of(thing),
        )  # fmt: skip


FORMS: dict[NameKind, type[NameForm]] = {
    NameKind.SECTION: NameForm, NameKind.TAG: NameForm, NameKind.AUTHOR: AuthorForm,
}  # fmt: skip


def _lines(text: str | None) -> list[str]:
    return [clean for line in (text or "").split("\n") if (clean := " ".join(line.split()))]


def _link(line: str) -> tuple[str, str]:
    """What a link is called, and where it leads; one without a name is called by its host."""
    label, _, address = line.rpartition(" ")
    return label or address.removeprefix("mailto:").split("//")[-1].strip("/"), address


def _is_address(address: str) -> bool:
    try:
        whole = bool(urlsplit(address).scheme) or address.startswith("/")
    except ValueError:
        return False
    return whole and may_lead_to(address)
