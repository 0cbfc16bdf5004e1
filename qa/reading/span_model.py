"""The readers that ship, as networks: an encoder and, for each token, how well an answer starts and ends there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from pullquote.errors import ModelError
from pullquote.index.encoders.config import EncoderConfig
from pullquote.index.encoders.layers import Encoder, Linear
from pullquote.index.encoders.tokenizer import FastTokenizer
from pullquote.qa.reading.weights import packed_state, weights_damaged


@dataclass(frozen=True, slots=True)
class SpanLogits:
    """Start and end logits, (rows, tokens) each."""

    start_logits: torch.Tensor
    end_logits: torch.Tensor


class SpanModel(nn.Module):
    """An encoder with a head for spans; weights have the names that Hugging Face's checkpoints give them.

    Args:
        config: of the encoder.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.add_module(config.kind, Encoder(config))
        self.qa_outputs = Linear(config.hidden_size, 2)

    @property
    def base_model(self) -> Encoder:
        """The encoder without the head."""
        encoder = self.get_submodule(self.config.kind)
        assert isinstance(encoder, Encoder)
        return encoder

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
    ) -> SpanLogits:
        """Return the logits of tokens; arguments as of `Encoder`."""
        logits = self.qa_outputs(self.base_model(input_ids, attention_mask, token_type_ids).last_hidden_state)
        return SpanLogits(logits[..., 0].contiguous(), logits[..., 1].contiguous())


def load_span_model(folder: Path) -> tuple[SpanModel, FastTokenizer, str]:
    """Return (model in float32, tokenizer, SHA-256 of the weights) from a folder with packed weights.

    Raises:
        ModelError: a file is missing or damaged, or isn't of the model that config.json describes.
    """
    config = EncoderConfig.read(folder)
    if config is None:
        raise ModelError(f"The reader in {folder} is of no kind that ships.")
    state, sha256 = packed_state(folder)
    return (*span_model_of(folder, config, state), sha256)


def span_model_of(
    folder: Path, config: EncoderConfig, state: Mapping[str, torch.Tensor]
) -> tuple[SpanModel, FastTokenizer]:
    """Return (model in float32, tokenizer) of a folder with packed weights.

    Args:
        folder: of the reader.
        config: of its encoder.
        state: its weights (`packed_state`).

    Raises:
        ModelError: a file is missing or damaged, or isn't of the model that config.json describes.
    """
    try:
        with torch.device("meta"):
            model = SpanModel(config)
        model.load_state_dict(state, assign=True)
        tokenizer = FastTokenizer(folder, config.kind)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise weights_damaged(folder, error) from error
    return model.requires_grad_(False).eval(), tokenizer


def with_lower_layers_of(own: SpanModel, folder: Path, *, count: int) -> SpanModel:
    """Return a model whose `count` upper layers are read from a folder, in float32; all else is another model's.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    with torch.device("meta"):
        model = SpanModel(own.config)
    model.qa_outputs = own.qa_outputs
    lower, upper = own.base_model, model.base_model
    upper.embeddings = lower.embeddings
    for name, module in lower.encoder.named_children():
        if name != "layer":
            setattr(upper.encoder, name, module)
    layers, shared = upper.encoder.get_submodule("layer"), lower.encoder.get_submodule("layer")
    assert isinstance(layers, nn.ModuleList)
    assert isinstance(shared, nn.ModuleList)
    first = len(layers) - count
    prefixes = {at: f"{own.config.kind}.encoder.layer.{at}." for at in range(first, len(layers))}
    state, _ = packed_state(folder, only=tuple(prefixes.values()))
    try:
        for at, prefix in prefixes.items():
            named = {name.removeprefix(prefix): one for name, one in state.items() if name.startswith(prefix)}
            layers[at].load_state_dict(named, assign=True)
    except RuntimeError as error:
        raise weights_damaged(folder, error) from error
    for at in range(first):
        layers[at] = shared[at]
    return model.requires_grad_(False).eval()
