"""A second opinion on each leading span: question, headline, day and sentence read together, the span marked.

The reader looks for what fits; the verifier is shown one span and says whether it answers (Zhang et al.,
"Retrospective Reader for Machine Reading Comprehension", AAAI 2021; Iyer et al., "RECONSIDER", NAACL 2021).
It stands on the encoder of the larger reader: the upper layers differ by matrices of low rank (Hu et al., "LoRA", ICLR
2022), which take four megabytes, and the lower ones are the reader's own.
`python -m pullquote.qa.training.verifying` trains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pullquote.errors import ModelError
from pullquote.index.passages.sentences import sentence_around
from pullquote.qa.reading.runtime import LayeredRuntime
from pullquote.qa.reading.upper_layers import UpperLayersFile
from pullquote.qa.reading.windows import MARKS, batches_by_length, question_room

if TYPE_CHECKING:
    import torch

    from pullquote.qa.reading.reader import Reader

FILE_NAME = "verifier.safetensors"
# Headline, day, two sentences: of the development spans one in a hundred is cut.
MAX_TOKENS = 160
# What of the text around the span's sentence is read, in characters.
_AROUND = 200
_SENTENCE = 700
# The matrices of a layer that differ.
_MATRICES = (
    "attention.attn.q",
    "attention.attn.k",
    "attention.attn.v",
    "attention.attn.o",
    "intermediate.dense",
    "output.dense",
)
_DOWN, _UP, _HEAD, _BIAS = "down", "up", "head.weight", "head.bias"


@dataclass(frozen=True, slots=True)
class Claim:
    """A span that is said to answer.

    Attributes:
        text: the passage.
        start, end: the span, in its characters.
        context: headline and day.
    """

    text: str
    start: int
    end: int
    context: str = ""

    def clipped(self) -> Claim:
        """Return the claim with no more of the passage than the span's sentence and the one before."""
        first, last = sentence_around(self.text, self.start, self.end)
        before = self.text[:first].rstrip()
        if before:
            earlier, _ = sentence_around(self.text, len(before) - 1, len(before))
            first = max(earlier, first - _AROUND)
        if last - first > _SENTENCE:
            first = max(first, self.start - _SENTENCE // 2)
            last = min(last, max(self.end, first + _SENTENCE))
        return Claim(self.text[first:last], self.start - first, self.end - first, self.context)


def marked_ids(tokenizer: Any, questions: Sequence[str], claims: Sequence[Claim]) -> list[list[int]]:
    """Return the token numbers of each pair, the span between `MARKS`; claims are read as they are.

    Args:
        tokenizer: a Hugging Face fast tokenizer that knows the marks.
        questions: one for each claim.
        claims: what is judged.
    """
    if not claims:
        return []
    prefixes = [f"{claim.context}\n" if claim.context else "" for claim in claims]
    room = MAX_TOKENS - len(MARKS)
    clipped = [question[: 6 * question_room(room, room // 2)] for question in questions]
    encoded = tokenizer(
        clipped,
        [prefix + claim.text for prefix, claim in zip(prefixes, claims, strict=True)],
        truncation="longest_first",
        max_length=room,
        return_offsets_mapping=True,
    )
    first_mark, last_mark = tokenizer.convert_tokens_to_ids(list(MARKS))
    made = []
    for at, (prefix, claim) in enumerate(zip(prefixes, claims, strict=True)):
        ids, offsets = encoded["input_ids"][at], encoded["offset_mapping"][at]
        start, end = claim.start + len(prefix), claim.end + len(prefix)
        own = [
            token
            for token, part in enumerate(encoded.sequence_ids(at))
            if part == 1 and offsets[token][0] < end and start < offsets[token][1]
        ]
        if own:
            ids = [*ids[: own[0]], first_mark, *ids[own[0] : own[-1] + 1], last_mark, *ids[own[-1] + 1 :]]
        made.append(list(ids))
    return made


def padded(rows: Sequence[Sequence[int]], pad_id: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return ids and attention mask, (rows, longest) each."""
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), pad_id, dtype=np.int64)
    attention = np.zeros((len(rows), longest), dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        attention[at, : len(row)] = 1
    return ids, attention


def pooled(hidden: torch.Tensor, ids: torch.Tensor, marks: Sequence[int]) -> torch.Tensor:
    """Return (rows, 3 * width): the first token and the two marks, the first token again where a mark was cut off."""
    import torch

    rows = torch.arange(len(ids), device=ids.device)
    parts = [hidden[:, 0]]
    for mark in marks:
        # argmax gives 0, the first token, where there is no mark
        parts.append(hidden[rows, (ids == mark).int().argmax(dim=1)])
    return torch.cat(parts, dim=1)


def layers_of(model: Any) -> Any:
    """Return the layers of an encoder, one after the other.

    Raises:
        ModelError: it isn't an encoder of MPNet's kind.
    """
    encoder = getattr(model.base_model, "encoder", None)
    layers = getattr(encoder, "layer", None)
    if layers is None or not hasattr(layers[0], "attention") or not hasattr(layers[0].attention, "attn"):
        raise ModelError("The verifier stands on an encoder of MPNet's kind.")
    return layers


def low_rank_names(layers: int, count: int) -> list[tuple[int, str]]:
    """Return layer and name of the matrices that differ, where the upper `layers` of `count` do."""
    return [(layer, name) for layer in range(count - layers, count) for name in _MATRICES]


def key(layer: int, name: str, part: str) -> str:
    """Return the name of one matrix of low rank in the file; `part` is "down" or "up"."""
    return f"{layer}.{name}.{part}"


class VerifierFile(UpperLayersFile):
    """A verifier's matrices of low rank and its head, in float16."""

    KIND = "verifier"

    @staticmethod
    def stored(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the tensors in float16."""
        return {name: tensor.half().contiguous() for name, tensor in tensors.items()}


class Verifier:
    """Says how likely spans answer.

    Args:
        model: a reader's model with the upper layers of this verifier.
        tokenizer: of that reader.
        tokenizing: held while the tokenizer is used.
        file: what makes it a verifier.
        bfloat16: whether the model is in it.
    """

    def __init__(self, model: Any, tokenizer: Any, file: VerifierFile, *, tokenizing: Lock, bfloat16: bool) -> None:
        import torch

        self._model, self._tokenizer, self._bfloat16 = model.base_model, tokenizer, bfloat16
        self._tokenizing = tokenizing
        self._weight, self._bias = file.tensors[_HEAD], file.tensors[_BIAS]
        self._marks = tokenizer.convert_tokens_to_ids(list(MARKS))
        self._torch = torch
        self.sha256 = file.sha256

    def score(self, question: str, claims: Sequence[Claim]) -> list[float]:
        """Return for each claim the logarithm of the odds that it answers, as it was trained; any real."""
        if not claims:
            return []
        torch = self._torch
        with self._tokenizing:
            rows = marked_ids(self._tokenizer, [question] * len(claims), [claim.clipped() for claim in claims])
        scores = np.empty(len(rows))
        for at in batches_by_length([len(row) for row in rows], 3072 if self._bfloat16 else 512):
            ids, attention = padded([rows[row] for row in at], self._tokenizer.pad_token_id or 0)
            given = torch.from_numpy(ids)
            with torch.inference_mode():
                hidden = self._model(input_ids=given, attention_mask=torch.from_numpy(attention)).last_hidden_state
                scores[at] = (pooled(hidden, given, self._marks).float() @ self._weight.T + self._bias)[:, 0].numpy()
        return [float(score) for score in scores]


def merge(model: Any, file: VerifierFile) -> None:
    """Add a verifier's matrices of low rank to the weights of a float32 model, in place."""
    import torch

    layers = layers_of(model)
    with torch.no_grad():
        for layer, name in low_rank_names(file.layers, len(layers)):
            linear = layers[layer].get_submodule(name)
            linear.weight += file.tensors[key(layer, name, _UP)] @ file.tensors[key(layer, name, _DOWN)]


def verifier_for(reader: Reader) -> Verifier | None:
    """Return the verifier that lies beside what was fitted for a reader; None where there is none for its weights.

    Raises:
        ModelError: the file is damaged, or doesn't fit the reader.
    """
    encoder = encoder_of(reader)
    if encoder is None or reader.folder is None or not (reader.folder / FILE_NAME).is_file():
        return None
    file = VerifierFile.load(reader.folder / FILE_NAME)
    if file.reader_sha256 != encoder.sha256:
        return None
    return verifier_on(encoder, file)


def encoder_of(reader: Reader) -> LayeredRuntime | None:
    """Return what computes a reader, or its second look; None where its upper layers can't be told apart."""
    runtime: Any = getattr(getattr(reader, "second", reader), "runtime", None)
    return runtime if isinstance(runtime, LayeredRuntime) else None


def verifier_on(base: LayeredRuntime, file: VerifierFile) -> Verifier:
    """Return a verifier on the encoder of the reader that it was trained on.

    Raises:
        ModelError: it was trained on another one.
    """
    if file.reader_sha256 != base.sha256:
        raise ModelError(f"The verifier was trained on other weights than those of the reader {base.name!r}.")
    model = base.with_upper_layers(lambda model: merge(model, file), count=file.layers)
    return Verifier(model, base.tokenizer, file, tokenizing=base.tokenizing, bfloat16=base.bfloat16)
