"""Small helpers that code for Keras uses beside the layers."""

from __future__ import annotations

import random as python_random
from typing import Any

import numpy as np

from fourfold.core.streams import set_seed
from fourfold.errors import DataError


def set_random_seed(seed: int) -> None:
    """Seeds Python, NumPy and Fourfold, as ``keras.utils.set_random_seed`` does."""
    python_random.seed(seed)
    np.random.seed(seed)
    set_seed(seed)


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers (N,) as one-hot rows (N, classes), float32.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if labels.size == 0 or labels.min() < 0:
        raise DataError(
            "class-numbers",
            "classes are numbered from 0",
            got=str(labels.min() if labels.size else "none"),
            wanted="at least one number, from 0 on",
        )
    classes = num_classes or int(labels.max()) + 1
    if labels.max() >= classes:
        raise DataError(
            "class-numbers", "a class number is too large", got=str(labels.max()), wanted=f"below {classes}"
        )
    return np.eye(classes, dtype=np.float32)[labels.astype(int)]
