"""The form by which it is decided what becomes of a story."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from ..database import row_number
from ..models import Post
from ..posts.moments import read_moment
from ..posts.standing import Step, is_embargoed
from ..text.typed import many_lines, one_line
from .meanwhile import goes_on, seen_of_words


class PublishingForm(FlaskForm):  # type: ignore[misc]
    """All that may be said with a decision; each is sent with what belongs to it.

    ``seen`` is the number of the newest saved revision when the page was opened;
    ``embargo_seen`` and ``notice_seen`` stand for the embargo and the notice that there were.
    """

    do = HiddenField()
    seen = HiddenField()
    embargo_seen = HiddenField()
    notice_seen = HiddenField()
    sure = HiddenField()
    note = TextAreaField("", [], [many_lines])
    day = StringField("", [], [one_line])
    clock = StringField("", [], [one_line])
    tell = BooleanField()
    notice = TextAreaField("", [], [one_line])
    until_day = StringField("", [], [one_line])
    until_clock = StringField("", [], [one_line])
    people = TextAreaField("", [], [many_lines])

    @property
    def step(self) -> Step | None:
        """What is to be done, if it is anything known."""
        do = self.do.data or ""
        return Step(do) if do in {*Step} else None

    @property
    def seen_number(self) -> int | None:
        """The newest saved revision that was looked at; a page that says none saw whatever is."""
        return row_number(self.seen.data or "")

    @property
    def typed(self) -> str:
        """All the words that came with a decision."""
        texts = {Step.WITHDRAW: self.notice, Step.NOTICE: self.notice, Step.EMBARGO: self.people}
        return texts.get(self.step or Step.HAND_IN, self.note).data or ""

    def at(self, zone: ZoneInfo) -> datetime:
        """The time that was chosen."""
        return read_moment(self.day.data or "", self.clock.data or "", zone)

    def until(self, zone: ZoneInfo) -> datetime:
        """The end of an embargo that was chosen."""
        return read_moment(self.until_day.data or "", self.until_clock.data or "", zone)

    @property
    def named(self) -> list[str]:
        """The people named, one on each line."""
        lines = (self.people.data or "").split("\n")
        return [clean for line in lines if (clean := " ".join(line.split()))]

    def fill(
        self, post: Post, due_at: datetime | None, zone: ZoneInfo, now: datetime, *, told: bool
    ) -> None:
        """Show what is stored, where nothing else was sent.

        Unless the page is ``told`` what has changed, it goes on from what it has seen.
        """
        sent = self.do.data or ""
        for field, seen in (
            (self.seen, str(post.saved_revision)),
            (self.embargo_seen, seen_embargo(post)),
            (self.notice_seen, seen_of_words(post.withdrawal)),
        ):
            field.data = goes_on(field.data, seen, told=told)
        if sent not in (Step.SCHEDULE, Step.PLAN_UPDATE):
            at = due_at or _to_come(post.published_at, now) or _to_come(post.planned_at, now)
            self.day.data, self.clock.data = _parts(at, zone)
        if sent != Step.EMBARGO:
            until = post.embargo_until if is_embargoed(post, now) else None
            self.until_day.data, self.until_clock.data = _parts(until, zone)
            self.people.data = "\n".join(post.embargo_people)
        if sent not in (Step.WITHDRAW, Step.NOTICE):
            self.notice.data = post.withdrawal


def seen_embargo(post: Post) -> str:
    """What stands for the embargo of a story, for a page that is opened now."""
    until = post.embargo_until.isoformat() if post.embargo_until else ""
    return seen_of_words(until, *post.embargo_people)


def _to_come(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and at > now else None


def _parts(at: datetime | None, zone: ZoneInfo) -> tuple[str, str]:
    if at is None:
        return "", ""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d}", f"{local:%H:%M}"
