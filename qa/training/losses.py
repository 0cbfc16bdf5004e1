"""What the reader learns by: the right start and end tokens, among all tokens that it could have named.

Scores are taken relative to the window's [CLS], which stands for "not here" (Devlin et al. 2019, section 4.3), so
that "none of these" has the same score, 0, in every window. A question's windows are then normalised together
(Clark and Gardner 2018, "shared-norm"), which makes scores of separate passages comparable; where several places
carry the answer, their probabilities are summed (the same paper's marginal likelihood). Where a teacher has read
the window, its softened distribution over the same tokens is learnt beside that (Hinton, Vinyals and Dean 2015).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

_MASKED = -1e4

# Start and end.
Pair = tuple[torch.Tensor, torch.Tensor]
Groups = npt.NDArray[np.int64]


def span_losses(logits: Pair, targets: Pair, answerable: torch.Tensor, groups: Groups) -> torch.Tensor:
    """Return the loss of each question of a batch, (questions,): the mean over start and end.

    A question with one window has the usual cross-entropy. With several, it is the mean of two: of that over each
    window alone, which teaches "not here", and of that over all of them together.

    Args:
        logits: start and end, each (windows, tokens) float32.
        targets: start and end, each (windows, tokens) bool.
        answerable: (windows, tokens) bool; other tokens, but the first, are left out.
        groups: (windows,) int64, which question each window is read for, from 0.
    """
    ends = [_one_end(*both, answerable, groups) for both in zip(logits, targets, strict=True)]
    return torch.stack(ends).mean(dim=0)


def soft_losses(
    logits: Pair, margins: Pair, answerable: torch.Tensor, groups: Groups, *, temperature: float
) -> torch.Tensor:
    """Return how far each question's windows are from what the teacher says, (questions,).

    It is the Kullback-Leibler divergence of the learner's distribution from the teacher's, over "not here" and the
    tokens that may be named, both softened by the temperature; times its square, so that gradients are as large as
    those of `span_losses` (Hinton, Vinyals and Dean 2015, section 2). The mean over windows, and over start and end.

    Args:
        logits: start and end, each (windows, tokens) float32.
        margins: the teacher's, start and end, over "not here"; each (windows, tokens) float32.
        answerable: (windows, tokens) bool; other tokens, but the first, are left out.
        groups: (windows,) int64, which question each window is read for, from 0.
        temperature: above 0; 1 leaves the distributions as they are.
    """
    ends = []
    for learnt, said in zip(logits, margins, strict=True):
        own = _with_none(learnt - learnt[:, :1], answerable, temperature).log_softmax(dim=1)
        teachers = _with_none(said, answerable, temperature).log_softmax(dim=1)
        ends.append((teachers.exp() * (teachers - own)).sum(dim=1) * temperature**2)
    windows = torch.stack(ends).mean(dim=0)
    return torch.stack([windows[rows].mean() for rows in _rows_of(groups)])


def _with_none(margins: torch.Tensor, answerable: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return (windows, 1 + tokens) scores, "not here" first."""
    kept = (margins / temperature).masked_fill(~answerable, _MASKED)
    return torch.cat([torch.zeros(len(kept), 1), kept], dim=1)


def _rows_of(groups: Groups) -> list[torch.Tensor]:
    return [torch.from_numpy(np.flatnonzero(groups == group)) for group in np.unique(groups)]


def _one_end(logits: torch.Tensor, targets: torch.Tensor, answerable: torch.Tensor, groups: Groups) -> torch.Tensor:
    margins = logits - logits[:, :1]
    every = margins.masked_fill(~answerable, _MASKED).logsumexp(dim=1)
    right = margins.masked_fill(~(targets & answerable), _MASKED).logsumexp(dim=1)
    answered = (targets & answerable).any(dim=1)
    losses = []
    for rows in _rows_of(groups):
        alone = _negative_log_likelihood(every[rows, None], right[rows, None], answered[rows, None])
        if len(rows) == 1:
            losses.append(alone.mean())
            continue
        together = _negative_log_likelihood(every[None, rows], right[None, rows], answered[None, rows])
        losses.append((alone.mean() + together.mean()) / 2)
    return torch.stack(losses)


def _negative_log_likelihood(every: torch.Tensor, right: torch.Tensor, answered: torch.Tensor) -> torch.Tensor:
    """Return (n,) for n questions of w windows each; all arguments are (n, w)."""
    none = torch.zeros(len(every), 1)
    total = torch.cat([none, every], dim=1).logsumexp(dim=1)
    wanted = torch.where(answered.any(dim=1), right.masked_fill(~answered, _MASKED).logsumexp(dim=1), none[:, 0])
    return total - wanted
