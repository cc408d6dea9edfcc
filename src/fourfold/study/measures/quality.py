"""Quality: the loss of every test example under every seed, from which scores and intervals follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.task import Task
from fourfold.study.prepared import Prepared
from fourfold.study.trials import Trials


@dataclass(frozen=True, eq=False)
class Losses:
    """Losses (S, n) of tested examples: 0 or the example's weight for a class, squared error for a number.

    ``runs`` (S, n) numbers the trained model behind each entry, ``fold`` (n,) the split that held the example
    out. Seeds come first, then repeats of the cross-validation.
    """

    values: np.ndarray
    runs: np.ndarray
    fold: np.ndarray


def of_family(
    trials: Trials, seeds: list[int], prepared: Prepared, preparations: list[Preparation], target: np.ndarray
) -> Losses:
    """The losses of the trials that were chosen on validation data."""
    chosen = trials.chosen()
    rows = tested(prepared)
    task = preparations[0].task
    repeats = sorted({split.repeat for split in prepared.splits})
    values = np.zeros((len(seeds) * len(repeats), len(rows)))
    runs = np.zeros_like(values, dtype=np.int64)
    fold = np.zeros(len(rows), np.int64)
    place = {int(row): i for i, row in enumerate(rows)}
    for (seed, number), trial in chosen.items():
        split = prepared.splits[number]
        line = seeds.index(seed) * len(repeats) + repeats.index(split.repeat)
        columns = [place[int(row)] for row in split.test]
        outputs = activated(trial.outputs, task.output)
        values[line, columns] = example_losses(
            task, preparations[number], outputs, target[split.test], prepared.weights[split.test]
        )
        runs[line, columns] = seeds.index(seed) * len(prepared.splits) + number
        if split.repeat == 0:
            fold[columns] = split.fold
    return Losses(values, runs, fold)


def of_baseline(
    arrays: dict[str, np.ndarray], prepared: Prepared, preparations: list[Preparation], target: np.ndarray
) -> np.ndarray:
    """The losses (1, n) of a baseline, on the first repeat."""
    rows = tested(prepared)
    place = {int(row): i for i, row in enumerate(rows)}
    values = np.zeros((1, len(rows)))
    task = preparations[0].task
    for number, split in enumerate(prepared.splits):
        if split.repeat == 0:
            outputs = arrays[f"test-{number}"]
            outputs = outputs[:, 1:] if task.output == "sigmoid" else outputs
            columns = [place[int(row)] for row in split.test]
            values[0, columns] = example_losses(
                task, preparations[number], outputs, target[split.test], prepared.weights[split.test]
            )
    return values


def tested(prepared: Prepared) -> np.ndarray:
    """The rows that are test rows of some split."""
    return np.unique(np.concatenate([split.test for split in prepared.splits]))


def example_losses(
    task: Task, preparation: Preparation, outputs: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """The loss of each example: wrong or not, times its weight; the squared error in the user's units."""
    if task.kind == "regression":
        return (preparation.decode(outputs) - target) ** 2
    predicted = np.argmax(preparation.probabilities(outputs), axis=1)
    return (predicted != preparation.target(target)) * weights.astype(float)


def activated(outputs: np.ndarray, activation: str) -> np.ndarray:
    """The outputs of the trained graph after the model's activation, where training stopped at the logits."""
    if activation == "softmax":
        exponentials = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)
    if activation == "sigmoid":
        return 0.5 * (1 + np.tanh(0.5 * outputs.astype(np.float64)))
    return outputs
