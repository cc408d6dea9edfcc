"""Losses of numbers: (..., F) and (..., F) -> (...), a mean over the last axis."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from fourfold.losses.base import EPSILON, Loss, PlainLoss
from fourfold.losses.reduction import fit_equal


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


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    """``100 mean |y - ŷ| / max(|y|, 1e-7)`` over the last axis: percent of the target, huge where that is 0.

    >>> print(mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]))
    [25.]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    return 100 * jnp.mean(jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), EPSILON)), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    """``mean (log(1 + y) - log(1 + ŷ))²`` over the last axis; numbers below 1e-7 count as that.

    >>> print(mean_squared_logarithmic_error([[0.0, 1.0]], [[-3.0, 1.0]]))
    [0.]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    log_true, log_pred = (jnp.log(jnp.maximum(values, EPSILON) + 1) for values in (y_true, y_pred))
    return jnp.mean(jnp.square(log_pred - log_true), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """``- y · ŷ / (|y| |ŷ|)`` along ``axis``: -1 where both point the same way, 0 where one of them is 0.

    >>> print(cosine_similarity([[1.0, 0.0], [1.0, 1.0]], [[2.0, 0.0], [0.0, 0.0]]))
    [-1. -0.]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    return -jnp.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x: Array, axis: int) -> Array:
    """x over its norm, or over 1e-7 where that is larger; its gradient at 0 is finite."""
    square = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x * lax.rsqrt(jnp.maximum(square, EPSILON**2))


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


def poisson(y_true: Any, y_pred: Any) -> Array:
    """``mean (ŷ - y log(ŷ + 1e-7))`` over the last axis: of counts y and their expected numbers ŷ > 0.

    The negative log likelihood of a Poisson distribution, without the term of y alone.
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + EPSILON), axis=-1)


class MeanSquaredError(PlainLoss):
    """``mean (y - ŷ)²``; see ``mean_squared_error``.

    >>> float(MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]))
    2.5
    """

    function = staticmethod(mean_squared_error)


class MeanAbsoluteError(PlainLoss):
    """``mean |y - ŷ|``; see ``mean_absolute_error``."""

    function = staticmethod(mean_absolute_error)


class MeanAbsolutePercentageError(PlainLoss):
    """``100 mean |y - ŷ| / |y|``; see ``mean_absolute_percentage_error``."""

    function = staticmethod(mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(PlainLoss):
    """``mean (log(1 + y) - log(1 + ŷ))²``; see ``mean_squared_logarithmic_error``."""

    function = staticmethod(mean_squared_logarithmic_error)


class CosineSimilarity(Loss):
    """Minus the cosine between target and prediction; see ``cosine_similarity``."""

    def __init__(
        self,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="cosine_similarity",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true, y_pred):
        return cosine_similarity(y_true, y_pred, self.axis)


class Huber(Loss):
    """Quadratic within ``delta``, linear beyond; see ``huber``."""

    def __init__(
        self,
        delta: float = 1.0,
        reduction="sum_over_batch_size",
        name="huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = delta

    def call(self, y_true, y_pred):
        return huber(y_true, y_pred, self.delta)


class LogCosh(PlainLoss):
    """``mean log cosh(ŷ - y)``; see ``log_cosh``."""

    function = staticmethod(log_cosh)


class Poisson(PlainLoss):
    """``mean (ŷ - y log ŷ)`` of counts y; see ``poisson``."""

    function = staticmethod(poisson)
