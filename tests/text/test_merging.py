"""What comes of two texts that were made of one."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.text.merging import Marks, has_both, merge_lines, merge_names, merge_texts

MARKS = Marks("[Ann:]", "[Ben:]", "[Both.]", "[Out.]")
BASE = "The ferry is late.\n\nNobody saw the boats.\n\nThe council meets on Monday."

sentences = st.lists(
    st.sampled_from(["The ferry is late.", "No boats.", "A gull", "sat here", "Mon", "ä", "*so*"]),
    max_size=7,
)  # fmt: skip
texts = st.one_of(
    st.tuples(sentences, st.sampled_from(["\n\n", " ", "\n"])).map(lambda t: t[1].join(t[0])),
    st.text(max_size=30),
)
names = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)


def counted(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def merge(base: str, mine: str, theirs: str) -> tuple[str, bool]:
    merged = merge_texts(base, mine, theirs, MARKS)
    return merged.text, merged.conflict


def test_changes_in_two_paragraphs_are_both_taken() -> None:
    mine, theirs = BASE.replace("late", "back"), BASE.replace("Monday", "Tuesday")
    assert merge(BASE, mine, theirs) == (mine.replace("Monday", "Tuesday"), False)


def test_changes_at_two_places_of_one_sentence_are_both_taken() -> None:
    base = "The ferry to Sallow is late again this week."
    mine, theirs = base.replace("late", "full"), base.replace("The", "An old")
    assert merge(base, mine, theirs) == ("An old ferry to Sallow is full again this week.", False)


def test_what_one_took_out_and_the_other_left_alone_is_out() -> None:
    mine = BASE.replace("Nobody saw the boats.\n\n", "")
    theirs = BASE.replace("Monday", "Tuesday")
    assert merge(BASE, mine, theirs) == (mine.replace("Monday", "Tuesday"), False)


def test_where_both_changed_the_same_words_both_passages_stay() -> None:
    mine, theirs = BASE.replace("late", "back"), BASE.replace("late", "lost")
    assert merge(BASE, mine, theirs) == (
        "⇄ [Ann:]\n\nThe ferry is lost.\n\n⇄ [Ben:]\n\nThe ferry is back.\n\n⇄ [Both.]\n\n"
        "Nobody saw the boats.\n\nThe council meets on Monday.",
        True,
    )


def test_words_side_by_side_are_not_mixed() -> None:
    base = "It sails at nine today from the old pier."
    mine, theirs = base.replace("at", "before"), base.replace("nine", "ten")
    text, conflict = merge(base, mine, theirs)
    assert conflict
    assert mine in text
    assert theirs in text


def test_two_sentences_written_anew_are_not_mixed() -> None:
    base = "Nobody saw the boats in the fog."
    mine, theirs = "Mira counts the gulls in peace.", "Who has seen the captain?"
    assert merge(base, mine, theirs) == (
        f"⇄ [Ann:]\n\n{theirs}\n\n⇄ [Ben:]\n\n{mine}\n\n⇄ [Both.]", True,
    )  # fmt: skip


def test_what_one_took_out_while_the_other_wrote_in_it_stays() -> None:
    mine = BASE.replace("Nobody saw the boats.\n\n", "")
    theirs = BASE.replace("boats", "two boats")
    text, conflict = merge(BASE, mine, theirs)
    assert conflict
    assert "⇄ [Ann:]\n\nNobody saw the two boats.\n\n⇄ [Ben:]\n\n[Out.]" in text


def test_two_who_go_on_at_the_end_are_both_there() -> None:
    text, conflict = merge(BASE, f"{BASE}\n\nMine.", f"{BASE}\n\nTheirs.")
    assert conflict
    assert text.index("[Ann:]\n\nTheirs.") < text.index("[Ben:]\n\nMine.")


def test_a_place_where_two_differ_does_not_double_all_that_was_changed() -> None:
    base = "".join(f"The colour of boat {n} is blue as ever.\n\n" for n in range(20))
    mine = base.replace("colour", "color")
    theirs = base.replace("boat 7 is blue", "boat 7 is red").replace(
        "colour of boat 3", "hue of boat 3"
    )
    text, conflict = merge(base, mine, theirs)
    assert conflict
    assert text.count("[Ann:]") == 1
    assert "The color of boat 7 is red" in text


@given(texts, texts)
def test_what_one_left_as_it_was_is_as_the_other_has_it(base: str, text: str) -> None:
    assert merge(base, text, base) == (text, False)
    assert merge(base, base, text) == (text, False)
    assert merge(base, text, text) == (text, False)


@given(texts, texts, texts)
def test_every_word_that_somebody_wrote_is_there(base: str, mine: str, theirs: str) -> None:
    text, conflict = merge(base, mine, theirs)
    for side in (mine, theirs):
        assert not counted(side) - counted(base) - counted(text)
    if not base:
        assert not (counted(mine) | counted(theirs)) - counted(text)
    assert has_both(text) is conflict


@given(texts, texts, texts)
def test_every_word_that_somebody_wrote_into_a_line_is_there(
    base: str, mine: str, theirs: str
) -> None:
    text = merge_lines(base, mine, theirs).text
    for side in (mine, theirs):
        assert not counted(side) - counted(base) - counted(text)


def test_two_headlines_stand_beside_each_other() -> None:
    merged = merge_lines("Ferry late", "Ferry back", "Boats at sea")
    assert (merged.text, merged.conflict) == ("Boats at sea / Ferry back", True)


@given(names, names, names)
def test_names_that_one_added_are_there_and_those_that_one_took_out_are_not(
    base: list[str], mine: list[str], theirs: list[str]
) -> None:
    merged = merge_names(base, mine, theirs)
    assert len(set(merged)) == len(merged)
    kept = set(base) & set(mine) & set(theirs)
    assert set(merged) == kept | (set(mine) | set(theirs)) - set(base)
    assert merge_names(base, mine, base) == tuple(mine)
    assert merge_names(base, base, theirs) == tuple(theirs)


def test_a_new_name_stands_where_it_was_put() -> None:
    assert merge_names("ab", "axb", "aby") == ("a", "x", "b", "y")
    assert merge_names("ab", "ba", "abc") == ("b", "a", "c")


def test_long_and_hostile_texts_are_merged() -> None:
    for base, mine, theirs in (
        ("a\n" * 50_000, "b\n" + "a\n" * 49_000, "a\n" * 49_000 + "c\n"),
        ("a " * 50_000, "b a " * 25_000, "c a " * 25_000),
        ("\n" * 100_000, " \n" * 50_000, "\n " * 50_000),
        (".!" * 50_000, "!." * 50_000, "?" * 100_000),
    ):
        text, _ = merge(base, mine, theirs)
        assert not counted(mine) - counted(base) - counted(text)
