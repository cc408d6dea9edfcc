"""Images in other sizes and places: resized, cropped, moved by affine maps, and cut into patches. Axes N, H, W, C."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

METHODS = {
    "nearest": "nearest",
    "bilinear": "linear",
    "bicubic": "cubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}
ORDERS = {"nearest": 0, "bilinear": 1}
FILLS = ("reflect", "wrap", "constant", "nearest")


def central(images: Array, height: int, width: int) -> Array:
    """The middle of images (N, H, W, C) that are at least as large; the odd pixel stays below and right."""
    top, left = (images.shape[1] - height) // 2, (images.shape[2] - width) // 2
    return images[:, top : top + height, left : left + width]


def of_the_same_ratio(images: Array, height: int, width: int) -> Array:
    """The largest middle of images with the ratio of a height and a width."""
    own_height, own_width = images.shape[1:3]
    return central(
        images,
        max(min(own_height, int(own_width * height / width)), 1),
        max(min(own_width, int(own_height * width / height)), 1),
    )


def padded_to_ratio(images: Array, height: int, width: int, value: float) -> Array:
    """Images with as much around them as gives them the ratio of a height and a width."""
    own_height, own_width = images.shape[1:3]
    more = max(own_height, int(own_width * height / width)), max(own_width, int(own_height * width / height))
    rows, columns = (int((new - own) / 2) for new, own in zip(more, (own_height, own_width)))
    return jnp.pad(images, ((0, 0), (rows, rows), (columns, columns), (0, 0)), constant_values=value)


def resized(images: Array, height: int, width: int, interpolation: str = "bilinear", antialias: bool = False) -> Array:
    """Images (N, H, W, C) with another number of rows and columns."""
    shape = (images.shape[0], height, width, images.shape[3])
    return jax.image.resize(images, shape, METHODS[interpolation], antialias=antialias)


def moved(images: Array, maps: Array, interpolation: str, fill_mode: str, fill_value: float) -> Array:
    """Each image as an affine map A (N, 2, 3) moves it: y[r, c] = x[A (c, r, 1)], with columns before rows."""
    rows, columns = jnp.meshgrid(*(jnp.arange(length) for length in images.shape[1:3]), indexing="ij")
    places = jnp.stack([columns, rows, jnp.ones_like(rows)]).astype(jnp.float32)

    def one(image: Array, map_: Array) -> Array:
        column, row = jnp.einsum("ij,jhw->ihw", map_, places)

        def channel(values: Array) -> Array:
            return jax.scipy.ndimage.map_coordinates(
                values, [row, column], ORDERS[interpolation], fill_mode, fill_value
            )

        return jax.vmap(channel, in_axes=-1, out_axes=-1)(image)

    return jax.vmap(one)(images, maps)


def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Array:
    """Patches of images (..., H, W, C), each as one row of H and W of its numbers, by row, column and channel.

    >>> extract_patches(jnp.zeros((2, 8, 8, 3)), 4).shape
    (2, 2, 2, 48)
    """
    images = jnp.asarray(images)
    if data_format == "channels_first":
        images = jnp.moveaxis(images, -3, -1)
    height, width = (size, size) if isinstance(size, int) else size
    batch = images if images.ndim == 4 else images[None]
    channels = images.shape[-1]
    length = height * width * channels
    kernel = jnp.eye(length, dtype=images.dtype).reshape(height, width, channels, length)
    steps, rates = (
        (value, value) if isinstance(value, int) else tuple(value)
        for value in (strides or (height, width), dilation_rate)
    )
    patches = lax.conv_general_dilated(
        batch, kernel, steps, padding.upper(), rhs_dilation=rates, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    patches = patches if images.ndim == 4 else patches[0]
    return jnp.moveaxis(patches, -1, -3) if data_format == "channels_first" else patches


def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Array:
    """Images (..., H, W, C) in another size, of which the middle is kept, or which are padded, to keep their ratio.

    >>> resize(jnp.zeros((2, 8, 8, 3)), (4, 6)).shape
    (2, 4, 6, 3)
    """
    images, (height, width) = jnp.asarray(images), size
    if data_format == "channels_first":
        images = jnp.moveaxis(images, -3, -1)
    batch = images if images.ndim == 4 else images[None]
    if crop_to_aspect_ratio:
        batch = of_the_same_ratio(batch, height, width)
    elif pad_to_aspect_ratio:
        batch = padded_to_ratio(batch, height, width, fill_value)
    batch = resized(batch, height, width, interpolation, antialias)
    batch = batch if images.ndim == 4 else batch[0]
    return jnp.moveaxis(batch, -1, -3) if data_format == "channels_first" else batch
