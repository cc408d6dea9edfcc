"""Critical levels for several comparisons at once: the distribution of the smallest p-value (max-t)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import chdtri, ndtr, ndtri, stdtrit

POINTS = 8192
GRID = np.linspace(-4.5, 4.5, 91)


@lru_cache(maxsize=16)
def _points(dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spread standard normals (POINTS, dimension) and (POINTS,), the latter sorted; always the same.

    A Kronecker sequence: multiples of the powers of 1/g, where g^(d + 1) = g + 1, modulo 1.
    """
    d = dimension + 1
    g = 2.0
    for _ in range(64):
        g = (1 + g) ** (1 / (d + 1))
    uniform = (0.5 + np.outer(np.arange(1, POINTS + 1), g ** -np.arange(1.0, d + 1))) % 1
    normal = ndtri(uniform[np.argsort(uniform[:, -1])])
    return normal[:, :-1], normal[:, -1]


def critical_level(
    covariance: np.ndarray, dof: np.ndarray, level: float, *, one_sided: bool = False
) -> float:
    r"""The level a of each of m tests at which all m hold together with probability `level`.

        P(min_j p_j >= a) = level,   p_j = P(|t_{v_j}| > |T_j|)   (or one-sided),   T ~ multivariate t

    `covariance` (m, m) gives the correlations of the m estimates and `dof` (m,) their degrees of freedom v_j,
    which may differ: their chi-square denominators move together. Between Bonferroni's (1 - level)/m and
    1 - level.

    >>> independent = critical_level(np.eye(3), np.full(3, 1e6), 0.95)
    >>> abs(independent - (1 - 0.95 ** (1 / 3))) < 5e-4
    True
    >>> round(critical_level(np.ones((3, 3)), np.full(3, 10.0), 0.95), 3)  # three times the same test
    0.05

    Source: Hothorn, Bretz and Westfall 2008, "Simultaneous inference in general parametric models".
    """
    m, dof = len(dof), np.asarray(dof, float)
    if m == 1:
        return 1 - level
    scale = np.sqrt(np.diag(covariance))
    scale = np.where(scale > 0, scale, 1.0)
    related = (covariance / np.outer(scale, scale)).sum(0)
    keys = related, dof, scale
    largest = [max(np.abs(key).max(), 1e-300) for key in keys]
    order = np.lexsort([np.round(key / most, 9) for key, most in zip(keys, largest)])  # families in any order
    scale, dof = scale[order], dof[order]
    values, vectors = np.linalg.eigh(covariance[np.ix_(order, order)] / np.outer(scale, scale))
    normal, depth = _points(m)
    together = normal @ (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T  # symmetric square root
    t = together.T / np.stack([_spread(depth, v) for v in dof])  # (m, POINTS)
    t = t if one_sided else np.abs(t)

    def held(a: float) -> float:
        """The share of points at which all m hold, less the error of the shares of each, which is known."""
        each = t <= stdtrit(dof, 1 - (a if one_sided else a / 2))[:, None]
        return np.logical_and.reduce(each).mean() - each.mean() + (1 - a)

    low, high = (1 - level) / m, 1 - level
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if held(middle) > level else (low, middle)
    return (low + high) / 2


def _spread(depth: np.ndarray, dof: float) -> np.ndarray:
    """sqrt(chi-square / dof) at the quantiles of the standard normals `depth`, by interpolation."""
    return np.interp(depth, GRID, np.sqrt(chdtri(dof, ndtr(-GRID)) / dof))
