"""Each kind of mail made and sent once, and the pages behind its links opened."""

from __future__ import annotations

import re

from flask_newsblog.comments import tokens
from flask_newsblog.database import utcnow
from flask_newsblog.models import CommentState, Post

from ..comments.readers import Site
from ..hosts import Clock, Host
from .servers import approve, write


def send_every_kind_of_mail(host: Host, story: Post) -> None:
    """Have each kind of mail drawn, and open the pages that only mails lead to."""
    site = Site(host, Clock(utcnow()), story)
    mine = write(site, state=CommentState.PUBLISHED, confirmed=True, subscribe=True)
    write(site, "A reply", parent=mine, email="", state=CommentState.PUBLISHED)
    approve(site, write(site, "Approved", person="7"))
    held = write(site, "Held", email="tom@example.org")
    sent = host.run("send-mail", "--blog", host.name)
    assert sent.exit_code == 0, sent.output
    kinds = {line.split()[1] for line in sent.output.splitlines() if line.endswith("sent")}
    assert kinds == {"confirm", "published", "queue", "reply"}, sent.output
    keys = [str(host.app.secret_key)]
    stop = tokens.stopping_token(keys, "news", "mira@example.org", 0, utcnow())
    judge = tokens.judging_token(keys, "news", held, "approve", 0, utcnow())
    for path in (f"/replies/unsubscribe/{stop}", f"/newsroom/comments/by-link/{judge}"):
        page = host.get(path)
        assert page.status_code == 200, path
        assert re.search(r'<form method="post">.*<button', page.text)
