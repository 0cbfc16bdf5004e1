"""Follow-ups on the shipped gold's tune split, on which the rules were made; figures: eval/followup_benchmark.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullquote.eval.followup_benchmark import WORDINGS, LexicalSearch, history_of, unchanged_share
from pullquote.eval.gold import GoldSet, shipped_gold
from pullquote.eval.gold_files import read_gold_folder
from pullquote.qa.followups import understand


@pytest.fixture(scope="module")
def gold() -> GoldSet:
    return read_gold_folder(shipped_gold())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_standalone_questions_stay_as_they_are(gold: GoldSet, seed: int):
    # On questions with a form, as people type them into a box, the rules were not made.
    questions = [question for question in gold.of_split("tune") if not question.form]
    share, changed = unchanged_share(questions, seed=seed)
    assert share >= 0.99, changed


def test_follow_ups_are_seen(gold: GoldSet):
    followups = [question for question in gold.of_split("tune") if question.type == "followup"]
    missed = [one.question for one in followups if not understand(one.question, history_of(one)).changed]
    assert len(missed) <= 0.05 * len(followups), missed


def test_rewritten_follow_ups_are_found(gold: GoldSet, tmp_path: Path):
    followups = [question for question in gold.of_split("tune") if question.type == "followup"]
    search = LexicalSearch(gold, tmp_path)
    found = {
        name: sum((search.rank(one, wording(one)) or 99) <= 5 for one in followups) / len(followups)
        for name, wording in WORDINGS.items()
    }
    assert found["as typed"] < 0.4
    assert found["rewritten"] >= 0.85
