"""The data of a study as arrays: what preparation made of it for every split, written once for the workers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from fourfold.core.files import add_array, load_arrays, save_arrays
from fourfold.data.dataset import Dataset
from fourfold.data.memory import check_memory
from fourfold.data.splits import Split
from fourfold.errors import MachineError
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.table import take_rows
from fourfold.preprocessing.target import Target

COPIES = 3
"""How often prepared inputs are in memory at once, in both processes."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Inputs (K, n, ...) and targets (K, n, columns) as each of K splits prepares them, and the splits.

    ``weights`` (n,) are the examples' weights in the score: 1, or those that the user gave; of windows of series how
    many of the score's units their deviation is. Of a balanced accuracy the classes of some rows then count alike, see
    `weights_of`. ``given`` (n,) are the user's, of mean 1, which weight the training loss, too.

    ``level`` and ``size`` (n, columns), of windows of series only and not kept on disk: the numbers in the user's units
    that a relative target of 0 and of 1 more mean.

    ``class_weights`` (classes,) are the task's: of balanced accuracy, by which classes are predicted.

    ``stepwise``: rows are series, and targets (K, n, T) those of their steps, see `stepwise`. The class weights then
    weight the steps, too, and ``weights`` are the user's alone.

    ``scales`` (K,), of numbers: what a validation error of a split has to be multiplied by to stand beside those of the
    others, see `alike_scaled`; None where errors of all splits are in one scale as they are.

    Behind the n rows of what trains (inputs, targets, given) may stand ``copies`` changed copies of all of them
    (`augmentation`), which no split names.
    """

    inputs: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    splits: tuple[Split, ...]
    given: np.ndarray | None = None
    level: np.ndarray | None = None
    size: np.ndarray | None = None
    copies: int = 0
    stepwise: bool = False
    class_weights: np.ndarray | None = None
    scales: np.ndarray | None = None

    @property
    def rows(self) -> int:
        """n, without copies."""
        return self.inputs.shape[1] // (1 + self.copies)

    @cached_property
    def key(self) -> str:
        return _key_of(self._arrays())

    def in_units(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Numbers (..., n, columns) as preparation decodes them, of some rows, in the user's units."""
        return (
            values if self.level is None or self.size is None else self.level[rows] + self.size[rows] * values
        )

    def alike_scaled(self, scores: np.ndarray, number: int) -> np.ndarray:
        """Validation scores of a split, whose targets its own training rows scaled, in one scale for all splits.

        Of numbers that of `Study.deviation`, of forecasts the score's unit.
        """
        return scores if self.scales is None else self.scales[number] * scores

    def longest_evaluation(self) -> int:
        """The most validation and test rows of a split."""
        return max(len(split.validation) + len(split.test) for split in self.splits)

    def weights_of(self, rows: np.ndarray) -> np.ndarray:
        """What rows count in the score of these rows: of a balanced accuracy their classes alike."""
        weights = self.weights[rows]
        by_row = self.class_weights is not None and not self.stepwise
        return alike(self.targets[0, rows, 0], weights) if by_row else weights

    @property
    def parts(self) -> list[list[int]]:
        """The numbers of the splits that have their test rows in common, of each test part."""
        found: dict[tuple[int, int], list[int]] = {}
        for number, split in enumerate(self.splits):
            found.setdefault((split.repeat, split.fold), []).append(number)
        return list(found.values())

    @property
    def answering(self) -> list[int]:
        """Of each test part the first split, whose runs are tested."""
        return [numbers[0] for numbers in self.parts]

    def save(self, folder: Path) -> None:
        path = folder / "blocks" / f"data-{self.key}.npz"
        there = load_arrays(path)
        if there is None or _key_of(there) != self.key:  # cut off, damaged, another's
            save_arrays(path, self._arrays())

    @classmethod
    def load(cls, folder: Path, key: str) -> Prepared:
        arrays = load_arrays(folder / "blocks" / f"data-{key}.npz")
        if arrays is None:
            raise MachineError(
                "prepared-data",
                "the prepared data of the study can't be read",
                got=str(folder),
                do="run the command again",
            )
        splits = []
        for i, (fold, repeat) in enumerate(arrays["numbers"]):
            train, validation, test = (arrays[f"{part}-{i}"] for part in ("train", "validation", "test"))
            splits.append(Split(train, validation, test, int(fold), int(repeat)))
        inputs, targets, weights = (arrays[name] for name in ("inputs", "targets", "weights"))
        return cls(
            inputs,
            targets,
            weights,
            tuple(splits),
            arrays.get("given"),
            copies=int(arrays.get("copies", 0)),
            stepwise="stepwise" in arrays,
            class_weights=arrays.get("class_weights"),
            scales=arrays.get("scales"),
        )

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {"inputs": self.inputs, "targets": self.targets, "weights": self.weights}
        if self.given is not None:
            arrays["given"] = self.given
        if self.copies:
            arrays["copies"] = np.array(self.copies)
        if self.stepwise:
            arrays["stepwise"] = np.array(1)
        if self.class_weights is not None:
            arrays["class_weights"] = self.class_weights
        if self.scales is not None:
            arrays["scales"] = self.scales
        arrays["numbers"] = np.array([(split.fold, split.repeat) for split in self.splits], np.int64)
        for i, split in enumerate(self.splits):
            arrays |= {
                f"train-{i}": split.train,
                f"validation-{i}": split.validation,
                f"test-{i}": split.test,
            }
        return arrays


def _key_of(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in arrays.values():
        add_array(digest, array)
    return digest.hexdigest()[:24]


def prepare(dataset: Dataset, splits: list[Split]) -> tuple[Prepared, list[Preparation]]:
    """What each split's training rows teach, applied to all rows.

    Errors: ``MachineError`` where that is too much for the memory, as where columns of many levels become many numbers.
    """
    preparations = [Preparation.fit(dataset, split.train) for split in splits]
    row = preparations[0].inputs(take_rows(dataset.inputs, [0]))
    check_memory(f"{dataset.name}, prepared,", COPIES * row.nbytes * dataset.rows * len(splits))
    inputs = np.stack([preparation.inputs(dataset.inputs) for preparation in preparations])
    targets = np.stack([preparation.target(dataset.target, dataset.inputs) for preparation in preparations])
    targets = targets.reshape(*targets.shape[:2], -1)
    weights, given, stepwise = np.ones(dataset.rows, np.float32), None, dataset.task.stepwise
    if dataset.weights is not None:
        given = weights = (dataset.weights / dataset.weights.mean()).astype(np.float32)
    by_class = np.array(dataset.task.class_weights) if dataset.task.class_weights else None
    if dataset.task.kind != "regression":
        targets = targets[:1]
    level = size = None
    if dataset.forecast is not None:
        windows, raw = dataset.forecast.windows, np.asarray(dataset.inputs)
        level, size = windows.level(raw), windows.sizes(raw)
        weights = (size / dataset.forecast.scales()).mean(axis=1).astype(np.float32)
    scales = _scales(dataset, splits, [preparation.learnt_target for preparation in preparations], weights)
    arrays = (inputs, targets, weights, tuple(splits), given, level, size)
    return Prepared(*arrays, stepwise=stepwise, class_weights=by_class, scales=scales), preparations


def _scales(
    dataset: Dataset, splits: list[Split], targets: list[Target], weights: np.ndarray
) -> np.ndarray | None:
    """What `Prepared.scales` are; None of classes, and of several numbers, whose errors are deviations."""
    scale = np.array([target.scale for target in targets])
    if dataset.task.kind != "regression" or scale.ndim > 1:
        return None
    if dataset.forecast is not None:
        return scale * [weights[split.validation].mean() for split in splits]
    return (scale / Target.fit(dataset.task, dataset.target).scale) ** 2


def alike(classes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights (n,) times what makes the classes (n,) of these rows count alike, so that a mean is one over classes.

    >>> alike(np.array([0, 0, 0, 1]), np.ones(4)).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    _, inverse = np.unique(classes, return_inverse=True)
    sums = np.bincount(inverse, weights)
    return (weights.sum() / (np.count_nonzero(sums) * np.maximum(sums, 1e-300)))[inverse] * weights
