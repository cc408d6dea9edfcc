"""What other libraries call their data, known by what it can do: none of them is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fourfold.errors import DataError, MachineError

DENSE_BYTES = 2**30
"""The largest sparse matrix that is made dense, as float64."""


def familiar(x: Any, what: str = "x") -> Any:
    """Something that NumPy or narwhals know, from

    - tensors of torch (detached, copied to the CPU) and arrays in bfloat16, which become float32;
    - sparse matrices of scipy, made dense up to 1 GiB;
    - record batches of pyarrow: a dict of columns;
    - data sets with columns and features (Hugging Face datasets): a dict of columns, class numbers as names;
    - arrays with a mask, NaN or None where it is set.

    >>> class Tensor:
    ...     def detach(self): return self
    ...     def cpu(self): return self
    ...     def __array__(self, dtype=None, copy=None): return np.ones(2)
    >>> familiar(Tensor())
    array([1., 1.])

    Errors: ``MachineError`` for a sparse matrix that is too large, ``DataError`` for a data set that still
    has to be divided into its splits.
    """
    if type(x).__name__ == "RecordBatch" and hasattr(x, "to_pydict"):
        return x.to_pydict()
    if hasattr(x, "toarray") and hasattr(x, "nnz"):
        size = 8 * int(np.prod(x.shape, dtype=np.float64))
        if size > DENSE_BYTES:
            raise MachineError(
                "sparse-too-large",
                f"{what} is sparse, and too large as a dense array",
                got=f"{size / 2**30:.1f} GiB for shape {tuple(x.shape)}",
                wanted=f"at most {DENSE_BYTES / 2**30:.0f} GiB",
                do="fewer columns or rows, or sklearn.decomposition.TruncatedSVD",
            )
        return x.toarray()
    if hasattr(x, "detach") and hasattr(x, "cpu"):
        x = x.detach().cpu()
        return np.asarray(x.float() if "bfloat16" in str(getattr(x, "dtype", "")) else x)
    if "bfloat16" in str(getattr(x, "dtype", "")):
        return np.asarray(x).astype(np.float32)
    if isinstance(x, Mapping) and x and all(hasattr(part, "features") for part in x.values()):
        names = [str(name) for name in x]
        raise DataError(
            "several-splits",
            f"{what} holds several data sets",
            got=", ".join(names),
            wanted="one of them",
            do=f"compare(data[{names[0]!r}], test=data[{names[-1]!r}])",
        )
    if hasattr(x, "features") and hasattr(x, "column_names"):
        return _columns(x)
    if isinstance(x, np.ma.MaskedArray):
        numbers = x.dtype.kind in "biuf"
        return np.ma.filled(x.astype(np.float64 if numbers else object), np.nan if numbers else None)
    return x


def cell(value: Any) -> Any:
    """What stands in a cell of a column as NumPy has it: an array without axes as its only value, tensors and arrays of
    JAX as arrays.

    >>> cell(np.array(2.5)), cell(np.array([1, 2])), cell("red")
    (np.float64(2.5), array([1, 2]), 'red')
    """
    if isinstance(value, np.generic) or not (hasattr(value, "__array__") and hasattr(value, "ndim")):
        return value
    array = np.asarray(familiar(value))
    return array if array.ndim else array[()]


def as_columns(rows: Any) -> Any:
    """Records, lists of dicts and one dict of single values as a dict of columns; all else as it is.

    >>> as_columns([{"v": 1}, {"v": 2, "w": 3}]), as_columns({"v": 1, "w": "a"})
    ({'v': [1, 2], 'w': [None, 3]}, {'v': [1], 'w': ['a']})
    """
    if isinstance(rows, Mapping) and all(
        isinstance(cell, str) or not np.iterable(cell) for cell in rows.values()
    ):
        rows = [rows]
    if isinstance(rows, np.ndarray) and rows.dtype.names:
        return {name: rows[name] for name in rows.dtype.names}
    if isinstance(rows, list) and rows and all(isinstance(row, Mapping) for row in rows):
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: [row.get(name) for row in rows] for name in names}
    return rows


def _columns(data: Any) -> dict[str, list[Any]]:
    """The columns of a data set with features; class numbers become the names of classes."""
    if hasattr(data, "__getitem__") and data.column_names:
        columns = {name: list(data[name]) for name in data.column_names}
    else:
        rows = list(data)
        columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}
    for name, values in columns.items():
        names = getattr((data.features or {}).get(name), "names", None)
        if names and all(
            isinstance(value, (int, np.integer)) and 0 <= value < len(names) for value in values
        ):
            columns[name] = [names[value] for value in values]
    return columns
