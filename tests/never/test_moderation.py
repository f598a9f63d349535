"""What moderators decide is done once, is theirs alone to decide, and can be taken back.

An import of comments is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise, permutations
from random import Random
from typing import Any

import pytest

from flask_newsblog.comments import reports
from flask_newsblog.comments.moderation import DECISIONS, Verb
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentChange, Proof

from ..comments.conftest import OpenSite
from ..comments.guests import own_path, press
from ..comments.readers import SAID, Site, shown
from ..comments.reporting import by_readers, comment_now, told
from ..comments.test_browser_key import KEY, a_regular, proof_of_next
from ..comments.test_concurrency import at_once
from ..comments.test_desk import QUEUE
from ..comments.test_desk import Moderator as Desk
from ..comments.test_moderation import decide, undo
from ..comments.test_moderators_at_once import assert_all_is_counted_and_shown
from ..comments.test_moderators_at_once import decide as decide_at_once
from ..mail.servers import MAIL
from .ways import (
    DELETED,
    HELD,
    PUBLISHED,
    SPAM,
    WAYS,
    edit_by_the_writer,
    judging_path,
    stored,
)

VALUES = [name for name in Comment.__mapper__.column_attrs.keys()]  # noqa: C416, SIM118


def test_a_typed_address_of_a_trusted_person_earns_nothing(site: Site) -> None:
    # Trusted by an approval and a browser's key, by the host, by the newsroom, by a confirmed mail.
    a_regular(site)
    site.send("Mine.", client=site.client("Nora"))
    site.send("Mine too.", client=site.client("Edith"))
    trusted = [("Mira Vale", "mira@example.org"), ("Nora", "nora@host.example"),
               ("Edith", "edith@host.example"), ("MIRA VALE", "Mira@Example.ORG"),
               ("Mira Vale ", "mira+x@example.org")]  # fmt: skip
    for number, (name, email) in enumerate(trusted):
        stranger = site.client()
        typed = {"author": name, "email": email, "person_id": "id of Nora", "proof": "person"}
        found = proof_of_next(site, stranger, comment=f"Number {number}.", **typed)
        assert found == (Proof.NONE, HELD)
        # Nor does a key that is none, or the key of another address.
        stranger.set_cookie(KEY, "a" * 43, domain=site.host.server, path="/news/replies/")
        found = proof_of_next(site, stranger, comment=f"Number {number} again.", **typed)
        assert found == (Proof.NONE, HELD)
    assert all(c.badge == "" for c in site.stored()[-2 * len(trusted) :])
    assert not [c for c in site.stored()[-2 * len(trusted) :] if c.person_id]


def test_approving_and_marking_as_spam_at_once(busy: Callable[..., Site]) -> None:
    site = busy()
    numbers = [site.plant(f"Number {n}", state=HELD) for n in range(6)]
    done = at_once(
        [
            lambda verb=verb, ids=ids: decide_at_once(site, verb, ids)
            for verb in (Verb.APPROVE, Verb.SPAM)
            for ids in (numbers, numbers[::-1])
        ]
    )
    # Each was decided one way and then perhaps the other, and the last of it stands.
    states = {c.id: c.state for c in site.stored()}
    assert set(states.values()) <= {PUBLISHED, SPAM}
    assert sum(len(d.changed) for d in done) >= len(numbers)
    with site.app.app_context():
        for number in numbers:
            changes = session().query(CommentChange).filter_by(comment_id=number)
            after = [change.after["state"] for change in changes.order_by(CommentChange.id)]
            assert after[-1] == states[number]
            assert all(one != next_ for one, next_ in pairwise(after))
    assert set(shown(site.article().text)) == {n for n, s in states.items() if s == PUBLISHED}
    assert_all_is_counted_and_shown(site)


def mailed(open_site: OpenSite, **more: Any) -> tuple[Site, list[Any]]:
    sent: list[Any] = []
    return open_site(given={"send_mail": sent.append}, **MAIL, **more), sent


def test_approve_twice_writes_one_mail(open_site: OpenSite) -> None:
    site, sent = mailed(open_site)
    nora = site.client("Nora")
    site.send("https://a.example https://b.example", client=nora)
    (comment,) = site.stored()
    assert comment.state == HELD
    by_mail = judging_path(site, comment.id, "approve")
    first, second = Desk(site), Desk(site)
    for desk in (first, second):
        desk.look()
    for desk in (first, second):
        desk.press(approve=str(comment.id))
    assert press(site, by_mail, form_at=own_path(site, comment.id) + "/erase").status_code == 303
    site.host.run("comments", "approve", str(comment.id))
    site.host.run("send-mail")
    # Nor when it was taken back in between, hours later.
    for verb in ("spam", "approve"):
        site.clock.advance(hours=3)
        first.look(f"{QUEUE}{comment.id}")
        first.press(**{verb: str(comment.id)})
        site.host.run("send-mail")
    told = [str(m["Subject"]) for m in sent if m["To"] == "nora@host.example"]
    assert len(told) == 1
    assert "is published" in told[0]


def test_approve_twice_at_once_writes_one_mail(busy: Callable[..., Site]) -> None:
    sent: list[Any] = []
    site = busy(given={"send_mail": sent.append}, **MAIL)
    site.send("https://a.example https://b.example", client=site.client("Nora"))
    (comment,) = site.stored()
    desks = [Desk(site) for _ in range(4)]
    for desk in desks:
        desk.look()
    answers = at_once(
        [lambda d=desk: d.post(f"{QUEUE}act", approve=str(comment.id)) for desk in desks]
    )
    assert {answer.status_code for answer in answers} == {303}
    site.host.run("send-mail")
    assert [m["To"] for m in sent if m["To"] == "nora@host.example"] == ["nora@host.example"]
    assert site.counters() == site.recount() == (1, 0)


@pytest.mark.parametrize("way", list(WAYS.values())[1:], ids=list(WAYS)[1:])
def test_an_edit_runs_the_checks_again(
    way: Callable[..., tuple[Any, int]], open_site: OpenSite
) -> None:
    looked_at: list[str] = []

    def look(draft: Any) -> None:
        looked_at.append(draft.text)

    site = open_site(NEWSBLOG_HOLD_GUESTS=False, given={"comment_checks": [look]})
    text = "Buy now: https://a.example https://b.example"
    _, number = way(site, text)
    assert looked_at[-1] == text
    assert "too_many_links" in site.reasons(number)
    # What its writer makes of it waits; what a moderator writes has been looked at.
    by_writer = way is edit_by_the_writer
    assert stored(site, number).state == (HELD if by_writer else PUBLISHED)
    assert (text[:8] in site.article().text) is not by_writer
    assert site.counters() == site.recount()


def thread(site: Site) -> list[int]:
    """Comments in every state, with answers below some of them."""
    planted = []
    for state in (PUBLISHED, HELD, SPAM, "rejected", DELETED):
        root = site.plant(f"Root {state}.", state=state)
        planted += [root, site.plant(f"Alone {state}.", state=state)]
    parent = planted[0]
    planted += [site.plant(f"Answer {s}.", parent=parent, state=s) for s in (PUBLISHED, HELD)]
    by_readers(site, parent, 2)
    planted.append(site.plant("Reported and held."))
    by_readers(site, planted[-1], 1)
    decide(site, Verb.HOLD, planted[-1])
    decide(site, Verb.PICK, parent)
    decide(site, Verb.PIN, parent)
    return planted


def values_of(site: Site) -> list[tuple[Any, ...]]:
    found = [tuple(getattr(comment, name) for name in VALUES) for comment in site.stored()]
    return found + [(r.id, r.comment_id, r.closed_at, r.closed_by) for r in told(site)]


@pytest.mark.parametrize("verb", sorted(DECISIONS))
def test_bulk_and_undo_restore_exactly(site: Site, verb: Verb) -> None:
    numbers = thread(site)
    before, page = values_of(site), site.article().data
    done = decide(site, verb, *numbers)
    assert done.changed
    undone = undo(site, done.batch)
    assert {c.id for c in undone.restored} >= {c.id for c in done.changed}
    assert values_of(site) == before
    assert site.article().data == page
    assert_all_is_counted_and_shown(site)
    # And once more, by undoing what was undone, and undoing that.
    again = undo(site, undone.batch)
    undo(site, again.batch)
    assert values_of(site) == before


def test_spam_by_mistake_and_undone_leaves_all_reports_open(site: Site) -> None:
    number = site.plant()
    by_readers(site, number, 2)
    before = values_of(site)
    desk = Desk(site)
    desk.look(f"{QUEUE}{number}")
    desk.press(spam=str(number))
    assert [r.closed_by for r in told(site)] == ["Edith", "Edith"]
    assert comment_now(site, number).report_count == 0
    desk.undo()
    assert values_of(site) == before
    assert comment_now(site, number).report_count == 2


def test_what_was_done_with_a_report_since_is_left_alone(site: Site) -> None:
    number = site.plant()
    by_readers(site, number, 2)
    done = decide(site, Verb.SPAM, number)
    one, other = told(site)
    with site.app.app_context():
        # Somebody else opens one, and deals with it by itself.
        reports.reopen_some("news", [one.id])
        reports.close_some("news", [one.id], "Ann", site.clock())
        session().commit()
    undo(site, done.batch)
    assert [(r.id, r.closed_by) for r in told(site)] == [(one.id, "Ann"), (other.id, "")]
    assert comment_now(site, number).report_count == 1


def test_bulk_and_undo_by_the_forms_restore_exactly(site: Site) -> None:
    numbers = [site.plant(f"Number {n}.", state=HELD) for n in range(5)]
    before = values_of(site)
    desk = Desk(site)
    for verb in ("approve", "spam", "reject", "delete"):
        desk.look()
        desk.press(selected=verb, comment=numbers, note="Why not.")
        assert values_of(site) != before
        desk.undo()
        assert values_of(site) == before
        assert site.counters() == site.recount() == (0, 5)


def test_counters_are_right_after_everything(lively: Site) -> None:
    """After each of many steps: writing, editing, deleting, deciding, undoing, erasing."""
    site, random, batches = lively, Random(4), list[str]()
    numbers = thread(site)

    def write() -> None:
        answer = site.send(f"Written {len(site.stored())}.", parent=str(random.choice(numbers)))
        if answer.status_code == 303:
            numbers.append(site.stored()[-1].id)

    def held() -> None:
        site.send(f"https://a.example https://b.example {len(site.stored())}")

    def change() -> None:
        WAYS[random.choice(list(WAYS))](site, f"Other words {len(site.stored())}.")

    def delete_own() -> None:
        site.send(f"Soon gone {len(site.stored())}.")
        number = site.stored()[-1].id
        press(site, f"{own_path(site, number)}/delete/{number}")

    def moderate() -> None:
        verb = random.choice(sorted(DECISIONS))
        batches.append(decide(site, verb, *random.sample(numbers, 4)).batch)

    def take_back() -> None:
        if batches:
            undo(site, random.choice(batches))

    steps = [write, held, change, delete_own, moderate, moderate, take_back]
    for step in steps + [random.choice(steps) for _ in range(25)]:
        step()
        site.clock.advance(seconds=1)
        assert site.counters() == site.recount(), step.__name__
        assert_all_is_counted_and_shown(site)
    number = next(c.id for c in site.stored() if c.author_email == "mira@example.org")
    press(site, f"{own_path(site, number)}/erase")
    site.clock.moment += timedelta(days=60)
    site.host.run("comments", "prune")
    assert site.counters() == site.recount()
    assert_all_is_counted_and_shown(site)


@pytest.mark.parametrize(("first", "second"), list(permutations(("approve", "reject", "spam"), 2)))
def test_of_two_links_in_a_mail_the_first_counts(site: Site, first: str, second: str) -> None:
    site.send(SAID)
    (comment,) = site.stored()
    one, other = (judging_path(site, comment.id, verb) for verb in (first, second))
    assert press(site, one).status_code == 303
    state = stored(site, comment.id).state
    press(site, other, form_at=own_path(site, comment.id) + "/erase")
    assert stored(site, comment.id).state == state
    assert site.counters() == site.recount()
