"""Learning with weights as they will be once packed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pullquote.qa.reading.weights import load_packed, pack, rounded
from pullquote.qa.training.steps.rounding import Rounding


class Model(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(20310504)
        self.frozen = torch.nn.Parameter(torch.randn(64, 128, generator=generator), requires_grad=False)
        self.learnt = torch.nn.Parameter(torch.randn(128, 64, generator=generator))
        self.bias = torch.nn.Parameter(torch.randn(64, generator=generator))


@pytest.mark.parametrize("bits", [8, 4])
def test_rounded_is_what_comes_back_from_the_packed_file(tiny_reader: Path, tmp_path: Path, bits: int):
    from safetensors.torch import load_file

    pack(tiny_reader, tmp_path, bits=bits)
    back = load_packed(tmp_path)[0].state_dict()
    matrices = {
        name: tensor for name, tensor in load_file(tiny_reader / "model.safetensors").items() if tensor.ndim == 2
    }
    assert matrices
    for name, matrix in matrices.items():
        assert torch.equal(rounded(matrix.float(), bits=bits), back[name])


def test_packed_anew_the_older_weights_are_gone(tiny_reader: Path, tmp_path: Path):
    for bits in (8, 4, 8):
        file = pack(tiny_reader, tmp_path, bits=bits)
        assert list(tmp_path.glob("*.safetensors")) == [file]


def test_rounding_twice_changes_nothing_more():
    matrix = torch.randn(64, 128, generator=torch.Generator().manual_seed(1))
    once = rounded(matrix, bits=4)
    assert not torch.equal(once, matrix)
    assert torch.equal(rounded(once, bits=4), once)


def test_matrices_are_rounded_inside_and_exact_outside():
    model = Model()
    exact, frozen, bias = (tensor.detach().clone() for tensor in (model.learnt, model.frozen, model.bias))
    rounding = Rounding(model, bits=4)
    assert torch.equal(model.frozen, rounded(frozen, bits=4))
    with rounding.applied(0):
        assert torch.allclose(model.learnt, rounded(exact, bits=4), atol=1e-6)
        assert torch.equal(model.bias, bias)
        (gradient,) = torch.autograd.grad((model.learnt**2).sum(), [model.learnt])
        assert torch.allclose(gradient, 2 * rounded(exact, bits=4), atol=1e-5)
    assert torch.equal(model.learnt, exact)


def test_what_rounding_adds_is_found_anew_every_sixteen_steps():
    model = Model()
    rounding = Rounding(model, bits=4)
    before = model.learnt.detach().clone()
    with rounding.applied(0):
        pass
    moved = before + 0.3
    model.learnt.data = moved
    with rounding.applied(15):
        assert torch.allclose(model.learnt, moved + rounded(before, bits=4) - before, atol=1e-6)
    with rounding.applied(16):
        assert torch.allclose(model.learnt, rounded(moved, bits=4), atol=1e-6)


def test_exact_again_after_an_error():
    model = Model()
    exact = model.learnt.detach().clone()
    with pytest.raises(RuntimeError), Rounding(model, bits=4).applied(0):
        raise RuntimeError
    assert torch.equal(model.learnt, exact)
