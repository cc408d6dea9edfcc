"""What ``keras.ops`` has to take arrays apart and put them together: windows of images as columns, and axes by name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError, ShapeError


def unfold(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Array:
    """The windows of images (N, C, H, W), channels first, each as a column: (N, C kh kw, windows), by row and column.

    ``padding`` zeros are put around the images. Errors: `ShapeError` for other axes, or a window larger than an image.

    >>> unfold(jnp.arange(9.0).reshape(1, 1, 3, 3), 2)[0].tolist()
    [[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0], [3.0, 4.0, 6.0, 7.0], [4.0, 5.0, 7.0, 8.0]]
    """
    x, (up, side) = jnp.asarray(x), _pair(padding)
    if x.ndim != 4:
        raise ShapeError("unfold-axes", "unfold takes images", got=f"shape {x.shape}", wanted="(N, C, H, W)")
    rows, columns = _places(x.shape[2:], kernel_size, dilation, padding, stride)
    x = jnp.pad(x, ((0, 0), (0, 0), (up, up), (side, side)))
    windows = x[:, :, rows[:, :, None, None], columns]  # N, C, rows of windows, kh, columns of windows, kw
    windows = windows.transpose(0, 1, 3, 5, 2, 4)
    return windows.reshape(x.shape[0], math.prod(windows.shape[1:4]), math.prod(windows.shape[4:]))


def fold(
    x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Array:
    """Images (N, C, H, W) whose windows are the columns of x (N, C kh kw, windows); what overlaps is added.

    The transpose of `unfold` with the same arguments. Errors: `ShapeError` if the columns aren't those of such images.

    >>> fold(jnp.ones((1, 4, 4)), 3, 2)[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    x, (up, side), (height, width) = jnp.asarray(x), _pair(padding), _pair(output_size)
    rows, columns = _places((height, width), kernel_size, dilation, padding, stride)
    (down, kh), (right, kw) = rows.shape, columns.shape
    if x.ndim != 3 or x.shape[1] % (kh * kw) or x.shape[2] != down * right:
        raise ShapeError(
            "fold-columns",
            "these are not the windows of such images",
            got=f"shape {x.shape}",
            wanted=f"(N, a multiple of {kh * kw}, {down * right})",
        )
    windows = x.reshape(x.shape[0], -1, kh, kw, down, right).transpose(0, 1, 4, 2, 5, 3)
    whole = jnp.zeros((*windows.shape[:2], height + 2 * up, width + 2 * side), x.dtype)
    whole = whole.at[:, :, rows[:, :, None, None], columns].add(windows)
    return whole[:, :, up : up + height, side : side + width]


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _places(lengths: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> list[Array]:
    """The rows, and the columns, of each window: (windows, size), along padded axes."""
    found = []
    for length, size, rate, around, step in zip(lengths, *map(_pair, (kernel_size, dilation, padding, stride))):
        last = length + 2 * around - rate * (size - 1)
        if last < 1:
            raise ShapeError(
                "window-of-images",
                "a window is larger than the images",
                got=f"{size} with dilation {rate} over {length} with padding {around}",
                wanted=f"a length of at least {rate * (size - 1) + 1}",
            )
        found.append(jnp.arange(0, last, step)[:, None] + rate * jnp.arange(size))
    return found


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Array:
    """An array with its axes in another order, split and joined, as a pattern such as ``"b h w c -> b (h w) c"`` says.

    Axes in parentheses are one axis of the array; the lengths of all but one of them are given by name. Errors:
    `OptionError` for a pattern that is none; `ShapeError` if it is not one of this array.

    >>> rearrange(jnp.zeros((2, 6, 4, 3)), "b (h two) w c -> b h w (two c)", two=2).shape
    (2, 3, 4, 6)

    Source: Rogozhnikov, "Einops: clear and reliable tensor manipulations with Einstein-like notation" (ICLR 2022).
    """
    x, (before, after) = jnp.asarray(tensor), _sides(pattern, axes_lengths)
    lengths = _lengths(x.shape, pattern, before, axes_lengths)
    first, last = ([name for group in side for name in group] for side in (before, after))
    x = x.reshape([lengths[name] for name in first]).transpose([first.index(name) for name in last])
    return x.reshape([math.prod(lengths[name] for name in group) for group in after])


_GROUP = r"\([\w\s]*\)|\w+"


def _sides(pattern: str, given: Mapping[str, int]) -> list[list[list[str]]]:
    """The names of each axis, on both sides of a pattern."""
    sides = [[group.strip("()").split() for group in re.findall(_GROUP, side)] for side in pattern.split("->")]
    first, *others = ([name for group in side for name in group] for side in sides)
    strange = re.sub(rf"{_GROUP}|->|\s", "", pattern) + ", ".join(set(given) - set(first))
    if strange or len(set(first)) < len(first) or [sorted(names) for names in others] != [sorted(first)]:
        raise OptionError(
            "rearrange-pattern",
            "a pattern names the same axes on both sides",
            got=repr(pattern) + (f" with {strange}" if strange else ""),
            wanted="names, alone or in parentheses, each once on a side",
            do="'b h w c -> b (h w) c', say",
        )
    return sides


def _lengths(shape: Any, pattern: str, groups: list[list[str]], given: Mapping[str, int]) -> dict[str, int]:
    """The length of each named axis of an array whose axes are these groups."""
    lengths, fits = dict(given), len(shape) == len(groups)
    for length, group in zip(shape, groups):
        product = math.prod(given.get(name, 1) for name in group)
        unknown = [name for name in group if name not in given]
        fits &= len(unknown) < 2 and (length % product == 0 if unknown else length == product)
        rest: int = length // product
        lengths |= dict.fromkeys(unknown, rest)
    if not fits:
        raise ShapeError(
            "rearrange-shape",
            "the array has not the axes of the pattern",
            got=f"shape {tuple(shape)} for {pattern!r}" + "".join(f", {name}={n}" for name, n in given.items()),
            wanted="an axis for each name or parenthesis, and the lengths of all names but one in each",
        )
    return lengths


OF_PATCHES = (unfold, fold, rearrange)
