"""Cross entropies, divergences and margins, averaged: the losses of classes and counts, reported."""

from __future__ import annotations

import jax.numpy as jnp

from fourfold.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    hinge,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from fourfold.losses.reduction import fit_weights
from fourfold.metrics.mean import MeanMetric


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
        super().__init__(name=name, dtype=dtype)
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
        super().__init__(name=name, dtype=dtype)
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
        super().__init__(name=name, dtype=dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def values(self, y_true, y_pred):
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def update(self, state, y_true, y_pred, sample_weight=None, mask=None):
        if self.ignore_class is not None and not (sample_weight is None and mask is None):
            values = self.values(y_true, y_pred)
            counted = jnp.reshape(jnp.asarray(y_true) != self.ignore_class, values.shape)
            mask = counted if mask is None else counted & (fit_weights(mask, values) > 0)
        return super().update(state, y_true, y_pred, sample_weight, mask)


class KLDivergence(MeanMetric):
    """``sum y log(y / ŷ)`` of distributions."""

    direction = "down"
    function = staticmethod(kl_divergence)


class Poisson(MeanMetric):
    """``mean (ŷ - y log ŷ)`` of counts y."""

    direction = "down"
    function = staticmethod(poisson)


class Hinge(MeanMetric):
    """``mean max(1 - y ŷ, 0)`` of targets -1 and 1, or 0 and 1."""

    direction = "down"
    function = staticmethod(hinge)


class SquaredHinge(MeanMetric):
    """``mean max(1 - y ŷ, 0)²`` of targets -1 and 1, or 0 and 1."""

    direction = "down"
    function = staticmethod(squared_hinge)


class CategoricalHinge(MeanMetric):
    """The margin between the own class and the best other, of one-hot targets."""

    direction = "down"
    function = staticmethod(categorical_hinge)
