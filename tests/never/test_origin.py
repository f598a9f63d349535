"""A reply is its writer's own: who is signed in is used by nobody else's page.

An import of comments has no origin, and is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, Response

from ..comments.conftest import OpenSite
from ..comments.guests import own_path
from ..comments.readers import FOREIGN, SAID, SAME, Site, kept
from ..comments.test_desk import QUEUE
from ..comments.test_desk import Moderator as Desk
from ..comments.test_origin import confirm, is_confirmation
from ..hosts import csrf_after, csrf_before, plain, with_flask_login
from .ways import HELD, PUBLISHED

HERE, THERE = "http://localhost", "https://evil.example"
NOTHING: dict[str, str] = {}
NORA, GUEST = "Nora", ""
NORMAL, ASKED = "normal", "asked"

# The table of the design: what a browser says, who is signed in, and what happens.
VERDICTS = [
    (SAME, NORA, NORMAL),
    (SAME, GUEST, NORMAL),
    ({"Origin": HERE}, NORA, NORMAL),
    ({"Referer": f"{HERE}/news/"}, NORA, NORMAL),
    (NOTHING, GUEST, NORMAL),
    (NOTHING, NORA, ASKED),
    (FOREIGN, NORA, ASKED),
    (FOREIGN, GUEST, ASKED),
    ({"Origin": THERE}, NORA, ASKED),
    ({"Origin": THERE}, GUEST, ASKED),
    ({"Origin": THERE, "Referer": f"{HERE}/news/"}, NORA, ASKED),
    ({"Referer": f"{THERE}/{HERE}/news/"}, NORA, ASKED),
    ({"Referer": f"{HERE}.evil.example/"}, GUEST, ASKED),
    ({"Sec-Fetch-Site": "none"}, NORA, ASKED),
    ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, NORA, ASKED),
]


def assert_follows(site: Site, headers: dict[str, str], name: str, outcome: str) -> None:
    """What is written in the table happens, and nothing else."""
    answer = site.send(client=site.client(name), headers=headers)
    if outcome == NORMAL:
        assert answer.status_code == 303
        (comment,) = site.stored()
        assert comment.person_id == (f"id of {name}" if name else None)
        assert comment.state == (PUBLISHED if name else HELD)
    else:
        assert is_confirmation(answer)
        assert SAID in kept(answer.text)
        # Under whose name it will stand is said before it does.
        assert name == GUEST or f"Signed in as {name}" in answer.text
        assert site.stored() == []


@pytest.mark.parametrize(("headers", "name", "outcome"), VERDICTS)
def test_every_row_of_the_verdict_table(
    site: Site, headers: dict[str, str], name: str, outcome: str
) -> None:
    assert_follows(site, headers, name, outcome)


@pytest.mark.parametrize("origin", ["null", "NULL", " null "])
@pytest.mark.parametrize(("name", "outcome"), [(NORA, ASKED), (GUEST, NORMAL)])
def test_origin_null_proves_nothing(site: Site, origin: str, name: str, outcome: str) -> None:
    assert_follows(site, {"Origin": origin}, name, outcome)
    if outcome == NORMAL:
        assert "came_from_nowhere" in site.reasons(site.stored()[0].id)


@pytest.mark.parametrize("name", [NORA, GUEST])
@pytest.mark.parametrize("origin", [NOTHING, {"Origin": "http://sub.localhost"}, {"Origin": HERE}])
def test_same_site_is_another_site(site: Site, name: str, origin: dict[str, str]) -> None:
    assert_follows(site, {"Sec-Fetch-Site": "same-site", **origin}, name, ASKED)


@pytest.mark.parametrize("make", [csrf_before, csrf_after], ids=lambda m: m.__name__)
@pytest.mark.parametrize(("headers", "name", "outcome"), VERDICTS[::5])
def test_a_hosts_csrfprotect_before_and_after_us(
    open_site: OpenSite, make: Callable[..., Flask], headers: dict[str, str], name: str,
    outcome: str,
) -> None:  # fmt: skip
    site = open_site(make)
    # The first request that this app gets is a reply.
    assert_follows(site, headers, name, outcome)
    nora = site.client(NORA)
    page = site.send("From elsewhere.", client=nora, headers=FOREIGN)
    assert confirm(site, page.text, nora).status_code == 303

    # The forms that have authority keep their tokens, whatever the host does.
    number = site.stored()[-1].id
    edith = site.client("Edith")
    for path in (f"{QUEUE}act", f"{QUEUE}{number}/edit", f"{own_path(site, number)}/erase"):
        refused = site.host.open(path, client=edith, method="POST", data={"spam": str(number)})
        assert refused.status_code == 400
    desk = Desk(site)
    desk.look(f"{QUEUE}?state=published")
    desk.press(spam=str(number))
    assert site.stored()[-1].state == "spam"


@pytest.mark.parametrize("make", [plain, csrf_before, with_flask_login], ids=lambda m: m.__name__)
def test_the_confirmation_page_is_unframable(
    open_site: OpenSite, make: Callable[..., Flask]
) -> None:
    site = open_site(make)
    own = {"policy": ""}

    @site.app.after_request
    def host(response: Response) -> Response:
        if own["policy"]:
            response.headers["Content-Security-Policy"] = own["policy"]
        return response

    for policy in ("", "default-src 'self'"):
        own["policy"] = policy
        for name in (NORA, GUEST):
            answer = site.send(client=site.client(name), headers=FOREIGN)
            assert is_confirmation(answer)
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert policy or "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"


TOKENS = ("", "x", "a.b", "null", "\0", "x" * 5_000)


def test_an_identity_is_never_used_without_proof(site: Site) -> None:
    nora = site.client(NORA)
    others = site.send(client=site.client("Mallory"), headers=FOREIGN).text
    guests = site.send(headers=FOREIGN).text
    mine = site.send(client=nora, headers=FOREIGN).text
    # Made up, of another, of nobody, of another browser, for another story, and too late.
    for headers in (FOREIGN, NOTHING, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        for token in TOKENS:
            answer = site.send("Forged.", client=nora, headers=headers, csrf_token=token)
            assert is_confirmation(answer)
        for page in (others, guests):
            assert is_confirmation(confirm(site, page, nora, headers))
        assert is_confirmation(confirm(site, mine, site.client(NORA), headers))
    assert site.stored() == []
    site.clock.advance(hours=1, seconds=1)
    assert is_confirmation(confirm(site, mine, nora, FOREIGN))
    assert site.stored() == []
    # Nor does a name in a field make anybody of a guest.
    site.send(author=NORA, email="nora@host.example", person_id="id of Nora", badge="staff")
    (comment,) = site.stored()
    assert (comment.person_id, comment.badge, comment.state) == (None, "", HELD)


def test_a_page_that_another_site_frames_or_leads_to_knows_nobody(site: Site) -> None:
    """What is asked for without a proof is answered alike for all."""
    nora = site.client(NORA)
    assert site.article(client=nora).data == site.article().data
    # The challenge of the form says when it was asked for, and nothing of who asked.
    answer = site.host.get(f"/replies/challenge/{site.story.id}", client=nora)
    assert NORA not in answer.text
    assert "Set-Cookie" not in answer.headers
