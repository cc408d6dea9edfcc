"""What the trained models predict for the tested rows, in the user's terms, and the losses of these predictions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fourfold.data.dataset import Dataset
from fourfold.evidence.design import Examples, blocks_in_time
from fourfold.evidence.statistics import Analysis
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.task import Task, jaccard
from fourfold.study.prepared import Prepared
from fourfold.study.stepwise import costs, even, mean, shares
from fourfold.study.trials import Trial

if TYPE_CHECKING:
    from fourfold.study.study import Study

HALF = 0.5
"""The probability above which a label is told."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was predicted for the n tested rows: probabilities (S, n, K), or numbers in the user's units (S, n, K).

    Of series whose steps have targets (S, n, T, K).

    ``rows`` (n,) numbers the rows in the data, ``runs`` (S, n) the trained model behind each entry, ``fold`` (n,) the
    fold that held the row out, or (S, n) where the cross-validation is repeated.
    """

    rows: np.ndarray
    values: np.ndarray
    runs: np.ndarray
    fold: np.ndarray


def tested(prepared: Prepared, splits: Iterable[int] | None = None) -> np.ndarray:
    """The rows that are test rows of some split, of all or of those with the given numbers."""
    numbers = range(len(prepared.splits)) if splits is None else splits
    return np.unique(np.concatenate([prepared.splits[number].test for number in numbers]))


def truth(dataset: Dataset, preparations: list[Preparation], rows: np.ndarray) -> np.ndarray:
    """The target of rows: class numbers, labels 0 or 1 (n, K), or numbers in the user's units; of steps (n, T)."""
    target = dataset.target[rows]
    return target if dataset.task.kind == "regression" else preparations[0].target(target)


def measured_in(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """What errors are measured in, each column's (K,): its standard deviation over all rows where units differ.

    Of one target, or of several of one unit, errors keep that unit: (1,), a 1. Of a forecast it is the scale of each
    row's series (n, K).
    """
    if dataset.forecast is not None:
        return dataset.forecast.scales(rows)
    if dataset.task.names and not dataset.task.one_unit:
        return dataset.target.std(axis=0)
    return np.ones(1)


def of_trials(study: Study, trials: Mapping[tuple[int, int], Trial]) -> Predictions:
    """The predictions of one trial for each (seed, split): all pairs of some seeds and some splits."""
    seeds = sorted({seed for seed, _ in trials})
    splits = sorted({number for _, number in trials})
    rows, task = tested(study.repeat_of(seeds[0]).prepared, splits), study.dataset.task
    values = np.zeros((len(seeds), len(rows), *each(study.prepared, task)))
    runs, fold = np.zeros(values.shape[:2], np.int64), np.zeros(values.shape[:2], np.int64)
    for (seed, number), trial in trials.items():
        repeat, line = study.repeat_of(seed), seeds.index(seed)
        split = repeat.prepared.splits[number]
        places = np.searchsorted(rows, split.test)
        outputs = activated(trial.outputs, task.output)
        values[line, places] = predicted(study.prepared, repeat.preparations[number], outputs, split.test)
        runs[line, places] = line * len(study.splits) + number
        fold[line, places] = split.fold
    return Predictions(rows, values, runs, fold[0] if (fold == fold[0]).all() else fold)


def of_baseline(study: Study, results: Sequence[dict[str, np.ndarray]], guess: bool) -> np.ndarray:
    """A baseline's predictions (R, n, K), from its results of each repeat.

    A ``guess`` reads no input: its probabilities, the classes' shares, are the mean over the folds. By those of its own
    fold a row would be ranked before or after the rows of others.
    """
    rows, task = tested(study.prepared), study.dataset.task
    values = np.zeros((len(results), len(rows), *each(study.prepared, task)))
    for line, arrays, repeat in zip(values, results, study.repeats):
        for part, number in enumerate(repeat.prepared.answering):
            split = repeat.prepared.splits[number]
            outputs = arrays[f"test-{part}"]
            outputs = outputs[..., -task.units :]  # of two classes the network has the second's
            line[np.searchsorted(rows, split.test)] = predicted(
                study.prepared, repeat.preparations[number], outputs, split.test
            )
    if guess and task.kind == "classification":
        values[:] = values.mean(axis=1, keepdims=True)
    return values


def each(prepared: Prepared, task: Task) -> tuple[int, ...]:
    """The shape of what is predicted for a row: (K,), one a class, one a label, or one a number; of steps (T, K)."""
    return (*prepared.targets.shape[2 : 2 + task.stepwise], len(task.classes) or task.units)


def predicted(
    prepared: Prepared, preparation: Preparation, outputs: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """Outputs for rows, after the activation, as probabilities (n, K), or as numbers in the user's units (n, K).

    Of steps (n, T, K).
    """
    if preparation.task.stepwise and preparation.task.kind == "regression":
        return preparation.learnt_target.decode(outputs)[..., None]
    if preparation.task.kind == "regression":
        found = preparation.learnt_target.decode(outputs).reshape(len(outputs), -1)
        return prepared.in_units(found, rows)
    return preparation.probabilities(outputs)


def losses(
    task: Task, values: np.ndarray, target: np.ndarray, weights: np.ndarray, unit: np.ndarray | float = 1.0
) -> np.ndarray:
    """The loss (S, n) of each example, times its weight.

    Wrong or not; 1 - the Jaccard index of the labels; the squared error of a number, of several the mean over their
    errors in ``unit`` (K,); of a forecast the mean absolute error in ``unit`` (n, K), without weights. ``target`` (n,)
    or (n, K): class numbers, labels 0 or 1, or numbers in the user's units. ``weights`` (n,) are scaled to a mean of 1.
    """
    weights = weights.astype(float) / weights.mean(dtype=float)
    if task.kind == "regression":
        errors = (values - target.reshape(len(target), -1)) / unit
        if task.score == "mase":
            return np.abs(errors).mean(axis=-1)
        return (errors**2).mean(axis=-1) * weights
    if task.kind == "multilabel":
        return (1 - jaccard(values > HALF, target > HALF)) * weights
    return wrong(task, values, target) * weights


def wrong(task: Task, values: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Whether the class told from probabilities (..., K) is another one, or they are no numbers and tell none (...).

    >>> task = Task("classification", ("a", "b"), "sigmoid", "binary crossentropy", "accuracy")
    >>> wrong(task, np.array([[0.9, 0.1], [0.9, 0.1], [np.nan, np.nan]]), np.array([0, 1, 0])).tolist()
    [False, True, True]
    """
    return told_class(task, values) != target


def told_class(task: Task, values: np.ndarray) -> np.ndarray:
    """The number of the class told from probabilities (..., K), -1 where they are no numbers and tell none (...)."""
    return np.where(np.isfinite(values).all(axis=-1), task.predicted_class(values), -1)


def losses_of_steps(
    task: Task, values: np.ndarray, target: np.ndarray, weights: np.ndarray, evened: bool = True
) -> np.ndarray:
    """The loss (S, n) of each series, times its weight: the mean over its steps of those of `losses`.

    ``values`` (S, n, T, K), ``target`` (n, T). Of a balanced accuracy a wrong step counts as its class does in these
    series, see `stepwise.costs`; if ``evened``, how many steps of each class a series has is no part of its loss, see
    `stepwise.even`.

    >>> task = Task("classification", ("a", "b"), "sigmoid", "binary crossentropy", "accuracy", stepwise=True)
    >>> sure = np.array([[[[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]]])
    >>> losses_of_steps(task, sure, np.array([[0, 1, -1]]), np.ones(1)).tolist()
    [[0.5]]
    """
    weights = weights.astype(float) / weights.mean(dtype=float)
    if task.kind == "regression":
        return mean((values[..., 0] - target) ** 2, target) * weights
    found = wrong(task, values, target).astype(float)
    if task.score == "balanced_accuracy":
        found = even(found, target, len(task.classes), weights) if evened else found
        found = found * costs(target, len(task.classes), weights)
    return mean(found, target) * weights


def losses_of(study: Study, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The losses (S, n) of predictions of a study's rows, with the rows' weights."""
    task, target = study.dataset.task, truth(study.dataset, study.preparations, rows)
    weights = study.prepared.weights_of(rows).astype(float)
    if task.stepwise:
        return losses_of_steps(task, values, target, weights)
    return losses(task, values, target, weights, measured_in(study.dataset, rows))


def analysis(study: Study, losses: Mapping[str, np.ndarray], predicted: Predictions) -> Analysis:
    """What losses (S, n) of the same rows and runs say, with the rows' groups and the study's score."""
    score = study.dataset.task.score
    return Analysis(losses, predicted.runs, predicted.fold, score, **examples(study, predicted.rows, predicted.fold))


def examples(study: Study, rows: np.ndarray, fold: np.ndarray) -> Examples:
    """The groups, strata and weights of some rows, which a fold held out."""
    task, strata = study.dataset.task, None
    target = truth(study.dataset, study.preparations, rows)
    weights = study.prepared.weights_of(rows).astype(float)
    if task.score == "mase":
        weights = None
    elif task.class_weights:
        if task.stepwise:
            weights = weights * mean(costs(target, len(task.classes), weights), target)
        else:
            strata = target
    return {"groups": _groups(study.dataset, rows, fold), "strata": strata, "weights": weights}


def _groups(dataset: Dataset, rows: np.ndarray, fold: np.ndarray) -> np.ndarray | None:
    """Which of some rows depend on each other, of a group or near each other in time; None if each stands alone."""
    if not dataset.time_ordered:
        return None if dataset.groups is None else np.asarray(dataset.groups)[rows]
    place = rows if dataset.order is None else np.argsort(dataset.order)[rows]
    in_time, groups = np.lexsort((place, fold)), np.empty(len(rows), dtype=int)
    groups[in_time] = blocks_in_time(fold[in_time])
    return groups


def activated(outputs: np.ndarray, activation: str) -> np.ndarray:
    """The outputs of the trained graph after the model's activation, where training stopped at the logits."""
    outputs = outputs.astype(np.float64)
    if activation == "softmax":
        exponentials = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)
    if activation == "sigmoid":
        return 0.5 * (1 + np.tanh(0.5 * outputs))
    return outputs


def guessing(prepared: Prepared, task: Task, rows: np.ndarray | None = None) -> float:
    """The score of a guess that reads no input, as `Trial` scores it: the most frequent class, the labels of most rows.

    Of all rows, or of these ``rows``.

    Of numbers the mean of all splits, see `guessed_errors`. All by the rows' weights.
    """
    rows = np.arange(len(prepared.weights)) if rows is None else rows  # without changed copies
    if task.score == "balanced_accuracy":
        return 1 / len(task.classes)
    if task.kind == "regression":
        errors = guessed_errors(prepared, task, rows)
        return -float(np.mean([prepared.alike_scaled(error, number) for number, error in enumerate(errors)]))
    targets, weights = prepared.targets[:, rows], prepared.weights[rows]
    if task.stepwise:
        return max(shares(targets[0], len(task.classes), weights))
    if task.kind == "multilabel":
        labels = targets[0] > HALF
        most = np.average(labels, axis=0, weights=weights) > HALF
        return float(np.average(jaccard(most, labels), weights=weights))
    return float(np.bincount(targets[0].reshape(-1), weights).max() / weights.sum())


def guessed_errors(prepared: Prepared, task: Task, rows: np.ndarray) -> np.ndarray:
    """The mean error of a guess of numbers for each split (K,), in the split's scale.

    Of the mean it is the mean squared error of prepared targets, whose variance is 1 only where they were standardised;
    of forecasts the mean absolute error of the naive one that is departed from.
    """
    targets, weights = prepared.targets[:, rows], prepared.weights[rows]
    if task.score == "mase":
        return np.average(np.abs(targets).mean(axis=-1), axis=1, weights=weights)
    return np.array([_variance(one, weights, task.stepwise) for one in targets.astype(float)])


def guessing_loss(prepared: Prepared, task: Task) -> float:
    """What a guess that reads no input loses in the loss that is trained: of classes and of labels their entropy.

    Of labels (n, K) the mean of their entropies, of steps that of the classes of a mean series, of numbers the mean
    error of all splits, each in its scale.
    """
    if task.kind == "regression":
        return float(np.mean(guessed_errors(prepared, task, np.arange(len(prepared.weights)))))
    weights = prepared.weights if prepared.given is None else prepared.given
    targets, classes = prepared.targets[0, : len(weights)], len(task.classes)
    if task.stepwise:
        return _entropy(shares(targets, classes, weights))
    if task.kind == "multilabel":
        held = np.average(targets > HALF, axis=0, weights=weights)
        return float(np.mean([_entropy([1 - share, share]) for share in held]))
    return _entropy(np.bincount(targets.reshape(-1).astype(int), weights) / weights.sum())


def _entropy(among: Iterable[float]) -> float:
    """Of shares that add up to 1, in nats."""
    return -sum(float(share) * math.log(share) for share in among if share > 0)


def _variance(targets: np.ndarray, weights: np.ndarray, stepwise: bool) -> float:
    """That of columns (n, K), their mean; of steps (n, T) that of all in one, each series counting alike."""
    if stepwise:
        center = np.average(mean(targets, targets), weights=weights)
        return float(np.average(mean((targets - center) ** 2, targets), weights=weights))
    center = np.average(targets, axis=0, weights=weights)
    return float(np.average((targets - center) ** 2, axis=0, weights=weights).mean())
