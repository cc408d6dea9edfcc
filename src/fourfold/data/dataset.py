"""A data set as the comparison sees it: raw inputs and target, what is asked, and what was inferred."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from fourfold.core.naming import called
from fourfold.preprocessing.series import lengths
from fourfold.preprocessing.table import Column, Table, row_count
from fourfold.preprocessing.task import Task
from fourfold.preprocessing.windows import Windows

from .messages import listed

__all__ = ["Column", "Cut", "Dataset", "Finding", "Forecast", "Layout", "Note", "OfColumns", "Table", "Task"]

Layout = Literal["flat", "sequence", "image", "text"]

WORDS_AT_ONCE = 100_000
"""Words that go into a fingerprint together."""


@dataclass(frozen=True)
class Note:
    """One inference, and the option that overrides it.

    >>> print(Note("target: species", because="the last column", option="--target NAME"))
    target: species (the last column); --target NAME overrides
    """

    what: str
    because: str = ""
    option: str = ""

    def __str__(self) -> str:
        line = f"{self.what} ({self.because})" if self.because else self.what
        return f"{line}; {self.option} overrides" if self.option else line


@dataclass(frozen=True)
class OfColumns(Note):
    """What one column, or several, are taken for; of ``role`` "target", if they are that.

    >>> print(OfColumns.of(["price"], "number", "$ left out"))
    column price: number ($ left out)
    >>> print(OfColumns.of(["price", "tax"], "number", "$ left out"))
    columns 'price', 'tax': number ($ left out)
    """

    columns: tuple[str, ...] = ()
    kind: str = ""
    role: str = "column"

    @classmethod
    def of(cls, columns: Sequence[str], kind: str, because: str, role: str = "column") -> OfColumns:
        named = f"{role} {columns[0]}" if len(columns) == 1 else f"{role}s {listed(columns)}"
        return cls(f"{named}: {kind}", because, columns=(*columns,), kind=kind, role=role)


@dataclass(frozen=True)
class Finding:
    """One judgement about the data: a slug, what was found, the number that shows it, what to do.

    ``important`` findings can make a comparison's answer wrong; the others are good to know. ``number`` is in
    the unit that ``measure`` names, so that a reader need not take it out of the sentence.

    >>> print(Finding("duplicates", "12 rows occur twice", "rows", 12, do="remove them", important=True))
    12 rows occur twice. Do this: remove them
    """

    slug: str
    what: str
    measure: str
    number: float
    do: str = ""
    important: bool = False
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}. Do this: {self.do}" if self.do else self.what


@dataclass(frozen=True, eq=False)
class Forecast:
    """What the rows of a data set are where these are windows of series, and where they lie in time.

    - ``windows``: their length, the horizon, the season, and how the table is read.
    - ``labels`` (S,): the series; ``series`` (N,): the one that a window is cut from.
    - ``origin`` (N,): the place in time of the first step after the window; its target are the places origin to
      origin + horizon - 1, its inputs those before. Places count steps from the earliest stamp of all series on.
    - ``stamps`` (L,): the time stamp of each place; ``channels`` (C,): the names of a window's channels.
    - ``scale`` (S, K): the error of a forecast that counts as 1 in each series: the mean absolute error of the
      seasonal naive forecast of one season ahead, over the places before ``first_test``, where tests begin.
    """

    windows: Windows
    labels: tuple[str, ...]
    series: np.ndarray
    origin: np.ndarray
    stamps: np.ndarray
    scale: np.ndarray
    first_test: int
    channels: tuple[str, ...] = ()

    def scales(self, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
        """The scale of each number of some rows' targets (n, H K)."""
        return np.tile(self.scale[self.series[rows]], self.windows.horizon)


@dataclass(frozen=True, eq=False)
class Cut:
    """Where the rows of a data set lie where these are windows that follow each other in long series.

    - ``window``: their steps; ``labels`` (S,): the series; ``series`` (N,): the one that a window is cut from.
    - ``start`` (N,): the first step of a window in its series; ``origin`` (N,): its place, where places count steps so
      that all series end before the place ``end``.
    - ``in_time``: windows are split by time, since there are too few series to split these.
    """

    window: int
    labels: tuple[str, ...]
    series: np.ndarray
    start: np.ndarray
    origin: np.ndarray
    end: int
    in_time: bool


@dataclass(frozen=True, eq=False)
class Dataset:
    """Raw data whose meaning is settled; nothing has been learnt from it yet.

    - ``inputs``: a ``Table`` of named columns, or an array: flat (N, F), sequence (N, T, C) with
      missing steps behind the end of shorter series, image (N, H, W, C), text as token numbers (N, T). A
      table in layout text has one text column.
    - ``target``: (N,), labels as text for classification, float64 for regression; (N, K) float64 where
      ``task.several``: the columns ``task.names`` of a regression, or 1 for each label that a row has and else 0;
      (N, T) where ``task.stepwise``, None or NaN at steps that have none, as behind the end of a series.
    - ``columns``: the columns that are used (x0, x1, ... for a flat array; empty for other arrays).
    - ``source_columns``: every input column that the source had, in its order, "" for an id or a time that a table in
      long form lacks; those that are not in
      ``columns`` were left out, and a note says why. The target's name is ``target_name``, of several columns
      all their names with commas.
    - ``row_shape``: the shape of one row of an array as it was given.
    - ``test_rows``: the rows that came from the user's own test file, else None.
    - ``weights`` (N,) float64: how much each row counts; ``groups`` (N,) text: rows that belong together, to
      be kept on one side of each split; ``ids`` (N,) text: what each row is called. None where not given. ``roles``:
      what the columns of "weight" and "group" are called, where they are columns.
    - ``time_ordered``: rows have an order of time, and only the past may be learnt from; ``order`` (N,): all rows in
      this order, None where no column tells it, and they are taken as they stand.
    - ``labelled`` (M,): which of the rows that were read have a target; those without it are left out. None where all
      have.
    - ``forecast``: what the rows are where they are windows of series, and the target (N, H K) what follows them.
    - ``cut``: where the rows lie where they are windows that follow each other in series whose steps have targets.
    - ``interval``: how far apart the time stamps of series usually are, in words, "" where they have none.
    - ``findings``: what was judged of the data, as `judgement.judge` found it.
    - ``fingerprint``: SHA-256 of all of the content, the same whatever the form it was read from.
    """

    name: str
    layout: Layout
    inputs: np.ndarray | Table
    target: np.ndarray
    task: Task
    notes: tuple[Note, ...] = ()
    columns: tuple[Column, ...] = ()
    source_columns: tuple[str, ...] = ()
    target_name: str = "y"
    row_shape: tuple[int, ...] = ()
    test_rows: np.ndarray | None = None
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    ids: np.ndarray | None = None
    time_ordered: bool = False
    order: np.ndarray | None = None
    labelled: np.ndarray | None = None
    forecast: Forecast | None = None
    cut: Cut | None = None
    interval: str = ""
    findings: tuple[Finding, ...] = ()
    fingerprint: str = field(default="")

    def __post_init__(self) -> None:
        if not self.fingerprint:
            object.__setattr__(self, "fingerprint", _fingerprint(self))

    @property
    def rows(self) -> int:
        return row_count(self.inputs)

    @property
    def places(self) -> np.ndarray:
        """The place (N,) of each row among those that were read, from 0 on."""
        return np.arange(self.rows) if self.labelled is None else np.flatnonzero(self.labelled)

    @property
    def each(self) -> str:
        """What one of the independent examples is called: row, series, image, text or window."""
        return called(self.layout, windows=self.forecast is not None or self.cut is not None)

    @property
    def lengths(self) -> np.ndarray | None:
        """The steps of each series (N,), where they differ; missing steps behind its last one are padding."""
        if self.layout != "sequence" or isinstance(self.inputs, Table):
            return None
        found = lengths(self.inputs)
        return found if (found < self.inputs.shape[1]).any() else None

    @property
    def in_time(self) -> bool:
        """Whether only the past may be learnt from: rows in order of time, or windows of series."""
        return self.time_ordered or self.forecast is not None or (self.cut is not None and self.cut.in_time)

    @property
    def important(self) -> tuple[Finding, ...]:
        """The findings that can make a comparison's answer wrong."""
        return tuple(finding for finding in self.findings if finding.important)

    @property
    def left_out(self) -> tuple[str, ...]:
        used = {column.name for column in self.columns}
        return tuple(name for name in self.source_columns if name and name not in used)


def _fingerprint(dataset: Dataset) -> str:
    digest = hashlib.sha256()
    facts = {
        "layout": dataset.layout,
        "task": dataset.task.to_dict(),
        "columns": [[column.name, column.kind] for column in dataset.columns],
        "source": dataset.source_columns,
        "target": dataset.target_name,
    }
    digest.update(json.dumps(facts, sort_keys=True, ensure_ascii=True).encode())
    for values in _parts(dataset):
        _add(digest, values)
    _add(digest, dataset.target)
    if dataset.test_rows is not None:
        _add(digest, np.asarray(dataset.test_rows, dtype=np.int64))
    for name in ("weights", "groups"):
        if (values := getattr(dataset, name)) is not None:
            digest.update(name.encode())
            _add(digest, values)
    if dataset.time_ordered:
        digest.update(b"time ordered")
    if dataset.order is not None:
        _add(digest, dataset.order)
    if dataset.forecast is not None:
        windows = replace(dataset.forecast.windows, zoned=None, seen=None)  # the zone as of other columns
        digest.update(json.dumps(windows.to_dict(), sort_keys=True).encode())
        _add(digest, dataset.forecast.origin)
    if dataset.cut is not None:
        digest.update(b"windows")
        _add(digest, dataset.cut.origin)
    return digest.hexdigest()


def _parts(dataset: Dataset) -> Iterator[np.ndarray]:
    """The columns of a table, or of a flat array in the same way; any other array as it is."""
    inputs = dataset.inputs
    if isinstance(inputs, Table):
        yield from inputs.values()
    elif dataset.layout == "flat" and inputs.ndim == 2:
        yield from (inputs[:, place].astype(np.float64) for place in range(inputs.shape[1]))
    else:
        yield inputs


def _add(digest, values: np.ndarray) -> None:
    """Shape, type and bytes; text value by value, each with its length, None apart from ''."""
    digest.update(f"{values.dtype.kind}{values.shape}".encode())
    if values.dtype.kind in "OU":
        flat = values.ravel()
        for start in range(0, flat.size, WORDS_AT_ONCE):
            words = flat[start : start + WORDS_AT_ONCE].tolist()
            written = {word: _written(word) for word in dict.fromkeys(words)}
            digest.update(b"".join(map(written.__getitem__, words)))
        return
    if values.dtype.kind == "f":
        values = values + 0.0  # -0.0 becomes 0.0
    digest.update(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False)).tobytes())


def _written(word: str | None) -> bytes:
    data = b"" if word is None else str(word).encode("utf-8", "surrogatepass")
    return f"{-1 if word is None else len(data)}:".encode() + data
