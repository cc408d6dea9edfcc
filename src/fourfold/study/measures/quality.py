"""Quality beside the score that decides, of what every seed predicts for every test example.

For probabilities p (n, K) of classes y, or predictions of numbers:

    log loss           -mean ln p[y]
    Brier score        mean sum_k (p[k] - 1{y = k})^2
    AUC                chance that a row of a class gets a higher p than a row of another, mean over the classes
    calibration error  root mean square of confidence - accuracy over equal-mass bins, less what chance alone gives
    R2                 1 - sum (y - f)^2 / sum (y - mean y)^2
    MAE                mean |y - f|

Source: Brier 1950; Hand and Till 2001 (AUC of several classes); Bröcker 2012, Kumar et al. 2019 (debiased calibration).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from fourfold.evidence.evidence import Evidence
from fourfold.preprocessing.task import Task

FEWEST_FOR_CALIBRATION = 500
CALIBRATION_BINS = 15


def evidence(family: str, task: Task, values: np.ndarray, target: np.ndarray) -> list[Evidence]:
    """Scores beside the one that decides, each the mean over the lines of ``values``."""
    source = f"{values.shape[0]} x {values.shape[1]} predictions of test rows"

    def found(measure: str, numbers: list[float], unit: str) -> Evidence:
        return Evidence(
            measure, family, float(np.mean(numbers)), unit, method="mean over seeds", source=source
        )

    if task.kind == "regression":
        lines = values[..., 0]
        spread = np.sum((target - target.mean()) ** 2)
        return [
            found("R2", [1 - np.sum((target - line) ** 2) / spread for line in lines], "fraction"),
            found("MAE", [np.mean(np.abs(target - line)) for line in lines], "unit of the target"),
        ]
    truth = np.eye(values.shape[-1])[target]
    scores = [
        found("accuracy", [np.mean(p.argmax(-1) == target) for p in values], "fraction"),
        found("balanced accuracy", [balanced_accuracy(p, target) for p in values], "fraction"),
        found("log loss", [-np.mean(np.log(np.clip(p[truth > 0], 1e-12, 1))) for p in values], "nats"),
        found("Brier score", [np.mean(np.sum((p - truth) ** 2, -1)) for p in values], "squared probability"),
        found("AUC", [auc(p, target) for p in values], "fraction"),
    ]
    if values.shape[1] >= FEWEST_FOR_CALIBRATION:
        return [
            *scores,
            found("calibration error", [calibration_error(p, target) for p in values], "fraction"),
        ]
    few = f"{values.shape[1]} test rows, fewer than {FEWEST_FOR_CALIBRATION}"
    return [*scores, Evidence("calibration error", family, None, "fraction", reason=few)]


def balanced_accuracy(p: np.ndarray, target: np.ndarray) -> float:
    """The mean over the classes of the share of their rows that is predicted right."""
    right = p.argmax(-1) == target
    return float(np.mean([right[target == k].mean() for k in np.unique(target)]))


def auc(p: np.ndarray, target: np.ndarray) -> float:
    """The area under the curve of each class against the rest, mean over the classes: by ranks (Mann-Whitney)."""
    areas = []
    for k in np.unique(target):
        inside = target == k
        ranks = rankdata(p[:, k])[inside]
        count, rest = inside.sum(), (~inside).sum()
        areas.append((ranks.sum() - count * (count + 1) / 2) / (count * rest))
    return float(np.mean(areas))


def calibration_error(p: np.ndarray, target: np.ndarray, bins: int = CALIBRATION_BINS) -> float:
    """sqrt(max(mean_b [(conf_b - acc_b)^2 - acc_b (1 - acc_b) / (n_b - 1)], 0)) over equal-mass bins."""
    confidence, right = p.max(-1), p.argmax(-1) == target
    squares = []
    for part in np.array_split(np.argsort(confidence, kind="stable"), bins):
        accuracy = right[part].mean()
        gap = (confidence[part].mean() - accuracy) ** 2 - accuracy * (1 - accuracy) / (len(part) - 1)
        squares.append(gap * len(part) / len(p))
    return float(np.sqrt(max(sum(squares), 0.0)))
