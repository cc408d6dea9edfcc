"""Pictures in another size, in NumPy: of files each has its own, and a compiled program would be made for each.

Along one axis of n pixels to m, output i is a mean of the inputs about (i + 1/2) n / m - 1/2 by a kernel k of their
distances, whose weights sum to 1; `ops.images.resized` is the same for arrays of one size.

Sources: Keys, "Cubic convolution interpolation for digital image processing", 1981 (a = -1/2); Duchon, "Lanczos
filtering in one and two dimensions", 1979.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - x)


def _cubic(x: np.ndarray) -> np.ndarray:
    near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(radius: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


KERNELS = {
    "bilinear": (1, _triangle),
    "bicubic": (2, _cubic),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
}
"""By method how far a kernel reaches, in pixels, and the kernel k(|distance|)."""

METHODS = ("nearest", *KERNELS)


def resized(image: np.ndarray, height: int, width: int, method: str = "bilinear") -> np.ndarray:
    """A picture (H, W, C) in another size (height, width, C), float32.

    >>> resized(np.array([[[0.0], [4.0]]]), 1, 4)[0, :, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    image = np.asarray(image, np.float32)
    for axis, length in sorted(enumerate((height, width)), key=lambda at: at[1] / image.shape[at[0]]):
        image = _along(image, axis, length, method)
    return image


def _along(image: np.ndarray, axis: int, length: int, method: str) -> np.ndarray:
    old = image.shape[axis]
    if length == old:
        return image
    middles = (np.arange(length) + 0.5) * old / length
    if method == "nearest":
        return image.take(middles.astype(int), axis)
    radius, kernel = KERNELS[method]
    first = np.floor(middles - 0.5).astype(int) - radius + 1
    taps = first[:, None] + np.arange(2 * radius)  # (length, 2 radius), the inputs that an output may read
    weights = kernel(np.abs(middles[:, None] - 0.5 - taps)) * ((taps >= 0) & (taps < old))
    weights = np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
    along = [1, 1, 1]
    along[axis] = length
    taps = taps.clip(0, old - 1)
    return sum(
        image.take(taps[:, k], axis) * weights[:, k].reshape(along) for k in range(2 * radius)
    )  # type: ignore[return-value]


def of_the_same_ratio(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """The largest middle of a picture with the ratio of a height and a width."""
    own_height, own_width = image.shape[:2]
    rows = max(min(own_height, int(own_width * height / width)), 1)
    columns = max(min(own_width, int(own_height * width / height)), 1)
    top, left = (own_height - rows) // 2, (own_width - columns) // 2
    return image[top : top + rows, left : left + columns]


def padded_to_ratio(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """A picture with as many zeros around it as give it the ratio of a height and a width."""
    own_height, own_width = image.shape[:2]
    rows = (max(own_height, int(own_width * height / width)) - own_height) // 2
    columns = (max(own_width, int(own_height * width / height)) - own_width) // 2
    return np.pad(image, ((rows, rows), (columns, columns), (0, 0)))
