"""Standardising: z = (x - mean) / deviation, with both learnt from training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .fields import Fields
from .series import real_steps

BOUND = 1e6
"""Standardised values are cut off here, so that one absurd cell can't overflow float32."""

LARGEST = np.finfo(np.float32).max
"""Networks and trees calculate in single precision, in which what is larger is infinite."""

CHUNK = 2**22
"""Values that are turned to float64 at once."""

REAL = 1e-6
"""Stands in the first channel of a real step whose channels are all 0, so that only padding is all 0."""


def finite(values: np.ndarray) -> np.ndarray:
    """Numbers with NaN for those that are infinite, in single precision, too.

    >>> finite(np.array([1.0, -np.inf, 1e39]))
    array([ 1., nan, nan])
    """
    return np.where(np.abs(values) <= LARGEST, values, np.nan)  # half precision is compared in single, too


@dataclass(frozen=True, eq=False)
class Numbers:
    """Columns of numbers: missing ones get the median, then each column is standardised.

    z[n, f] = (x[n, f] - center[f]) / scale[f], and for each of the columns ``indicated`` a further
    column that is 1 where x was missing. ``low`` and ``high`` are the range of the training rows,
    and ``whole`` the columns that hold whole numbers alone there; None in models that did not keep it.

    Shapes: (N, F) float64 with NaN for missing -> (N, F + indicators) float32. A column that is constant
    in the training rows becomes 0.

    >>> x = np.array([[1.0], [3.0], [np.nan]])
    >>> Numbers.fit(("width",), x, rows=[0, 1]).apply(x).tolist()
    [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """

    names: tuple[str, ...]
    center: np.ndarray
    scale: np.ndarray
    fill: np.ndarray
    indicated: tuple[int, ...]
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    whole: tuple[int, ...] | None = None

    @classmethod
    def fit(cls, names: tuple[str, ...], matrix: np.ndarray, rows) -> Numbers:
        """Statistics come from ``rows``; which columns get an indicator from the whole matrix."""
        part = np.asarray(matrix[np.asarray(rows)], dtype=np.float64)
        absent = np.any(np.isnan(matrix), axis=0, keepdims=True)[0]
        center, scale, fill, low, high = (np.zeros(matrix.shape[1]) for _ in range(5))
        whole = []
        for f in range(matrix.shape[1]):
            column = part[:, f]
            column = column[~np.isnan(column)] if absent[f] else column
            if column.size:
                center[f], scale[f] = _moments(column)
                fill[f] = np.median(column) if absent[f] else center[f]
                low[f], high[f] = column.min(), column.max()
                whole += [f] * bool((column == np.floor(column)).all())
        return cls(names, center, scale, fill, tuple(np.flatnonzero(absent).tolist()), low, high, tuple(whole))

    def apply(self, matrix: np.ndarray) -> np.ndarray:
        absent = np.isnan(matrix)
        values = np.where(absent, self.fill, matrix) if absent.any() else matrix
        indicators = absent[:, list(self.indicated)]
        return np.concatenate(
            [_standardised(values, self.center, self.scale), indicators], axis=1, dtype=np.float32
        )

    def is_whole(self, name: str) -> bool | None:
        """Whether a column held whole numbers alone; None where that is not known."""
        if self.whole is None or name not in self.names:
            return None
        return self.names.index(name) in self.whole

    def outside(self, matrix: np.ndarray) -> np.ndarray:
        """Which values (N, F) lie farther from the range that was learnt from than this range is wide.

        >>> Numbers.fit(("width",), np.array([[1.0], [3.0]]), rows=[0, 1]).outside(np.array([[5.0], [5.1]])).tolist()
        [[False], [True]]
        """
        if self.low is None or self.high is None:
            return np.zeros(matrix.shape, dtype=bool)
        width = self.high - self.low
        with np.errstate(over="ignore"):
            far = (matrix > self.high + width) | (matrix < self.low - width)
        return far & (width > 0)

    @property
    def input_names(self) -> tuple[str, ...]:
        return self.names + tuple(f"{self.names[f]} is missing" for f in self.indicated)

    def to_dict(self) -> dict[str, Any]:
        return {
            "names": list(self.names),
            "center": self.center.tolist(),
            "scale": self.scale.tolist(),
            "fill": self.fill.tolist(),
            "indicated": list(self.indicated),
            **({} if self.low is None else {"low": self.low.tolist()}),
            **({} if self.high is None else {"high": self.high.tolist()}),
            **({} if self.whole is None else {"whole": list(self.whole)}),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Numbers:
        names = fields.texts("names")
        center, scale, fill = (fields.floats(name, len(names)) for name in ("center", "scale", "fill"))
        low, high = (
            fields.floats(name, len(names)) if name in fields.values else None for name in ("low", "high")
        )
        indicated = fields.integers("indicated", 0, len(names) - 1)
        whole = fields.integers("whole", 0, len(names) - 1) if "whole" in fields.values else None
        return cls(names, center, scale, fill, indicated, low, high, whole)


@dataclass(frozen=True, eq=False)
class Channels:
    """Sequences and images: one mean and one deviation a channel, over training rows and all positions.

    z[n, ..., c] = (x[n, ..., c] - center[c]) / scale[c]; missing values become 0, the channel's mean. Where series
    are ``padded``, a step is 0 in all channels if and only if it lies behind the end of its series.

    Shapes: (N, T, C) or (N, H, W, C), any number type -> the same in float32.

    >>> x = np.array([0, 4], dtype=np.uint8).reshape(1, 1, 2, 1)
    >>> Channels.fit(x, rows=[0]).apply(x).ravel().tolist()
    [-1.0, 1.0]
    """

    center: np.ndarray
    scale: np.ndarray
    padded: bool = False

    @classmethod
    def fit(cls, array: np.ndarray, rows, padded: bool = False) -> Channels:
        channels = array.shape[-1]
        center, scale = np.zeros(channels), np.zeros(channels)
        rows = np.asarray(rows)
        step = max(1, CHUNK // max(1, int(np.prod(array.shape[1:]))))
        parts = [rows[start : start + step] for start in range(0, len(rows), step)]
        for c in range(channels):
            moments = [_counted(np.asarray(array[part, ..., c], dtype=np.float64)) for part in parts]
            center[c], scale[c] = _merged(moments)
        return cls(center, scale, padded)

    def apply(self, array: np.ndarray) -> np.ndarray:
        result = np.empty(array.shape, dtype=np.float32)
        step = max(1, CHUNK // max(1, int(np.prod(array.shape[1:]))))
        for start in range(0, len(array), step):
            part = array[start : start + step].astype(np.float64)
            result[start : start + step] = np.nan_to_num(
                _standardised(part, self.center, self.scale), nan=0.0
            )
        if self.padded:
            result[..., 0][real_steps(array) & (result == 0).all(axis=-1)] = REAL
        return result

    def to_dict(self) -> dict[str, Any]:
        return {"center": self.center.tolist(), "scale": self.scale.tolist(), "padded": self.padded}

    @classmethod
    def from_fields(cls, fields: Fields) -> Channels:
        length = len(fields.get("center", list))
        padded = "padded" in fields.values and fields.boolean("padded")
        return cls(fields.floats("center", length), fields.floats("scale", length), padded)


def _standardised(values: np.ndarray, center: np.ndarray, scale: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.clip((values - center) * inverse_of(scale), -BOUND, BOUND)


def inverse_of(scale: np.ndarray) -> np.ndarray:
    """What differences are multiplied by: 0 where the deviation is 0, or too small to be divided by.

    >>> inverse_of(np.array([2.0, 0.0, 1e-310]))
    array([0.5, 0. , 0. ])
    """
    with np.errstate(over="ignore", divide="ignore"):
        inverse = 1.0 / scale
    return np.where(np.isfinite(inverse), inverse, 0.0)


def _moments(column: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation, without overflow for values near the largest float."""
    if column.min() == column.max():
        return float(column[0]), 0.0
    unit = float(np.abs(column).max())
    shrunk = column / unit
    return float(shrunk.mean()) * unit, float(shrunk.std()) * unit


def _counted(values: np.ndarray) -> tuple[int, float, float]:
    """How many, their mean, their mean squared deviation; missing values left out."""
    present = values[~np.isnan(values)]
    if not present.size:
        return 0, 0.0, 0.0
    mean, deviation = _moments(present)
    return present.size, mean, deviation**2


def _merged(moments: list[tuple[int, float, float]]) -> tuple[float, float]:
    """Mean and deviation of the union (Chan, Golub, LeVeque 1983)."""
    counts, means, variances = (np.array(part, dtype=np.float64) for part in zip(*moments))
    if not counts.sum():
        return 0.0, 0.0
    weights = counts / counts.sum()
    mean = float(weights @ means)
    return mean, float(np.sqrt(weights @ (variances + (means - mean) ** 2)))
