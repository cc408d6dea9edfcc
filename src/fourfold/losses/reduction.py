"""Targets, predictions and weights made to fit each other, and values reduced to one number, as Keras does.

Losses and metrics share these. Nothing is broadcast silently: a target (N,) fits predictions (N, 1), weights
lie on the leading axes of the values, and everything else is an error.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.errors import ShapeError

REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


def fit(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Both as arrays of the prediction's float type, where ranks differ by a last axis of 1 made equal."""
    y_pred = jnp.asarray(y_pred)
    if not jnp.issubdtype(y_pred.dtype, jnp.floating):
        y_pred = y_pred.astype(jnp.float32)
    y_true = jnp.asarray(y_true).astype(y_pred.dtype)
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        return (y_true, y_pred[:, None]) if y_pred.ndim == 1 else (y_true[..., 0], y_pred)
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        return (y_true[:, None], y_pred) if y_true.ndim == 1 else (y_true, y_pred[..., 0])
    return y_true, y_pred


def fit_equal(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Both of one shape."""
    y_true, y_pred = fit(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise _target_error(y_true, y_pred, str(y_pred.shape))
    return y_true, y_pred


def fit_classes(y_true: Any, y_pred: Any, axis: int = -1) -> tuple[Array, Array]:
    """Integer classes (N, ...) or with a 1 on ``axis``, and predictions (N, ..., C)."""
    y_true, y_pred = fit(y_true, y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[axis] == 1:
        y_true = jnp.squeeze(y_true, axis)
    kept = list(y_pred.shape)
    del kept[axis]
    if y_true.shape != tuple(kept):
        raise _target_error(y_true, y_pred, f"integer classes of shape {tuple(kept)}")
    return y_true.astype(jnp.int32), y_pred


def _target_error(y_true: Array, y_pred: Array, wanted: str) -> ShapeError:
    do = "give the last layer as many units as the target has columns, or reshape the target"
    if y_true.shape == y_pred.shape:
        do = "for one-hot rows use the categorical loss or metric"
    elif y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1:
        do = "for integer classes use the sparse categorical loss or metric"
    return ShapeError(
        "target-shape",
        f"the target doesn't fit the output of shape {y_pred.shape}",
        got=f"a target of shape {y_true.shape}",
        wanted=wanted,
        do=do,
    )


def fit_weights(weights: Any, values: Array) -> Array:
    """Weights (N,), (N, 1) or of the values' shape, as an array that broadcasts against the values."""
    weights = jnp.asarray(weights).astype(values.dtype)
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if 0 < weights.ndim < values.ndim:
        weights = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
    fits = values.ndim == 0 or weights.ndim in (0, values.ndim)
    if not fits or any(w not in (1, v) for w, v in zip(weights.shape, values.shape, strict=False)):
        raise ShapeError(
            "sample-weight-shape",
            "sample weights or a mask don't fit the losses",
            got=str(weights.shape),
            wanted=f"{values.shape} or its leading axes",
        )
    return weights


def divide_no_nan(a: Array, b: Any) -> Array:
    """``a / b``, and 0 where b is 0; its gradient is finite too."""
    b = jnp.asarray(b)
    return jnp.where(b == 0, jnp.zeros_like(a), a / jnp.where(b == 0, jnp.ones_like(b), b))


def reduce(
    values: Array, sample_weight: Any = None, mask: Any = None, reduction: str | None = "sum_over_batch_size"
) -> Array:
    """One number from values (N, ...), as Keras reduces them.

    ``sum_over_batch_size`` (``mean``) divides by the number of values, whatever the weights are, and of
    masked values by the number that count; ``mean_with_sample_weight`` divides by the sum of the weights;
    ``sum`` and ``none`` don't divide.

    >>> float(reduce(jnp.array([1.0, 4.0]), sample_weight=jnp.array([1.0, 0.0])))
    0.5
    >>> float(reduce(jnp.array([1.0, 4.0]), mask=jnp.array([True, False])))
    1.0
    """
    weights = None
    if mask is not None:
        weights = fit_weights(mask, values)
        if reduction in ("sum_over_batch_size", "mean"):
            weights = weights * divide_no_nan(jnp.asarray(weights.size, values.dtype), jnp.sum(weights))
    if sample_weight is not None:
        own = fit_weights(sample_weight, values if values.ndim or weights is None else weights)
        weights = own if weights is None else own * weights
    if weights is not None:
        values = values * weights
    if reduction in ("none", None) or values.ndim == 0:
        return values
    if reduction == "sum":
        return jnp.sum(values)
    if reduction == "mean_with_sample_weight" and weights is not None:
        return divide_no_nan(jnp.sum(values), jnp.sum(weights))
    return jnp.sum(values) / max(1, math.prod(values.shape))
