"""Pooling: the maximum or the mean of what lies under each window.

Windows that lie side by side are an axis more after a reshape; others are slices, one for each position
within a window. XLA's windowed reduction is many times slower on a CPU, its gradient above all; it stays here
in the `*_reference` functions, the definitions that tests hold these to.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from fourfold.ops.formulation import is_written_down, whole
from fourfold.ops.fusion import in_memory
from fourfold.ops.windows import Windows

Array = jax.Array


@whole
def max_pool(x: Array, *, size: Sequence[int], strides: Sequence[int], padding: str = "valid") -> Array:
    """y[n, o, c] = max_k x[n, o s + k, c]; the gradient goes to the first maximum.

    Shapes: x (N, *S, C), y (N, *O, C); the lengths O are those of `Windows`.

    >>> max_pool(jnp.arange(6.0).reshape(1, 6, 1), size=(3,), strides=(2,), padding="same").ravel()
    Array([2., 4., 5.], dtype=float32)
    """
    return _max_pool(Windows.over(x.shape[1:-1], size, strides, padding), x)


@whole
def average_pool(x: Array, *, size: Sequence[int], strides: Sequence[int], padding: str = "valid") -> Array:
    """y[n, o, c] = mean_k x[n, o s + k, c] over the elements that lie inside the input.

    Shapes: x (N, *S, C), y (N, *O, C); the lengths O are those of `Windows`.

    >>> average_pool(jnp.arange(6.0).reshape(1, 6, 1), size=(3,), strides=(2,), padding="same").ravel()
    Array([1. , 3. , 4.5], dtype=float32)
    """
    if is_written_down():
        return average_pool_reference(x, size=size, strides=strides, padding=padding)
    windows = Windows.over(x.shape[1:-1], size, strides, padding)
    if windows.tiles:
        return jnp.mean(_tiles(windows, x), axis=_within(windows))
    count = jnp.asarray(windows.overlap(), x.dtype)
    return sum(windows.elements(windows.pad(x, 0.0))) / count[None, ..., None]


def global_max_pool(x: Array, axes: Sequence[int], keepdims: bool = False) -> Array:
    """y = max x over ``axes``; the gradient is shared by the elements that equal the maximum.

    A compiler may compute x twice, rounded differently, and then no element equals the maximum, and the shares are
    0 / 0: so x is kept in memory, or, on a GPU, such a gradient goes to the element that is the largest.

    >>> jax.grad(lambda x: global_max_pool(x, [0]))(jnp.array([1.0, 3.0, 3.0])).tolist()
    [0.0, 0.5, 0.5]
    """
    return _global_max_pool(tuple(axes), keepdims, x)


def adaptive_average_pool(x: Array, size: Sequence[int]) -> Array:
    """The mean of each window of `adaptive_windows`, axis by axis: x (N, *S, C), y (N, *size, C).

    >>> adaptive_average_pool(jnp.array([1.0, 3.0, 8.0]).reshape(1, 3, 1), (2,)).ravel()
    Array([2. , 5.5], dtype=float32)
    """
    for axis, count in enumerate(size, 1):
        windows, inside = _adaptive(x, axis, count)
        total = jnp.sum(jnp.where(inside, windows, 0.0), axis=axis + 1)
        x = total / jnp.sum(inside, axis=axis + 1, dtype=x.dtype)
    return x


def adaptive_max_pool(x: Array, size: Sequence[int]) -> Array:
    """The maximum of each window of `adaptive_windows`, axis by axis; the gradient goes to the first maximum.

    >>> adaptive_max_pool(jnp.array([1.0, 3.0, 2.0]).reshape(1, 3, 1), (2,)).ravel()
    Array([3., 3.], dtype=float32)
    """
    for axis, count in enumerate(size, 1):
        windows, inside = _adaptive(x, axis, count)
        windows = jnp.where(inside, windows, -jnp.inf)
        if is_written_down():
            x = jnp.max(windows, axis=axis + 1)
        else:
            first = jnp.argmax(windows, axis=axis + 1, keepdims=True)
            x = jnp.take_along_axis(windows, first, axis=axis + 1).squeeze(axis + 1)
    return x


def adaptive_windows(length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the windows o = 0, ..., count - 1 begin and end: floor(o L / count) and ceil((o + 1) L / count).

    >>> [list(map(int, edge)) for edge in adaptive_windows(5, 3)]
    [[0, 1, 3], [2, 4, 5]]
    """
    places = np.arange(count)
    return places * length // count, -(-(places + 1) * length // count)


def _adaptive(x: Array, axis: int, count: int) -> tuple[Array, np.ndarray]:
    """The windows along an axis, as an axis more behind it, and which elements lie inside of them."""
    begins, ends = adaptive_windows(x.shape[axis], count)
    places = begins[:, None] + np.arange(np.max(ends - begins))
    inside = (places < ends[:, None]).reshape(1, *(1,) * (axis - 1), *places.shape, *(1,) * (x.ndim - axis - 1))
    return jnp.take(x, np.minimum(places, ends[:, None] - 1), axis=axis), inside


def max_pool_reference(
    x: Array, *, size: Sequence[int], strides: Sequence[int], padding: str = "valid"
) -> Array:
    """The same by XLA's windowed reduction."""
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, *size, 1), (1, *strides, 1), padding.upper())


def average_pool_reference(
    x: Array, *, size: Sequence[int], strides: Sequence[int], padding: str = "valid"
) -> Array:
    """The same by XLA's windowed reduction."""
    window = ((1, *size, 1), (1, *strides, 1), padding.upper())
    count = lax.reduce_window(jnp.ones_like(x), 0.0, lax.add, *window)
    return lax.reduce_window(x, 0.0, lax.add, *window) / count


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _max_pool(windows: Windows, x: Array) -> Array:
    return _maxima(windows, x)[0]


def _forward(windows, x):
    """`_maxima`, the places in memory: else XLA's loop finds them again for every element of the gradient.

    Side by side and with 16 channels that is faster all the same. Microseconds of both, one core of an EPYC (Zen 4), 32
    images of 28 x 28, places found again and kept, by channels: windows of 2 x 2 side by side 1 92 46; 8 1,870 380; 16
    270 380; 20 590 300; 32 500 240; 64 1,010 520. Windows of 3 x 3 at strides of 2: 1 320 150; 16 1,790 550; 32 3,300
    820; 64 6,050 1,520.
    """
    best, place = _maxima(windows, x)
    return best, place if windows.tiles and x.shape[-1] == 16 else in_memory(place)


def _maxima(windows: Windows, x: Array) -> tuple[Array, Array]:
    """The maxima, and where in its window each first stands."""
    first, *others = windows.elements(windows.pad(x, -jnp.inf))
    best, place = first, jnp.zeros(first.shape, jnp.uint8 if windows.area <= 256 else jnp.int32)
    for position, element in enumerate(others, start=1):
        place = jnp.where(element > best, jnp.asarray(position, place.dtype), place)
        best = jnp.maximum(best, element)
    return in_memory(best), place  # else the loop of a layer that flattens them finds the maxima


def _backward(windows, place, dy):
    if not windows.tiles:
        chosen = [jnp.where(place == position, dy, 0.0) for position in range(windows.area)]
        return (windows.put_back(chosen),)
    beside = [length for size in windows.sizes for length in (1, size)]
    positions = jnp.arange(windows.area, dtype=place.dtype).reshape(1, *beside, 1)
    dx = jnp.where(_spread(windows, place) == positions, _spread(windows, dy), 0.0)
    covered = [count * size for count, size in zip(windows.counts, windows.sizes)]
    rest = [(0, length - cover, 0) for length, cover in zip(windows.lengths, covered)]
    dx = dx.reshape(dx.shape[0], *covered, dx.shape[-1])
    return (lax.pad(dx, jnp.zeros((), dx.dtype), ((0, 0, 0), *rest, (0, 0, 0))),)


_max_pool.defvjp(_forward, _backward)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _global_max_pool(axes: tuple[int, ...], keepdims: bool, x: Array) -> Array:
    return jnp.max(x, axis=axes, keepdims=keepdims)


def _global_forward(axes, keepdims, x):
    x = in_memory(x)
    y = jnp.max(x, axis=axes, keepdims=True)
    return y if keepdims else jnp.squeeze(y, axes), (x, y)


def _global_backward(axes, keepdims, residuals, dy):
    x, y = residuals
    dy = dy if keepdims else jnp.expand_dims(dy, axes)
    largest = (x == y).astype(x.dtype)
    count = largest.sum(axes, keepdims=True)
    if jax.default_backend() != "cpu":
        largest = jnp.where(count > 0, largest, _first_largest(x, axes))
    return (largest * (dy / jnp.maximum(count, 1)),)


def _first_largest(x: Array, axes: tuple[int, ...]) -> Array:
    """1 where the first of the largest elements over ``axes`` (neighbours) stands, 0 elsewhere."""
    flat = x.reshape(*x.shape[: axes[0]], -1, *x.shape[axes[-1] + 1 :])
    place = jnp.argmax(flat, axis=axes[0], keepdims=True)
    return (lax.broadcasted_iota(place.dtype, flat.shape, axes[0]) == place).astype(x.dtype).reshape(x.shape)


_global_max_pool.defvjp(_global_forward, _global_backward)


def _tiles(windows: Windows, x: Array) -> Array:
    """(N, *S, C) to (N, O1, K1, O2, K2, ..., C), without the rest that fills no window."""
    covered = tuple(slice(count * size) for count, size in zip(windows.counts, windows.sizes))
    split = [length for pair in zip(windows.counts, windows.sizes) for length in pair]
    return x[(slice(None), *covered)].reshape(x.shape[0], *split, x.shape[-1])


def _spread(windows: Windows, y: Array) -> Array:
    """(N, O1, O2, ..., C) to (N, O1, K1, O2, K2, ..., C): each window's number for all of its elements."""
    split = [length for pair in zip(windows.counts, windows.sizes) for length in pair]
    y = lax.expand_dims(y, _within(windows))
    return jnp.broadcast_to(y, (y.shape[0], *split, y.shape[-1]))


def _within(windows: Windows) -> tuple[int, ...]:
    return tuple(range(2, 2 * len(windows.sizes) + 1, 2))
