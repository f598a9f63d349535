"""How long something takes, where a bound in seconds is part of what was promised."""

from __future__ import annotations

import time
from collections.abc import Callable


def least_seconds(work: Callable[[], object], enough: float = 0, rounds: int = 5) -> float:
    """Return the least processor time that some rounds of work took, in seconds.

    A busy machine makes any one round longer, never shorter. The first that took less than
    `enough` ends it.
    """
    least = float("inf")
    for _ in range(rounds):
        before = time.thread_time()
        work()
        least = min(least, time.thread_time() - before)
        if least < enough:
            break
    return least
