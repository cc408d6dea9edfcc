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

Where rows have weights, all means, sums, shares and counts are of weighted rows.

Source: Brier 1950; Hand and Till 2001 (AUC of several classes); Bröcker 2012, Kumar et al. 2019 (debiased calibration);
Tsoumakas and Katakis 2007 (labels).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

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
    weights: np.ndarray | None = None,
) -> list[Evidence]:
    """Scores beside the one that decides, each the mean over the lines of ``values`` (S, n, K) for n of ``what``.

    ``unit`` is what the errors of several targets are measured in (K,), those of a forecast (n, K); ``weights`` (n,)
    are what rows count, alike without any; those of a forecast have none.
    """
    w = np.ones(values.shape[1]) if weights is None else weights.astype(float)
    source = f"{values.shape[0]} x {values.shape[1]} predictions of {what}"

    def found(measure: str, numbers: list[float], unit: str) -> Evidence:
        value = float(np.mean(numbers))
        if not np.isfinite(value):
            return Evidence(measure, family, None, unit, reason=f"the target does not vary over the {what}")
        return Evidence(measure, family, value, unit, method="mean over seeds", source=source)

    if task.score == "mase":
        return _of_forecast(found, task, np.abs(values - target), unit)
    if task.kind == "regression":
        return _of_numbers(found, task, values, target.reshape(len(target), -1), unit, w)
    if task.kind == "multilabel":
        return _of_labels(found, task, values, target > 0, w)
    return _of_classes(found, family, task, values, target, w)


def _of_numbers(
    found: Found, task: Task, values: np.ndarray, target: np.ndarray, unit: np.ndarray | float, w: np.ndarray
) -> list[Evidence]:
    errors = np.abs(values - target)
    mean_error, mean_square = (np.average(each, axis=1, weights=w) for each in (errors, errors**2))  # (S, K)
    spread = np.average((target - np.average(target, axis=0, weights=w)) ** 2, axis=0, weights=w)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = 1 - mean_square / spread  # (S, K), no number where a target does not vary
    one = TARGET
    scores = [
        found("R2", list(r2.mean(axis=1)), "fraction"),
        found(
            "MAE",
            list((mean_error / unit).mean(axis=1)),
            one if np.all(unit == 1) else "standard deviations",
        ),
    ]
    for k, name in enumerate(task.names[:MOST_TARGETS]):
        scores += [
            found(f"R2 of {name}", list(r2[:, k]), "fraction"),
            found(f"RMSE of {name}", list(np.sqrt(mean_square[:, k])), one),
            found(f"MAE of {name}", list(mean_error[:, k]), one),
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


def _of_labels(found: Found, task: Task, values: np.ndarray, true: np.ndarray, w: np.ndarray) -> list[Evidence]:
    told, each = values > 0.5, np.repeat(w, true.shape[1])  # what each label of each row counts
    f1, right = f1_scores(told, true, w), told == true
    micro = f1_scores(told.reshape(len(told), -1, 1), true.reshape(-1, 1), each)
    of_true = np.where(true, values, 1 - values).reshape(len(told), -1)
    scores = [
        found("micro F1", list(micro[:, 0]), "fraction"),
        found("macro F1", list(f1.mean(axis=1)), "fraction"),
        found("subset accuracy", list(np.average(right.all(axis=2), axis=1, weights=w)), "fraction"),
        found("label accuracy", list(np.average(right.mean(axis=2), axis=1, weights=w)), "fraction"),
        found("log loss", [log_loss(p, each) for p in of_true], "nats"),
    ]
    labels = task.classes[:MOST_TARGETS]
    return scores + [found(f"F1 of {label}", list(f1[:, k]), "fraction") for k, label in enumerate(labels)]


def f1_scores(told: np.ndarray, true: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The F1 score (S, K) of each label, from what is told (S, n, K), true (n, K) and counts (n,); 0 where nothing is.

    >>> f1_scores(np.array([[[True], [True], [False]]]), np.array([[True], [False], [True]]), np.ones(3)).tolist()
    [[0.5]]
    """
    right, wrong = w @ (told & true), w @ (told != true)
    return np.divide(2 * right, 2 * right + wrong, out=np.zeros_like(right), where=right + wrong > 0)


def _of_classes(
    found: Found, family: str, task: Task, values: np.ndarray, target: np.ndarray, w: np.ndarray
) -> list[Evidence]:
    truth, right = np.eye(values.shape[-1])[target], task.predicted_class(values) == target
    brier = np.average(np.sum((values - truth) ** 2, axis=-1), axis=1, weights=w)
    scores = [
        found("accuracy", list(np.average(right, axis=1, weights=w)), "fraction"),
        found("balanced accuracy", [balanced_accuracy(line, target, w) for line in right], "fraction"),
        found("log loss", [log_loss(p[truth > 0], w) for p in values], "nats"),
        found("Brier score", list(brier), "squared probability"),
        found("AUC", [auc(p, target, w) for p in values], "fraction"),
    ]
    if values.shape[1] >= FEWEST_FOR_CALIBRATION:
        errors = [calibration_error(p, target, w) for p in values]
        return [*scores, found("calibration error", errors, "fraction")]
    few = f"{values.shape[1]} test rows, fewer than {FEWEST_FOR_CALIBRATION}"
    return [*scores, Evidence("calibration error", family, None, "fraction", reason=few)]


def log_loss(p: np.ndarray, w: np.ndarray) -> float:
    """Minus the mean logarithm of the probabilities (n,) of what is true, kept off 0 and 1 as scikit-learn keeps them.

    >>> round(log_loss(np.array([1.0, 0.5, 0.0]), np.ones(3)), 2)
    12.25
    """
    tiny = np.finfo(float).eps
    return -float(np.average(np.log(np.clip(p, tiny, 1 - tiny)), weights=w))


def balanced_accuracy(right: np.ndarray, target: np.ndarray, w: np.ndarray) -> float:
    """The mean over the classes of the share of their rows that is predicted right, ``right`` (n,) or not."""
    total, hits = np.bincount(target, w), np.bincount(target, w * right)
    return float(np.mean(hits[total > 0] / total[total > 0]))


def auc(p: np.ndarray, target: np.ndarray, w: np.ndarray) -> float:
    """The area under the curve of each class against the rest, mean over the classes: the share of the pairs of a row
    of the class and one of the rest whose probabilities are in this order, equal ones by half (Mann-Whitney).

    NaN where all are of one class.
    """
    areas = []
    for k in np.unique(target[w > 0]):
        inside = np.where(target == k, w, 0.0)
        _, place = np.unique(p[:, k], return_inverse=True)
        own, rest = np.bincount(place, inside), np.bincount(place, w - inside)
        pairs = own.sum() * rest.sum()
        areas.append(own @ (np.cumsum(rest) - rest / 2) / pairs if pairs > 0 else np.nan)
    return float(np.mean(areas))


def calibration_error(p: np.ndarray, target: np.ndarray, w: np.ndarray, bins: int = CALIBRATION_BINS) -> float:
    """sqrt(max(mean_b [(conf_b - acc_b)^2 - acc_b (1 - acc_b) / (n_b - 1)], 0)) over equal-mass bins.

    n_b counts rows as sum(w)^2 / sum(w^2).
    """
    confidence, right, squares = p.max(-1), p.argmax(-1) == target, 0.0
    for part in np.array_split(np.argsort(confidence, kind="stable"), bins):
        mine = w[part]
        if (count := mine.sum() ** 2 / max((mine**2).sum(), 1e-300)) > 1:
            accuracy, sure = (np.average(values[part], weights=mine) for values in (right, confidence))
            squares += ((sure - accuracy) ** 2 - accuracy * (1 - accuracy) / (count - 1)) * mine.sum()
    return float(np.sqrt(max(squares / w.sum(), 0.0)))
