"""Losses of margins and of overlaps: classes as scores, and as regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.losses.base import EPSILON, Loss, PlainLoss
from fourfold.losses.reduction import fit_equal

Axes = int | Sequence[int] | None


def hinge(y_true: Any, y_pred: Any) -> Array:
    """``mean max(1 - y ŷ, 0)`` over the last axis, of targets -1 and 1 (0 and 1 are taken as these).

    >>> print(hinge([[0.0, 1.0]], [[-0.5, 3.0]]))
    [0.25]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    return jnp.mean(jnp.maximum(1 - _signs(y_true) * y_pred, 0), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Array:
    """``mean max(1 - y ŷ, 0)²`` over the last axis, of targets -1 and 1 (0 and 1 are taken as these)."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1 - _signs(y_true) * y_pred, 0)), axis=-1)


def _signs(y_true: Array) -> Array:
    """-1 for 0 and 1 for 1, where all targets are 0 or 1."""
    return jnp.where(jnp.all((y_true == 0) | (y_true == 1)), 2 * y_true - 1, y_true)


def categorical_hinge(y_true: Any, y_pred: Any) -> Array:
    """``max(1 + largest other score - own score, 0)`` of one-hot classes: (..., C) and (..., C) -> (...).

    >>> print(categorical_hinge([[0.0, 1.0]], [[0.5, 0.75]]))
    [0.75]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    own, others = jnp.sum(y_true * y_pred, axis=-1), jnp.max((1 - y_true) * y_pred, axis=-1)
    return jnp.maximum(others - own + 1, 0)


def dice(y_true: Any, y_pred: Any, axis: Axes = None) -> Array:
    """``1 - 2 sum y ŷ / (sum y + sum ŷ)`` over ``axis``, all axes if it is None: of regions, 0 or 1 a pixel.

    Milletari et al., 3DV 2016.

    >>> float(dice([[1.0, 1.0, 0.0]], [[1.0, 0.0, 1.0]]))
    0.5
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    axes = _axes(axis)
    both, either = jnp.sum(y_true * y_pred, axis=axes), jnp.sum(y_true, axis=axes) + jnp.sum(y_pred, axis=axes)
    return 1 - 2 * both / (either + EPSILON)


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axes = None) -> Array:
    """``1 - B / (B + alpha sum y (1 - ŷ) + beta sum (1 - y) ŷ)`` with ``B = sum y ŷ``, over ``axis`` (None: all).

    ``alpha`` weighs what is missed, ``beta`` what is called in error; 0.5 and 0.5 give ``dice``.
    Salehi et al., MLMI 2017.
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    axes = _axes(axis)
    both = jnp.sum(y_true * y_pred, axis=axes)
    missed, wrong = jnp.sum(y_true * (1 - y_pred), axis=axes), jnp.sum((1 - y_true) * y_pred, axis=axes)
    return 1 - both / (both + missed * alpha + wrong * beta + EPSILON)


def _axes(axis: Axes) -> int | tuple[int, ...] | None:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


class Hinge(PlainLoss):
    """``mean max(1 - y ŷ, 0)``; see ``hinge``."""

    function = staticmethod(hinge)


class SquaredHinge(PlainLoss):
    """``mean max(1 - y ŷ, 0)²``; see ``squared_hinge``."""

    function = staticmethod(squared_hinge)


class CategoricalHinge(PlainLoss):
    """The margin between the own class and the best other; see ``categorical_hinge``."""

    function = staticmethod(categorical_hinge)


class Dice(Loss):
    """How little two regions overlap; see ``dice``."""

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="dice",
        axis: Axes = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true, y_pred):
        return dice(y_true, y_pred, self.axis)


class Tversky(Loss):
    """How little two regions overlap, the two kinds of error weighted; see ``tversky``."""

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis: Axes = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.alpha, self.beta, self.axis = alpha, beta, axis

    def call(self, y_true, y_pred):
        return tversky(y_true, y_pred, self.alpha, self.beta, self.axis)
