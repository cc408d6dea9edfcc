"""Convolutions whose kernels see one channel each, and convolutions the other way round, from outputs to inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import jax
import jax.numpy as jnp

from fourfold.ops.convolution import convolution
from fourfold.ops.windows import Windows

Array = jax.Array


def depthwise(
    x: Array, kernel: Array, *, strides: Sequence[int], padding: str, dilation: Sequence[int]
) -> Array:
    """y[n, o, (c, m)] = sum_k x[n, o s + k d - p, c] W[k, c, m], written out: a term for each element of the window.

    Shapes: x (N, *S, C), kernel (*K, C, M), y (N, *O, C M).

    >>> x, kernel = jnp.array([[[1.0, 10.0], [2.0, 20.0]]]), jnp.ones((2, 2, 1))
    >>> depthwise(x, kernel, strides=(1,), padding="valid", dilation=(1,)).ravel()
    Array([ 3., 30.], dtype=float32)
    """
    windows = Windows.over(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
    weights = kernel.reshape(windows.area, *(1,) * (x.ndim - 1), *kernel.shape[-2:])
    elements = windows.elements(windows.pad(x, 0.0))
    y = reduce(jnp.add, (element[..., None] * w for element, w in zip(elements, weights)))
    return y.reshape(*y.shape[:-2], -1)


def transposed(
    x: Array, kernel: Array, *, strides: Sequence[int], padding: str, dilation: Sequence[int]
) -> Array:
    """What a convolution's gradient is to its inputs: y[n, o s + k d - p, f] gathers x[n, o, c] W[k, f, c].

    Shapes: x (N, *S, C), kernel (*K, F, C), y (N, *O, F); O is s S, and for ``valid`` max(d (K - 1) + 1 - s, 0) more.

    >>> x, kernel = jnp.array([[[1.0], [2.0]]]), jnp.array([1.0, 10.0]).reshape(2, 1, 1)
    >>> transposed(x, kernel, strides=(2,), padding="valid", dilation=(1,)).ravel()
    Array([ 1., 10.,  2., 20.], dtype=float32)
    """
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape)]
    more = [max(span - s, 0) if padding == "valid" else 0 for span, s in zip(spans, strides)]
    lengths = [length * s + extra for length, s, extra in zip(x.shape[1:-1], strides, more)]

    def forward(y: Array) -> Array:
        return convolution(y, kernel, strides=strides, padding=padding, dilation=dilation)

    _, back = jax.vjp(forward, jnp.zeros((x.shape[0], *lengths, kernel.shape[-2]), x.dtype))
    return back(x)[0]
