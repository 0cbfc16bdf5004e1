"""The layers of BERT and MPNet, for inference; weights have the names that Hugging Face's checkpoints give them.

Sources: Devlin et al., "BERT", NAACL 2019; Song et al., "MPNet", NeurIPS 2020; relative distances as in Raffel et al.,
"Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", JMLR 2020, section 2.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from pullquote.index.encoders.config import EncoderConfig

# MPNet numbers places from here on; smaller numbers are for padding.
_FIRST_PLACE, _PAD = 2, 1
# Beyond it MPNet tells no distances apart.
_FARTHEST = 128

# Tokens of a batch are filled up to a multiple of so many: up to _FEW of them, and beyond. oneDNN makes code for each
# number of rows that it multiplies in bfloat16: 12 ms and half a megabyte for each of a layer's matrices, kept for the
# next time. A question has tens of numbers of its own, and a chat grew by a gigabyte in a hundred questions.
_FEW, _FILLED_TO_FEW, _FILLED_TO = 256, 32, 128

# Weights come from a file. To draw them at random first takes time, and without memory of their own (torch.device
# "meta") torch imports its compiler for it, which takes a second.


class Linear(nn.Linear):
    """A linear layer that begins without weights."""

    def reset_parameters(self) -> None:
        """Do nothing."""


class Embedding(nn.Embedding):
    """An embedding that begins without weights."""

    def reset_parameters(self) -> None:
        """Do nothing."""


class LayerNorm(nn.LayerNorm):
    """A norm that begins without weights."""

    def reset_parameters(self) -> None:
        """Do nothing."""


# Rows and tokens of a batch.
Shape = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What an encoder makes of tokens: (rows, tokens, width)."""

    last_hidden_state: torch.Tensor


class Encoder(nn.Module):
    """Tokens in, a vector for each out.

    Args:
        config: its shape.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings: nn.Module = BertEmbeddings(config) if config.kind == "bert" else MPNetEmbeddings(config)
        self.encoder: nn.Module = BertLayers(config) if config.kind == "bert" else MPNetLayers(config)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
    ) -> Encoded:
        """Return the vectors of tokens.

        Args:
            input_ids: (rows, tokens) int64.
            attention_mask: (rows, tokens) int64, 0 for padding; None where there is none.
            token_type_ids: (rows, tokens) int64, the part of a pair; None where there is one. BERT's only.
        """
        hidden = self.embeddings(input_ids, token_type_ids)
        mask = None if attention_mask is None or bool(attention_mask.all()) else attention_mask
        if not _makes_code(hidden):
            return Encoded(self.encoder(hidden, mask))
        rows, tokens, width = hidden.shape
        made = self.encoder(filled_up(hidden), mask, (rows, tokens))
        return Encoded(made[: rows * tokens].view(rows, tokens, width))


class BertEmbeddings(nn.Module):
    """A vector for each token, its place and its part."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.word_embeddings = Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor | None = None) -> torch.Tensor:
        """Return (rows, tokens, width)."""
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        places = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        words = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        normed: torch.Tensor = self.LayerNorm(words + self.position_embeddings(places))
        return normed


class MPNetEmbeddings(nn.Module):
    """A vector for each token and its place; padding has no place."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.word_embeddings = Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = Embedding(config.max_position_embeddings, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, input_ids: torch.Tensor, _token_type_ids: torch.Tensor | None = None) -> torch.Tensor:
        """Return (rows, tokens, width)."""
        text = (input_ids != _PAD).int()
        places = (torch.cumsum(text, dim=1) * text).long() + _FIRST_PLACE - 1
        normed: torch.Tensor = self.LayerNorm(self.word_embeddings(input_ids) + self.position_embeddings(places))
        return normed


def _makes_code(hidden: torch.Tensor) -> bool:
    """Return whether linear layers of these vectors are multiplied by code that is made for their number of rows."""
    if hidden.device.type != "cpu" or hidden.requires_grad:
        return False
    autocast = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16
    return autocast or hidden.dtype == torch.bfloat16


def filled_up(hidden: torch.Tensor) -> torch.Tensor:
    """Return (rows, tokens, width) as (rows * tokens or some more, width), with zeros at the end."""
    flat = hidden.flatten(0, 1)
    to = _FILLED_TO_FEW if len(flat) <= _FEW else _FILLED_TO
    return torch.nn.functional.pad(flat, (0, 0, 0, -len(flat) % to))


def _by_heads(vectors: torch.Tensor, heads: int) -> torch.Tensor:
    """Return (rows, heads, tokens, width / heads) of (rows, tokens, width)."""
    rows, tokens, _width = vectors.shape
    return vectors.view(rows, tokens, heads, -1).transpose(1, 2)


def _attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    heads: int,
    mask: torch.Tensor | None,
    shape: Shape | None,
) -> torch.Tensor:
    """Return each token's mean of the values, by how well its query fits their keys; of the shape of `query`.

    Args:
        query, key, value: (rows, tokens, width), or of `filled_up`.
        heads: that attend each by itself.
        mask: that goes with (rows, heads, tokens, tokens): bool, or added to the fits.
        shape: (rows, tokens) before `filled_up`; None where it wasn't.
    """
    parts = [query, key, value]
    if shape:
        parts = [one[: shape[0] * shape[1]].view(*shape, -1) for one in parts]
    split = [_by_heads(one, heads) for one in parts]
    context = scaled_dot_product_attention(split[0], split[1], split[2], attn_mask=mask).transpose(1, 2)
    if not shape:
        return context.reshape(query.shape)
    flat = context.reshape(-1, query.shape[1])
    return torch.nn.functional.pad(flat, (0, 0, 0, len(query) - len(flat)))


class _Dense(nn.Module):
    def __init__(self, wide: int, narrow: int) -> None:
        super().__init__()
        self.dense = Linear(wide, narrow)


class _Added(_Dense):
    """A linear layer, the sum with what came before it, and a norm."""

    def __init__(self, wide: int, narrow: int, eps: float) -> None:
        super().__init__(wide, narrow)
        self.LayerNorm = LayerNorm(narrow, eps=eps)

    def forward(self, hidden: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        normed: torch.Tensor = self.LayerNorm(self.dense(hidden) + before)
        return normed


class _Layer(nn.Module):
    """Attention, then two matrices with a bend between them.

    Args:
        config: of the encoder.
        attention: the first half.
    """

    def __init__(self, config: EncoderConfig, attention: nn.Module) -> None:
        super().__init__()
        self.attention = attention
        self.intermediate = _Dense(config.hidden_size, config.intermediate_size)
        self.output = _Added(config.intermediate_size, config.hidden_size, config.layer_norm_eps)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None, shape: Shape | None = None) -> torch.Tensor:
        """Return (rows, tokens, width) for (rows, tokens, width), or what is filled up for what is (`_attend`)."""
        attended = self.attention(hidden, mask, shape)
        made: torch.Tensor = self.output(gelu(self.intermediate.dense(attended)), attended)
        return made


class _BertSelfAttention(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self._heads = config.num_attention_heads
        width = config.hidden_size
        self.query, self.key, self.value = (Linear(width, width) for _ in range(3))

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None, shape: Shape | None) -> torch.Tensor:
        return _attend(self.query(hidden), self.key(hidden), self.value(hidden), self._heads, mask, shape)


class _BertAttention(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.self = _BertSelfAttention(config)
        self.output = _Added(config.hidden_size, config.hidden_size, config.layer_norm_eps)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None, shape: Shape | None) -> torch.Tensor:
        made: torch.Tensor = self.output(self.self(hidden, mask, shape), hidden)
        return made


class BertLayers(nn.Module):
    """BERT's layers, one on the other."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(config, _BertAttention(config)) for _ in range(config.num_hidden_layers))

    def forward(
        self, hidden: torch.Tensor, attention_mask: torch.Tensor | None, shape: Shape | None = None
    ) -> torch.Tensor:
        """Return (rows, tokens, width), or what is filled up; `attention_mask` is (rows, tokens), 0 for padding."""
        mask = None
        if attention_mask is not None:
            rows, tokens = attention_mask.shape
            mask = attention_mask.bool()[:, None, None, :].expand(rows, 1, tokens, tokens)
        for layer in self.layer:
            hidden = layer(hidden, mask, shape)
        return hidden


class _MPNetSelfAttention(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self._heads = config.num_attention_heads
        width = config.hidden_size
        self.q, self.k, self.v, self.o = (Linear(width, width) for _ in range(4))

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None, shape: Shape | None) -> torch.Tensor:
        made: torch.Tensor = self.o(_attend(self.q(hidden), self.k(hidden), self.v(hidden), self._heads, mask, shape))
        return made


class _MPNetAttention(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.attn = _MPNetSelfAttention(config)
        self.LayerNorm = LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None, shape: Shape | None) -> torch.Tensor:
        normed: torch.Tensor = self.LayerNorm(self.attn(hidden, mask, shape) + hidden)
        return normed


class MPNetLayers(nn.Module):
    """MPNet's layers, one on the other; attention has a bias by distance, the same in every layer."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(config, _MPNetAttention(config)) for _ in range(config.num_hidden_layers))
        self.relative_attention_bias = Embedding(config.relative_attention_num_buckets, config.num_attention_heads)
        self._buckets = config.relative_attention_num_buckets

    def forward(
        self, hidden: torch.Tensor, attention_mask: torch.Tensor | None, shape: Shape | None = None
    ) -> torch.Tensor:
        """Return (rows, tokens, width), or what is filled up; `attention_mask` is (rows, tokens), 0 for padding."""
        places = torch.arange(shape[1] if shape else hidden.shape[1], device=hidden.device)
        buckets = distance_buckets(places[None, :] - places[:, None], self._buckets)
        added = self.relative_attention_bias(buckets).permute(2, 0, 1)[None]
        if attention_mask is not None:
            lowest = torch.finfo(added.dtype).min
            added = added + (1 - attention_mask[:, None, None, :].to(added.dtype)) * lowest
        kind = hidden.device.type
        # Under autocast queries and keys come in its type, whatever the layer below gave.
        narrow = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else hidden.dtype
        added = added.to(narrow).contiguous()
        for layer in self.layer:
            hidden = layer(hidden, added, shape)
        return hidden


def distance_buckets(distances: torch.Tensor, count: int) -> torch.Tensor:
    """Return the number of the bucket that each distance falls in, of `count`: half of them for what comes later.

    Short distances have one each, longer ones share one by their logarithm.
    """
    half = count // 2
    exact = half // 2
    far = distances.abs()
    logarithm = torch.log(far.float() / exact) / math.log(_FARTHEST / exact) * (half - exact)
    shared = torch.clamp(exact + logarithm.long(), max=half - 1)
    return (distances > 0).long() * half + torch.where(far < exact, far, shared)
