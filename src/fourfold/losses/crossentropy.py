"""Losses of probabilities: cross entropies, plain and focal, and the divergence of distributions."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError
from fourfold.losses.base import EPSILON, Loss, PlainLoss
from fourfold.losses.reduction import fit_classes, fit_equal


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
    if y_pred.shape[axis] == 1:
        warnings.warn(
            f"the categorical cross entropy of one class is 0: got outputs of shape {y_pred.shape}, wanted a number "
            "for each class. Do this: loss='binary_crossentropy' after one sigmoid",
            stacklevel=2,
        )
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


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """``mean (1 - q)^gamma H`` over ``axis``: H the binary cross entropy, q the probability of what is true.

    What is told well counts little. With ``apply_class_balancing`` targets of 1 weigh ``alpha``, those of 0 the rest.
    Lin et al., ICCV 2017.

    >>> print(binary_focal_crossentropy([[1.0]], [[0.5]]))
    [0.1732868]
    """
    y_true, p = fit_equal(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
    p = jax.nn.sigmoid(p) if from_logits else p
    clipped = jnp.clip(p, EPSILON, 1 - EPSILON)
    losses = -(y_true * jnp.log(clipped) + (1 - y_true) * jnp.log(1 - clipped))
    losses = losses * (1 - (y_true * p + (1 - y_true) * (1 - p))) ** gamma
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(losses, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """``-alpha sum (1 - p)^gamma y log p`` over the classes, which lie on ``axis``. Lin et al., ICCV 2017."""
    y_true, p = fit_equal(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + label_smoothing / y_true.shape[axis]
    p = jax.nn.softmax(p, axis=axis) if from_logits else p
    p = jnp.clip(p / jnp.sum(p, axis=axis, keepdims=True), EPSILON, 1 - EPSILON)
    return -jnp.sum(alpha * (1 - p) ** gamma * y_true * jnp.log(p), axis=axis)


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Array:
    """``(1 - p[y]^q) / q`` of integer classes y and probabilities p (N, ..., C): few wrong labels harm it less.

    It goes from the cross entropy (q to 0) to the absolute error (q = 1). Zhang & Sabuncu, NeurIPS 2018.
    """
    classes, y_pred = fit_classes(y_true, y_pred)
    hit = jax.nn.one_hot(classes, y_pred.shape[-1], dtype=bool)
    return (1 - jnp.sum(y_pred, axis=-1, where=hit) ** q) / q


def kl_divergence(y_true: Any, y_pred: Any) -> Array:
    """``sum y log(y / ŷ)`` over the last axis, of distributions y and ŷ, whose numbers are cut at 1e-7 and 1.

    >>> print(kl_divergence([[0.0, 1.0]], [[0.5, 0.5]]))
    [0.69314563]
    """
    y_true, y_pred = (jnp.clip(p, EPSILON, 1) for p in fit_equal(y_true, y_pred))
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


class BinaryCrossentropy(Loss):
    """Cross entropy of independent yes/no targets; see ``binary_crossentropy``."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true, y_pred):
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class CategoricalCrossentropy(Loss):
    """Cross entropy of one-hot (or soft) classes; see ``categorical_crossentropy``."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true, y_pred):
        return categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class SparseCategoricalCrossentropy(Loss):
    """Cross entropy of integer classes; see ``sparse_categorical_crossentropy``.

    Targets equal to ``ignore_class`` count as masked.
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction="sum_over_batch_size",
        axis: int = -1,
        name="sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def call(self, y_true, y_pred):
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def mask(self, y_true, values):
        return None if self.ignore_class is None else jnp.asarray(y_true) != self.ignore_class


class BinaryFocalCrossentropy(Loss):
    """Binary cross entropy in which what is told well counts little; see ``binary_focal_crossentropy``."""

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true, y_pred):
        focus = (self.apply_class_balancing, self.alpha, self.gamma)
        return binary_focal_crossentropy(
            y_true, y_pred, *focus, self.from_logits, self.label_smoothing, self.axis
        )


class CategoricalFocalCrossentropy(Loss):
    """Cross entropy of classes in which what is told well counts little; see ``categorical_focal_crossentropy``."""

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true, y_pred):
        focus = (self.alpha, self.gamma)
        return categorical_focal_crossentropy(
            y_true, y_pred, *focus, self.from_logits, self.label_smoothing, self.axis
        )


class CategoricalGeneralizedCrossEntropy(Loss):
    """Of integer classes, some of which are wrong; see ``categorical_generalized_cross_entropy``."""

    def __init__(
        self,
        q: float = 0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        if not 0 < q < 1:
            raise OptionError(
                "generalized-cross-entropy", "q is out of range", got=repr(q), wanted="0 < q < 1", do="q=0.5"
            )
        self.q = q

    def call(self, y_true, y_pred):
        return categorical_generalized_cross_entropy(y_true, y_pred, self.q)


class KLDivergence(PlainLoss):
    """``sum y log(y / ŷ)`` of distributions; see ``kl_divergence``."""

    function = staticmethod(kl_divergence)
