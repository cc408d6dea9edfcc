"""Means and sums over all batches: of values, and of what a function says of targets and predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.core.catalog import snake_case
from fourfold.losses.reduction import divide_no_nan, fit_weights
from fourfold.metrics.base import Metric, State


class Mean(Metric):
    """``sum w v / sum w`` over samples; a sample's value is the mean over its further axes.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0], sample_weight=[1.0, 0.0])
    >>> float(mean(jnp.array([2.0])))
    1.5
    """

    def __init__(self, name: str = "mean", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)

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


class Sum(Metric):
    """``sum w v`` over all values.

    >>> float(Sum()([[1.0, 2.0], [4.0, 5.0]], sample_weight=[1.0, 2.0]))
    21.0
    """

    def __init__(self, name: str = "sum", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def init(self) -> State:
        return {"total": jnp.zeros((), jnp.float32)}

    def update(self, state: State, values: Any, sample_weight: Any = None, mask: Any = None) -> State:
        values = jnp.asarray(values).astype(self.dtype)
        for given in (sample_weight, mask):
            values = values if given is None else values * fit_weights(given, values)
        return {"total": state["total"] + jnp.sum(values).astype(jnp.float32)}

    def compute(self, state: State) -> Array:
        return state["total"]


def _summed(values: Array, sample_weight: Any, mask: Any) -> tuple[Array, Array]:
    """The weighted sum of the samples' values (N, ...), and that of their weights."""
    weights = None
    for given in (mask, sample_weight):
        if given is not None:
            own = fit_weights(given, values)
            weights = own if weights is None else weights * own
    if weights is None:
        weights = jnp.ones((1,) * values.ndim, values.dtype)
    values = jnp.broadcast_to(values, weights.shape) if not values.ndim else values
    weights = jnp.broadcast_to(weights, values.shape)
    per_sample = values.size / values.shape[0] if values.ndim and values.size else 1.0
    return jnp.sum(values * weights) / per_sample, jnp.sum(weights) / per_sample


class MeanMetric(Mean):
    """The mean of ``values(y_true, y_pred)``: (N, ...), one or more a sample.

    A subclass names its ``function`` of targets and predictions, or writes ``values`` where it has options.
    """

    default_name: str | None = None
    function: Callable[[Any, Any], Array]

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(name=name or self.default_name or snake_case(type(self).__name__), dtype=dtype)

    def values(self, y_true: Any, y_pred: Any) -> Array:
        return type(self).function(y_true, y_pred)

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        return super().update(state, self.values(y_true, y_pred), sample_weight, mask)


class MeanMetricWrapper(MeanMetric):
    """The mean of a function ``fn(y_true, y_pred, **options) -> values (N, ...)``."""

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: str | None = None, **options: Any
    ) -> None:
        super().__init__(name=name or getattr(fn, "__name__", type(fn).__name__), dtype=dtype)
        self.fn, self.options = fn, options

    def of_each(self, y_true: Any, y_pred: Any) -> bool:
        """Not where the function gives one number of a batch: what a mask hides, it has left out itself."""
        return bool(jax.eval_shape(self.values, y_true, y_pred).ndim)

    def values(self, y_true, y_pred):
        return self.fn(jnp.asarray(y_true), jnp.asarray(y_pred), **self.options)
