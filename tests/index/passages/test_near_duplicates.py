from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.index.passages.near_duplicates import Wording, containment, says_the_same, shingles

WIRE = "The ferry between Varn and Brask sailed on Sunday for the first time since the storm, the port said."
EDITED = "The ferry between Varn and Brask sailed on Sunday for the first time since the storm, officials said."
CUT = "The ferry between Varn and Brask sailed on Sunday."
OWN = "For the first time since the storm a ferry has left Varn: on Sunday 412 people went to Brask."
OTHER = "Harbour dues rise by 2.5 percent in May, the ministry announced."


def test_shingles_by_hand():
    assert shingles("Mara Lind chairs the port, the old port") == {
        ("mara", "lind", "chairs", "the"),
        ("lind", "chairs", "the", "port"),
        ("chairs", "the", "port", "the"),
        ("the", "port", "the", "old"),
        ("port", "the", "old", "port"),
    }
    assert shingles("Straße NACH Brask") == {("strasse", "nach", "brask")}
    assert shingles("…—!") == frozenset()


def test_containment_by_hand():
    # 19 words make 16 four-grams; the edit at the end ("officials" for "the port") spares the first 13.
    left, right = shingles(WIRE), shingles(EDITED)
    assert (len(left), len(right), len(left & right)) == (16, 15, 13)
    assert containment(left, right) == pytest.approx(13 / 15)
    assert containment(shingles(CUT), left) == 1.0
    assert containment(frozenset(), left) == 0.0
    assert containment(frozenset(), frozenset()) == 0.0


@pytest.mark.parametrize("reprint", [EDITED, CUT, WIRE.upper(), f"VARN (AP) — {WIRE}", f"{WIRE} {OTHER}"])
def test_a_reprint_says_the_same_lightly_edited_cut_or_continued(reprint: str):
    assert says_the_same(Wording.of(WIRE), Wording.of(reprint))


@pytest.mark.parametrize(("one", "two"), [(WIRE, OWN), (WIRE, OTHER), ("…", "…"), ("", "")])
def test_own_words_and_no_words_are_no_reprint(one: str, two: str):
    assert not says_the_same(Wording.of(one), Wording.of(two))


TOLL = "The coast guard said that nine people had died when the ferry sank off the harbour mouth on Wednesday night"


@pytest.mark.parametrize(
    ("update", "same"),
    [
        (TOLL.replace("nine", "eleven"), False),
        (TOLL.replace("nine", "9"), False),
        (TOLL + ", an earlier version said 4.", True),  # the shorter text's figures all stand in the longer
        (TOLL.replace("off", "at"), True),
    ],
)
def test_another_figure_makes_an_update_not_a_reprint(update: str, same: bool):
    assert says_the_same(Wording.of(TOLL), Wording.of(update)) is same


some_words = st.sampled_from(["the", "port", "of", "varn", "and", "brask", "sailed", "on", "sunday", "storm"])
texts = st.lists(some_words, max_size=12).map(" ".join)


@given(texts, texts)
def test_containment_is_symmetric_and_bounded(left: str, right: str):
    one, two = shingles(left), shingles(right)
    assert 0.0 <= containment(one, two) == containment(two, one) <= 1.0
    assert containment(one, one) == (1.0 if one else 0.0)


def test_a_reprint_with_other_characters_for_the_same_words_is_one_text():
    """Soft hyphens in every long word, a typographic apostrophe, a decomposed accent, another dash."""
    text = "Zoë Brûlé, the harbour's owner - chosen as chair on Tuesday - took 12,480 votes in the ballot hall."
    reprint = unicodedata.normalize("NFD", re.sub("([a-z]{3})([a-z]{3})", "\\1\u00ad\\2", text))
    reprint = reprint.replace("'", "’").replace(" - ", " – ")
    assert Wording.of(reprint) == Wording.of(text)
