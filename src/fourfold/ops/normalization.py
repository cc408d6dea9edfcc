"""Normalisation: moments over axes, and the affine map that makes them 0 and 1 and then beta and gamma."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import lax

from fourfold.ops import rows

Array = jax.Array


def moments(x: Array, axes: Sequence[int], mask: Array | None = None) -> tuple[Array, Array]:
    """mean = sum w x / sum w,  variance = sum w (x - mean)^2 / sum w, w the mask or 1.

    Shapes: the mask's axes are the leading axes of x; the results keep the reduced axes with length 1.
    Where nothing is valid, both are 0. Moments over the first axis are those of the whole batch, also where it is
    split over devices.

    >>> mean, variance = moments(jnp.array([[1.0], [3.0], [8.0]]), [0], jnp.array([True, True, False]))
    >>> float(mean[0, 0]), float(variance[0, 0])
    (2.0, 1.0)
    """
    axes = tuple(axes)
    over_rows = 0 in axes

    def sum_of(x: Array) -> Array:
        own = jnp.sum(x, axes, keepdims=True)
        return rows.total(own) if over_rows else own

    if mask is None:
        count = math.prod(x.shape[axis] for axis in axes) * (rows.parts() if over_rows else 1)
        mean = sum_of(x) / count
        return mean, sum_of(jnp.square(x - mean)) / count
    valid = jnp.broadcast_to(mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim)) != 0, x.shape)
    count = jnp.maximum(sum_of(valid.astype(x.dtype)), 1)
    mean = sum_of(jnp.where(valid, x, 0.0)) / count
    return mean, sum_of(jnp.where(valid, jnp.square(x - mean), 0.0)) / count


def normalize(
    x: Array, mean: Array, variance: Array, gamma: Array | None, beta: Array | None, epsilon: float
) -> Array:
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta; all have as many axes as x."""
    scale = lax.rsqrt(variance + epsilon)
    scale = scale if gamma is None else scale * gamma
    shift = -mean * scale
    shift = shift if beta is None else shift + beta
    return x * scale + shift


def moving_average(old: Array, new: Array, momentum: float) -> Array:
    """momentum old + (1 - momentum) new"""
    return old * momentum + new * (1.0 - momentum)


def layer_normalization(
    x: Array, gamma: Array | None, beta: Array | None, axes: Sequence[int], epsilon: float
) -> Array:
    """Each example on its own: y = gamma (x - mean) / sqrt(variance + epsilon) + beta over ``axes``.

    Shapes: gamma and beta have the lengths of ``axes``, in ascending order.
    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> layer_normalization(jnp.array([[1.0, 3.0]]), None, None, [-1], 0.0).tolist()
    [[-1.0, 1.0]]
    """
    mean, variance = moments(x, axes)
    gamma, beta = (None if weight is None else along(axes, weight, x.ndim) for weight in (gamma, beta))
    return normalize(x, mean, variance, gamma, beta, epsilon)


def along(axes: Sequence[int], weight: Array, ndim: int) -> Array:
    """A weight whose axes are ``axes`` of an array of ``ndim`` axes, with length 1 on all others.

    >>> along([-1], jnp.zeros(5), 3).shape, along([1], jnp.zeros(5), 3).shape
    ((1, 1, 5), (1, 5, 1))
    """
    shape = [1] * ndim
    for axis, length in zip(sorted(axis % ndim for axis in axes), weight.shape):
        shape[axis] = length
    return weight.reshape(shape)
