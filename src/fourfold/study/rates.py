"""The grid of learning rates, and when it grows: where the best rate lies at an edge, for every family."""

from __future__ import annotations

import numpy as np

from fourfold.study.trials import Trials


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
