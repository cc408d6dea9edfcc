"""Convolution in one and two dimensions (any number, in fact): XLA's own, or matrix products over patches.

On a CPU, XLA has a fast kernel for most convolutions, and both gradients are convolutions, too. At strides of 1 the
inputs' is one of the outputs' gradient with the kernel turned round. The weights' is one over the batch: the channels
are its images, the examples their channels, the outputs' gradient is its kernel, and what comes out is as large as
the weights' window. (Left to XLA it is a hundred times slower inside a loop: the axes must lie in the kernel's order.)

Where XLA is slow (`_fast`), the elements under each window become a row of a matrix (im2col), so that a convolution
is one matrix product and the weights' gradient another over the same rows; rows of the inputs' gradient are added
back to where they came from (col2im). The batch is cut into pieces that stay in the cache. Where a window has few
elements (`_few`), an output is written out as the sum that it is.

`convolution_reference` is XLA's convolution alone, the definition that tests hold this one to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial, reduce

import jax
import jax.numpy as jnp
from jax import lax

from fourfold.ops.formulation import is_only_read, whole
from fourfold.ops.fusion import in_memory
from fourfold.ops.varying import varying_alike
from fourfold.ops.windows import Windows

Array = jax.Array

PATCH_BYTES = 5 << 17
"""How many bytes of patches a piece of the batch may have: about a third of a core's second-level cache."""
PIECE_BYTES = 1 << 20
"""How many bytes of inputs and outputs a piece may have whose weights' gradient is XLA's convolution."""
PIECE_ROWS = 8
"""How many examples such a piece has at least."""


@whole
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
    if is_only_read() or jax.default_backend() != "cpu":  # a GPU's library knows convolutions
        options = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}
        return convolution_reference(x, kernel, **options)
    x, kernel = varying_alike((x, kernel))
    if groups == 1:
        return _convolve(windows, False, x, kernel)
    x = x.reshape(*x.shape[:-1], groups, -1)
    kernel = kernel.reshape(*kernel.shape[:-1], groups, -1)
    y = jax.vmap(partial(_convolve, windows, True), in_axes=-2, out_axes=-2)(x, kernel)
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


@whole
def transposed(
    x: Array,
    kernel: Array,
    *,
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
    output_padding: Sequence[int] | None = None,
) -> Array:
    """What a convolution's gradient is to its inputs: y[n, o s + k d - p, f] gathers x[n, o, c] W[k, f, c].

    Shapes: x (N, *S, C), kernel (*K, F, C), y (N, *O, F); O is s S, and for ``valid`` max(d (K - 1) + 1 - s, 0) more.
    With ``output_padding`` o it is (S - 1) s + k + o, k = d (K - 1) + 1 for ``valid``, and k % 2 in its place for
    ``same``: cut from, or added to, what ``valid`` without it gives.

    >>> x, kernel = jnp.array([[[1.0], [2.0]]]), jnp.array([1.0, 10.0]).reshape(2, 1, 1)
    >>> transposed(x, kernel, strides=(2,), padding="valid", dilation=(1,)).ravel()
    Array([ 1., 10.,  2., 20.], dtype=float32)
    """
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape)]
    if output_padding is not None:
        return _padded_behind(x, kernel, strides, padding, dilation, output_padding, spans)
    more = [max(span - s, 0) if padding == "valid" else 0 for span, s in zip(spans, strides)]
    lengths = [length * s + extra for length, s, extra in zip(x.shape[1:-1], strides, more)]
    return _back(x, kernel, lengths, strides, padding, dilation)


def _padded_behind(x, kernel, strides, padding, dilation, output_padding, spans) -> Array:
    lengths = [(length - 1) * s + span for length, s, span in zip(x.shape[1:-1], strides, spans)]
    whole, edges = _back(x, kernel, lengths, strides, "valid", dilation), edges_behind(spans, padding, output_padding)
    return lax.pad(whole, jnp.zeros((), x.dtype), [(0, 0, 0), *((*edge, 0) for edge in edges), (0, 0, 0)])


def edges_behind(spans: Sequence[int], padding: str, output_padding: Sequence[int]) -> list[tuple[int, int]]:
    """What ``output_padding`` adds in front of and behind the products of `transposed` on each axis, or cuts off."""
    edges = []
    for span, more in zip(spans, output_padding):
        both = 2 * (span - 1) + more if padding == "valid" else span + span % 2 - 2 + more
        before = span - 1 if padding == "valid" else min(both // 2 + both % 2, span - 1)
        edges.append((before - (span - 1), both - before - (span - 1)))
    return edges


def _back(x, kernel, lengths, strides, padding, dilation) -> Array:
    """What the convolution of an input of these lengths gives back for x."""
    forward = partial(
        convolution_reference if is_only_read() else convolution,
        kernel=kernel,
        strides=strides,
        padding=padding,
        dilation=dilation,
    )
    _, back = jax.vjp(forward, jnp.zeros((x.shape[0], *lengths, kernel.shape[-2]), x.dtype))
    return back(x)[0]


def _fast(windows: Windows, channels: int, filters: int) -> bool:
    """Whether XLA's convolution is faster than a product over patches.

    Milliseconds on one core of an EPYC (Zen 4), 32 images of 16 x 16, 3 x 3, patches and XLA's, by channels, filters:
    1, 16 .13 .44; 1, 32 .15 .08; 2, 32 .17 .13; 4, 16 .42 .58; 4, 32 .56 .22; 16, 16 .72 .78; 16, 32 1.12 .74;
    32, 4 .95 .36; 32, 32 2.23 1.48. With 32 x 32, 3, 32 1.50 .87, three channels made four by zeros.
    """
    return len(windows.sizes) <= 2 and max(channels, filters) >= 24


def _few(windows: Windows, channels: int, filters: int) -> bool:
    """Whether so few products make an output that to write them out is fastest: one pass over memory.

    Milliseconds on one core of an EPYC (Zen 5), 64 images, by sizes, channels, filters, patches and written out:
    28 x 28 of 3 x 3, 1, 16 .82 .32; of 5 x 5, 1, 16 1.06 .61; 16 x 16 of 3 x 3, 2, 16 .30 .11; 4, 16 .50 .32; 8, 16
    .62 .94; lines of 150 of 3, 1, 16 .17 .05; of 8, 3, 16 .15 .10; of 8, 6, 16 .20 .23. With fewer than 16 filters,
    which fill no vector, it was .4 to 5 times as fast.
    """
    return 1 < windows.area <= 36 // channels and 16 <= filters < 24


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _convolve(windows: Windows, grouped: bool, x: Array, kernel: Array) -> Array:
    """The convolution of one group; with several, `jax.vmap` runs over them, for which XLA has no fast kernel."""
    if not grouped and _fast(windows, x.shape[-1], kernel.shape[-1]):
        return _slide(x, kernel, windows.strides, windows.edges, windows.dilation)
    if not grouped and _few(windows, x.shape[-1], kernel.shape[-1]):
        return in_memory(_written_out(windows, x, kernel))
    pieces = _pieces_of_patches(windows, x)

    def piece(_, x):
        return None, _product(_patches(windows, x), kernel)

    _, y = lax.scan(piece, None, _cut(x, pieces))
    return y.reshape(x.shape[0], *windows.counts, kernel.shape[-1])


def _forward(windows, grouped, x, kernel):
    input_matters = () if x.perturbed else None
    return _convolve(windows, grouped, x.value, kernel.value), (x.value, kernel.value, input_matters)


def _backward(windows, grouped, residuals, dy):
    x, kernel, input_matters = residuals
    if isinstance(dy, jax.custom_derivatives.SymbolicZero):
        return None, None
    dkernel = _gradient_of_kernel(windows, grouped, x, dy).reshape(kernel.shape)
    if input_matters is None:
        return None, dkernel
    slides = not grouped and max(windows.strides) == 1 and _fast(windows, kernel.shape[-1], kernel.shape[-2])
    return (_slide_back if slides else _put_back)(windows, dy, kernel), dkernel


_convolve.defvjp(_forward, _backward, symbolic_zeros=True)


def _gradient_of_kernel(windows: Windows, grouped: bool, x: Array, dy: Array) -> Array:
    """dW[k, c, f] = sum_{n, o} x[n, o s + k d - p, c] dy[n, o, f], summed over pieces of the batch."""
    over_batch = not grouped and windows.area > 1 and x.ndim <= 4 and x.shape[0] >= PIECE_ROWS
    gradient = _slide_over_batch if over_batch else _product_of_patches
    pieces = _pieces_of_examples(x, dy) if over_batch else _pieces_of_patches(windows, x)

    def piece(total, pair):
        return total + gradient(windows, *pair), None

    start = jnp.zeros((windows.area * x.shape[-1], dy.shape[-1]), x.dtype)
    start, dy = varying_alike((start, dy))
    return lax.scan(piece, start, (_cut(x, pieces), _cut(dy, pieces)))[0]


def _slide_over_batch(windows: Windows, x: Array, dy: Array) -> Array:
    """The weights' gradient as XLA's convolution of (C, *S, N) with (*O, N, F): strides and dilation change places."""
    images, dy = lax.optimization_barrier((jnp.swapaxes(x, 0, -1), jnp.moveaxis(dy, 0, -2)))
    y = _slide(images, dy, windows.dilation, windows.edges, windows.strides)[:, *map(slice, windows.sizes)]
    return jnp.moveaxis(y, 0, -2).reshape(-1, y.shape[-1])


def _product_of_patches(windows: Windows, x: Array, dy: Array) -> Array:
    """The weights' gradient as A^T B, A the patches."""
    a, b = _patches(windows, x), dy.reshape(-1, dy.shape[-1])
    a = a.reshape(-1, a.shape[-1])
    # XLA turns the left one round first: where it is the wider, (B^T A)^T takes 2/3 of the time
    return lax.optimization_barrier(b.T @ a).T if a.shape[1] > b.shape[1] else a.T @ b


def _written_out(windows: Windows, x: Array, kernel: Array) -> Array:
    """y = sum_{k, c} x_{k, c} W[k, c], a term for each element of the window, as XLA's loops compute it."""
    channels, filters = kernel.shape[-2:]
    elements = [
        element[..., c : c + 1] for element in windows.elements(windows.pad(x, 0.0)) for c in range(channels)
    ]
    weights = kernel.reshape(-1, *(1,) * (x.ndim - 1), filters)
    return reduce(jnp.add, map(jnp.multiply, elements, weights))


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
    odd = x.shape[-1] % 2 and 1 < x.shape[-1] < 16
    if odd and kernel.shape[-1] < 48:  # an even number of channels is twice as fast
        x, kernel = lax.optimization_barrier((_one_more(x, -1), _one_more(kernel, -2)))
    order = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, strides, edges, rhs_dilation=dilation, dimension_numbers=order)


def _one_more(x: Array, axis: int) -> Array:
    """x with a zero behind along an axis."""
    return jnp.concatenate([x, jnp.zeros_like(lax.slice_in_dim(x, 0, 1, axis=axis))], axis=axis)


def _slide_back(windows: Windows, dy: Array, kernel: Array) -> Array:
    """dx[n, i, c] = sum_{k, f} dy[n, i + p - k d, f] W[k, c, f], at strides of 1."""
    turned = jnp.swapaxes(lax.rev(kernel, tuple(range(len(windows.sizes)))), -1, -2)
    edges = [
        (span - 1 - low, length - count + low)
        for span, low, length, count in zip(windows.spans, windows.before, windows.lengths, windows.counts)
    ]
    return _slide(dy, turned, windows.strides, edges, windows.dilation)


def _put_back(windows: Windows, dy: Array, kernel: Array) -> Array:
    """The inputs' gradient by rows of patches, each added to where it was read."""
    channels = kernel.shape[-2]

    def piece(_, dy):
        rows = _product(dy, jnp.swapaxes(kernel.reshape(-1, kernel.shape[-1]), 0, 1))
        return None, windows.put_back(
            [rows[..., i : i + channels] for i in range(0, rows.shape[-1], channels)]
        )

    inputs = jax.ShapeDtypeStruct((dy.shape[0], *windows.lengths, channels), dy.dtype)
    _, dx = lax.scan(piece, None, _cut(dy, _pieces_of_patches(windows, inputs)))
    return dx.reshape(inputs.shape)


def _patches(windows: Windows, x: Array) -> Array:
    """im2col: (N, *S, C) to (N, *O, K C), a row of all elements under each window."""
    padded = windows.pad(x, 0.0)
    if x.shape[-1] < 4:  # short runs of memory: fewer, longer copies are faster
        return windows.rows(padded)
    return jnp.concatenate(windows.elements(padded), axis=-1)


def _product(rows: Array, kernel: Array) -> Array:
    matrix = kernel.reshape(rows.shape[-1], -1)
    return (rows.reshape(-1, rows.shape[-1]) @ matrix).reshape(*rows.shape[:-1], -1)


def _pieces_of_patches(windows: Windows, x: Array | jax.ShapeDtypeStruct) -> int:
    """Into how many pieces the batch is cut so that the patches of one fit the cache; windows of 1 need no patches."""
    patch_bytes = x.shape[0] * math.prod(windows.counts) * windows.area * x.shape[-1] * x.dtype.itemsize
    wanted = 1 if windows.area == 1 else -(-patch_bytes // PATCH_BYTES)
    return _pieces(x.shape[0], wanted, 1)


def _pieces_of_examples(x: Array, dy: Array) -> int:
    """Into how many pieces the batch is cut so that inputs and outputs of one fit the cache."""
    return _pieces(x.shape[0], -(-(x.nbytes + dy.nbytes) // PIECE_BYTES), PIECE_ROWS)


def _pieces(batch: int, wanted: int, fewest_rows: int) -> int:
    """The fewest equal pieces of a batch, as many as wanted or up to four times as many, if it divides so; else 1."""
    most = max(batch // fewest_rows, 1)
    needed = min(max(wanted, 1), most)
    fitting = (count for count in range(needed, min(4 * needed, most) + 1) if batch % count == 0)
    return next(fitting, 1)


def _cut(x: Array, pieces: int) -> Array:
    return x.reshape(pieces, x.shape[0] // pieces, *x.shape[1:])
