"""A story that no reader has seen is thrown away: what goes, what stays, and for how long."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from flask_newsblog.database import Base, session, utcnow
from flask_newsblog.models import AuditEntry, Post, Revision
from flask_newsblog.people import Role
from flask_newsblog.posts import actions

from ..hosts import Clock, Host, change, path_of, plain, write_story
from .desks import send, sign_in
from .test_desk import titles
from .test_previews import link_from
from .test_publishing import WORDS, decide, decided, stored, written

DESK = "/news/newsroom/"


def left_of(host: Host) -> set[str]:
    """The tables that have something of a story."""
    with host.app.app_context():
        tables = [t for t in Base.metadata.sorted_tables if "post_id" in t.columns]
        found = {t.name for t in tables if session().execute(select(t.c.post_id)).first()}
        return found | ({"newsblog_post"} if session().scalar(select(Post.id)) else set())


def test_a_draft_that_is_thrown_away_is_in_one_list_alone(host: Host) -> None:
    editor = sign_in(host)
    room = written(editor)
    assert "Thrown away" not in editor.get(DESK).text
    page = decided(editor, room, "throw-away")
    assert "For 30 days it can be brought back." in page
    assert "Publish now" not in page
    for address in (DESK, DESK + "?state=draft", DESK + "?q=tide", DESK + "?mine=1"):
        assert titles(editor.get(address).text) == [], address
    assert titles(editor.get(DESK + "?state=discarded").text) == ["Low tide"]
    drafts = re.search(r'state=draft">Draft(.*?)</a>', editor.get(DESK).text)
    assert drafts
    assert ">0<" in drafts[1]


def test_what_was_thrown_away_comes_back_to_where_it_stood(host: Host) -> None:
    writer, editor = sign_in(host, "Wim", Role.CONTRIBUTOR), sign_in(host)
    room = written(writer, section="")
    decide(writer, room, "hand-in", note="It is short.")
    decided(writer, room, "throw-away")
    assert "It is short." not in editor.get(DESK).text
    assert "In review" in decided(writer, room, "pick-up")
    assert titles(editor.get(DESK + "?state=in-review").text) == ["Low tide"]


def test_nothing_else_is_done_with_what_was_thrown_away(host: Host) -> None:
    editor = sign_in(host)
    room = written(editor)
    decided(editor, room, "throw-away")
    for step in ("publish", "schedule", "hand-in", "embargo", "throw-away"):
        answer = decide(editor, room, step, day="2030-01-01", clock="12:00")
        assert answer.status_code in (409, 422), step
    assert stored(host).discarded_at is not None


def test_a_story_that_readers_saw_is_never_thrown_away(host: Host) -> None:
    editor = sign_in(host)
    post = write_story(host.app, "It was out")
    room = f"/news/newsroom/posts/{post.id}/publishing"
    assert decide(editor, room, "throw-away").status_code == 409
    decided(editor, room, "withdraw")
    assert decide(editor, room, "throw-away").status_code == 409
    with change(host.app, post) as was_out:
        # By a file that calls it a draft.
        actions.back_to_draft(was_out, utcnow())
    assert decide(editor, room, "throw-away").status_code == 409
    assert "Throw the story away" not in editor.get(room).text


def test_whoever_is_writing_in_it_still_loses_no_word(host: Host) -> None:
    editor, writer = sign_in(host), sign_in(host, "Wim", Role.CONTRIBUTOR)
    room = written(writer, section="")
    decided(editor, room, "throw-away")
    sheet = room.removesuffix("publishing")
    assert "Whoever saves in it brings it back." in writer.get(sheet).text
    assert (
        send(writer, sheet, **(WORDS | {"section": "", "body": "They float."})).status_code == 303
    )
    post = stored(host)
    assert (post.body, post.discarded_at) == ("They float.", None)


def test_its_preview_links_end_and_work_again_when_it_is_back(host: Host) -> None:
    editor = sign_in(host)
    room = written(editor)
    links = room.removesuffix("publishing") + "previews/"
    link = link_from(send(editor, links, do="make", label="Ola", days="7"))
    assert host.client().get(link).status_code == 200
    decided(editor, room, "throw-away")
    assert host.client().get(link).status_code == 404
    decided(editor, room, "pick-up")
    assert host.client().get(link).status_code == 200


def test_after_thirty_days_prune_removes_all_of_it_but_what_was_done(
    open_hosts: Callable[..., Host],
) -> None:
    clock = Clock(utcnow())
    host = open_hosts(plain, given={"clock": clock})
    editor = sign_in(host)
    room = written(editor, tags="Boats")
    decide(editor, room, "hand-in", note="It is short.")
    decided(editor, room, "throw-away")
    out = write_story(host.app, "It is out")
    prune = ["newsblog", "prune"]
    clock.advance(days=29)
    assert "thrown away: 0." in host.app.test_cli_runner().invoke(args=prune).output
    clock.advance(days=2)
    assert "thrown away: 1." in host.app.test_cli_runner().invoke(args=prune).output
    assert left_of(host) <= {"newsblog_post"}
    assert stored(host).title == "It is out"
    assert host.client().get("/news" + path_of(out)).status_code == 200
    with host.app.app_context():
        last = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.verb, last.title, last.person_id) == ("delete", "Low tide", None)


def test_what_somebody_wrote_in_it_since_is_kept_for_thirty_days_more(
    open_hosts: Callable[..., Host],
) -> None:
    clock = Clock(utcnow())
    host = open_hosts(plain, given={"clock": clock})
    editor = sign_in(host)
    room = written(editor)
    decided(editor, room, "throw-away")
    clock.advance(days=20)
    with host.app.app_context():
        newest = session().scalars(select(Revision)).first()
        assert newest is not None
        newest.saved_at = clock()
        session().commit()
    clock.advance(days=20)
    host.app.test_cli_runner().invoke(args=["newsblog", "prune"])
    assert stored(host).title == "Low tide"
    clock.advance(days=11)
    host.app.test_cli_runner().invoke(args=["newsblog", "prune"])
    assert left_of(host) == set()


def test_it_is_written_down_who_did_it(host: Host) -> None:
    editor = sign_in(host)
    room = written(editor)
    decided(editor, room, "throw-away")
    decided(editor, room, "pick-up")
    page = editor.get("/news/newsroom/audit/").text
    assert "threw “" in page
    assert "from what was thrown away" in page
