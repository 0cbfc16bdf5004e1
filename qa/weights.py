"""Weights at a quarter of their size: int8 matrices with a float16 scale a row, restored on load.

    python -m pullquote.qa.weights TRAINED_READER OUTPUT

A row's scale is its largest magnitude / 127 (symmetric, round to nearest: Jacob et al., "Quantization and
Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018, section 2.1).
Vectors (biases, layer norms) stay float16.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

from pullquote.errors import InputError, ModelError

PACKED_NAME = "model.int8.safetensors"
_SCALE = ".row_scale"
# What a tokenizer and a model need besides the weights, and the record of the training.
_COMPANIONS = ("config.json", "tokenizer.json", "tokenizer_config.json", "training.json", "README.md")


def pack(source: Path, output: Path) -> Path:
    """Write the int8 form of a Hugging Face model folder; return the weights' file.

    Raises:
        InputError: `source` holds no model.safetensors.
    """
    import torch
    from safetensors.torch import load_file, save_file

    weights = source / "model.safetensors"
    if not weights.is_file():
        raise InputError(f"{source} holds no model.safetensors.")
    packed = {}
    for name, tensor in load_file(weights).items():
        if tensor.ndim != 2:
            packed[name] = tensor.half()
            continue
        rows = tensor.float()
        scale = (rows.abs().amax(dim=1) / 127).clamp(min=1e-8).half()
        packed[name] = (rows / scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8)
        packed[name + _SCALE] = scale
    output.mkdir(parents=True, exist_ok=True)
    for companion in _COMPANIONS:
        if (source / companion).is_file():
            shutil.copyfile(source / companion, output / companion)
    save_file(packed, output / PACKED_NAME)
    return output / PACKED_NAME


def load_packed(folder: Path) -> tuple[Any, str]:
    """Return (model in float32, SHA-256 of its weights) from a folder that `pack` wrote.

    Raises:
        ModelError: the weights are missing, damaged or not of the model that config.json describes.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    try:
        data = (folder / PACKED_NAME).read_bytes()
        packed = load(data)
        state = {name: tensor.float() for name, tensor in packed.items() if not name.endswith(_SCALE)}
        for name, tensor in packed.items():
            if tensor.dtype == torch.int8:
                state[name] *= packed[name + _SCALE].float()[:, None]
        # The training script saves float16, and a model would be made as its config says.
        config = AutoConfig.from_pretrained(folder, dtype=torch.float32)
        model = AutoModelForQuestionAnswering.from_config(config).float()  # type: ignore[no-untyped-call]
        model.load_state_dict(state)
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError) as error:
        cause = str(error).strip().partition("\n")[0]
        raise ModelError(f"The weights in {folder} cannot be loaded ({cause}); reinstall the package.") from error
    return model, hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m pullquote.qa.weights TRAINED_READER OUTPUT")
    print(pack(Path(sys.argv[1]), Path(sys.argv[2])))
