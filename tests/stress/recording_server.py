"""A mail server in a process of its own, which writes down what it takes before it says so.

``python -m tests.stress.recording_server PORT FILE``
"""

from __future__ import annotations

import os
import sys
import threading
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller


class Recorder:
    """Appends the Message-ID of each mail to a file, and waits until the disk has it."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        name = str(message_from_bytes(envelope.content)["Message-ID"]).strip()
        os.write(self.file, f"{name}\n".encode())
        os.fsync(self.file)
        return "250 OK"


if __name__ == "__main__":
    Controller(Recorder(sys.argv[2]), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    print("ready", flush=True)
    threading.Event().wait()
