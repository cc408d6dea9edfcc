"""Quality: what every seed predicts for every test example, the losses of these predictions, and further scores.

Scores beside the one that decides, for probabilities p (n, K) of classes y, or predictions of numbers:

    log loss           -mean ln p[y]
    Brier score        mean sum_k (p[k] - 1{y = k})^2
    AUC                chance that a row of a class gets a higher p than a row of another, mean over the classes
    calibration error  mean over equal-mass bins of |confidence - accuracy|, less what chance alone gives
    R2                 1 - sum (y - f)^2 / sum (y - mean y)^2
    MAE                mean |y - f|

Source: Brier 1950; Hand and Till 2001 (AUC of several classes); Bröcker 2012, Kumar et al. 2019 (debiased calibration).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.task import Task
from fourfold.study.prepared import Prepared
from fourfold.study.trials import Trials

FEWEST_FOR_CALIBRATION = 500
CALIBRATION_BINS = 15


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was predicted for the n tested rows: probabilities (S, n, K), or numbers in the user's unit (S, n, 1).

    ``runs`` (S, n) numbers the trained model behind each entry, ``fold`` (n,) the fold that held the row out.
    Lines are seeds, and within a seed the repeats of the cross-validation.
    """

    values: np.ndarray
    runs: np.ndarray
    fold: np.ndarray


def tested(prepared: Prepared) -> np.ndarray:
    """The rows that are test rows of some split."""
    return np.unique(np.concatenate([split.test for split in prepared.splits]))


def of_family(
    trials: Trials, seeds: list[int], prepared: Prepared, preparations: list[Preparation]
) -> Predictions:
    """The predictions of the trials that were chosen on validation data."""
    rows, task = tested(prepared), preparations[0].task
    repeats = sorted({split.repeat for split in prepared.splits})
    columns = max(len(task.classes), 1)
    values = np.zeros((len(seeds) * len(repeats), len(rows), columns))
    runs = np.zeros(values.shape[:2], np.int64)
    fold = np.zeros(len(rows), np.int64)
    for (seed, number), trial in trials.chosen().items():
        split = prepared.splits[number]
        line = seeds.index(seed) * len(repeats) + repeats.index(split.repeat)
        places = np.searchsorted(rows, split.test)
        values[line, places] = predicted(preparations[number], activated(trial.outputs, task.output))
        runs[line, places] = seeds.index(seed) * len(prepared.splits) + number
        if split.repeat == 0:
            fold[places] = split.fold
    return Predictions(values, runs, fold)


def of_baseline(
    arrays: dict[str, np.ndarray], prepared: Prepared, preparations: list[Preparation]
) -> np.ndarray:
    """A baseline's predictions (1, n, K), of the first repeat."""
    rows, task = tested(prepared), preparations[0].task
    values = np.zeros((1, len(rows), max(len(task.classes), 1)))
    for number, split in enumerate(prepared.splits):
        if split.repeat == 0:
            outputs = arrays[f"test-{number}"]
            outputs = outputs[:, 1:] if task.output == "sigmoid" else outputs
            values[0, np.searchsorted(rows, split.test)] = predicted(preparations[number], outputs)
    return values


def predicted(preparation: Preparation, outputs: np.ndarray) -> np.ndarray:
    """Outputs after the activation as probabilities (n, K), or as numbers in the user's unit (n, 1)."""
    if preparation.task.kind == "regression":
        return preparation.decode(outputs)[:, None]
    return preparation.probabilities(outputs)


def losses(task: Task, values: np.ndarray, target: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The loss (S, n) of each example: wrong or not, times its weight; the squared error of a number.

    ``target`` (n,): class numbers, or numbers in the user's unit.
    """
    if task.kind == "regression":
        return (values[..., 0] - target) ** 2
    return (values.argmax(axis=-1) != target) * weights.astype(float)


def activated(outputs: np.ndarray, activation: str) -> np.ndarray:
    """The outputs of the trained graph after the model's activation, where training stopped at the logits."""
    outputs = outputs.astype(np.float64)
    if activation == "softmax":
        exponentials = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)
    if activation == "sigmoid":
        return 0.5 * (1 + np.tanh(0.5 * outputs))
    return outputs


# ---- further scores ----------------------------------------------------------------------------------------


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
    from scipy.stats import rankdata

    areas = []
    for k in np.unique(target):
        inside = target == k
        ranks = rankdata(p[:, k])[inside]
        count, rest = inside.sum(), (~inside).sum()
        areas.append((ranks.sum() - count * (count + 1) / 2) / (count * rest))
    return float(np.mean(areas))


def calibration_error(p: np.ndarray, target: np.ndarray, bins: int = CALIBRATION_BINS) -> float:
    """sqrt(mean_b max((conf_b - acc_b)^2 - acc_b (1 - acc_b) / (n_b - 1), 0)) over equal-mass bins."""
    confidence, right = p.max(-1), p.argmax(-1) == target
    squares = []
    for part in np.array_split(np.argsort(confidence, kind="stable"), bins):
        accuracy = right[part].mean()
        gap = (confidence[part].mean() - accuracy) ** 2 - accuracy * (1 - accuracy) / (len(part) - 1)
        squares.append(max(gap, 0.0) * len(part) / len(p))
    return float(np.sqrt(sum(squares)))
