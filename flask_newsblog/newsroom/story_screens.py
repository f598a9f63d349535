"""The page of a story in the making, put together."""

from __future__ import annotations

import re
from datetime import datetime
from secrets import token_urlsafe

from flask import Response, current_app
from markupsafe import Markup

from ..i18n import mark
from ..models import Post
from ..mount import Mount
from ..people import Action
from ..posts.former import names_known
from ..posts.naming import NO_PICTURE
from ..posts.queries import SectionLink, load_frame
from ..posts.revisions import saved_in
from ..posts.written import Written
from ..text.excerpts import count_words, reading_minutes
from ..text.limits import TextTooLong
from ..text.markdown import render_post
from . import story_lookups as lookups
from .access import may
from .embargoes import hidden_stories
from .head import desk_head, draw_desk
from .keeping import sitting_of
from .keeping_pages import Kept
from .pages import Said
from .placing import pictures_for
from .stories import story_head
from .story_forms import LABELS, StoryForm, reason
from .story_lookups import LibraryPicture
from .story_pages import FieldProblem, Preview, WritingPage, WritingWays

_NO_ALT = mark("The picture has no description for those who cannot see it.")
# A picture in Markdown with nothing between its brackets.
_PICTURE_WITHOUT_ALT = re.compile(r"!\[\s*\]\(")


def writing_page(
    mount: Mount,
    post: Post | None,
    form: StoryForm,
    now: datetime,
    *,
    status: int = 200,
    problem: str = "",
    said: str = "",
    with_preview: bool = False,
    saved: bool = False,
    kept: Kept,
) -> Response:
    """The form with all that was typed, and everything around it."""
    form.sitting.data = sitting_of(form.sitting.data) or token_urlsafe(12)
    if form.names.data is None and not form.is_submitted():
        form.names.data = names_known()
    frame = load_frame(mount.blog, now)
    form.offer_sections(path for path, _ in lookups.section_paths(frame.sections))
    written = form.written
    picture = chosen_picture(mount, written, now)
    preview = preview_of(mount, written, picture) if with_preview else None
    page = WritingPage(
        head=desk_head("newsroom"),
        story=story_head(mount, post, now) if post is not None else None,
        form=form,
        problem=problem,
        said=Said(said),
        problems=_problems(mount, form),
        hints=_hints(mount, written),
        known_authors=lookups.known_authors(mount.blog, hidden_stories(now)),
        known_tags=lookups.known_tags(mount.blog, hidden_stories(now)),
        picture=picture,
        pictures=lookups.newest_pictures(mount.blog, hidden_stories(now)),
        may_add_section=may(Action.EDIT),
        slug=post.slug if post is not None else "",
        words=preview.words if preview else _rough_count(written.body),
        ways=ways_from(mount, post),
        preview=preview,
        saved_at=now if saved else None,
        kept=kept,
    )
    answer = draw_desk("newsroom/story.html", page, now)
    answer.status_code = status
    return answer


def ways_from(mount: Mount, post: Post | None) -> WritingWays:
    """Where the page of this story, or of a new one, sends what."""

    def way(endpoint: str, **values: int) -> str:
        there = f"{mount.name}.{endpoint}" in current_app.view_functions
        return mount.url(endpoint, **values) if there else ""

    save = mount.url("new_post") if post is None else mount.url("edit_post", post_id=post.id)
    return WritingWays(
        save=save,
        autosave="" if post is None else way("autosave", post_id=post.id),
        preview=mount.url("live_preview"),
        upload=way("upload_media"),
        library=way("media_library", **({"for": post.id} if post is not None else {})),
    )


def chosen_picture(mount: Mount, written: Written, now: datetime) -> LibraryPicture | None:
    """The picture above the story."""
    number = written.lead_image
    return lookups.find_picture(mount.blog, number, hidden_stories(now)) if number else None


def check_choices(mount: Mount, post: Post | None, form: StoryForm, now: datetime) -> bool:
    """Whether what was chosen is there; a section that is not may be made by who may edit."""
    written = form.written
    if written.lead_image and chosen_picture(mount, written, now) is None:
        field = form.lead_number if form.lead_number.data else form.lead_image
        field.errors = [*field.errors, mount.words.t(NO_PICTURE)]
    if not may_be_in(mount, post, form.written_today(mount.blog).section, now):
        form.refuse_section()
    return not form.errors


def may_be_in(mount: Mount, post: Post | None, section: tuple[str, ...], now: datetime) -> bool:
    """Whether the person here may put a story in this section: in one that is there, that it
    was saved in before, or, as an editor, in a new one.
    """
    if not section or may(Action.EDIT, post):
        return True
    known: tuple[SectionLink, ...] = load_frame(mount.blog, now).sections
    if section in [path for path, _ in lookups.section_paths(known)]:
        return True
    # Not in what its page merely sent, or opens with.
    return post is not None and section == saved_in(post)[1].section


def preview_of(mount: Mount, written: Written, picture: LibraryPicture | None) -> Preview:
    """A story as readers would have it."""
    body, problem = Markup(), ""
    try:
        body = render_post(written.body, pictures=pictures_for(mount, written.body))
    except TextTooLong as error:
        problem = reason(error)
    words = count_words(body)
    return Preview(
        kicker=written.kicker or "".join(written.section[-1:]), title=written.title,
        standfirst=written.standfirst, dateline=written.dateline, authors=written.authors,
        picture=picture.picture if picture else None, alt=written.lead_alt,
        caption=written.lead_caption, credit=written.lead_credit, body=body, words=words,
        minutes=reading_minutes(words), problem=problem,
    )  # fmt: skip


def _problems(mount: Mount, form: StoryForm) -> tuple[FieldProblem, ...]:
    return tuple(
        FieldProblem(name, mount.words.t(label), str(words))
        for name, label in LABELS.items()
        for words in form[name].errors
    )


def _hints(mount: Mount, written: Written) -> tuple[str, ...]:
    hints = []
    if written.lead_image and not written.lead_alt:
        hints.append(mount.words.t(_NO_ALT))
    missing = len(_PICTURE_WITHOUT_ALT.findall(written.body))
    if missing:
        hints.append(
            mount.words.tn(
                "A picture in the story has no description.",
                "%(n)s pictures in the story have no description.",
                missing,
            )
        )
    return tuple(hints)


def _rough_count(body: str) -> int:
    # Of the Markdown: near enough for a page that counts anew at the first letter.
    return sum(any(c.isalnum() for c in word) for word in body.split())
