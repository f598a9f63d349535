"""The library of pictures: uploaded, found, described, put over stories, deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import Response, abort, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from ..audit import Deed, Thing, write_down
from ..database import row_number, session
from ..i18n import mark
from ..media import actions, queries
from ..media.actions import Given, Kept, PictureInUse
from ..media.refusals import NO_FILE, NO_ROOM, TOO_LARGE, PictureRefused
from ..models import Media
from ..mount import Mount, forget_pages, this_blog
from ..people import Action, Person
from ..posts import revisions
from ..posts.opening import post_number
from ..text.typed import one_line
from .access import person_here, staff, wants_json
from .embargoes import hidden_stories
from .forms import OPEN_TOO_LONG, ConfirmForm
from .library import choice_for, library_page, may_change_picture, picture_page
from .media_forms import PictureForm, UploadForm
from .media_pages import LeadChoice, UploadProblem
from .stories import story_to_change

_IN_USE = mark("This picture is used, so it was not deleted. Take it out of what uses it first.")
_SAID = {
    "stored": mark("Stored. Say below what the picture shows."),
    "known": mark("This picture was in the library already, so it was not stored again."),
    "moved": mark("Stored. Of an animation only the first picture is kept."),
    "saved": mark("Saved."),
    "deleted": mark("Deleted."),
}


@staff(Action.WRITE)
def media_library() -> ResponseReturnValue:
    """The pictures of the blog, to look for one or to add some."""
    mount, now, args = this_blog(), this_blog().now(), request.args
    before = post_number(args["before"]) if "before" in args else None
    return library_page(
        mount, now, UploadForm(formdata=None), words=one_line(args.get("words")), before=before,
        story=_story(mount, now, args.get("for")), said=_said(mount),
    )  # fmt: skip


@staff(Action.WRITE)
def upload_media() -> ResponseReturnValue:
    """Pictures are added: to the library's page, or one to a script, which gets JSON."""
    mount, now = this_blog(), this_blog().now()
    person, in_json = person_here() or abort(401), wants_json()
    most = mount.settings.upload_megabytes
    try:
        files = [f for f in request.files.getlist("file") if f.filename]
        form = UploadForm()
    except (RequestEntityTooLarge, OSError) as error:
        # Whoever looks at the form later on would meet the same.
        request.form, request.files = ImmutableMultiDict(), ImmutableMultiDict()
        full = isinstance(error, OSError)
        told = PictureRefused(NO_ROOM, 507) if full else PictureRefused(TOO_LARGE, 413, most=most)
        return _refused(mount, now, in_json, [("", told)])
    if not form.validate():
        return _unsent(mount, now, in_json, form)
    if not files:
        return _refused(mount, now, in_json, [("", PictureRefused(NO_FILE))], form)
    kept, refused = _take(mount, files[:1] if in_json else files, form, person, now)
    if refused:
        return _refused(mount, now, in_json, refused, form, len(kept))
    if in_json:
        return _in_json(mount, kept[0], now)
    return _after_upload(mount, kept, form, now)


@staff(Action.WRITE)
def edit_picture(media_id: int) -> ResponseReturnValue:
    """One picture: what it shows, who made it, where it is used."""
    mount, now = this_blog(), this_blog().now()
    media, form = _picture(mount, media_id, now), PictureForm()
    story = _story(mount, now, request.args.get("for"))
    if request.method != "POST":
        form = PictureForm.of(media)
        return picture_page(mount, now, media, form, story=story, said=_said(mount))
    if not may_change_picture(media):
        abort(403)
    if not form.validate():
        late = bool(form.csrf_token.errors)
        problem = mount.words.t(OPEN_TOO_LONG) if late else ""
        answer = picture_page(mount, now, media, form, story=story, problem=problem)
        answer.status_code = 400 if late else 422
        return answer
    actions.describe(media, now, **form.described)
    _write_down(mount, Deed.EDIT, media, now)
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
        try:
            keys = actions.delete_picture(media)
            _write_down(mount, Deed.DELETE, media, now)
            session().commit()
        except PictureInUse:
            session().rollback()
            problem, status = mount.words.t(_IN_USE), 409
        else:
            for key in actions.drop_files(mount.storage, keys):
                current_app.logger.warning("The file %s of a deleted picture is left over.", key)
            return redirect(mount.url("media_library", said="deleted"), code=303)
    form = PictureForm.of(media)
    answer = picture_page(mount, now, media, form, problem=problem)
    answer.status_code = status
    return answer


@staff(Action.WRITE)
def set_lead_picture(post_id: int) -> ResponseReturnValue:
    """A picture is put over a story, or none; that is a revision like any other."""
    mount, now = this_blog(), this_blog().now()
    post, person = story_to_change(post_id, now), person_here() or abort(401)
    if not ConfirmForm().validate():
        abort(400)
    wanted = request.form.get("picture", "")
    media = _picture(mount, row_number(wanted) or 0, now) if wanted else None
    # What was read so far is over. Held from here on, so that whoever saves at this moment is
    # not asked to choose.
    session().commit()
    base, written = revisions.head_of(post, now)
    if media is None or media.id != written.lead_image:
        written = replace(
            written,
            lead_image=media.id if media else None,
            lead_alt=media.alt if media else "",
            lead_caption=media.caption if media else "",
            lead_credit=media.credit if media else "",
        )
        revisions.save(post, written, person, now, base=base)
        write_down(
            mount.blog, person, Deed.SAVE, Thing.POST, now, thing_id=post.id, title=post.title,
            detail=f"media:{media.id}" if media else "",
        )  # fmt: skip
        session().commit()
    return redirect(mount.url("edit_post", post_id=post_id, said="saved"), code=303)


def _take(
    mount: Mount, files: list[FileStorage], form: UploadForm, person: Person, now: datetime
) -> tuple[list[Kept], list[tuple[str, PictureRefused]]]:
    """Each file by itself: what is wrong with one costs no other."""
    kept, refused = [], []
    for file in files:
        # Names come with folders from some browsers, and with anything from elsewhere.
        name = one_line((file.filename or "").replace("\\", "/").rpartition("/")[2])
        try:
            kept.append(_keep(mount, file, name, form, person, now))
        except PictureRefused as error:
            refused.append((name, error))
    return kept, refused


def _keep(
    mount: Mount, file: FileStorage, name: str, form: UploadForm, person: Person, now: datetime
) -> Kept:
    settings, storage = mount.settings, mount.storage
    data = file.stream.read(settings.upload_megabytes * 1_000_000 + 1)
    given = Given(data, filename=name, alt=form.alt.data or "", credit=form.credit.data or "")
    kept = actions.keep_picture(
        mount.blog, storage, given, person, now,
        megapixels=settings.image_megapixels, megabytes=settings.upload_megabytes,
    )  # fmt: skip
    if not kept.known:
        digest, keys = kept.media.digest, actions.keys_of(kept.media)
        try:
            _write_down(mount, Deed.UPLOAD, kept.media, now)
            session().commit()
        except SQLAlchemyError:
            actions.drop_unkept(mount.blog, storage, digest, keys)
            raise
    return kept


def _after_upload(
    mount: Mount, kept: list[Kept], form: UploadForm, now: datetime
) -> ResponseReturnValue:
    story = row_number(form.story.data or "")
    to: dict[str, int | str] = {"for": story} if story else {}
    if len(kept) > 1:
        return redirect(mount.url("media_library", stored=len(kept), **to), code=303)
    one = kept[0]
    to["said"] = "known" if one.known else "moved" if one.moved else "stored"
    if _is_kept_back(mount, one, now):
        return redirect(mount.url("media_library", **to), code=303)
    return redirect(mount.url("edit_picture", media_id=one.media.id, **to), code=303)


def _is_kept_back(mount: Mount, kept: Kept, now: datetime) -> bool:
    """Whether a file that somebody has too is in the library for stories hidden from them."""
    found = queries.find_picture(mount.blog, kept.media.id, hidden_stories(now))
    return kept.known and found is None


def _in_json(mount: Mount, kept: Kept, now: datetime) -> Response:
    media, back = kept.media, _is_kept_back(mount, kept, now)
    said = "known" if kept.known else "moved" if kept.moved else ""
    return jsonify(
        id=media.id,
        url=mount.url("media", key=media.key),
        page=mount.url("media_library") if back else mount.url("edit_picture", media_id=media.id),
        alt="" if back else media.alt,
        caption="" if back else media.caption,
        credit="" if back else media.credit,
        markdown=f"![](media:{media.id})",
        width=media.width,
        height=media.height,
        said=mount.words.t(_SAID[said]) if said else "",
    )


def _refused(
    mount: Mount,
    now: datetime,
    in_json: bool,
    refused: list[tuple[str, PictureRefused]],
    form: UploadForm | None = None,
    stored: int = 0,
) -> Response:
    t, status = mount.words.t, refused[0][1].status
    problems = [UploadProblem(name, t(e.text, **e.values)) for name, e in refused]
    if in_json:
        answer = jsonify(problem=problems[0].words)
    else:
        form = form or UploadForm(formdata=None)
        story = _story(mount, now, form.story.data)
        said = _stored(mount, stored) if stored else ""
        answer = library_page(mount, now, form, problems=problems, story=story, said=said)
    answer.status_code = status
    return answer


def _unsent(mount: Mount, now: datetime, in_json: bool, form: UploadForm) -> Response:
    late = bool(form.csrf_token.errors)
    wrong = "" if late else next(iter(form.errors.values()))[0]
    words = mount.words.t(OPEN_TOO_LONG) if late else wrong
    if in_json:
        fresh = {"csrf_token": generate_csrf()} if late else {}
        answer = jsonify(problem=words, **fresh)
    else:
        answer = library_page(mount, now, form, problems=[UploadProblem("", words)])
    answer.status_code = 400 if late else 422
    return answer


def _picture(mount: Mount, number: int, now: datetime) -> Media:
    return queries.find_picture(mount.blog, number, hidden_stories(now)) or abort(404)


def _story(mount: Mount, now: datetime, number: str | None) -> LeadChoice | None:
    if not number:
        return None
    post = story_to_change(post_number(number), now)
    return choice_for(mount, post, revisions.saved_in(post)[1].lead_image)


def _said(mount: Mount) -> str:
    stored = row_number(request.args.get("stored", ""))
    if stored:
        return _stored(mount, min(stored, 999))
    said = _SAID.get(request.args.get("said", ""))
    return mount.words.t(said) if said else ""


def _stored(mount: Mount, number: int) -> str:
    return mount.words.tn("%(n)s picture is stored.", "%(n)s pictures are stored.", number)


def _write_down(mount: Mount, deed: Deed, media: Media, now: datetime) -> None:
    write_down(
        mount.blog, person_here(), deed, Thing.MEDIA, now, thing_id=media.id, title=media.filename
    )
