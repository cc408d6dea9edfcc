"""What scikit-learn's X and y may be, and how messages speak of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from sklearn.utils.validation import column_or_1d

from fourfold.data import Dataset
from fourfold.errors import DataError
from fourfold.keywords import in_keywords

__all__ = ["are_texts", "columns", "has_words", "labelled", "labels", "with_our_names"]


def labelled(dataset: Dataset) -> Dataset:
    """The data set, each of whose rows has a label, as scikit-learn expects it of y."""
    if dataset.labelled is not None:
        _check_there(dataset.labelled)
    return dataset


def labels(y: Any) -> np.ndarray:
    """Labels (N,), each of which is there, that can be put in order."""
    y = column_or_1d(y, warn=True)
    if y.dtype != object:
        return y
    _check_there(np.array([not _is_missing(label) for label in y], bool))
    try:
        np.unique(y)
    except TypeError as error:
        other = next(label for label in y if type(label) is not type(y[0]))
        raise DataError(
            "mixed-y",
            "y has labels of several types",
            got=f"{y[0]!r:.40} and {other!r:.40}",
            wanted="words alone, or numbers alone",
            do="y = [str(label) for label in y], which makes words of them",
        ) from error
    return y


def _check_there(there: np.ndarray) -> None:
    """Refuse a y that lacks a value in some rows."""
    if not there.all():
        raise DataError(
            "missing-y",
            "y has missing values",
            got=f"{(~there).sum()} of {len(there)} rows, the first is row {there.argmin() + 1}",
            wanted="a value for each row of X",
            do="leave these rows out of both",
        )


def _is_missing(label: Any) -> bool:
    """Whether it is None, NaN, or what pandas writes for a missing value."""
    if isinstance(label, (float, np.floating)):
        return bool(np.isnan(label))
    return label is None or type(label).__name__ in ("NAType", "NaTType")


def with_our_names(text: str) -> str:
    """A message with the names that weights and groups have here, where it speaks of these."""
    text = re.sub(r"--weight\b|'weight'|\bweight(?= has| have|\.)|\bweights(?= of 0)", "sample_weight", text)
    return in_keywords(re.sub(r"--group\b|'group'|\bgroup(?= has| have|\.)", "groups", text))


def are_texts(X: Any) -> bool:
    """Whether rows are texts: a list, an array or a column of nothing but words."""
    flat = isinstance(X, (list, tuple)) or len(getattr(X, "shape", ())) == 1
    return flat and len(X) > 0 and all(isinstance(one, str) for one in X)


def has_words(X: Any) -> bool:
    """Whether rows that are no frame have words in them."""
    array = np.asarray(X) if isinstance(X, (list, tuple, np.ndarray)) else np.empty(0)
    return array.dtype.kind == "U" or (array.dtype == object and any(isinstance(one, str) for one in array.ravel()))


def columns(y: Any) -> int:
    """How many columns a target has."""
    shape = np.asarray(y).shape
    return shape[1] if len(shape) == 2 else 1
