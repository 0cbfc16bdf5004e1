"""What the reader learns by: the right start and end tokens, among all tokens that it could have named.

Scores are taken relative to the window's [CLS], which stands for "not here" (Devlin et al. 2019, section 4.3), so
that "none of these" has the same score, 0, in every window. A question's windows are then normalised together
(Clark and Gardner 2018, "shared-norm"), which makes scores of separate passages comparable; where several places
carry the answer, their probabilities are summed (the same paper's marginal likelihood). Where a teacher has read
the window, its softened distribution over the same tokens is learnt beside that (Hinton, Vinyals and Dean 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

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
    rows = _rows_of(groups, answerable.device)
    ends = [_one_end(*both, answerable, rows) for both in zip(logits, targets, strict=True)]
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
    return _means(torch.stack(ends).mean(dim=0), _rows_of(groups, answerable.device))


def taught_losses(
    soft: torch.Tensor, losses: torch.Tensor, labelled: npt.NDArray[np.bool_], groups: Groups, *, share: float
) -> torch.Tensor:
    """Return the loss of each question, (questions,): of both kinds where it is labelled, else of the teacher alone.

    Args:
        soft: (questions,) from `soft_losses`.
        losses: (questions,) from `span_losses`.
        labelled: (windows,) bool; a question is labelled or not, so one window of it tells.
        groups: (windows,) int64, which question each window is read for, from 0.
        share: how much the teacher counts beside the labels, 0..1.
    """
    _, first_windows = np.unique(groups, return_index=True)
    known = torch.from_numpy(labelled[first_windows]).to(losses.device)
    shares = torch.where(known, share, 1.0)
    return shares * soft + (1 - shares) * losses


def listwise_losses(scores: torch.Tensor, right: torch.Tensor, groups: Groups) -> torch.Tensor:
    """Return the loss of each question of a batch, (questions,): how unlikely its right passages are among all of it.

    Scores of a question's passages are normalised together, and the probabilities of the right ones summed (the
    softmax cross-entropy of ListNet, Cao et al. 2007). A question without a right passage has a loss of 0.

    Args:
        scores: (passages,) float32, any real, higher is better.
        right: (passages,) bool.
        groups: (passages,) int64, which question each passage was found for, from 0.
    """
    rows = _rows_of(groups, scores.device)
    every = _together(scores, rows)
    wanted = _together(scores.masked_fill(~right, _MASKED), rows)
    return torch.where(_any(right, rows), every - wanted, torch.zeros_like(every))


def _with_none(margins: torch.Tensor, answerable: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return (windows, 1 + tokens) scores, "not here" first."""
    kept = (margins / temperature).masked_fill(~answerable, _MASKED)
    return torch.cat([margins.new_zeros(len(kept), 1), kept], dim=1)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The windows of each question, as a table.

    Attributes:
        at: (questions, most) int64, numbers of windows; where a question has fewer, any.
        there: (questions, most) bool, which of them are meant.
    """

    at: torch.Tensor
    there: torch.Tensor


def _rows_of(groups: Groups, device: torch.device) -> _Rows:
    of_group = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    most = max(map(len, of_group))
    at = np.zeros((len(of_group), most), dtype=np.int64)
    there = np.zeros((len(of_group), most), dtype=np.bool_)
    for row, windows in enumerate(of_group):
        at[row, : len(windows)] = windows
        there[row, : len(windows)] = True
    return _Rows(torch.from_numpy(at).to(device), torch.from_numpy(there).to(device))


def _means(values: torch.Tensor, rows: _Rows) -> torch.Tensor:
    """Return (questions,) means of (windows,) values."""
    return (values[rows.at] * rows.there).sum(dim=1) / rows.there.sum(dim=1)


def _together(scores: torch.Tensor, rows: _Rows) -> torch.Tensor:
    """Return (questions,) the logarithm of the sum of the exponentials of (windows,) scores."""
    return scores[rows.at].masked_fill(~rows.there, _MASKED).logsumexp(dim=1)


def _any(flags: torch.Tensor, rows: _Rows) -> torch.Tensor:
    return (flags[rows.at] & rows.there).any(dim=1)


def _one_end(logits: torch.Tensor, targets: torch.Tensor, answerable: torch.Tensor, rows: _Rows) -> torch.Tensor:
    margins = logits - logits[:, :1]
    every = margins.masked_fill(~answerable, _MASKED).logsumexp(dim=1)
    right = margins.masked_fill(~(targets & answerable), _MASKED).logsumexp(dim=1)
    answered = (targets & answerable).any(dim=1)
    alone = _means(_negative_log_likelihood(every, right, answered), rows)
    # Windows without the answer have no part in what is right; none at all means that "not here" is.
    right = _together(right.masked_fill(~answered, _MASKED), rows)
    together = _negative_log_likelihood(_together(every, rows), right, _any(answered, rows))
    return torch.where(rows.there.sum(dim=1) == 1, alone, (alone + together) / 2)


def _negative_log_likelihood(every: torch.Tensor, right: torch.Tensor, answered: torch.Tensor) -> torch.Tensor:
    """Return (n,): of what is right, or of "not here", whose score is 0, among everything; all arguments are (n,)."""
    nothing = torch.zeros_like(every)
    return torch.logaddexp(nothing, every) - torch.where(answered, right, nothing)
