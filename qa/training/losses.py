"""What the reader learns by: the right start and end tokens, among all tokens that it could have named.

Scores are taken relative to the window's [CLS], which stands for "not here" (Devlin et al. 2019, section 4.3), so
that "none of these" has the same score, 0, in every window. A question's windows are then normalised together
(Clark and Gardner 2018, "shared-norm"), which makes scores of separate passages comparable; where several places
carry the answer, their probabilities are summed (the same paper's marginal likelihood).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

_MASKED = -1e4


def span_loss(
    logits: tuple[torch.Tensor, torch.Tensor],
    targets: tuple[torch.Tensor, torch.Tensor],
    answerable: torch.Tensor,
    groups: npt.NDArray[np.int64],
) -> torch.Tensor:
    """Return the loss of a batch, a scalar: the mean over questions, and over start and end.

    A question with one window has the usual cross-entropy. With several, it is the mean of two: of that over each
    window alone, which teaches "not here", and of that over all of them together.

    Args:
        logits: start and end, each (windows, tokens) float32.
        targets: start and end, each (windows, tokens) bool.
        answerable: (windows, tokens) bool; other tokens, but the first, are left out.
        groups: (windows,) int64, which question each window is read for.
    """
    return (
        _one_end(logits[0], targets[0], answerable, groups) + _one_end(logits[1], targets[1], answerable, groups)
    ) / 2


def _one_end(
    logits: torch.Tensor, targets: torch.Tensor, answerable: torch.Tensor, groups: npt.NDArray[np.int64]
) -> torch.Tensor:
    margins = logits - logits[:, :1]
    every = margins.masked_fill(~answerable, _MASKED).logsumexp(dim=1)
    right = margins.masked_fill(~(targets & answerable), _MASKED).logsumexp(dim=1)
    answered = (targets & answerable).any(dim=1)
    losses = []
    for group in np.unique(groups):
        rows = torch.from_numpy(np.flatnonzero(groups == group))
        alone = _negative_log_likelihood(every[rows, None], right[rows, None], answered[rows, None])
        if len(rows) == 1:
            losses.append(alone.mean())
            continue
        together = _negative_log_likelihood(every[None, rows], right[None, rows], answered[None, rows])
        losses.append((alone.mean() + together.mean()) / 2)
    return torch.stack(losses).mean()


def _negative_log_likelihood(every: torch.Tensor, right: torch.Tensor, answered: torch.Tensor) -> torch.Tensor:
    """Return (n,) for n questions of w windows each; all arguments are (n, w)."""
    none = torch.zeros(len(every), 1)
    total = torch.cat([none, every], dim=1).logsumexp(dim=1)
    wanted = torch.where(answered.any(dim=1), right.masked_fill(~answered, _MASKED).logsumexp(dim=1), none[:, 0])
    return total - wanted
