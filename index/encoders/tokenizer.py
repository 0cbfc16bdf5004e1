"""A Hugging Face fast tokenizer from its `tokenizer.json`, with as much of transformers' interface as is used here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tokenizers

# The arguments of `truncation` by the library's own names.
_STRATEGIES = {True: "longest_first", "longest_first": "longest_first", "only_second": "only_second"}
# What an encoder of each kind is given.
_INPUTS = {"bert": ("input_ids", "token_type_ids", "attention_mask"), "mpnet": ("input_ids", "attention_mask")}


class Encodings:
    """Rows of tokens, by the names that transformers gives to what is known of them.

    Args:
        rows: one a row.
        samples: for each, the number of the text that it is of.
        single: a single text was given: then values are those of its row.
    """

    def __init__(self, rows: Sequence[tokenizers.Encoding], samples: Sequence[int], *, single: bool) -> None:
        self._rows, self._samples, self._single = rows, samples, single

    def __getitem__(self, name: str) -> Any:
        made: list[Any]
        match name:
            case "input_ids":
                made = [row.ids for row in self._rows]
            case "token_type_ids":
                made = [row.type_ids for row in self._rows]
            case "attention_mask":
                made = [row.attention_mask for row in self._rows]
            case "offset_mapping":
                made = [row.offsets for row in self._rows]
            case "overflow_to_sample_mapping":
                return list(self._samples)
            case _:
                raise KeyError(name)
        return made[0] if self._single else made

    def sequence_ids(self, row: int) -> list[int | None]:
        """Return for each token of a row the part of the pair that it is of; None for what is of neither."""
        ids: list[int | None] = self._rows[row].sequence_ids
        return ids


class FastTokenizer:
    """Tells texts into tokens. Truncation is kept as state: threads that share one take turns.

    Args:
        folder: with tokenizer.json and tokenizer_config.json.
        kind: of the encoder, one of `KINDS`.

    Raises:
        OSError, ValueError: a file is missing or damaged.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        try:
            self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises no class of its own
            raise ValueError(str(error)) from error
        self.tokenizer.no_padding()
        facts = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        self.model_input_names = _INPUTS[kind]
        self.pad_token_id, self.cls_token_id, self.sep_token_id = (
            self.tokenizer.token_to_id(_content(facts[f"{name}_token"])) for name in ("pad", "cls", "sep")
        )

    @property
    def size(self) -> int:
        """How many tokens it knows; their numbers are smaller."""
        count: int = self.tokenizer.get_vocab_size()
        return count

    def __call__(
        self,
        texts: str | Sequence[str],
        pairs: str | Sequence[str] | None = None,
        *,
        truncation: bool | str = False,
        max_length: int | None = None,
        stride: int = 0,
        add_special_tokens: bool = True,
        return_overflowing_tokens: bool = False,
        **_: bool,
    ) -> Encodings:
        """Return the tokens of texts or pairs; arguments as transformers' tokenizers have them."""
        if truncation and max_length is not None:
            self.tokenizer.enable_truncation(max_length, stride=stride, strategy=_STRATEGIES[truncation])
        else:
            self.tokenizer.no_truncation()
        single = isinstance(texts, str)
        given: list[Any] = [texts] if isinstance(texts, str) else list(texts)
        if pairs is not None:
            others = [pairs] if isinstance(pairs, str) else list(pairs)
            given = list(zip(given, others, strict=True))
        encoded = self.tokenizer.encode_batch(given, add_special_tokens=add_special_tokens)
        rows, samples = [], []
        for sample, row in enumerate(encoded):
            for one in (row, *row.overflowing) if return_overflowing_tokens else (row,):
                rows.append(one)
                samples.append(sample)
        return Encodings(rows, samples, single=single)

    def convert_tokens_to_ids(self, tokens: str | Sequence[str]) -> Any:
        """Return the number of a token, or of each."""
        if isinstance(tokens, str):
            return self.tokenizer.token_to_id(tokens)
        return [self.tokenizer.token_to_id(token) for token in tokens]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text that tokens stand for, special ones among them."""
        text: str = self.tokenizer.decode(list(ids), skip_special_tokens=False)
        return text


def _content(token: Any) -> str:
    """Return a special token's text, which some files put into an object."""
    return str(token["content"] if isinstance(token, dict) else token)
