"""Somebody is forgotten: what goes, what stays, and that the thread stays standing."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_newsblog.comments import addresses, bayes
from flask_newsblog.comments.erasing import erase as erase_owner
from flask_newsblog.comments.moderation import Moderator, Verb, decide, edit, undo
from flask_newsblog.comments.own import Owner
from flask_newsblog.database import session
from flask_newsblog.models import (
    Comment,
    CommentChange,
    CommentState,
    CommentVerdict,
    Mail,
    MailAddress,
    Report,
    Subscription,
)

from ..hosts import two_blogs, write_story
from .conftest import OpenSite
from .guests import MINE, add, comment, everything, own_path, press, put_values, written
from .readers import Site, shown
from .reporting import report, told

# Words that stand nowhere but in what Mira wrote or is.
PERSONAL = (
    "Mira", "mira@example.org", "MIRA@EXAMPLE.ORG", "mira.example", "zephyr", "zeppelin",
    "203.0.113", "Werkzeug", "browserkey",
)  # fmt: skip


def erase(site: Site, email: str = MINE, blog: str = "news") -> Any:
    with site.app.app_context():
        done = erase_owner(Owner(blog, email=email), site.clock())
        session().commit()
        return done


def a_life(site: Site) -> tuple[int, int]:
    """All that one guest can leave here: the numbers of an answered comment and of another."""
    first = written(
        site, "A zephyr blew.", url="https://mira.example", browser_digest="browserkey",
    )  # fmt: skip
    lone = written(site, "A zeppelin flew.", email="MIRA@EXAMPLE.ORG")
    press(site, f"{own_path(site, lone)}/edit/{lone}", comment="A zeppelin flew by.")
    with site.app.app_context():
        settings = site.app.extensions["newsblog"]["news"].settings
        found = session().get(Comment, first)
        assert found is not None
        edith = Moderator("7", "Edith")
        edit(settings, found, "A zephyr blew, said Mira.", edith, site.clock())
        session().commit()
    mine: dict[str, Any] = {"blog": "news", "post_id": site.story.id}
    add(
        site,
        Subscription(**mine, comment_id=first, email=MINE, created_at=site.clock()),
        Mail(blog="news", kind="reply", key="reply 1", recipient="Mira@example.org",
             created_at=site.clock(), send_after=site.clock()),
        MailAddress(blog="news", email=MINE, asked_at=site.clock(), confirmed_at=site.clock()),
        Report(**mine, comment_id=first, reason="abuse", email=MINE, text="A zephyr, says Mira.",
               address_digest="d" * 32, created_at=site.clock()),
        CommentVerdict(comment_id=first, check="words", outcome="hold", reason="says «zephyr»",
                       created_at=site.clock()),
    )  # fmt: skip
    site.plant("An answer of another's.", parent=first, name="Tom Rigger")
    return first, lone


def test_nothing_personal_is_left_of_an_erased_address(everywhere: Site) -> None:
    site = everywhere
    before = everything(site)
    first, lone = a_life(site)
    assert "zephyr" in everything(site)
    done = erase(site, "mira@EXAMPLE.org")
    assert (done.comments, done.subscriptions, done.mails, done.reports) == (2, 1, 1, 1)
    after = everything(site)
    for word in PERSONAL:
        if word not in before:
            assert word not in after, word
    assert site.counters() == site.recount() == (1, 0)
    assert comment(site, first).shown
    assert not comment(site, lone).shown
    page = site.article().text
    assert "This comment was removed." in page
    assert "An answer of another" in page
    assert len(shown(page)) == 2


def test_a_name_that_a_moderator_has_replaced_goes_from_the_history_too(lively: Site) -> None:
    number = written(lively, "First words.", author="Anna Lindqvist")
    press(lively, f"{own_path(lively, number)}/edit/{number}", comment="Second words.")
    with lively.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        conf = lively.app.extensions["newsblog"]["news"].settings
        edit(conf, found, "Second words.", Moderator("7", "Edith"), lively.clock(), name="A.")
        session().commit()
    assert "Lindqvist" in everything(lively)
    press(lively, f"{own_path(lively, number)}/erase")
    assert "Lindqvist" not in everything(lively)
    assert "Edith" in everything(lively)


def test_what_the_spam_filter_learnt_of_it_goes(lively: Site) -> None:
    number = written(lively, "A zephyr blew over the harbour.")
    with lively.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        bayes.learn(found, spam=False)
        session().commit()
    assert "zephyr" in everything(lively)
    erase(lively)
    assert "zephyr" not in everything(lively)


def test_erasing_twice_is_erasing_once(everywhere: Site) -> None:
    a_life(everywhere)
    erase(everywhere)
    after = everything(everywhere)
    assert erase(everywhere).comments == 0
    assert everything(everywhere) == after


def test_another_address_and_another_blog_keep_what_is_theirs(open_site: OpenSite) -> None:
    site = open_site(two_blogs, NEWSBLOG_HOLD_GUESTS=False)
    theirs = written(site, "Not hers.", email="mirax@example.org", author="Tom")
    written(site, "Hers.")
    story = write_story(site.app, "Elsewhere", blog="other", now=site.clock())
    site.client().post(
        f"/other/replies/{story.id}", headers={"Sec-Fetch-Site": "same-origin"},
        data={"comment": "In the other blog.", "author": "Mira Vale", "email": MINE},
    )  # fmt: skip
    assert erase(site).comments == 1
    assert comment(site, theirs).body == "Not hers."
    assert [found.body for found in site.stored() if found.blog == "other"] == [
        "In the other blog."
    ]


def test_what_others_quote_of_it_stays(lively: Site) -> None:
    number = written(lively, "The zephyr blew.")
    quoting = lively.plant("> The zephyr blew.\n\nIt did.", parent=number, name="Tom")
    erase(lively)
    assert "The zephyr blew." in comment(lively, quoting).body


def test_a_refusal_of_mail_is_kept_for_it_could_not_be_kept_to(site: Site) -> None:
    add(
        site,
        MailAddress(
            blog="news", email=MINE, asked_at=site.clock(), confirmed_at=site.clock(),
            refused_at=site.clock(),
        ),
    )  # fmt: skip
    erase(site)
    with site.app.app_context():
        (kept,) = session().scalars(select(MailAddress)).all()
        assert kept.refused_at is not None
        assert (kept.asked_at, kept.confirmed_at) == (None, None)


def test_the_box_behind_an_address_with_a_tag_goes_too(site: Site) -> None:
    add(site, MailAddress(blog="news", email=MINE, asked_at=site.clock()))
    erase(site, "mira+news@example.org")
    assert "mira" not in everything(site)


def test_the_page_explains_and_its_button_erases(lively: Site) -> None:
    a_life(lively)
    path = own_path(lively, MINE) + "/erase"
    page = lively.host.get(path).text
    assert "2 comments of yours go." in page
    assert "cannot be taken back" in page
    answer = press(lively, path)
    assert answer.status_code == 303
    assert "Nothing of yours is stored here" in lively.go(answer.location).text
    assert "zephyr" not in lively.article().text
    assert lively.counters() == lively.recount() == (1, 0)


def test_a_comments_link_erases_what_its_page_lists_and_no_address(lively: Site) -> None:
    first = written(lively, "With the key.", browser_digest="k" * 64)
    written(lively, "With the key too.", browser_digest="k" * 64)
    other = written(lively, "Another browser, the same address.")
    add(lively, MailAddress(blog="news", email=MINE, asked_at=lively.clock()))
    answer = press(lively, own_path(lively, first) + "/erase")
    assert "newsblog_key=;" in answer.headers["Set-Cookie"]
    assert [found.body for found in lively.stored()] == ["", "", comment(lively, other).body]
    with lively.app.app_context():
        # Else whoever types an address of another's could have it mailed again and again.
        assert session().scalar(select(MailAddress.id)) is not None


def test_a_person_of_the_host_has_theirs_erased(lively: Site) -> None:
    ann = lively.client("Ann")
    lively.send("A person's zephyr.", client=ann)
    written(lively, "A guest's words.")
    press(lively, "/replies/mine/here/erase", client=ann)
    assert [found.body for found in lively.stored()] == ["", "A guest's words."]
    assert lively.stored()[0].person_id is None
    assert lively.counters() == lively.recount() == (1, 0)


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ("info@straße.example", "info@straße.example"),
        ("INFO@STRAßE.example", "info@straße.example"),
        ("MÜLLER@example.org", "müller@example.org"),
        ("Müller@example.org", "MÜLLER@EXAMPLE.ORG"),
        ("mÜllËr@example.org", "müllër@example.org"),
        ("ΆΝΝΑ@example.org", "άννα@example.org"),
    ],
)
def test_an_address_in_any_script_is_found_in_capitals_or_not(
    everywhere: Site, stored: str, given: str
) -> None:
    site = everywhere
    written(site, "A zephyr.", author_email=stored)
    report(site, written(site, "Another's.", author_email="tom@example.org"), text="Told.")
    with site.app.app_context():
        session().execute(update(Report).values(email=stored))
        addresses.confirm("news", stored, site.clock())
        session().add(Mail(blog="news", kind="reply", key="1", recipient=stored))
        session().commit()
    done = erase(site, given)
    assert (done.comments, done.mails, done.reports) == (1, 1, 1)
    with site.app.app_context():
        assert session().scalars(select(MailAddress.email)).all() == []


def test_two_addresses_that_only_fold_alike_are_two_writers(lively: Site) -> None:
    other = written(lively, "Theirs.", author_email="info@strasse.example")
    erase(lively, "info@straße.example")
    assert comment(lively, other).body == "Theirs."


def a_persons_traces(site: Site) -> Any:
    """What Ann leaves who is signed in, and what stands with her address beside it."""
    ann, theirs = site.client("Ann"), written(site, "A guest's words.")
    site.send("A person's zephyr.", client=ann)
    report(site, theirs, client=ann, text="Ann reports.")
    report(site, theirs, text="Tom reports.", email="tom@example.org")
    address = "ann@host.example"
    add(site, MailAddress(blog="news", email=address, confirmed_at=site.clock()))
    add(site, Mail(blog="news", kind="reply", key="1", recipient=address))
    written(site, "A guest who typed her address.", email=address)
    return ann


def test_a_person_of_the_host_has_mails_and_reports_erased_too(lively: Site) -> None:
    ann = a_persons_traces(lively)
    press(lively, "/replies/mine/here/erase", client=ann)
    with lively.app.app_context():
        assert session().scalars(select(Mail)).all() == []
        assert session().scalars(select(MailAddress)).all() == []
    assert [found.text for found in told(lively)] == ["", "Tom reports."]
    assert told(lively)[0].address_digest is None
    # Anybody may type an address: what guests wrote with it is not shown to be hers.
    assert lively.stored()[-1].body == "A guest who typed her address."
    assert "Nothing of yours is stored here" in lively.host.get(
        "/replies/mine/here/erase", client=ann
    ).text  # fmt: skip


def test_a_person_of_the_host_takes_mails_and_reports_along(lively: Site) -> None:
    ann = a_persons_traces(lively)
    found = json.loads(lively.host.get("/replies/mine/here/export", client=ann).text)
    assert [row["text"] for row in found["comments"]] == ["A person's zephyr."]
    assert [row["text"] for row in found["reports"]] == ["Ann reports."]
    assert found["address"]["email"] == "ann@host.example"
    assert len(found["mails"]) == 1


def test_the_command_finds_what_a_person_reported_who_wrote_with_the_address(lively: Site) -> None:
    a_persons_traces(lively)
    done = lively.host.run("people", "erase", "ann@host.example", "--yes")
    assert "reports: 1" in done.output, done.output
    assert [found.text for found in told(lively)] == ["", "Tom reports."]


def test_nothing_that_was_done_brings_it_back(lively: Site) -> None:
    number = written(lively, "The zephyr blew.")
    settings = lively.app.extensions["newsblog"]["news"].settings
    edith = Moderator("7", "Edith")
    with lively.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        batch = decide(settings, [found], Verb.DELETE, edith, lively.clock()).batch
        session().commit()
    erase(lively)
    with lively.app.app_context():
        for change in session().scalars(select(CommentChange)).all():
            assert not undo(settings, "news", change.batch, edith, lively.clock()).restored
        assert not undo(settings, "news", batch, edith, lively.clock()).restored
    assert comment(lively, number).state == CommentState.DELETED


def test_the_number_of_what_was_erased_is_never_given_again(lively: Site) -> None:
    number = written(lively, "Mine.")
    link = own_path(lively, number)
    erase(lively)
    assert written(lively, "Somebody else's.", email="tom@example.org") != number
    assert "Somebody else" not in lively.host.get(link).text


@pytest.mark.parametrize("state", list(CommentState))
def test_counters_are_right_whatever_state_it_was_in(lively: Site, state: CommentState) -> None:
    number = written(lively)
    if state not in (CommentState.PUBLISHED, CommentState.DELETED, CommentState.HELD):
        lively.judge(number, state)
    elif state != CommentState.PUBLISHED:
        with lively.app.app_context():
            verb = Verb.DELETE if state == CommentState.DELETED else Verb.HOLD
            found = session().get(Comment, number)
            assert found is not None
            settings = lively.app.extensions["newsblog"]["news"].settings
            decide(settings, [found], verb, Moderator("7", "Edith"), lively.clock())
            session().commit()
    erase(lively)
    assert comment(lively, number).body == ""
    assert lively.counters() == lively.recount() == (0, 0)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_many_are_erased_while_others_write(server_site: Callable[[str], Site], kind: str) -> None:
    site = server_site(kind)
    stories = [site.story, *(write_story(site.app, f"No {n}", now=site.clock()) for n in (2, 3))]
    for story in stories:
        for n in range(8):
            site.send(f"Words {story.id} {n}.", story=story, author=f"Guest {n}",
                      email=f"guest{n}@example.org")  # fmt: skip
    start = Barrier(8)

    def forget(n: int) -> None:
        start.wait(10)
        erase(site, f"guest{n}@example.org")

    def write(n: int) -> None:
        start.wait(10)
        for story in reversed(stories):
            parent = next(c for c in site.stored() if c.post_id == story.id and c.shown)
            answer = site.send(f"An answer of {n}.", story=story, author=f"Writer {n}",
                               parent=str(parent.id))  # fmt: skip
            assert answer.status_code in (303, 422)

    with ThreadPoolExecutor(8) as many:
        done = [many.submit(forget, n) for n in range(4)]
        done += [many.submit(write, n) for n in range(4)]
        for one in done:
            one.result(60)
    left = everything(site)
    assert not [n for n in range(4) if f"guest{n}@" in left]
    for story in stories:
        found = [c for c in site.stored() if c.post_id == story.id]
        published = sum(c.state == CommentState.PUBLISHED for c in found)
        assert site.counters(story) == (published, 0)
        hung_on = {c.parent_id for c in found if c.shown}
        assert all(c.shown == (c.state == "published" or c.id in hung_on) for c in found)


def test_a_command_gives_somebody_all_that_is_stored(lively: Site) -> None:
    a_life(lively)
    done = lively.host.run("people", "export", MINE)
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.output)
    assert [row["text"] for row in found["comments"]] == [
        "A zephyr blew, said Mira.", "A zeppelin flew by.",
    ]  # fmt: skip
    assert found["comments"][1]["former_texts"][0]["text"] == "A zeppelin flew."
    assert found["comments"][0]["story"]["address"].startswith("http://127.0.0.1:5000/news/2026/")
    assert "Tom Rigger" not in done.output


def test_a_command_erases_in_all_blogs_or_in_one(open_site: OpenSite) -> None:
    site = open_site(two_blogs, NEWSBLOG_HOLD_GUESTS=False)
    written(site, "Hers.")
    assert site.host.run("people", "erase", MINE, "--yes", "--blog", "other").exit_code == 0
    assert site.stored()[0].body == "Hers."
    asked = site.host.run("people", "erase", MINE, input="n\n")
    assert asked.exit_code == 1
    assert site.stored()[0].body == "Hers."
    done = site.host.run("people", "erase", MINE, "--yes")
    assert "news: erased comments: 1" in done.output
    assert site.stored()[0].body == ""


@pytest.mark.parametrize("address", ["nobody", "", "a\0@b"])
def test_what_is_no_address_is_refused(site: Site, address: str) -> None:
    assert site.host.run("people", "erase", address, "--yes").exit_code == 2


def test_what_is_left_of_the_erased_is_of_no_use_to_a_moderator(site: Site) -> None:
    number = written(site, "The zephyr blew.")
    put_values(site, number, rejection="zephyr", text_digest="t" * 32)
    erase(site)
    found = comment(site, number)
    assert (found.rejection, found.text_digest, found.fingerprint) == ("", None, None)
    assert site.reasons(number) == {}
