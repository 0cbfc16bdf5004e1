"""What a training computes on: a GPU where there is one, else the processor, in bfloat16 where that is fast."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pullquote.errors import InputError
from pullquote.index.embedding.precision import has_fast_bfloat16


@dataclass(frozen=True, slots=True)
class Machine:
    """A device and its arithmetic.

    Attributes:
        device: as PyTorch names it.
        bfloat16: whether matrices are multiplied in bfloat16.
    """

    device: torch.device
    bfloat16: bool

    @property
    def cuda(self) -> bool:
        """Whether it is a GPU."""
        return self.device.type == "cuda"

    @property
    def name(self) -> str:
        """Name to show."""
        kind = torch.cuda.get_device_name(self.device) if self.cuda else f"{torch.get_num_threads()} processor cores"
        return f"{kind}, {'bfloat16' if self.bfloat16 else 'float32'}"

    def autocast(self) -> AbstractContextManager[Any]:
        """Return a context in which matrices are multiplied in bfloat16 where that is fast."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)

    def tensor(self, array: npt.NDArray[np.generic]) -> torch.Tensor:
        """Return an array as a tensor there."""
        tensor = torch.from_numpy(array)
        # From pinned memory the copy needn't wait for what the GPU is doing.
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.cuda else tensor

    def peak_bytes(self) -> int:
        """Return the most memory that has been in use: the GPU's, or the process's."""
        if self.cuda:
            return int(torch.cuda.max_memory_allocated(self.device))
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def find_machine(name: str = "auto") -> Machine:
    """Return the machine of a name: auto, cpu, cuda.

    Raises:
        InputError: there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("There is no GPU that PyTorch can use; name --device cpu.")
    if name not in ("cpu", "cuda"):
        raise InputError(f"The device has to be auto, cpu or cuda, not {name!r}.")
    return Machine(torch.device(name), torch.cuda.is_bf16_supported() if name == "cuda" else has_fast_bfloat16())
