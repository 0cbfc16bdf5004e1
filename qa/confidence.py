"""How likely a candidate is right: a small model on what search and reader say about it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pullquote.errors import ModelError

# What a candidate is judged by; `evidence.features` computes them.
FEATURES = (
    "log_votes",
    "lead",
    "share",
    "margin",
    "reader_score",
    "passages",
    "origins",
    "rank",
    "dense",
    "dense_best",
    "lexical",
    "silent",
    "words",
    "covered",
    "searched",
    "age",
    "undated",
)
FILE_NAME = "confidence.json"


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """A logistic regression over standardised features, fitted for one reader.

    Attributes:
        reader_sha256: the reader's weights; scores of another reader mean something else.
        mean, scale, weights: one number for each of `features`.
        intercept: of the logit.
        features: names, in the order of the numbers.
        fitted_on: what it was fitted on, with how many questions, for people.
    """

    reader_sha256: str
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    features: tuple[str, ...] = FEATURES
    fitted_on: str = ""

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability that a candidate is right, 0..1."""
        logit = self.intercept + sum(
            weight * (features[name] - mean) / scale
            for name, mean, scale, weight in zip(self.features, self.mean, self.scale, self.weights, strict=True)
        )
        return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))

    @property
    def sha256(self) -> str:
        """Hash of the fitted numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def save(self, file: Path) -> None:
        """Write it as JSON, whole or not at all."""
        temporary = file.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        temporary.replace(file)


def load(file: Path) -> ConfidenceModel | None:
    """Return the model of a file, or None where there is none.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        lists = {name: tuple(map(float, facts[name])) for name in ("mean", "scale", "weights")}
        model = ConfidenceModel(
            reader_sha256=str(facts["reader_sha256"]),
            intercept=float(facts["intercept"]),
            features=tuple(facts["features"]),
            fitted_on=str(facts["fitted_on"]),
            **lists,
        )
        if not all(map(math.isfinite, (*model.mean, *model.scale, *model.weights, model.intercept))):
            raise ValueError("a number is infinite or none")
        model.probability(dict.fromkeys(FEATURES, 0.0))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise ModelError(f"{file} is not a fitted confidence ({error!r}); run: pullquote calibrate GOLD") from error
    return model


def confidence_for(archive: Path, reader_sha256: str) -> ConfidenceModel | None:
    """Return the model to use: the archive's own, else the one that ships; None where neither fits the reader.

    Raises:
        ModelError: a file is damaged.
    """
    for folder in (archive, Path(__file__).parent):
        model = load(folder / FILE_NAME)
        if model and model.reader_sha256 == reader_sha256:
            return model
    return None
