"""The host's own way to send mail: into a folder, so that nothing leaves this machine."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from pathlib import Path

from flask import current_app
from werkzeug.utils import secure_filename


def keep_mail(message: EmailMessage) -> None:
    """The blogs' hook: write a mail to ``instance/mail``, and its HTML beside it.

    The ``.eml`` opens in a mail program, the ``.html`` in a browser.
    """
    folder = Path(current_app.instance_path, "mail")
    folder.mkdir(parents=True, exist_ok=True)
    # Named by its Message-ID too: one that is sent once more is the same file.
    mark = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:8]
    whom = str(message["To"]).replace("@", " at ")[:40]
    name = secure_filename(f"{whom} {str(message['Subject'])[:60]} {mark}")
    html = message.get_body(("html",))
    if html is not None:
        folder.joinpath(f"{name}.html").write_text(html.get_content(), encoding="utf-8")
    folder.joinpath(f"{name}.eml").write_bytes(message.as_bytes())
