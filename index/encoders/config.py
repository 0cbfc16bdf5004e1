"""What `config.json` says of an encoder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Of the keys that these kinds have, what changes the arithmetic, and the value for which it is written here.
_PLAIN = {"hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
KINDS = ("bert", "mpnet")


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape of an encoder.

    Attributes:
        kind: one of `KINDS`.
        hidden_size: width of a token's vector.
        num_hidden_layers: how many layers stand one on the other.
        num_attention_heads: of a layer.
        intermediate_size: width between the two matrices of a layer's second half.
        vocab_size: how many tokens there are.
        max_position_embeddings: how many places have a vector; MPNet's first two stand for none.
        type_vocab_size: how many parts of a pair have one; 0 for MPNet.
        layer_norm_eps: added to a variance before it divides.
        relative_attention_num_buckets: by how many distances MPNet tells tokens apart; 0 for BERT.
    """

    kind: str
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float
    relative_attention_num_buckets: int

    @classmethod
    def read(cls, folder: Path) -> EncoderConfig | None:
        """Return what a Hugging Face model folder's `config.json` says; None where it isn't of a kind written here."""
        try:
            facts = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cls.of(facts) if isinstance(facts, dict) else None

    @classmethod
    def of(cls, facts: dict[str, Any]) -> EncoderConfig | None:
        """Return what the object of a `config.json` says; None where it isn't of a kind written here."""
        kind = facts.get("model_type")
        if kind not in KINDS or any(facts.get(key, plain) != plain for key, plain in _PLAIN.items()):
            return None
        try:
            return cls(
                kind=kind,
                hidden_size=int(facts["hidden_size"]),
                num_hidden_layers=int(facts["num_hidden_layers"]),
                num_attention_heads=int(facts["num_attention_heads"]),
                intermediate_size=int(facts["intermediate_size"]),
                vocab_size=int(facts["vocab_size"]),
                max_position_embeddings=int(facts["max_position_embeddings"]),
                type_vocab_size=int(facts["type_vocab_size"]) if kind == "bert" else 0,
                layer_norm_eps=float(facts["layer_norm_eps"]),
                relative_attention_num_buckets=int(facts["relative_attention_num_buckets"]) if kind == "mpnet" else 0,
            )
        except (KeyError, TypeError, ValueError):
            return None
