"""How sure a value has to be to be given, for the precision that is asked for; and a quotation, to be shown.

Fitted on questions with known answers (`python -m pullquote.eval.fitting.refit`). Of what is at least so sure, not the
share that is right but its lower bound is what was asked for (Clopper and Pearson, "The Use of Confidence or Fiducial
Limits Illustrated in the Case of the Binomial", 1934).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import asdict, dataclass
from pathlib import Path

from pullquote.errors import InputError, ModelError
from pullquote.qa.reading.reader import Reader

FILE_NAME = "thresholds.json"
# The share of the values given that is right, at least, where nobody asks for another.
SURE = 0.8
# Where nothing was fitted for a reader; chosen on the gold's tune split. Who asks for more is given what is as sure.
GIVEN_FROM, SPEAKS_FROM = 0.55, 0.4
_ASKED = (SURE, 0.85, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bounds of confidence.

    Attributes:
        model_sha256: of the weights of the reader they were fitted for.
        precisions: (n,) shares, rising.
        given_from: (n,) for each, the confidence from which on at least that share of the values is right.
        speaks_from: the confidence from which on a quotation is shown as one that speaks to the question.
        fitted_on: what they were fitted on, for people.
    """

    model_sha256: str
    precisions: tuple[float, ...]
    given_from: tuple[float, ...]
    speaks_from: float
    fitted_on: str = ""

    def sure_from(self, precision: float) -> float:
        """Return the confidence from which on at least so large a share is right; above 1 where none is that sure.

        Raises:
            InputError: precision isn't between 0 and 1.
        """
        check_precision(precision)
        at = bisect_left(self.precisions, precision - 1e-9)
        return self.given_from[at] if at < len(self.precisions) else 1.01

    def save(self, file: Path) -> None:
        """Write them as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Thresholds | None:
        """Return what `save` wrote; None where there is nothing.

        Raises:
            ModelError: the file is damaged.
        """
        try:
            facts = json.loads(file.read_text(encoding="utf-8"))
            precisions, given = (tuple(map(float, facts[name])) for name in ("precisions", "given_from"))
            if len(precisions) != len(given) or list(precisions) != sorted(precisions):
                raise ValueError("precisions and bounds don't match")
            return cls(
                str(facts["model_sha256"]), precisions, given, float(facts["speaks_from"]), str(facts["fitted_on"])
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{file} is not what it should be ({error!r}); run: python -m pullquote.eval.fitting.refit"
            ) from error


def check_precision(precision: float) -> None:
    """Raise InputError where nobody can be so sure: outside 0..1, or at its ends."""
    if not 0 < precision < 1:
        raise InputError(f"How sure has to be a number between 0 and 1, not {precision:g}.")


def thresholds_for(reader: Reader) -> Thresholds:
    """Return the bounds that lie beside a reader's weights and were fitted for them, else one for all precisions.

    Raises:
        ModelError: the file is damaged.
    """
    fitted = Thresholds.load(reader.folder / FILE_NAME) if reader.folder else None
    if fitted and fitted.model_sha256 == reader.sha256:
        return fitted
    return Thresholds(reader.sha256, _ASKED, (GIVEN_FROM, *_ASKED[1:]), SPEAKS_FROM)
