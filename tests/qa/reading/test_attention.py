"""The fused attention beside transformers' own."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pullquote.qa.reading.attention import fuse_attention


@pytest.fixture
def model() -> Any:
    from transformers import MPNetConfig, MPNetForQuestionAnswering

    torch.manual_seed(20310504)
    config = MPNetConfig(
        vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        initializer_range=0.5,
    )  # fmt: skip
    return MPNetForQuestionAnswering(config).eval()


def logits(model: Any) -> Any:
    ids = torch.randint(3, 60, (3, 17), generator=torch.Generator().manual_seed(1))
    attention = torch.ones_like(ids)
    attention[1, 11:] = 0
    attention[2, 4:] = 0
    with torch.inference_mode():
        output = model(input_ids=ids, attention_mask=attention)
    return torch.stack([output.start_logits, output.end_logits])[:, attention.bool()]


def test_it_does_what_the_steps_do(model: Any):
    before, names = logits(model), list(model.state_dict())
    fuse_attention(model)
    assert "_FusedSelfAttention" in {type(module).__name__ for module in model.modules()}
    assert torch.allclose(logits(model), before, atol=1e-4)
    assert list(model.state_dict()) == names
    assert before.std() > 0.1


def test_distance_counts(model: Any):
    fuse_attention(model)
    before = logits(model)
    model.mpnet.encoder.relative_attention_bias.weight.data.zero_()
    assert not torch.allclose(logits(model), before, atol=1e-2)


def test_other_models_are_left_as_they_are():
    layer = torch.nn.Sequential(torch.nn.Linear(2, 2))
    fuse_attention(layer)
    assert [type(module).__name__ for module in layer.modules()] == ["Sequential", "Linear"]
