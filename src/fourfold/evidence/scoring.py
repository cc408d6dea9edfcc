"""What a score is: which way is better, in what unit, and how it follows from losses.

accuracy, balanced_accuracy, jaccard    1 - the mean loss
rmse                                    the root of the mean squared error
mase                                    the mean scaled error
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fourfold.evidence.sentences import DIFFERENCE, FRACTION, SCALED, TARGET

ERRORS = {"rmse": TARGET, "mase": SCALED}
"""Scores of which less is better, and their units."""

SCORE_WORDS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "jaccard": "Jaccard index",
    "rmse": "RMSE",
    "mase": "MASE",
}
"""What they are called within a sentence."""


OF_SHARES = "Student's t on the logit scale (exact binomial where errors are few)"
OF_ERRORS = "Student's t corrected for skewness"
"""How the interval of a score is made; see `statistics.Analysis.mean`."""


def interval_of(score: str) -> str:
    """By what the interval of a score is made."""
    return OF_ERRORS if is_error(score) else OF_SHARES


def is_error(score: str) -> bool:
    """Whether less is better."""
    return score in ERRORS


def units(score: str) -> tuple[str, str]:
    """The units of a score and of a difference of scores."""
    return (ERRORS[score], ERRORS[score]) if is_error(score) else (FRACTION, DIFFERENCE)


def of_loss(score: str, mean: float) -> float:
    """The score that a mean loss makes.

    >>> of_loss("accuracy", 0.25), of_loss("rmse", 0.25), of_loss("mase", 0.25)
    (0.75, 0.5, 0.25)
    """
    if score == "rmse":
        return math.sqrt(mean)
    return mean if is_error(score) else 1 - mean


def of_validation(score: str, value: float, deviation: float) -> float:
    """A training's validation score in the score's unit.

    That of numbers is minus the mean error, squared or absolute, of targets that preparation scaled; ``deviation``
    is what 1 of these is in the unit.
    """
    return deviation * of_loss(score, max(-value, 0.0)) if is_error(score) else value


def parts_of_validation(score: str, values: Sequence[float], deviation: float) -> np.ndarray:
    """What each training's validation score adds to that of all, which is the mean of these parts.

    A root of squared errors is that of their mean over the trainings, as on test rows; what a training adds to it is
    linearised.

    >>> parts_of_validation("accuracy", [0.8, 0.9], 1.0).tolist()
    [0.8, 0.9]
    >>> parts_of_validation("rmse", [-1.0, -49.0], 2.0).round(6).tolist()
    [5.2, 14.8]
    """
    found = np.asarray(values, float)
    mean = float(found.mean())
    whole = of_validation(score, mean, deviation)
    if score == "rmse":
        return whole + (mean - found) * (deviation**2 / (2 * whole) if whole > 0 else 0.0)
    return np.array([of_validation(score, value, deviation) for value in found])


def spread_of_validation(score: str, values: Sequence[float], deviation: float) -> dict[str, float]:
    """The score of some trainings on validation rows, from that of the lowest to that of the highest.

    >>> spread_of_validation("rmse", [-1.0, -49.0], 2.0)
    {'mean': 10.0, 'low': 2.0, 'high': 14.0}
    """
    found = np.asarray(values, float)
    mean, each = float(found.mean()), [of_validation(score, float(value), deviation) for value in found]
    return {"mean": of_validation(score, mean, deviation), "low": min(each), "high": max(each)}
