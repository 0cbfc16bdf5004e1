"""The network of the term classifier: the upper layers of a BERT encoder, told who said each token and when; two heads.

The lower layers stay as they are in the reader whose encoder it is, so that what they make of a text can be kept while
the upper ones are trained, and needn't ship twice.
"""

from __future__ import annotations

from typing import Any

import torch

from pullquote.qa.followups.turn_input import AGES, ROLES


def lower_part(encoder: Any, ids: torch.Tensor, attention: torch.Tensor, *, layers: int) -> torch.Tensor:
    """Return what the embeddings and the lowest layers of a BERT encoder make of tokens: (rows, tokens, width).

    Args:
        encoder: a Hugging Face BERT model without heads.
        ids: (rows, tokens) int64.
        attention: (rows, tokens) int64, 0 for padding.
        layers: how many are used.
    """
    hidden: torch.Tensor = encoder.embeddings(input_ids=ids)
    mask = _mask(attention)
    for layer in encoder.encoder.layer[:layers]:
        hidden = _through(layer, hidden, mask)
    return hidden


class TermModel(torch.nn.Module):
    """Says of each token whether its word is carried into the question, and of the question whether it needs any.

    Args:
        layers: the upper layers of a BERT encoder.
        width: of their vectors.
    """

    def __init__(self, layers: Any, width: int) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(layers)
        self.roles = torch.nn.Embedding(len(ROLES), width)
        self.ages = torch.nn.Embedding(AGES, width)
        self.carried = torch.nn.Linear(width, 1)
        self.needs = torch.nn.Linear(width, 1)
        # At first the layers read as they always did.
        for part in (self.roles, self.ages):
            torch.nn.init.zeros_(part.weight)
        for head in (self.carried, self.needs):
            torch.nn.init.normal_(head.weight, std=0.02)
            torch.nn.init.zeros_(head.bias)

    def forward(
        self, lower: torch.Tensor, roles: torch.Tensor, ages: torch.Tensor, attention: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logarithms of the odds: (rows, tokens) that a word is carried, (rows,) that any is needed.

        Args:
            lower: (rows, tokens, width) of `lower_part`.
            roles, ages: (rows, tokens) int64.
            attention: (rows, tokens) int64, 0 for padding.
        """
        hidden = lower + self.roles(roles) + self.ages(ages)
        mask = _mask(attention)
        for layer in self.layers:
            hidden = _through(layer, hidden, mask)
        carried: torch.Tensor = self.carried(hidden)[..., 0].float()
        needs: torch.Tensor = self.needs(hidden[:, 0])[:, 0].float()
        return carried, needs


def _mask(attention: torch.Tensor) -> torch.Tensor:
    """Return (rows, 1, 1, tokens) bool: which tokens are looked at."""
    return attention.bool()[:, None, None, :]


def _through(layer: Any, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    made = layer(hidden, mask)
    return made if isinstance(made, torch.Tensor) else made[0]
