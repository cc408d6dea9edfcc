"""Convolution in one and two dimensions (any number, in fact) as matrix products over patches.

The elements under each window become a row of a matrix (im2col: slices, then one concatenation), so that a
convolution is one matrix product and the weights' gradient is another over the same rows. The inputs'
gradient is a third product, whose rows are added back to where they came from (col2im). On a CPU the batch
is cut into pieces whose patches stay in the cache, and patches are built again in the backward pass rather
than kept.

XLA's own convolution falls to a slow path on the CPU inside a scan; it stays here as `convolution_reference`,
the definition that tests hold this one to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from fourfold.ops.varying import varying_alike
from fourfold.ops.windows import Windows

Array = jax.Array

PIECE_BYTES = 1 << 20
"""How many bytes of patches a piece of the batch may have: about half of a core's second-level cache."""


def convolution(
    x: Array,
    kernel: Array,
    *,
    strides: Sequence[int],
    padding: str = "valid",
    dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> Array:
    """y[n, o, f] = sum_{k, c} x[n, o s + k d - p, c] W[k, c, f], o and k over all spatial axes.

    Shapes: x (N, *S, C), kernel (*K, C / groups, F), y (N, *O, F); the lengths O are those of `Windows`.
    With groups, the g-th slice of the filters sees the g-th slice of the channels only.

    >>> x, kernel = jnp.array([[[1.0], [2.0], [3.0], [4.0]]]), jnp.ones((2, 1, 1))
    >>> convolution(x, kernel, strides=(1,), padding="same").ravel()
    Array([3., 5., 7., 4.], dtype=float32)
    """
    windows = Windows.over(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
    x, kernel = varying_alike((x, kernel))
    if groups == 1:
        return _convolve(windows, x, kernel)
    x = x.reshape(*x.shape[:-1], groups, -1)
    kernel = kernel.reshape(*kernel.shape[:-1], groups, -1)
    y = jax.vmap(partial(_convolve, windows), in_axes=-2, out_axes=-2)(x, kernel)
    return y.reshape(*y.shape[:-2], -1)


def convolution_reference(
    x: Array,
    kernel: Array,
    *,
    strides: Sequence[int],
    padding: str = "valid",
    dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> Array:
    """The same by XLA's convolution."""
    spatial = "HWD"[: x.ndim - 2]
    dilation = tuple(dilation or (1,) * len(spatial))
    causal = [(d * (k - 1), 0) for d, k in zip(dilation, kernel.shape)]
    return lax.conv_general_dilated(
        x,
        kernel,
        tuple(strides),
        causal if padding == "causal" else padding.upper(),
        rhs_dilation=dilation,
        dimension_numbers=(f"N{spatial}C", f"{spatial}IO", f"N{spatial}C"),
        feature_group_count=groups,
    )


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _convolve(windows: Windows, x: Array, kernel: Array) -> Array:
    def piece(_, x):
        return None, _product(_patches(windows, x), kernel)

    _, y = lax.scan(piece, None, _cut(x, _pieces(windows, x)))
    return y.reshape(x.shape[0], *windows.counts, kernel.shape[-1])


def _forward(windows, x, kernel):
    input_matters = () if x.perturbed else None
    return _convolve(windows, x.value, kernel.value), (x.value, kernel.value, input_matters)


def _backward(windows, residuals, dy):
    x, kernel, input_matters = residuals
    if isinstance(dy, jax.custom_derivatives.SymbolicZero):
        return None, None

    def piece(dkernel, pair):
        x, dy = pair
        rows = _patches(windows, x)
        dkernel += rows.reshape(-1, rows.shape[-1]).T @ dy.reshape(-1, dy.shape[-1])
        if input_matters is None:
            return dkernel, None
        drows = _product(dy, jnp.swapaxes(kernel.reshape(rows.shape[-1], -1), 0, 1))
        elements = [drows[..., i : i + x.shape[-1]] for i in range(0, rows.shape[-1], x.shape[-1])]
        return dkernel, windows.put_back(elements)

    pieces = _pieces(windows, x)
    start = jnp.zeros((math.prod(kernel.shape[:-1]), kernel.shape[-1]), kernel.dtype)
    start, dy = varying_alike((start, dy))
    dkernel, dx = lax.scan(piece, start, (_cut(x, pieces), _cut(dy, pieces)))
    return None if dx is None else dx.reshape(x.shape), dkernel.reshape(kernel.shape)


_convolve.defvjp(_forward, _backward, symbolic_zeros=True)


def _patches(windows: Windows, x: Array) -> Array:
    """im2col: (N, *S, C) to (N, *O, K C), a row of all elements under each window."""
    return jnp.concatenate(windows.elements(windows.pad(x, 0.0)), axis=-1)


def _product(rows: Array, kernel: Array) -> Array:
    matrix = kernel.reshape(rows.shape[-1], -1)
    return (rows.reshape(-1, rows.shape[-1]) @ matrix).reshape(*rows.shape[:-1], -1)


def _pieces(windows: Windows, x: Array) -> int:
    """Into how many equal pieces the batch is cut: the fewest that fit the cache, if it divides well."""
    batch = x.shape[0]
    if jax.default_backend() != "cpu" or batch == 0:
        return 1
    patch_bytes = batch * math.prod(windows.counts) * windows.area * x.shape[-1] * x.dtype.itemsize
    needed = min(-(-patch_bytes // PIECE_BYTES), batch)
    fitting = next(count for count in range(needed, batch + 1) if batch % count == 0)
    return fitting if fitting <= 4 * needed else 1


def _cut(x: Array, pieces: int) -> Array:
    return x.reshape(pieces, x.shape[0] // pieces, *x.shape[1:])
