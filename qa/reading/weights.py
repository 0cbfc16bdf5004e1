"""Weights at a quarter or an eighth of their size, restored to float32 on load.

    python -m pullquote.qa.reading.weights TRAINED_READER OUTPUT [--bits 4]

With 8 bits, a matrix is int8 with a float16 scale a row, its largest magnitude / 127 (symmetric, round to nearest:
Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018,
section 2.1). With 4 bits, each number is one of the 16 of NormalFloat (Dettmers et al., "QLoRA", NeurIPS 2023,
section 3 and appendix E) times the float16 scale of its group of 64 neighbours, the scale of several that errs least;
two numbers share a byte. Vectors (biases, layer norms) stay float16.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pullquote.commands import run
from pullquote.errors import InputError, ModelError

if TYPE_CHECKING:
    import torch

Array = npt.NDArray[Any]

# By the bits of a number.
_PACKED_NAMES = {8: "model.int8.safetensors", 4: "model.nf4.safetensors"}
PACKED_BITS = tuple(_PACKED_NAMES)
_SCALE = ".row_scale"
_GROUP_SCALE = ".group_scale"
_GROUP = 64
# Fewer rows weigh nothing, and are what everything else ends in.
_LEAST_ROWS = 64
# NormalFloat's numbers: quantiles of a normal distribution, scaled to -1..1, with an exact 0 (QLoRA, appendix E).
_NORMAL_FLOAT = (
    -1.0, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.09105004, 0.0,
    0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1.0,
)  # fmt: skip
# Both numbers of each byte.
_PAIRS = np.array([(_NORMAL_FLOAT[byte & 15], _NORMAL_FLOAT[byte >> 4]) for byte in range(256)], dtype=np.float32)
# Shares of a group's largest magnitude that are tried as its scale.
_SCALES = (1.0, 0.95, 0.9, 0.85, 0.8)
# Threads that restore weights.
_AT_ONCE = 2
# What a tokenizer and a model need besides the weights, and the record of the training.
_COMPANIONS = ("config.json", "tokenizer.json", "tokenizer_config.json", "training.json", "README.md")


def pack(source: Path, output: Path, *, bits: int = 8) -> Path:
    """Write the packed form of a Hugging Face model folder; return the weights' file, the only one there.

    Args:
        source: the folder.
        output: where to write.
        bits: of a number, 8 or 4. Small matrices, and those whose rows don't divide into groups, are kept with 8.

    Raises:
        InputError: `source` holds no model.safetensors.
    """
    from safetensors.torch import load_file, save_file

    weights = source / "model.safetensors"
    if not weights.is_file():
        raise InputError(f"{source} holds no model.safetensors.")
    packed = packed_tensors(load_file(weights), bits=bits)
    output.mkdir(parents=True, exist_ok=True)
    for companion in _COMPANIONS:
        if (source / companion).is_file():
            shutil.copyfile(source / companion, output / companion)
    file = output / _PACKED_NAMES[bits]
    save_file(packed, file)
    for other in _PACKED_NAMES.values():
        if other != file.name:
            (output / other).unlink(missing_ok=True)
    return file


def packed_tensors(tensors: Mapping[str, torch.Tensor], *, bits: int = 8) -> dict[str, torch.Tensor]:
    """Return what a packed file holds of some tensors, by name."""
    packed: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2:
            packed |= _packed_matrix(tensor.float(), name, bits=bits)
        else:
            packed[name] = tensor.half()
    return packed


def restored_tensors(packed: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors of a packed file, in float32."""
    return {name: _restored(packed, name) for name in packed if not name.endswith((_SCALE, _GROUP_SCALE))}


def rounded(matrix: torch.Tensor, *, bits: int) -> torch.Tensor:
    """Return a (rows, columns) float32 matrix as it comes back from a file that `pack` wrote with so many bits."""
    return _restored(_packed_matrix(matrix, "", bits=bits), "")


def _packed_matrix(matrix: torch.Tensor, name: str, *, bits: int) -> dict[str, torch.Tensor]:
    """Return a float32 matrix's part of a packed file."""
    import torch

    if bits == 4 and len(matrix) >= _LEAST_ROWS and matrix.shape[1] % _GROUP == 0:
        numbers, scales = _in_groups(matrix)
        return {name: numbers, name + _GROUP_SCALE: scales}
    numbers, scales = int8_rows(matrix, torch.float16)
    return {name: numbers, name + _SCALE: scales}


def packed_file(folder: Path) -> Path | None:
    """Return the packed weights of a folder; None where it has none."""
    return next((folder / name for name in _PACKED_NAMES.values() if (folder / name).is_file()), None)


def int8_rows(matrix: torch.Tensor, scales: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (rows, columns) int8, and (rows,) scales of the given type by which they are about the matrix again."""
    import torch

    least, largest = torch.aminmax(matrix, dim=1)
    scale = (torch.maximum(-least, largest) / 127).clamp(min=1e-8).to(scales)
    return (matrix / scale.float()[:, None]).round_().clamp_(-127, 127).to(torch.int8), scale


def _in_groups(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (rows, columns / 2) uint8, two numbers a byte, the first in the low half, and (rows, groups) float16."""
    import torch

    numbers = torch.tensor(_NORMAL_FLOAT, device=matrix.device)
    between = (numbers[1:] + numbers[:-1]) / 2
    groups = matrix.reshape(-1, _GROUP)
    largest = groups.abs().amax(dim=1, keepdim=True)
    chosen = torch.zeros_like(groups, dtype=torch.long)
    chosen_scale = largest.half()
    least = torch.full_like(largest, torch.inf)
    for share in _SCALES:
        scale = (largest * share).clamp(min=1e-7).half()
        codes = torch.bucketize((groups / scale.float()).contiguous(), between)
        error = (numbers[codes] * scale.float() - groups).square().sum(dim=1, keepdim=True)
        better = error < least
        chosen = torch.where(better, codes, chosen)
        chosen_scale = torch.where(better, scale, chosen_scale)
        least = torch.where(better, error, least)
    packed = chosen.to(torch.uint8).reshape(len(matrix), -1)
    return packed[:, 0::2] | packed[:, 1::2] << 4, chosen_scale.reshape(len(matrix), -1)


def _restored(packed: Mapping[str, torch.Tensor], name: str) -> torch.Tensor:
    """Return a tensor of a packed file in float32."""
    import torch

    if packed[name].device.type == "cpu":
        own = {key: packed[key].numpy() for key in (name, name + _SCALE, name + _GROUP_SCALE) if key in packed}
        return torch.from_numpy(_restored_array(own, name))
    tensor = packed[name]
    if tensor.dtype == torch.int8:
        return tensor.float() * packed[name + _SCALE].float()[:, None]
    if tensor.dtype == torch.uint8:
        numbers = torch.nn.functional.embedding(tensor.flatten().int(), torch.from_numpy(_PAIRS).to(tensor.device))
        groups = numbers.reshape(-1, _GROUP)
        return groups.mul_(packed[name + _GROUP_SCALE].float().reshape(-1, 1)).reshape(len(tensor), -1)
    return tensor.float()


def _restored_array(packed: Mapping[str, Array], name: str) -> Array:
    """Return what `_restored` does, the same to the last bit, as an array: NumPy is loaded sooner than torch."""
    array = packed[name]
    if array.dtype == np.int8:
        return array * packed[name + _SCALE].astype(np.float32)[:, None]
    if array.dtype == np.uint8:
        # Taken as one number, a pair comes in a fifth of the time that torch takes for two.
        groups = _PAIRS.view(np.complex64)[:, 0].take(array.reshape(-1)).view(np.float32).reshape(-1, _GROUP)
        groups *= packed[name + _GROUP_SCALE].astype(np.float32).reshape(-1, 1)
        return groups.reshape(len(array), -1)
    return array.astype(np.float32)


def load_packed(folder: Path, **options: float) -> tuple[Any, str]:
    """Return (model in float32, SHA-256 of its weights) from a folder that `pack` wrote.

    It is a reader or, where config.json says so, an encoder with heads (`pullquote.qa.training.steps.head_tasks`).

    Args:
        folder: with the weights and config.json.
        options: what config.json should say instead.

    Raises:
        ModelError: the weights are missing, damaged or not of the model that config.json describes.
    """
    import torch
    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoModelForSequenceClassification

    state, sha256 = packed_state(folder)
    try:
        # The training script saves float16, and a model would be made as its config says.
        config = AutoConfig.from_pretrained(folder, dtype=torch.float32, **options)
        # Only to learn its class: a model with memory of its own would draw random weights first, for seconds.
        heads = any(name.endswith("ForSequenceClassification") for name in config.architectures or ())
        kind = AutoModelForSequenceClassification if heads else AutoModelForQuestionAnswering
        with torch.device("meta"):
            empty = kind.from_config(config)  # type: ignore[no-untyped-call]
        model, loaded = type(empty).from_pretrained(
            None, config=config, state_dict=state, dtype=torch.float32, output_loading_info=True
        )
        if loaded["missing_keys"] or loaded["unexpected_keys"]:
            raise KeyError("they are not the model's that config.json describes")
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise weights_damaged(folder, error) from error
    return model, sha256


def packed_state(folder: Path, *, only: Sequence[str] = ("",)) -> tuple[dict[str, torch.Tensor], str]:
    """Return (tensors by name in float32, SHA-256 of the file) from a folder that `pack` wrote.

    Args:
        folder: with the weights.
        only: what the names of those begin with that are wanted.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        data = (packed_file(folder) or folder / _PACKED_NAMES[8]).read_bytes()
        packed = load(data)
        wanted = [name for name in packed if name.startswith(tuple(only))]
        names = [name for name in wanted if not name.endswith((_SCALE, _GROUP_SCALE))]
        # NumPy lets go of the interpreter for it, and so does hashing.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            hashed = pool.submit(lambda: hashlib.sha256(data).hexdigest())
            arrays = dict(zip(names, pool.map(partial(_restored_array, packed), names), strict=True))
            sha256 = hashed.result()
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError) as error:
        raise weights_damaged(folder, error) from error
    # Takes a second to import, while the above needs another thread's time alone.
    import torch

    return {name: torch.from_numpy(array) for name, array in arrays.items()}, sha256


def weights_damaged(folder: Path, error: Exception) -> ModelError:
    """Return what is to be said where the weights that ship in a folder can't be loaded."""
    cause = str(error).strip().partition("\n")[0]
    return ModelError(f"The weights in {folder} cannot be loaded ({cause}); reinstall the package.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Pack the reader that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="TRAINED_READER")
    parser.add_argument("output", type=Path, metavar="OUTPUT")
    parser.add_argument("--bits", type=int, choices=PACKED_BITS, default=8)
    options = parser.parse_args(arguments)
    print(pack(options.source, options.output, bits=options.bits))


if __name__ == "__main__":
    run(main)
