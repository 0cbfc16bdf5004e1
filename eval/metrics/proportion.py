"""How far a share of questions could be off where resampling cannot tell: if all are alike, so is every resample."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(share: float, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the ends of Wilson's score interval, both 0..1.

    It takes the questions for independent. For a mean of values between 0 and 1 it is too wide rather than too
    narrow, since none vary more than those that are all 0 or 1.

    Args:
        share: of the questions, or the mean of their values, 0..1.
        n: questions, at least 1.
        level: how sure the interval is, between 0 and 1.

    Raises:
        ValueError: share isn't within 0..1, n is below 1 or level isn't between 0 and 1.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927; recommended for
    shares near 0 and 1 by Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", 2001.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be within 0..1, not {share}.")
    if n < 1:
        raise ValueError(f"n must be 1 or more, not {n}.")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and 1 the end meets the bound exactly, but for rounding.
    low = 0.0 if share == 0 else max(0.0, middle - half)
    high = 1.0 if share == 1 else min(1.0, middle + half)
    return low, high
