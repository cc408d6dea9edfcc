"""What ``keras.ops`` has for networks without layers: convolution, pooling, normalisation, attention, losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.core import Tracer

from fourfold.errors import OptionError
from fourfold.ops import pooling
from fourfold.ops.attention import attend, causal_mask, read
from fourfold.ops.convolution import convolution, transposed
from fourfold.ops.depthwise import depthwise


def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """Convolution of (N, ..., C) with a kernel (..., C / groups, filters), over one, two or three axes.

    >>> conv(jnp.ones((2, 8, 8, 3)), jnp.ones((3, 3, 3, 4))).shape
    (2, 6, 6, 4)
    """
    x, kernel = _channels_last(inputs, data_format), jnp.asarray(kernel)
    window = _window(x, strides, padding, dilation_rate)
    groups = x.shape[-1] // kernel.shape[-2]
    return _as_given(convolution(x.astype(kernel.dtype), kernel, **window, groups=groups), data_format)


def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """Convolution of each channel alone, with a kernel (..., C, multiplier).

    >>> depthwise_conv(jnp.ones((2, 8, 8, 3)), jnp.ones((3, 3, 3, 2))).shape
    (2, 6, 6, 6)
    """
    x, kernel = _channels_last(inputs, data_format), jnp.asarray(kernel)
    return _as_given(depthwise(x, kernel, **_window(x, strides, padding, dilation_rate)), data_format)


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """`depthwise_conv`, then `conv` with a kernel (1, ..., C multiplier, filters)."""
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format, 1)


def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Array:
    """The transpose of a convolution of (N, ..., C), with a kernel (..., filters, C).

    >>> conv_transpose(jnp.ones((2, 4, 4, 3)), jnp.ones((2, 2, 5, 3)), 2).shape
    (2, 8, 8, 5)
    """
    x = _channels_last(inputs, data_format)
    more = None if output_padding is None else _each(output_padding, x.ndim - 2)
    window = _window(x, strides, padding, dilation_rate)
    return _as_given(transposed(x, jnp.asarray(kernel), **window, output_padding=more), data_format)


def _window(x: Array, strides: Any, padding: str, dilation: Any) -> dict[str, Any]:
    """How a kernel goes over the axes of x (N, ..., C)."""
    axes = x.ndim - 2
    return {"strides": _each(strides, axes), "padding": padding.lower(), "dilation": _each(dilation, axes)}


def max_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Array:
    """The largest of each window of (N, ..., C), over one, two or three axes."""
    return _pooled(pooling.max_pool, inputs, pool_size, strides, padding, data_format)


def average_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Array:
    """The mean of each window of (N, ..., C), over one, two or three axes."""
    return _pooled(pooling.average_pool, inputs, pool_size, strides, padding, data_format)


def adaptive_max_pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Array:
    """The largest of each of so many windows along the axes of (N, ..., C)."""
    x = _channels_last(inputs, data_format)
    return _as_given(pooling.adaptive_max_pool(x, _each(output_size, x.ndim - 2)), data_format)


def adaptive_average_pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Array:
    """The mean of each of so many windows along the axes of (N, ..., C)."""
    x = _channels_last(inputs, data_format)
    return _as_given(pooling.adaptive_average_pool(x, _each(output_size, x.ndim - 2)), data_format)


def _pooled(function: Any, inputs: Any, size: Any, strides: Any, padding: str, data_format: str | None) -> Array:
    x = _channels_last(inputs, data_format)
    size = _each(size, x.ndim - 2)
    steps = size if strides is None else _each(strides, x.ndim - 2)
    return _as_given(function(x, size=size, strides=steps, padding=padding), data_format)


def _each(value: Any, axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def _channels_last(x: Any, data_format: str | None) -> Array:
    x = jnp.asarray(x)
    return jnp.moveaxis(x, 1, -1) if data_format == "channels_first" else x


def _as_given(y: Array, data_format: str | None) -> Array:
    return jnp.moveaxis(y, -1, 1) if data_format == "channels_first" else y


def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Array:
    """x less its mean, divided by its deviation, along axes; times gamma, plus beta.

    >>> layer_normalization(jnp.array([[0.0, 2.0]]), epsilon=0.0).tolist()
    [[-1.0, 1.0]]
    """
    x = jnp.asarray(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    y = (x - mean) * lax.rsqrt(variance + (1e-7 if epsilon is None else epsilon))
    shape = [length if i in [a % x.ndim for a in axes] else 1 for i, length in enumerate(x.shape)]
    y = y if gamma is None else y * jnp.asarray(gamma).reshape(shape)
    return y if beta is None else y + jnp.asarray(beta).reshape(shape)


def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None) -> Array:
    """x divided by the root of the mean of its squares along axes; times scale."""
    x = jnp.asarray(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    y = x * lax.rsqrt(jnp.square(x).mean(axes, keepdims=True) + (1e-7 if epsilon is None else epsilon))
    return y if scale is None else y * scale


def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Array:
    """(x - mean) / sqrt(variance + epsilon) scale + offset, numbers for each entry of an axis."""
    x = jnp.asarray(x)
    shape = [length if i == axis % x.ndim else 1 for i, length in enumerate(x.shape)]
    factor = lax.rsqrt(jnp.asarray(variance).reshape(shape) + epsilon)
    factor = factor if scale is None else factor * jnp.asarray(scale).reshape(shape)
    y = (x - jnp.asarray(mean).reshape(shape)) * factor
    return y if offset is None else y + jnp.asarray(offset).reshape(shape)


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Array:
    """softmax(q k scale + bias) v for each head; (N, T, heads, D), ``mask`` True where a key may be seen.

    >>> dot_product_attention(*[jnp.ones((2, 5, 3, 4))] * 3, is_causal=True).shape
    (2, 5, 3, 4)
    """
    query, key, value = (jnp.swapaxes(jnp.asarray(x), 1, 2) for x in (query, key, value))
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    mask = None if mask is None else jnp.asarray(mask).astype(bool)
    if is_causal:
        causal = causal_mask(query.shape[-2], key.shape[-2])[None, None]
        mask = causal if mask is None else mask & causal
    if bias is None and attn_logits_soft_cap is None:
        return jnp.swapaxes(attend(query, key, value, mask=mask, scale=scale), 1, 2)
    scores = jnp.einsum("nhqd,nhkd->nhqk", query, key) * scale
    if attn_logits_soft_cap is not None:
        scores = attn_logits_soft_cap * jnp.tanh(scores / attn_logits_soft_cap)
    scores = scores if bias is None else scores + bias
    return jnp.swapaxes(read(scores, value, mask=mask)[0], 1, 2)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Array:
    """-t log p - (1 - t) log(1 - p), for each entry."""
    target, output = jnp.asarray(target), jnp.asarray(output)
    if from_logits:
        return -target * jax.nn.log_sigmoid(output) - (1 - target) * jax.nn.log_sigmoid(-output)
    output = jnp.clip(output, 1e-7, 1 - 1e-7)
    return -target * jnp.log(output) - (1 - target) * jnp.log(1 - output)


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Array:
    """- sum t log p along an axis."""
    return -jnp.sum(jnp.asarray(target) * _log_probabilities(output, from_logits, axis), axis)


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Array:
    """-log p of the class that ``target`` names."""
    target, logs = jnp.asarray(target).astype(jnp.int32), _log_probabilities(output, from_logits, axis)
    target = target[..., 0] if target.ndim == logs.ndim and target.shape[-1] == 1 else target
    return -jnp.sum(jax.nn.one_hot(target, logs.shape[axis], axis=axis) * logs, axis)


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Array:
    output = jnp.asarray(output)
    if from_logits:
        return jax.nn.log_softmax(output, axis)
    output = output / output.sum(axis, keepdims=True)
    return jnp.log(jnp.clip(output, 1e-7, 1 - 1e-7))


def multi_hot(
    inputs: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Array:
    """1 for each class that the numbers along the last axis name (N, K), else 0: (N, classes)."""
    inputs = jnp.asarray(inputs)
    return jax.nn.one_hot(inputs, num_classes, axis=axis, dtype=dtype or "float32").max(1 if inputs.ndim > 1 else 0)


def in_top_k(targets: Any, predictions: Any, k: int) -> Array:
    """Whether each target's prediction is among the k largest of its row; all that equal the last count."""
    targets, predictions = jnp.asarray(targets), jnp.asarray(predictions)
    own = jnp.take_along_axis(predictions, targets[..., None], -1)
    return (own >= lax.top_k(predictions, k)[0][..., -1:])[..., 0]


def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The largest of the rows of each segment; ``segment_ids`` says to which a row belongs."""
    return jax.ops.segment_max(
        jnp.asarray(data), jnp.asarray(segment_ids), num_segments, indices_are_sorted=sorted
    )


def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The smallest of the rows of each segment."""
    return jax.ops.segment_min(
        jnp.asarray(data), jnp.asarray(segment_ids), num_segments, indices_are_sorted=sorted
    )


def segment_prod(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The product of the rows of each segment."""
    return jax.ops.segment_prod(
        jnp.asarray(data), jnp.asarray(segment_ids), num_segments, indices_are_sorted=sorted
    )


def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> Array:
    """Each block of pixels of (N, H, W, C) as channels of one: (N, H / block, W / block, block block C).

    >>> space_to_depth(jnp.ones((2, 4, 6, 3)), 2).shape
    (2, 2, 3, 12)
    """
    x, b = jnp.asarray(x), block_size
    if data_format == "channels_last":
        n, h, w, c = x.shape
        x = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h // b, w // b, b * b * c)
    n, c, h, w = x.shape
    return x.reshape(n, c, h // b, b, w // b, b).transpose(0, 1, 3, 5, 2, 4).reshape(n, c * b * b, h // b, w // b)


def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> Array:
    """The way back of `space_to_depth`.

    >>> depth_to_space(jnp.ones((2, 2, 3, 12)), 2).shape
    (2, 4, 6, 3)
    """
    x, b = jnp.asarray(x), block_size
    if data_format == "channels_last":
        n, h, w, c = x.shape
        x = x.reshape(n, h, w, b, b, c // b**2).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h * b, w * b, c // b**2)
    n, c, h, w = x.shape
    return x.reshape(n, c // b**2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, c // b**2, h * b, w * b)


def psnr(x1: Any, x2: Any, max_val: float) -> Array:
    """10 log10(max_val² / mean (x1 - x2)²): how near two pictures are, in decibels."""
    error = jnp.mean(jnp.square(jnp.asarray(x1) - jnp.asarray(x2)))
    return 20 * jnp.log10(jnp.asarray(max_val, error.dtype)) - 10 * jnp.log10(error)


def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Array:
    """The windows of the last axis, ``sequence_length`` long, each ``sequence_stride`` after the one before."""
    x = jnp.asarray(x)
    starts = jnp.arange(0, x.shape[-1] - sequence_length + 1, sequence_stride)
    return x[..., starts[:, None] + jnp.arange(sequence_length)]


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Array:
    """How often each whole number stands in x (N,), or the sum of its weights; not inside `jax.jit`."""
    return jnp.bincount(jnp.asarray(x), weights, minlength)


def view(x: Any, dtype: Any = None) -> Array:
    """The bits of x as numbers of another type."""
    return jnp.asarray(x).view(dtype)


def _solve(a: Any, b: Any) -> Array:
    a, b = jnp.asarray(a), jnp.asarray(b)
    return jnp.linalg.solve(a, b[..., None])[..., 0] if b.ndim == a.ndim - 1 else jnp.linalg.solve(a, b)


def _lstsq(a: Any, b: Any, rcond: float | None = None) -> Array:
    return jnp.linalg.lstsq(jnp.asarray(a), jnp.asarray(b), rcond=rcond)[0]


def _logdet(x: Any) -> Array:
    return jnp.linalg.slogdet(jnp.asarray(x))[1]


def _solve_triangular(a: Any, b: Any, lower: bool = False) -> Array:
    return jax.scipy.linalg.solve_triangular(jnp.asarray(a), jnp.asarray(b), lower=lower)


def _cholesky_inverse(x: Any, upper: bool = False) -> Array:
    """The inverse of L L^T, of which x (..., M, M) is the root L, or of U^T U with ``upper``; as Keras computes it.

    >>> _cholesky_inverse(jnp.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.25, 0.0], [0.0, 0.0625]]
    """
    x = jnp.asarray(x)
    identity = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    root = jax.scipy.linalg.solve_triangular(x, identity, lower=not upper)
    turned = jnp.swapaxes(root, -1, -2)
    return root @ turned if upper else turned @ root


def _lu_factor(x: Any) -> tuple[Array, Array]:
    """x (..., M, N) as P L U: U with L below its diagonal, whose own is 1, and with which row each row was swapped.

    >>> [part.tolist() for part in _lu_factor(jnp.array([[1.0, 2.0], [4.0, 4.0]]))]
    [[[4.0, 4.0], [0.25, 1.0]], [1, 1]]
    """
    return jax.scipy.linalg.lu_factor(jnp.asarray(x))


def _eig(x: Any) -> tuple[Array, Array]:
    """The eigenvalues of x (..., M, M) and its eigenvectors, in columns, as complex numbers; on processors alone.

    >>> [part.tolist() for part in _eig(jnp.array([[2.0, 0.0], [0.0, 3.0]]))]
    [[(2+0j), (3+0j)], [[(1+0j), 0j], [0j, (1+0j)]]]
    """
    values, vectors = jnp.linalg.eig(jnp.asarray(x))
    return values, vectors


def _matrix_rank(x: Any, tol: float | None = None) -> Array:
    return jnp.linalg.matrix_rank(jnp.asarray(x), tol).astype(jnp.int32)


def _cholesky(x: Any, upper: bool = False) -> Array:
    x = jnp.asarray(x)
    root = jnp.linalg.cholesky(x, upper=upper)
    if not isinstance(root, Tracer) and bool(jnp.isnan(root).any() & jnp.isfinite(x).all()):
        raise OptionError(
            "not-positive-definite",
            "the matrix has no Cholesky decomposition",
            got=f"shape {x.shape}, not positive definite",
            wanted="a symmetric matrix whose eigenvalues are above 0",
        )
    return root


OF_NETWORKS = (
    conv, depthwise_conv, max_pool, average_pool, layer_normalization, rms_normalization, batch_normalization,
    dot_product_attention, binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, multi_hot,
    in_top_k, segment_max, segment_min, segment_prod, extract_sequences, bincount, view, separable_conv, conv_transpose,
    space_to_depth, depth_to_space, psnr, adaptive_max_pool, adaptive_average_pool,
)  # fmt: skip

LINEAR: dict[str, Any] = {
    name: getattr(jnp.linalg, name) for name in ("inv", "det", "qr", "svd", "eigh", "pinv", "slogdet")
}
LINEAR |= {"solve": _solve, "lstsq": _lstsq, "logdet": _logdet, "solve_triangular": _solve_triangular}
LINEAR |= {"matrix_rank": _matrix_rank, "cholesky": _cholesky, "cholesky_inverse": _cholesky_inverse}
LINEAR |= {"eig": _eig, "lu_factor": _lu_factor}
"""Functions of matrices."""

SEVERAL: Sequence[str] = ("nn", "numpy", "linalg", "image", "math", "core")
"""The parts in which ``keras.ops`` has its functions as well."""
