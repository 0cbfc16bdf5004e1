"""Which arithmetic is worth using on this processor."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def has_fast_bfloat16() -> bool:
    """Return whether the processor multiplies bfloat16 matrices in hardware.

    Without the instructions (AVX-512 BF16, AMX or the like) PyTorch falls back to a scalar loop: one training
    step took 25 times as long as in float32 (58 against 1,500 tokens/s on two Zen 3 cores).
    """
    import torch

    # PyTorch's own gate for oneDNN's bfloat16 kernels: they are also emulated on plain AVX-512, which still pays.
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@cache
def has_int8() -> bool:
    """Return whether PyTorch has int8 kernels for this processor."""
    import torch

    return "fbgemm" in torch.backends.quantized.supported_engines


def linears_to_bfloat16(model: Any) -> None:
    """Round the weights of a model's linear layers to bfloat16, in place.

    Autocast does the same with them, but anew for each batch, which takes longer than reading a few passages. What it
    computes with them stays the same to the last bit.
    """
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)
