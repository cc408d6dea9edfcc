"""Metrics: what is reported of targets and predictions, over batches, with Keras's names and numbers.

A metric is three pure functions, ``init() -> state``, ``update(state, y_true, y_pred, sample_weight, mask)
-> state`` and ``compute(state) -> scalar``; a state is a dict of scalars, so that metrics run in a compiled
scan. On top of them sits Keras's face: ``update_state``, ``result``, ``reset_state`` and the call. Shapes are
those of the losses: (N, ...), weights on the leading axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.catalog import Catalog
from fourfold.errors import no_such_name
from fourfold.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    crossentropy_kind,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from fourfold.losses.reduction import divide_no_nan, fit_classes, fit_equal, fit_weights
from fourfold.metrics.base import Metric, State
from fourfold.metrics.confusion import AUC, Precision, Recall


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


class Mean(Metric):
    """``sum w v / sum w`` over samples; a sample's value is the mean over its further axes.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0], sample_weight=[1.0, 0.0])
    >>> float(mean(jnp.array([2.0])))
    1.5
    """

    def __init__(self, name: str = "mean", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def init(self) -> State:
        return {"total": jnp.zeros((), jnp.float32), "count": jnp.zeros((), jnp.float32)}

    def update(self, state: State, values: Any, sample_weight: Any = None, mask: Any = None) -> State:
        total, count = _summed(jnp.asarray(values).astype(self.dtype), sample_weight, mask)
        return {
            "total": state["total"] + total.astype(jnp.float32),
            "count": state["count"] + count.astype(jnp.float32),
        }

    def compute(self, state: State) -> Array:
        return divide_no_nan(state["total"], state["count"])


def _summed(values: Array, sample_weight: Any, mask: Any) -> tuple[Array, Array]:
    """The weighted sum of the samples' values (N, ...), and that of their weights."""
    weights = None
    for given in (mask, sample_weight):
        if given is not None:
            own = fit_weights(given, values)
            weights = own if weights is None else weights * own
    if weights is None:
        weights = jnp.ones((1,) * values.ndim, values.dtype)
    weights = jnp.broadcast_to(weights, values.shape)
    per_sample = values.size / values.shape[0] if values.ndim and values.size else 1.0
    return jnp.sum(values * weights) / per_sample, jnp.sum(weights) / per_sample


class MeanMetric(Mean):
    """The mean of ``values(y_true, y_pred)``, which a subclass writes: (N, ...), one or more a sample."""

    def values(self, y_true: Any, y_pred: Any) -> Array:
        raise NotImplementedError

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        return super().update(state, self.values(y_true, y_pred), sample_weight, mask)


class MeanMetricWrapper(MeanMetric):
    """The mean of a function ``fn(y_true, y_pred, **options) -> values (N, ...)``."""

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: str | None = None, **options: Any
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", type(fn).__name__), dtype)
        self.fn, self.options = fn, options

    def values(self, y_true, y_pred):
        return self.fn(jnp.asarray(y_true), jnp.asarray(y_pred), **self.options)


class Accuracy(MeanMetric):
    """How often target and prediction are equal. The name "accuracy" means one of the next three."""

    direction = "up"

    def __init__(self, name: str = "accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true, y_pred):
        return accuracy(y_true, y_pred)


class BinaryAccuracy(MeanMetric):
    """How often ``ŷ > threshold`` says what the target of 0 or 1 says.

    >>> float(BinaryAccuracy()([1, 0], [0.7, 0.6]))
    0.5
    """

    direction = "up"

    def __init__(
        self, name: str = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        super().__init__(name, dtype)
        self.threshold = threshold

    def values(self, y_true, y_pred):
        return binary_accuracy(y_true, y_pred, self.threshold)


class CategoricalAccuracy(MeanMetric):
    """How often the largest of C outputs is the one that the one-hot target marks."""

    direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true, y_pred):
        return categorical_accuracy(y_true, y_pred)


class SparseCategoricalAccuracy(MeanMetric):
    """How often the largest of C outputs is that of the integer class."""

    direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true, y_pred):
        return sparse_categorical_accuracy(y_true, y_pred)


class MeanSquaredError(MeanMetric):
    """``mean (y - ŷ)²``."""

    direction = "down"

    def __init__(self, name: str = "mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true, y_pred):
        return mean_squared_error(y_true, y_pred)


class RootMeanSquaredError(MeanMetric):
    """``sqrt(mean (y - ŷ)²)``, the root taken once, over all batches. A mask counts (Keras's drops it).

    >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[1.0], [7.0]]))
    5.0
    """

    direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true, y_pred):
        y_true, y_pred = fit_equal(y_true, y_pred)
        return jnp.square(y_pred - y_true)

    def compute(self, state):
        return jnp.sqrt(super().compute(state))


class MeanAbsoluteError(MeanMetric):
    """``mean |y - ŷ|``."""

    direction = "down"

    def __init__(self, name: str = "mean_absolute_error", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true, y_pred):
        return mean_absolute_error(y_true, y_pred)


class BinaryCrossentropy(MeanMetric):
    """The cross entropy of independent yes/no targets."""

    direction = "down"

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(name, dtype)
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def values(self, y_true, y_pred):
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing)


class CategoricalCrossentropy(MeanMetric):
    """The cross entropy of one-hot (or soft) classes."""

    direction = "down"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def values(self, y_true, y_pred):
        return categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class SparseCategoricalCrossentropy(MeanMetric):
    """The cross entropy of integer classes.

    Targets of ``ignore_class`` count as zero, and with weights or a mask not at all, as in Keras.
    """

    direction = "down"

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def values(self, y_true, y_pred):
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def update(self, state, y_true, y_pred, sample_weight=None, mask=None):
        if self.ignore_class is not None and not (sample_weight is None and mask is None):
            values = self.values(y_true, y_pred)
            counted = jnp.reshape(jnp.asarray(y_true) != self.ignore_class, values.shape)
            mask = counted if mask is None else counted & (fit_weights(mask, values) > 0)
        return super().update(state, y_true, y_pred, sample_weight, mask)


_CATALOG = Catalog(
    "metric",
    "keras.metrics",
    [
        *(Mean, Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy),
        *(MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError),
        *(BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy),
        *(Precision, Recall, AUC),
    ],
    {
        **dict.fromkeys(("mse", "MSE"), MeanSquaredError),
        **dict.fromkeys(("mae", "MAE"), MeanAbsoluteError),
        **dict.fromkeys(("bce", "BCE"), BinaryCrossentropy),
    },
)
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize

_ACCURACIES: dict[str, type[MeanMetric]] = {
    "binary": BinaryAccuracy,
    "categorical": CategoricalAccuracy,
    "sparse_categorical": SparseCategoricalAccuracy,
}
_CROSSENTROPIES: dict[str, type[MeanMetric]] = {
    "binary": BinaryCrossentropy,
    "categorical": CategoricalCrossentropy,
    "sparse_categorical": SparseCategoricalCrossentropy,
}


def get(identifier: Any) -> Metric | None:
    """The metric of a name, which is then the metric's own, a config, a class, or a function of batches.

    >>> get("mse"), get("mse").name
    (MeanSquaredError(), 'mse')
    """
    metric = _CATALOG.get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric if metric is None or isinstance(metric, Metric) else MeanMetricWrapper(metric)


def resolve(
    identifier: Any,
    y_true_shape: Sequence[int | None],
    y_pred_shape: Sequence[int | None],
    loss: Any = None,
) -> Metric | None:
    """``get``, where "accuracy" and "crossentropy" mean the one that fits the shapes of target and output.

    Shapes have the batch axis. A cross entropy reads logits where the ``loss`` does.

    >>> resolve("acc", (None, 1), (None, 10))
    SparseCategoricalAccuracy()
    """
    name = identifier.lower() if isinstance(identifier, str) else ""
    kind = crossentropy_kind(y_true_shape, y_pred_shape)
    if name in ("accuracy", "acc"):
        return _ACCURACIES[kind].from_config({"name": identifier})
    if name in ("crossentropy", "ce"):
        config = {"name": identifier, "from_logits": getattr(loss, "from_logits", False)}
        return _CROSSENTROPIES[kind].from_config(config)
    return get(identifier)


def __getattr__(name: str) -> Any:
    raise no_such_name(
        "metrics", name, globals(), {name: "a function (y_true, y_pred) -> values is a metric, too"}
    )
