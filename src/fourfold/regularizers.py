"""Penalties on weights: ``regularizer(value) -> scalar``, added to the loss; pure, with Keras's names."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.catalog import Catalog, Configured
from fourfold.errors import OptionError, ShapeError


class Regularizer(Configured):
    """The base: a subclass writes ``__call__(value) -> scalar``."""

    def __call__(self, value: Array) -> Array:
        raise NotImplementedError


class L1(Regularizer):
    """``l1 sum |w|``. Tibshirani, JRSS B 1996.

    >>> float(L1(0.5)(jnp.array([1.0, -2.0])))
    1.5
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, value: Array) -> Array:
        return self.l1 * jnp.sum(jnp.abs(jnp.asarray(value)))


class L2(Regularizer):
    """``l2 sum w²``. Hoerl & Kennard, Technometrics 1970.

    >>> float(L2(0.5)(jnp.array([1.0, -2.0])))
    2.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, value: Array) -> Array:
        return self.l2 * jnp.sum(jnp.square(jnp.asarray(value)))


class L1L2(Regularizer):
    """``l1 sum |w| + l2 sum w²``. Zou & Hastie, JRSS B 2005."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = _factor("l1", l1 or 0.0), _factor("l2", l2 or 0.0)

    def __call__(self, value: Array) -> Array:
        return self.l1 * jnp.sum(jnp.abs(jnp.asarray(value))) + self.l2 * jnp.sum(jnp.square(jnp.asarray(value)))


class OrthogonalRegularizer(Regularizer):
    """``factor`` times the mean absolute cosine between pairs of rows (or columns) of a matrix."""

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise OptionError("mode", "unknown mode", got=repr(mode), wanted="rows or columns")
        self.factor, self.mode = _factor("factor", factor), mode

    def __call__(self, value: Array) -> Array:
        value = jnp.asarray(value)
        if value.ndim != 2:
            raise ShapeError(
                "regularizer-shape",
                "rows can't be made orthogonal in this weight",
                got=str(value.shape),
                wanted="two axes",
            )
        rows = value if self.mode == "rows" else value.T
        size = rows.shape[0]
        rows = rows / jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(rows), axis=1, keepdims=True), 1e-12))
        cosines = jnp.abs(rows @ rows.T) * (1 - jnp.eye(size))
        return self.factor * 0.5 * jnp.sum(cosines) / (size * (size - 1) / 2)


def _factor(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise OptionError(
            name, f"{name} must be a finite number of at least 0", got=repr(value), do="for example 0.01"
        )
    return float(value)


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_CATALOG = Catalog(
    "regularizer", "keras.regularizers", [L1, L2, L1L2, OrthogonalRegularizer], {"l1_l2": L1L2}
)
get, serialize, deserialize = _CATALOG.get, _CATALOG.serialize, _CATALOG.deserialize
