"""The history of a story: who wrote what and when, two side by side, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import event

from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry
from flask_newsblog.people import Role

from ..hosts import Host, plain, write_story
from .desks import hidden, sign_in
from .test_autosave import autosave, rows
from .test_two_at_once import BODY, begin, opened, saved


def save(browser: FlaskClient, address: str, **fields: str) -> None:
    assert browser.post(address, data=opened(browser, address) | fields).status_code == 303


def test_all_that_was_saved_or_kept_is_listed(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    save(ben, address, body="Other words.")
    autosave(ann, address, opened(ann, address), body="Half a st")
    page = ann.get(f"{address}revisions/").text
    assert page.index("No. 3") < page.index("No. 2") < page.index("No. 1")
    for words in ("Not saved yet", "Ben Cole", "The newest", "What readers see, or would"):
        assert words in page
    assert 'aria-current="page">History' in page


def test_a_revision_is_compared_with_what_was_before_it_word_by_word(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    save(ann, address, body=BODY.replace("late", "back"), title="High tide")
    page = ann.get(f"{address}revisions/2").text
    assert "What is different from no. 1" in page
    assert '<del><span class="nb-hidden">[taken out: </span>late' in page
    assert '<ins><span class="nb-hidden">[added: </span>back' in page
    assert "[taken out: </span>Low<" in page
    assert "<h4>Headline</h4>" in page
    assert "<h4>Tags</h4>" not in page
    backwards = ann.get(f"{address}revisions/1?with=2").text
    assert '<ins><span class="nb-hidden">[added: </span>late' in backwards
    assert ann.get(f"{address}revisions/9").status_code == 404
    assert ann.get(f"{address}revisions/1?with=9").status_code == 404


def test_what_was_kept_beside_is_compared_with_what_it_began_with(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    form = opened(ben, address)
    save(ann, address, body=BODY.replace("late", "back"))
    assert ben.post(address, data=form | {"body": BODY.replace("late", "lost")}).status_code == 409
    assert "What is different from no. 1" in ben.get(f"{address}revisions/3").text


def test_what_was_is_brought_back_and_nothing_is_lost(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    save(ann, address, body="Other words.")
    first = f"{address}revisions/1"
    answer = ann.post(first, data=hidden(ann.get(first).text))
    assert answer.status_code == 303
    page = ann.get(answer.location).text
    assert "The story says again what it said in no. 1." in page
    assert "From revision 1" in page
    assert f'href="{address}revisions/2"' in page
    assert saved(host).body == BODY
    assert [r.content["body"] for r in rows(host)] == [BODY, "Other words.", BODY]
    with host.app.app_context():
        told = session().query(AuditEntry).filter_by(verb="restore").one()
        assert (told.person_name, told.detail) == ("Ann Lee", "1")


def test_who_saves_while_another_looks_at_the_history_is_not_overwritten(host: Host) -> None:
    ann, ben = sign_in(host, "Ann Lee"), sign_in(host, "Ben Cole")
    address = begin(ann)
    save(ann, address, body="Other words.")
    first = f"{address}revisions/1"
    form = hidden(ann.get(first).text)
    save(ben, address, body="Newer words.")
    answer = ann.post(first, data=form)
    assert answer.status_code == 409
    assert "Ben Cole saved this story while you looked" in answer.text
    assert saved(host).body == "Newer words."
    assert ann.post(first, data=hidden(answer.text)).status_code == 303


def test_a_token_that_is_too_old_brings_the_page_again(host: Host) -> None:
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    save(ann, address, body="Other words.")
    answer = ann.post(f"{address}revisions/1", data={"csrf_token": "stale", "base": "2"})
    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert ann.post(f"{address}revisions/1", data=hidden(answer.text)).status_code == 303


def test_of_a_story_that_is_out_readers_see_nothing_of_what_is_brought_back(host: Host) -> None:
    post = write_story(host.app, "Low tide", body=BODY)
    ann = sign_in(host, "Ann Lee")
    address = f"/news/newsroom/posts/{post.id}/"
    save(ann, address, body="Other words.")
    save(ann, address, body="More words.")
    second = f"{address}revisions/2"
    assert ann.post(second, data=hidden(ann.get(second).text)).status_code == 303
    assert saved(host).body == BODY
    assert "Other words." in ann.get(address).text


def test_a_writer_sees_the_history_of_their_own_stories_alone(host: Host) -> None:
    ann, writer = sign_in(host, "Ann Lee"), sign_in(host, "Cy Dale", Role.CONTRIBUTOR)
    own, other = begin(writer, slug="own", title="Own"), begin(ann)
    assert writer.get(f"{own}revisions/").status_code == 200
    for path in ("revisions/", "revisions/1"):
        assert writer.get(other + path).status_code == 403


def test_a_long_history_is_paged_with_the_same_few_statements(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    ann = sign_in(host, "Ann Lee")
    address = begin(ann)
    counts, found = [], []
    for most in (2, 60):
        for n in range(len(found), most):
            save(ann, address, body=f"Words {n}.")
            found.append(n)
        with host.app.app_context():
            engine = session().get_bind()
        seen: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *a, s=seen: s.append(a[2]))
        page = ann.get(f"{address}revisions/")
        counts.append(len(seen))
        assert page.status_code == 200
    assert counts[0] == counts[1] <= 8, counts
    assert page.text.count("<tr>") == 51
    older = ann.get(f"{address}revisions/?before=12").text
    assert "No. 11" in older
    assert "No. 12" not in older
