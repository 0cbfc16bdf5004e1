"""How likely a candidate is right: a small model on what search and reader say about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True, slots=True)
class ConfidenceModel(LinearModel):
    """A logistic regression over standardised features, fitted for one reader.

    Attributes:
        passages_read: how many passages a question had read where it was fitted; None of one that doesn't tell, which
            is taken for every number.
    """

    passages_read: int | None = None

    @classmethod
    def _more(cls, facts: Mapping[str, Any]) -> dict[str, Any]:
        passages_read = facts.get("passages_read")
        if passages_read is not None and type(passages_read) is not int:
            raise ValueError("passages_read is no number")
        return {"passages_read": passages_read}

    def fits(self, reader_sha256: str, passages_read: int) -> bool:
        """Return whether it was fitted for this reader, reading that many passages a question."""
        return self.model_sha256 == reader_sha256 and self.passages_read in (None, passages_read)

    def logit(self, features: Mapping[str, float]) -> float:
        """Return the logarithm of the odds that a candidate of those `FEATURES` is right."""
        return LinearModel.logit(self, widened(features))

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


def confidence_for(archive: Path, reader: Reader, *, passages_read: int) -> ConfidenceModel | None:
    """Return the model to use: the archive's own, else the one beside the reader's weights; None where neither fits.

    What was fitted for another reader, or for another number of passages, says nothing about this one's answers.

    Raises:
        ModelError: a file is damaged.
    """
    folders = (folder for folder in (archive, reader.folder) if folder)
    models = (load(folder / FILE_NAME) for folder in folders)
    return next((model for model in models if model and model.fits(reader.sha256, passages_read)), None)
