"""A comment's own page in the newsroom: its history, to edit it, to mark it, to ban its writer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from flask_newsblog import Person
from flask_newsblog.comments.checks import Draft, Outcome, Verdict
from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry, Comment, CommentState, Post, Report, Rule

from ..hosts import Clock, Host, bare_app, blog, counted_statements, two_blogs, write_story
from .conftest import OpenSite
from .guests import written
from .readers import NOON, Site, all_of, comment_on, kept, tree, words
from .test_desk import HELD, PUBLISHED, QUEUE, Moderator, cards, counts, state_of, status

MOST_STATEMENTS = 8
HOOKS = {"current_person": lambda: Person("7", "Ann Bell"), "can": lambda *asked: True}


@pytest.fixture
def desk(site: Site) -> Moderator:
    return Moderator(site)


def part(html: str, name: str) -> str:
    (found,) = all_of(tree(html), "section", id=name)
    return words(found)


def report(site: Site, number: int, text: str = "This is rude.") -> None:
    with site.app.app_context():
        session().add(
            Report(
                blog="news", post_id=site.story.id, comment_id=number, reason="abuse", text=text,
                address_digest=text, created_at=site.clock(),
            )
        )  # fmt: skip
        session().commit()


def rules(site: Site) -> list[tuple[Any, ...]]:
    with site.app.app_context():
        found = session().scalars(select(Rule))
        return [(r.kind, r.value, r.outcome, r.until, r.note, r.person_name) for r in found]


def test_the_history_tells_who_did_what_and_when_and_the_text_before(
    site: Site, desk: Moderator
) -> None:
    number = site.plant("Teh tide.", state=HELD)
    own = f"{QUEUE}{number}"
    desk.look(own)
    desk.press(f"{own}/edit", text="The tide.")
    desk.press(reject=str(number), **{f"note-{number}": "No thanks."}, alone=str(number))
    text = part(desk.page.text, "history")
    for said in ("Rejected Edith May 4, 2026", "No thanks.", "Edited Edith", "Teh tide."):
        assert said in text
    assert "Written Mira Vale" in text


def test_the_form_has_word_for_word_what_was_typed(site: Site, desk: Moderator) -> None:
    typed = "\n  <b>Bold</b> & *kind*\n\n> a quote\n{{ 7 * 7 }}"
    number = site.plant(typed, state=HELD)
    html = desk.look(f"{QUEUE}{number}")
    assert typed in kept(html)
    assert "<b>Bold" not in html


def test_an_edit_is_shown_to_readers_and_can_be_taken_back(site: Site, desk: Moderator) -> None:
    number = site.plant("Teh *tide*.")
    own = f"{QUEUE}{number}"
    desk.look(own)
    assert status(desk.press(f"{own}/edit", text="The *tide*.")) == "1 comment changed."
    assert "The tide." in words(comment_on(site.article().text, number))
    desk.undo(alone=str(number))
    assert "Teh tide." in words(comment_on(site.article().text, number))


def test_an_edit_is_looked_at_by_the_hosts_checks_too(open_site: OpenSite) -> None:
    def no_gulls(draft: Draft) -> Verdict | None:
        return Verdict(Outcome.HOLD, "speaks of gulls") if "gull" in draft.text else None

    site = open_site(given={"comment_checks": [no_gulls]})
    desk, number = Moderator(site), site.plant("A tern.")
    desk.look(f"{QUEUE}{number}")
    assert "speaks of gulls" in desk.press(f"{QUEUE}{number}/edit", text="A gull.")
    assert state_of(site, number) == PUBLISHED


@pytest.mark.parametrize("text", ["", " \n\u200b ", "x" * 10_001])
def test_an_edit_that_cannot_be_stored_stands_in_the_form_with_the_reason(
    site: Site, desk: Moderator, text: str
) -> None:
    number = site.plant("The tide.", state=HELD)
    desk.look(f"{QUEUE}{number}")
    answer = desk.post(f"{QUEUE}{number}/edit", text=text)
    assert answer.status_code == 422
    assert text in kept(answer.text)
    assert all_of(tree(answer.text), "p", role="alert")
    assert site.stored()[0].body == "The tide."


def test_an_edit_from_a_page_that_was_open_too_long_is_not_lost(
    site: Site, desk: Moderator
) -> None:
    number = site.plant("Teh tide.", state=HELD)
    desk.look(f"{QUEUE}{number}")
    answer = desk.post(f"{QUEUE}{number}/edit", text="The tide.", csrf_token="old")
    assert answer.status_code == 400
    assert "The tide." in kept(answer.text)
    assert "nothing was done yet" in answer.text
    desk.page = answer
    desk.press(f"{QUEUE}{number}/edit", text="The tide.")
    assert site.stored()[0].body == "The tide."


def test_a_comment_is_pinned_and_picked_and_that_is_taken_back(site: Site, desk: Moderator) -> None:
    first, second = site.plant("First."), site.plant("Second.")
    desk.look(f"{QUEUE}{first}")
    desk.press(pin=str(first), alone=str(first))
    desk.press(pin=str(second), alone=str(second))
    assert status(desk.page.text) == "1 comment pinned."
    desk.undo(alone=str(second))
    with site.app.app_context():
        assert session().scalar(select(Post.pinned_comment_id)) == first
    html = desk.press(pick=str(second), alone=str(second))
    assert status(html) == "1 comment is an editor’s pick."
    assert site.stored()[1].picked


def test_only_what_readers_see_and_answers_nothing_can_be_pinned(
    site: Site, desk: Moderator
) -> None:
    root = site.plant()
    reply, waiting = site.plant(parent=root), site.plant("Held.", state=HELD)
    shown = [desk.look(f"{QUEUE}{number}") for number in (root, reply, waiting)]
    assert ['name="pin"' in html for html in shown] == [True, False, False]
    assert ['name="pick"' in html for html in shown] == [True, True, False]


@pytest.mark.parametrize(("span", "days"), [("day", 1), ("week", 7), ("good", None)])
def test_an_address_is_banned_for_a_time_or_for_good(
    site: Site, desk: Moderator, span: str, days: int | None
) -> None:
    site.send()
    number = site.stored()[0].id
    desk.look(f"{QUEUE}{number}")
    html = desk.press(f"{QUEUE}{number}/ban", what="email", span=span, note="Rude again.")
    assert status(html).startswith("The ban is in force.")
    until = site.clock() + timedelta(days=days) if days else None
    assert rules(site) == [("email", "mira@example.org", "hold", until, "Rude again.", "Edith")]
    with site.app.app_context():
        ((deed, title, who),) = session().execute(
            select(AuditEntry.verb, AuditEntry.title, AuditEntry.person_name)
        )
    assert (deed, title, who) == ("create", "Email address", "Edith")


def test_a_shorter_ban_takes_nothing_from_a_longer_one(site: Site, desk: Moderator) -> None:
    site.send(email="Mira@Straße.example")
    number = site.stored()[0].id
    desk.look(f"{QUEUE}{number}")
    for span, note in (("good", "Rude again."), ("day", "")):
        desk.press(f"{QUEUE}{number}/ban", what="email", span=span, note=note)
    wanted = ("email", "mira@strasse.example", "hold", None, "Rude again.", "Edith")
    assert rules(site) == [wanted]


def test_a_network_is_only_held_for_others_are_in_it(site: Site, desk: Moderator) -> None:
    site.send()
    number = site.stored()[0].id
    desk.look(f"{QUEUE}{number}")
    desk.press(f"{QUEUE}{number}/ban", what="network", span="day")
    ((kind, value, outcome, *_),) = rules(site)
    assert (kind, value, outcome) == ("network", "203.0.113.0/24", "hold")


def test_of_two_bans_at_once_the_second_comes_after_the_first(site: Site, desk: Moderator) -> None:
    number = written(site)
    desk.look(f"{QUEUE}{number}")
    gone = False

    def come_first(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal gone
        if statement.startswith("INSERT INTO newsblog_rule") and not gone:
            gone = True
            raise IntegrityError(statement, {}, Exception("UNIQUE constraint failed"))

    with site.app.app_context():
        engine = session().get_bind(Rule)
    event.listen(engine, "before_cursor_execute", come_first)
    html = desk.press(f"{QUEUE}{number}/ban", what="email", span="day", note="Rude again.")
    event.remove(engine, "before_cursor_execute", come_first)
    assert gone
    assert status(html).startswith("The ban is in force.")


@pytest.mark.parametrize(
    "fields",
    [{}, {"what": "email"}, {"what": "word", "span": "day"}, {"what": "person", "span": "day"},
     {"what": "email", "span": "year"}],
    ids=str,
)  # fmt: skip
def test_a_ban_that_makes_no_sense_is_none(
    site: Site, desk: Moderator, fields: dict[str, str]
) -> None:
    site.send()
    number = site.stored()[0].id
    desk.look(f"{QUEUE}{number}")
    assert desk.post(f"{QUEUE}{number}/ban", **fields).status_code == 400
    assert rules(site) == []


def test_reports_lie_on_a_list_of_their_own_until_somebody_decides(
    site: Site, desk: Moderator
) -> None:
    number, other = site.plant(), site.plant("Another.")
    report(site, number)
    report(site, number, "I agree.")
    html = desk.look(f"{QUEUE}?state=reported")
    assert cards(html) == [number]
    assert "Reported by 2 readers" in words(tree(html))
    own = desk.look(f"{QUEUE}{number}")
    assert "Abuse just nowThis is rude." in part(own, "reports")
    html = desk.press(approve=str(number), state="reported")
    assert status(html) == "Looked at: it stays as it is, and the reports of it are closed."
    assert cards(html) == []
    assert counts(html)["reported"] == "0"
    assert (state_of(site, number), state_of(site, other)) == (PUBLISHED, PUBLISHED)
    assert "closed" in part(desk.look(f"{QUEUE}{number}"), "reports")


def test_what_answers_a_comment_is_shown_whatever_its_state(site: Site, desk: Moderator) -> None:
    root = site.plant("The root.")
    site.plant("A reply.", parent=root, name="Ada Reeve")
    site.plant("One that waits.", parent=root, state=HELD, name="Bo Lind")
    text = part(desk.look(f"{QUEUE}{root}"), "replies")
    assert "Ada Reeve" in text
    assert "Bo Lind just now WaitingOne that waits." in text


@pytest.mark.parametrize("number", ["999", "0", "9" * 18, "9" * 19, "x"])
def test_a_comment_that_is_none_is_not_found(site: Site, desk: Moderator, number: str) -> None:
    assert site.host.get(f"{QUEUE}{number}", client=desk.client).status_code == 404


def test_a_script_hears_what_was_done_and_how_many_there_are_now(
    site: Site, desk: Moderator
) -> None:
    ids = [site.plant(f"Number {n}.", state=HELD) for n in range(3)]
    desk.look()
    data = {"csrf_token": kept(desk.page.text)[0], "selected": "approve", "comment": ids[:2]}
    token = next(value for value in kept(desk.page.text) if len(value) > 60)
    for path, more in ((f"{QUEUE}act", data), (f"{QUEUE}undo", {})):
        answer = site.host.open(
            path, client=desk.client, method="POST", data={**more, "csrf_token": token},
            headers={"Accept": "application/json"},
        )  # fmt: skip
        if path.endswith("act"):
            assert answer.json["words"] == "2 comments approved."
            assert answer.json["changed"] == ids[:2]
            assert answer.json["counts"]["held"] == "1"
            assert answer.json["counts"]["published"] == "2"
        else:
            assert answer.json["changed"] == []


@pytest.mark.parametrize("path", [QUEUE, f"{QUEUE}?state=published", f"{QUEUE}?q=number", "own"])
def test_the_statements_of_a_screen_do_not_grow_with_what_is_on_it(
    site: Site, desk: Moderator, path: str
) -> None:
    root = site.plant("The root.")
    asked = []
    for _ in range(2):
        for state in (HELD, PUBLISHED):
            for n in range(4):
                number = site.plant(f"Number {n} of {len(asked)}.", parent=root, state=state)
                report(site, number, f"Rude {n} {len(asked)}")
        desk.look()
        desk.press(approve=str(number))
        batch = f"done={desk.page.request.args['done']}"
        with counted_statements(site.app) as sent:
            desk.look(
                f"{QUEUE}{root}" if path == "own" else f"{path}{'&' if '?' in path else '?'}{batch}"
            )
        asked.append(len(sent))
    assert asked[0] == asked[1]
    assert asked[0] <= (10 if path == "own" else MOST_STATEMENTS), sent


def two_moderated(uri: str, **config: Any) -> Flask:
    """Two blogs that the same people moderate."""
    app, _ = bare_app(uri, **config)
    for name in ("other", "news"):
        title = {"news": "News", "other": "The Other One"}[name]
        app.register_blueprint(blog(name, title=title, **HOOKS), url_prefix=f"/{name}")
    return app


def plant_in(host: Host, blog: str, text: str) -> int:
    story = write_story(host.app, f"A story of {blog}", blog=blog)
    with host.app.app_context():
        comment = Comment(
            blog=blog, post_id=story.id, author_name="Ada", body=text, body_html=f"<p>{text}</p>"
        )
        session().add(comment)
        session().commit()
        return comment.id


def test_one_queue_is_for_all_blogs_that_a_person_may_moderate(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(two_moderated)
    here, there = plant_in(host, "news", "Here."), plant_in(host, "other", "There.")
    html = host.get(QUEUE).text
    assert cards(html) == [here, there]
    assert counts(html)["held"] == "2"
    assert cards(host.get(f"{QUEUE}?blog=other").text) == [there]
    assert host.get(f"{QUEUE}{there}").status_code == 200


def test_an_attack_on_any_blog_of_the_desk_is_shown_wherever_one_looks(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(two_moderated, NEWSBLOG_ATTACK_HELD_REPLIES=2)
    plant_in(host, "news", "Here.")

    def shown(query: str) -> list[str]:
        with counted_statements(host.app) as sent:
            html = host.get(f"{QUEUE}?done=abc{query}").text
        assert len(sent) <= MOST_STATEMENTS
        return [
            words(alarm).partition(":")[0] for alarm in all_of(tree(html), "p", class_="nb-alarm")
        ]

    assert shown("") == shown("&blog=other") == []
    for text in ("One.", "Two."):
        plant_in(host, "other", text)
    assert shown("") == shown("&blog=news") == ["Attack mode is on in The Other One"]
    assert shown("&blog=other") == ["Attack mode is on"]
    plant_in(host, "news", "Here too.")
    assert shown("&blog=news") == ["Attack mode is on", "Attack mode is on in The Other One"]
    assert len(shown("")) == 2


def test_a_blog_that_one_may_not_moderate_is_not_there(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    number, other = plant_in(host, "news", "Here."), plant_in(host, "other", "There.")
    root = f"http://{host.server}"
    link = host.run("sign-in", "Ann", "--base-url", root, "--blog", "news").output.split()[0]
    moderator = Moderator(Site(host, Clock(NOON), write_story(host.app)))
    client = moderator.client
    path = link.removeprefix(root + host.prefix)
    moderator.look(path)
    assert moderator.post(path).status_code == 303
    assert cards(moderator.look()) == [number]
    assert "All blogs" not in moderator.page.text
    with counted_statements(host.app) as sent:
        moderator.look(f"{QUEUE}?done=abc")
    assert len(sent) <= MOST_STATEMENTS
    for path in (f"{QUEUE}{other}", f"{QUEUE}?blog=other"):
        assert host.get(path, client=client).status_code == 404
    assert moderator.post(f"{QUEUE}{other}/edit", text="Mine.").status_code == 404
    moderator.post(f"{QUEUE}act", spam=str(other))
    with host.app.app_context():
        assert session().get(Comment, other).state == CommentState.HELD  # type: ignore[union-attr]
