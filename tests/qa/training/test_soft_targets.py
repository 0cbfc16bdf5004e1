"""What a teacher says: kept once, found again by character, and learnt from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pullquote.errors import InputError
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.training.data import soft_targets
from pullquote.qa.training.data.batches import epoch_batches, soft_margins
from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.soft_targets import UNLIKELY, Question, SoftTarget, SoftTargets
from pullquote.qa.training.steps.losses import soft_losses

TEXT = "The port authority chairs Mara Lind of the ferry in the harbour. " * 3


@pytest.fixture(scope="module")
def teacher(tiny_reader: Path) -> TransformersReader:
    return TransformersReader(str(tiny_reader), bfloat16=False)


def question(text: str = TEXT, title: str = "") -> Question:
    return Question("who chairs", ReaderInput(text, title))


class Counting:
    """A teacher that remembers what it was asked."""

    def __init__(self, teacher: TransformersReader, *, fails_after: int = 10**9) -> None:
        self._teacher, self.asked, self._fails_after = teacher, [], fails_after
        self.sha256 = teacher.sha256

    def token_scores(self, questions: list[str], passages: list[ReaderInput]) -> Any:
        if len(self.asked) >= self._fails_after:
            raise KeyboardInterrupt
        self.asked += passages
        return self._teacher.token_scores(questions, passages)


def test_margins_are_those_of_the_reader(tmp_path: Path, teacher: TransformersReader):
    soft = SoftTargets(tmp_path, teacher)
    soft.ask([question()])
    ((window, starts, ends),) = teacher.token_scores(["who chairs"], [ReaderInput(TEXT)])
    tokens = window.answerable
    found = soft[question()].at(window.starts[tokens], window.ends[tokens])
    assert found[0] == pytest.approx(starts[tokens] - starts[0], rel=1e-5)
    assert found[1] == pytest.approx(ends[tokens] - ends[0], rel=1e-5)


def test_what_was_kept_is_the_same_but_for_float16(tmp_path: Path, teacher: TransformersReader):
    said = SoftTargets(tmp_path, teacher)
    said.ask([question(), question("the port"), question("")])
    again = SoftTargets(tmp_path, Counting(teacher, fails_after=0))
    again.ask([question("the port")])  # nothing is asked anew
    for one in (question(), question("the port"), question("")):
        assert np.array_equal(said[one].starts, again[one].starts)
        assert np.array_equal(said[one].ends, again[one].ends)
        assert again[one].start_margins == pytest.approx(said[one].start_margins, rel=2e-3, abs=1e-3)
        assert again[one].end_margins == pytest.approx(said[one].end_margins, rel=2e-3, abs=1e-3)


def test_interrupted_it_asks_only_what_is_missing(
    tmp_path: Path, teacher: TransformersReader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(soft_targets, "_SHARD", 3)
    questions = [question(f"port {number}") for number in range(8)]
    first, told = Counting(teacher, fails_after=5), []
    with pytest.raises(KeyboardInterrupt):
        SoftTargets(tmp_path, first).ask(questions + questions, progress=lambda *at: told.append(at))
    second = Counting(teacher)
    SoftTargets(tmp_path, second).ask(questions, progress=lambda *at: told.append(at))
    assert (len(first.asked), len(second.asked)) == (6, 2)
    assert {*first.asked, *second.asked} == {one.passage for one in questions}
    assert told == [(0, 8), (3, 8), (6, 8), (6, 8), (8, 8)]


def test_a_long_text_is_read_in_windows_each_token_once(tmp_path: Path, tiny_reader: Path):
    soft = SoftTargets(tmp_path, TransformersReader(str(tiny_reader), bfloat16=False, max_tokens=40, stride=10))
    soft.ask([question()])
    kept = soft[question()]
    assert (np.diff(kept.starts) > 0).all()
    assert TEXT[kept.starts[0] : kept.ends[0]] == "The"
    assert TEXT[kept.starts[-1] : kept.ends[-1]] == "."
    assert len(kept.starts) == len(kept.ends) == len(kept.start_margins) == len(kept.end_margins)


def test_another_teachers_folder_is_refused(tmp_path: Path, teacher: TransformersReader):
    (tmp_path / "teacher.json").write_text(json.dumps({"sha256": "0" * 64}))
    with pytest.raises(InputError, match="another teacher"):
        SoftTargets(tmp_path, teacher)


def test_places_that_the_teacher_did_not_name_are_unlikely():
    target = SoftTarget(np.int32([0, 4]), np.int32([3, 9]), np.float32([1, 2]), np.float32([3, 4]))
    starts, ends = target.at(np.int32([4, 5, 40]), np.int32([3, 4, 9]))
    assert starts.tolist() == [2, UNLIKELY, UNLIKELY]
    assert ends.tolist() == [3, UNLIKELY, 4]


def test_each_window_gets_what_was_said_of_its_part(tmp_path: Path, teacher: TransformersReader, tokenizer: Any):
    example = Example("who chairs", TEXT, "Ferries", (), "toy", "1", labelled=False)
    (rows,) = epoch_batches([example], tokenizer, batch_size=64, max_tokens=32, stride=8, empty_windows=1.0, seed=1)
    assert len(rows) > 1
    assert not any(row.labelled for row in rows)
    assert all(row.asked.passage.context == "Ferries" for row in rows)
    soft = SoftTargets(tmp_path, teacher)
    soft.ask(row.asked for row in rows)
    starts, ends = soft_margins(rows, soft)
    assert starts.shape == ends.shape == (len(rows), max(len(row.window.ids) for row in rows))
    for at, row in enumerate(rows):
        tokens = np.flatnonzero(row.window.answerable)
        assert row.asked.passage.text == TEXT[row.window.starts[tokens[0]] : row.window.ends[tokens[-1]]]
        assert starts[at, tokens].tolist() == soft[row.asked].start_margins.tolist()
        assert ends[at, tokens].tolist() == soft[row.asked].end_margins.tolist()
        assert (np.delete(starts[at], tokens) == UNLIKELY).all()


def softened(scores: list[float], temperature: float) -> np.ndarray:
    odds = np.exp(np.array(scores) / temperature)
    return odds / odds.sum()


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_the_divergence_by_hand(temperature: float):
    logits = torch.tensor([[0.5, 9.0, 1.5, -0.5], [0.0, 0.0, 0.0, 0.0]])  # [CLS], question, two tokens
    margins = torch.tensor([[UNLIKELY, UNLIKELY, 3.0, -2.0], [UNLIKELY, UNLIKELY, 0.0, 0.0]])
    answerable = torch.tensor([[False, False, True, True]] * 2)
    own, teachers = softened([0.0, 1.0, -1.0], temperature), softened([0.0, 3.0, -2.0], temperature)
    wanted = temperature**2 * float((teachers * np.log(teachers / own)).sum())
    found = soft_losses((logits,) * 2, (margins,) * 2, answerable, np.array([0, 1]), temperature=temperature)
    assert found.tolist() == pytest.approx([wanted, 0.0], abs=1e-6)
    of_one = soft_losses((logits,) * 2, (margins,) * 2, answerable, np.array([0, 0]), temperature=temperature)
    assert of_one.tolist() == pytest.approx([wanted / 2], abs=1e-6)
