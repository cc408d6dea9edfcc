"""The course of a family's trainings at its best setting: scores and losses by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from fourfold.evidence import scoring
from fourfold.study.study import Study
from fourfold.study.trials import Trials

RISEN = 0.05
"""By which share a validation loss ends above its lowest value where a family is said to overfit."""


def curve(study: Study, trials: Trials) -> dict[str, Any]:
    """The validation score of the best setting by step: mean, lowest and highest of its runs; and their mean losses, in
    training (since the check before) and validation.

    From its last check on a run has the score and the losses of the weights that it kept, which a run that stopped went
    back to.
    """
    score = study.dataset.task.score
    deviation = study.deviation
    runs = [t for t in trials.of(trials.best()) if not t.diverged]
    longest = max(runs, key=lambda t: len(t.check_steps)).check_steps if runs else np.zeros(0)
    names = ("steps", "mean", "low", "high", "training_loss", "validation_loss")
    points: dict[str, list[float]] = {name: [] for name in names}
    for i, step in enumerate(longest):
        over = [i >= len(t.check_steps) - 1 for t in runs]
        scores = [t.validation_score if ended else t.validation_curve[i] for t, ended in zip(runs, over)]
        learnt = [t.training_loss if ended else t.training_losses[i] for t, ended in zip(runs, over)]
        others = [t.validation_loss if ended else t.validation_losses[i] for t, ended in zip(runs, over)]
        spread = scoring.spread_of_validation(score, scores, deviation)
        losses = {"training_loss": float(np.mean(learnt)), "validation_loss": float(np.mean(others))}
        for name, value in {"steps": int(step), **spread, **losses}.items():
            points[name].append(value)
    return points | _fit(points)


def _fit(points: dict[str, list[float]]) -> dict[str, Any]:
    """At which step the validation loss is lowest, and whether a family overfits: the loss ends more than `RISEN` above
    that, and the training loss falls from there on."""
    validation, training = points["validation_loss"], points["training_loss"]
    if not validation:
        return {"lowest_loss_step": None, "overfits": False}
    lowest = int(np.argmin(validation))
    overfits = validation[-1] > (1 + RISEN) * validation[lowest] and training[-1] < training[lowest]
    return {"lowest_loss_step": points["steps"][lowest], "overfits": bool(overfits)}
