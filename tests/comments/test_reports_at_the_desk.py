"""What the desk does with reports, by its page and by commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from flask_newsblog import Person
from flask_newsblog.comments import reports
from flask_newsblog.database import session
from flask_newsblog.models import CommentState, Report

from ..conftest import SERVERS
from ..hosts import counted_statements, write_story
from .conftest import OpenSite
from .readers import Site, kept, links, tree, words
from .reporting import (
    PAYLOADS,
    by_readers,
    cases,
    comment_now,
    desk,
    moderator,
    press,
    report,
    report_error,
    token_in,
    told,
)  # fmt: skip


def test_the_desk_sees_reports_of_a_comment_together_and_the_newest_first(site: Site) -> None:
    number = site.plant("Call 555.", name="Ove Lind")
    by_readers(site, number, 2)
    report_error(site, "The harbour is in the east.", email="mira@example.org")
    error, comment = cases(desk(site).text)
    assert "An error in a story" in error
    assert "The harbour is in the east." in error
    assert "mira@example.org" in error
    assert "A comment by Ove Lind" in comment
    assert "Call 555." in comment
    assert comment.count("Abuse") == 2
    assert links(desk(site).text, "See the comment") == [f"/news/comments/{number}"]


def test_the_desk_closes_what_it_saw_and_opens_it_again(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPORTS_TO_HOLD=0)
    number = site.plant()
    by_readers(site, number, 2)
    seen = told(site)[-1].id
    by_readers(site, number, 1, first=7)
    answer = press(site, seen, "close")
    assert answer.status_code == 303
    assert [row.closed_by for row in told(site)] == ["Edith", "Edith", ""]
    assert comment_now(site, number).report_count == 1
    assert "Done by Edith" in cases(desk(site, "?state=closed").text)[0]
    assert "Open it again" in site.go(answer.location, moderator(site)).text
    press(site, seen, "reopen", "?state=closed")
    assert [row.closed_at for row in told(site)] == [None] * 3
    assert comment_now(site, number).report_count == 3


@pytest.mark.parametrize("act", ["close", "reopen"])
def test_the_thread_is_locked_before_its_reports_are_changed_and_counted(
    site: Site, act: str
) -> None:
    number = site.plant()
    by_readers(site, number, 2)
    ids = [found.id for found in told(site)]
    with site.app.app_context():
        if act == "reopen":
            reports.close_some("news", ids, "Edith", site.clock())
            session().commit()
        done: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            done.append(statement.split(" SET ")[0])

        engine = session().get_bind(Report)
        event.listen(engine, "after_cursor_execute", note)
        if act == "close":
            assert reports.close_some("news", ids, "Edith", site.clock()) == 2
        else:
            assert reports.reopen_some("news", ids) == 2
        session().commit()
        event.remove(engine, "after_cursor_execute", note)
    writes = [statement for statement in done if statement.startswith("UPDATE")]
    tables = [f"UPDATE newsblog_{table}" for table in ("post", "report", "comment")]
    assert list(dict.fromkeys(writes)) == tables
    assert comment_now(site, number).report_count == (0 if act == "close" else 2)


def test_a_moderator_of_a_very_long_name_closes_reports(open_site: OpenSite, uri: str) -> None:
    name = "Edith " + "of Keldmouth " * 30
    long = {"current_person": lambda: Person("7", name), "can": lambda *asked: True}
    site = open_site(uri=uri, given=long)
    report_error(site)
    assert press(site, told(site)[-1].id, "close").status_code == 303
    (row,) = told(site)
    assert row.closed_at is not None
    assert name.startswith(row.closed_by)


def test_payloads_in_reports_stay_words_in_the_newsroom(site: Site) -> None:
    number = site.plant(name='<i>Ove</i>"')
    for house, payload in enumerate(PAYLOADS):
        report_error(site, f"x{payload}", address=f"203.0.113.{house}")
    report(site, number, text=PAYLOADS[0], email="a@b<script>")
    report(site, number, text=PAYLOADS[0], email="a'b@example.org")
    page = desk(site)
    assert page.status_code == 200
    found = tree(page.text)
    assert [e for e in found.iter() if any(name.startswith("on") for name in e.attrib)] == []
    assert [a for a in found.iter("a") if (a.get("href") or "").startswith("javascript")] == []
    assert list(found.iter("script")) == list(found.iter("img")) == list(found.iter("i")) == []
    assert "\u202e" not in page.text
    assert PAYLOADS[0] in words(found)
    assert "{{ 7*7 }}" in words(found)


def test_the_page_of_reports_costs_few_statements_and_has_pages(site: Site) -> None:
    for number in range(45):
        report_error(site, f"Error {number:02}", address=f"198.51.100.{number}")
    seen: list[str] = []
    query = ""
    while True:
        with counted_statements(site.app) as sent:
            page = desk(site, query).text
        assert len(sent) <= 8
        seen += re.findall(r"Error \d\d", page)
        older = links(page, "Older reports")
        if not older:
            break
        query = "?" + older[0].partition("?")[2]
    assert seen == [f"Error {number:02}" for number in reversed(range(45))]


def test_only_those_who_moderate_see_reports(site: Site) -> None:
    report_error(site)
    assert site.host.get("/newsroom/reports/").status_code == 401
    assert site.host.get("/newsroom/reports/", client=site.client("Ann")).status_code == 403
    assert press_without_token(site, site.client()) == 401
    assert press_without_token(site, site.client("Ann")) == 403
    assert told(site)[0].closed_at is None


def press_without_token(site: Site, client: FlaskClient) -> int:
    data = {"case": told(site)[0].id, "verb": "close"}
    answer = site.host.open("/newsroom/reports/", client=client, method="POST", data=data)
    return int(answer.status_code)


def test_a_press_without_token_or_sense_changes_nothing(site: Site) -> None:
    report_error(site)
    (row,) = told(site)
    assert press_without_token(site, moderator(site)) == 400
    for case, verb in ((row.id, "delete"), ("x", "close"), ("9" * 30, "close")):
        assert press(site, case, verb).status_code == 400  # type: ignore[arg-type]
    assert press(site, 999_999, "close").status_code == 303
    for query in ("?state=all", "?before=x", "?before=" + "9" * 30):
        assert desk(site, query).status_code == 404
    assert told(site)[0].closed_at is None


def test_a_second_story_keeps_its_reports_apart(site: Site) -> None:
    other = write_story(site.app, "Another", now=site.clock())
    number = site.plant(story=other)
    by_readers(site, number, 1)
    report_error(site)
    assert len(cases(desk(site).text)) == 2


@pytest.mark.parametrize("kind", SERVERS)
def test_reports_are_counted_held_and_dealt_with_on_servers(
    kind: str, server_site: Callable[[str], Site]
) -> None:
    site = server_site(kind)
    number = site.plant(name="Ove Lind")
    by_readers(site, number, 2)
    report_error(site)
    assert len(cases(desk(site).text)) == 2
    press(site, told(site)[1].id, "close")
    assert comment_now(site, number).report_count == 0
    press(site, told(site)[1].id, "reopen", "?state=closed")
    by_readers(site, number, 1, first=3)
    assert comment_now(site, number).state == CommentState.HELD
    assert comment_now(site, number).report_count == 3
    assert site.counters() == site.recount() == (0, 1)


def test_commands_list_and_close_reports(site: Site) -> None:
    number = site.plant(name="Ove Lind")
    report(site, number, text="Once\nmore.")
    report_error(site)
    listed = site.host.run("reports", "list")
    assert listed.exit_code == 0
    assert f"comment {number} by Ove Lind" in listed.output
    assert "Once more." in listed.output
    one, two = (str(row.id) for row in told(site))
    assert site.host.run("reports", "close", one, "99999").exit_code == 1
    assert told(site)[0].closed_at is None
    assert site.host.run("reports", "close", one, two).output == "2 of 2 closed.\n"
    assert site.host.run("reports", "list").output == "No reports are open.\n"
    assert one in site.host.run("reports", "list", "--closed").output
    assert comment_now(site, number).report_count == 0


# Whatever comes


@settings(max_examples=150)
@given(
    fields=st.dictionaries(
        st.sampled_from(["reason", "text", "email", "csrf_token", "case", "verb", "x"]),
        st.text(max_size=60) | st.sampled_from(["spam", "error", "close", "1", *PAYLOADS]),
    ),
    path=st.sampled_from(["/comments/{}/report", "/corrections/report/{}", "/newsroom/reports/"]),
    number=st.integers(0, 10**19) | st.none(),
    good_token=st.booleans(),
)
def test_no_input_is_answered_with_a_fault_of_ours(
    site: Site, fields: dict[str, str], path: str, number: int | None, good_token: bool
) -> None:
    visitor = moderator(site)
    found = site.stored()
    comment = found[0].id if found else site.plant()
    known = comment if "comments" in path else site.story.id
    path = path.format(known if number is None else number)
    if good_token:
        form = site.host.get(f"/corrections/report/{site.story.id}", client=visitor)
        fields = {**fields, "csrf_token": token_in(form.text)}
    answer = site.host.open(path, client=visitor, method="POST", data=fields)
    assert answer.status_code < 500
    words_typed = fields.get("text", "")
    if answer.status_code in (422, 429) and words_typed.isprintable():
        assert " ".join(words_typed.split()) in " ".join(" ".join(kept(answer.text)).split())
