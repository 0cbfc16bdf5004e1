"""A sentence-transformers model of the commonest make: an encoder, the mean of its tokens' vectors, length 1.

`sentence_transformers` makes the same of a text. Its import takes longer than all else that a question needs.
"""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import tokenizers

from pullquote.index.embedding.precision import linears_to_bfloat16
from pullquote.index.encoders.config import EncoderConfig

_MODULES = ["Transformer", "Pooling", "Normalize"]
_MEAN = "pooling_mode_mean_tokens"


class SentenceEncoder:
    """Embeds single texts.

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

    def embed(self, text: str) -> npt.NDArray[np.float32]:
        """Return (width,) float32, L2-normalised."""
        import torch

        with self._tokenizing:
            encoded = self._tokenizer([text.strip()], truncation=True, max_length=self._max_tokens)
            given = {name: torch.tensor(encoded[name]) for name in self._tokenizer.model_input_names}
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            hidden = self._model(**given).last_hidden_state
            mask = given["attention_mask"][:, :, None].expand(hidden.shape).to(hidden.dtype)
            mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
            unit = torch.nn.functional.normalize(mean, p=2, dim=1).float()
            vector: npt.NDArray[np.float32] = torch.nn.functional.normalize(unit, p=2, dim=1)[0].numpy()
        return vector


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
