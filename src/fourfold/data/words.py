"""One column of whatever type as one of the four raw kinds: number, boolean, date, category."""

from __future__ import annotations

from typing import Any

import numpy as np

from fourfold.errors import DataError
from fourfold.preprocessing.table import ColumnKind

PLAIN = (str, bool, int, float, np.bool_, np.integer, np.floating, np.str_)


def typed(name: str, values: np.ndarray) -> tuple[np.ndarray, ColumnKind]:
    """A column as it is stored, and its kind; strings stay strings.

    >>> typed("open", np.array([True, None], dtype=object))
    (array([ 1., nan]), 'boolean')
    >>> typed("size", np.array([3, 4], dtype=np.int8))
    (array([3., 4.]), 'number')
    """
    if values.dtype.kind == "b":
        return values.astype(np.float64), "boolean"
    if values.dtype.kind in "iuf":
        return values.astype(np.float64), "number"
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]"), "date"
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if values.dtype.kind == "U":
        return values.astype(object), "category"
    if values.dtype.kind == "O":
        return _objects(name, values.tolist())
    raise DataError(
        "column-type", f"column {name!r} can't be used", got=f"type {values.dtype}", wanted="numbers or text"
    )


def _objects(name: str, values: list[Any]) -> tuple[np.ndarray, ColumnKind]:
    cells = [None if _absent(value) else value for value in values]
    present = [value for value in cells if value is not None]
    strange = next((value for value in present if not isinstance(value, PLAIN)), None)
    if strange is not None:
        raise DataError(
            "object-column",
            f"column {name!r} holds objects",
            got=type(strange).__name__,
            wanted="numbers, text, booleans or dates",
            do="turn it into one of these, or leave the column out",
        )
    if all(isinstance(value, (bool, np.bool_)) for value in present) and present:
        return np.array([np.nan if value is None else float(value) for value in cells]), "boolean"
    if not any(isinstance(value, str) for value in present):
        return np.array([np.nan if value is None else float(value) for value in cells]), "number"
    return as_objects([None if value is None else str(value) for value in cells]), "category"


def as_objects(values: list[Any]) -> np.ndarray:
    """A list as an array of objects (N,), whatever the values are."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _absent(value: Any) -> bool:
    """None, NaN, and what pandas writes for a missing value."""
    return (
        value is None
        or value is np.ma.masked
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and value != value)
    )
