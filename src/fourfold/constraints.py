"""Sets that weights are put back into after each update: ``constraint(value) -> value``, pure, Keras's names.

``axis`` names the axes over which a norm is taken: 0 for the kernel (inputs, units) of a dense layer, so that
each unit's weights are one vector; (0, 1, 2) for that of a convolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jax import Array

from fourfold.core.catalog import Catalog, Configured

_EPSILON = 1e-7

Axes = int | Sequence[int]


class Constraint(Configured):
    """The base, which leaves weights as they are: a subclass writes ``__call__(value) -> value``."""

    def __call__(self, value: Array) -> Array:
        return value


class NonNeg(Constraint):
    """``max(w, 0)``.

    >>> NonNeg()(jnp.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __call__(self, value: Array) -> Array:
        return jnp.maximum(jnp.asarray(value), 0)


class UnitNorm(Constraint):
    """``w / |w|``: each vector along ``axis`` gets norm 1."""

    def __init__(self, axis: Axes = 0) -> None:
        self.axis = axis

    def __call__(self, value: Array) -> Array:
        value = jnp.asarray(value)
        return value / (_EPSILON + _norms(value, self.axis))


class MaxNorm(Constraint):
    """Vectors longer than ``max_value`` are shortened to it. Srivastava et al., JMLR 2014."""

    def __init__(self, max_value: float = 2, axis: Axes = 0) -> None:
        self.max_value, self.axis = max_value, axis

    def __call__(self, value: Array) -> Array:
        value = jnp.asarray(value)
        norms = _norms(value, self.axis)
        return value * (jnp.clip(norms, 0, self.max_value) / (_EPSILON + norms))


class MinMaxNorm(Constraint):
    """Norms are moved into [min_value, max_value], by the share ``rate`` of the way at each update."""

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0
    ) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, value: Array) -> Array:
        value = jnp.asarray(value)
        norms = _norms(value, self.axis)
        wanted = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return value * (wanted / (_EPSILON + norms))


def _norms(value: Array, axis: Axes) -> Array:
    axes = axis if isinstance(axis, int) else tuple(axis)
    return jnp.sqrt(jnp.sum(jnp.square(value), axis=axes, keepdims=True))


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm

_CATALOG = Catalog("constraint", "keras.constraints", [MaxNorm, NonNeg, UnitNorm, MinMaxNorm])
get, serialize, deserialize = _CATALOG.get, _CATALOG.serialize, _CATALOG.deserialize
