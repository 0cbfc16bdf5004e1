"""The slips that the benchmark of mistyped words makes."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pullquote.eval.benchmarks.spelling import mistyped, slip
from pullquote.index.search.vocabulary import Vocabulary


@given(st.text(alphabet="abcdefgh", min_size=5, max_size=12), st.integers())
def test_a_slip_is_one_edit_at_most_and_leaves_the_ends(word: str, seed: int):
    wrong = slip(word, random.Random(seed))
    assert Vocabulary(1, Counter({word: 1})).near(wrong, 1)
    assert wrong[0] == word[0]


@given(st.integers())
def test_one_word_of_a_question_is_mistyped_but_not_the_first(seed: int):
    question = "Where was the Ferry towed?"
    drawn = mistyped(question, random.Random(seed))
    if drawn is not None:
        wrong, name = drawn
        changed = [before for before, after in zip(question.split(), wrong.split(), strict=True) if before != after]
        assert changed in (["Ferry"], ["towed?"])
        assert name == (changed == ["Ferry"])


def test_short_words_are_left_alone():
    assert mistyped("Who ran off?", random.Random(1)) is None
