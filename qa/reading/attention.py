"""PyTorch's fused attention for MPNet, which transformers computes step by step.

transformers gives BERT and its like `torch.nn.functional.scaled_dot_product_attention`, but not MPNet, whose attention
also takes a bias by distance. Given as a part of the mask it is the same arithmetic (Dao et al., "FlashAttention",
NeurIPS 2022) without the (windows, heads, tokens, tokens) matrices in between; and mask and bias, which are the same in
every layer, are put together once.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder, MPNetSelfAttention


def fuse_attention(model: Any) -> None:
    """Make a model's MPNet layers use the fused attention, in place; other models are left as they are.

    Attention has no dropout then, and attention weights and hidden states of the layers between can't be asked for any
    more. On a processor it is for inference: what training computes backwards takes longer so.
    """
    for name, module in list(model.named_modules()):
        if type(module) is MPNetEncoder:
            parent, _, own = name.rpartition(".")
            setattr(model.get_submodule(parent), own, _FusedEncoder(module))


class _FusedEncoder(MPNetEncoder):
    """Does what MPNetEncoder does, with the same names for its weights.

    Args:
        encoder: whose layers it takes over.
    """

    def __init__(self, encoder: MPNetEncoder) -> None:
        torch.nn.Module.__init__(self)
        self.config, self.n_heads = encoder.config, encoder.n_heads
        self.layer, self.relative_attention_bias = encoder.layer, encoder.relative_attention_bias
        layers: Any = self.layer
        for layer in layers:
            layer.attention.attn = _FusedSelfAttention(layer.attention.attn)

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None = None, *_: Any, **__: Any
    ) -> BaseModelOutput:
        """Return (windows, tokens, width) for (windows, tokens, width).

        Args:
            hidden_states: the embedded tokens.
            attention_mask: (windows, 1, tokens or 1, tokens), added to the scores.
        """
        added: torch.Tensor = self.compute_position_bias(hidden_states[:1])  # type: ignore[no-untyped-call]
        if attention_mask is not None:
            added = added + attention_mask
        kind = hidden_states.device.type
        # Under autocast queries and keys come in its type, whatever the layer below gave.
        narrow = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else hidden_states.dtype
        added = added.to(narrow)
        for layer in self.layer:
            (hidden_states,) = layer(hidden_states, added)
        return BaseModelOutput(last_hidden_state=hidden_states)


class _FusedSelfAttention(torch.nn.Module):
    """Does what MPNetSelfAttention does, with the same names for its weights.

    Args:
        attention: whose layers it takes over.
    """

    def __init__(self, attention: MPNetSelfAttention) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = attention.q, attention.k, attention.v, attention.o
        self._heads = attention.num_attention_heads

    def forward(self, hidden_states: torch.Tensor, added: torch.Tensor, *_: Any, **__: Any) -> tuple[torch.Tensor]:
        """Return ((windows, tokens, width),) for (windows, tokens, width).

        Args:
            hidden_states: of the layer below.
            added: (windows or 1, heads, tokens, tokens), added to the scores: bias by distance, and mask.
        """
        windows, tokens, _width = hidden_states.shape
        query, key, value = (
            layer(hidden_states).view(windows, tokens, self._heads, -1).transpose(1, 2)
            for layer in (self.q, self.k, self.v)
        )
        context = scaled_dot_product_attention(query, key, value, attn_mask=added)
        return (self.o(context.transpose(1, 2).reshape(windows, tokens, -1)),)
