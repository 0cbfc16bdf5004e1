"""PyTorch as a reader's runtime."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from pullquote.errors import ModelError
from pullquote.index.embedding.embedder import state_hash
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.embedding.precision import has_fast_bfloat16, has_int8
from pullquote.index.encoders.config import EncoderConfig
from pullquote.index.forks import compute_alone_after_fork
from pullquote.qa.reading.runtime import Scores
from pullquote.qa.reading.shipped import reader_folder, shipped_reader_folder, shipped_readers
from pullquote.qa.reading.weights import load_packed, packed_file, packed_state
from pullquote.qa.reading.windows import Window, pad

# Tokens (padding included) of one forward pass: more means more padding, fewer means smaller matrices. Measured on two
# cores, 12 passages of a question: 4096 takes 647 ms, 1024 536, 768 501, 512 508, 256 635.
_BATCH_TOKENS = 768
# In bfloat16 the matrices are done sooner, and fewer calls count for more.
_BFLOAT16_BATCH_TOKENS = 3072


class TorchRuntime:
    """Any Hugging Face extractive question-answering model with a fast tokenizer.

    Args:
        name: of one that ships in the package (`shipped_readers`), a folder, or a hub name.
        max_tokens: the longest window that it will be given.
        bfloat16: None decides by the processor.
        int8: whether to compute in int8 (`pullquote.qa.reading.int8`); None does for packed readers, where that is
            faster.

    Raises:
        ModelError: the model can't be found or loaded, or has no fast tokenizer.
    """

    def __init__(
        self, name: str, *, max_tokens: int = 512, bfloat16: bool | None = None, int8: bool | None = None
    ) -> None:
        keep_freed()
        compute_alone_after_fork()
        self.name = name
        # Questions may be read in several threads.
        self.tokenizing = Lock()
        self.folder = reader_folder(name)
        self.model, self.tokenizer, self.sha256 = _load(name, self.folder)
        self.max_tokens = min(max_tokens, int(getattr(self.model.config, "max_position_embeddings", 512)))
        self.bfloat16 = has_fast_bfloat16() if bfloat16 is None else bfloat16
        packed = self.folder is not None and packed_file(self.folder) is not None
        self._int8 = (packed and not self.bfloat16 and has_int8()) if int8 is None else int8
        self._compute(self.model)

    @property
    def batch_tokens(self) -> int:
        """Tokens, padding included, that are best computed at once."""
        return _BFLOAT16_BATCH_TOKENS if self.bfloat16 else _BATCH_TOKENS

    def with_upper_layers(self, change: Callable[[Any], None], *, count: int) -> Any:
        """Return a model like this one, but for its upper layers; all others are its own.

        Args:
            change: changes the upper layers of a float32 model, in place.
            count: how many there are.

        Raises:
            ModelError: the weights can't be loaded again, or the layers of such a model can't be told apart.
        """
        # Needs torch, which takes a second to import.
        from pullquote.qa.reading.span_model import SpanModel, with_lower_layers_of

        if isinstance(self.model, SpanModel) and self.folder:
            model = with_lower_layers_of(self.model, self.folder, count=count)
            change(model)
            self._compute(model)
            return model
        model, _, _ = _load(self.name, self.folder)
        layers = getattr(getattr(model.base_model, "encoder", None), "layer", None)
        if layers is None:
            raise ModelError(f"The layers of the reader {self.name!r} can't be told apart.")
        change(model)
        self._compute(model)
        own = self.model.base_model
        model.base_model.embeddings = own.embeddings
        for at in range(len(layers) - count):
            layers[at] = own.encoder.layer[at]
        return model

    def _compute(self, model: Any) -> None:
        """Have a float32 model compute as this runtime does, in place."""
        if self.bfloat16:
            import torch

            # Sums and norms as well: autocast keeps them in float32, which takes longer.
            model.to(torch.bfloat16)
        if self._int8:
            # Needs torch, which takes a second to import.
            from pullquote.qa.reading.int8 import to_int8

            with self.tokenizing:
                to_int8(model, self.tokenizer, max_tokens=self.max_tokens)

    def logits(self, windows: Sequence[Window]) -> tuple[Scores, Scores]:
        """Return start and end logits, each (windows, longest window) float32."""
        import torch

        ids, attention, types, _ = pad(windows, self.tokenizer.pad_token_id or 0)
        arguments = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(attention)}
        if "token_type_ids" in self.tokenizer.model_input_names:
            arguments["token_type_ids"] = torch.from_numpy(types)
        with torch.inference_mode():
            output = self.model(**arguments)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def _load(name: str, folder: Path | None) -> tuple[Any, Any, str]:
    """Return (model, tokenizer, SHA-256 of the weights), from the hub where there is no folder."""
    if folder is None and shipped_reader_folder(name).is_dir():
        alone = " or ".join(shipped_readers())
        raise ModelError(f"The reader {name!r} has no weights of its own: name {alone} to use one alone.")
    if folder and packed_file(folder) and (config := EncoderConfig.read(folder)):
        # The weights first: another thread may import torch meanwhile, which takes a second.
        state, sha256 = packed_state(folder)
        from pullquote.qa.reading.span_model import span_model_of

        return (*span_model_of(folder, config, state), sha256)
    return _load_any(name, folder)


def _load_any(name: str, folder: Path | None) -> tuple[Any, Any, str]:
    """Return what `_load` does, of any model that transformers computes."""
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    # Needs torch, which takes a second to import.
    from pullquote.qa.reading.attention import fuse_attention

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
    fuse_attention(model)
    return model.eval(), tokenizer, sha256


def _weights_hash(folder: Path | None, model: Any) -> str:
    file = folder / "model.safetensors" if folder else None
    if file and file.is_file():
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    return state_hash(model)
