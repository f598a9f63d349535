"""What readers report to the desk: privately, once each, and never at the cost of their words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from flask_newsblog.comments.moderation import Moderator, Verb, decide
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentChange, CommentState

from ..hosts import change, csrf_before
from .conftest import OpenSite
from .readers import FOREIGN, Site, all_of, comment_on, kept, links, shown, tree, words
from .reporting import WHY, by_readers, comment_now, press, report, report_error, token_in, told

HELD, PUBLISHED, REJECTED, SPAM = (
    CommentState.HELD, CommentState.PUBLISHED, CommentState.REJECTED, CommentState.SPAM,
)  # fmt: skip


# What readers see


def test_under_each_comment_stands_a_way_to_report_it_that_says_whose_it_is(site: Site) -> None:
    number = site.plant(name="Ove <Lind>")
    shown_there = comment_on(site.article().text, number)
    (link,) = all_of(shown_there, "a", aria_label="Report the comment by Ove <Lind>")
    assert link.get("href") == f"/news/comments/{number}/report"
    assert link.get("rel") == "nofollow"
    page = site.go(link.get("href") or "")
    assert "Planted." in words(tree(page.text))
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["X-Frame-Options"] == "DENY"


def test_what_nobody_else_sees_has_no_link_to_report_it(site: Site) -> None:
    parent = site.plant()
    site.plant(parent=parent)
    site.judge(parent, SPAM)
    page = site.article().text
    assert all_of(comment_on(page, parent), "a") == []
    waiting = site.go(site.send().location).text
    (own,) = all_of(tree(waiting), "li", class_="nb-waiting")
    assert links(waiting, "Report")
    assert all_of(own, "a", class_="nb-report") == []


def test_a_report_is_thanked_for_and_shown_to_no_reader(site: Site) -> None:
    number = site.plant()
    before = site.article().text
    answer = report(site, number, text=WHY, email="ove@example.org")
    assert answer.status_code == 303
    assert "Thank you" in site.go(answer.location).text
    (stored,) = told(site)
    assert (stored.reason, stored.text, stored.email) == ("abuse", WHY, "ove@example.org")
    assert (stored.comment_id, stored.post_id, stored.blog) == (number, site.story.id, "news")
    assert comment_now(site, number).report_count == 1
    assert site.article().text == before


def test_an_error_in_the_story_is_told_to_the_desk_alone(site: Site) -> None:
    before = site.article().text
    (address,) = links(before, "Report an error in this story")
    assert address == f"/news/corrections/report/{site.story.id}"
    answer = report_error(site)
    assert answer.status_code == 303
    assert "Thank you" in site.go(answer.location).text
    (stored,) = told(site)
    assert (stored.reason, stored.comment_id, stored.text) == ("error", None, WHY)
    assert site.article().text == before


# Refusals, and the words


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"reason": ""}, 422),
        ({"reason": "error"}, 422),
        ({"reason": "nonsense"}, 422),
        ({"email": "no address"}, 422),
        ({"text": WHY + "x" * 2_000}, 422),
        ({"csrf_token": ""}, 400),
        ({"csrf_token": "made up"}, 400),
    ],
    ids=str,
)
def test_a_report_that_is_not_taken_keeps_its_words(
    site: Site, fields: dict[str, str], status: int
) -> None:
    number = site.plant()
    data = {"reason": "spam", "text": WHY, **fields}
    answer = report(site, number, **data)
    assert answer.status_code == status
    assert data["text"] in "".join(kept(answer.text))
    assert len(all_of(tree(answer.text), "div", role="alert")) == 1
    assert told(site) == []
    # And the page that came can be sent.
    assert token_in(answer.text)


def test_an_error_has_to_be_named(site: Site) -> None:
    for nothing in ("", " \n\t", "\u200b"):
        assert report_error(site, nothing, email="ove@example.org").status_code == 422
    long = report_error(site, "x" * 5_001)
    assert long.status_code == 422
    assert "x" * 5_001 in "".join(kept(long.text))
    assert report_error(site, "x" * 5_000).status_code == 303


def test_a_foreign_page_cannot_report(open_site: OpenSite) -> None:
    for site in (open_site(), open_site(csrf_before)):
        number = site.plant()
        for path in (f"/comments/{number}/report", f"/corrections/report/{site.story.id}"):
            answer = site.host.open(
                path, method="POST", headers=FOREIGN, data={"reason": "spam", "text": WHY}
            )
            assert answer.status_code == 400
            assert WHY in "".join(kept(answer.text))
        assert told(site) == []
        assert comment_now(site, number).report_count == 0


@pytest.mark.parametrize("state", [HELD, REJECTED, SPAM, None])
def test_what_readers_do_not_see_is_as_if_it_never_was(
    site: Site, state: CommentState | None
) -> None:
    number = site.plant()
    visitor = site.client()
    token = token_in(site.host.get(f"/comments/{number}/report", client=visitor).text)
    if state is HELD:
        number = site.plant(state=HELD)
    elif state is not None:
        site.judge(number, state)
    else:
        number = 999_999
    path = f"/comments/{number}/report"
    nowhere = site.host.get("/no/such/page")
    assert site.host.get(path).status_code == 404
    assert site.host.get(path).text == nowhere.text
    data = {"csrf_token": token, "reason": "spam", "text": WHY}
    answer = site.host.open(path, client=visitor, method="POST", data=data)
    assert answer.status_code == 404
    assert WHY in kept(answer.text)[0]
    assert told(site) == []


def test_comments_of_a_story_that_readers_do_not_see_cannot_be_reported(site: Site) -> None:
    number = site.plant()
    with change(site.app, site.story) as stored:
        stored.published_at = site.clock().replace(year=2027)
    assert site.host.get(f"/comments/{number}/report").status_code == 404
    assert site.host.get(f"/corrections/report/{site.story.id}").status_code == 404


def test_a_body_larger_than_any_report_is_refused_with_its_beginning(site: Site) -> None:
    path = f"/corrections/report/{site.story.id}"
    answer = site.host.open(path, method="POST", data={"text": "Beginning. " * 20_000})
    assert answer.status_code == 413
    assert kept(answer.text)[0].startswith("Beginning. ")


def test_servers_that_end_bodies_themselves_show_the_forms(site: Site) -> None:
    # As waitress and gunicorn do, with every request.
    ended = {"wsgi.input_terminated": True}
    for path in (f"/comments/{site.plant()}/report", f"/corrections/report/{site.story.id}"):
        assert site.host.open(path, environ_overrides=ended).status_code == 200


# Once each, and not too many


def test_a_household_reports_a_comment_once(site: Site) -> None:
    number = site.plant()
    for address in ("203.0.113.9", "203.0.113.9"):
        assert report(site, number, address=address).status_code == 303
    site.clock.advance(days=3)
    assert report(site, number, address="203.0.113.9").status_code == 303
    for address in ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1"):
        assert report(site, number, address=address).status_code == 303
    assert len(told(site)) == 2
    assert comment_now(site, number).report_count == 2


def test_a_home_with_many_networks_is_one_household(site: Site) -> None:
    number = site.plant()
    for network in range(5):
        address = f"2001:db8:7:ab{network:02x}::1"
        assert report(site, number, address=address).status_code == 303
    assert len(told(site)) == 1
    assert comment_now(site, number).state == PUBLISHED
    report(site, number, address="2001:db8:7:ac00::1")
    assert len(told(site)) == 2


def test_a_person_reports_a_comment_once_from_wherever(site: Site) -> None:
    number, other = site.plant(), site.plant()
    for address in ("203.0.113.9", "198.51.100.7"):
        assert report(site, number, client=site.client("Ann"), address=address).status_code == 303
    assert report(site, other, client=site.client("Ann")).status_code == 303
    assert [row.comment_id for row in told(site)] == [number, other]
    for row in told(site):
        assert "Ann" not in repr(row.address_digest)


def test_a_flood_of_reports_is_stopped_and_keeps_its_words(site: Site) -> None:
    numbers = [site.plant() for _ in range(12)]
    answers = [report(site, number, text=WHY) for number in numbers]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) == 3600
    assert WHY in kept(answers[-1].text)[0]
    assert report_error(site).status_code == 429
    assert len(told(site)) == 10
    assert report(site, numbers[-1], address="198.51.100.7").status_code == 303
    site.clock.advance(hours=1)
    assert report(site, numbers[-1]).status_code == 303


# Holding


def test_several_reports_hold_a_comment_that_nobody_has_looked_at(site: Site) -> None:
    number = site.plant()
    by_readers(site, number, 2)
    assert shown(site.article().text) == [number]
    by_readers(site, number, 1, first=3)
    assert comment_now(site, number).state == HELD
    assert comment_now(site, number).reviewed_at is None
    assert shown(site.article().text) == []
    assert site.counters() == site.recount() == (0, 1)
    with site.app.app_context():
        (noted,) = session().scalars(select(CommentChange))
        assert (noted.verb, noted.person_name, noted.person_id) == ("hold", "", None)
        assert (noted.before["state"], noted.after["state"]) == ("published", "held")
        assert noted.note == "was reported by several readers"


def test_a_comment_that_staff_approved_stays(site: Site) -> None:
    number = site.plant()
    with site.app.app_context():
        comment = session().get(Comment, number)
        assert comment is not None
        comment.reviewed_at = site.clock()
        session().commit()
    by_readers(site, number, 5)
    assert comment_now(site, number).state == PUBLISHED
    assert comment_now(site, number).report_count == 5


def test_what_staff_approved_when_readers_saw_it_already_stays_too(site: Site) -> None:
    number = site.plant()
    by_readers(site, number, 1)
    with site.app.app_context():
        comment = session().get(Comment, number)
        assert comment is not None
        settings = site.app.extensions["newsblog"]["news"].settings
        by = Moderator("7", "Edith")
        done = decide(settings, [comment], Verb.APPROVE, by, site.clock())
        session().commit()
        assert done.changed == ()
    by_readers(site, number, 5, first=2)
    assert comment_now(site, number).state == PUBLISHED


def test_a_comment_by_the_staff_stays(site: Site) -> None:
    site.send(client=site.client("Edith"))
    (comment,) = site.stored()
    assert (comment.badge, comment.state) == ("staff", PUBLISHED)
    by_readers(site, comment.id, 5)
    assert comment_now(site, comment.id).state == PUBLISHED


def test_reports_that_were_dealt_with_do_not_hold(site: Site) -> None:
    number = site.plant()
    by_readers(site, number, 2)
    press(site, told(site)[-1].id, "close")
    by_readers(site, number, 2, first=3)
    assert comment_now(site, number).state == PUBLISHED
    by_readers(site, number, 1, first=5)
    assert comment_now(site, number).state == HELD


def test_a_setting_of_nought_holds_nothing(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPORTS_TO_HOLD=0)
    number = site.plant()
    by_readers(site, number, 5)
    assert comment_now(site, number).state == PUBLISHED
