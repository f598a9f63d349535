"""What moderators may do with replies, what is written down of it, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_newsblog.comments import moderation
from flask_newsblog.comments.moderation import Done, Moderator, Undone, Verb
from flask_newsblog.comments.own_actions import delete_own
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Post, Report, ReportReason
from flask_newsblog.settings import Settings

from ..hosts import write_story
from .readers import Site, shown

HELD, PUBLISHED, REJECTED, SPAM, DELETED = CommentState
EDITH = Moderator("id of Edith", "Edith")


def decide(site: Site, verb: Verb, *ids: int, **more: Any) -> Done:
    """What a moderator decides of comments, committed."""
    with site.app.app_context():
        comments = session().scalars(select(Comment).where(Comment.id.in_(ids))).all()
        site.clock.moment += timedelta(seconds=1)
        done = moderation.decide(Settings(), comments, verb, EDITH, site.clock(), **more)
        session().commit()
        for comment in (*done.changed, *done.unchanged):
            session().refresh(comment)
        session().expunge_all()
        return done


def undo(site: Site, batch: str) -> Undone:
    with site.app.app_context():
        site.clock.moment += timedelta(seconds=1)
        undone = moderation.undo(Settings(), "news", batch, EDITH, site.clock())
        session().commit()
        for comment in (*undone.restored, *undone.kept):
            session().refresh(comment)
        session().expunge_all()
        return undone


def comment(site: Site, comment_id: int) -> Comment:
    return next(c for c in site.stored() if c.id == comment_id)


def pinned(site: Site) -> int | None:
    with site.app.app_context():
        return session().scalar(select(Post.pinned_comment_id).where(Post.id == site.story.id))


def written_down(site: Site, comment_id: int) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    with site.app.app_context():
        return [(c.verb, c.before, c.after) for c in moderation.history(comment_id)]


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (Verb.APPROVE, PUBLISHED),
        (Verb.REJECT, REJECTED),
        (Verb.SPAM, SPAM),
        (Verb.DELETE, DELETED),
    ],
)
def test_what_waits_is_decided(site: Site, verb: Verb, state: CommentState) -> None:
    number = site.plant(state=HELD)
    done = decide(site, verb, number)
    assert [c.id for c in done.changed] == [number]
    assert not done.unchanged
    found = comment(site, number)
    assert (found.state, found.reviewed_at) == (state, site.clock())
    assert site.counters() == site.recount()
    assert shown(site.article().text) == ([number] if state == PUBLISHED else [])
    ((said, before, after),) = written_down(site, number)
    assert said == verb
    assert (before["state"], after["state"]) == (HELD, state)
    assert before["reviewed_at"] is None


def test_deciding_the_same_again_changes_nothing_and_leaves_no_trace(site: Site) -> None:
    number = site.plant(state=HELD)
    decide(site, Verb.APPROVE, number)
    at = comment(site, number).reviewed_at
    done = decide(site, Verb.APPROVE, number)
    assert not done.changed
    assert [c.id for c in done.unchanged] == [number]
    assert len(written_down(site, number)) == 1
    assert comment(site, number).reviewed_at == at


def test_undo_gives_back_what_was_there(site: Site) -> None:
    number = site.plant(state=HELD)
    before = comment(site, number)
    done = decide(site, Verb.REJECT, number, note="Please stay with the story.")
    assert comment(site, number).rejection == "Please stay with the story."
    undone = undo(site, done.batch)
    assert ([c.id for c in undone.restored], undone.kept) == ([number], ())
    after = comment(site, number)
    for column in Comment.__mapper__.column_attrs.keys():  # noqa: SIM118
        assert getattr(after, column) == getattr(before, column), column
    assert site.counters() == site.recount() == (0, 1)


def test_a_rejection_tells_the_writer_why_and_may_say_it_otherwise(site: Site) -> None:
    number = site.plant(state=HELD)
    decide(site, Verb.REJECT, number, note=" Please stay\r\nwith the story.\x00 ")
    assert comment(site, number).rejection == "Please stay\nwith the story."
    assert not decide(site, Verb.REJECT, number).changed
    assert decide(site, Verb.REJECT, number, note="x" * 600).changed
    assert comment(site, number).rejection == "x" * 500
    decide(site, Verb.APPROVE, number, note="Fine after all.")
    assert comment(site, number).rejection == ""
    assert [verb for verb, *_ in written_down(site, number)] == ["reject", "reject", "approve"]


def test_a_deleted_comment_leaves_a_stone_only_where_replies_hang_on_it(site: Site) -> None:
    alone, parent = site.plant("Alone."), site.plant("Answered.")
    answer = site.plant("The answer.", parent=parent)
    done = decide(site, Verb.DELETE, alone, parent)
    assert shown(site.article().text) == [parent, answer]
    assert "Answered." not in site.article().text
    assert comment(site, parent).body == "Answered."
    decide(site, Verb.DELETE, answer)
    assert shown(site.article().text) == []
    undo(site, done.batch)
    assert shown(site.article().text) == [alone, parent]
    assert site.counters() == site.recount() == (2, 0)


def test_only_what_readers_see_can_be_picked_or_pinned(site: Site) -> None:
    held, root = site.plant(state=HELD), site.plant("Root.")
    answer = site.plant("Answer.", parent=root)
    assert [c.id for c in decide(site, Verb.PICK, held, answer).changed] == [answer]
    assert [c.id for c in decide(site, Verb.PIN, held, answer, root).changed] == [root]
    assert pinned(site) == root
    assert not decide(site, Verb.PIN, root).changed
    assert not decide(site, Verb.UNPIN, answer, held).changed
    assert not decide(site, Verb.UNPICK, root).changed


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.REJECT, Verb.SPAM, Verb.DELETE])
def test_what_is_taken_away_is_neither_picked_nor_pinned_until_it_is_undone(
    site: Site, verb: Verb
) -> None:
    number = site.plant()
    decide(site, Verb.PICK, number)
    decide(site, Verb.PIN, number)
    done = decide(site, verb, number)
    assert (comment(site, number).picked, pinned(site)) == (False, None)
    undo(site, done.batch)
    assert (comment(site, number).picked, pinned(site)) == (True, number)


def test_a_pinned_comment_makes_way_for_another_and_comes_back(site: Site) -> None:
    first, second, third = (site.plant(f"Root {n}") for n in range(3))
    decide(site, Verb.PIN, first)
    done = decide(site, Verb.PIN, second)
    assert written_down(site, first)[-1] == ("pin", {"pinned": True}, {"pinned": False})
    undone = undo(site, done.batch)
    assert {c.id for c in undone.restored} == {first, second}
    assert pinned(site) == first
    undo(site, undone.batch)
    assert pinned(site) == second
    decide(site, Verb.PIN, third)
    undone = undo(site, done.batch)
    assert ({c.id for c in undone.kept}, pinned(site)) == ({first, second}, third)


def test_comments_of_several_stories_are_decided_at_once(site: Site) -> None:
    other = write_story(site.app, "Another story", now=site.clock())
    numbers = [site.plant("Here.", state=HELD), site.plant("There.", state=HELD, story=other)]
    done = decide(site, Verb.APPROVE, *numbers)
    assert {c.id for c in done.changed} == set(numbers)
    assert site.counters() == site.counters(other) == (1, 0)
    undo(site, done.batch)
    assert site.counters() == site.counters(other) == (0, 1)


def test_acts_of_one_batch_are_undone_together(site: Site) -> None:
    one, two = site.plant("One.", state=HELD), site.plant("Two.", state=HELD)
    done = decide(site, Verb.APPROVE, one)
    decide(site, Verb.PICK, one, batch=done.batch)
    decide(site, Verb.SPAM, two, batch=done.batch)
    undone = undo(site, done.batch)
    assert ({c.id for c in undone.restored}, undone.kept) == ({one, two}, ())
    assert [(c.state, c.picked) for c in site.stored()] == [(HELD, False)] * 2


def test_what_was_changed_since_is_kept_and_named(site: Site) -> None:
    one, two = site.plant("One.", state=HELD), site.plant("Two.", state=HELD)
    done = decide(site, Verb.SPAM, one, two)
    decide(site, Verb.APPROVE, two)
    undone = undo(site, done.batch)
    assert [c.id for c in undone.restored] == [one]
    assert [c.id for c in undone.kept] == [two]
    assert [c.state for c in site.stored()] == [HELD, PUBLISHED]
    again = undo(site, done.batch)
    assert (again.restored, [c.id for c in again.kept]) == ((), [two])


def test_an_undoing_can_be_undone_and_what_stands_again_undone_again(site: Site) -> None:
    number = site.plant(state=HELD)
    done = decide(site, Verb.APPROVE, number)
    first = undo(site, done.batch)
    again = undo(site, done.batch)
    assert (again.restored, again.kept) == ((), ())
    assert comment(site, number).state == HELD
    undo(site, first.batch)
    assert comment(site, number).state == PUBLISHED
    assert undo(site, done.batch).restored
    assert comment(site, number).state == HELD
    assert site.counters() == site.recount() == (0, 1)


def test_another_blog_undoes_nothing_of_this_one(site: Site) -> None:
    number = site.plant(state=HELD)
    done = decide(site, Verb.APPROVE, number)
    with site.app.app_context():
        undone = moderation.undo(Settings(), "other", done.batch, EDITH, site.clock())
    assert (undone.restored, undone.kept) == ((), ())


def test_a_decision_closes_what_was_reported_but_holding_does_not(site: Site) -> None:
    number = site.plant()
    with site.app.app_context():
        session().add(
            Report(blog="news", post_id=site.story.id, comment_id=number, reason=ReportReason.SPAM)
        )
        session().execute(update(Comment).values(report_count=1))
        session().commit()

    def still_open() -> int:
        with site.app.app_context():
            return len(session().scalars(select(Report).where(Report.closed_at.is_(None))).all())

    decide(site, Verb.HOLD, number)
    assert (still_open(), comment(site, number).report_count) == (1, 1)
    decide(site, Verb.APPROVE, number)
    assert (still_open(), comment(site, number).report_count) == (0, 0)


def test_approving_what_stands_there_closes_its_reports_and_is_no_change(site: Site) -> None:
    number = site.plant()
    with site.app.app_context():
        session().add(
            Report(blog="news", post_id=site.story.id, comment_id=number, reason=ReportReason.ABUSE)
        )
        session().commit()
    assert not decide(site, Verb.APPROVE, number).changed
    with site.app.app_context():
        report = session().scalars(select(Report)).one()
        assert (report.closed_at, report.closed_by) == (site.clock(), "Edith")


def test_what_happens_by_itself_is_nobodys_review(site: Site) -> None:
    number = site.plant()
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        moderation.decide(Settings(), [found], Verb.HOLD, Moderator(None, ""), site.clock())
        session().commit()
    assert comment(site, number).reviewed_at is None
    assert comment(site, number).state == HELD


def test_a_comment_whose_writer_is_forgotten_is_not_published_again(site: Site) -> None:
    number = site.plant()
    done = decide(site, Verb.DELETE, number)
    with site.app.app_context():
        session().execute(update(Comment).values(body="", body_html=""))
        session().commit()
    assert not decide(site, Verb.APPROVE, number).changed
    assert [c.id for c in undo(site, done.batch).kept] == [number]
    assert comment(site, number).state == DELETED


def test_what_its_writer_deleted_no_moderator_brings_back(site: Site) -> None:
    number = site.plant()
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        delete_own(Settings(), found, site.clock())
        session().commit()
        (change,) = moderation.history(number)
        batch = change.batch
    for verb in (Verb.APPROVE, Verb.HOLD, Verb.SPAM):
        assert not decide(site, verb, number).changed
    assert [c.id for c in undo(site, batch).kept] == [number]
    assert comment(site, number).state == DELETED
    assert site.counters() == site.recount() == (0, 0)


def test_readers_get_another_page_once_something_is_picked_or_pinned(site: Site) -> None:
    number = site.plant()

    def changed_at() -> Any:
        with site.app.app_context():
            return session().scalar(select(Post.changed_at).where(Post.id == site.story.id))

    for verb in (Verb.PICK, Verb.PIN, Verb.UNPIN, Verb.UNPICK):
        before = changed_at()
        decide(site, verb, number)
        assert changed_at() > before


def test_an_act_knows_its_verbs(site: Site) -> None:
    number = site.plant()
    for verb in (Verb.EDIT, Verb.UNDO, Verb.CONFIRM, Verb.ERASE):
        with pytest.raises(ValueError, match="has an action of its own"):
            decide(site, verb, number)


def test_nothing_is_decided_of_nothing(site: Site) -> None:
    done = decide(site, Verb.APPROVE)
    assert (done.changed, done.unchanged) == ((), ())
