"""What is kept for a while only goes when its time is over, and no sooner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from flask_newsblog.comments.moderation import Moderator, Verb, decide
from flask_newsblog.database import session
from flask_newsblog.models import Comment, Mail, Report, Rule
from flask_newsblog.settings import Settings

from .conftest import OpenSite
from .guests import MINE, add, comment, everything, own_path, press, written
from .readers import Site


def prune(site: Site) -> str:
    done = site.host.run("prune")
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_networks_and_browsers_go_after_their_time(everywhere: Site) -> None:
    site = everywhere
    old = written(site, "Old.", browser_digest="k" * 64)
    site.clock.advance(days=29)
    new = written(site, "New.", browser_digest="k" * 64)
    prune(site)
    assert comment(site, old).network is not None
    site.clock.advance(days=2)
    said = prune(site)
    assert "networks and browsers of comments: 1" in said
    found = comment(site, old)
    assert (found.network, found.address_digest, found.user_agent, found.browser_digest) == (
        None, None, None, None,
    )  # fmt: skip
    assert comment(site, new).network is not None
    assert "networks and browsers of comments: 0" in prune(site)


def test_sent_mails_go_and_waiting_ones_stay(everywhere: Site) -> None:
    site = everywhere
    for n, state in enumerate(("sent", "waiting", "failed", "dropped")):
        add(
            site,
            Mail(blog="news", kind="reply", key=f"{n}", recipient=MINE, state=state,
                 created_at=site.clock(), send_after=site.clock(),
                 sent_at=site.clock() if state == "sent" else None),
        )  # fmt: skip
    site.clock.advance(days=31)
    assert "mails: 3" in prune(site)
    with site.app.app_context():
        assert session().scalars(select(Mail.state)).all() == ["waiting"]


def test_texts_of_what_was_deleted_go_when_it_can_no_longer_be_undone(everywhere: Site) -> None:
    site = everywhere
    number = written(site, "The zephyr blew.")
    site.clock.advance(days=40)
    press(site, f"{own_path(site, MINE)}/delete/{number}", form_at=own_path(site, MINE) + "/erase")
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        settings = site.app.extensions["newsblog"]["news"].settings
        decide(settings, [found], Verb.DELETE, Moderator("7", "Edith"), site.clock())
        session().commit()
    assert "texts of deleted comments: 0" in prune(site)
    assert comment(site, number).body == "The zephyr blew."
    site.clock.advance(days=31)
    assert "texts of deleted comments: 1" in prune(site)
    assert "zephyr" not in everything(site)
    assert "texts of deleted comments: 0" in prune(site)
    assert site.counters() == site.recount()


def test_what_a_moderator_brings_back_at_this_very_moment_keeps_its_words(
    everywhere: Site,
) -> None:
    site = everywhere
    number = written(site, "The zephyr blew.")
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        decide(Settings(), [found], Verb.DELETE, Moderator("7", "Ann"), site.clock())
        session().commit()
        engine = session().get_bind(Comment)
    site.clock.advance(days=31)
    brought_back = False

    def bring_back(
        connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any
    ) -> None:
        nonlocal brought_back
        if brought_back or "newsblog_comment_change" not in statement:
            return
        brought_back = True
        connection.exec_driver_sql("UPDATE newsblog_comment SET state = 'published'")

    event.listen(engine, "after_cursor_execute", bring_back)
    prune(site)
    event.remove(engine, "after_cursor_execute", bring_back)
    assert brought_back
    assert comment(site, number).body == "The zephyr blew."


def test_reporters_networks_go_too(site: Site) -> None:
    add(
        site,
        Report(blog="news", post_id=site.story.id, reason="error", address_digest="d" * 32,
               created_at=site.clock()),
    )  # fmt: skip
    site.clock.advance(days=31)
    assert "networks of reports: 1" in prune(site)


def test_bans_of_networks_go_when_they_are_over_for_a_while(everywhere: Site) -> None:
    site, day = everywhere, timedelta(days=1)
    for kind, value, until in (
        ("network", "203.0.113.0/24", site.clock() + day),
        ("network", "198.51.100.0/24", site.clock() + 3 * day),
        ("network", "192.0.2.0/24", None),
        ("email", MINE, site.clock() + day),
    ):
        add(site, Rule(blog="news", kind=kind, value=value, until=until))
    site.clock.advance(days=32)
    assert "bans of networks that are over: 1" in prune(site)
    with site.app.app_context():
        left = session().scalars(select(Rule.value)).all()
    assert sorted(left) == ["192.0.2.0/24", "198.51.100.0/24", MINE]


def test_more_than_a_part_is_done_in_parts(
    everywhere: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_newsblog.comments.pruning.AT_ONCE", 3)
    for n in range(7):
        written(everywhere, f"Words {n}.")
    everywhere.clock.advance(days=31)
    assert "networks and browsers of comments: 7" in prune(everywhere)


def test_a_setting_says_how_long(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_KEEP_NETWORKS_DAYS=2)
    number = written(site)
    over = Rule(blog="news", kind="network", value="203.0.113.0/24", until=site.clock())
    add(site, over)
    site.clock.moment += timedelta(days=1)
    assert "bans of networks that are over: 0" in prune(site)
    site.clock.moment += timedelta(days=2)
    assert "bans of networks that are over: 1" in prune(site)
    assert comment(site, number).network is None
