"""The course of a family's trainings at its best setting: scores and losses by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from fourfold.evidence import overfitting, scoring
from fourfold.study import tested
from fourfold.study.study import Study
from fourfold.study.trials import Trials


def curve(study: Study, trials: Trials, margin: float) -> dict[str, Any]:
    """The validation score of the best setting by step: mean, lowest and highest of its runs; and their mean losses, in
    training (since the check before) and validation. An error that rises by at most the ``margin`` is no overfitting.

    From its last check on a run has the score and the losses of the weights that it kept, which a run that stopped went
    back to.
    """
    runs = [t for t in trials.of(trials.best()) if not t.diverged]
    longest = max((t.check_steps for t in runs), key=len, default=np.zeros(0))
    scores = _to_the_end([(t.validation_curve, t.validation_score) for t in runs], len(longest))
    learnt = _to_the_end([(t.training_losses, t.training_loss) for t in runs], len(longest))
    others = _to_the_end([(t.validation_losses, t.validation_loss) for t in runs], len(longest))
    spread = [scoring.spread_of_validation(study.dataset.task.score, each, study.deviation) for each in scores]
    points: dict[str, list] = {"steps": [int(step) for step in longest]}
    points |= {name: [found[name] for found in spread] for name in ("mean", "low", "high")}
    points |= {"training_loss": [float(np.mean(each)) for each in learnt]}
    points |= {"validation_loss": [float(np.mean(each)) for each in others]}
    return points | _fit(study, points, margin)


def _to_the_end(curves: list[tuple[np.ndarray, float]], checks: int) -> list[tuple[float, ...]]:
    """What runs have at each of so many checks, from their last one on what they kept."""
    return list(zip(*([*curve[:-1], *[kept] * (checks - len(curve) + 1)] for curve, kept in curves)))


def _fit(study: Study, points: dict[str, list], margin: float) -> dict[str, Any]:
    """At which step the validation loss is lowest, and whether the family overfits, where that costs quality: of
    probabilities by their loss, of numbers by the score."""
    training, validation, scores = points["training_loss"], points["validation_loss"], points["mean"]
    if not validation:
        return {"lowest_loss_step": None, "overfits": False}
    at, task = overfitting.lowest(validation), study.dataset.task
    if task.kind == "regression":
        found = scores[-1] - scores[at] > margin and overfitting.overfits(training, validation)
    else:
        noticed = overfitting.NOTICED * tested.guessing_loss(study.prepared, task)
        found = overfitting.overfits(training, validation, noticed)
    return {"lowest_loss_step": points["steps"][at], "overfits": found}
