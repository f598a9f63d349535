"""A token is good for its purpose, object and time, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flask_newsblog.comments import tokens

from .readers import NOON

KEYS = ("a secret for tests",)
SECOND = timedelta(seconds=1)

# How each is made for an object and at a moment, how it is read, what it says, how long.
KINDS: dict[str, tuple[Callable[..., str], Callable[..., Any], Any, timedelta]] = {
    "waiting": (
        lambda blog, now: tokens.waiting_token(KEYS, blog, 7, now),
        tokens.read_waiting, (7, False), tokens.WAITING,
    ),
    "own": (
        lambda blog, now: tokens.own_token(KEYS, blog, "a@a.example", now),
        tokens.read_own, "a@a.example", tokens.OWN,
    ),
    "address": (
        lambda blog, now: tokens.address_token(KEYS, blog, 7, "a@a.example", now),
        tokens.read_address, (7, "a@a.example"), tokens.MAILED,
    ),
    "stopping": (
        lambda blog, now: tokens.stopping_token(KEYS, blog, "a@a.example", 3, now),
        tokens.read_stopping, ("a@a.example", 3), tokens.STOPPING,
    ),
    "removed": (
        lambda blog, now: tokens.removed_token(KEYS, blog, "word\thold\tcasino", now),
        tokens.read_removed, "word\thold\tcasino", tokens.WRITING,
    ),
    "judging": (
        lambda blog, now: tokens.judging_token(KEYS, blog, 7, "approve", 4, now, "a@a.example"),
        tokens.read_judging, (7, "approve", 4, "a@a.example"), tokens.MAILED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_says_what_it_was_made_for_until_its_time_is_over(kind: str) -> None:
    make, read, says, lasts = KINDS[kind]
    token = make("news", NOON)
    assert read(KEYS, token, "news", NOON + lasts) == says
    assert read(KEYS, token, "news", NOON + lasts + SECOND) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_good_for_no_other_blog_purpose_or_secret(kind: str) -> None:
    make, read, _, _ = KINDS[kind]
    token = make("news", NOON)
    assert read(KEYS, token, "other", NOON) is None
    assert read(("another secret",), token, "news", NOON) is None
    for other, (_, read_other, _, _) in KINDS.items():
        assert (read_other(KEYS, token, "news", NOON) is None) == (other != kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_was_changed_says_nothing(kind: str) -> None:
    make, read, _, _ = KINDS[kind]
    token = make("news", NOON)
    changed = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in (0, 9, 20)]
    for bad in (*changed, "", ".", token[:-6], f"{token}x", "é", "\0", "[1]", "gASVAAAA.x.y"):
        assert read(KEYS, bad, "news", NOON) is None


def test_a_challenge_says_how_long_somebody_wrote_under_its_story() -> None:
    token = tokens.challenge_token(KEYS, 5, NOON)
    later = NOON + timedelta(seconds=40)
    assert tokens.read_challenge(KEYS, token, 5, later) == timedelta(seconds=40)
    assert tokens.read_challenge(KEYS, token, 6, later) is None
    assert tokens.read_challenge(KEYS, token, 5, NOON + tokens.WRITING + SECOND) is None
    assert tokens.read_challenge(KEYS, "made up", 5, later) is None
