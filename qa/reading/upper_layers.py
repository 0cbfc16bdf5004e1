"""A file of weights for the upper layers of a reader's encoder: what verifiers and term classifiers are kept in."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from pullquote.errors import ModelError
from pullquote.qa.reading.weights import restored_tensors

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class UpperLayersFile(ABC):
    """What such a file holds.

    Attributes:
        tensors: by name, float32.
        reader_sha256: of the weights of the reader whose encoder they stand on.
        layers: how many of the upper layers they are for.
        sha256: of the file.
    """

    KIND: ClassVar[str]

    tensors: Mapping[str, torch.Tensor]
    reader_sha256: str
    layers: int
    sha256: str

    @staticmethod
    @abstractmethod
    def stored(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return tensors in the form in which the file keeps them."""

    @classmethod
    def load(cls, file: Path) -> Self:
        """Return what `save` wrote.

        Raises:
            ModelError: it is missing or damaged.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(file, framework="pt") as opened:
                facts = opened.metadata() or {}
                tensors = restored_tensors({name: opened.get_tensor(name) for name in opened.keys()})  # noqa: SIM118
            sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
            return cls(tensors, facts["reader_sha256"], int(facts["layers"]), sha256)
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise ModelError(f"{file} is no {cls.KIND} ({error}); reinstall the package.") from error

    @classmethod
    def save(
        cls, file: Path, tensors: Mapping[str, torch.Tensor], *, reader_sha256: str, layers: int, made: object
    ) -> None:
        """Write a file, whole or not at all.

        Args:
            file: where.
            tensors: by name.
            reader_sha256: of the weights of the reader whose encoder they stand on.
            layers: how many of the upper layers they are for.
            made: how they were trained, kept with them as JSON.
        """
        from safetensors.torch import save_file

        partial = file.with_suffix(".partial")
        file.parent.mkdir(parents=True, exist_ok=True)
        facts = {"reader_sha256": reader_sha256, "layers": str(layers), "made": json.dumps(made, sort_keys=True)}
        save_file(cls.stored({name: one.detach() for name, one in tensors.items()}), partial, metadata=facts)
        partial.replace(file)
