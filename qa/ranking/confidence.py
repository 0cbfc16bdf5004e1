"""How likely a candidate is right: a small model on what search and reader say about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from pullquote.linear import LinearModel
from pullquote.qa.ranking.combining import VALUE_FEATURES
from pullquote.qa.reading.reader import Reader

# What is known of a candidate: of its value, and how it compares to the question's others (`evidence.compared`,
# `evidence.confirmed`, `evidence.around`).
FEATURES = (
    *VALUE_FEATURES,
    "preference",
    "lead",
    "preferred",
    "confirmed",
    "dense_best",
    "silent",
    "nothing",
    "large",
)
_TIMES_LARGE = "{}, large"
# What a candidate is judged by (`widened`): each may count more, or less, the larger the archive.
JUDGED_BY = (*FEATURES, *(_TIMES_LARGE.format(name) for name in FEATURES if name != "large"))
FILE_NAME = "confidence.json"


def widened(features: Mapping[str, float]) -> dict[str, float]:
    """Return `FEATURES` and each of them times the largeness of the archive, as in `JUDGED_BY`."""
    large = features.get("large", 0.0)
    return dict(features) | {
        _TIMES_LARGE.format(name): value * large for name, value in features.items() if name != "large"
    }


class ConfidenceModel(LinearModel):
    """A logistic regression over standardised features, fitted for one reader."""

    def logit(self, features: Mapping[str, float]) -> float:
        """Return the logarithm of the odds that a candidate of those `FEATURES` is right."""
        return super().logit(widened(features))

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability that a candidate is right, 0..1."""
        logit = self.logit(features)
        return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


def load(file: Path) -> ConfidenceModel | None:
    """Return the model of a file, or None where there is none that this version of Pullquote can use.

    Raises:
        ModelError: the file is damaged.
    """
    # The one makes an archive's own, the other a reader's.
    made_by = "pullquote calibrate GOLD, or python -m pullquote.eval.fitting.combine"
    return ConfidenceModel.load(file, known=JUDGED_BY, made_by=made_by)


def confidence_for(archive: Path, reader: Reader) -> ConfidenceModel | None:
    """Return the model to use: the archive's own, else the one beside the reader's weights; None where neither fits.

    Raises:
        ModelError: a file is damaged.
    """
    folders = (folder for folder in (archive, reader.folder) if folder)
    return ConfidenceModel.fitted_for(reader.sha256, (load(folder / FILE_NAME) for folder in folders))
