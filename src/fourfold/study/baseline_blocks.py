"""Baselines fitted: on every split of a study, their strength chosen on validation rows."""

from __future__ import annotations

import hashlib
import json
import math
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fourfold.core.files import load_sealed, save_sealed
from fourfold.data.dataset import Dataset
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.task import jaccard, predicted_class
from fourfold.study import ngrams
from fourfold.study.baselines import BASELINES, Baseline, fitted_names
from fourfold.study.prepared import Prepared
from fourfold.study.stepwise import counted, mean, radius_of, windows

if TYPE_CHECKING:
    from fourfold.study.candidates import Problem

VERSION = 9

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
        for part, number in enumerate(prepared.answering):
            split, preparation = prepared.splits[number], preparations[number]
            outputs, rows = preparation.target(values, dataset.inputs), split.validation
            errors = np.abs(outputs[rows] - prepared.targets[number, rows]).mean(axis=1)
            arrays[f"strength-{part}"] = np.array(1.0)
            score = np.array(-np.average(errors, weights=prepared.weights[rows]))
            arrays[f"validation-{part}"] = prepared.alike_scaled(score, number)
            arrays[f"test-{part}"] = outputs[split.test]
    return found


def of_each_part(arrays: dict[str, np.ndarray], name: str) -> list[float]:
    """The strengths or the validation scores of a baseline, one for each test part."""
    found = []
    while f"{name}-{len(found)}" in arrays:
        found.append(float(arrays[f"{name}-{len(found)}"]))
    return found


@dataclass(frozen=True)
class BaselineBlock:
    """A baseline on every test part: its strength chosen on validation rows, then fitted with them, and tested."""

    data: str
    kind: str
    name: str
    unit: str = ""  # of texts, what they are cut into
    most: int = 0  # of texts, how many n-grams are counted

    def path(self, folder: Path) -> Path:
        content = json.dumps(asdict(self) | {"version": VERSION}, sort_keys=True)
        key = hashlib.sha256(content.encode()).hexdigest()[:32]
        return folder / "blocks" / f"baseline-{self.name.replace(' ', '-')}-{key}.npz"

    def load(self, folder: Path) -> dict[str, np.ndarray] | None:
        return load_sealed(self.path(folder))

    def run(self, folder: Path) -> float:
        """Fits it, or waits for the `Start` of it in this process; the seconds of the fits."""
        begun = _begun.pop(self.path(folder), None)
        return self.fit(folder) if begun is None else begun.result()

    def fit(self, folder: Path) -> float:
        """One fit after the other on one thread: on tables of this size more threads cost more than they give."""
        from threadpoolctl import threadpool_limits

        started = time.perf_counter()
        prepared = Prepared.load(folder, self.data)
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # a solver that stopped at its last iteration is still a baseline
            by_part = [self._of_part(prepared, numbers) for numbers in prepared.parts]
        arrays = {f"{name}-{i}": array for i, found in enumerate(by_part) for name, array in found.items()}
        save_sealed(self.path(folder), arrays)
        return time.perf_counter() - started

    def _of_part(self, prepared: Prepared, numbers: list[int]) -> dict[str, np.ndarray]:
        """Of the splits of one test part."""
        kind = _OfSteps if prepared.stepwise else _OfRows
        fits = partial(kind, BASELINES[self.kind][self.name], self, prepared)
        first = fits(numbers[0])
        strengths = first.strengths()
        further = (fits(number).validated(strengths) for number in numbers[1:])
        scores = np.mean([first.validated(strengths), *further], axis=0)
        best = int(np.argmax(scores))
        return {
            "strength": np.array(strengths[best]),
            "validation": scores[best],
            "test": first.tested(strengths[best]),
        }


def blocks_of(kind: str, problem: Problem, unit: str, data: Iterable[str]) -> list[BaselineBlock]:
    """Of each baseline of a ``kind`` of task a block for each of the ``data``, whose texts are cut into ``unit``s."""
    most = {name: ngrams.most(one.linear, problem.units) if unit else 0 for name, one in BASELINES[kind].items()}
    names = fitted_names(kind, columns_of(problem), problem.units)
    return [BaselineBlock(key, kind, name, unit, most[name]) for name in names for key in data]


_begun: dict[Path, Future[float]] = {}
_beside = ThreadPoolExecutor(1, "baselines")


@dataclass(frozen=True)
class Start:
    """A task that only starts the fits of a baseline, beside what the worker does next: it compiles on one core."""

    block: BaselineBlock

    @property
    def data(self) -> str:
        return self.block.data

    def run(self, folder: Path) -> None:
        _begun[self.block.path(folder)] = _beside.submit(self.block.fit, folder)

    def load(self, folder: Path) -> dict[str, np.ndarray] | None:
        return self.block.load(folder)


class _Fits(ABC):
    """Fits of a baseline on one split."""

    def __init__(self, baseline: Baseline, block: BaselineBlock, prepared: Prepared, number: int) -> None:
        self.baseline, self.kind, self.prepared = baseline, block.kind, prepared
        self.number, self.split = number, prepared.splits[number]
        self.x = prepared.inputs[number % len(prepared.inputs)]
        self.y = prepared.targets[number % len(prepared.targets)]
        self.learnt = np.union1d(self.split.train, self.split.validation)

    def validated(self, strengths: Iterable[float]) -> np.ndarray:
        """The scores on the validation rows of what learnt from the training rows, in one scale for all splits."""
        split = self.split
        scores = [self._score(self._fitted(strength, split.train), split.validation) for strength in strengths]
        return self.prepared.alike_scaled(np.array(scores), self.number)

    def tested(self, strength: float) -> np.ndarray:
        """What is predicted for the test rows by what learnt from all others."""
        return self._outputs(self._fitted(strength, self.learnt), self.split.test)

    @abstractmethod
    def strengths(self) -> tuple[float, ...]:
        """What is tried."""

    @abstractmethod
    def _fitted(self, strength: float, rows: np.ndarray) -> Any: ...

    @abstractmethod
    def _score(self, model: Any, rows: np.ndarray) -> float: ...

    @abstractmethod
    def _outputs(self, model: Any, rows: np.ndarray) -> np.ndarray: ...


class _OfRows(_Fits):
    """Each row is one of a table."""

    def __init__(self, baseline: Baseline, block: BaselineBlock, prepared: Prepared, number: int) -> None:
        super().__init__(baseline, block, prepared, number)
        self.y = _target(self.kind, self.y)
        if block.unit and not baseline.guess:
            learnt = self.split.train
            classes = self.kind != "regression"
            counter = ngrams.counter(block.unit, self.x[learnt], self.y[learnt], classes, block.most)
            self.x = np.zeros((len(self.x), 1)) if counter is None else self._counted(counter.transform(self.x))
        else:
            self.x = self.x.reshape(len(self.x), -1)

    def _counted(self, counts: Any) -> Any:
        """What the baseline reads of counts of n-grams (n, F), see `read_as`."""
        from scipy.sparse import hstack

        logarithms = counts.log1p()
        if self.baseline.ridge:
            return hstack([counts, logarithms], format="csr")
        return logarithms if self.baseline.linear else logarithms.toarray()

    def strengths(self) -> tuple[float, ...]:
        return self.baseline.strengths_for(len(self.learnt))

    def _fitted(self, strength: float, rows: np.ndarray) -> Any:
        given = None if self.prepared.given is None else self.prepared.given[rows]
        estimator = self.baseline.of(strength, self.y)
        return estimator.fit(self.x[rows], self.y[rows], **weighted(estimator, given))

    def _score(self, model: Any, rows: np.ndarray) -> float:
        return _score(self.kind, model, self.x[rows], self.y, self.prepared, rows)

    def _outputs(self, model: Any, rows: np.ndarray) -> np.ndarray:
        return _outputs(self.kind, model, self.x[rows], int(self.y.max()) + 1)


class _OfSteps(_Fits):
    """Where steps have targets each counted step is a row, which reads its neighbours (`stepwise.windows`).

    It learns from at most 20,000 steps, drawn with a fixed seed; each series counts alike.
    """

    def __init__(self, baseline: Baseline, block: BaselineBlock, prepared: Prepared, number: int) -> None:
        super().__init__(baseline, block, prepared, number)
        self.there = there = counted(self.y)
        self.classes = int(self.y.max()) + 1 if self.kind == "classification" else 0
        self.alike = np.asarray(there / np.maximum(there.sum(axis=1, keepdims=True), 1), np.float64)
        if prepared.given is not None:
            self.alike = self.alike * prepared.given[:, None]

    def strengths(self) -> tuple[float, ...]:
        return self.baseline.strengths_for(min(int(self.there[self.learnt].sum()), MOST_STEPS))

    def _fitted(self, strength: float, rows: np.ndarray) -> Any:
        series, step = np.nonzero(self.there[rows])
        drawn = np.random.default_rng([self.number, 11]).permutation(len(step))[:MOST_STEPS]
        series, step = rows[series[drawn]], step[drawn]
        weights, estimator = self.alike[series, step], self.baseline.of(strength, self.y[0])
        x, y = windows(self.x, series, step), self.y[series, step]
        return estimator.fit(x, y, sample_weight=weights / weights.mean())

    def _score(self, model: Any, rows: np.ndarray) -> float:
        outputs, targets, by_class = self._outputs(model, rows), self.y[rows], self.prepared.class_weights
        if self.kind == "classification":
            cost = 1.0 if by_class is None else by_class[targets]
            values = 1 - mean((predicted_class(outputs, by_class) != targets) * cost, targets)
        else:
            values = -mean((outputs[..., 0] - targets) ** 2, targets)
        return float(np.average(values, weights=self.prepared.weights_of(rows)))

    def _outputs(self, model: Any, rows: np.ndarray) -> np.ndarray:
        steps = np.arange(self.x.shape[1])
        each = [windows(self.x, np.full(len(steps), row), steps) for row in rows]
        return np.stack([_outputs(self.kind, model, one, self.classes) for one in each])


def _target(kind: str, targets: np.ndarray) -> np.ndarray:
    """Targets (n, K) as they are, and one column as (n,); labels are always several."""
    return targets if kind == "multilabel" or targets.shape[1] > 1 else targets[:, 0]


def columns_of(problem: Problem) -> int:
    """How many columns the baselines' table has, of texts at most (`ngrams`), see `windows` of steps."""
    if problem.stepwise:
        channels = problem.shape[-1]
        return (2 * radius_of(channels) + 1) * channels
    return ngrams.MOST_OF_TREES if problem.vocabulary else math.prod(problem.shape)


def read_as(problem: Problem, unit: str, baseline: Baseline, words: bool = False) -> str:
    """In words what `ngrams`, `windows` and preparation make of x, whose text is cut into ``unit``s, for a baseline; ""
    where it is flattened. ``words``: some columns of a table are."""
    if words:
        return "x: numbers standardised, words one-hot"
    if problem.stepwise:
        return f"a row for each step, with the {radius_of(problem.shape[-1])} before and after it"
    if problem.vocabulary:
        most, longest = ngrams.most(baseline.linear, problem.units), ngrams.longest(unit)
        numbers = "count and log(1 + count)" if baseline.ridge else "log(1 + count)"
        return f"x: {numbers} of n-grams of 1 to {longest} {unit}s, at most {most:,}, that tell y apart best"
    return "x: the steps of a series one after the other, 0 behind its last" if problem.masked else ""


def weighted(estimator: Any, weights: np.ndarray | None) -> dict[str, np.ndarray]:
    """The arguments that give an estimator, or the last step of a pipeline, the weights of the rows."""
    if weights is None:
        return {}
    steps = getattr(estimator, "steps", None)
    return {f"{steps[-1][0]}__sample_weight" if steps else "sample_weight": weights}


def _score(
    kind: str, model: Any, x: np.ndarray, targets: np.ndarray, prepared: Prepared, rows: np.ndarray
) -> float:
    """The score of some rows, whose inputs are ``x``; ``targets`` are those of all rows, which have all classes."""
    weights, y = prepared.weights_of(rows), targets[rows]
    if kind == "classification":
        classes = int(targets.max()) + 1
        right = predicted_class(_outputs(kind, model, x, classes), prepared.class_weights) == y
        return float(np.average(right, weights=weights))
    predictions = model.predict(x)
    if kind == "multilabel":
        return float(np.average(jaccard(predictions > 0.5, y > 0.5), weights=weights))
    errors = np.abs(predictions - y) if kind == "forecast" else (predictions - y) ** 2
    return -float(np.average(errors.reshape(len(y), -1).mean(axis=1), weights=weights))


def _outputs(kind: str, model: Any, x: np.ndarray, classes: int) -> np.ndarray:
    """Probabilities of all classes (rows, classes), or of each label, or predictions (rows, columns)."""
    if kind != "classification":
        return model.predict(x).reshape(x.shape[0], -1).astype(np.float64)
    outputs = np.zeros((x.shape[0], classes))
    outputs[:, np.asarray(model.classes_, int)] = model.predict_proba(x)  # of some models in single precision
    return outputs / outputs.sum(axis=1, keepdims=True)
