"""Depthwise convolution: kernels that see one channel each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import jax
import jax.numpy as jnp

from fourfold.ops.formulation import whole
from fourfold.ops.windows import Windows

Array = jax.Array


@whole
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
