"""What follows from a decision, and from a reply: the spam filter learns, and mail is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from flask_newsblog.comments import bayes, moderation
from flask_newsblog.comments.moderation import Verb, edit
from flask_newsblog.database import session
from flask_newsblog.models import Comment, Mail
from flask_newsblog.settings import Settings

from ..hosts import counted_statements
from .readers import Site
from .test_moderation import EDITH, decide, undo

OpenSite = Callable[..., Site]
MAIL = {
    "NEWSBLOG_MAIL_FROM": "desk@bulletin.example",
    "NEWSBLOG_BASE_URL": "https://bulletin.example",
    "NEWSBLOG_MODERATORS": "ann@bulletin.example",
}


def learnt(site: Site) -> tuple[int, int]:
    """How many comments the filter knows as wanted, and as unwanted."""
    with site.app.app_context():
        return bayes.known("news")[:2]


def mails(site: Site) -> list[tuple[str, str]]:
    """The kinds of mails in the outbox, and whom they are for."""
    with site.app.app_context():
        rows = session().execute(select(Mail.kind, Mail.recipient).order_by(Mail.id))
        return [(kind, recipient) for kind, recipient in rows]


@pytest.mark.parametrize(
    ("verb", "expected"),
    [(Verb.APPROVE, (1, 0)), (Verb.REJECT, (0, 1)), (Verb.SPAM, (0, 1)), (Verb.DELETE, (0, 0))],
)
def test_a_decision_teaches_the_filter_and_undoing_it_takes_that_back(
    site: Site, verb: Verb, expected: tuple[int, int]
) -> None:
    site.send()
    (comment,) = site.stored()
    assert learnt(site) == (0, 0)
    done = decide(site, verb, comment.id)
    assert learnt(site) == expected
    undo(site, done.batch)
    assert learnt(site) == (0, 0)


def test_whoever_changes_their_mind_has_the_filter_change_its(site: Site) -> None:
    site.send()
    (comment,) = site.stored()
    decide(site, Verb.APPROVE, comment.id)
    decide(site, Verb.SPAM, comment.id)
    assert learnt(site) == (0, 1)


def test_an_edited_comment_teaches_its_new_words(site: Site) -> None:
    site.send("Quayside gossip.")
    (stored,) = site.stored()
    decide(site, Verb.APPROVE, stored.id)
    with site.app.app_context():
        comment = session().get(Comment, stored.id)
        assert comment is not None
        edit(Settings(), comment, "Lighthouse gossip.", EDITH, site.clock())
        session().commit()
        counts = {word: ham for word, ham, _ in bayes.counts("news")}
    assert "quayside" not in counts
    assert (counts["lighthouse"], counts["gossip"]) == (1, 1)


def test_what_is_published_by_itself_teaches_nothing(lively: Site) -> None:
    lively.send()
    assert learnt(lively) == (0, 0)


def test_a_reply_that_waits_asks_its_writer_and_tells_the_moderators(open_site: OpenSite) -> None:
    site = open_site(**MAIL)
    site.send()
    assert sorted(mails(site)) == [
        ("confirm", "mira@example.org"), ("queue", "ann@bulletin.example"),
    ]  # fmt: skip


def test_approving_twice_writes_one_mail(open_site: OpenSite) -> None:
    site = open_site(**MAIL)
    site.send(client=site.client("Hedda"), comment="A reply with https://a.example and"
              " https://b.example in it.")  # fmt: skip
    (comment,) = site.stored()
    assert comment.state == "held"
    for verb in (Verb.APPROVE, Verb.APPROVE, Verb.HOLD, Verb.APPROVE):
        decide_with_mail(site, verb, comment.id)
    assert [one for one in mails(site) if one[0] == "published"] == [
        ("published", "hedda@host.example")
    ]


def decide_with_mail(site: Site, verb: Verb, comment_id: int) -> None:
    """A decision on a site that sends mail."""
    with site.app.app_context():
        comment = session().get(Comment, comment_id)
        assert comment is not None
        settings = site.app.extensions["newsblog"]["news"].settings
        moderation.decide(settings, [comment], verb, EDITH, site.clock())
        session().commit()


def test_mail_costs_a_reply_few_statements_however_many_moderators_there_are(
    open_site: OpenSite,
) -> None:
    several = {"NEWSBLOG_MODERATORS": "ann@b.example, bo@b.example, cy@b.example"}
    site = open_site(**MAIL | several)
    parent = site.plant()
    with counted_statements(site.app) as first:
        site.send(subscribe="y", parent=str(parent))
    with counted_statements(site.app) as second:
        site.send("Once more.", subscribe="y", parent=str(parent))
    with counted_statements(site.app) as third:
        site.send("A new reader.", subscribe="y", parent=str(parent), email="new@a.example")
    # The very first makes a mail for each moderator.
    assert len(first) > len(third)
    assert len(second) <= 14
    assert len(third) <= 17
