"""Numbers in single precision as the shortest decimals that name them, as text holds them."""

from __future__ import annotations

import numpy as np

__all__ = ["decimals"]

SURE = (1e-13, 1e13)
"""Between these the powers of ten that are multiplied with are whole numbers that a float64 holds."""


def decimals(singles: np.ndarray) -> np.ndarray:
    """Numbers (N,) float32 as float64, each as the decimal of the fewest digits that is rounded to it: 0.1, where a
    cast gives 0.10000000149.

    >>> decimals(np.array([0.1, 1 / 3, 16777216, -1e30, np.nan], np.float32)).tolist()
    [0.1, 0.33333334, 16777216.0, -1e+30, nan]
    """
    with np.errstate(invalid="ignore"):  # NaN of any bits
        found = singles.astype(np.float64)
    size = np.abs(found)
    sure = (size >= SURE[0]) & (size < SURE[1])
    exact = found[sure]
    power = np.floor(np.log10(size[sure]))
    shortest = exact.copy()
    for digits in (9, 8, 7, 6):  # nine tell any float32 from all others, and six are told by it
        behind = digits - 1 - power
        up, down = 10.0 ** np.maximum(behind, 0), 10.0 ** np.maximum(-behind, 0)
        rounded = np.rint(exact * up / down) / up * down
        shortest = np.where(rounded.astype(np.float32) == singles[sure], rounded, shortest)
    found[sure] = shortest
    others = ~sure & np.isfinite(found) & (found != 0)
    found[others] = [float(str(number)) for number in singles[others]]
    return found
