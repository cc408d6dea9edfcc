r"""Functional analysis of variance on a balanced grid of settings, by unbiased variance components.

The expected score f of a setting is taken apart into effects of factors and of pairs of factors,

    f(x) = mean + sum_i f_i(x_i) + sum_{i<j} f_ij(x_i, x_j) + rest(x),

each with mean 0 over every factor it has. Over a full grid they are orthogonal, so that their mean squares V add up
to the variance of f over the grid. A score of one seed is f(x) + noise; the estimate of an effect with d degrees of
freedom, from the cells' means, has a mean square that is too large by what chance alone gives. That is subtracted:

    V = mean(effect^2) - d/n s^2     n cells, s^2: the error variance of a cell's mean, averaged over cells

which is unbiased, also where cells are unequally noisy, if cells have seeds of their own. An effect of nothing then
comes to 0 on average, and now and then to less.

Source: Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", 2014 (shares of
variance); Searle, Casella and McCulloch, "Variance Components", 1992; Quenouille 1956 (jackknife).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from scipy.special import fdtrc

from fourfold.errors import OptionError

FEWEST_SEEDS = 3
SEED_NOISE = "seeds"
"""What the variance of trainings of one setting is called."""


@dataclass(frozen=True)
class Effect:
    """What one factor, or a pair, does to the score.

    ``component`` is its unbiased variance V, ``share`` that of the variance of a single training's score, ``p`` the
    probability of a mean square this large if there were no effect (F test).
    """

    factors: tuple[str, ...]
    component: float
    share: float
    p: float

    @property
    def name(self) -> str:
        return " x ".join(self.factors)


@dataclass(frozen=True)
class Decomposition:
    """Effects of factors, then of pairs; ``rest`` are interactions of three and more, ``noise`` is the seeds'.

    The shares of all add up to 1.
    """

    effects: tuple[Effect, ...]
    rest: Effect
    noise: Effect

    @property
    def main(self) -> tuple[Effect, ...]:
        return tuple(effect for effect in self.effects if len(effect.factors) == 1)

    @property
    def interactions(self) -> tuple[Effect, ...]:
        return tuple(effect for effect in self.effects if len(effect.factors) == 2)

    def significant(self, level: float = 0.05) -> tuple[Effect, ...]:
        """The effects that are there, all claims together wrong with at most this probability (Bonferroni)."""
        return tuple(effect for effect in self.effects if effect.p * len(self.effects) < level)


def decompose(scores: np.ndarray, factors: Sequence[str], best: str = "") -> Decomposition:
    """The shares of variance of a balanced grid.

    Args:
        scores: (L_1, ..., L_k, S), the scores of S seeds at every combination of the levels of k factors; each cell
            has seeds of its own. Higher is better where ``best`` is given.
        factors: the names of the k factors.
        best: a factor that is not varied but chosen: each cell of the others takes its level with the best mean.

    The error variance of a cell comes from the jackknife over seeds, which for a mean is the usual s^2 / S, and for
    the largest of several means is nearly unbiased (simulated: -3 % of the noise where all levels are alike).

    Raises:
        OptionError: ``bad-grid``, for fewer than 3 seeds, a factor of one level, or scores that are not finite.

    >>> depth, rate = np.array([0.0, 0.3])[:, None, None], np.array([0.0, 0.1, 0.2])[:, None]
    >>> noise = 0.1 * np.random.default_rng(0).normal(size=(2, 3, 50))
    >>> found = decompose(depth + rate + noise, ("depth", "rate"))
    >>> [(effect.name, round(effect.share, 1)) for effect in (*found.main, found.noise)]
    [('depth', 0.5), ('rate', 0.2), ('seeds', 0.3)]
    """
    scores = np.asarray(scores, float)
    _check(scores, factors)
    seeds = scores.shape[-1]
    axis = factors.index(best) if best else None
    cells = _cells(scores, axis)
    left_out = np.stack([_cells(np.delete(scores, s, axis=-1), axis) for s in range(seeds)])
    error = (seeds - 1) * float(left_out.var(0).mean())
    if best:
        factors = [factor for factor in factors if factor != best]
    return _components(cells, tuple(factors), error, seeds)


def _cells(scores: np.ndarray, chosen: int | None) -> np.ndarray:
    """The score of each cell: the mean over its seeds, at the best level of a factor that is chosen."""
    means = scores.mean(-1)
    return means if chosen is None else means.max(chosen)


def _components(cells: np.ndarray, factors: tuple[str, ...], error: float, seeds: int) -> Decomposition:
    n, spread = cells.size, cells.var()
    effects: dict[tuple[int, ...], np.ndarray] = {(): cells.mean(keepdims=True)}
    rows: list[tuple[tuple[str, ...], float, int]] = []
    for size in (1, 2):
        for which in combinations(range(cells.ndim), size):
            others = tuple(axis for axis in range(cells.ndim) if axis not in which)
            inside = [effect for parts, effect in effects.items() if set(parts) < set(which)]
            effects[which] = cells.mean(others, keepdims=True) - sum(inside)
            degrees = prod(cells.shape[axis] - 1 for axis in which)
            square = float((effects[which] ** 2).mean())
            rows.append((tuple(factors[axis] for axis in which), square, degrees))
    degrees = n - 1 - sum(row[2] for row in rows)
    rows.append((("rest",), max(float(spread) - sum(row[1] for row in rows), 0.0), degrees))
    components = [square - error * degrees / n for _, square, degrees in rows]
    noise = error * seeds
    total = sum(components) + noise
    *found, rest = (
        Effect(
            names, component, component / total if total > 0 else 0.0, _p(square, degrees, error, n, seeds)
        )
        for (names, square, degrees), component in zip(rows, components)
    )
    return Decomposition(
        tuple(found), rest, Effect((SEED_NOISE,), noise, noise / total if total > 0 else 0.0, 1.0)
    )


def _p(square: float, degrees: int, error: float, n: int, seeds: int) -> float:
    """The F test of a mean square against the error's."""
    if degrees == 0 or square <= 1e-24:
        return 1.0
    return float(fdtrc(degrees, n * (seeds - 1), square * n / degrees / error)) if error > 0 else 0.0


def _check(scores: np.ndarray, factors: Sequence[str]) -> None:
    wrong = ""
    if scores.ndim != len(factors) + 1 or min(scores.shape[:-1]) < 2 or scores.shape[-1] < FEWEST_SEEDS:
        wrong = f"scores of shape {scores.shape} for {len(factors)} factors"
    elif not np.isfinite(scores).all():
        wrong = f"{int((~np.isfinite(scores)).sum())} scores that are not finite"
    if wrong:
        raise OptionError(
            "bad-grid",
            "this is no balanced grid of scores",
            got=wrong,
            wanted=f"finite scores (L_1, ..., L_k, S), two levels or more, {FEWEST_SEEDS} seeds or more",
            do="count a training that diverged as the baseline's score",
        )
