"""The affine map on the last axis, and its generalisation by index notation."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

Array = jax.Array


def linear(x: Array, kernel: Array, bias: Array | None = None) -> Array:
    """y[..., u] = sum_f x[..., f] W[f, u] + b[u], as one matrix product over all leading axes.

    Shapes: x (..., F), kernel (F, U), bias (U,), y (..., U).

    >>> linear(jnp.ones((2, 3)), jnp.ones((3, 1)), jnp.ones((1,))).tolist()
    [[4.0], [4.0]]
    """
    rows = math.prod(x.shape[:-1])
    y = x.reshape(rows, x.shape[-1]) @ kernel
    y = y if bias is None else add_bias(y, bias)
    return y.reshape(*x.shape[:-1], kernel.shape[-1])


def add_bias(x: Array, bias: Array) -> Array:
    """x + b, the axes of b being the last axes of x.

    >>> add_bias(jnp.zeros((2, 3)), jnp.arange(3.0)).tolist()
    [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]
    """
    return x + bias.reshape((1,) * (x.ndim - bias.ndim) + bias.shape)


def einsum(equation: str, x: Array, kernel: Array) -> Array:
    """The sum over repeated indices that the equation names, such as ``"abc,cd->abd"``.

    >>> einsum("nf,fhk->nhk", jnp.ones((2, 3)), jnp.ones((3, 4, 5))).shape
    (2, 4, 5)
    """
    return jnp.einsum(equation, x, kernel)
