"""The recipe's stages on toy models: what they learn, how they stop, go on, and keep to their time."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pullquote.errors import InputError, SourceError
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.weights import load_packed, pack
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.training import recipe as recipe_module
from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.preparation import _tokenized
from pullquote.qa.training.data.prepared import (
    DEVELOPMENT,
    ORDER_EXAMPLES,
    SELECTION,
    TRAIN,
    UNLABELLED,
    VERIFIER_EXAMPLES,
)
from pullquote.qa.training.recipe import Recipe, main
from pullquote.qa.training.steps import head_tasks
from pullquote.qa.training.steps.machine import Machine
from pullquote.qa.training.steps.settings import settings_of

NAMES = ["mara", "lind", "sunday", "storm", "harbour"]
CPU = Machine(torch.device("cpu"), bfloat16=False)


def example(number: int, *, labelled: bool = True, **changes: Any) -> Example:
    name = NAMES[number % 5]
    text = f"{'the port ' * (number % 4)}chairs {name} of the ferry"
    answers = ((text.index(name), name),) if labelled else ()
    facts = {
        "question": "who chairs",
        "text": text,
        "title": "",
        "answers": answers,
        "source": "toy",
        "id": str(number),
    }
    return Example(**facts | {"labelled": labelled} | changes)


def ordered(number: int) -> list[Example]:
    """A question over the passage that answers and one that doesn't."""
    wrong = example(number, text="the storm of the harbour", answers=(), group=f"q{number}")
    return [example(number, group=f"q{number}"), wrong][:: 1 if number % 2 else -1]


def judged(number: int) -> Example:
    """A span that answers, or another of the same sentence that doesn't."""
    right = example(number)
    return (
        replace(right, right=True)
        if number % 2
        else replace(right, answers=((len(right.text) - 5, "ferry"),), right=False)
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any, tiny_reader: Path) -> Path:
    """A folder as a bundle has it: prepared examples, and two tiny readers to start from."""
    folder = tmp_path_factory.mktemp("data")
    parts = {
        TRAIN: [example(number) for number in range(160)],
        SELECTION: [example(number) for number in range(20)],
        DEVELOPMENT: [example(number) for number in range(20)],
        UNLABELLED: [example(number, labelled=False) for number in range(80)],
        ORDER_EXAMPLES: [row for number in range(120) for row in ordered(number)],
        VERIFIER_EXAMPLES: [judged(number) for number in range(160)],
    }
    for name, rows in parts.items():
        _tokenized(rows, tokenizer, lambda *_: None).save(folder / name)
    pack(tiny_reader, folder / "models" / "large", bits=4)
    pack(tiny_reader, folder / "models" / "small", bits=8)
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings for toys: small batches, high rates."""

    def chosen(stage: str, machine: Machine, *, seed: int) -> Any:
        toy = {"batch_size": 8, "learning_rate": 5e-3, "max_tokens": 32, "stride": 8, "epochs": 4.0, "freeze_layers": 0}
        return replace(settings_of(stage, machine, seed=seed), **toy)

    monkeypatch.setattr(recipe_module, "settings_of", chosen)
    monkeypatch.setattr(head_tasks, "_HELD_OUT", 15)


def made(data: Path, output: Path, lines: list[str] | None = None, **options: Any) -> Recipe:
    log = (lambda _: None) if lines is None else lines.append
    return Recipe(data, output, machine=CPU, log=log, **options)


def weights(folder: Path) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in load_packed(folder)[0].state_dict().items()}


def same(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> bool:
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)


def reads_the_toy(folder: Path) -> bool:
    reader = TransformersReader(str(folder), bfloat16=False, int8=False)
    found = []
    for name in NAMES:
        text = f"The port chairs {name.title()} of the ferry"
        (reading,) = reader.read("who chairs", [ReaderInput(text)], spans=1)
        found.append(text[reading.spans[0].start : reading.spans[0].end] == name.title())
    return all(found)


def test_all_stages_learn_their_toys(data: Path, tmp_path: Path):
    lines: list[str] = []
    results = made(data, tmp_path / "out", lines).run(["order", "small", "verifier", "large"], minutes=5)
    assert list(results) == ["large", "small", "heads"]
    assert reads_the_toy(results["large"].folder)
    assert reads_the_toy(results["small"].folder)
    assert all(result.finished for result in results.values())
    assert results["heads"].figures["order"] > 90
    assert results["heads"].figures["verifier"] > 90
    assert (results["large"].folder / "model.nf4.safetensors").is_file()
    assert (results["small"].folder / "model.int8.safetensors").is_file()
    heads, _ = load_packed(results["heads"].folder)
    assert heads.config.id2label == {0: "verifier", 1: "order"}
    # The small one was taught by what the large one had come to.
    record = json.loads((results["small"].folder / "training.json").read_text())
    assert record["teacher"] == load_packed(results["large"].folder)[1]
    assert record["sources"] == {"toy": 240}
    assert str(tmp_path) not in json.dumps(record)


def test_without_its_data_a_head_is_left_out(data: Path, tmp_path: Path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in (data / TRAIN, data / SELECTION, data / ORDER_EXAMPLES, data / "models"):
        (bare / file.name).symlink_to(file)
    lines: list[str] = []
    results = made(bare, tmp_path / "out", lines, epochs=0.5).run(["verifier", "order"], minutes=5)
    assert list(results["heads"].figures) == ["mean", "order"]
    assert any(line.startswith("verifier: left out") for line in lines)
    (bare / ORDER_EXAMPLES).unlink()
    assert made(bare, tmp_path / "none", lines).run(["verifier", "order"], minutes=5) == {}


@pytest.mark.parametrize(
    ("stage", "stop"), [("large", signal.SIGTERM), ("small", signal.SIGINT), ("order", signal.SIGTERM)]
)
def test_stopped_and_gone_on_with_it_comes_to_the_same_weights(
    data: Path, tmp_path: Path, stage: str, stop: int, monkeypatch: pytest.MonkeyPatch
):
    name = "heads" if stage == "order" else stage
    whole = made(data, tmp_path / "whole", epochs=1.0).run([stage], minutes=5)[name]
    steps = 0
    before = recipe_module.ReadingTask.loss, recipe_module.HeadsTask.loss

    def counted(loss: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        def call(self: Any, numbers: Any) -> torch.Tensor:
            nonlocal steps
            steps += 1
            if steps == 9:
                os.kill(os.getpid(), stop)
            return loss(self, numbers)

        return call

    monkeypatch.setattr(recipe_module.ReadingTask, "loss", counted(before[0]))
    monkeypatch.setattr(recipe_module.HeadsTask, "loss", counted(before[1]))
    with pytest.raises(KeyboardInterrupt):
        made(data, tmp_path / "out", epochs=1.0).run([stage], minutes=5)
    assert not (tmp_path / "out" / name / "packed").exists()
    lines: list[str] = []
    resumed = made(data, tmp_path / "out", lines, epochs=1.0).run([stage], minutes=5)[name]
    assert any("goes on after step" in line for line in lines)
    assert same(weights(whole.folder), weights(resumed.folder))
    assert whole.figures == resumed.figures


def test_another_seed_gives_other_weights_and_isn_t_gone_on_with(data: Path, tmp_path: Path):
    one = made(data, tmp_path / "one", epochs=0.5).run(["large"], minutes=5)["large"]
    again = made(data, tmp_path / "again", epochs=0.5).run(["large"], minutes=5)["large"]
    other = made(data, tmp_path / "other", epochs=0.5, seed=7).run(["large"], minutes=5)["large"]
    assert same(weights(one.folder), weights(again.folder))
    assert not same(weights(one.folder), weights(other.folder))
    with pytest.raises(InputError, match="of another run"):
        made(data, tmp_path / "one", epochs=0.5, seed=7).run(["large"], minutes=5)


class SlowClock:
    """A clock that goes a second on whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> SlowClock:
    clock = SlowClock()
    for module in ("recipe", "steps.stage", "steps.loop"):
        monkeypatch.setattr(f"pullquote.qa.training.{module}.time.monotonic", clock.monotonic)
    return clock


def test_the_plan_is_cut_to_the_time(data: Path, tmp_path: Path, slow_clock: SlowClock):
    result = made(data, tmp_path / "out").run(["large"], minutes=2)["large"]
    assert result.finished
    assert 10 < result.steps < 80
    assert slow_clock.now < 120
    assert load_packed(result.folder)
    record = json.loads((result.folder / "training.json").read_text())
    assert (record["steps"], record["finished"]) == (result.steps, True)


def test_a_whole_plan_waits_for_the_next_call(data: Path, tmp_path: Path, slow_clock: SlowClock):
    first = made(data, tmp_path / "out", whole_plan=True).run(["large"], minutes=2)["large"]
    assert (first.finished, first.steps) == (False, 80)
    assert load_packed(first.folder)
    calls = 1
    while not first.finished:
        first = made(data, tmp_path / "out", whole_plan=True).run(["large"], minutes=2)["large"]
        calls += 1
    assert (first.steps, calls > 1) == (80, True)
    assert reads_the_toy(first.folder)


def test_the_command_writes_a_log_and_parts_that_travel(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    output, parts = tmp_path / "out", tmp_path / "parts"
    arguments = ["large", "--data", str(data), "--minutes", "5", "--output", str(output), "--share", "0.25"]
    main([*arguments, "--epochs", "1", "--device", "cpu", "--results", str(parts)])
    log = (output / "log.txt").read_text()
    assert "large: 5 steps planned" in log
    assert log in capsys.readouterr().out
    assert [part.name for part in parts.iterdir()] == ["large.tar.000"]


@pytest.mark.parametrize(
    ("arguments", "error", "why"),
    [
        (["--minutes", "0"], InputError, "--minutes has to be above 0"),
        (["--minutes", "1", "--share", "0"], InputError, "--share between 0 and 1"),
        (["--minutes", "1", "--device", "tpu"], InputError, "not 'tpu'"),
        *([] if torch.cuda.is_available() else [(["--minutes", "1", "--device", "cuda"], InputError, "no GPU")]),
        (["--minutes", "1", "--data", "nowhere"], SourceError, r"train\.npz cannot be read"),
    ],
)
def test_what_is_wrong_is_said(data: Path, tmp_path: Path, arguments: list[str], error: type[Exception], why: str):
    given = ["--data", str(data)] if "--data" not in arguments else []
    with pytest.raises(error, match=why):
        main(["large", *given, *arguments, "--output", str(tmp_path / "out")])
