"""Computing in int8 where there is no bfloat16."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pullquote.index.embedding.precision import has_int8
from pullquote.qa.reading import int8
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.weights import pack
from pullquote.qa.reading.windows import ReaderInput

pytestmark = [
    pytest.mark.skipif(not has_int8(), reason="PyTorch has no int8 kernels for this processor"),
    pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning"),
]
PASSAGE = ReaderInput("the port is chaired by Lind, who came in May")


def linear_and_inputs(*, large: float) -> tuple[Any, Any]:
    """Return a linear layer of 96 columns and inputs of which column 5 is larger than the others."""
    import torch

    generator = torch.Generator().manual_seed(20310504)
    linear = torch.nn.Linear(96, 40)
    inputs = torch.randn(7, 96, generator=generator)
    inputs[:, 5] *= large
    with torch.no_grad():
        linear.weight.copy_(torch.randn(40, 96, generator=generator))
        linear.bias.copy_(torch.randn(40, generator=generator))
    return linear, inputs


def error(linear: Any, inputs: Any, columns: list[int]) -> float:
    """Return the largest error of the int8 layer, beside the largest result without column 5."""
    import torch

    rough = int8.Int8Linear(linear, torch.tensor(columns, dtype=torch.long))
    with torch.inference_mode():
        exact = linear(inputs)
        ordinary = exact - inputs[:, 5:6] * linear.weight[:, 5]
        return float((rough(inputs) - exact).abs().max() / ordinary.abs().max())


def test_an_int8_layer_does_about_the_same():
    assert 0 < error(*linear_and_inputs(large=1), []) < 0.03


def test_large_columns_count_in_float32():
    case = linear_and_inputs(large=500)
    assert error(*case, []) > 0.5
    assert error(*case, [5]) < 0.03


def test_the_large_columns_are_found_and_only_the_encoder_is_replaced(tiny_reader: Path, monkeypatch: Any):
    monkeypatch.setattr(int8, "_ONE_IN", 4)
    reader = TransformersReader(str(tiny_reader), bfloat16=False, int8=True)
    kinds = {name: type(module).__name__ for name, module in reader.runtime.model.named_modules()}
    assert "Int8Linear" in kinds.values()
    assert kinds["qa_outputs"] == "Linear"
    assert not any(kind == "Linear" for name, kind in kinds.items() if "encoder" in name)


def test_scores_are_about_the_same(tiny_reader: Path):
    exact, rough = (
        np.concatenate([starts for _, starts, _ in reader.token_scores(["who chairs"], [PASSAGE])])
        for reader in (TransformersReader(str(tiny_reader), bfloat16=False, int8=int8) for int8 in (False, True))
    )
    # Its weights are random and large; what a real model loses stands in the model cards.
    assert np.corrcoef(exact, rough)[0, 1] > 0.7
    assert (exact != rough).any()


@pytest.mark.parametrize(("packed", "can"), [(True, True), (True, False), (False, True)])
def test_packed_readers_compute_in_int8_where_they_can(
    tmp_path: Path, tiny_reader: Path, monkeypatch: Any, packed: bool, can: bool
):
    monkeypatch.setattr("pullquote.qa.reading.torch_runtime.has_int8", lambda: can)
    if packed:
        pack(tiny_reader, tmp_path)
    reader = TransformersReader(str(tmp_path if packed else tiny_reader), bfloat16=False)
    kinds = {type(module).__name__ for module in reader.runtime.model.modules()}
    assert ("Int8Linear" in kinds) == (packed and can)
