"""Who gets mail, and of what: nobody more than once, and nothing that is not true any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flask_newsblog.comments import addresses, notify
from flask_newsblog.comments import outbox as rows
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, MailAddress, PostState
from flask_newsblog.models import Post as Story

from ..comments.guests import press
from ..comments.readers import Site, links
from .servers import (
    BASE,
    MODERATOR,
    Post,
    approve,
    html_of,
    outbox,
    path_in,
    states,
    tell,
    text_of,
    urls_in,
    write,
)

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
OWN = "Your comments here"
VICTIM = "victim@example.org"


def send(site: Site, code: int = 0) -> str:
    """Send what is due."""
    done = site.host.run("send-mail")
    assert done.exit_code == code, done.output
    return str(done.output)


def put_story(site: Site, state: PostState) -> None:
    """Take the story from the readers, or put it before them again."""
    with site.app.app_context():
        story = session().get(Story, site.story.id)
        assert story is not None
        story.state = state
        session().commit()


def to(server: Post, address: str) -> list[str]:
    """The subjects of what arrived for somebody."""
    return [str(m["Subject"]) for m in server.taken if m["To"] == address]


def test_nothing_is_stored_while_there_is_no_address_to_send_from(
    mailing: Callable[..., Site],
) -> None:
    site = mailing(NEWSBLOG_MAIL_FROM="")
    write(site)
    assert outbox(site) == []
    assert "NEWSBLOG_MAIL_FROM" in send(site, 1)


# Is this address yours?


def test_what_others_wrote_under_an_address_is_shown_only_once_it_is_confirmed(
    site: Site, server: Post
) -> None:
    write(site, "Mine.", state=PUBLISHED)
    write(site)
    send(site)
    (mail,) = (m for m in server.taken if m["To"] == "mira@example.org")
    own = "/replies/mine/"
    assert own not in text_of(mail) + html_of(mail)
    link = path_in(mail, "/replies/confirm/")
    page = site.host.get(link).text
    assert own not in page
    assert press(site, link).status_code == 303
    (path,) = {found.partition("/news")[2] for found in links(site.host.get(link).text, OWN)}
    assert "Mine." in site.host.get(path).text


def test_a_guest_whose_reply_waits_is_asked_whether_the_address_is_theirs(
    site: Site, server: Post
) -> None:
    write(site, "First line.\n\nSecond line.")
    send(site)
    (mail,) = [m for m in server.taken if m["To"] == "mira@example.org"]
    assert mail["Subject"] == "Did you comment on “The ferry is back”?"
    text = text_of(mail)
    assert "> First line.\n> Second line." in text
    assert "The Harbour Bulletin" in text
    assert f"{BASE}/news/2026/05/04/the-ferry-is-back/" in text
    assert len(urls_in(text, "/replies/confirm/")) == 1
    assert len(urls_in(text, "/replies/unsubscribe/")) == 1
    assert set(urls_in(text)) == set(urls_in(html_of(mail)))


def test_the_link_in_that_mail_shows_that_the_address_is_theirs(site: Site, server: Post) -> None:
    write(site, subscribe=True)
    send(site)
    (mail,) = [m for m in server.taken if m["To"] == "mira@example.org"]
    assert "when somebody replies" in text_of(mail)
    assert site.host.get(path_in(mail, "/replies/confirm/")).status_code == 200


def test_fifty_comments_that_name_a_victims_address_make_one_mail(site: Site, server: Post) -> None:
    for number in range(50):
        ways = (VICTIM, VICTIM.upper(), f"victim+{number}@example.org")
        write(site, f"Number {number}", email=ways[number % 3])
    send(site)
    site.clock.advance(days=29)
    write(site, "One more", email=VICTIM)
    send(site)
    assert [m["To"] for m in server.taken if "ictim" in m["To"].lower()] == [VICTIM]


def test_after_thirty_days_an_address_that_did_not_answer_is_asked_again(
    site: Site, server: Post
) -> None:
    for days in (0, 31):
        site.clock.advance(days=days)
        write(site, f"After {days} days", email=VICTIM)
        send(site)
    assert len(to(server, VICTIM)) == 2


def test_whoever_refused_is_never_asked_again(site: Site, server: Post) -> None:
    write(site, email=VICTIM)
    send(site)
    (mail,) = [m for m in server.take() if m["To"] == VICTIM]
    site.host.open(
        path_in(mail, "/unsubscribe/"), method="POST", data={"List-Unsubscribe": "One-Click"}
    )
    site.clock.advance(days=40)
    for email in (VICTIM, VICTIM.upper(), "victim+news@example.org"):
        write(site, f"As {email}", email=email)
    send(site)
    assert {m["To"] for m in server.taken} == {MODERATOR}


def test_whoever_has_confirmed_is_not_asked_again(site: Site, server: Post) -> None:
    write(site, confirmed=True)
    send(site)
    assert to(server, "mira@example.org") == []


def test_people_of_the_host_are_not_asked_at_all(site: Site, server: Post) -> None:
    write(site, person="7")
    send(site)
    assert to(server, "mira@example.org") == []


def test_a_stranger_cannot_have_us_send_links_or_advertisements(site: Site, server: Post) -> None:
    name = "Win at evil.example/now"
    words = "Go to https://evil.example or www.evil.example or evil.example or a@evil.example now"
    write(site, words + " and buy" * 100, email=VICTIM, name=name)
    send(site)
    (mail,) = [m for m in server.taken if m["To"] == VICTIM]
    for body in (text_of(mail), html_of(mail)):
        assert "evil" not in body
        assert {url.partition("/news/")[0] for url in urls_in(body)} == {BASE}
        assert body.count("and buy") < 30


def test_nothing_is_asked_of_a_comment_that_was_found_to_be_spam_meanwhile(
    site: Site, server: Post
) -> None:
    number = write(site, email=VICTIM)
    site.judge(number, CommentState.SPAM)
    assert "nothing to tell" in send(site)
    assert server.taken == []
    assert states(site) == ["dropped", "dropped"]
    # No mail went there, so that the one person who may be asked later is asked.
    write(site, "A real one", email=VICTIM)
    send(site)
    assert len(to(server, VICTIM)) == 1


# It is published


def test_a_writer_who_confirmed_hears_that_their_comment_is_published_and_once_only(
    site: Site, server: Post
) -> None:
    number = write(site, confirmed=True)
    approve(site, number)
    send(site)
    site.judge(number, CommentState.REJECTED)
    approve(site, number)
    send(site)
    assert to(server, "mira@example.org") == ["Your comment on “The ferry is back” is published"]
    (mail,) = [m for m in server.taken if m["To"] == "mira@example.org"]
    assert f"{BASE}/news/comments/{number}" in text_of(mail)
    assert site.host.get(path_in(mail, "/replies/mine/")).status_code == 200


def test_somebody_signed_in_hears_it_too(site: Site, server: Post) -> None:
    approve(site, write(site, person="7", email="ann@host.example"))
    send(site)
    assert len(to(server, "ann@host.example")) == 1


def test_an_address_that_was_only_typed_hears_of_nothing(site: Site, server: Post) -> None:
    approve(site, write(site))
    send(site)
    assert to(server, "mira@example.org") == []


def test_whoever_types_an_address_that_another_confirmed_writes_nobody_a_mail(
    site: Site, server: Post
) -> None:
    write(site, confirmed=True)
    for text in ("One.", "Two.", "Three."):
        approve(site, write(site, text))
    send(site)
    assert to(server, "mira@example.org") == []


def test_nobody_hears_that_a_comment_is_published_which_is_not_any_more(
    site: Site, server: Post
) -> None:
    number = write(site, confirmed=True)
    approve(site, number)
    site.judge(number, CommentState.SPAM)
    send(site)
    assert to(server, "mira@example.org") == []
    assert states(site, "published") == ["dropped"]


def test_a_comment_that_was_taken_back_and_is_published_again_is_told_after_all(
    site: Site, server: Post
) -> None:
    number = write(site, confirmed=True)
    approve(site, number)
    site.judge(number, CommentState.HELD)
    send(site)
    assert states(site, "published") == ["dropped"]
    site.clock.advance(hours=1)
    approve(site, number)
    send(site)
    assert to(server, "mira@example.org") == ["Your comment on “The ferry is back” is published"]
    # Once sent it stays the only one.
    site.judge(number, CommentState.HELD)
    approve(site, number)
    send(site)
    assert len(to(server, "mira@example.org")) == 1


def test_a_comment_published_again_while_its_mail_is_about_to_be_dropped_is_told(
    site: Site, server: Post
) -> None:
    number = write(site, confirmed=True)
    approve(site, number)
    site.judge(number, CommentState.HELD)
    (mail,) = [mail for mail in outbox(site) if mail.kind == "published"]
    with site.app.app_context():
        claim = rows.claim(mail.id, site.clock())
        session().commit()
    assert claim is not None
    approve(site, number)
    with site.app.app_context():
        assert not rows.drop(claim)
        assert not rows.hand(claim, site.clock())
    send(site)
    assert len(to(server, "mira@example.org")) == 1


def test_a_comment_whose_story_is_withdrawn_when_the_mail_goes_is_told_when_it_is_back(
    site: Site, server: Post
) -> None:
    approve(site, write(site, confirmed=True))
    put_story(site, PostState.WITHDRAWN)
    for _ in range(10):
        send(site)
        assert states(site, "published") == ["waiting"]
        site.clock.advance(hours=1)
    put_story(site, PostState.PUBLISHED)
    send(site)
    assert len(to(server, "mira@example.org")) == 1


def test_a_comment_whose_story_does_not_come_back_is_told_to_nobody(
    site: Site, server: Post
) -> None:
    approve(site, write(site, confirmed=True))
    put_story(site, PostState.WITHDRAWN)
    send(site)
    site.clock.advance(days=31)
    assert "nothing to tell" not in site.host.run("send-mail").output
    assert states(site, "published") == ["dropped"]
    assert to(server, "mira@example.org") == []


# Somebody replied


@pytest.fixture
def asked(site: Site) -> int:
    """A comment whose writer asked for mail, and who can be written to."""
    return write(site, state=PUBLISHED, confirmed=True, subscribe=True)


def reply(site: Site, parent: int, text: str, **how: object) -> int:
    return write(site, text, parent=parent, email="", state=PUBLISHED, name="Tom", **how)  # type: ignore[arg-type]


def test_the_first_reply_is_mailed_at_once(site: Site, server: Post, asked: int) -> None:
    number = reply(site, asked, "It was the fog.")
    send(site)
    (mail,) = server.taken
    assert mail["Subject"] == "Tom replied to your comment on “The ferry is back”"
    assert "> It was the fog." in text_of(mail)
    assert f"{BASE}/news/comments/{number}" in text_of(mail)


def test_what_follows_is_collected_until_the_pause_is_over(
    site: Site, server: Post, asked: int
) -> None:
    reply(site, asked, "Number 0")
    send(site)
    server.take()
    for number in range(1, 31):
        reply(site, asked, f"Number {number}")
        site.clock.advance(minutes=1)
        send(site)
    assert server.taken == []
    site.clock.advance(minutes=30)
    send(site)
    (mail,) = server.taken
    assert mail["Subject"] == "New replies to your comment on “The ferry is back”"
    text = text_of(mail)
    assert [f"> Number {n}\n" in text for n in (0, 1, 20, 21)] == [False, True, True, False]
    assert "And 10 more." in text


def test_a_thread_that_grows_by_hundreds_says_how_many(
    site: Site, server: Post, asked: int
) -> None:
    for number in range(notify.MOST_REPLIES + 7):
        reply(site, asked, f"Number {number}")
    send(site)
    (mail,) = server.taken
    assert f"And {notify.MOST_REPLIES + 7 - 20} more." in text_of(mail)


def test_replies_that_are_approved_out_of_order_are_all_told(
    site: Site, server: Post, asked: int
) -> None:
    first = write(site, "The elder.", parent=asked, email="")
    reply(site, asked, "The younger.")
    send(site)
    site.clock.advance(hours=2)
    approve(site, first)
    send(site)
    replies = [text_of(m) for m in server.taken if m["To"] == "mira@example.org"]
    assert ["The younger." in text for text in replies] == [True, False]
    assert ["The elder." in text for text in replies] == [False, True]


def test_a_reply_that_was_taken_back_and_published_again_is_told_once(
    site: Site, server: Post, asked: int
) -> None:
    number = reply(site, asked, "It was the fog.")
    send(site)
    site.clock.advance(hours=2)
    site.judge(number, CommentState.REJECTED)
    approve(site, number)
    send(site)
    assert len(server.taken) == 1


def test_held_replies_are_told_to_nobody(site: Site, server: Post, asked: int) -> None:
    write(site, "Not yet.", parent=asked, email="")
    send(site)
    assert to(server, "mira@example.org") == []


def test_a_reply_that_is_gone_when_the_mail_goes_is_not_told(
    site: Site, server: Post, asked: int
) -> None:
    kept, gone = reply(site, asked, "Kept."), reply(site, asked, "Gone.")
    site.judge(gone, CommentState.SPAM)
    send(site)
    (mail,) = server.take()
    assert "Gone." not in text_of(mail)
    assert "Kept." in text_of(mail)
    site.clock.advance(hours=2)
    other = reply(site, asked, "Gone too.")
    site.judge(other, CommentState.REJECTED)
    send(site)
    assert server.taken == []
    assert kept


def test_a_reply_that_was_away_when_the_mail_went_is_told_when_it_is_back(
    site: Site, server: Post, asked: int
) -> None:
    away = reply(site, asked, "Away for a while.")
    reply(site, asked, "There all the time.")
    site.judge(away, CommentState.HELD)
    send(site)
    assert "Away" not in text_of(server.take()[0])
    site.clock.advance(hours=2)
    site.judge(away, CommentState.PUBLISHED)
    tell(site, away, notify.published)
    send(site)
    (mail,) = server.take()
    assert "Away for a while." in text_of(mail)
    assert "There all the time." not in text_of(mail)
    site.clock.advance(hours=2)
    tell(site, away, notify.published)
    send(site)
    assert server.taken == []


def test_nobody_hears_of_their_own_reply_or_without_having_confirmed(
    site: Site, server: Post
) -> None:
    mine = write(site, state=PUBLISHED, subscribe=True, person="7", email="ann@host.example")
    write(site, "Mine too.", parent=mine, state=PUBLISHED, person="7", email="ann@host.example")
    open_ = write(site, "Another", state=PUBLISHED, subscribe=True, email=VICTIM)
    reply(site, open_, "An answer")
    send(site)
    assert to(server, "ann@host.example") == []
    assert to(server, VICTIM) == ["Did you comment on “The ferry is back”?"]


# Something waits


def test_moderators_hear_at_once_of_what_waits_and_then_after_a_pause(
    site: Site, server: Post
) -> None:
    write(site, "One", email="")
    send(site)
    assert to(server, MODERATOR) == ["1 comment waits – The Harbour Bulletin"]
    for number in range(30):
        write(site, f"Number {number}", email="")
    send(site)
    assert len(server.taken) == 1
    site.clock.advance(hours=1)
    send(site)
    assert to(server, MODERATOR)[1] == "31 comments wait – The Harbour Bulletin"
    text = text_of(server.taken[1])
    assert "Held: for a test" in text
    assert text.count("/newsroom/comments/by-link/") == 60
    assert "11 more wait." in text


def test_each_moderator_hears_of_it(mailing: Callable[..., Site], server: Post) -> None:
    site = mailing(NEWSBLOG_MODERATORS="Ann <ann@a.example>, bob@b.example, ann@a.example")
    write(site, email="")
    send(site)
    assert sorted(m["To"] for m in server.taken) == ["ann@a.example", "bob@b.example"]


def test_moderators_hear_nothing_of_what_was_decided_meanwhile(site: Site, server: Post) -> None:
    number = write(site, email="")
    approve(site, number)
    send(site)
    assert server.taken == []


def test_spam_is_mailed_to_nobody(site: Site, server: Post) -> None:
    number = site.plant(state=CommentState.SPAM)
    for what in (notify.stored, notify.published):
        tell(site, number, what)
    assert outbox(site) == []


def test_what_a_subscriber_was_told_of_is_noted(site: Site, server: Post, asked: int) -> None:
    from flask_newsblog.models import Subscription

    number = reply(site, asked, "It was the fog.")
    send(site)
    with site.app.app_context():
        found = session().query(Subscription).one()
        assert (found.notified_id, found.notified_at) == (number, site.clock())


def test_an_address_is_kept_as_it_is_compared(site: Site) -> None:
    with site.app.app_context():
        addresses.confirm("news", "Mira@Example.org", site.clock())
        assert addresses.is_confirmed("news", "mira@example.org")
        assert not addresses.is_confirmed("other", "mira@example.org")
        addresses.refuse("news", "MIRA@example.org", site.clock())
        assert not addresses.is_confirmed("news", "mira@example.org")
        assert session().query(MailAddress).count() == 1
        addresses.allow("news", "mira@example.org")
        assert addresses.is_confirmed("news", "mira@example.org")
        assert session().query(Comment).count() == 0
