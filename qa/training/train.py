"""Training the reader with checkpoints, from examples to a Hugging Face folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from pullquote.errors import InputError
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.training.data.batches import TrainingWindow, collate, epoch_batches, soft_margins
from pullquote.qa.training.data.examples import Example, at_most, read_examples, repeated, with_negatives
from pullquote.qa.training.data.retrieved import side_by_side, with_retrieved
from pullquote.qa.training.data.soft_targets import SoftTargets
from pullquote.qa.training.steps.base import load_base
from pullquote.qa.training.steps.loop import Loop, LoopOptions, TrainingProgress
from pullquote.qa.training.steps.losses import soft_losses, span_losses, taught_losses

_CHECKPOINT = "checkpoint.pt"
_SOFT_TARGETS = "soft-targets"


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a reader is trained.

    Attributes:
        base: what to start from: the folder or hub name of an encoder or a reader, or a reader that ships.
        epochs: passes over the data; may be a fraction.
        batch_size: windows a step.
        learning_rate: the peak, reached after `warmup` of the steps and falling linearly to 0.
        warmup: share of the steps.
        weight_decay: of AdamW, on everything but biases and layer norms.
        max_tokens: window, in tokens.
        stride: tokens that neighbouring windows share.
        negatives: share of the questions that are also asked of a passage without the answer.
        retrieved: how many passages without the answer are read beside each question's own, of those that BM25
            finds first for it among all passages; they are learnt together. 0 for none.
        side_by_side: of so many of the questions, 0..1, one more is learnt over sentences of several passages, a line
            each, as a second look sees them.
        empty_windows: share of a long passage's windows without the answer that are kept.
        dropout: of the encoder. A single pass over the data has no use for it, and it costs half of the
            speed on a CPU (800 against 1,500 tokens/s on two cores with AVX2).
        freeze_embeddings: leave the token embeddings as the encoder has them.
        keep_layers: of the base's layers, counted from 0, those that the reader gets, in that order: a smaller one to
            begin with (Sanh et al. 2019, "DistilBERT"); empty for all.
        freeze_layers: leave so many of the encoder's lowest layers as they are: half of the layers frozen saves a
            third of the arithmetic, and little of the accuracy hangs on them (Lee et al. 2019, "What would Elsa do?").
        packed_bits: learn with weights rounded as `pullquote.qa.reading.weights.pack` will with so many bits, 8 or 4
            (`pullquote.qa.training.steps.rounding`); 0 for exact ones.
        at_most: `(source, examples)`: take only so many of a source, chosen by `seed`.
        times: `(source, times)`: learn a source so many times in an epoch, the few examples that are worth most.
        teacher: a larger reader to learn from beside the labels (`pullquote.qa.training.data.soft_targets`): a folder
            or hub name; None for none.
        soft_share: how much what the teacher says counts beside the labels, 0..1; alone where there are none.
        temperature: what the teacher's and the learner's scores are divided by before they are compared.
        seed: for shuffling, sampling and the new layer's weights.
    """

    base: str
    epochs: float = 1.0
    batch_size: int = 32
    learning_rate: float = 2e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    max_tokens: int = 192
    stride: int = 64
    negatives: float = 0.15
    retrieved: int = 0
    side_by_side: float = 0.0
    empty_windows: float = 0.15
    dropout: float = 0.0
    freeze_embeddings: bool = True
    keep_layers: tuple[int, ...] = ()
    freeze_layers: int = 0
    packed_bits: int = 0
    at_most: tuple[tuple[str, int], ...] = ()
    times: tuple[tuple[str, int], ...] = ()
    teacher: str | None = None
    soft_share: float = 0.7
    temperature: float = 2.0
    seed: int = 20310504


def train_reader(
    data: Sequence[Path],
    output: Path,
    options: TrainingOptions,
    *,
    checkpoints: Path,
    checkpoint_every_s: float = 300.0,
    progress: Callable[[TrainingProgress], None] = lambda _: None,
    teaching: Callable[[int, int], None] = lambda *_: None,
) -> Path:
    """Train a reader and write it to `output` as a Hugging Face model in float16.

    Interrupted (SIGINT, SIGTERM) or killed, it goes on from the last checkpoint when called again with the
    same data and options (`epochs` may differ: the learning rate then falls towards the new end).

    Args:
        data: reading examples (see `read_examples`).
        output: folder to write `config.json`, `model.safetensors`, the tokenizer and `training.json` to.
        options: what to train and how.
        checkpoints: folder for the state to resume from, up to ten bytes a parameter; what a teacher said is kept
            there, too.
        checkpoint_every_s: seconds between checkpoints.
        progress: called about once a second.
        teaching: called now and then with how many windows the teacher has read, and how many there are.

    Returns:
        `output`.

    Raises:
        SourceError: a data file is bad.
        InputError: the checkpoint is of another run, there are unlabelled examples and no teacher, or a layer that is
            to be kept or left as it is isn't there.
        ModelError: the base or the teacher cannot be loaded.
    """
    torch.manual_seed(options.seed)
    examples = [example for path in data for example in read_examples(path)]
    if not examples:
        raise InputError("There are no examples to train on.")
    if options.teacher is None and not all(example.labelled for example in examples):
        raise InputError("Some examples have no labels (answers: null), which takes a teacher to learn from.")
    examples = at_most(examples, dict(options.at_most), seed=options.seed)
    examples = repeated(examples, dict(options.times))
    examples = with_negatives(examples, share=options.negatives, seed=options.seed)
    beside = side_by_side(examples, share=options.side_by_side, seed=options.seed) if options.side_by_side else []
    if options.retrieved:
        examples = with_retrieved(examples, count=options.retrieved)
    examples += beside
    keep_freed()
    model, tokenizer = load_base(
        options.base,
        dropout=options.dropout,
        freeze_embeddings=options.freeze_embeddings,
        keep_layers=options.keep_layers,
        freeze_layers=options.freeze_layers,
    )
    batches = list(_batches(examples, tokenizer, options))
    objective = _Objective(model, tokenizer, options)
    loop = Loop(
        model,
        batches,
        loss=objective,
        key=lambda row: row.group or None,
        options=LoopOptions(
            learning_rate=options.learning_rate,
            warmup=options.warmup,
            weight_decay=options.weight_decay,
            packed_bits=options.packed_bits,
            # Threads would draw their dropout in any order.
            workers=1 if options.dropout else None,
            seed=options.seed,
        ),
        checkpoint=checkpoints / _CHECKPOINT,
        fingerprint=_fingerprint(examples, options),
    )
    loop.resume()
    if options.teacher is not None:
        soft = SoftTargets(checkpoints / _SOFT_TARGETS, TransformersReader(options.teacher))
        soft.ask((row.asked for rows in batches for row in rows), progress=teaching)
        objective.soft = soft
    loop.train(checkpoint_every_s=checkpoint_every_s, progress=progress)
    return _save(model, tokenizer, output, options, data, loop)


def _batches(examples: Sequence[Example], tokenizer: Any, options: TrainingOptions) -> Iterator[list[TrainingWindow]]:
    whole, part = divmod(options.epochs, 1.0)
    for epoch in range(int(whole) + (part > 0)):
        batches = epoch_batches(
            examples,
            tokenizer,
            batch_size=options.batch_size,
            max_tokens=options.max_tokens,
            stride=options.stride,
            empty_windows=options.empty_windows,
            seed=options.seed + epoch,
        )
        yield from batches if epoch < whole else batches[: int(len(batches) * part)]


def _fingerprint(examples: Sequence[Example], options: TrainingOptions) -> str:
    # The number of epochs may change between sittings: batches come in the same order whatever it is, and
    # the learning rate falls towards the new end.
    facts = {name: value for name, value in asdict(options).items() if name != "epochs"}
    if not options.teacher:
        del facts["soft_share"], facts["temperature"]
    return hashlib.sha256(json.dumps([facts, [example.id for example in examples]]).encode()).hexdigest()


class _Objective:
    """The loss of windows; `soft` is what a teacher said of them, if there is one."""

    def __init__(self, model: Any, tokenizer: Any, options: TrainingOptions) -> None:
        self._model, self._pad_id, self._options = model, tokenizer.pad_token_id, options
        self.soft: SoftTargets | None = None

    def __call__(self, rows: Sequence[TrainingWindow]) -> torch.Tensor:
        batch = collate(rows, self._pad_id)
        with torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bfloat16()):
            output = self._model(
                input_ids=torch.from_numpy(batch.ids),
                attention_mask=torch.from_numpy(batch.attention),
                token_type_ids=torch.from_numpy(batch.types),
            )
        logits = output.start_logits.float(), output.end_logits.float()
        answerable = torch.from_numpy(batch.answerable)
        targets = torch.from_numpy(batch.starts), torch.from_numpy(batch.ends)
        losses = span_losses(logits, targets, answerable, batch.groups)
        if self.soft is None:
            return losses.mean()
        starts, ends = soft_margins(rows, self.soft)
        said = torch.from_numpy(starts), torch.from_numpy(ends)
        options = self._options
        soft = soft_losses(logits, said, answerable, batch.groups, temperature=options.temperature)
        return taught_losses(soft, losses, batch.labelled, batch.groups, share=options.soft_share).mean()


def _save(
    model: Any,
    tokenizer: Any,
    output: Path,
    options: TrainingOptions,
    data: Sequence[Path],
    loop: Loop[TrainingWindow],
) -> Path:
    output.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(output)
    tokenizer.save_pretrained(output)
    facts = {
        # Never a path: where the data lay on the machine that trained is nobody's business.
        "options": {
            **asdict(options),
            "base": Path(options.base).name,
            "teacher": Path(options.teacher).name if options.teacher else None,
        },
        "data": [path.name for path in data],
        "steps": loop.steps,
        "seconds": round(loop.seconds),
        "final_loss": None if loop.loss is None else round(loop.loss, 4),
    }
    (output / "training.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return output
