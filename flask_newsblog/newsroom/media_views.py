"""The library of pictures: looked through, and added to."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from ..audit import Deed
from ..database import row_number, session
from ..media import actions, queries
from ..media.actions import Given, Kept
from ..media.refusals import NO_FILE, NO_ROOM, TOO_LARGE, PictureRefused
from ..mount import Mount, this_blog
from ..people import Action, Person
from ..posts.opening import post_number
from ..text.typed import one_line
from .access import person_here, staff, wants_json
from .embargoes import hidden_stories
from .forms import OPEN_TOO_LONG
from .library import library_page, said_of
from .media_deeds import write_picture_down
from .media_forms import UploadForm
from .media_pages import UploadProblem
from .stories import story_for


@staff(Action.WRITE)
def media_library() -> ResponseReturnValue:
    """The pictures of the blog, to look for one or to add some."""
    mount, now, args = this_blog(), this_blog().now(), request.args
    before = post_number(args["before"]) if "before" in args else None
    return library_page(
        mount, now, UploadForm(formdata=None), words=one_line(args.get("words")), before=before,
        story=story_for(mount, now, args.get("for")), said=_said(mount),
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
            write_picture_down(mount, Deed.UPLOAD, kept.media, now)
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
        said=said_of(mount, said),
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
        story = story_for(mount, now, form.story.data)
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
        story = story_for(mount, now, form.story.data)
        answer = library_page(mount, now, form, problems=[UploadProblem("", words)], story=story)
    answer.status_code = 400 if late else 422
    return answer


def _said(mount: Mount) -> str:
    stored = row_number(request.args.get("stored", ""))
    return _stored(mount, min(stored, 999)) if stored else said_of(mount, request.args.get("said"))


def _stored(mount: Mount, number: int) -> str:
    return mount.words.tn("%(n)s picture is stored.", "%(n)s pictures are stored.", number)
