"""What tests of reports share: the forms, filled in and sent, and what the desk sees."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import Comment, Report

from .readers import Site, all_of, tree, words

WHY = "This is <b>somebody's</b> address & telephone number."
PAYLOADS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "%(name)s",
    "javascript:alert(1)", "\u202egnp.exe", "\0", "' OR 1=1 --",
)  # fmt: skip


def token_in(html: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found is not None
    return found[1]


def tell(
    site: Site, path: str, *, address: str = "203.0.113.9", client: Any = None, **fields: str
) -> Any:
    """Fill in the form at this address and send it."""
    visitor = client or site.client()
    form = site.host.get(path, client=visitor)
    assert form.status_code == 200, form.text
    data = {"csrf_token": token_in(form.text), **fields}
    return site.host.open(
        path, client=visitor, method="POST", data=data, environ_base={"REMOTE_ADDR": address}
    )


def report(site: Site, number: int, *, reason: str = "abuse", **given: Any) -> Any:
    return tell(site, f"/comments/{number}/report", reason=reason, **given)


def report_error(site: Site, text: str = WHY, **given: Any) -> Any:
    return tell(site, f"/corrections/report/{site.story.id}", text=text, **given)


def told(site: Site) -> list[Report]:
    with site.app.app_context():
        found = list(session().scalars(select(Report).order_by(Report.id)))
        session().expunge_all()
        return found


def comment_now(site: Site, number: int) -> Comment:
    return next(comment for comment in site.stored() if comment.id == number)


def moderator(site: Site) -> FlaskClient:
    return site.client("Edith")


def desk(site: Site, query: str = "") -> Any:
    return site.host.get(f"/newsroom/reports/{query}", client=moderator(site))


def by_readers(site: Site, number: int, count: int, first: int = 1) -> None:
    for house in range(first, first + count):
        assert report(site, number, address=f"203.0.113.{house}").status_code == 303


def press(site: Site, case: int, verb: str, query: str = "", client: Any = None) -> Any:
    """Press one of the buttons under a case."""
    visitor = client or moderator(site)
    token = token_in(site.host.get("/newsroom/reports/", client=visitor).text)
    return site.host.open(
        f"/newsroom/reports/{query}", client=visitor, method="POST",
        data={"csrf_token": token, "case": case, "verb": verb},
    )  # fmt: skip


def cases(html: str) -> list[str]:
    return [words(case) for case in all_of(tree(html), "article", class_="nb-case")]
