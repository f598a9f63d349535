"""``send-mail`` in processes that die: each line of input starts one, and tells when it ends.

``python -m tests.stress.mortal_mailer URI PORT`` reads lines of two numbers: by how many
seconds the blog's clock is ahead, and after how many lines of Python, in the modules that send
mail, the process kills itself: 0 for never, and below 0 after so many in the moment alone when a
mail is handed over. For each it prints the process's number, and when it is over how it ended.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from types import FrameType
from typing import Any

from flask import Flask

from flask_newsblog.database import utcnow

from ..comments.test_concurrency import like_the_example
from ..hosts import plain
from ..mail.servers import MAIL

# Where a mail is on its way; smtplib is the standard library's.
ON_THE_WAY = (
    "commands/mail.py", "comments/outbox.py", "comments/letters.py", "flask_newsblog/mail.py",
    "smtplib.py",
)  # fmt: skip
HANDING = {"_hand", "data", "sent", "_step"}


def make_app(uri: str, port: int, ahead: float = 0) -> Flask:
    """A site whose clock is so many seconds ahead, so that no claim has to be waited for."""
    make = like_the_example if uri.startswith("sqlite") else plain
    return make(
        uri,
        given={"clock": lambda: utcnow() + timedelta(seconds=ahead)},
        NEWSBLOG_SMTP_HOST="127.0.0.1", NEWSBLOG_SMTP_PORT=port, **MAIL,
    )  # fmt: skip


def die_after(lines: int) -> Any:
    """A tracer that kills its process after so many lines."""
    left = [abs(lines)]

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return count

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        wanted = code.co_filename.endswith(ON_THE_WAY) and (lines > 0 or code.co_name in HANDING)
        return count if wanted else None

    return enter


def run(uri: str, port: int, ahead: float, lines: int) -> int:
    """Send what is due, or as much of it as there is time for."""
    app = make_app(uri, port, ahead)
    if lines:
        sys.settrace(die_after(lines))
    return app.test_cli_runner().invoke(args=["newsblog", "send-mail"]).exit_code


if __name__ == "__main__":
    for line in sys.stdin:
        ahead, lines = line.split()
        child = os.fork()
        if not child:
            os._exit(run(sys.argv[1], int(sys.argv[2]), float(ahead), int(lines)))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
