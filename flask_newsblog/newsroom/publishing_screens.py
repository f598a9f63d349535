"""The page on which it is decided what becomes of a story, put together."""

from __future__ import annotations

from datetime import datetime

from flask import Response

from ..i18n import mark
from ..models import DeskNote, NoteKind, PendingUpdate, Post, PostState
from ..mount import Mount
from ..posts.checklist import BLOCKING, Finding, look_over
from ..posts.handing import notes_of
from ..posts.revisions import saved_in
from ..posts.standing import Step, is_embargoed, pending_of, steps
from ..posts.written import NAMES, Written, written_from, written_in
from .access import may_take
from .head import desk_head, draw_desk
from .keeping import FIELD_NAMES
from .pages import Said
from .placing import pictures_for
from .publishing_forms import PublishingForm
from .publishing_pages import LookedOver, NoteRow, PlannedUpdate, PublishingPage
from .stories import story_head

_FINDINGS = {
    Finding.NO_HEADLINE: mark("The story has no headline yet. Write one, and save it."),
    Finding.NO_TEXT: mark("The story has no text yet. Write it, and save it."),
    Finding.CONFLICT: mark("The text has marks of two versions that were not brought together."),
    Finding.NO_SECTION: mark("It is in no section."),
    Finding.LEAD_WITHOUT_ALT: mark(
        "The lead picture has no description for those who cannot see it."
    ),
    Finding.PICTURE_WITHOUT_ALT: mark(
        "A picture in the text has no description for those who cannot see it."
    ),
}
_NOTES = {
    NoteKind.REVIEW: mark("To the editors"),
    NoteKind.RETURNED: mark("To the writer"),
}
_SAID = {
    Step.HAND_IN: mark("The story is with the editors."),
    Step.TAKE_BACK: mark("The story is yours again."),
    Step.GIVE_BACK: mark("The story is with its writer again."),
    Step.PUBLISH: mark("Published."),
    Step.SCHEDULE: mark("The time is set."),
    Step.UNSCHEDULE: mark("The story has no time any more; it is a draft."),
    Step.UPDATE: mark("Readers see what was saved."),
    Step.PLAN_UPDATE: mark("The update is planned."),
    Step.CANCEL_UPDATE: mark("The update will not be made."),
    Step.WITHDRAW: mark("Withdrawn. Readers see your notice at its address."),
    Step.NOTICE: mark("Readers see the new notice."),
    Step.RESTORE: mark("The story is back."),
    Step.EMBARGO: mark("The embargo is set."),
    Step.LIFT_EMBARGO: mark("The embargo is lifted."),
    Step.OPEN_REPLIES: mark("Readers may reply."),
    Step.CLOSE_REPLIES: mark("Readers may no longer reply."),
    Step.THROW_AWAY: mark("Thrown away. For 30 days it can be brought back."),
    Step.PICK_UP: mark("The story stands where it stood before."),
}
_GOES_OUT_LATER = mark("It is under embargo, so it goes out when that ends.")


def publishing_page(
    mount: Mount,
    post: Post,
    form: PublishingForm,
    now: datetime,
    *,
    status: int = 200,
    problem: str = "",
    told: bool = False,
    said: str = "",
    ask_at: datetime | None = None,
) -> Response:
    """Where a story stands, what can be done with it, and what was just done.

    ``told`` is whether the problem is that somebody else changed something.
    """
    pending = pending_of(post)
    number, written = saved_in(post)
    form.fill(post, pending.due_at if pending else None, mount.settings.zone, now, told=told)
    embargoed = is_embargoed(post, now)
    offers = frozenset(step for step in steps(post, pending, now) if may_take(step, post))
    page = PublishingPage(
        head=desk_head("newsroom"),
        story=story_head(mount, post, now),
        form=form,
        offers=offers,
        problem=problem,
        kept="" if form.step is None or form.step in offers else form.typed,
        said=Said(_said(mount, post, said, now)),
        ask_at=ask_at,
        zone=mount.settings.zone.key,
        address=_address(mount, post, written, now),
        changed=_changed(mount, post, written) if number != post.shown_revision else (),
        revisions_url=_revisions_url(mount, post),
        warnings=_warnings(mount, written),
        notes=tuple(_note(mount, note) for note in notes_of(post)),
        embargo_until=post.embargo_until if embargoed else None,
        embargo_people=tuple(post.embargo_people) if embargoed else (),
        withdrawal=post.withdrawal,
        update=_planned(post, pending),
        replies_open=post.replies_open,
        comment_count=post.comment_count,
    )
    answer = draw_desk("newsroom/publishing.html", page, now)
    answer.status_code = status
    return answer


def _said(mount: Mount, post: Post, said: str, now: datetime) -> str:
    if said not in {*Step}:
        return ""
    if said == Step.PUBLISH and post.state == PostState.PUBLISHED and is_embargoed(post, now):
        return mount.words.t(_GOES_OUT_LATER)
    return mount.words.t(_SAID[Step(said)])


def _address(mount: Mount, post: Post, written: Written, now: datetime) -> str:
    out = post.state in (PostState.PUBLISHED, PostState.WITHDRAWN)
    at = post.published_at if out and post.published_at else max(now, post.embargo_until or now)
    return mount.post_url(written.slug or post.slug, at)


def _changed(mount: Mount, post: Post, written: Written) -> tuple[str, ...]:
    shown = written_in(post)
    kept = written_from(written.content | {"slug": written.slug or post.slug})
    names = [name for name in NAMES if getattr(shown, name) != getattr(kept, name)]
    return tuple(mount.words.t(FIELD_NAMES[name]) for name in names)


def _revisions_url(mount: Mount, post: Post) -> str:
    if f"{mount.name}.revisions" not in mount.app.view_functions:
        return ""
    return mount.url("revisions", post_id=post.id)


def _warnings(mount: Mount, written: Written) -> tuple[LookedOver, ...]:
    pictures = pictures_for(mount, written.body)
    return tuple(
        LookedOver(mount.words.t(_FINDINGS[finding]), finding in BLOCKING)
        for finding in look_over(written, pictures)
    )


def _note(mount: Mount, note: DeskNote) -> NoteRow:
    kind = NoteKind(note.kind)
    return NoteRow(
        kind, mount.words.t(_NOTES[kind]), note.person_name, note.text, note.created_at,
        note.done_at is None,
    )  # fmt: skip


def _planned(post: Post, pending: PendingUpdate | None) -> PlannedUpdate | None:
    if pending is None:
        return None
    newer = post.saved_revision > pending.revision
    return PlannedUpdate(pending.due_at, pending.person_name, pending.told, newer)
