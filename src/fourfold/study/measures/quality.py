"""Quality beside the score that decides, of what every seed predicts for every test example.

For probabilities p (n, K) of classes y, or predictions of numbers:

    log loss           -mean ln p[y], p within 2.2e-16 of 0 and 1 taken as that, as scikit-learn does
    Brier score        mean sum_k (p[k] - 1{y = k})^2
    AUC                chance that a row of a class gets a higher p than a row of another, mean over the classes
    calibration error  root mean square of confidence - accuracy over equal-mass bins, less what chance alone gives
    R2                 1 - sum (y - f)^2 / sum (y - mean y)^2; of several targets the mean of theirs
    RMSE, MAE          sqrt(mean (y - f)^2), mean |y - f|, each in its target's unit
    MASE               mean |y - f| / scale, of each step of a forecast

and for probabilities of labels, told above one half, with the counts of labels told rightly (tp), wrongly (fp) or
missed (fn)

    F1                 2 tp / (2 tp + fp + fn): of a label; macro, their mean; micro, of the counts of all labels
    subset accuracy    the share of rows all of whose labels are told right
    label accuracy     the share of labels of all rows that are told right; guessing makes it high where they are rare

Source: Brier 1950; Hand and Till 2001 (AUC of several classes); Bröcker 2012, Kumar et al. 2019 (debiased calibration);
Tsoumakas and Katakis 2007 (labels).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.sentences import TARGET
from fourfold.preprocessing.task import Task

FEWEST_FOR_CALIBRATION = 500
CALIBRATION_BINS = 15
MOST_TARGETS = 12
"""Targets, or labels, that are listed one by one."""

Found = Callable[[str, list[float], str], Evidence]


def evidence(
    family: str,
    task: Task,
    values: np.ndarray,
    target: np.ndarray,
    unit: np.ndarray | float = 1.0,
    what: str = "test rows",
) -> list[Evidence]:
    """Scores beside the one that decides, each the mean over the lines of ``values`` (S, n, K) for n of ``what``.

    ``unit`` is what the errors of several targets are measured in (K,), those of a forecast (n, K).
    """
    source = f"{values.shape[0]} x {values.shape[1]} predictions of {what}"

    def found(measure: str, numbers: list[float], unit: str) -> Evidence:
        value = float(np.mean(numbers))
        if not np.isfinite(value):
            return Evidence(measure, family, None, unit, reason=f"the target does not vary over the {what}")
        return Evidence(measure, family, value, unit, method="mean over seeds", source=source)

    if task.score == "mase":
        return _of_forecast(found, task, np.abs(values - target), unit)
    if task.kind == "regression":
        return _of_numbers(found, task, values, target.reshape(len(target), -1), unit)
    if task.kind == "multilabel":
        return _of_labels(found, task, values, target > 0)
    return _of_classes(found, family, task, values, target)


def _of_numbers(
    found: Found, task: Task, values: np.ndarray, target: np.ndarray, unit: np.ndarray | float
) -> list[Evidence]:
    errors = np.abs(values - target)
    spread = np.sum((target - target.mean(axis=0)) ** 2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = 1 - np.sum(errors**2, axis=1) / spread  # (S, K), no number where a target does not vary
    one = TARGET
    scores = [
        found("R2", list(r2.mean(axis=1)), "fraction"),
        found(
            "MAE",
            list((errors / unit).mean(axis=(1, 2))),
            one if np.all(unit == 1) else "standard deviations",
        ),
    ]
    for k, name in enumerate(task.names[:MOST_TARGETS]):
        mine = errors[..., k]
        scores += [
            found(f"R2 of {name}", list(r2[:, k]), "fraction"),
            found(f"RMSE of {name}", list(np.sqrt((mine**2).mean(axis=1))), one),
            found(f"MAE of {name}", list(mine.mean(axis=1)), one),
        ]
    return scores


def _of_forecast(found: Found, task: Task, errors: np.ndarray, unit: np.ndarray | float) -> list[Evidence]:
    """Of errors (S, n, H K): the scaled ones step by step; those of one column in its unit, too."""
    scaled = (errors / unit).mean(axis=1)
    places = np.unique(np.linspace(0, len(task.names) - 1, min(MOST_TARGETS, len(task.names))).astype(int))
    scores = [found(f"MASE of {task.names[k]}", list(scaled[:, k]), "scaled error") for k in places]
    if len({name.rpartition("+")[0] for name in task.names}) == 1:
        one = TARGET
        scores += [
            found("MAE", list(errors.mean(axis=(1, 2))), one),
            found("RMSE", list(np.sqrt((errors**2).mean(axis=(1, 2)))), one),
        ]
    return scores


def _of_labels(found: Found, task: Task, values: np.ndarray, true: np.ndarray) -> list[Evidence]:
    told = values > 0.5
    f1 = f1_scores(told, true)
    of_true = np.where(true, values, 1 - values)
    scores = [
        found(
            "micro F1", list(f1_scores(told.reshape(len(told), -1, 1), true.reshape(-1, 1))[:, 0]), "fraction"
        ),
        found("macro F1", list(f1.mean(axis=1)), "fraction"),
        found("subset accuracy", list((told == true).all(axis=2).mean(axis=1)), "fraction"),
        found("label accuracy", list((told == true).mean(axis=(1, 2))), "fraction"),
        found("log loss", [log_loss(p) for p in of_true], "nats"),
    ]
    labels = task.classes[:MOST_TARGETS]
    return scores + [found(f"F1 of {label}", list(f1[:, k]), "fraction") for k, label in enumerate(labels)]


def f1_scores(told: np.ndarray, true: np.ndarray) -> np.ndarray:
    """The F1 score (S, K) of each label, from what is told (S, n, K) and true (n, K); 0 where there is nothing.

    >>> f1_scores(np.array([[[True], [True], [False]]]), np.array([[True], [False], [True]])).tolist()
    [[0.5]]
    """
    right = (told & true).sum(axis=1)
    wrong = (told != true).sum(axis=1)
    return 2 * right / np.maximum(2 * right + wrong, 1)


def _of_classes(
    found: Found, family: str, task: Task, values: np.ndarray, target: np.ndarray
) -> list[Evidence]:
    truth, right = np.eye(values.shape[-1])[target], task.predicted_class(values) == target
    scores = [
        found("accuracy", list(right.mean(axis=1)), "fraction"),
        found("balanced accuracy", [balanced_accuracy(line, target) for line in right], "fraction"),
        found("log loss", [log_loss(p[truth > 0]) for p in values], "nats"),
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


def log_loss(p: np.ndarray) -> float:
    """Minus the mean logarithm of the probabilities of what is true, kept off 0 and 1 as scikit-learn keeps them.

    >>> round(log_loss(np.array([1.0, 0.5, 0.0])), 2)
    12.25
    """
    tiny = np.finfo(float).eps
    return -float(np.mean(np.log(np.clip(p, tiny, 1 - tiny))))


def balanced_accuracy(right: np.ndarray, target: np.ndarray) -> float:
    """The mean over the classes of the share of their rows that is predicted right, ``right`` (n,) or not."""
    return float(np.mean([right[target == k].mean() for k in np.unique(target)]))


def auc(p: np.ndarray, target: np.ndarray) -> float:
    """The area under the curve of each class against the rest, mean over the classes: by ranks (Mann-Whitney).

    NaN where all are of one class.
    """
    areas = []
    for k in np.unique(target):
        inside = target == k
        ranks = rankdata(p[:, k])[inside]
        count, rest = inside.sum(), (~inside).sum()
        areas.append((ranks.sum() - count * (count + 1) / 2) / (count * rest) if rest else np.nan)
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
