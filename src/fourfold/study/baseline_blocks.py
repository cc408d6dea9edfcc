"""Baselines fitted: on every split of a study, their strength chosen on validation rows."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fourfold.core.files import load_arrays, save_arrays
from fourfold.data.dataset import Dataset
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.task import jaccard, predicted_class
from fourfold.study.baselines import BASELINES, Baseline
from fourfold.study.prepared import Prepared
from fourfold.study.stepwise import counted, mean, radius_of, windows

if TYPE_CHECKING:
    from fourfold.study.candidates import Problem

VERSION = 4

MOST_STEPS = 20_000
"""What a baseline learns from where steps have targets."""


def naive(
    dataset: Dataset, prepared: Prepared, preparations: list[Preparation]
) -> dict[str, dict[str, np.ndarray]]:
    """The arrays of a `BaselineBlock` for each forecast that needs no fit."""
    if dataset.forecast is None:
        return {}
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, values in dataset.forecast.windows.naive(np.asarray(dataset.inputs)).items():
        arrays = found[name] = {}
        for number, (split, preparation) in enumerate(zip(prepared.splits, preparations)):
            outputs, rows = preparation.target(values, dataset.inputs), split.validation
            errors = np.abs(outputs[rows] - prepared.targets[number, rows]).mean(axis=1)
            arrays[f"strength-{number}"] = np.array(1.0)
            arrays[f"validation-{number}"] = np.array(-np.average(errors, weights=prepared.weights[rows]))
            arrays[f"test-{number}"] = outputs[split.test]
    return found


@dataclass(frozen=True)
class BaselineBlock:
    """A baseline on every split: its strength chosen on validation rows, then fitted with them, and tested."""

    data: str
    kind: str
    name: str
    vocabulary: int = 0

    def path(self, folder: Path) -> Path:
        content = json.dumps(asdict(self) | {"version": VERSION}, sort_keys=True)
        key = hashlib.sha256(content.encode()).hexdigest()[:32]
        return folder / "blocks" / f"baseline-{self.name.replace(' ', '-')}-{key}.npz"

    def load(self, folder: Path) -> dict[str, np.ndarray] | None:
        return load_arrays(self.path(folder))

    def run(self, folder: Path) -> None:
        """One fit after the other on one thread: on tables of this size more threads cost more than they give."""
        from threadpoolctl import threadpool_limits

        prepared = Prepared.load(folder, self.data)
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # a solver that stopped at its last iteration is still a baseline
            by_split = [self._of_split(prepared, number) for number in range(len(prepared.splits))]
        arrays = {f"{name}-{i}": array for i, found in enumerate(by_split) for name, array in found.items()}
        save_arrays(self.path(folder), arrays)

    def _of_split(self, prepared: Prepared, number: int) -> dict[str, np.ndarray]:
        baseline, split = BASELINES[self.kind][self.name], prepared.splits[number]
        if prepared.stepwise:
            return _of_steps(baseline, prepared, number, self.kind)
        x = features(prepared.inputs[number % len(prepared.inputs)], self.vocabulary)
        y = _target(self.kind, prepared.targets[number % len(prepared.targets)])

        def fitted(strength: float, rows: np.ndarray) -> Any:
            given = None if prepared.given is None else prepared.given[rows]
            estimator = baseline.of(strength, y)
            return estimator.fit(x[rows], y[rows], **weighted(estimator, given))

        rows, learnt = split.validation, np.union1d(split.train, split.validation)
        strengths = baseline.strengths_for(len(learnt))
        scores = [
            _score(self.kind, fitted(strength, split.train), x[rows], y[rows], prepared, rows)
            for strength in strengths
        ]
        strength = strengths[int(np.argmax(scores))]
        refit = fitted(strength, learnt)
        return {
            "strength": np.array(strength),
            "validation": np.array(max(scores)),
            "test": _outputs(self.kind, refit, x[split.test], int(y.max()) + 1),
        }


def _of_steps(baseline: Baseline, prepared: Prepared, number: int, kind: str) -> dict[str, np.ndarray]:
    """The same where steps have targets: each counted step is a row, which reads its neighbours (`stepwise.windows`).

    It learns from at most 20,000 steps, drawn with a fixed seed; each series counts alike.
    """
    split = prepared.splits[number]
    x = prepared.inputs[number % len(prepared.inputs)]
    y = prepared.targets[number % len(prepared.targets)]
    there, classes = counted(y), int(y.max()) + 1 if kind == "classification" else 0
    alike = np.asarray(there / np.maximum(there.sum(axis=1, keepdims=True), 1), np.float64)
    if prepared.given is not None:
        alike = alike * prepared.given[:, None]

    def fitted(strength: float, rows: np.ndarray) -> Any:
        series, step = np.nonzero(there[rows])
        drawn = np.random.default_rng([number, 11]).permutation(len(step))[:MOST_STEPS]
        series, step = rows[series[drawn]], step[drawn]
        weights, estimator = alike[series, step], baseline.of(strength, y[0])
        return estimator.fit(
            windows(x, series, step), y[series, step], sample_weight=weights / weights.mean()
        )

    def outputs_of(model: Any, rows: np.ndarray) -> np.ndarray:
        steps = np.arange(x.shape[1])
        each = [windows(x, np.full(len(steps), row), steps) for row in rows]
        return np.stack([_outputs(kind, model, one, classes) for one in each])

    def score(model: Any, rows: np.ndarray) -> float:
        outputs, targets = outputs_of(model, rows), y[rows]
        if kind == "classification":
            cost = 1.0 if prepared.class_weights is None else prepared.class_weights[targets]
            values = 1 - mean((predicted_class(outputs, prepared.class_weights) != targets) * cost, targets)
        else:
            values = -mean((outputs[..., 0] - targets) ** 2, targets)
        return float(np.average(values, weights=prepared.weights[rows]))

    learnt = np.union1d(split.train, split.validation)
    strengths = baseline.strengths_for(min(int(there[learnt].sum()), MOST_STEPS))
    scores = [score(fitted(strength, split.train), split.validation) for strength in strengths]
    strength = strengths[int(np.argmax(scores))]
    refit = fitted(strength, learnt)
    return {
        "strength": np.array(strength),
        "validation": np.array(max(scores)),
        "test": outputs_of(refit, split.test),
    }


def _target(kind: str, targets: np.ndarray) -> np.ndarray:
    """Targets (n, K) as they are, and one column as (n,); labels are always several."""
    return targets if kind == "multilabel" or targets.shape[1] > 1 else targets[:, 0]


def columns_of(problem: Problem) -> int:
    """How many columns the baselines' table has, see `features` and `windows`."""
    if problem.stepwise:
        channels = problem.shape[-1]
        return (2 * radius_of(channels) + 1) * channels
    return problem.vocabulary or math.prod(problem.shape)


def features(inputs: np.ndarray, vocabulary: int) -> np.ndarray:
    """Inputs as a table (n, F): flattened; for text the number of times each token occurs."""
    if vocabulary:
        counts = np.zeros((len(inputs), vocabulary), np.float32)
        np.add.at(counts, (np.arange(len(inputs))[:, None], inputs), 1.0)
        counts[:, 0] = 0.0
        return np.log1p(counts)
    return inputs.reshape(len(inputs), -1)


def weighted(estimator: Any, weights: np.ndarray | None) -> dict[str, np.ndarray]:
    """The arguments that give an estimator, or the last step of a pipeline, the weights of the rows."""
    if weights is None:
        return {}
    steps = getattr(estimator, "steps", None)
    return {f"{steps[-1][0]}__sample_weight" if steps else "sample_weight": weights}


def _score(
    kind: str, model: Any, x: np.ndarray, y: np.ndarray, prepared: Prepared, rows: np.ndarray
) -> float:
    weights = prepared.weights[rows]
    if kind == "classification":
        right = predicted_class(_outputs(kind, model, x, int(y.max()) + 1), prepared.class_weights) == y
        return float(np.average(right, weights=weights))
    predictions = model.predict(x)
    if kind == "multilabel":
        return float(np.average(jaccard(predictions > 0.5, y > 0.5), weights=weights))
    errors = np.abs(predictions - y) if kind == "forecast" else (predictions - y) ** 2
    return -float(np.average(errors.reshape(len(y), -1).mean(axis=1), weights=weights))


def _outputs(kind: str, model: Any, x: np.ndarray, classes: int) -> np.ndarray:
    """Probabilities of all classes (rows, classes), or of each label, or predictions (rows, columns)."""
    if kind != "classification":
        return model.predict(x).reshape(len(x), -1).astype(np.float64)
    outputs = np.zeros((len(x), classes))
    outputs[:, np.asarray(model.classes_, int)] = model.predict_proba(x)  # of some models in single precision
    return outputs / outputs.sum(axis=1, keepdims=True)
