"""One reader over any runtime: start and end logits of tokens become scored spans of passages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pullquote.qa.reading.reader import Reading, ScoredSpan, SpanScores
from pullquote.qa.reading.runtime import Runtime, Scores
from pullquote.qa.reading.shipped import SMALL_READER
from pullquote.qa.reading.span_edges import whole_span
from pullquote.qa.reading.torch_runtime import TorchRuntime
from pullquote.qa.reading.windows import ReaderInput, Window, batches_by_length, make_windows

# Of 3,352 development answers 99.5% have at most 30 tokens.
MAX_SPAN_TOKENS = 30
_MASKED = -1e9
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
_MAX_TOKENS, _STRIDE = 384, 96


class SpanReader:
    """Reads through windows of tokens, whatever computes their logits.

    Args:
        runtime: computes.
        max_tokens: window; a longer passage is read through several.
        stride: tokens that neighbouring windows share.
    """

    def __init__(self, runtime: Runtime, *, max_tokens: int = _MAX_TOKENS, stride: int = _STRIDE) -> None:
        self.runtime = runtime
        self._max_tokens = min(max_tokens, runtime.max_tokens)
        self._stride = min(stride, self._max_tokens // 4)

    @property
    def name(self) -> str:
        """Name to show."""
        return self.runtime.name

    @property
    def sha256(self) -> str:
        """Hash of the weights."""
        return self.runtime.sha256

    @property
    def folder(self) -> Path | None:
        """Where the weights lie, and beside them what was fitted for their scores; None where they lie in no folder."""
        return self.runtime.folder

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
        runtime = self.runtime
        with runtime.tokenizing:
            windows = make_windows(
                runtime.tokenizer, questions, passages, max_tokens=self._max_tokens, stride=self._stride
            )
        for rows in batches_by_length([len(window.ids) for window in windows], runtime.batch_tokens):
            batch = [windows[row] for row in rows]
            starts, ends = runtime.logits(batch)
            for at, window in enumerate(batch):
                length = len(window.ids)
                yield window, starts[at, :length], ends[at, :length]


class TransformersReader(SpanReader):
    """Any Hugging Face extractive question-answering model with a fast tokenizer, read with PyTorch.

    Args:
        name: of one that ships in the package (`shipped_readers`), a folder, or a hub name.
        max_tokens: window; a longer passage is read through several.
        stride: tokens that neighbouring windows share.
        bfloat16: None decides by the processor.
        int8: whether to compute in int8; None does for packed readers, where that is faster.

    Raises:
        ModelError: the model can't be found or loaded, or has no fast tokenizer.
    """

    runtime: TorchRuntime

    def __init__(
        self,
        name: str = SMALL_READER,
        *,
        max_tokens: int = _MAX_TOKENS,
        stride: int = _STRIDE,
        bfloat16: bool | None = None,
        int8: bool | None = None,
    ) -> None:
        runtime = TorchRuntime(name, max_tokens=max_tokens, bfloat16=bfloat16, int8=int8)
        super().__init__(runtime, max_tokens=max_tokens, stride=stride)


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
