"""PyTorch's fused attention for MPNet, which transformers computes step by step.

transformers gives BERT and its like `torch.nn.functional.scaled_dot_product_attention`, but not MPNet, whose attention
also takes a bias by distance. Given as a part of the mask it is the same arithmetic (Dao et al., "FlashAttention",
NeurIPS 2022) without the (windows, heads, tokens, tokens) matrices in between.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention


def fuse_attention(model: Any) -> None:
    """Replace the attention of a model's MPNet layers by the fused one, in place; other models are left as they are."""
    for name, module in list(model.named_modules()):
        if type(module) is MPNetSelfAttention:
            parent, _, own = name.rpartition(".")
            setattr(model.get_submodule(parent), own, _FusedSelfAttention(module))


class _FusedSelfAttention(torch.nn.Module):
    """Does what MPNetSelfAttention does, with the same names for its weights.

    Args:
        attention: whose layers it takes over.
    """

    def __init__(self, attention: MPNetSelfAttention) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = attention.q, attention.k, attention.v, attention.o
        self._heads, self._dropout = attention.num_attention_heads, attention.dropout.p
        self.train(attention.training)

    def forward(
        self,
        hidden_states: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        position_bias: torch.Tensor | None = None,
        **_: Any,
    ) -> tuple[torch.Tensor]:
        """Return ((windows, tokens, width),) for (windows, tokens, width).

        Args:
            hidden_states: of the layer below.
            attention_mask: (windows, 1, tokens or 1, tokens), added to the scores.
            position_bias: (1, heads, tokens, tokens), likewise.
        """
        windows, tokens, _width = hidden_states.shape
        query, key, value = (
            layer(hidden_states).view(windows, tokens, self._heads, -1).transpose(1, 2)
            for layer in (self.q, self.k, self.v)
        )
        added = [part for part in (attention_mask, position_bias) if part is not None]
        mask = sum(added[1:], start=added[0]).to(query.dtype) if added else None
        dropout = self._dropout if self.training else 0.0
        context = scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        return (self.o(context.transpose(1, 2).reshape(windows, tokens, -1)),)
