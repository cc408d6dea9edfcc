"""The losses as functions of arrays: targets and predictions (N, ..., F) -> values (N, ...)."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.losses.reduction import fit_classes, fit_equal

EPSILON = 1e-7  # probabilities are clipped to [EPSILON, 1 - EPSILON] before their logarithm is taken


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """``mean (y - ŷ)²`` over the last axis: (..., F) -> (...).

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [2.5]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """``mean |y - ŷ|`` over the last axis."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Array:
    """``mean e²/2`` where ``|e| <= delta``, else ``delta (|e| - delta/2)``. Huber, Ann. Math. Stat. 1964."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    error = jnp.abs(y_pred - y_true)
    return jnp.mean(
        jnp.where(error <= delta, 0.5 * jnp.square(error), delta * error - 0.5 * delta**2), axis=-1
    )


def log_cosh(y_true: Any, y_pred: Any) -> Array:
    """``mean log cosh(ŷ - y)``, in the form ``e + softplus(-2e) - log 2`` that doesn't overflow."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2 * error) - math.log(2), axis=-1)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """``-mean [y log p + (1 - y) log(1 - p)]`` over ``axis``, of probabilities p or of logits."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        losses = -y_true * jax.nn.log_sigmoid(y_pred) - (1 - y_true) * jax.nn.log_sigmoid(-y_pred)
    else:
        p = jnp.clip(y_pred, EPSILON, 1 - EPSILON)
        losses = -(y_true * jnp.log(p) + (1 - y_true) * jnp.log(1 - p))
    return jnp.mean(losses, axis=axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """``-sum y log p`` over the classes, which lie on ``axis``; y are class probabilities (one-hot rows).

    Label smoothing mixes y with the uniform distribution. Szegedy et al., CVPR 2016.
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + label_smoothing / y_true.shape[axis]
    return -jnp.sum(y_true * _log_probabilities(y_pred, from_logits, axis), axis=axis)


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Array:
    """``-log p[y]`` of integer classes y, (N, ...) or (N, ..., 1), and p (N, ..., C).

    >>> print(sparse_categorical_crossentropy([1], [[0.0, 0.0]], from_logits=True))
    [0.6931472]
    """
    classes, y_pred = fit_classes(y_true, y_pred, axis)
    counted = jnp.ones(classes.shape, bool) if ignore_class is None else classes != ignore_class
    if ignore_class is not None:  # a constant row, so that what isn't counted has a finite gradient
        y_pred = jnp.where(jnp.expand_dims(counted, axis), y_pred, jnp.ones_like(y_pred))
    hit = jax.nn.one_hot(classes, y_pred.shape[axis], axis=axis, dtype=bool)
    losses = -jnp.sum(_log_probabilities(y_pred, from_logits, axis), axis=axis, where=hit)
    return jnp.where(counted, losses, jnp.zeros_like(losses))


def _log_probabilities(y_pred: Array, from_logits: bool, axis: int) -> Array:
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    p = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(p, EPSILON, 1 - EPSILON))
