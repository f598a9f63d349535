"""Preview links of a story: made, taken back; and what their readers said."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from secrets import token_urlsafe

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..audit import Deed, Thing, write_down
from ..comments.private import digest_secret
from ..database import begin_anew, row_number, session
from ..i18n import mark
from ..models import DeskNote, Post, PostState, PreviewLink
from ..mount import Mount, this_blog
from ..people import Action, Person
from ..posts import preview_links as links
from ..posts.opening import post_number
from ..posts.preview_links import LABEL_LENGTH
from ..posts.standing import hold
from ..text.characters import keep_order
from ..text.typed import one_line, shows_something
from .access import person_here, staff
from .forms import OPEN_TOO_LONG, ConfirmForm
from .head import desk_head, draw_desk
from .pages import Choice, Said
from .preview_pages import PreviewNote, PreviewRow, PreviewsPage
from .stories import story_head, story_to_change

ROWS = 50
_SPANS = {1: mark("1 day"), 7: mark("7 days"), 30: mark("30 days")}
_USUAL = 7
_STATES = {"open": mark("Open"), "ended": mark("Ended"), "revoked": mark("Taken back")}
_SAID = {"revoked": mark("The link was taken back. It opens nothing any more."),
         "done": mark("Marked as dealt with."),
         "reopened": mark("Marked as open again.")}  # fmt: skip
_NO_LABEL = mark("Please say whom the link is for, so that you can tell your links apart.")
_LONG_LABEL = mark("This is %(n)s characters long; the limit is %(most)s.")
_WITHDRAWN = mark("A story that was withdrawn is shown to nobody. Bring it back first.")


@staff(Action.WRITE)
def previews(post_id: int) -> ResponseReturnValue:
    """The preview links of a story and what their readers said; ``do`` says what is done."""
    mount, now = this_blog(), this_blog().now()
    post = story_to_change(post_id, now)
    if request.method != "POST":
        return _page(mount, post, now)
    if not ConfirmForm().validate():
        return _page(mount, post, now, 400, mount.words.t(OPEN_TOO_LONG))
    person = person_here() or abort(401)
    verb = request.form.get("do", "")
    if verb == "make":
        return _make(mount, post, person, now)
    if verb == "revoke":
        return _revoke(mount, post, person, now)
    if verb not in ("done", "reopen"):
        abort(400)
    return _settle(mount, post, person, now, done=verb == "done")


def _make(mount: Mount, post: Post, person: Person, now: datetime) -> ResponseReturnValue:
    label, days = one_line(request.form.get("label")), row_number(request.form.get("days", ""))
    words, problem = mount.words, ""
    if days not in _SPANS:
        abort(400)
    if not shows_something(label):
        problem = words.t(_NO_LABEL)
    elif len(label) > LABEL_LENGTH:
        most = words.number(LABEL_LENGTH)
        problem = words.t(_LONG_LABEL, n=words.number(len(label)), most=most)
    elif post.state == PostState.WITHDRAWN:
        problem = words.t(_WITHDRAWN)
    if problem:
        return _page(mount, post, now, 422, problem)
    secret = _secret(mount, post, person, request.form.get("key", ""))
    # What follows begins by holding the story.
    begin_anew()
    hold(post)
    link, new = links.make_link(post, secret, label, days, person, now)
    if link.post_id != post.id or link.revoked_at is not None:
        abort(400)
    if new:
        _write_down(mount, person, Deed.SHARE, post, link, now)
        session().commit()
    # Not by way of another address, which would then hold the secret.
    return _page(mount, post, now, made=(secret, label))


def _revoke(mount: Mount, post: Post, person: Person, now: datetime) -> ResponseReturnValue:
    number = row_number(request.form.get("link", "")) or 0
    asked = links.find_link(post, number) if not request.form.get("sure") else None
    if asked is not None:
        return _page(mount, post, now, leaving=asked)
    link = links.revoke_link(post, number, now)
    if link is not None:
        _write_down(mount, person, Deed.REVOKE, post, link, now)
        session().commit()
    # Else somebody was quicker, and it is what was wanted.
    return redirect(mount.url("previews", post_id=post.id, said="revoked"), code=303)


def _settle(
    mount: Mount, post: Post, person: Person, now: datetime, done: bool
) -> ResponseReturnValue:
    number = row_number(request.form.get("note", "")) or 0
    note = links.settle_note(post, number, now if done else None)
    if note is not None:
        deed = Deed.SETTLE if done else Deed.REOPEN
        write_down(
            mount.blog, person, deed, Thing.NOTE, now, thing_id=post.id, title=post.title,
            detail=one_line(note.person_name),
        )  # fmt: skip
        session().commit()
    said = "done" if done else "reopened"
    return redirect(mount.url("previews", post_id=post.id, said=said), code=303)


def _write_down(
    mount: Mount, person: Person, deed: Deed, post: Post, link: PreviewLink, now: datetime
) -> None:
    # Never the secret: whoever reads the list of deeds is not to read the draft by it.
    until = mount.words.date_and_time(link.expires_at)
    write_down(
        mount.blog, person, deed, Thing.PREVIEW, now, thing_id=post.id, title=post.title,
        detail=f"{one_line(link.label)}, {until}",
    )  # fmt: skip


def _secret(mount: Mount, post: Post, person: Person, key: str) -> str:
    """The secret of a link: the same for the same form, so that a second click makes no other.

    Nobody makes it out of the ``key`` in the page without the app's own secret.
    """
    if not 16 <= len(key) <= 64:
        abort(400)
    told = f"preview of {post.id} by {person.id}: {key}".encode()
    digest = hmac.new(digest_secret(mount), told, "sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _page(
    mount: Mount,
    post: Post,
    now: datetime,
    status: int = 200,
    problem: str = "",
    made: tuple[str, str] | None = None,
    leaving: PreviewLink | None = None,
) -> Response:
    rows = links.links_of(post.id, ROWS + 1, _argument("before"))
    notes = links.notes_of(post.id, ROWS + 1, _argument("notes"))
    here, story = mount.url("previews", post_id=post.id), story_head(mount, post, now)
    said = request.args.get("said", "") if request.method != "POST" else ""
    chosen = row_number(request.form.get("days", "")) or _USUAL
    page = PreviewsPage(
        head=desk_head("newsroom"),
        story=story,
        form=ConfirmForm(),
        said=Said(mount.words.t(_SAID[said]) if said in _SAID else ""),
        problem=problem,
        label=one_line(request.form.get("label")) if problem else "",
        label_most=LABEL_LENGTH,
        spans=tuple(Choice(str(d), mount.words.t(n), d == chosen) for d, n in _SPANS.items()),
        key=token_urlsafe(24),
        made_url=_address(mount, made[0]) if made else "",
        made_for=made[1] if made else "",
        out=bool(story.url),
        embargo_until=post.embargo_until if links.is_under_embargo(post, now) else None,
        rows=tuple(_row(mount, link, now) for link in rows[:ROWS]),
        older=f"{here}?before={rows[ROWS - 1].id}" if len(rows) > ROWS else "",
        leaving=_row(mount, leaving, now) if leaving is not None else None,
        notes=tuple(_note(note, label) for note, label in notes[:ROWS]),
        older_notes=f"{here}?notes={notes[ROWS - 1][0].id}" if len(notes) > ROWS else "",
    )  # fmt: skip
    answer = draw_desk("newsroom/previews.html", page, now)
    answer.status_code = status
    return answer


def _row(mount: Mount, link: PreviewLink, now: datetime) -> PreviewRow:
    state = "ended" if link.expires_at <= now else "open"
    if link.revoked_at is not None:
        state = "revoked"
    return PreviewRow(
        link.id, link.label, state, mount.words.t(_STATES[state]), link.person_name, link.made_at,
        link.expires_at,
    )  # fmt: skip


def _note(note: DeskNote, label: str) -> PreviewNote:
    return PreviewNote(
        note.id, note.person_name, label, keep_order(note.text), note.created_at,
        note.done_at is not None,
    )  # fmt: skip


def _address(mount: Mount, secret: str) -> str:
    base = mount.settings.base_url.rstrip("/")
    if base:
        return base + mount.url("preview", secret=secret)
    return mount.url("preview", secret=secret, _external=True)


def _argument(name: str) -> int | None:
    return post_number(request.args[name]) if name in request.args else None
