"""The commands that train and score a reader."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from pullquote.errors import InputError
from pullquote.printable import one_line
from pullquote.ui.cli.failures import Command
from pullquote.ui.cli.options import AsJson
from pullquote.ui.local_only import allow_hub_for
from pullquote.ui.printable import write_json


def register(app: typer.Typer) -> None:
    """Add `train-reader` and `eval-reader` to the command line."""
    app.command("train-reader", cls=Command)(train_reader)
    app.command("eval-reader", cls=Command)(eval_reader)


def train_reader(
    data: Annotated[
        list[Path],
        typer.Argument(metavar="DATA", help="Reading examples: SQuAD .json or .jsonl, also gzip'd."),
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the trained reader.")],
    base: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Encoder or reader to start from: a folder, hub name, or small or accurate (default: the embedder).",
        ),
    ] = None,
    epochs: Annotated[float | None, typer.Option(min=0, help="Passes over the data; may be a fraction.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Windows a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=0, help="Peak learning rate.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=32, max=512, help="Window, in tokens.")] = None,
    stride: Annotated[int | None, typer.Option(min=0, help="Tokens that neighbouring windows share.")] = None,
    at_most: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE=N", help="Take only N examples of a source; may be repeated."),
    ] = None,
    times: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE=N", help="Learn a source N times in an epoch; may be repeated."),
    ] = None,
    negatives: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of the questions that are also asked of a passage without the answer."),
    ] = None,
    retrieved: Annotated[
        int | None,
        typer.Option(min=0, help="Passages without the answer, found by BM25, to be read beside each question's own."),
    ] = None,
    side_by_side: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of the questions that are also asked of several passages' sentences."),
    ] = None,
    keep_layers: Annotated[
        str | None,
        typer.Option(metavar="N,N...", help="Begin with these of the base's layers, counted from 0: a smaller reader."),
    ] = None,
    freeze_layers: Annotated[
        int | None, typer.Option(min=0, help="Leave so many of the encoder's lowest layers as they are: faster.")
    ] = None,
    packed_bits: Annotated[
        int | None,
        typer.Option(min=0, help="Learn with weights rounded as packing with so many bits will: 8 or 4; 0 for exact."),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help="A larger reader to learn from beside the labels: accurate, a folder or a hub name."
        ),
    ] = None,
    soft_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="How much what the teacher says counts beside the labels.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0.01, help="What scores are divided by before they are compared.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="For shuffling, sampling and new weights.")] = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to keep the state to resume from (default: .checkpoints/NAME beside the output).",
        ),
    ] = None,
) -> None:
    """Train a reader. Interrupted, it goes on where it was when run again with the same data and options."""
    limits = tuple(_number_of("--at-most", entry) for entry in at_most or ())
    repetitions = tuple(_number_of("--times", entry) for entry in times or ())
    allow_hub_for(base)
    allow_hub_for(teacher)
    from pullquote.index.embedding.embedder import default_model_folder
    from pullquote.qa.training import train
    from pullquote.ui.cli.progress import Meter, show_count, show_training

    chosen: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "max_tokens": max_tokens,
        "stride": stride,
        "at_most": limits or None,
        "times": repetitions or None,
        "negatives": negatives,
        "retrieved": retrieved,
        "side_by_side": side_by_side,
        "keep_layers": None if keep_layers is None else _numbers("--keep-layers", keep_layers),
        "freeze_layers": freeze_layers,
        "packed_bits": packed_bits,
        "teacher": teacher,
        "soft_share": soft_share,
        "temperature": temperature,
        "seed": seed,
    }
    options = replace(
        train.TrainingOptions(base=base or str(default_model_folder())),
        **{name: value for name, value in chosen.items() if value is not None},
    )
    with Meter("training") as meter:
        folder = train.train_reader(
            data,
            output,
            options,
            checkpoints=checkpoints or output.resolve().parent / ".checkpoints" / output.resolve().name,
            progress=show_training(meter),
            teaching=show_count(meter, "window"),
        )
    print(str(folder))


def _number_of(option: str, entry: str) -> tuple[str, int]:
    source, equals, number = entry.rpartition("=")
    if not (source and equals and number.isascii() and number.isdigit()):
        raise InputError(f"{option} takes SOURCE=N, such as squad=20000, not {entry[:40]!r}.")
    return source, int(number)


def _numbers(option: str, entry: str) -> tuple[int, ...]:
    numbers = [number.strip() for number in entry.split(",")]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise InputError(f"{option} takes numbers such as 0,2,4, not {entry[:40]!r}.")
    return tuple(map(int, numbers))


def eval_reader(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="SQuAD .json or .jsonl reading examples.")],
    reader: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="small (the default), accurate, a folder or a hub name."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score a reader alone: exact match, F1 and no-answer accuracy, in percent."""
    allow_hub_for(reader)
    from pullquote.eval.runs.reader_scores import score_reader
    from pullquote.ui.cli.progress import Meter, show_count

    with Meter("scoring") as meter:
        scores = score_reader(file, reader=reader, progress=show_count(meter, "question")).to_json()
    if as_json:
        write_json(scores, sys.stdout)
        return
    _show_scores("all", scores)
    for source, part in (scores.get("by_source") or {}).items():
        _show_scores(source, part)


def _show_scores(name: str, scores: dict[str, Any]) -> None:
    figures = ((key.replace("_", " "), scores.get(key)) for key in ("exact_match", "f1", "no_answer"))
    shown = (f"{label} {figure:.2f}" for label, figure in figures if figure is not None)
    print(f"{one_line(name)}: " + ", ".join((f"n {scores['n']:,}", *shown)))
