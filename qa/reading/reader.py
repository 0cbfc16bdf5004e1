"""Reading: a question and passages in, scored spans out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from pullquote.errors import ModelError
from pullquote.index.embedding.embedder import state_hash
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.embedding.precision import has_fast_bfloat16, has_int8
from pullquote.qa.reading.span_edges import whole_span
from pullquote.qa.reading.weights import load_packed, packed_file
from pullquote.qa.reading.windows import ReaderInput, Window, batches_by_length, make_windows, pad

SMALL_READER = "small"
_SHIPPED = "reader-"

# Of 3,352 development answers 99.5% have at most 30 tokens.
MAX_SPAN_TOKENS = 30
# Tokens (padding included) of one forward pass: more means more padding, fewer means smaller matrices. Measured on two
# cores, 12 passages of a question: 4096 takes 647 ms, 1024 536, 768 501, 512 508, 256 635.
_BATCH_TOKENS = 768
# In bfloat16 the matrices are done sooner, and fewer calls count for more.
_BFLOAT16_BATCH_TOKENS = 3072
_MASKED = -1e9
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A possible answer: `[start, end)` in characters of the passage.

    `score` is the sum of the start and the end logit as the model gave them (any real, higher is better).
    No softmax over the passage is taken, so scores of separate passages can be compared.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage.

    Attributes:
        spans: best first; may be empty for a passage without a word.
        no_answer_score: score of "not here" on the spans' scale: of all windows, the least certain one's.
    """

    spans: tuple[ScoredSpan, ...]
    no_answer_score: float


@dataclass(frozen=True, slots=True)
class SpanScores:
    """What a reader makes of given spans of a passage.

    Attributes:
        log_probabilities: of each span among all of the passage, natural logarithms; minus infinity for none.
        nothing: the logarithm of the odds of "not here" against all of them together.
    """

    log_probabilities: tuple[float, ...]
    nothing: float


@runtime_checkable
class Reader(Protocol):
    """What the engine needs of a reading model."""

    @property
    def name(self) -> str:
        """Name to show."""

    @property
    def sha256(self) -> str:
        """Hash of the weights."""

    @property
    def folder(self) -> Path | None:
        """Where the weights lie, and beside them what was fitted for their scores; None for a model from the hub."""

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        """Return one reading a passage, with up to `spans` spans each."""


def checked_readings(reader: Reader, readings: Any, passages: Sequence[ReaderInput]) -> list[Reading]:
    """Return what a reader made of passages.

    Raises:
        ModelError: there is not one reading a passage, a span lies outside of its passage, or a score isn't finite.
    """
    found = list(readings)
    wrong = f"The reader {reader.name!r} gave"
    if len(found) != len(passages):
        raise ModelError(f"{wrong} {len(found)} readings for {len(passages)} passages.")
    for reading, passage in zip(found, passages, strict=True):
        for span in reading.spans:
            if not 0 <= span.start < span.end <= len(passage.text):
                raise ModelError(
                    f"{wrong} the span {span.start} to {span.end} of a passage with {len(passage.text)} characters."
                )
        if not all(np.isfinite(score) for score in (reading.no_answer_score, *(span.score for span in reading.spans))):
            raise ModelError(f"{wrong} a score that is not finite.")
    return found


class TransformersReader:
    """Any Hugging Face extractive question-answering model with a fast tokenizer.

    Args:
        name: of one that ships in the package (`shipped_readers`), a folder, or a hub name.
        max_tokens: window; a longer passage is read through several.
        stride: tokens that neighbouring windows share.
        bfloat16: None decides by the processor.
        int8: whether to compute in int8 (`pullquote.qa.reading.int8`); None does for packed readers, where that is
            faster.

    Raises:
        ModelError: the model can't be found or loaded, or has no fast tokenizer.
    """

    def __init__(
        self,
        name: str = SMALL_READER,
        *,
        max_tokens: int = 384,
        stride: int = 96,
        bfloat16: bool | None = None,
        int8: bool | None = None,
    ) -> None:
        keep_freed()
        self._name = name
        # A tokenizer keeps truncation as state, and questions may be read in several threads.
        self._tokenizing = Lock()
        self._folder = reader_folder(name)
        self._model, self._tokenizer, self._sha256 = _load(name, self._folder)
        limit = int(getattr(self._model.config, "max_position_embeddings", 512))
        self._max_tokens = min(max_tokens, limit)
        self._stride = min(stride, self._max_tokens // 4)
        self._bfloat16 = has_fast_bfloat16() if bfloat16 is None else bfloat16
        packed = self._folder is not None and packed_file(self._folder) is not None
        self._int8 = (packed and not self._bfloat16 and has_int8()) if int8 is None else int8
        self._compute(self._model)

    @property
    def name(self) -> str:
        """Name to show."""
        return self._name

    @property
    def sha256(self) -> str:
        """Hash of the weights."""
        return self._sha256

    @property
    def tokenizer(self) -> Any:
        """Its Hugging Face tokenizer."""
        return self._tokenizer

    @property
    def tokenizing(self) -> Lock:
        """What whoever uses the tokenizer has to hold: it keeps truncation as state."""
        return self._tokenizing

    @property
    def folder(self) -> Path | None:
        """Where the weights lie, and beside them what was fitted for their scores; None for a model from the hub."""
        return self._folder

    @property
    def bfloat16(self) -> bool:
        """Whether it computes in bfloat16."""
        return self._bfloat16

    def with_upper_layers(self, change: Callable[[Any], None], *, count: int) -> Any:
        """Return a model like this reader's, but for its upper layers; all others are this reader's own.

        Args:
            change: changes the upper layers of a float32 model, in place.
            count: how many there are.

        Raises:
            ModelError: the weights can't be loaded again, or the layers of such a model can't be told apart.
        """
        model, _, _ = _load(self._name, self._folder)
        layers = getattr(getattr(model.base_model, "encoder", None), "layer", None)
        if layers is None:
            raise ModelError(f"The layers of the reader {self._name!r} can't be told apart.")
        change(model)
        self._compute(model)
        own = self._model.base_model
        model.base_model.embeddings = own.embeddings
        for at in range(len(layers) - count):
            layers[at] = own.encoder.layer[at]
        return model

    def _compute(self, model: Any) -> None:
        """Have a float32 model compute as this reader does, in place."""
        if self._bfloat16:
            import torch

            # Sums and norms as well: autocast keeps them in float32, which takes longer.
            model.to(torch.bfloat16)
        if self._int8:
            # Needs torch, which takes a second to import.
            from pullquote.qa.reading.int8 import to_int8

            with self._tokenizing:
                to_int8(model, self._tokenizer, max_tokens=self._max_tokens)

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        """Return one reading a passage, with up to `spans` spans each."""
        return self.read_pairs([question] * len(passages), passages, spans=spans)

    def read_pairs(self, questions: Sequence[str], passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        """Return one reading for each pair of a question and a passage."""
        found: list[list[ScoredSpan]] = [[] for _ in passages]
        nothing = [np.inf] * len(passages)
        for window, starts, ends in self.token_scores(questions, passages):
            text = passages[window.passage].text
            # Twice as many as are asked for: several may be parts of one word.
            for span in best_spans(window, starts, ends, 2 * spans, paragraph_numbers(text, window)):
                start, end = whole_span(text, span.start, span.end)
                found[window.passage].append(ScoredSpan(start, end, span.score))
            # The first token, [CLS] or its like, stands for "not in this window" (Devlin et al. 2019).
            nothing[window.passage] = min(nothing[window.passage], float(starts[0] + ends[0]))
        return [
            Reading(_merge(passage_spans, spans), score) for passage_spans, score in zip(found, nothing, strict=True)
        ]

    def score_spans(self, question: str, passage: ReaderInput, spans: Sequence[tuple[int, int]]) -> SpanScores:
        """Return how likely each of some spans answers, among all spans of the passage.

        Start and end each have the probability softmax(logit) over the passage's tokens. A span that doesn't begin
        and end with a token, which words do, has none.

        Args:
            question: what is asked.
            passage: what is read.
            spans: `[start, end)` in characters of the passage.
        """
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        nothing = np.inf
        for window, start_logits, end_logits in self.token_scores([question], [passage]):
            nothing = min(nothing, float(start_logits[0] + end_logits[0]))
            for token in np.flatnonzero(window.answerable):
                for known, place, logit in (
                    (starts, int(window.starts[token]), float(start_logits[token])),
                    (ends, int(window.ends[token]), float(end_logits[token])),
                ):
                    known[place] = max(logit, known.get(place, -np.inf))
        if not starts:
            return SpanScores((-np.inf,) * len(spans), 0.0)
        total = float(np.logaddexp.reduce(list(starts.values())) + np.logaddexp.reduce(list(ends.values())))
        return SpanScores(
            tuple(starts.get(start, -np.inf) + ends.get(end, -np.inf) - total for start, end in spans),
            nothing - total,
        )

    def token_scores(
        self, questions: Sequence[str], passages: Sequence[ReaderInput]
    ) -> Iterator[tuple[Window, Scores, Scores]]:
        """Yield each window of each pair, longest first, with its start and its end logits, (tokens,) each."""
        with self._tokenizing:
            windows = make_windows(
                self._tokenizer, questions, passages, max_tokens=self._max_tokens, stride=self._stride
            )
        tokens = _BFLOAT16_BATCH_TOKENS if self._bfloat16 else _BATCH_TOKENS
        for rows in batches_by_length([len(window.ids) for window in windows], tokens):
            batch = [windows[row] for row in rows]
            starts, ends = self._logits(batch)
            for at, window in enumerate(batch):
                length = len(window.ids)
                yield window, starts[at, :length], ends[at, :length]

    def _logits(self, windows: Sequence[Window]) -> tuple[Scores, Scores]:
        """Return start and end logits, each (windows, tokens) float32."""
        import torch

        ids, attention, types, _ = pad(windows, self._tokenizer.pad_token_id or 0)
        arguments = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(attention)}
        if "token_type_ids" in self._tokenizer.model_input_names:
            arguments["token_type_ids"] = torch.from_numpy(types)
        with torch.inference_mode():
            output = self._model(**arguments)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def paragraph_numbers(text: str, window: Window) -> npt.NDArray[np.int64]:
    """Return (tokens,) the number of the paragraph that each token of a window stands in, from 0."""
    breaks = [place.start() for place in _PARAGRAPH_BREAK.finditer(text)]
    return np.searchsorted(breaks, window.starts, side="right")


def best_spans(
    window: Window, starts: Scores, ends: Scores, count: int, paragraphs: npt.NDArray[np.int64]
) -> list[ScoredSpan]:
    """Return up to `count` spans of at most MAX_SPAN_TOKENS tokens that lie in one paragraph, best first.

    Args:
        window: the tokens.
        starts: (tokens,) start logits.
        ends: (tokens,) end logits.
        count: how many.
        paragraphs: (tokens,) number of each token's paragraph: no answer is printed across two.
    """
    allowed = window.answerable
    start = np.where(allowed, starts, _MASKED)
    end = np.where(allowed, ends, _MASKED)
    tokens = len(start)
    lengths = min(MAX_SPAN_TOKENS, tokens)
    sums = np.full((lengths, tokens), 2 * _MASKED, dtype=np.float64)
    for extra in range(lengths):
        together = paragraphs[: tokens - extra] == paragraphs[extra:]
        sums[extra, : tokens - extra] = np.where(together, start[: tokens - extra] + end[extra:], 2 * _MASKED)
    flat = sums.ravel()
    top = np.argpartition(-flat, min(count, flat.size - 1))[:count]
    spans = []
    for index in sorted(top, key=lambda index: (-flat[index], index)):
        extra, first = divmod(int(index), tokens)
        if flat[index] > _MASKED / 2:  # one masked end and a large logit come to more than _MASKED
            spans.append(ScoredSpan(int(window.starts[first]), int(window.ends[first + extra]), float(flat[index])))
    return spans


def _merge(spans: list[ScoredSpan], count: int) -> tuple[ScoredSpan, ...]:
    """Return the best `count`, each place once: neighbouring windows see the same words."""
    best: dict[tuple[int, int], ScoredSpan] = {}
    for span in spans:
        place = (span.start, span.end)
        if place not in best or best[place].score < span.score:
            best[place] = span
    return tuple(sorted(best.values(), key=lambda span: (-span.score, span.start, span.end))[:count])


def shipped_reader_folder(name: str = SMALL_READER) -> Path:
    """Return the folder of a reader that ships in the package."""
    return Path(__file__).parents[1] / f"{_SHIPPED}{name}"


def shipped_readers() -> list[str]:
    """Return the names of the readers that ship in the package, in alphabetical order."""
    folders = Path(__file__).parents[1].glob(f"{_SHIPPED}*")
    return sorted(folder.name.removeprefix(_SHIPPED) for folder in folders if packed_file(folder))


def reader_folder(name: str) -> Path | None:
    """Return the folder that a reader's name stands for; None where the hub is meant."""
    folder = shipped_reader_folder(name) if name in shipped_readers() else Path(name)
    return folder.resolve() if folder.is_dir() else None


def _load(name: str, folder: Path | None) -> tuple[Any, Any, str]:
    """Return (model, tokenizer, SHA-256 of the weights), from the hub where there is no folder."""
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    if folder is None and shipped_reader_folder(name).is_dir():
        alone = " or ".join(shipped_readers())
        raise ModelError(f"The reader {name!r} has no weights of its own: name {alone} to use one alone.")
    disable_progress_bar()  # type: ignore[no-untyped-call]
    source = str(folder or name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        if not tokenizer.is_fast:
            raise ModelError(f"The reader {name!r} has no fast tokenizer, which exact offsets need.")
        if folder and packed_file(folder):
            model, sha256 = load_packed(folder)
        else:
            model = AutoModelForQuestionAnswering.from_pretrained(source, dtype=torch.float32)
            sha256 = _weights_hash(folder, model)
    except ModelError:
        raise
    except Exception as error:
        # Whatever the hub client or torch raises, the user needs one sentence.
        cause = str(error).strip().partition("\n")[0][:300] or type(error).__name__
        raise ModelError(f"The reader {name!r} cannot be loaded: {cause}") from error
    # Needs torch, which takes a second to import.
    from pullquote.qa.reading.attention import fuse_attention

    fuse_attention(model)
    return model.eval(), tokenizer, sha256


def _weights_hash(folder: Path | None, model: Any) -> str:
    file = folder / "model.safetensors" if folder else None
    if file and file.is_file():
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    return state_hash(model)
