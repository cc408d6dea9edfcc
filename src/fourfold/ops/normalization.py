"""Normalisation: moments over axes, and the affine map that makes them 0 and 1 and then beta and gamma."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from fourfold.ops import rows
from fourfold.ops.formulation import whole
from fourfold.ops.varying import varying_alike

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


@whole
def layer_normalization(
    x: Array, gamma: Array | None, beta: Array | None, axes: Sequence[int], epsilon: float
) -> Array:
    """Each example on its own: y = gamma (x - mean) / sqrt(variance + epsilon) + beta over ``axes``.

    Shapes: gamma and beta have the lengths of ``axes``, in ascending order. The gradient is written by hand, from
    the normalised n = (x - mean) s with s = 1 / sqrt(variance + epsilon), for d = dy gamma:

        dx = s (d - mean(d) - n mean(d n)),    dgamma = sum dy n,    dbeta = sum dy

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> layer_normalization(jnp.array([[1.0, 3.0]]), None, None, [-1], 0.0).tolist()
    [[-1.0, 1.0]]
    """
    axes = tuple(axis % x.ndim for axis in axes)
    x, gamma, beta = varying_alike((x, *_aligned(axes, x.ndim, gamma, beta)))
    return _normalized(axes, epsilon, x, gamma, beta)


def layer_normalization_reference(
    x: Array, gamma: Array | None, beta: Array | None, axes: Sequence[int], epsilon: float
) -> Array:
    """`layer_normalization` as its formula reads, which JAX differentiates."""
    mean, variance = moments(x, axes)
    gamma, beta = _aligned(axes, x.ndim, gamma, beta)
    return normalize(x, mean, variance, gamma, beta, epsilon)


def _aligned(axes: Sequence[int], ndim: int, *weights: Array | None) -> list[Array | None]:
    return [None if weight is None else along(axes, weight, ndim) for weight in weights]


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _normalized(axes, epsilon, x, gamma, beta):
    return _normalized_forward(axes, epsilon, x, gamma, beta)[0]


def _normalized_forward(axes, epsilon, x, gamma, beta):
    centred = x - jnp.mean(x, axes, keepdims=True)
    scale = lax.rsqrt(jnp.mean(jnp.square(centred), axes, keepdims=True) + epsilon)
    n = centred * scale
    y = n if gamma is None else n * gamma
    return y if beta is None else y + beta, (n, scale, gamma, beta)


def _normalized_backward(axes, epsilon, residuals, dy):
    n, scale, gamma, beta = residuals
    d = dy if gamma is None else dy * gamma
    along_d, along_n = (jnp.mean(part, axes, keepdims=True) for part in (d, d * n))
    others = [axis for axis in range(n.ndim) if axis not in axes]
    d_gamma = None if gamma is None else jnp.sum(dy * n, others, keepdims=True)
    d_beta = None if beta is None else jnp.sum(dy, others, keepdims=True)
    return scale * (d - along_d - n * along_n), d_gamma, d_beta


_normalized.defvjp(_normalized_forward, _normalized_backward)


def along(axes: Sequence[int], weight: Array, ndim: int) -> Array:
    """A weight whose axes are ``axes`` of an array of ``ndim`` axes, with length 1 on all others.

    >>> along([-1], jnp.zeros(5), 3).shape, along([1], jnp.zeros(5), 3).shape
    ((1, 1, 5), (1, 5, 1))
    """
    shape = [1] * ndim
    for axis, length in zip(sorted(axis % ndim for axis in axes), weight.shape):
        shape[axis] = length
    return weight.reshape(shape)
