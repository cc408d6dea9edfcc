"""Convolution in one and two dimensions (any number, in fact): XLA's own, or matrix products over patches.

On a CPU, XLA has a fast kernel for a convolution over some channels, which also gives the inputs' gradient: at
strides of 1 it is a convolution of the outputs' gradient with the kernel turned round. The weights' gradient has none
(inside a loop it is a hundred times slower than a product), nor have a picture's one to three channels. There the
elements under each window become a row of a matrix (im2col), so that a convolution is one matrix product and the
weights' gradient another over the same rows; rows of the inputs' gradient are added back to where they came from
(col2im). The batch is cut into pieces whose patches stay in the cache.

`convolution_reference` is XLA's convolution alone, the definition that tests hold this one to.
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

PIECE_BYTES = 5 << 17
"""How many bytes of patches a piece of the batch may have: about a third of a core's second-level cache."""
FEWEST_CHANNELS = 4
"""From how many channels on XLA's convolution is taken. Milliseconds on one core of a Sapphire Rapids, 32 images, XLA
beside patches: 16 x 16 with 4 channels .34, 1.18; 8 .52, 1.51; 32 1.9, 3.1; but 32 x 32 with 3 channels 3.0, 1.9."""


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
    if jax.default_backend() != "cpu":  # a GPU's library knows convolutions
        options = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}
        return convolution_reference(x, kernel, **options)
    x, kernel = varying_alike((x, kernel))
    if groups == 1:
        return _convolve(windows, _direct(len(strides), x.shape[-1]), x, kernel)
    x = x.reshape(*x.shape[:-1], groups, -1)
    kernel = kernel.reshape(*kernel.shape[:-1], groups, -1)
    y = jax.vmap(partial(_convolve, windows, False), in_axes=-2, out_axes=-2)(x, kernel)
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


def _direct(rank: int, channels: int) -> bool:
    """Whether XLA's convolution over so many channels is faster than patches."""
    return rank <= 2 and channels >= FEWEST_CHANNELS


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _convolve(windows: Windows, direct: bool, x: Array, kernel: Array) -> Array:
    if direct:
        edges = [(low, max(high, 0)) for low, high in zip(windows.before, windows.after)]
        return _slide(x, kernel, windows.strides, edges, windows.dilation)

    def piece(_, x):
        return None, _product(_patches(windows, x), kernel)

    _, y = lax.scan(piece, None, _cut(x, _pieces(windows, x)))
    return y.reshape(x.shape[0], *windows.counts, kernel.shape[-1])


def _forward(windows, direct, x, kernel):
    input_matters = () if x.perturbed else None
    return _convolve(windows, direct, x.value, kernel.value), (x.value, kernel.value, input_matters)


def _backward(windows, direct, residuals, dy):
    x, kernel, input_matters = residuals
    if isinstance(dy, jax.custom_derivatives.SymbolicZero):
        return None, None
    slides = direct and max(windows.strides) == 1 and _direct(len(windows.sizes), dy.shape[-1])

    def piece(dkernel, pair):
        x, dy = pair
        rows = _patches(windows, x)
        dkernel += _product_of_columns(rows.reshape(-1, rows.shape[-1]), dy.reshape(-1, dy.shape[-1]))
        if input_matters is None or slides:
            return dkernel, None
        drows = _product(dy, jnp.swapaxes(kernel.reshape(rows.shape[-1], -1), 0, 1))
        elements = [drows[..., i : i + x.shape[-1]] for i in range(0, rows.shape[-1], x.shape[-1])]
        return dkernel, windows.put_back(elements)

    pieces = _pieces(windows, x)
    start = jnp.zeros((math.prod(kernel.shape[:-1]), kernel.shape[-1]), kernel.dtype)
    start, dy = varying_alike((start, dy))
    dkernel, dx = lax.scan(piece, start, (_cut(x, pieces), _cut(dy, pieces)))
    if input_matters is not None and slides:
        dx = _slide_back(windows, dy, kernel)
    return None if dx is None else dx.reshape(x.shape), dkernel.reshape(kernel.shape)


_convolve.defvjp(_forward, _backward, symbolic_zeros=True)


def _slide(
    x: Array,
    kernel: Array,
    strides: Sequence[int],
    edges: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> Array:
    """XLA's convolution; one over a line is one over an image of height 1, for which there is the fast kernel."""
    if len(strides) == 1:
        y = _slide(x[:, None], kernel[None], (1, *strides), ((0, 0), *edges), (1, *dilation))
        return y.reshape(y.shape[0], *y.shape[2:])
    order = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, strides, edges, rhs_dilation=dilation, dimension_numbers=order)


def _slide_back(windows: Windows, dy: Array, kernel: Array) -> Array:
    """dx[n, i, c] = sum_{k, f} dy[n, i + p - k d, f] W[k, c, f], at strides of 1."""
    turned = jnp.swapaxes(lax.rev(kernel, tuple(range(len(windows.sizes)))), -1, -2)
    edges = [
        (span - 1 - low, length - count + low)
        for span, low, length, count in zip(windows.spans, windows.before, windows.lengths, windows.counts)
    ]
    return _slide(dy, turned, windows.strides, edges, windows.dilation)


def _patches(windows: Windows, x: Array) -> Array:
    """im2col: (N, *S, C) to (N, *O, K C), a row of all elements under each window."""
    padded = windows.pad(x, 0.0)
    if x.shape[-1] < FEWEST_CHANNELS:  # short runs of memory: fewer, longer copies are faster
        return windows.rows(padded)
    return jnp.concatenate(windows.elements(padded), axis=-1)


def _product(rows: Array, kernel: Array) -> Array:
    matrix = kernel.reshape(rows.shape[-1], -1)
    return (rows.reshape(-1, rows.shape[-1]) @ matrix).reshape(*rows.shape[:-1], -1)


def _product_of_columns(a: Array, b: Array) -> Array:
    """A^T B. XLA turns the left one round first: where it is the wider, (B^T A)^T takes 2/3 of the time."""
    return lax.optimization_barrier(b.T @ a).T if a.shape[1] > b.shape[1] else a.T @ b


def _pieces(windows: Windows, x: Array) -> int:
    """Into how many equal pieces the batch is cut: the fewest that fit the cache, if it divides well."""
    batch = x.shape[0]
    if batch == 0:
        return 1
    patch_bytes = batch * math.prod(windows.counts) * windows.area * x.shape[-1] * x.dtype.itemsize
    needed = min(-(-patch_bytes // PIECE_BYTES), batch)
    fitting = next(count for count in range(needed, batch + 1) if batch % count == 0)
    return fitting if fitting <= 4 * needed else 1


def _cut(x: Array, pieces: int) -> Array:
    return x.reshape(pieces, x.shape[0] // pieces, *x.shape[1:])
