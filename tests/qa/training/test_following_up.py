"""The term classifier: trained, stopped and gone on with, written, and read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from pullquote.answers import Turn
from pullquote.errors import InputError, ModelError
from pullquote.qa.followups.term_classifier import FILE_NAME, TermClassifier, TermsFile
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.training import following_up
from pullquote.qa.training.data.conversations import ConversationTurn, FollowUpExample, training_examples
from pullquote.qa.training.following_up import TermsTask, fold_of, main, train

HISTORY = (Turn("Who owns the ferry?", "Ilse Marrow"),)
CARRIED = FollowUpExample("How old is she?", HISTORY, frozenset({"ils", "marrow"}), True)
ALONE = FollowUpExample("Who chairs the board?", HISTORY, frozenset(), False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("trained")
    task = TermsTask(shipped_reader_folder(), [CARRIED, ALONE] * 8, epochs=30, seed=1)
    facts = {"reader_sha256": TransformersReader("small", bfloat16=False).sha256}
    train(task, output, learning_rate=1e-3, seed=1, facts=facts)
    return output


def test_what_is_learnt_comes_back_from_the_file(trained: Path):
    classifier = TermClassifier(TermsFile.load(trained / FILE_NAME), bfloat16=False)
    needing, alone = (classifier.read(one.question, HISTORY) for one in (CARRIED, ALONE))
    assert needing.needs > 0.5 > alone.needs
    words = [word.word.term for word in needing.row.words]
    assert words == ["who", "own", None, "ferri", "ils", "marrow"]
    odds = dict(zip(words, needing.carried, strict=True))
    assert min(odds["ils"], odds["marrow"]) > 0.5 > odds["ferri"]


def test_it_says_the_same_before_another_question_as_after_it(trained: Path):
    classifier = TermClassifier(TermsFile.load(trained / FILE_NAME), bfloat16=False)
    before = classifier.read(CARRIED.question, HISTORY)
    classifier.read("Who?", [*HISTORY, *HISTORY])
    assert classifier.read(CARRIED.question, HISTORY) == before


def test_a_run_of_other_data_is_refused(trained: Path):
    task = TermsTask(shipped_reader_folder(), [CARRIED], epochs=1, seed=1)
    with pytest.raises(InputError, match="of another run"):
        train(task, trained, learning_rate=2e-3, seed=2, facts={"reader_sha256": "0"})


def test_weights_for_another_reader_are_refused(trained: Path, tmp_path: Path):
    file = TermsFile.load(trained / FILE_NAME)
    TermsFile.save(tmp_path / FILE_NAME, file.tensors, reader_sha256="0", layers=file.layers, made={})
    with pytest.raises(ModelError, match="trained on other weights"):
        TermClassifier(TermsFile.load(tmp_path / FILE_NAME))


def test_weights_that_do_not_fit_are_refused(trained: Path, tmp_path: Path):
    file = TermsFile.load(trained / FILE_NAME)
    fewer = {"needs.bias": torch.zeros(1)}
    TermsFile.save(tmp_path / FILE_NAME, fewer, reader_sha256=file.reader_sha256, layers=file.layers, made={})
    with pytest.raises(ModelError, match="doesn't fit"):
        TermClassifier(TermsFile.load(tmp_path / FILE_NAME))


def test_a_damaged_file_is_refused(tmp_path: Path):
    (tmp_path / FILE_NAME).write_bytes(b"damaged")
    with pytest.raises(ModelError, match="is no term classifier"):
        TermsFile.load(tmp_path / FILE_NAME)


def test_the_command_leaves_a_fold_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = [
        {"dialog": f"d{number}", "source": "made", "question": "How old is she?", "rewrite": "How old is Ilse?",
         "history": [{"question": "Who won?", "answer": "Ilse"}]}
        for number in range(40)
    ]  # fmt: skip
    file = tmp_path / "turns.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    learnt: list[ConversationTurn] = []

    def noted(turns: list[ConversationTurn], *, seed: int) -> list[FollowUpExample]:
        learnt.extend(turns)
        return training_examples(turns[:2], seed=seed)

    monkeypatch.setattr(following_up, "training_examples", noted)
    main([str(file), "--fold", "2", "--epochs", "1", "--output", str(tmp_path / "out")])
    assert {turn.dialog for turn in learnt} == {row["dialog"] for row in rows if fold_of(str(row["dialog"])) != 2}
    assert 0 < len(learnt) < len(rows)
    assert (tmp_path / "out" / FILE_NAME).is_file()
