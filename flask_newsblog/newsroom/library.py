"""The screens of the library, put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response

from ..i18n import mark
from ..media import queries
from ..models import Media
from ..mount import Mount
from ..people import Action
from ..posts.queries import Picture, focal_classes
from .access import is_own, may, may_change, may_see
from .embargoes import A_STORY, hidden_stories
from .head import desk_head, draw_desk
from .meanwhile import differing
from .media_forms import LABELS, PictureForm, UploadForm
from .media_pages import (
    LeadChoice,
    LibraryPage,
    PicturePage,
    PictureRow,
    UploadProblem,
    UseRow,
)

ROWS = 48
_SAID = {
    "stored": mark("Stored. Say below what the picture shows."),
    "known": mark("This picture was in the library already, so it was not stored again."),
    "moved": mark("Stored. Of an animation only the first picture is kept."),
    "saved": mark("Saved."),
    "deleted": mark("Deleted."),
}
_LEAD, _TEXT, _PORTRAIT = mark("Lead picture"), mark("In the text"), mark("Portrait")


def may_change_picture(media: Media) -> bool:
    """Whether the person here may describe or delete a picture: an editor all, others theirs."""
    return may(Action.EDIT, media) or is_own(media)


def row_of(mount: Mount, media: Media, story: LeadChoice | None = None) -> PictureRow:
    """A picture as the library shows it."""
    picture = Picture(
        media.key, media.width, media.height, tuple(media.variants or ()), media.alt,
        focal_classes(media.focal_x, media.focal_y),
    )  # fmt: skip
    return PictureRow(
        id=media.id,
        url=mount.url(
            "edit_picture", media_id=media.id, **({"for": story.id} if story is not None else {})
        ),
        picture=picture,
        filename=media.filename,
        credit=media.credit,
        created_at=media.created_at,
        markdown=f"![](media:{media.id})",
    )


def said_of(mount: Mount, said: str | None) -> str:
    """The sentence for what an address says was done."""
    return mount.words.t(_SAID[said]) if said in _SAID else ""


def library_page(
    mount: Mount,
    now: datetime,
    form: UploadForm,
    *,
    words: str = "",
    before: int | None = None,
    story: LeadChoice | None = None,
    problems: Sequence[UploadProblem] = (),
    said: str = "",
) -> Response:
    """The library, from the newest picture or from where one has got to."""
    found = queries.page_of_pictures(mount.blog, ROWS + 1, words, before, hidden_stories(now))
    kept = {"words": words or None, "for": story.id if story else None}
    older = ""
    if len(found) > ROWS:
        older = mount.url("media_library", before=found[ROWS - 1].id, **kept)
    form.story.data = str(story.id) if story else ""
    page = LibraryPage(
        head=desk_head("media_library"),
        form=form,
        megabytes=mount.settings.upload_megabytes,
        problems=tuple(problems),
        said=said,
        words=words,
        story=story,
        rows=tuple(row_of(mount, media, story) for media in found[:ROWS]),
        older=older,
    )
    return draw_desk("newsroom/media.html", page, now)


def picture_page(
    mount: Mount,
    now: datetime,
    media: Media,
    form: PictureForm,
    *,
    story: LeadChoice | None = None,
    status: int = 200,
    problem: str = "",
    differs: PictureForm | None = None,
    said: str = "",
) -> Response:
    """One picture of the library. ``differs`` is the form as the picture fills it in now."""
    page = PicturePage(
        head=desk_head("media_library"),
        form=form,
        row=row_of(mount, media, story),
        size=media.size,
        person_name=media.person_name,
        uses=_uses(mount, media, now),
        may_change=may_change_picture(media),
        problem=problem,
        differs=differing(mount, LABELS, form, differs) if differs is not None else (),
        said=said,
        story=story,
    )
    answer = draw_desk("newsroom/picture.html", page, now)
    answer.status_code = status
    return answer


def _uses(mount: Mount, media: Media, now: datetime) -> tuple[UseRow, ...]:
    found, t = queries.uses_of(media), mount.words.t
    rows = []
    for post in found.posts:
        how = t(_LEAD if post.lead_image_id == media.id else _TEXT)
        if not may_see(post, now):
            rows.append(UseRow(t(A_STORY), "", how))
            continue
        url = mount.url("edit_post", post_id=post.id) if may_change(post) else ""
        rows.append(UseRow(post.title, url, how))
    rows += [
        UseRow(author.name, mount.url("author", slug=author.slug), t(_PORTRAIT))
        for author in found.authors
    ]
    return tuple(rows)
