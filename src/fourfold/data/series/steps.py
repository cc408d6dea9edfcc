"""Targets that have a value for each step of a series: labelled sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import numpy as np

from fourfold.core.naming import WINDOW, several
from fourfold.data.columns.target import SPELLED, settle_target
from fourfold.data.columns.targets import together
from fourfold.data.dataset import Column, Cut, Dataset, Note, Table
from fourfold.data.messages import counted, percent, unknown
from fourfold.data.source import Source
from fourfold.data.values.cells import typed
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.numbers import finite
from fourfold.preprocessing.series import lengths, real_steps
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.task import IMBALANCED, Task, class_weights, largest_share

from .cut import cut_series, tests_note

__all__ = [
    "Placed",
    "as_rows",
    "by_columns",
    "channel_names",
    "check_layout_of_steps",
    "check_per",
    "grid",
    "is_stepwise",
    "settle_steps",
    "steps_of",
    "unequal_steps",
]

PER = ("step", "series")
"""What a target may belong to."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Where the rows of a table in long form stand: ``series`` (N,) and ``step`` (N,) of each row."""

    series: np.ndarray
    step: np.ndarray

    @classmethod
    def of(cls, inputs: np.ndarray) -> Placed:
        """The real steps of series (S, T, C), one after the other.

        >>> placed = Placed.of(np.array([[[1.0], [2.0]], [[3.0], [np.nan]]]))
        >>> placed.series.tolist(), placed.step.tolist()
        ([0, 0, 1], [0, 1, 0])
        """
        return cls(*np.nonzero(real_steps(inputs)))

    @property
    def first(self) -> np.ndarray:
        """The first row of each series (S,)."""
        return np.unique(self.series, return_index=True)[1]

    def varies(self, values: np.ndarray) -> bool:
        """Whether a column (N,) has different values within a series; missing ones are none.

        >>> Placed(np.array([0, 0, 1]), np.array([0, 1, 0])).varies(np.array([1.0, np.nan, 2.0]))
        False
        """
        there = ~missing(values)
        series, known = self.series[there], values[there]
        _, first, number = np.unique(series, return_index=True, return_inverse=True)
        return bool((known != known[first][number]).any())

    def grid(self, values: np.ndarray, steps: int = 0) -> np.ndarray:
        """A column (N,) as (S, T), T at least ``steps``, without a value where no row stands.

        >>> Placed(np.array([1, 0, 1]), np.array([0, 0, 1])).grid(np.array([5.0, 6.0, 7.0])).tolist()
        [[6.0, nan], [5.0, 7.0]]
        """
        shape = self.series.max() + 1, max(self.step.max() + 1, steps)
        whole = len(values) == shape[0] * shape[1]
        found = np.empty(shape, values.dtype) if whole else _empty(shape, values)
        found[self.series, self.step] = values
        return found


def check_per(per: str | None) -> None:
    if per is not None and per not in PER:
        raise unknown("target-per", per, PER, option="--target-per")


def check_per_of_rows(per: str | None, source: Source, layout: str) -> None:
    """Refuse to be told what the target of rows of a table, which are no series, belongs to."""
    if not isinstance(source.inputs, Table) or source.lists or layout == "sequence":
        return
    if per is not None and (source.target is None or source.target.ndim == 1):
        raise OptionError(
            "target-per-of-rows",
            "each row has its target, and none is a series",
            got=f"--target-per {per}",
            wanted="a table with --id and --time, or x of shape (N, T, C)",
            do="leave out --target-per, or add --id COLUMN",
        )


def check_layout_of_steps(layout: str | None) -> None:
    if layout not in (None, "sequence"):
        raise OptionError(
            "layout-of-steps",
            "only series have a target for each step",
            got=f"--target-per step and --layout {layout}",
            wanted="--layout sequence",
            do="leave out one of them",
        )


def steps_of(y: np.ndarray, inputs: np.ndarray | Table) -> tuple[np.ndarray, str] | None:
    """A target (N, T), or (N, T, 1), of series (N, T) or (N, T, C), and its kind; None if y has another form.

    >>> steps_of(np.array([["a", "b"]]), np.zeros((1, 2, 3)))
    (array([['a', 'b']], dtype=object), 'category')
    """
    y = y[..., 0] if y.ndim == 3 and y.shape[2] == 1 else y
    if not _has_steps(inputs) or y.ndim != 2 or y.shape[1] != inputs.shape[1]:
        return None
    values, kind = typed("y", y.reshape(-1))
    return values.reshape(y.shape), kind


def unequal_steps(y: Any, inputs: np.ndarray | Table) -> tuple[np.ndarray, str] | None:
    """A list of targets (T_n,) of different lengths as (N, T), without values behind their ends; else None.

    >>> unequal_steps([["a"], ["b", "a"]], np.array([[[1.0], [np.nan]], [[2.0], [3.0]]]))
    (array([['a', None],
           ['b', 'a']], dtype=object), 'category')
    """
    parts = _parts(y)
    if parts is None or not _has_steps(inputs):
        return None
    wanted = lengths(inputs.reshape(*inputs.shape[:2], -1)).tolist()
    got = [len(part) for part in parts]
    if got != wanted:
        place = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
        raise DataError(
            "different-steps",
            "x and y differ in steps",
            got=f"{len(wanted)} series of x and {len(got)} of y"
            if len(got) != len(wanted)
            else f"{wanted[place]} steps of x and {got[place]} of y in series {place + 1}",
            wanted="one y for each step of each series",
            do="cut y where x is cut, or give one y for each series",
        )
    values, kind = typed("y", np.concatenate(parts))
    series = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    step = np.concatenate([np.arange(len(part)) for part in parts])
    return grid(Placed(series, step).grid(values), inputs.shape[1]), kind


def _has_steps(inputs: np.ndarray | Table) -> TypeGuard[np.ndarray]:
    return not isinstance(inputs, Table) and inputs.ndim in (2, 3) and inputs.shape[1] > 1


def _parts(y: Any) -> list[np.ndarray] | None:
    """The parts of a list of arrays, or lists, of different lengths; None for anything else."""
    objects = isinstance(y, np.ndarray) and y.dtype == object and y.ndim == 1
    if not (objects or isinstance(y, (list, tuple))) or not len(y):
        return None
    if not all(isinstance(part, (list, tuple)) or hasattr(part, "__array__") for part in y):
        return None
    parts = [np.asarray(part) for part in y]
    parts = [part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part for part in parts]
    unequal = len({part.shape for part in parts}) > 1
    return parts if unequal and all(part.ndim == 1 and len(part) for part in parts) else None


def grid(values: np.ndarray, steps: int) -> np.ndarray:
    """A target (N, T) with as many steps as asked for, without values behind its own."""
    longer = _empty((len(values), steps), values)
    longer[:, : values.shape[1]] = values
    return longer


def _empty(shape: tuple[int, ...], values: np.ndarray) -> np.ndarray:
    kind = values.dtype.kind
    if kind in "fM":
        return np.full(shape, np.nan if kind == "f" else np.datetime64("NaT"), dtype=values.dtype)
    return np.full(shape, None, dtype=object)


def is_stepwise(source: Source, per: str | None, layout: str | None) -> bool:
    """Whether a target (N, T) is read as one value for each step.

    It is, if the inputs are series and nothing else is said: arrays of three axes that are not bytes of equal sides,
    which are pictures, or of two if the layout is named.
    """
    if per is not None or not source.stepwise or not isinstance(source.inputs, np.ndarray):
        return per == "step"
    x = source.inputs
    pictures = x.ndim == 3 and x.dtype == np.uint8 and x.shape[1] == x.shape[2]
    return "sequence" in (layout, source.layout) or (layout is None and x.ndim == 3 and not pictures)


def by_columns(source: Source) -> Source:
    """The source with a target (N, T) read as T targets of a row."""
    assert source.target is not None
    name, values = source.target_name, source.target
    columns = {f"{name}{k}": typed(f"{name}{k}", values[:, k]) for k in range(values.shape[1])}
    return source.aimed(tuple(columns), *together(columns))


def settle_steps(
    source: Source,
    *,
    task: str | None,
    bounds: Sequence[float] | None,
    per: str | None,
    window: int | None = None,
) -> tuple[Source, np.ndarray, Task, tuple[Note, ...], Cut | None]:
    """The source with its series, or windows of them, and a target (N, T) as text with None, or as float64 with NaN,
    where a step does not count; its task, notes, and where windows were cut from.

    What does not count: steps behind the end of a series, and steps without a target.

    Errors: those of `settle_target` and `cut_series`; ``OptionError`` for labels of which a step may have several.
    """
    if not source.stepwise or not isinstance(source.inputs, np.ndarray):
        raise OptionError(
            "steps-of-no-series",
            "the target has no value for each step",
            got=f"--target-per step, and {source.target_name!r} with one value a row",
            wanted="series as x of shape (N, T, C) with y of shape (N, T), or a table with --id and --time",
            do="leave out --target-per, or add --id and --time",
        )
    if task == "multilabel":
        raise OptionError(
            "labels-of-steps",
            "a step has one class or one number",
            got="--task multilabel, and a target for each step",
            do="leave out --task, or --target-per series",
        )
    source, cut = cut_series(source, window)
    values, x = source.target, source.inputs
    assert values is not None and isinstance(x, np.ndarray)
    array = finite(x) if x.dtype.kind == "f" else x
    real = real_steps(array.reshape(*x.shape[:2], -1))
    counts = real & ~missing(values)
    without = int((~counts.any(axis=1)).sum())
    if without:
        raise DataError(
            "series-without-target",
            "some series have no step with a target",
            got=f"{without} of {len(x)} series, the first is number {int(np.argmin(counts.any(axis=1))) + 1}",
            wanted="at least one in each",
            do="leave these series out",
        )
    tested = int(counts[len(x) - source.test_rows :].sum()) if source.test_rows else 0
    own = None if source.weights is None else of_steps(source.weights, counts)
    flat, settled, notes = settle_target(
        source.target_name,
        values[counts],
        source.target_kind,
        task=task,
        bounds=bounds,
        test_rows=tested,
        weights=own,
    )
    found = (
        np.full(counts.shape, None, dtype=object)
        if flat.dtype.kind in "OU"
        else np.full(counts.shape, np.nan)
    )
    found[counts] = flat
    settled = replace(settled, stepwise=True)
    if settled.class_weights:
        learnt = slice(len(flat) - tested)
        alike = of_steps(1 / np.maximum(counts.sum(axis=1), 1), counts)  # each series counts alike,
        alike = alike if own is None else alike * own  # or as it weighs
        weights = class_weights(flat[learnt].astype(str), settled.classes, alike[learnt])
        settled = replace(settled, class_weights=weights)
    empty = int((~real & ~missing(values)).sum()) if source.columns else 0  # arrays are padded with anything
    left = _left(int((real & ~counts).sum()), empty, words=source.target_kind == "category")
    each = "series" if cut is None else WINDOW
    rescored = _rescored(notes, settled, flat, each, own)
    split = [] if cut is None else [tests_note(cut, source.test_rows)]
    said = _said(source, counts, values, per, each)
    return replace(source, layout="sequence"), found, settled, (said, *rescored, *left, *split), cut


def _said(source: Source, counts: np.ndarray, values: np.ndarray, per: str | None, each: str) -> Note:
    if per == "step":
        because = "as asked"
    elif source.columns:
        changing = sum(len(set(one[own].tolist())) > 1 for one, own in zip(values, counts))
        because = f"{source.target_name!r} changes within {changing} of {len(values)} {several(each)}"
    else:
        because = "x and y have the same series and steps"
    what = f"target of each step: {int(counts.sum()):,} steps in {counted(len(values), each)}"
    return Note(what, because, "" if per else "--target-per series")


def of_steps(series: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """What belongs to series (N,) as what belongs to each of their counted steps (N, T), one after the other."""
    return np.broadcast_to(series[:, None], counts.shape)[counts]


def _rescored(
    notes: Sequence[Note], task: Task, flat: np.ndarray, each: str, weights: np.ndarray | None
) -> list[Note]:
    """What was said of rows, of steps."""
    score = {
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced accuracy",
        "rmse": "root mean squared error",
    }
    why = f"each {each} counts {'alike' if weights is None else 'as it weighs'}"
    why += ", and is one independent example" if each == "series" else ""
    if task.kind == "classification":
        share = largest_share(flat.astype(str), weights)
        weight = "" if weights is None else "' weight"
        side = "above" if share > IMBALANCED else "not above"
        if task.class_weights:
            why = f"a step is given the class whose probability is the largest multiple of its share; {why}"
        why = f"the largest class holds {percent(share)} of the steps{weight}, {side} 80 %; {why}"
    said = Note(f"score: {score[task.score]} over the steps of a {each}", why)
    return [said if note.what.startswith("score: ") else note for note in notes]


def _left(unlabelled: int, empty: int, words: bool) -> tuple[Note, ...]:
    """What is said of steps that do not count, of targets that are ``words``."""
    found = (
        (unlabelled, "without a target", "read, but neither learnt from nor scored" + f"; {SPELLED}" * words),
        (empty, "at the end of series without a value in any channel", "taken for padding"),
    )
    return tuple(Note(f"not counted: {counted(n, 'step')} {what}", why) for n, what, why in found if n)


def channel_names(dataset: Dataset) -> list[str]:
    """What the channels of series (N, T, C) are called, by their places where they have no names."""
    channels = np.asarray(dataset.inputs).shape[2]
    names = [column.name for column in dataset.columns] if dataset.forecast is None else [*dataset.forecast.channels]
    return names if len(names) == channels else [f"channel {c}" for c in range(channels)]


def as_rows(dataset: Dataset) -> Dataset:
    """The steps that have a target as the rows of a table, the channels as its columns, each series a group."""
    target, inputs = dataset.target, np.asarray(dataset.inputs)
    there = ~missing(target)
    names = channel_names(dataset)
    columns = tuple(Column(name, "number") for name in names)
    return replace(
        dataset,
        layout="flat",
        inputs=inputs[there].astype(np.float64),
        target=target[there] if target.dtype.kind == "f" else target[there].astype(str),
        task=replace(dataset.task, stepwise=False),
        columns=columns,
        source_columns=tuple(names),
        test_rows=None,
        cut=None,
        weights=None if dataset.weights is None else of_steps(np.asarray(dataset.weights), there),
        groups=np.nonzero(there)[0].astype(str),
        ids=None,
    )
