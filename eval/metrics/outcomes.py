"""The arrays that the figures of confidence are made of, checked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def checked_floats(values: npt.ArrayLike, name: str) -> Floats:
    """Return the values as an (n,) float64 array, n at least 1, all finite.

    Raises:
        ValueError: there are none, they are not one row of numbers, or one is infinite or not a number.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one row of numbers, not of shape {array.shape}.")
    if not array.size:
        raise ValueError(f"{name} is empty: a figure needs at least one question.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds a value that is infinite or not a number.")
    return array


def checked_bools(values: npt.ArrayLike, name: str, n: int) -> Bools:
    """Return the values as an (n,) bool array.

    Raises:
        ValueError: they are not n, or not bools. Numbers aren't taken for bools: a score of 0.4 would be True.
    """
    array = np.asarray(values)
    if array.shape != (n,):
        raise ValueError(f"{name} must have one value a question, ({n},), not {array.shape}.")
    if array.dtype != np.bool_:
        raise ValueError(f"{name} must be bool, not {array.dtype}.")
    return array


def checked_outcomes(confidence: npt.ArrayLike, right: npt.ArrayLike) -> tuple[Floats, Bools]:
    """Return confidence (n,) float64 and right (n,) bool.

    Raises:
        ValueError: see `checked_floats` and `checked_bools`.
    """
    floats = checked_floats(confidence, "confidence")
    return floats, checked_bools(right, "right", floats.size)
