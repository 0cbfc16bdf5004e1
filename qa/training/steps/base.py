"""The encoder or reader that a training starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from pullquote.errors import InputError, ModelError
from pullquote.qa.reading.shipped import reader_folder
from pullquote.qa.reading.weights import load_packed, packed_file

# What models call their dropouts.
_DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")


def load_base(
    base: str, *, dropout: float, freeze_embeddings: bool, keep_layers: Sequence[int], freeze_layers: int
) -> tuple[Any, Any]:
    """Return (model with a span layer, tokenizer).

    Args:
        base: a folder, a hub name, or the name of a reader that ships.
        dropout: 0..1, in all layers.
        freeze_embeddings: whether token embeddings stay as they are.
        keep_layers: of the encoder's layers only these, in this order, counted from 0; all where empty.
        freeze_layers: how many of the lowest stay as they are, with all that lies below them.

    Raises:
        InputError: a layer that is to be kept or left as it is isn't there.
        ModelError: it can't be loaded.
    """
    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer, logging

    verbosity = logging.get_verbosity()
    # The new span layer's "newly initialized" warning is what we want here.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        folder = reader_folder(base)
        config = AutoConfig.from_pretrained(folder or base)
        dropouts = {name: dropout for name in _DROPOUTS if hasattr(config, name)}
        tokenizer = AutoTokenizer.from_pretrained(folder or base)
        if folder and packed_file(folder):
            model, _ = load_packed(folder, **dropouts)
        else:
            model = AutoModelForQuestionAnswering.from_pretrained(folder or base, dtype=torch.float32, **dropouts)
    except (OSError, ValueError) as error:
        raise ModelError(f"The base model {base!r} cannot be loaded: {error}") from error
    finally:
        logging.set_verbosity(verbosity)
    # A sentence encoder's tokenizer may carry its own truncation and padding; windows set theirs.
    tokenizer.model_max_length = 512
    if freeze_embeddings:
        model.get_input_embeddings().requires_grad_(False)
    if keep_layers:
        _keep_layers(model, keep_layers)
    if freeze_layers:
        for part in _lowest_parts(model, freeze_layers):
            part.requires_grad_(False)
    return model, tokenizer


def _encoder(model: Any) -> Any:
    """Return the part that holds the layers, one after the other, as BERT, RoBERTa, MPNet and their like do."""
    encoder = getattr(model.base_model, "encoder", None)
    if not hasattr(encoder, "layer"):
        raise InputError(f"The layers of a {type(model).__name__} can't be chosen: keep and train them all.")
    return encoder


def _keep_layers(model: Any, kept: Sequence[int]) -> None:
    encoder = _encoder(model)
    count = len(encoder.layer)
    for number in kept:
        if not 0 <= number < count:
            raise InputError(f"There is no layer {number} to keep: the encoder has {count}, from 0 to {count - 1}.")
        if kept.count(number) > 1:
            raise InputError(f"Layer {number} can be kept only once.")
    encoder.layer = torch.nn.ModuleList(encoder.layer[number] for number in kept)
    model.config.num_hidden_layers = len(kept)


def _lowest_parts(model: Any, count: int) -> list[Any]:
    """Return the lowest layers and all that lies below them: gradients needn't be carried through them then."""
    encoder = _encoder(model)
    if count > len(encoder.layer):
        raise InputError(f"{count} layers can't be frozen: the encoder has {len(encoder.layer)}.")
    # MPNet's bias by distance is computed before the first layer.
    distances = [module for name, module in encoder.named_children() if name == "relative_attention_bias"]
    return [model.base_model.embeddings, *distances, *encoder.layer[:count]]
