"""What would settle an undecided comparison: how many seeds, or more rows."""

from __future__ import annotations

import math

from scipy import stats

from fourfold.evidence.components import Estimate

MOST_SEEDS = 60


def settle(
    estimates: list[Estimate], margin: float, *, seeds: int, rows: int, level: float = 0.95
) -> dict[str, int]:
    r"""About how many seeds, or how many more rows, would decide all of these differences.

    An interval d +- h decides when it leaves 0 (h < |d|), or stays inside the margin (h < margin - |d|):
    the easier of the two is wanted. With the variance components of d and S seeds on n rows

        h(S, n)^2 = z^2 (example n_0/n + run S_0/S + (fold + training) n_0/n)

    Seeds alone, up to 60 of them, if that is enough; else more rows; in a hold-out perhaps with more seeds. Nothing
    decides a difference of 0 where the margin is 0.

    >>> unsteady = Estimate(0.02, example=2e-5, run=1.8e-4, fold=0, training=0, dof=9)
    >>> settle([unsteady], 0.01, seeds=5, rows=2000)
    {'seeds': 18}
    >>> settle([Estimate(0.02, example=2e-4, run=1e-5, fold=0, training=0, dof=9)], 0.01, seeds=5, rows=300)
    {'more rows': 700}
    >>> settle([Estimate(0.0, example=2e-4, run=1e-5, fold=0, training=0, dof=9)], 0.0, seeds=5, rows=300)
    {}
    """
    # the critical value of four families' comparisons with the best, at many degrees of freedom
    z = float(stats.norm.isf((1 - level ** (1 / 3)) / 2))
    need_seeds, need_rows, possible = seeds, 0, True
    for e in estimates:
        target = (max(abs(e.value), margin - abs(e.value), margin / 10) / z) ** 2
        if target == 0:
            return {}
        by_row = e.example + e.fold + e.training
        if target > by_row and e.run * seeds / (target - by_row) <= MOST_SEEDS:
            need_seeds = max(need_seeds, math.ceil(e.run * seeds / (target - by_row)))
        else:
            possible = False
        run = min(e.run, target / 2)  # what is left of it with more seeds, where it is the larger half
        need_rows = max(need_rows, math.ceil(rows * (by_row / (target - run) - 1)))
        if run < e.run and not possible:
            need_seeds = max(need_seeds, min(math.ceil(e.run * seeds / run), MOST_SEEDS))
    if possible:
        return {"seeds": max(need_seeds, seeds + 1)}
    more_rows = {"more rows": _round(max(need_rows, 1))}
    return {"seeds": need_seeds, **more_rows} if need_seeds > seeds else more_rows


def _round(count: int) -> int:
    """Up to two significant digits: it is an estimate."""
    step = 10 ** max(len(str(count)) - 2, 0)
    return math.ceil(count / step) * step
