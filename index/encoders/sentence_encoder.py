"""A sentence-transformers model of the commonest make: an encoder, the mean of its tokens' vectors, length 1.

`sentence_transformers` makes the same of a text. Its import takes longer than all else that a question needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import tokenizers

from pullquote.index.embedding.precision import linears_to_bfloat16
from pullquote.index.encoders.config import EncoderConfig

Vectors = npt.NDArray[np.float32]

_MODULES = ["Transformer", "Pooling", "Normalize"]
_MEAN = "pooling_mode_mean_tokens"


class SentenceEncoder:
    """Embeds texts.

    Args:
        folder: of the model, with model.safetensors, tokenizer.json and sentence-transformers' own files.
        config: of its encoder.
        max_tokens: what is longer is cut.
        bfloat16: whether linear layers compute in it.

    Raises:
        OSError, ValueError, RuntimeError, SafetensorError: a file is missing or damaged.
    """

    def __init__(self, folder: Path, config: EncoderConfig, *, max_tokens: int, bfloat16: bool) -> None:
        import torch
        from safetensors.torch import load_file

        # Need torch, which takes a second to import.
        from pullquote.index.encoders.layers import Encoder
        from pullquote.index.encoders.tokenizer import FastTokenizer

        with torch.device("meta"):
            self._model = Encoder(config)
        state = load_file(folder / "model.safetensors")
        own = set(self._model.state_dict())
        # Checkpoints also hold what isn't computed here: BERT's pooler, and numbers of places.
        missing = own - set(state)
        if missing:
            raise ValueError(f"{folder} lacks the weights {min(missing)}")
        self._model.load_state_dict({name: state[name] for name in own}, assign=True)
        self._model.requires_grad_(False).eval()
        if bfloat16:
            linears_to_bfloat16(self._model)
        self._tokenizer = FastTokenizer(folder, config.kind)
        self._tokenizing = Lock()
        self._max_tokens, self._bfloat16 = max_tokens, bfloat16
        self.dimension = config.hidden_size

    @classmethod
    def of(cls, folder: Path, *, bfloat16: bool) -> SentenceEncoder | None:
        """Return the model in a folder; None where it is of another make, or where a file is missing or damaged."""
        from safetensors import SafetensorError

        config = EncoderConfig.read(folder)
        try:
            made = [module["type"].rpartition(".")[2] for module in _json(folder / "modules.json")]
            pooling = _json(folder / "1_Pooling" / "config.json")
            facts = _json(folder / "sentence_bert_config.json")
            more = _json(folder / "config_sentence_transformers.json")
            modes = {name for name, on in pooling.items() if name.startswith("pooling_mode_") and on}
            plain = made == _MODULES and modes == {_MEAN} and not facts.get("do_lower_case") and not more.get("prompts")
            if config is None or not plain:
                return None
            return cls(folder, config, max_tokens=int(facts["max_seq_length"]), bfloat16=bfloat16)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError):
            return None

    @property
    def tokenizer(self) -> tokenizers.Tokenizer:
        """Its tokenizer, to make copies of: it keeps truncation as state."""
        return self._tokenizer.tokenizer

    def embed(self, text: str) -> Vectors:
        """Return (width,) float32, L2-normalised."""
        vector: Vectors = self._embed(self._tokens([text]))[0]
        return vector

    def embed_all(
        self, texts: Sequence[str], *, batch_tokens: int, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return (n, width) float32, L2-normalised.

        Args:
            texts: any number.
            batch_tokens: of one forward pass at the most, padding included; a text is never cut for it.
            progress: hears how many texts are done.
        """
        tokens = self._tokens(texts)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for rows in batches([len(ids) for ids in tokens], batch_tokens):
            vectors[rows] = self._embed([tokens[row] for row in rows])
            done += len(rows)
            if progress:
                progress(done)
        return vectors

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        with self._tokenizing:
            encoded = self._tokenizer([text.strip() for text in texts], truncation=True, max_length=self._max_tokens)
        found: list[list[int]] = encoded["input_ids"]
        return found

    def _embed(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """Return (n, width) float32 for the tokens of texts that are of about one length."""
        import torch

        lengths = np.array([len(ids) for ids in tokens])
        present = np.arange(lengths.max()) < lengths[:, None]
        padded = np.full(present.shape, self._tokenizer.pad_token_id, dtype=np.int64)
        padded[present] = np.concatenate([np.asarray(ids, dtype=np.int64) for ids in tokens])
        attention = torch.from_numpy(present.astype(np.int64))
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            hidden = self._model(torch.from_numpy(padded), attention).last_hidden_state
            mask = attention[:, :, None].expand(hidden.shape).to(hidden.dtype)
            mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
            unit = torch.nn.functional.normalize(mean, p=2, dim=1).float()
            vectors: Vectors = torch.nn.functional.normalize(unit, p=2, dim=1).numpy()
        return vectors


def batches(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Return the numbers of texts, the longest first, in batches whose texts are of about one length.

    Args:
        lengths: of each text, in tokens, at least 1.
        most: tokens of a batch, padding included; one text by itself may have more.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable").tolist()
    made: list[list[int]] = []
    at = 0
    while at < len(order):
        size = max(1, most // lengths[order[at]])
        made.append(order[at : at + size])
        at += size
    return made


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
