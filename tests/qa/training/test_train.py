from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pullquote.errors import InputError, ModelError, SourceError
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.weights import load_packed, pack
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.training.steps import loop
from pullquote.qa.training.steps.loop import TrainingProgress
from pullquote.qa.training.train import TrainingOptions, train_reader

NAMES = ["mara", "lind", "sunday", "storm", "harbour"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any) -> Path:
    """An encoder of two layers without a span layer, as training starts from."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(2)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions whose answer is the word after "chairs"."""
    file = tmp_path_factory.mktemp("data") / "toy.jsonl"
    with file.open("w") as stream:
        for number in range(160):
            name = NAMES[number % 5]
            text = f"{'the port ' * (number % 4)}chairs {name} of the ferry"
            answers = [{"text": name, "start": text.index(name)}]
            stream.write(json.dumps({"question": "who chairs", "context": text, "answers": answers}) + "\n")
    return file


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes a second on whenever it is looked at, so that each step is shown."""

    class Clock:
        now = 0.0

        @classmethod
        def monotonic(cls) -> float:
            cls.now += 1.0
            return cls.now

    monkeypatch.setattr(loop, "time", Clock)


def options(base: Path, **changes: Any) -> TrainingOptions:
    return TrainingOptions(
        base=str(base), batch_size=8, learning_rate=5e-3, max_tokens=32, stride=8, negatives=0.0, **changes
    )


def weights(folder: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def same(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> bool:
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)


def test_it_learns_a_toy_set(tmp_path: Path, base: Path, data: Path, every_step: None):
    told: list[TrainingProgress] = []
    folder = train_reader(
        [data], tmp_path / "out", options(base, epochs=4.0), checkpoints=tmp_path / "kept", progress=told.append
    )
    assert folder == tmp_path / "out"
    assert [at.step for at in told] == list(range(1, 81))
    assert {at.steps for at in told} == {80}
    last = told[-1].loss * 80 - told[-20].loss * 61  # the sum over the last 19 steps, from means of all so far
    assert told[0].loss > 1.5
    assert last / 19 < 0.25 * told[0].loss

    reader = TransformersReader(str(folder), bfloat16=False)
    for name in NAMES:
        text = f"The port chairs {name.title()} of the ferry"
        (reading,) = reader.read("who chairs", [ReaderInput(text)], spans=1)
        assert text[reading.spans[0].start : reading.spans[0].end] == name.title()
        assert reading.spans[0].score > reading.no_answer_score
    facts = json.loads((folder / "training.json").read_text())
    assert (facts["steps"], facts["data"], facts["options"]["base"]) == (80, ["toy.jsonl"], base.name)
    assert str(tmp_path) not in json.dumps(facts)
    assert {array.dtype for array in weights(folder).values()} == {np.dtype(np.float16)}


def test_frozen_embeddings_stay_as_the_base_has_them(tmp_path: Path, base: Path, data: Path):
    name = "bert.embeddings.word_embeddings.weight"
    original = weights(base)[name.removeprefix("bert.")].astype(np.float16)
    frozen = train_reader([data], tmp_path / "a", options(base, epochs=0.1), checkpoints=tmp_path / "ka")
    thawed = train_reader(
        [data], tmp_path / "b", options(base, epochs=0.1, freeze_embeddings=False), checkpoints=tmp_path / "kb"
    )
    assert np.array_equal(weights(frozen)[name], original)
    assert not np.array_equal(weights(thawed)[name], original)


def interrupt_by_raising(at: TrainingProgress) -> None:
    if at.step in (5, 9):
        raise KeyboardInterrupt


def interrupt_by_signal(number: int) -> Callable[[TrainingProgress], None]:
    def interrupt(at: TrainingProgress) -> None:
        if at.step in (5, 9):
            os.kill(os.getpid(), number)

    return interrupt


@pytest.mark.parametrize(
    ("interrupt", "every_s"),
    [
        pytest.param(interrupt_by_raising, 0.0, id="raised"),
        pytest.param(interrupt_by_signal(signal.SIGINT), 1e9, id="SIGINT"),
        pytest.param(interrupt_by_signal(signal.SIGTERM), 1e9, id="SIGTERM"),
    ],
)
def test_interrupted_and_resumed_it_comes_to_exactly_the_same_weights(
    tmp_path: Path, base: Path, data: Path, every_step: None, interrupt, every_s: float
):
    chosen = options(base, epochs=0.7, dropout=0.1)
    whole = train_reader([data], tmp_path / "whole", chosen, checkpoints=tmp_path / "none")
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    steps: list[int] = []

    def progress(at: TrainingProgress) -> None:
        steps.append(at.step)
        if steps.count(at.step) == 1:
            interrupt(at)

    for sitting in range(2):
        with pytest.raises(KeyboardInterrupt):
            train_reader(
                [data],
                tmp_path / "out",
                chosen,
                checkpoints=tmp_path / "kept",
                checkpoint_every_s=every_s,
                progress=progress,
            )
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
        assert not (tmp_path / "out").exists()
        assert steps[-1] == (5, 9)[sitting]
    resumed = train_reader([data], tmp_path / "out", chosen, checkpoints=tmp_path / "kept", progress=progress)
    assert steps[-1] == 14
    assert len(steps) in (14, 16)  # with a raised interrupt, the step after the checkpoint is done again
    assert same(weights(whole), weights(resumed))


def test_resumed_it_rounds_as_before(tmp_path: Path, base: Path, data: Path, every_step: None):
    chosen = options(base, epochs=1.0, packed_bits=8)
    whole = train_reader([data], tmp_path / "whole", chosen, checkpoints=tmp_path / "none")

    def interrupt(at: TrainingProgress) -> None:
        if at.step == 5:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        train_reader([data], tmp_path / "out", chosen, checkpoints=tmp_path / "kept", progress=interrupt)
    resumed = train_reader([data], tmp_path / "out", chosen, checkpoints=tmp_path / "kept")
    assert same(weights(whole), weights(resumed))
    exact = train_reader([data], tmp_path / "exact", options(base, epochs=1.0), checkpoints=tmp_path / "k")
    assert not same(weights(whole), weights(exact))


def test_weights_can_be_packed_with_some_numbers_of_bits_only(tmp_path: Path, base: Path, data: Path):
    with pytest.raises(InputError, match="8 or 4 bits, not 5"):
        train_reader([data], tmp_path / "a", options(base, packed_bits=5), checkpoints=tmp_path / "k")


def test_another_seed_gives_other_weights(tmp_path: Path, base: Path, data: Path):
    one = train_reader([data], tmp_path / "one", options(base, epochs=0.2), checkpoints=tmp_path / "k1")
    two = train_reader([data], tmp_path / "two", options(base, epochs=0.2, seed=5), checkpoints=tmp_path / "k2")
    same_again = train_reader([data], tmp_path / "same", options(base, epochs=0.2), checkpoints=tmp_path / "k3")
    assert same(weights(one), weights(same_again))
    assert not same(weights(one), weights(two))


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, base: Path, data: Path):
    kept = tmp_path / "kept"
    train_reader([data], tmp_path / "out", options(base, epochs=0.2), checkpoints=kept, checkpoint_every_s=0.0)
    checkpoint = (kept / "checkpoint.pt").read_bytes()
    with pytest.raises(InputError, match="of another run"):
        train_reader([data], tmp_path / "two", options(base, epochs=0.2, seed=5), checkpoints=kept)
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(data.read_text().splitlines(keepends=True)[:80]))
    with pytest.raises(InputError, match="of another run"):
        train_reader([fewer], tmp_path / "two", options(base, epochs=0.2), checkpoints=kept)
    assert not (tmp_path / "two").exists()
    assert (kept / "checkpoint.pt").read_bytes() == checkpoint


def test_more_epochs_go_on_from_the_checkpoint(tmp_path: Path, base: Path, data: Path, every_step: None):
    kept, told = tmp_path / "kept", []
    train_reader([data], tmp_path / "a", options(base, epochs=0.2), checkpoints=kept, checkpoint_every_s=0.0)
    train_reader([data], tmp_path / "b", options(base, epochs=0.4), checkpoints=kept, progress=told.append)
    assert [(at.step, at.steps) for at in told] == [(5, 8), (6, 8), (7, 8), (8, 8)]


def test_bad_data_and_bad_bases(tmp_path: Path, base: Path, data: Path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text(data.read_text() + "{}\n")
    with pytest.raises(SourceError, match=r"bad\.jsonl:161"):
        train_reader([bad], tmp_path / "out", options(base), checkpoints=tmp_path / "kept")
    bad.write_text("")
    with pytest.raises(InputError, match="no examples"):
        train_reader([bad], tmp_path / "out", options(base), checkpoints=tmp_path / "kept")
    with pytest.raises(ModelError, match="no-such-model"):
        train_reader([data], tmp_path / "out", options(Path("no-such-model")), checkpoints=tmp_path / "kept")
    assert not (tmp_path / "out").exists()


def test_any_encoder_will_do_if_no_layers_are_chosen(tmp_path: Path, base: Path, data: Path):
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertModel

    tokenizer = AutoTokenizer.from_pretrained(base)
    distilled = tmp_path / "distilled"
    config = DistilBertConfig(vocab_size=len(tokenizer), dim=32, hidden_dim=64, n_layers=2, n_heads=2)
    DistilBertModel(config).save_pretrained(distilled)
    tokenizer.save_pretrained(distilled)
    done = train_reader([data], tmp_path / "out", options(distilled, epochs=0.1), checkpoints=tmp_path / "kept")
    assert TransformersReader(str(done)).read("who?", [ReaderInput("mara")])[0].spans
    for chosen in ({"keep_layers": (0,)}, {"freeze_layers": 1}):
        with pytest.raises(InputError, match="layers of a DistilBertForQuestionAnswering can't be chosen"):
            train_reader([data], tmp_path / "out", options(distilled, **chosen), checkpoints=tmp_path / "other")


def test_a_teacher_is_learnt_from_where_nobody_labelled(tmp_path: Path, base: Path, data: Path):
    teacher = train_reader([data], tmp_path / "teacher", options(base, epochs=4.0), checkpoints=tmp_path / "k1")
    unlabelled = tmp_path / "unlabelled.jsonl"
    rows = [json.loads(line) | {"answers": None} for line in data.read_text().splitlines()]
    unlabelled.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(InputError, match="takes a teacher"):
        train_reader([unlabelled], tmp_path / "out", options(base), checkpoints=tmp_path / "k2")

    told: list[tuple[int, int]] = []
    chosen = options(base, epochs=4.0, teacher=str(teacher), seed=9)
    learner = train_reader(
        [unlabelled], tmp_path / "out", chosen, checkpoints=tmp_path / "k2", teaching=lambda *at: told.append(at)
    )
    assert told[-1] == (20, 20)  # five names, four lengths: each is asked once
    reader = TransformersReader(str(learner), bfloat16=False)
    for name in NAMES:
        text = f"the port the port chairs {name} of the ferry"
        (reading,) = reader.read("who chairs", [ReaderInput(text)], spans=1)
        assert text[reading.spans[0].start : reading.spans[0].end] == name
    facts = json.loads((learner / "training.json").read_text())
    assert facts["options"]["teacher"] == "teacher"
    assert str(tmp_path) not in json.dumps(facts)


def test_labels_and_a_teacher_together_are_the_mean_of_both(tmp_path: Path, base: Path, data: Path):
    """A share of 0 is training without a teacher; a share of 1 leaves the labels out."""
    teacher = train_reader([data], tmp_path / "teacher", options(base, epochs=0.2), checkpoints=tmp_path / "k0")

    def trained(name: str, **changes: Any) -> dict[str, np.ndarray]:
        chosen = options(base, epochs=0.2, **changes)
        return weights(train_reader([data], tmp_path / name, chosen, checkpoints=tmp_path / f"k-{name}"))

    alone = trained("alone")
    assert same(alone, trained("none", teacher=str(teacher), soft_share=0.0))
    only = trained("only", teacher=str(teacher), soft_share=1.0)
    assert not same(alone, only)
    assert not same(only, trained("both", teacher=str(teacher), soft_share=0.5))


def test_a_smaller_reader_begins_with_the_layers_that_are_kept(tmp_path: Path, base: Path, data: Path):
    chosen = options(base, epochs=0.05, keep_layers=(1,), freeze_layers=1)
    smaller = train_reader([data], tmp_path / "a", chosen, checkpoints=tmp_path / "ka")
    kept, original = weights(smaller), weights(base)
    name = "encoder.layer.{}.output.dense.weight"
    assert np.array_equal(kept["bert." + name.format(0)], original[name.format(1)].astype(np.float16))
    assert "bert." + name.format(1) not in kept
    assert TransformersReader(str(smaller)).read("who", [ReaderInput("the port")], spans=1)
    for wrong, why in (
        ((0, 2), "no layer 2 to keep: the encoder has 2, from 0 to 1"),
        ((1, 1), "Layer 1 .* only once"),
    ):
        with pytest.raises(InputError, match=why):
            train_reader([data], tmp_path / "b", options(base, keep_layers=wrong), checkpoints=tmp_path / "kb")


@pytest.mark.parametrize("bits", [8, 4])
def test_a_packed_reader_is_trained_further(tmp_path: Path, base: Path, data: Path, bits: int):
    first = train_reader([data], tmp_path / "first", options(base, epochs=1.0), checkpoints=tmp_path / "k1")
    packed = pack(first, tmp_path / "packed", bits=bits).parent
    restored, _ = load_packed(packed)
    unchanged = weights(
        train_reader([data], tmp_path / "none", options(packed, epochs=0.0), checkpoints=tmp_path / "k2")
    )
    for name, tensor in restored.state_dict().items():
        if name in unchanged:
            assert np.array_equal(tensor.half().numpy(), unchanged[name])
    chosen = options(packed, epochs=0.1, dropout=0.2)
    further = train_reader([data], tmp_path / "further", chosen, checkpoints=tmp_path / "k3")
    assert not same(unchanged, weights(further))
    assert json.loads((further / "config.json").read_text())["hidden_dropout_prob"] == 0.2


def test_frozen_layers_stay_as_the_base_has_them(tmp_path: Path, base: Path, data: Path):
    frozen = weights(
        train_reader([data], tmp_path / "a", options(base, epochs=0.1, freeze_layers=1), checkpoints=tmp_path / "ka")
    )
    original = weights(base)
    for name, stays in (
        ("embeddings.position_embeddings.weight", True),
        ("encoder.layer.0.output.dense.weight", True),
        ("encoder.layer.1.output.dense.weight", False),
    ):
        assert np.array_equal(frozen[f"bert.{name}"], original[name].astype(np.float16)) is stays
    with pytest.raises(InputError, match="has 2"):
        train_reader([data], tmp_path / "b", options(base, freeze_layers=3), checkpoints=tmp_path / "kb")
