"""Losses of margins and of overlaps: classes as scores, and as regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array
from jax.nn import softplus
from jax.scipy.special import logsumexp

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


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Array:
    """``softplus(log sum_p exp(g a_p (d_p - m)) + log sum_n exp(g a_n (1 - m - d_n)))`` of each row, of distances d.

    ``d = max(1 - ŷ ẑ, 0)`` is the cosine distance of rows ŷ (N, C) of length 1 to references ẑ, by default the rows
    themselves; p are those of the same class y (N,) or (N, 1), without the row itself where ``remove_diagonal``, n the
    others; ``a_p = m + d_p``, ``a_n = max(1 + m - d_n, 0)``. A row with no p, or no n, has the loss 0. Sun et al., CVPR
    2020.

    >>> circle([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]).round().tolist()
    [54.0, 134.0, 0.0]
    """
    rows = jnp.asarray(y_pred)
    references = rows if ref_embeddings is None else jnp.asarray(ref_embeddings)
    labels = jnp.asarray(y_true).astype(jnp.int32).reshape(-1, 1)
    others = labels if ref_labels is None else jnp.asarray(ref_labels).astype(jnp.int32).reshape(-1, 1)
    distances = jnp.maximum(1 - rows @ references.T, 0)
    same = labels == others.T
    near = same & ~jnp.eye(*same.shape, dtype=bool) if remove_diagonal else same
    pull = gamma * (margin + distances) * (distances - margin)
    push = gamma * jnp.maximum(1 + margin - distances, 0) * (1 - margin - distances)
    sums = [logsumexp(jnp.where(which, x, -jnp.inf), axis=1) for which, x in ((near, pull), (~same, push))]
    return softplus(sum(sums))


class Circle(Loss):
    """Embeddings of one class draw near, those of others apart; see ``circle``. Rows of loss 0 don't count."""

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def call(self, y_true, y_pred):
        return circle(y_true, y_pred, remove_diagonal=self.remove_diagonal, gamma=self.gamma, margin=self.margin)

    def mask(self, y_true, values):
        return values > 0

    def mean_of_parts(self, y_true, y_pred):
        return False  # a row's loss depends on the others
