"""Ease of training: how many learning rates work, whether the best lies at the grid's edge, what diverged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.study.rates import strictly_best
from fourfold.study.trials import Trials

SOURCE = "trials on the base grid of learning rates"


@dataclass(frozen=True)
class Ease:
    """``rates``: one row a learning rate; ``share``: of the base grid within the tolerance of the best."""

    rates: list[dict[str, Any]]
    share: float
    at_edge: bool
    diverged: float


def of_family(
    trials: Trials, base_grid: tuple[float, ...], score: str, margin: float, deviation: float
) -> Ease:
    """What the validation scores by learning rate say, at the size that was chosen.

    ``margin`` is what a difference must exceed to matter, ``deviation`` turns a mean squared error of scaled
    targets into the target's unit.
    """
    size = trials.best()[0]
    rates = sorted({rate for s, rate in trials.by_setting if s == size})
    rows = []
    for rate in rates:
        all_trials = trials.by_setting[size, rate]
        scores = [_in_units(t.validation_score, score, deviation) for t in all_trials if not t.diverged]
        rows.append(
            {
                "rate": rate,
                "validation": _spread(scores),
                "trained": len(scores),
                "diverged": len(all_trials) - len(scores),
            }
        )
    sign = -1 if score == "rmse" else 1
    means = {row["rate"]: sign * row["validation"]["mean"] for row in rows if row["validation"] is not None}
    best = max(means.values(), default=-np.inf)
    works = [
        rate
        for rate in base_grid
        if means.get(rate, -np.inf) >= best - margin
        and 2 * next(r["diverged"] for r in rows if r["rate"] == rate) <= len(trials.by_setting[size, rate])
    ]
    chosen = trials.best()[1]
    counts = [(row["diverged"], row["diverged"] + row["trained"]) for row in rows if row["rate"] in base_grid]
    return Ease(
        rows,
        len(works) / len(base_grid),
        chosen in (rates[0], rates[-1]) and strictly_best(means, chosen, rates),
        sum(d for d, _ in counts) / max(sum(n for _, n in counts), 1),
    )


def evidence(family: str, ease: Ease) -> list[Evidence]:
    return [
        Evidence(
            "share of learning rates that work",
            family,
            ease.share,
            "fraction",
            method="validation score within the margin of the best",
            source=SOURCE,
        ),
        Evidence(
            "share diverged",
            family,
            ease.diverged,
            "fraction",
            method="a loss that is not finite",
            source=SOURCE,
        ),
    ]


def wants_more(trials: Trials, sizes: tuple[str, ...], margin: float, deviation: float) -> bool:
    """Whether the largest size was best by more than the margin, so that a larger one might gain more."""
    if trials.best()[0] != sizes[-1] or len(sizes) < 2:
        return False

    def best(size: str) -> float:
        score = max(trials.rank((s, rate))[0] for s, rate in trials.by_setting if s == size)
        return -float(np.sqrt(-score)) * deviation if score < 0 else score

    return best(sizes[-1]) - max(best(size) for size in sizes[:-1]) > margin


def _spread(scores: list[float]) -> dict[str, float] | None:
    if not scores:
        return None
    return {"mean": float(np.mean(scores)), "low": float(np.min(scores)), "high": float(np.max(scores))}


def _in_units(value: float, score: str, deviation: float) -> float:
    """A validation score as the report shows it: minus the scaled squared error becomes a root in the unit."""
    return float(np.sqrt(max(-value, 0.0)) * deviation) if score == "rmse" else value
