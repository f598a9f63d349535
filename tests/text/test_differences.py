"""What has changed in a text is told in words."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.text.differences import Piece, differences
from flask_newsblog.text.matching import MOST_PAIRS, Matcher

texts = st.text(st.sampled_from("ab c.\n"), max_size=60) | st.text(max_size=40)


def marked(old: str, new: str) -> str:
    signs = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(signs[piece.kind].format(piece.text) for piece in differences(old, new))


def test_a_word_that_was_changed_is_told_alone() -> None:
    assert marked("The ferry is late.", "The ferry is back.") == "The ferry is [-late][+back]."


def test_words_that_were_added_or_went_are_told() -> None:
    assert marked("The ferry is back.", "The old ferry is back.") == "The [+old ]ferry is back."
    assert marked("The old ferry is back.", "The ferry is back.") == "The [-old ]ferry is back."


def test_words_side_by_side_are_one_change() -> None:
    assert (
        marked("It sails at nine today from here.", "It sails past ten today from here.")
        == "It sails [-at nine][+past ten] today from here."
    )


def test_a_passage_that_was_written_anew_is_shown_whole() -> None:
    old, new = "Nobody saw the boats in the fog.", "Mira Holt counts gulls for a living."
    assert marked(old, new) == f"[-{old}][+{new}]"


def test_a_paragraph_that_was_moved_goes_here_and_comes_there() -> None:
    first, second = "The ferry is back.\n\n", "Nobody saw the boats.\n\n"
    third = "The council meets on Monday.\n\n"
    told = differences(first + second + third, second + third + first)
    assert told == (
        Piece("removed", first), Piece("same", second + third), Piece("added", first),
    )  # fmt: skip


def test_nothing_changed_is_one_piece_and_nothing_at_all_is_none() -> None:
    assert differences("The ferry.", "The ferry.") == (Piece("same", "The ferry."),)
    assert differences("", "") == ()
    assert differences("", "New.") == (Piece("added", "New."),)


@given(texts, texts)
def test_the_pieces_make_up_both_texts(old: str, new: str) -> None:
    told = differences(old, new)
    assert "".join(p.text for p in told if p.kind != "added") == old
    assert "".join(p.text for p in told if p.kind != "removed") == new
    assert all(p.text for p in told)
    assert all(one.kind != other.kind for one, other in pairwise(told))


def test_a_hostile_text_is_compared_within_bounds() -> None:
    for old, new in (
        (["a\n"] * 50_000, ["b\n", "a\n"] * 25_000),
        (["a", " "] * 50_000, [" ", "b", "a"] * 33_000),
        ([str(n % 700) for n in range(100_000)], [str(n % 701) for n in range(100_000)]),
        ([str(n) for n in range(30_000)], [str(n) for n in reversed(range(30_000))]),
    ):
        matcher = Matcher(old, new)
        matcher.matches()
        assert matcher.compared <= MOST_PAIRS
