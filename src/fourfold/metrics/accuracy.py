"""How often a prediction says what the target says."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.losses.reduction import fit_classes, fit_equal
from fourfold.metrics.mean import MeanMetric


def accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 where target and prediction are equal."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    return (y_true == y_pred).astype(jnp.float32)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """1 where the prediction is above the threshold and the target 1, or neither."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    return (y_true == (y_pred > threshold).astype(y_true.dtype)).astype(jnp.float32)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 where the largest of C predictions is the target's: (..., C) one-hot and (..., C) -> (...)."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    return (jnp.argmax(y_true, axis=-1) == jnp.argmax(y_pred, axis=-1)).astype(jnp.float32)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 where the largest of C predictions is the target's: classes (...) and (..., C) -> (...)."""
    classes, y_pred = fit_classes(y_true, y_pred)
    return (classes == jnp.argmax(y_pred, axis=-1)).astype(jnp.float32)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
    """1 where the target's class is among the k largest of C predictions: (..., C) one-hot and (..., C) -> (...).

    >>> print(top_k_categorical_accuracy([[0, 0, 1], [1, 0, 0]], [[0.1, 0.6, 0.3], [0.1, 0.6, 0.3]], k=2))
    [1. 0.]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    return _in_top(jnp.argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Array:
    """1 where the target's class is among the k largest of C predictions: classes (...) and (..., C) -> (...).

    With ``from_sorted_ids`` predictions are classes themselves, the most probable first.
    """
    classes, y_pred = fit_classes(y_true, y_pred)
    if from_sorted_ids:
        return jnp.any(classes[..., None] == y_pred[..., :k], axis=-1).astype(jnp.float32)
    return _in_top(classes, y_pred, k)


def _in_top(classes: Array, y_pred: Array, k: int) -> Array:
    """Whether fewer than k predictions are larger than that of the class; what ties with it is not."""
    own = jnp.take_along_axis(y_pred, classes[..., None], axis=-1)
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return (jnp.sum(y_pred > own, axis=-1) < k).astype(jnp.float32)


class Accuracy(MeanMetric):
    """How often target and prediction are equal. The name "accuracy" means one of the next three."""

    direction = "up"
    function = staticmethod(accuracy)


class BinaryAccuracy(MeanMetric):
    """How often ``ŷ > threshold`` says what the target of 0 or 1 says.

    >>> float(BinaryAccuracy()([1, 0], [0.7, 0.6]))
    0.5
    """

    direction = "up"

    def __init__(
        self, name: str = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.threshold = threshold

    def values(self, y_true, y_pred):
        return binary_accuracy(y_true, y_pred, self.threshold)


class CategoricalAccuracy(MeanMetric):
    """How often the largest of C outputs is the one that the one-hot target marks."""

    direction = "up"
    function = staticmethod(categorical_accuracy)


class SparseCategoricalAccuracy(MeanMetric):
    """How often the largest of C outputs is that of the integer class."""

    direction = "up"
    function = staticmethod(sparse_categorical_accuracy)


class TopKCategoricalAccuracy(MeanMetric):
    """How often the class that the one-hot target marks is among the k largest outputs.

    >>> float(TopKCategoricalAccuracy(k=2)([[0, 0, 1], [1, 0, 0]], [[0.1, 0.6, 0.3], [0.1, 0.6, 0.3]]))
    0.5
    """

    direction = "up"

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: str | None = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.k = k

    def values(self, y_true, y_pred):
        return top_k_categorical_accuracy(y_true, y_pred, self.k)


class SparseTopKCategoricalAccuracy(MeanMetric):
    """How often the integer class is among the k largest outputs.

    With ``from_sorted_ids`` outputs are classes themselves, the most probable first.
    """

    direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: str | None = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.k, self.from_sorted_ids = k, from_sorted_ids

    def values(self, y_true, y_pred):
        return sparse_top_k_categorical_accuracy(y_true, y_pred, self.k, self.from_sorted_ids)

    def get_config(self):
        config = super().get_config()
        return config if self.from_sorted_ids else {k: v for k, v in config.items() if k != "from_sorted_ids"}
