"""Who did what, when: in one list, for those who manage, and changed by nobody."""

from __future__ import annotations

import ast
import csv
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import flask_newsblog
from flask_newsblog.audit import Deed, NeverChanged, Thing, write_down
from flask_newsblog.comments.journal import Verb
from flask_newsblog.database import session, utcnow
from flask_newsblog.i18n import Words
from flask_newsblog.models import AuditEntry, Comment, CommentChange
from flask_newsblog.newsroom import audit_queries
from flask_newsblog.newsroom.audit_queries import Entry, Wanted, entries, every_entry
from flask_newsblog.newsroom.audit_words import sentence
from flask_newsblog.people import Person, Role

from ..hosts import Host, counted_statements, plain, write_story
from .desks import hidden, send, sign_in

AUDIT = "/news/newsroom/audit/"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANN = Person("7", "Ann Lee")


def note(
    host: Host,
    deed: Deed = Deed.PUBLISH,
    thing: Thing = Thing.POST,
    now: datetime = NOON,
    by: Person | None = ANN,
    title: str = "The ferry is back",
    **more: Any,
) -> None:
    with host.app.app_context():
        write_down("news", by, deed, thing, now, title=title, **more)
        session().commit()


def note_comments(host: Host, post_id: int, count: int, now: datetime = NOON) -> None:
    """So many comments, approved in one go."""
    with host.app.app_context():
        for number in range(count):
            comment = Comment(blog="news", post_id=post_id, body="Hm.", body_html="Hm.")
            session().add(comment)
            session().flush()
            session().add(
                CommentChange(
                    blog="news", comment_id=comment.id, batch=f"batch {post_id}", verb="approve",
                    person_id="7", person_name="Ann Lee", changed_at=now, note=f"note {number}",
                )
            )  # fmt: skip
        session().commit()


def words_of(page: str) -> str:
    """The text of a page without its tags."""
    outside = (part.partition(">")[2] for part in ("<" + page).split("<"))
    return " ".join("".join(outside).split())


def test_an_entry_is_a_sentence_with_a_link(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    story = write_story(host.app)
    note(host, thing_id=story.id)
    page = sign_in(host).get(AUDIT).text
    assert "Ann Lee published “The ferry is back”" in words_of(page)
    assert f'href="/news/newsroom/posts/{story.id}/"' in page


def test_what_is_gone_is_named_without_a_link(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    note(host, thing_id=77)
    page = sign_in(host).get(AUDIT).text
    assert "The ferry is back" in page
    assert "/newsroom/posts/77/" not in page


def test_what_happens_by_itself_was_done_by_the_site(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    note(host, by=None)
    assert "The site published “The ferry is back”" in words_of(sign_in(host).get(AUDIT).text)


def test_comments_stand_in_the_same_list_and_those_of_one_go_once(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    story = write_story(host.app)
    note(host, now=NOON - timedelta(minutes=1))
    note_comments(host, story.id, 3)
    note(host, Deed.WITHDRAW, now=NOON + timedelta(minutes=1))
    text = words_of(sign_in(host).get(AUDIT).text)
    done = ("withdrew", "approved a comment on “The ferry is back” and 2 more", "published")
    places = [text.index(f"Ann Lee {what}") for what in done]
    assert places == sorted(places)


def test_the_list_is_for_those_who_manage(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    assert host.get("/newsroom/audit/").status_code == 401
    assert host.get("/newsroom/audit/export").status_code == 401
    writer = sign_in(host, "Ben", Role.AUTHOR)
    assert writer.get(AUDIT).status_code == 403
    assert writer.get(f"{AUDIT}export").status_code == 403
    assert "/newsroom/audit/" not in writer.get("/news/newsroom/").text


def test_a_search_finds_by_person_kind_thing_and_day(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={"time_zone": "Asia/Tokyo"})
    story = write_story(host.app)
    note(host, title="One", thing_id=1)
    note(host, title="Two", thing_id=2, by=Person("8", "Ben 100%"))
    note(host, Deed.START, Thing.BANNER, title="Three")
    # Half past midnight of the fifth in Tokyo.
    note(host, title="Four", now=NOON + timedelta(hours=3, minutes=30))
    note_comments(host, story.id, 1)
    manager = sign_in(host, "Mia")
    for query, expected in (
        ({"person": "ann lee"}, {"One", "Three", "Four", "a comment"}),
        ({"person": "100%"}, {"Two"}),
        ({"kind": "post"}, {"One", "Two", "Four"}),
        ({"kind": "banner"}, {"Three"}),
        ({"kind": "comment"}, {"a comment"}),
        ({"kind": "post", "thing": "2"}, {"Two"}),
        ({"from": "2026-05-05", "to": "2026-05-05"}, {"Four"}),
        ({"to": "2026-05-04"}, {"One", "Two", "Three", "a comment"}),
        ({"person": "nobody"}, set()),
    ):
        text = words_of(manager.get(AUDIT, query_string=query).text.partition("<section")[2])
        found = {word for word in ("One", "Two", "Three", "Four", "a comment") if word in text}
        assert found == expected, query


@pytest.mark.parametrize(
    "query", [{"kind": "nothing"}, {"thing": "x"}, {"before": "a99"}, {"before": "zz"}]
)
def test_what_cannot_be_is_not_found(
    open_hosts: Callable[..., Host], query: dict[str, str]
) -> None:
    assert sign_in(open_hosts(plain)).get(AUDIT, query_string=query).status_code == 404


def test_what_is_no_day_is_said(open_hosts: Callable[..., Host]) -> None:
    manager = sign_in(open_hosts(plain))
    for day in ("soon", "9999-12-31", "0001-01-01"):
        answer = manager.get(AUDIT, query_string={"to": day})
        assert answer.status_code == 422
        assert "This is no day" in answer.text


def test_pages_go_on_where_the_last_ended_also_within_a_moment(host: Host) -> None:
    story = write_story(host.app)
    for number in range(4):
        note(host, title=f"T{number}", now=NOON)
    note_comments(host, story.id, 3, NOON)
    note(host, title="Older", now=NOON - timedelta(microseconds=1))
    with host.app.app_context():
        whole = entries(Wanted("news"), 100)
        assert len(whole) == 8
        found: list[Entry] = []
        before = None
        while page := entries(Wanted("news", before=before), 3):
            found += page
            before = audit_queries.entry_place("news", page[-1].key)
        assert found == whole


def test_another_blogs_entries_are_its_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    with host.app.app_context():
        write_down("sports", ANN, Deed.PUBLISH, Thing.POST, NOON, title="Elsewhere")
        session().commit()
        number = session().scalars(select(AuditEntry.id)).one()
    manager = sign_in(host)
    assert "Elsewhere" not in manager.get(AUDIT).text
    assert manager.get(AUDIT, query_string={"before": f"a{number}"}).status_code == 404


def test_the_list_costs_at_most_eight_statements(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    manager = sign_in(host)
    story = write_story(host.app)
    costs = []
    for count in (1, 150):
        for number in range(count):
            note(host, thing_id=story.id, now=NOON - timedelta(minutes=number))
        note_comments(host, story.id, count)
        for address in (AUDIT, f"{AUDIT}?before=a1"):
            with counted_statements(host.app) as sent:
                assert manager.get(address).status_code == 200
            costs.append(len(sent))
    assert max(costs) <= 8
    assert costs[2:] <= costs[:2]
    assert "before=" in manager.get(AUDIT).text


def test_nothing_in_it_can_be_changed(host: Host) -> None:
    note(host)
    with host.app.app_context():
        entry = session().scalars(select(AuditEntry)).one()
        entry.title = "Something else"
        with pytest.raises(NeverChanged, match="stays as it is"):
            session().flush()
        session().rollback()
        session().delete(session().scalars(select(AuditEntry)).one())
        with pytest.raises(NeverChanged, match="stays as it is"):
            session().flush()
        session().rollback()
        assert session().scalars(select(AuditEntry.title)).all() == ["The ferry is back"]


def test_no_code_of_ours_updates_or_deletes_entries_in_bulk() -> None:
    package = Path(flask_newsblog.__file__).parent
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("update", "delete"):
                assert "AuditEntry" not in ast.unparse(node), file


def test_no_address_of_the_audit_takes_anything_but_reading(
    open_hosts: Callable[..., Host],
) -> None:
    rules = [r for r in open_hosts(plain).app.url_map.iter_rules() if "/audit/" in r.rule]
    assert len(rules) == 2
    for rule in rules:
        assert rule.methods == {"GET", "HEAD", "OPTIONS"}


def exported(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def test_the_table_has_all_that_the_search_finds(
    open_hosts: Callable[..., Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_queries, "_AT_ONCE", 2)
    host = open_hosts(plain)
    story = write_story(host.app)
    for number in range(5):
        note(host, title=f"T{number}", thing_id=number, now=NOON + timedelta(minutes=number))
    note_comments(host, story.id, 3)
    answer = sign_in(host, "Mia").get(f"{AUDIT}export?person=Ann")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, *rows = exported(answer.text)
    assert head == ["time", "person", "what", "deed", "kind", "number", "title", "detail"]
    assert len(rows) == 8
    assert rows[0] == [
        "2026-05-04T12:04:00+00:00", "Ann Lee", "Ann Lee published “T4”", "publish", "post", "4",
        "T4", "",
    ]  # fmt: skip


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a,b\n"c"'])
def test_no_cell_is_a_formula(open_hosts: Callable[..., Host], title: str) -> None:
    host = open_hosts(plain)
    note(host, title=title, by=Person("7", "=Ann"), detail=title)
    _, row = exported(sign_in(host).get(f"{AUDIT}export?kind=post").text)
    for cell in row:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row[1] == "'=Ann"
    assert title in row[6] or title.replace("\r", "\n") in row[6]


def test_sign_in_links_are_written_down_made_used_and_ended(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    link = host.run("sign-in", "Ann Lee", "--base-url", "http://localhost").output.split()[0]
    visitor = host.client()
    visitor.post(link, data=hidden(visitor.get(link).text))
    text = words_of(visitor.get(AUDIT).text)
    assert "The site made a sign-in link for “Ann Lee” editor" in text
    assert "Ann Lee signed in by a link editor" in text
    visitor.post("/news/newsroom/sign-out", data=hidden(visitor.get("/news/newsroom/").text))
    assert "Ann Lee signed out" in words_of(sign_in(host, "Ben").get(AUDIT).text)


def test_rules_are_written_down_without_what_they_look_for(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    editor = sign_in(host, "Ann Lee")
    rules = "/news/newsroom/rules/"
    send(editor, rules, do="save", kind="email", value="mira@example.org", outcome="hold")
    send(editor, rules, do="remove", rule="1")
    page = editor.get(AUDIT).text
    assert "Ann Lee added a rule: Email address" in words_of(page)
    assert "Ann Lee removed a rule: Email address" in words_of(page)
    assert "mira@example.org" not in page


def test_rules_and_bans_by_command_are_written_down_as_the_sites(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    post = write_story(host.app)
    with host.app.app_context():
        given = {"author_email": "mira@example.org", "body": "Words.", "body_html": ""}
        session().add(Comment(blog="news", post_id=post.id, **given))
        session().commit()
    for command in (
        ("rules", "add", "word", "casino"),
        ("rules", "remove", "word", "casino"),
        ("comments", "ban", "1", "--email"),
    ):
        assert host.run(*command).exit_code == 0
    for lines in ("casino\npills\n", "casino\n"):
        assert host.run("rules", "import", input=lines).exit_code == 0
    page = sign_in(host, "Ann Lee").get(AUDIT).text
    text = words_of(page)
    for entry in (
        "added a rule: Word or phrase",
        "removed a rule: Word or phrase",
        "added a rule: Email address",
        "brought in rules from a file 2 added, 0 changed",
    ):
        assert text.count(f"The site {entry}") == 1, entry
    for value in ("casino", "pills", "mira@example.org"):
        assert value not in page


def all_deeds() -> Iterable[Entry]:
    for thing in Thing:
        for deed in (*Deed, "unheard-of"):
            yield Entry("a", 1, NOON, "Ann", deed, thing, 5, "Title", "")
    for verb in Verb:
        yield Entry("c", 1, NOON, "Ann", verb, audit_queries.COMMENT, 5, "Title", "")


def test_every_deed_has_a_sentence(open_hosts: Callable[..., Host]) -> None:
    words: Words = open_hosts(plain).app.extensions["newsblog"]["news"].words
    for entry in all_deeds():
        text = "".join(part.text for part in sentence(words, entry, 0, ""))
        assert text.startswith("Ann")
        assert "%(" not in text
        assert (f"Ann: {entry.verb}" in text) is (entry.verb == "unheard-of"), text


def test_every_entry_is_read_a_thousand_at_a_time(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    with host.app.app_context():
        for number in range(1001):
            write_down("news", ANN, Deed.SAVE, Thing.POST, utcnow(), title=str(number))
        session().commit()
        assert len(list(every_entry(Wanted("news")))) == 1001
