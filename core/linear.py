"""A linear model over named features, kept as JSON: what ranking, combination and confidence are."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from pullquote.errors import ModelError
from pullquote.whole_files import write_whole


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights for standardised features, fitted for the scores of one model.

    Attributes:
        model_sha256: of the weights of the reader or embedder whose scores are among the features; another's mean
            something else.
        mean, scale, weights: one number for each of `features`.
        intercept: of the sum.
        features: names, in the order of the numbers.
        fitted_on: what it was fitted on, with how many questions, for people.
    """

    model_sha256: str
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    features: tuple[str, ...]
    fitted_on: str = ""

    def logit(self, features: Mapping[str, float]) -> float:
        """Return the weighted sum of a candidate's features; others than the model's don't count."""
        return self.intercept + sum(
            weight * (features[name] - mean) / scale
            for name, mean, scale, weight in zip(self.features, self.mean, self.scale, self.weights, strict=True)
        )

    @property
    def sha256(self) -> str:
        """Hash of the fitted numbers."""
        return hashlib.sha256(json.dumps(self._facts(), sort_keys=True).encode()).hexdigest()

    def save(self, file: Path) -> None:
        """Write it as JSON, whole or not at all."""
        write_whole(file, (json.dumps(self._facts(), indent=1) + "\n").encode())

    def _facts(self) -> dict[str, Any]:
        """Return what a file says of the model; what isn't known is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def _more(cls, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a file says of fields that this kind of model has besides.

        Raises:
            ValueError: it can't be.
        """
        return {}

    @classmethod
    def fitted_for(cls, model_sha256: str, loaded: Iterable[Self | None]) -> Self | None:
        """Return the first model that was fitted for those weights; None where none was."""
        return next((model for model in loaded if model and model.model_sha256 == model_sha256), None)

    @classmethod
    def load(cls, file: Path, *, known: Sequence[str], made_by: str) -> Self | None:
        """Return the model of a file, or None where there is none that this version of Pullquote can use.

        Args:
            file: as `save` wrote it.
            known: names that a feature may have; a model with others was fitted by another version.
            made_by: the command that makes such a file, for the message.

        Raises:
            ModelError: the file is damaged.
        """
        try:
            facts = json.loads(file.read_text(encoding="utf-8"))
            lists = {name: tuple(map(float, facts[name])) for name in ("mean", "scale", "weights")}
            model = cls(
                model_sha256=str(facts["model_sha256"]),
                intercept=float(facts["intercept"]),
                features=tuple(facts["features"]),
                fitted_on=str(facts["fitted_on"]),
                **lists,
                **cls._more(facts),
            )
            if not all(map(math.isfinite, (*model.mean, *model.scale, *model.weights, model.intercept))):
                raise ValueError("a number is infinite or none")
            LinearModel.logit(model, dict.fromkeys(model.features, 0.0))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise ModelError(f"{file} is not what it should be ({error!r}); run: {made_by}") from error
        return model if set(model.features) <= set(known) else None
