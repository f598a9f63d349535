"""Asks an app for pages, counts its statements, and times several in turns."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import create_environ

Call = Callable[[], None]


@dataclass(frozen=True)
class Race:
    """The best time of each runner in milliseconds, and the turns of all."""

    turns: dict[str, list[float]]

    def best(self, name: str) -> float:
        return min(self.turns[name]) * 1000

    def ratio(self, name: str, to: str) -> float:
        """How many times as long as ``to`` it takes."""
        return median(a / b for a, b in zip(self.turns[name], self.turns[to], strict=True))


def answer(app: Flask, path: str) -> bytes:
    """What the app answers, which has to be a page."""
    path, _, query = path.partition("?")
    environ = create_environ(path, "http://bulletin.example", query_string=query)
    status: list[str] = []

    def start_response(line: str, headers: Any, exc_info: Any = None, /) -> Callable[[bytes], None]:
        status.append(line)
        return _write

    response = app(environ, start_response)
    body = b"".join(response)
    response.close()  # type: ignore[attr-defined]
    if status != ["200 OK"]:
        raise RuntimeError(f"{app.name} answered {path} with {status[0]}")
    return body


def request(app: Flask, path: str) -> Call:
    """A function that asks an app for a page and reads it, as a server does."""
    path, _, query = path.partition("?")
    environ = create_environ(path, "http://bulletin.example", query_string=query)

    def start_response(line: str, headers: Any, exc_info: Any = None, /) -> Callable[[bytes], None]:
        return _write

    def ask() -> None:
        response = app(environ.copy(), start_response)
        for _ in response:
            pass
        response.close()  # type: ignore[attr-defined]

    return ask


def _write(data: bytes) -> None:
    raise NotImplementedError("Flask returns its bytes")


def race(runners: dict[str, Call], rounds: int, seconds: float) -> Race:
    """Let each run for some seconds in each round, every other round in the opposite order.

    The garbage collector is on, as in production; what is left over from before a
    round is collected before it.
    """
    calls = {name: _calls_in(seconds, call) for name, call in runners.items()}
    turns: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds):
        gc.collect()
        for name in list(runners) if number % 2 == 0 else reversed(runners):
            turns[name].append(_timed(runners[name], calls[name]))
    return Race(turns)


def _calls_in(seconds: float, call: Call) -> int:
    for _ in range(3):
        call()
    return max(1, round(seconds / max(_timed(call, 3), 1e-6)))


def _timed(call: Call, times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        call()
    # The clock of some machines is too coarse for a single fast call.
    return max(time.process_time() - began, 1e-9) / times


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that an app sends to its database meanwhile."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        found.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
