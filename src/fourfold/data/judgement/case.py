"""A data set as its judges see it: columns as numbers, rows as keys, the splits that will be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from fourfold.data.dataset import Dataset
from fourfold.data.series.steps import channel_names
from fourfold.data.splits import Split, plan
from fourfold.preprocessing.series import real_steps
from fourfold.preprocessing.table import Table, levels_of
from fourfold.preprocessing.task import Task

MOST_ROWS, MOST_COLUMNS, MOST_TARGETS = 5_000, 500, 20
"""What the costly judges look at."""


class Case:
    """A data set to be judged; everything is computed once, when it is asked for. ``each``: what a row of it is."""

    def __init__(self, dataset: Dataset, seed: int = 0, each: str = "") -> None:
        self.dataset, self.seed, self.each = dataset, seed, each or dataset.each

    @property
    def task(self) -> Task:
        return self.dataset.task

    @cached_property
    def splits(self) -> list[Split]:
        return plan(self.dataset, seed=self.seed)

    @cached_property
    def codes(self) -> np.ndarray:
        """The target (N,): class numbers, or the numbers themselves; of several columns the numbers of equal rows."""
        if self.task.stepwise:
            return np.unique(self.dataset.target.astype(str), axis=0, return_inverse=True)[1].reshape(-1)
        if self.task.several:
            return np.unique(self.dataset.target, axis=0, return_inverse=True)[1].reshape(-1)
        if self.task.kind == "regression":
            return self.dataset.target
        return levels_of(self.dataset.target)[1]

    @cached_property
    def targets(self) -> dict[str, tuple[np.ndarray, bool]]:
        """The target by name, as numbers (N,), and whether they are of classes; of several columns at most 20."""
        classes = self.task.kind != "regression"
        if not self.task.several:
            return {self.dataset.target_name: (self.codes, classes)}
        names, columns = self.task.classes or self.task.names, self.dataset.target.T
        columns = columns.astype(int) if classes else columns
        places = np.unique(np.linspace(0, len(names) - 1, min(MOST_TARGETS, len(names))).astype(int))
        return {names[k]: (columns[k], classes) for k in places}

    @cached_property
    def sample(self) -> np.ndarray:
        """Up to 5,000 rows in random order, always the same."""
        return np.random.default_rng(0).permutation(self.dataset.rows)[:MOST_ROWS]

    def columns(self, rows: np.ndarray | slice = slice(None)) -> Iterator[tuple[str, str, np.ndarray]]:
        """Names, kinds and values (N,) float64 of some rows of at most 500 columns of a flat data set; words as
        numbers."""
        inputs = self.dataset.inputs
        used = self.dataset.columns[:MOST_COLUMNS] if self.dataset.layout == "flat" else ()
        for place, column in enumerate(used):
            if column.kind == "category" and isinstance(inputs, Table):
                yield column.name, column.kind, self._words(column.name)[rows]
            else:
                values = inputs[column.name] if isinstance(inputs, Table) else inputs[:, place]
                yield column.name, column.kind, numbered(values, rows)

    def _words(self, name: str) -> np.ndarray:
        """A column of words as numbers (N,), which are made once."""
        if name not in self._numbered:
            assert isinstance(self.dataset.inputs, Table)
            self._numbered[name] = numbered(self.dataset.inputs[name])
            self._numbered[name].flags.writeable = False
        return self._numbered[name]

    @cached_property
    def _numbered(self) -> dict[str, np.ndarray]:
        return {}

    def channels(self) -> Iterator[tuple[str, np.ndarray]]:
        """Names and values (M,) float64 of at most 500 channels of series, or of those that windows are cut from: each
        step once, without padding."""
        inputs, forecast = self.dataset.inputs, self.dataset.forecast
        if self.dataset.layout != "sequence" or isinstance(inputs, Table):
            return
        there = real_steps(inputs)
        if forecast is not None:  # of windows that overlap the steps behind those of the one before
            order = np.lexsort((forecast.origin, forecast.series))
            series, origin = forecast.series[order], forecast.origin[order]
            new = np.where(np.diff(series, prepend=-1) == 0, np.diff(origin, prepend=0), inputs.shape[1])
            there[order] &= np.arange(inputs.shape[1]) >= inputs.shape[1] - new[:, None]
        for place, name in enumerate(channel_names(self.dataset)[:MOST_COLUMNS]):
            yield name, inputs[..., place][there].astype(np.float64)

    def pixels(self, rows: np.ndarray | slice = slice(None)) -> Iterator[tuple[str, str, np.ndarray]]:
        """Places of an array (steps, pixels, tokens), at most 500 spread over all of them, as columns of some rows."""
        array = np.asarray(self.dataset.inputs).reshape(self.dataset.rows, -1)
        places = np.unique(np.linspace(0, array.shape[1] - 1, min(MOST_COLUMNS, array.shape[1])).astype(int))
        for place in places:
            yield f"place {place}", "number", array[rows, place].astype(np.float64)

    @cached_property
    def row_keys(self) -> np.ndarray:
        return row_keys(self.dataset.inputs)


def row_keys(inputs: np.ndarray | Table) -> np.ndarray:
    """A number (N,) for each row, the same for equal rows: a random linear form modulo 2^64.

    >>> one, other, again = row_keys(np.array([[1.0, 0.0], [2.0, 0.0], [1.0, -0.0]]))
    >>> one == again, one == other
    (np.True_, np.False_)
    """
    keys = np.zeros(inputs.rows if isinstance(inputs, Table) else len(inputs), dtype=np.uint64)
    for part in parts_of_keys(inputs):
        keys += part
    return keys


def parts_of_keys(inputs: np.ndarray | Table, rows: np.ndarray | slice = slice(None)) -> Iterator[np.ndarray]:
    """What each column adds to the keys of some rows (N,), always the same."""
    rng = np.random.default_rng(0)
    if isinstance(inputs, Table):
        columns = (numbered(values, rows) for values in inputs.values())
    else:
        array = inputs.reshape(len(inputs), -1)
        columns = (array[rows, place].astype(np.float64) for place in range(array.shape[1]))
    for values in columns:
        bits = np.where(np.isnan(values), -1e300, values + 0.0).view(np.uint64)
        yield (bits ^ (bits >> np.uint64(29))) * (
            rng.integers(2**62, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        )


def numbered(values: np.ndarray, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Some rows of a column as float64: numbers and dates as they are, words numbered as they first occur in it, NaN
    for missing."""
    if values.dtype.kind == "M":
        values = values[rows]
        return np.where(np.isnat(values), np.nan, values.astype("datetime64[us]").astype(np.float64))
    if values.dtype.kind == "O":
        words = values.tolist()
        different = (word for word in dict.fromkeys(words) if word is not None)
        numbers = {word: float(number) for number, word in enumerate(different)} | {None: np.nan}
        return np.fromiter(map(numbers.__getitem__, words), np.float64, len(words))[rows]
    return values[rows].astype(np.float64, copy=False)
