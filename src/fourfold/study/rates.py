"""The grid of learning rates: when it grows, where the best rate lies at an edge; and the noise between rates."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fourfold.evidence import scoring
from fourfold.study.trials import Trials

FEWEST_SPLITS = 3
"""Fewer splits, or runs of one, tell no noise."""


def at_edge(trials: Trials) -> tuple[bool, bool]:
    """Whether the best rate of any size lies at the lower and at the upper end of the grid, strictly better."""
    size, chosen = trials.best()
    rates = sorted({rate for s, rate in trials.by_setting if s == size})
    means = {rate: trials.rank((size, rate))[0] for rate in rates}
    strict = strictly_best(means, chosen, rates)
    return chosen == rates[0] and strict, chosen == rates[-1] and strict


def next_rate(rate: float, up: bool) -> float:
    """The neighbour on the grid 1, 3, 10, 30, ...

    >>> next_rate(0.03, up=True), next_rate(0.001, up=False)
    (0.1, 0.0003)
    """
    exponent = round(2 * np.log10(rate))
    exponent += 1 if up else -1
    return float(f"{(1.0 if exponent % 2 == 0 else 3.0) * 10.0 ** (exponent // 2):.0e}")


def strictly_best(means: dict[float, float], chosen: float, rates: list[float]) -> bool:
    others = [means[rate] for rate in rates if rate != chosen and rate in means]
    return chosen in means and bool(others) and means[chosen] > max(others)


def noise_between(trials: Trials, rates: Iterable[float], score: str, deviation: float) -> float | None:
    """The standard error of the difference between the best rate's mean score and another's, the median of all others.

    Rates have the same splits and seeds; what a split's validation rows do to all seeds alike is one thing.
    """
    size, means = trials.best()[0], {}
    for rate in rates:
        trained = [t for t in trials.by_setting[size, rate] if not t.diverged]
        runs = [((t.part, t.run.split), t.run.seed) for t in trained]
        scores = [t.validation_score for t in trained]
        parts = scoring.parts_of_validation(score, scores, deviation) if scores else np.zeros(0)
        by_run: dict[tuple[tuple[int, int], int], float] = dict(zip(runs, parts))
        splits = sorted({split for split, _ in by_run})
        by_split = [np.mean([v for (k, _), v in by_run.items() if k == split]) for split in splits]
        means[rate] = np.array(by_split if len(splits) >= FEWEST_SPLITS else list(by_run.values()))
    most = max(map(len, means.values()))
    means = {rate: found for rate, found in means.items() if len(found) == most}
    if most < FEWEST_SPLITS or len(means) < 2:
        return None
    sign = -1 if scoring.is_error(score) else 1
    best = means.pop(max(means, key=lambda rate: sign * float(means[rate].mean())))
    return float(np.median([np.std(best - other, ddof=1) / np.sqrt(most) for other in means.values()]))
