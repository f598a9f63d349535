"""What a host's code, a strange body or a strange network makes of a reply: never lost words."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import NoResultFound

from flask_newsblog import Person
from flask_newsblog.comments.checks import Draft, Outcome, Verdict
from flask_newsblog.comments.kept import BYTES_KEPT
from flask_newsblog.comments.views import MOST_BYTES
from flask_newsblog.database import session
from flask_newsblog.models import Base, Comment, CommentState, PostState
from flask_newsblog.signals import comment_approved, comment_posted, comment_submitting

from ..conftest import SERVERS, skip_or_fail
from ..hosts import change
from .conftest import OpenSite
from .readers import (
    FOREIGN,
    GUEST,
    SAID,
    SAME,
    Site,
    all_of,
    decide,
    kept,
    links,
    shown,
    tree,
    words,
)

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
FORM = "application/x-www-form-urlencoded"


def in_production(site: Site) -> Site:
    """A site whose faults become pages, as they do where nobody debugs."""
    site.app.testing = False
    return site


# The host's code


def raises(draft: Draft) -> Verdict | None:
    raise NoResultFound("no such word list")


def asks_wrongly(draft: Draft) -> Verdict | None:
    session().execute(sa.text("SELECT nonsense FROM nowhere"))
    return None


CHECKS: dict[str, Callable[[Draft], Any]] = {
    "raises": raises,
    "asks the database wrongly": asks_wrongly,
    "returns true": lambda draft: True,
    "returns a word for an outcome": lambda draft: Verdict("hold", "why"),  # type: ignore[arg-type]
    "returns no reason": lambda draft: Verdict(Outcome.REFUSE, None),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_check_that_fails_holds_the_reply_and_is_logged(
    open_site: OpenSite, uri: str, check: Callable[[Draft], Any], caplog: pytest.LogCaptureFixture
) -> None:
    site = open_site(uri=uri, given={"comment_checks": [check]}, NEWSBLOG_HOLD_GUESTS=False)
    assert site.send().status_code == 303
    (comment,) = site.stored()
    assert (comment.state, comment.body) == (HELD, SAID)
    (reason,) = site.reasons(comment.id).values()
    assert reason.startswith("could not be looked at by ")
    assert "failed, and the reply is held." in caplog.text


def test_a_receiver_that_fails_before_storing_holds_the_reply(
    lively: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def classify(sender: Flask, **more: Any) -> None:
        raise RuntimeError("the classifier is down")

    with comment_submitting.connected_to(classify, lively.app):
        assert lively.send().status_code == 303
    (comment,) = lively.stored()
    assert comment.state == HELD
    assert lively.reasons(comment.id) == {
        "comment_submitting": "could not be looked at by classify, which failed"
    }
    assert "the classifier is down" in caplog.text


def test_a_receiver_that_fails_after_storing_costs_the_writer_nothing(
    lively: Site, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def fail(sender: Flask, **more: Any) -> None:
        raise RuntimeError("the queue is down")

    def listen(sender: Flask, comment: Comment, **more: Any) -> None:
        heard.append(comment.id)

    with (
        comment_posted.connected_to(fail, lively.app),
        comment_posted.connected_to(listen, lively.app),
        comment_approved.connected_to(fail, lively.app),
    ):
        answer = lively.send()
        (comment,) = lively.stored()
        lively.judge(comment.id, CommentState.SPAM)
        assert lively.host.run("comments", "approve", str(comment.id)).exit_code == 0
    assert (answer.status_code, answer.location) == (
        303,
        f"{lively.host.prefix}/comments/{comment.id}",
    )
    assert heard == [comment.id]
    assert "fail failed on the signal comment-posted." in caplog.text
    assert "fail failed on the signal comment-approved." in caplog.text


def test_a_hook_that_fails_costs_nobody_their_words(
    open_site: OpenSite, caplog: pytest.LogCaptureFixture
) -> None:
    def nobody_knows() -> Person | None:
        raise RuntimeError("the user service is down")

    site = in_production(open_site(given={"current_person": nobody_knows}))
    answer = site.send()
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert SAID in kept(answer.text)
    assert "The fault is on our side" in words(tree(answer.text))
    assert "the user service is down" in caplog.text


def test_a_fault_is_shown_on_the_hosts_own_page_unless_words_would_be_lost(
    open_site: OpenSite,
) -> None:
    def nobody_knows() -> Person | None:
        raise RuntimeError("the user service is down")

    site = in_production(open_site(given={"current_person": nobody_knows}))
    site.app.register_error_handler(500, lambda error: ("The host's own page", 500))
    assert site.host.get(site.reply_path).text == "The host's own page"
    assert SAID in kept(site.send().text)


def test_what_the_hosts_pending_work_breaks_keeps_its_words(open_site: OpenSite) -> None:
    site = in_production(open_site(NEWSBLOG_HOLD_GUESTS=False))
    first = site.plant()

    @site.app.before_request
    def leave_something_impossible() -> None:
        with session().no_autoflush:
            twin = {"blog": "news", "post_id": 1, "body": "", "body_html": "", "id": first}
            session().execute(sa.insert(Comment), [{**twin, "id": first + 100}])
            session().execute(sa.insert(Comment), [{**twin, "id": first + 100}])

    answer = site.send()
    assert answer.status_code == 500
    assert SAID in kept(answer.text)
    assert [comment.id for comment in site.stored()] == [first]


def breaks_the_session() -> None:
    session().add(Comment(blog="news", post_id=None, body="", body_html=""))
    with pytest.raises(sa.exc.IntegrityError):
        session().flush()


def test_a_check_that_breaks_the_session_and_says_nothing_costs_nobody_their_words(
    open_site: OpenSite,
) -> None:
    def look_up(draft: Draft) -> None:
        breaks_the_session()

    site = open_site(given={"comment_checks": [look_up]}, NEWSBLOG_HOLD_GUESTS=False)
    assert site.send().status_code == 303
    assert site.stored()[0].body == SAID


def test_a_receiver_that_breaks_the_session_leaves_it_whole_for_the_next(lively: Site) -> None:
    heard: list[str] = []

    def fail(sender: Flask, **more: Any) -> None:
        breaks_the_session()
        raise RuntimeError("the queue is down")

    def listen(sender: Flask, comment: Comment, **more: Any) -> None:
        heard.append(comment.body)

    # Blinker keeps no order among receivers: one before and one after, whichever it takes.
    with (
        comment_posted.connected_to(fail, lively.app),
        comment_posted.connected_to(listen, lively.app),
        comment_submitting.connected_to(lambda sender, **more: None, lively.app),
    ):
        assert lively.send().status_code == 303
        assert lively.send("Another.").status_code == 303
    assert heard == [SAID, "Another."]


@pytest.mark.parametrize(
    ("outcome", "status"), [(Outcome.HOLD, 303), (Outcome.REFUSE, 422), (Outcome.PUBLISH, 303)]
)
def test_a_receiver_may_return_a_verdict_as_a_check_does(
    lively: Site, outcome: Outcome, status: int
) -> None:
    def judge(sender: Flask, **more: Any) -> Verdict:
        return Verdict(outcome, "We know this one.")

    with comment_submitting.connected_to(judge, lively.app):
        answer = lively.send()
    assert answer.status_code == status
    if outcome is Outcome.REFUSE:
        assert "We know this one." in words(tree(answer.text))
        assert SAID in kept(answer.text)
    else:
        (comment,) = lively.stored()
        assert comment.state == (HELD if outcome is Outcome.HOLD else PUBLISHED)


def test_muted_signals_are_told_to_nobody(lively: Site) -> None:
    heard: list[str] = []

    def listen(sender: Flask, **more: Any) -> None:
        heard.append("told")

    with (
        comment_posted.connected_to(listen, lively.app),
        comment_submitting.connected_to(listen, lively.app),
        comment_posted.muted(),
        comment_submitting.muted(),
    ):
        assert lively.send().status_code == 303
    assert heard == []


def test_a_layout_that_fails_costs_nobody_their_words(open_site: OpenSite) -> None:
    site = in_production(open_site())

    @site.app.context_processor
    def fail() -> dict[str, Any]:
        raise RuntimeError("the menu is down")

    answer = site.send(author="")
    assert answer.status_code == 500
    assert answer.mimetype == "text/plain"
    assert SAID in answer.text


@pytest.mark.parametrize("id", ["", "x" * 256, 7, None])
def test_a_person_whose_id_cannot_be_kept_is_refused_at_once(id: Any) -> None:
    with pytest.raises(ValueError, match=r"write Person\(str\(user\.id\), \.\.\.\)"):
        Person(id, "Nora")


def test_the_longest_id_of_a_person_is_kept(open_site: OpenSite, uri: str) -> None:
    person = Person("ü" * 255, "Nora")
    site = open_site(uri=uri, given={"current_person": lambda: person})
    assert site.send().status_code == 303
    assert site.stored()[0].person_id == person.id


# Bodies


@pytest.mark.parametrize("limit", [2_000, 2_999])
def test_a_body_larger_than_the_app_takes_is_handed_back(open_site: OpenSite, limit: int) -> None:
    site = open_site(MAX_CONTENT_LENGTH=limit)
    answer = site.send("é & " * 1_000)
    assert answer.status_code == 413
    assert ("é & " * 1_000).strip() in [text.strip() for text in kept(answer.text)]


def test_of_a_body_far_too_large_the_beginning_is_handed_back(site: Site) -> None:
    text = "".join(f"Line {n}.\n" for n in range(400_000))
    answer = site.send(text)
    assert answer.status_code == 413
    (back,) = (t for t in kept(answer.text) if t.startswith("Line 0."))
    assert len(back) > BYTES_KEPT // 2
    assert text.startswith(back.rstrip("\n")[:-20])


class Unending(io.RawIOBase):
    """A body without end, which counts what is read of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        self.taken += size
        return b"x" * size


def test_of_a_body_without_a_stated_length_no_more_is_read_than_a_reply_may_have(
    site: Site,
) -> None:
    body = Unending()
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
    )  # fmt: skip
    assert answer.status_code == 413
    assert body.taken <= MOST_BYTES + 1 + BYTES_KEPT


def test_a_body_without_a_stated_length_is_taken(site: Site) -> None:
    body = b"comment=Sent+in+chunks&author=Mira&email=mira@example.org"
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True},
    )  # fmt: skip
    assert answer.status_code == 303
    assert site.stored()[0].body == "Sent in chunks"


def test_a_body_that_breaks_off_is_no_reply_and_is_handed_back(site: Site) -> None:
    parent = [site.plant(f"Number {n}.") for n in range(12)][-1]
    whole = urlencode({**GUEST, "comment": "PRECIOUS words", "parent": str(parent)}).encode()
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, content_type=FORM,
        input_stream=io.BytesIO(whole[:-1]),
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(whole))},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "PRECIOUS words" in kept(answer.text)
    assert len(site.stored()) == 12


def test_parts_that_are_too_many_are_handed_back(site: Site) -> None:
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, content_type="multipart/form-data",
        data={**GUEST, "comment": "PRECIOUS", **{f"f{n}": "x" for n in range(1_100)}},
    )  # fmt: skip
    assert answer.status_code == 413
    assert any("PRECIOUS" in text for text in kept(answer.text))


def test_what_is_no_form_is_handed_back_where_the_story_was_withdrawn(site: Site) -> None:
    with change(site.app, site.story) as post:
        post.state = PostState.WITHDRAWN
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, content_type="text/plain", data=b"PRECIOUS"
    )
    assert answer.status_code == 403
    assert any("PRECIOUS" in text for text in kept(answer.text))


UNREADABLE: dict[str, tuple[str, bytes]] = {
    "no UTF-8": (FORM, b"author=Mira&comment=PRECIOUS+caf\xe9"),
    "plain text": ("text/plain", b"comment=PRECIOUS"),
    "JSON": ("application/json", b'{"comment": "PRECIOUS"}'),
    "parts without a boundary": ("multipart/form-data", b'name="comment"\r\n\r\nPRECIOUS'),
    "parts that break off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="comment"\r\n\r\nPRECIOUS',
    ),
    "a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="comment"; filename="c"\r\n\r\nPRECIOUS'
        b"\r\n--x--\r\n",
    ),
}


@pytest.mark.parametrize(("kind", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_form_that_can_be_read_is_handed_back(
    site: Site, kind: str, body: bytes
) -> None:
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, content_type=kind, data=body
    )
    assert answer.status_code == 400
    assert any("PRECIOUS" in text for text in kept(answer.text))
    assert site.stored() == []


# Addresses


@pytest.mark.parametrize("path", [f"/comments/{'9' * 19}", "/12345/", "/2026/123/", "/2026/1/"])
def test_a_number_that_no_row_has_gets_the_blogs_own_page(site: Site, path: str) -> None:
    answer = site.host.get(path)
    assert answer.status_code == 404
    assert all_of(tree(answer.text), "div", class_="nb")


def test_the_address_of_a_comment_to_come_shows_no_page_that_could_be_kept(
    open_site: OpenSite,
) -> None:
    site = open_site(
        NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60, NEWSBLOG_HOLD_GUESTS=False
    )
    root = site.plant()
    ahead = site.article(f"?replies={root}&comment={root + 1}")
    assert (ahead.status_code, "public" in ahead.headers.get("Cache-Control", "")) == (302, False)
    site.send(parent=str(root))
    place = site.host.get(f"/comments/{root + 1}").location
    assert shown(site.go(place).text) == [root, root + 1]


def test_a_published_comment_is_seen_at_both_addresses_of_its_blog(open_site: OpenSite) -> None:
    site = open_site(
        NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60, NEWSBLOG_HOLD_GUESTS=False
    )
    site.app._got_first_request = False
    site.app.register_blueprint(site.app.blueprints["news"], url_prefix="/also", name="also")
    path = site.article().request.path.removeprefix("/news")
    there = f"/also{path}"
    visitor = site.client()
    assert shown(visitor.get(there).text) == []
    site.send()
    assert len(shown(visitor.get(there).text)) == 1


# Who may reply


def close(site: Site) -> None:
    with change(site.app, site.story) as post:
        post.replies_open = False


def test_a_closed_story_says_so_with_comments_and_without(site: Site) -> None:
    close(site)
    for _ in range(2):
        for page in (site.article(), site.host.get(site.reply_path)):
            assert page.status_code == 200
            assert "Replies to this story are closed." in words(tree(page.text))
            assert not list(tree(page.text).iter("textarea"))
        site.plant()


def test_where_only_members_reply_members_find_the_form_and_others_the_reason(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_REPLY_NEEDS_SIGN_IN=True)
    html = site.article().text
    assert "Only people who are signed in can reply." in words(tree(html))
    assert "Replies to this story are closed." not in words(tree(html))
    (link,) = links(html, "Leave a Reply")
    member = site.client("Nora")
    assert "Signed in as Nora" in words(tree(site.go(link, member).text))
    guest = site.go(link)
    assert guest.status_code == 200
    assert "Only people who are signed in can reply." in words(tree(guest.text))
    assert not list(tree(guest.text).iter("textarea"))


def test_who_signs_in_to_answer_a_comment_comes_back_to_it(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_NEEDS_SIGN_IN=True, NEWSBLOG_LOGIN_ENDPOINT="sign_in")
    site.app.add_url_rule("/sign-in", "sign_in", lambda: "")
    parent = site.plant()
    answer = site.host.get(f"{site.reply_path}?to={parent}")
    assert answer.status_code == 302
    assert answer.location == f"/sign-in?next=/news/replies/{site.story.id}?to%3D{parent}"
    assert answer.headers["Cache-Control"] == "no-store"


# Where it comes from


def test_the_page_that_asks_shows_under_whose_name_it_would_be_posted(site: Site) -> None:
    signed_in = site.send(client=site.client("Nora"), headers=FOREIGN)
    assert "Signed in as Nora" in words(tree(signed_in.text))
    page = tree(site.send(headers=FOREIGN, url="https://casino.example").text)
    for name, value in {**GUEST, "url": "https://casino.example"}.items():
        (field,) = all_of(page, "input", name=name)
        assert field.get("value") == value
        assert field.get("type") != "hidden"


def test_the_page_that_asks_says_that_the_comment_answered_is_gone(site: Site) -> None:
    page = site.send(headers=FOREIGN, parent="99999")
    assert page.status_code == 403
    assert "The comment you were replying to is no longer there." in words(tree(page.text))
    assert SAID in kept(page.text)


def test_a_planted_cookie_confirms_nothing(site: Site) -> None:
    attacker, victim = site.client(), site.client()
    page = site.send(client=attacker, headers=FOREIGN)
    token = all_of(tree(page.text), "input", name="csrf_token")[0].get("value", "")
    secure = {"base_url": f"https://{site.host.server}", "headers": FOREIGN}
    asked = attacker.post(f"{site.host.prefix}{site.reply_path}", data={"comment": "x"}, **secure)
    (cookie,) = asked.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-newsblog_confirm=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    planted = attacker.get_cookie("newsblog_confirm", path=f"{site.host.prefix}{site.reply_path}")
    assert planted is not None
    victim.set_cookie("newsblog_confirm", planted.value, domain=site.host.server)
    answer = victim.post(
        f"{site.host.prefix}{site.reply_path}",
        data={**GUEST, "comment": SAID, "csrf_token": token},
        **secure,
    )
    assert answer.status_code == 403
    assert site.stored() == []


def test_behind_a_proxy_of_this_machine_that_nobody_told_of_writers_need_not_pause(
    open_site: OpenSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    outside = {**SAME, "X-Forwarded-For": "203.0.113.7"}
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            answer = site.send(f"Number {number}", headers=outside, address="127.0.0.1")
            assert answer.status_code == 303
    (message,) = (m for m in caplog.messages if "proxy" in m)
    assert "ProxyFix" in message
    assert [comment.address_digest for comment in site.stored()] == [None] * 3
    assert site.send("A", address="127.0.0.1").status_code == 303
    assert site.send("B", address="127.0.0.1").status_code == 429


# Databases


def test_every_letter_is_kept_in_a_database_that_knows_few_by_itself(open_site: OpenSite) -> None:
    if not SERVERS["mariadb"]:
        skip_or_fail("mariadb", "no NEWSBLOG_TEST_MARIADB_URI names a server")
    base = sa.make_url(SERVERS["mariadb"])
    url = base.set(database=f"{base.database}_latin")
    admin = sa.create_engine(base, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {url.database} CHARACTER SET latin1"))
    try:
        engine = sa.create_engine(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        site = open_site(uri=url.render_as_string(hide_password=False))
        assert site.send("Lovely 👍", author="Zoë 🐟").status_code == 303
        (comment,) = site.stored()
        assert (comment.body, comment.author_name) == ("Lovely 👍", "Zoë 🐟")
        with site.app.app_context():
            session().remove()
            site.app.extensions["sqlalchemy"].engine.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {url.database}"))
        admin.dispose()


def test_a_moderator_on_plain_sqlite_locks_the_story_before_looking(
    open_site: OpenSite, tmp_path: Any
) -> None:
    uri = f"sqlite:///{tmp_path}/blog.sqlite?timeout=0"
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    engine.dispose()
    site = open_site(uri=uri)
    number = site.plant(state=HELD)
    refused: list[str] = []

    def approve_too(session: Any, *more: Any) -> None:
        other = sa.create_engine(uri)
        try:
            with other.begin() as connection:
                connection.execute(sa.update(Comment).values(state=PUBLISHED))
        except sa.exc.OperationalError as error:
            refused.append(str(error.orig))
        other.dispose()

    with site.app.app_context():
        sa.event.listen(session().registry(), "before_flush", approve_too)
        comment = session().get(Comment, number)
        assert comment is not None
        assert decide(comment, PUBLISHED, site.clock())
        session().commit()
    assert set(refused) == {"database is locked"}
    assert site.counters() == site.recount() == (1, 0)
