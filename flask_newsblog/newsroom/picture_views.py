"""One picture of the library: described, put over a story, deleted."""

from __future__ import annotations

from datetime import datetime

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..database import begin_anew, hold_row, row_number, session
from ..i18n import mark
from ..media import actions, queries
from ..media.actions import PictureGone, PictureInUse
from ..media.placing import picture_here
from ..models import Media
from ..mount import Mount, forget_pages, this_blog
from ..people import Action
from ..posts import revisions
from .access import person_here, staff
from .embargoes import hidden_stories
from .forms import MEANWHILE, OPEN_TOO_LONG, ConfirmForm
from .library import may_change_picture, picture_page, said_of
from .meanwhile import is_stale, seen_of
from .media_deeds import write_picture_down
from .media_forms import PictureForm
from .stories import story_for, story_to_change

_IN_USE = mark("This picture is used, so it was not deleted. Take it out of what uses it first.")


@staff(Action.WRITE)
def edit_picture(media_id: int) -> ResponseReturnValue:
    """One picture: what it shows, who made it, where it is used."""
    mount, now = this_blog(), this_blog().now()
    media, form = _picture(mount, media_id, now), PictureForm()
    story = story_for(mount, now, request.args.get("for"))
    if request.method != "POST":
        said, form = said_of(mount, request.args.get("said")), PictureForm.of(media)
        return picture_page(mount, now, media, form, story=story, said=said)
    if not may_change_picture(media):
        abort(403)
    if not form.validate():
        late = bool(form.csrf_token.errors)
        problem, status = (mount.words.t(OPEN_TOO_LONG), 400) if late else ("", 422)
        return picture_page(mount, now, media, form, story=story, status=status, problem=problem)
    # What follows begins by holding the picture.
    begin_anew()
    if not hold_row(media):
        abort(404)
    there = PictureForm.of(media)
    # Sent twice by a double click, it says what is there already.
    if form.described != there.described:
        if is_stale(form.seen.data, seen_of(media)):
            session().rollback()
            form.seen.data = there.seen.data
            return picture_page(mount, now, media, form, story=story, status=409,
                                problem=mount.words.t(MEANWHILE), differs=there)  # fmt: skip
        actions.describe(media, now, **form.described)
        write_picture_down(mount, Deed.EDIT, media, now)
    session().commit()
    forget_pages(mount)
    after = {"for": story.id} if story else {}
    return redirect(mount.url("edit_picture", media_id=media_id, said="saved", **after), code=303)


@staff(Action.WRITE)
def delete_picture(media_id: int) -> ResponseReturnValue:
    """A picture that nothing uses goes, with its files."""
    mount, now = this_blog(), this_blog().now()
    media = _picture(mount, media_id, now)
    if not may_change_picture(media):
        abort(403)
    problem, status = mount.words.t(OPEN_TOO_LONG), 400
    if ConfirmForm().validate():
        # What follows begins by holding the picture.
        begin_anew()
        try:
            _delete(mount, media, now)
        except PictureInUse:
            session().rollback()
            problem, status = mount.words.t(_IN_USE), 409
        else:
            return redirect(mount.url("media_library", said="deleted"), code=303)
    form = PictureForm.of(media)
    return picture_page(mount, now, media, form, status=status, problem=problem)


@staff(Action.WRITE)
def set_lead_picture(post_id: int) -> ResponseReturnValue:
    """A picture is put over a story, or none; that is a revision like any other."""
    mount, now = this_blog(), this_blog().now()
    post, person = story_to_change(post_id, now), person_here() or abort(401)
    if not ConfirmForm().validate():
        abort(400)
    # The story is held from here on, so that whoever saves at this moment is not asked to choose.
    begin_anew()
    base, written = revisions.head_of(post, now)
    wanted, media = request.form.get("picture", ""), None
    if wanted:
        number = picture_here(mount.blog, row_number(wanted))
        media = _picture(mount, number or 0, now)
    if media is None or media.id != written.lead_image:
        revisions.save(post, written.with_lead(media), person, now, base=base)
        write_down(
            mount.blog, person, Deed.SAVE, Thing.POST, now, thing_id=post.id, title=post.title,
            detail=f"media:{media.id}" if media else "",
        )  # fmt: skip
        session().commit()
    return redirect(mount.url("edit_post", post_id=post_id, said="saved"), code=303)


def _delete(mount: Mount, media: Media, now: datetime) -> None:
    try:
        keys = actions.delete_picture(media)
    except PictureGone:
        # Somebody else was quicker, and it is as both want it.
        session().rollback()
        return
    write_picture_down(mount, Deed.DELETE, media, now)
    session().commit()
    for key in actions.drop_files(mount.storage, keys):
        current_app.logger.warning("The file %s of a deleted picture is left over.", key)


def _picture(mount: Mount, number: int, now: datetime) -> Media:
    return queries.find_picture(mount.blog, number, hidden_stories(now)) or abort(404)
