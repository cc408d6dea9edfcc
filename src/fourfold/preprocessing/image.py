"""Pictures from files to arrays and back; the place and the names are Keras's."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from fourfold.errors import DataError, OptionError, no_such_name

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]

MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
GRAY = ("L", "I;16", "I")
"""Pillow's names of colours, and of those that are gray already."""

METHODS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def load_img(
    path: str | bytes | PathLike[str] | BinaryIO,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Image:
    """The picture of a file, of Pillow, in the colours and the size (H, W) that are wanted.

    With ``keep_aspect_ratio`` the middle of the wanted proportions is what gets the size.
    """
    from PIL import Image  # a tenth of a second of start-up time

    image: Any = Image.open(path)
    image.load()
    mode = MODES[_one_of("color_mode", color_mode, MODES)]
    if image.mode not in (GRAY if mode == "L" else (mode,)):
        image = image.convert(mode)
    if target_size is None:
        return image
    (width, height), (high, wide) = image.size, target_size
    method = Image.Resampling[_one_of("interpolation", interpolation, METHODS).upper()]
    if (width, height) == (wide, high):
        return image
    box = (0, 0, width, height)
    if keep_aspect_ratio:
        across, down = min(width, height * wide // high), min(height, width * high // wide)
        left, top = (width - across) // 2, (height - down) // 2
        box = (left, top, left + across, top + down)
    return image.resize((wide, high), method, box=box)


def img_to_array(img: Any, data_format: str | None = None, dtype: str | None = None) -> np.ndarray:
    """A picture as an array (H, W, C), float32 from 0 to 255.

    >>> img_to_array(array_to_img(np.arange(12).reshape(2, 2, 3), scale=False))[1, 1].tolist()
    [9.0, 10.0, 11.0]
    """
    array = np.asarray(img, dtype or "float32")
    array = array[..., None] if array.ndim == 2 else array
    _three_axes(array)
    return array.transpose(2, 0, 1) if _channels_first(data_format) else array


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: str | None = None) -> Image:
    """An array (H, W, C) of 1, 3 or 4 channels as a picture of Pillow; ``scale`` stretches its numbers to 0 to 255.

    >>> array_to_img(np.zeros((4, 6, 1))).size
    (6, 4)
    """
    from PIL import Image

    array = np.asarray(x, dtype or "float32")
    _three_axes(array)
    array = array.transpose(1, 2, 0) if _channels_first(data_format) else array
    if scale:
        array = array - array.min()
        array = array / (array.max() or 1) * 255
    channels = array.shape[2]
    if channels not in (1, 3, 4):
        raise DataError(
            "picture-channels",
            "an array has no colours of a picture",
            got=f"{channels} channels",
            wanted="1, 3 or 4 of them, last",
            do='data_format="channels_first", if they are first',
        )
    array = array[..., 0] if channels == 1 else array
    return Image.fromarray(array.astype("int32" if channels == 1 and array.max() > 255 else "uint8"))


def save_img(
    path: str | PathLike[str] | BinaryIO,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """`array_to_img`, written to a file; the format is that of its name's end unless ``file_format`` says it."""
    if file_format is None and isinstance(path, (str, PathLike)):
        file_format = Path(path).suffix[1:] or None
    file_format = "jpeg" if (file_format or "").lower() == "jpg" else file_format
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and (file_format or "").lower() == "jpeg":
        warnings.warn("JPEG has no transparency: the picture is written without it", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def _three_axes(array: np.ndarray) -> None:
    if array.ndim != 3:
        raise DataError(
            "picture-axes",
            "this is no picture",
            got=f"an array {array.shape}",
            wanted="height, width and channels",
            do="x[0] is the first picture of several" if array.ndim == 4 else "x[..., None] has an axis for channels",
        )


def _channels_first(data_format: str | None) -> bool:
    formats = ("channels_last", "channels_first")
    return _one_of("data_format", data_format or "channels_last", formats) == "channels_first"


def _one_of(name: str, given: Any, known: Any) -> str:
    if given not in known:
        raise OptionError("picture-option", f"unknown {name}", got=repr(given), wanted=", ".join(map(repr, known)))
    return given


_INSTEAD = {
    "ImageDataGenerator": "data = fourfold.data.read(folder) reads pictures; layers.RandomFlip and its kin change them",
    "smart_resize": "layers.Resizing(height, width, crop_to_aspect_ratio=True)",
}


def __getattr__(name: str) -> Any:
    raise no_such_name("preprocessing.image", name, __all__, _INSTEAD)
