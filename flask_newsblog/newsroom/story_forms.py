"""The form that a story is written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from ..database import row_number
from ..i18n import mark
from ..models import Author, Post, Section, Tag, length_of
from ..mount import this_blog
from ..posts.actions import SlugTaken
from ..posts.former import known_until
from ..posts.names import MOST_NAMES
from ..posts.present import present
from ..posts.written import Written
from ..text.limits import MAX_SOURCE, TextTooDeep, TextTooLong
from ..text.slugs import slugify
from ..text.typed import many_lines, one_line

# Between the names of a section and those above it.
_BELOW = " / "
# Fields that are kept as they are typed, and those that are read as something else.
_AS_TYPED = (
    "title", "slug", "kicker", "standfirst", "dateline", "body", "lead_alt", "lead_caption",
    "lead_credit",
)  # fmt: skip

_NO_HEADLINE = mark("Please write a headline.")
_TOO_LONG = mark("This is %(n)s characters long; the limit is %(most)s.")
_NAME_TOO_LONG = mark("“%(name)s” is too long; the limit is %(most)s characters.")
_TOO_MANY_NAMES = mark("There are %(n)s names here; the limit is %(most)s.")
_NO_LETTER = mark("“%(name)s” has no letter or digit to make an address from.")
NO_SECTION = mark("There is no such section. Choose one of those there are, or ask an editor.")
NO_NUMBER = mark("Please give the number that the picture has in the library.")
_TOO_MUCH = mark("The story is too long for one page. Split it into several stories.")
_TOO_DEEP = mark(
    "Too many quotes and lists are inside one another. Take the innermost out, or indent them less."
)
_SLUG_TAKEN = mark("This slug is taken or not free to use. Choose another.")

# What each field is called, in the order of the page.
LABELS = {
    "section": mark("Section"), "new_section": mark("A new section"), "kicker": mark("Kicker"),
    "title": mark("Headline"), "standfirst": mark("Standfirst"), "authors": mark("Authors"),
    "lead_image": mark("Picture"), "lead_number": mark("Number of a picture in the library"),
    "lead_alt": mark("Description of the picture"), "lead_caption": mark("Caption"),
    "lead_credit": mark("Credit"), "dateline": mark("Dateline"), "body": mark("Story"),
    "tags": mark("Tags"), "slug": mark("Slug"),
}  # fmt: skip


def fits(most: int) -> Callable[[Any, Any], None]:
    """A check that what was typed has no more characters than are kept."""

    def check(form: Any, field: Any) -> None:
        if len(field.data or "") > most:
            refuse(_TOO_LONG, n=len(field.data), most=most)

    return check


def _line(column: Any, field: type[StringField] = StringField) -> StringField:
    return field("", [fits(length_of(column))], [one_line])


class StoryForm(FlaskForm):  # type: ignore[misc]
    """The words of a story and what stands around them.

    ``base`` is the number of the revision that the page was opened with, ``sitting`` the
    name of this open page, ``names`` up to which change of a name it knows them. Authors stand
    one on a line, tags between commas. A section or a picture that is typed counts before one
    that is chosen.
    """

    title = _line(Post.title, TextAreaField)
    kicker = _line(Post.kicker)
    standfirst = _line(Post.standfirst, TextAreaField)
    dateline = _line(Post.dateline)
    body = TextAreaField("", [fits(MAX_SOURCE)], [many_lines])
    authors = TextAreaField("", [], [many_lines])
    section = SelectField("", choices=(), validate_choice=False)
    new_section = StringField("", [], [one_line])
    tags = StringField("", [], [one_line])
    slug = _line(Post.slug)
    lead_image = StringField("")
    lead_number = StringField("", [], [one_line])
    lead_alt = _line(Post.lead_alt, TextAreaField)
    lead_caption = _line(Post.lead_caption, TextAreaField)
    lead_credit = _line(Post.lead_credit)
    base = HiddenField()
    sitting = HiddenField()
    names = HiddenField()

    def validate_title(self, field: Any) -> None:
        """There is one."""
        if not slugify(field.data or ""):
            refuse(_NO_HEADLINE)

    def validate_authors(self, field: Any) -> None:
        """Each can have a page of their own."""
        _check_names(self.written.authors, length_of(Author.name))

    def validate_tags(self, field: Any) -> None:
        """Each can have a page of its own."""
        _check_names(self.written.tags, length_of(Tag.name))

    def validate_new_section(self, field: Any) -> None:
        """It can have a page of its own."""
        _check_names(_names((field.data or "").split(_BELOW)), length_of(Section.name))

    def validate_lead_number(self, field: Any) -> None:
        """It is one."""
        if field.data and row_number(field.data) is None:
            refuse(NO_NUMBER)

    @property
    def written(self) -> Written:
        """What was typed, as it is kept."""
        typed: dict[str, str] = {name: self[name].data or "" for name in LABELS}
        section = typed["new_section"] or typed["section"]
        return Written(
            **{name: typed[name] for name in _AS_TYPED},
            authors=_names(typed["authors"].split("\n")),
            section=_names(section.split(_BELOW)),
            tags=_names(typed["tags"].split(",")),
            lead_image=row_number(typed["lead_number"] or typed["lead_image"]),
        )

    def written_today(self, blog: str) -> Written:
        """What was typed, with what became of its names since the page was opened."""
        return present(blog, self.written, known_until(self.names.data))

    def fill(self, written: Written) -> None:
        """Show what was written."""
        for name in _AS_TYPED:
            self[name].data = getattr(written, name)
        self.authors.data = "\n".join(written.authors)
        self.section.data = section_value(written.section)
        self.tags.data = ", ".join(written.tags)
        self.lead_image.data = str(written.lead_image or "")

    def offer_sections(self, paths: Iterable[tuple[str, ...]]) -> None:
        """Let one of these sections be chosen, each given by its names from the top down."""
        values = [section_value(path) for path in paths]
        chosen = self.section.data or ""
        if chosen and chosen not in values:
            values.append(chosen)
        self.section.choices = [("", "–")] + [(value, value) for value in values]

    def refuse_section(self) -> None:
        """Say that the person may not make a section."""
        _say(self.section, NO_SECTION)

    def refuse(self, error: ValueError) -> str:
        """Say at its field why it could not be saved; what belongs to no field is returned."""
        t = this_blog().words.t
        if isinstance(error, SlugTaken):
            return _say(self.slug, _SLUG_TAKEN)
        if isinstance(error, TextTooLong):
            deep = isinstance(error, TextTooDeep)
            return _say(self.body, _TOO_DEEP if deep else _TOO_MUCH)
        return t(str(error))


def reason(error: TextTooLong) -> str:
    """Why a text cannot be shown, in the language of the page."""
    return this_blog().words.t(_TOO_DEEP if isinstance(error, TextTooDeep) else _TOO_MUCH)


def section_value(path: Iterable[str]) -> str:
    """A section as the form names it."""
    return _BELOW.join(path)


def _say(field: Any, words: str) -> str:
    field.errors = [*field.errors, this_blog().words.t(words)]
    return ""


def refuse(words: str, **values: Any) -> None:
    """Say at a field that is being checked why it cannot be so."""
    blog = this_blog().words
    values = {name: blog.number(v) if isinstance(v, int) else v for name, v in values.items()}
    raise StopValidation(blog.t(words, **values))


def _check_names(names: Sequence[str], most: int) -> None:
    if len(names) > MOST_NAMES:
        refuse(_TOO_MANY_NAMES, n=len(names), most=MOST_NAMES)
    for name in names:
        if len(name) > most:
            refuse(_NAME_TOO_LONG, name=name[:60] + "…", most=most)
        if not slugify(name):
            refuse(_NO_LETTER, name=name)


def _names(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean for part in parts if (clean := " ".join(part.split()))))
