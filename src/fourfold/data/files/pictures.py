"""Pictures: from files of many sizes and modes to one array (N, H, W, C)."""

from __future__ import annotations

import base64
import io
import math
import re
import struct
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from fourfold.core.permission import permitted
from fourfold.data.columns.left_out import left_out_beside
from fourfold.data.dataset import Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, quoted
from fourfold.data.source import Source
from fourfold.errors import DataError, FileError, MachineError, OptionError, UnsafeFileError

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
ORIENTATION = 0x0112
"""The tag of a header that says how the camera was held; from 5 on the sides are swapped."""

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jfif", ".jpe", ".jif", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pnm",
)  # fmt: skip
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
BEGINNINGS = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|RIFF.{4}WEBP|II\*\0|MM\0\*", re.DOTALL)
"""How files of most of these begin."""

LARGEST_SIDE = 32
"""The side of pictures that nobody asked another size for; smaller ones of one size stay as they are."""

FROM_TABLE = "write paths as they are seen from the table, such as images/1.png"
"""What to do about paths that lead to no picture in its folder."""

ADDRESS = re.compile(r".*\b(https?:)/+")
"""Where a path that is an address begins."""

DATA_URI = "data:image/*;base64,"
"""What stands before a picture that is read from bytes in a table."""

EMBEDDED = re.compile(r"data:image/[\w.+*-]+;base64,|(?=iVBORw0KGgo|/9j/[\w+/]{20})")
"""How words begin that are pictures themselves, in base64: data URIs, PNG and JPEG."""

SIDES = (4, 512)
MOST_PIXELS = 50_000_000
"""The most pixels of one picture; read from its header, before it is decoded."""

MOST_DAMAGED = 20
"""The most damaged pictures that one message names."""

_OBJECT = re.compile(r"image file <.*")
"""What Pillow calls bytes without a name."""

DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
)
"""What Pillow raises when bytes were changed."""


@dataclass(frozen=True)
class _Facts:
    """What a picture's header says."""

    size: tuple[int, int]
    channels: int
    deep: bool
    transparent: bool
    moving: bool


@dataclass(frozen=True)
class _Embedded:
    """A picture in a cell: what it is called in messages, and its file in base64."""

    name: str
    word: str

    def __str__(self) -> str:
        return self.name

    def file(self) -> io.BytesIO:
        return io.BytesIO(base64.b64decode(self.word.partition(",")[2] or self.word))


class _Damaged(Exception):
    """Which picture can't be read, and what Pillow says of it."""


def is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def begins_as_picture(head: bytes) -> bool:
    return BEGINNINGS.match(head) is not None


def developed(source: Source, *, side: int | None = None, shape: tuple[int, ...] = ()) -> Source:
    """The source with its pictures decoded, alone: inputs (N, H, W, C).

    - size: ``shape`` where a model has learnt one; else ``side`` x ``side``; else that of the pictures if it
      is the same for all and at most 32; else a square whose side is the median of their shorter sides, at
      most 32. Resizing does not keep the ratio of the sides.
    - channels: 1 if all pictures are grey, else 3. Transparent parts become white.
    - values: 0 to 255; those of 16 bits are divided by 257.

    Errors: ``FileError`` naming the pictures that are damaged or missing, ``UnsafeFileError`` for one of too
    many pixels, ``MachineError`` if all of them don't fit into memory.
    """
    assert isinstance(source.inputs, Table)
    if side is not None and not SIDES[0] <= side <= SIDES[1]:
        raise OptionError(
            "image-size",
            "pictures can't get this size",
            got=f"--image-size {side}",
            wanted=f"{SIDES[0]} to {SIDES[1]}",
            do="--image-size 32, say",
        )
    paths = [_place_of(word, source, row) for row, word in enumerate(source.inputs[source.pictures].tolist())]
    others = [name for name in source.inputs if name != source.pictures]
    _check_there(paths, source.pictures if others and not shape else "")
    try:
        pixels, facts, because = _decoded(source.name, paths, side, shape)
    except _Damaged as error:
        raise _damaged(paths, error) from error
    height, width, channels = pixels.shape[1:]
    size = f"{width} x {height}" if width == height else f"{width} wide, {height} high"
    notes = [
        Note(
            f"pictures: {size}, {'grey' if channels == 1 else 'RGB'}",
            because,
            "" if shape or side else "--image-size N",
        )
    ]
    notes += _other_modes(facts, channels)
    if any(fact.transparent for fact in facts):
        notes.append(
            Note(f"transparent: {counted(sum(fact.transparent for fact in facts), 'picture')}", "laid on white")
        )
    if moving := sum(fact.moving for fact in facts):
        notes.append(Note(f"animated: {counted(moving, 'picture')}", "the first frame of each is read"))
    if others and not shape:  # new rows keep them beside what is predicted
        notes.append(left_out_beside(source.inputs, others, source.target, "pictures are read alone"))
    return replace(source, inputs=pixels, columns=(), pictures="", all_columns=(), layout="image").noting(
        *notes
    )


def _decoded(
    name: str, paths: Sequence[Path | _Embedded | Image], side: int | None, shape: tuple[int, ...]
) -> tuple[np.ndarray, list[_Facts], str]:
    """All pictures (N, H, W, C), what their headers say, and why they have this shape."""
    facts = [_from(path, _facts) for path in paths]
    found, because = _shape(facts, side, shape)
    deep = any(fact.deep for fact in facts)
    kind = np.dtype(np.float32 if deep else np.uint8)
    check_memory(name, len(paths) * math.prod(found) * kind.itemsize)
    pixels = np.empty((len(paths), *found), kind)
    for place, path in enumerate(paths):
        pixels[place] = _from(path, lambda image: _pixels(image, found, deep))
    return pixels, facts, because


def _damaged(paths: Sequence[Path | _Embedded | Image], met: _Damaged) -> FileError:
    """All pictures that can't be read, in one message; one of them was met."""
    reasons: dict[str, str] = dict([met.args])
    for path in paths:
        try:
            _from(path, lambda image: image.load())
        except _Damaged as error:
            reasons |= [error.args]
    names, one = [name for name in map(str, paths) if name in reasons], len(reasons) == 1
    others = f" and {len(names) - MOST_DAMAGED:,} more" if len(names) > MOST_DAMAGED else ""
    return FileError(
        "damaged-picture",
        f"{names[0]} is damaged, cut off or no picture"
        if one
        else f"{len(names):,} of {counted(len(paths), 'picture')} are damaged, cut off or none",
        got=reasons[names[0]] if one else ", ".join(names[:MOST_DAMAGED]) + others,
        wanted=", ".join(FORMATS),
        do="replace it, or remove it" if one else "replace them, or remove them",
    )


def _other_modes(facts: Sequence[_Facts], channels: int) -> list[Note]:
    """What is said of pictures that have other channels than they are read with."""
    others = sum(fact.channels != channels for fact in facts)
    if not others:
        return []
    which = f"{others:,} of {counted(len(facts), 'picture')}"
    if channels == 1:
        return [Note(f"RGB: {which}", "turned grey, as the model was trained")]
    return [Note(f"grey: {which}", "the same value in red, green and blue")]


def _place_of(word: Any, source: Source, row: int) -> Path | _Embedded | Image:
    """Where a picture lies that a cell names, or holds."""
    if not isinstance(word, str):
        return word
    if EMBEDDED.match(word):
        named = repr(source.ids[row]) if source.ids is not None else f"in row {row + 1}"
        return _Embedded(f"the picture {named} of {source.name}", word)
    return Path(word)


def _check_there(paths: Sequence[Path | _Embedded | Image], column: str) -> None:
    """Refuse paths without a file, and say what lies near the first of them. ``column``: the one that names them, if
    there are others."""
    named = [path for path in paths if isinstance(path, Path)]
    absent = [path for path in named if not path.is_file()]
    if not absent:
        return
    first, near = absent[0], ""
    if first.parent.is_dir():
        there = {entry.name for entry in first.parent.iterdir()}
        alike = [name for name in there if Path(name).stem.casefold() == first.stem.casefold()]
        near = min(alike, default="")
    away = any(ADDRESS.search(str(path)) for path in absent)
    dropped = f", or --drop {quoted(column)}, if the other columns are the inputs" if column else ""
    raise FileError(
        "no-picture",
        f"{len(absent):,} of {counted(len(named), 'picture')} {'is' if len(absent) == 1 else 'are'} missing",
        got="no file " + ADDRESS.sub(r"\1//", str(first)) + f" (is it {near!r}?)" * bool(near),
        wanted="a file at each path",
        do="download them first, and name the files" + dropped
        if away
        else FROM_TABLE
        if near or 2 * len(absent) > len(named)
        else "remove these rows, or correct their paths",
    )


def _shape(
    facts: Sequence[_Facts], side: int | None, shape: tuple[int, ...]
) -> tuple[tuple[int, int, int], str]:
    """Height, width and channels of all pictures, and why."""
    channels = max(fact.channels for fact in facts)
    sizes = {fact.size for fact in facts}
    found = f"{len(sizes)} sizes" if len(sizes) > 1 else "{} x {}".format(*next(iter(sizes)))
    if shape:
        height, width, *rest = shape
        resized = f", resized from {found}" * (sizes != {(width, height)})
        bent = ", the ratio of the sides not kept" * any(size[0] * height != size[1] * width for size in sizes)
        return (height, width, rest[0] if rest else 1), f"as the model was trained{resized}{bent}"
    if side is not None:
        return (side, side, channels), "as asked"
    width, height = next(iter(sizes))
    if len(sizes) == 1 and max(width, height) <= LARGEST_SIDE:
        return (height, width, channels), "the size of all of them"
    side = max(SIDES[0], min(LARGEST_SIDE, int(median(min(fact.size) for fact in facts))))
    return (side, side, channels), f"resized from {found}, sides of at most {LARGEST_SIDE}"


def _from(path: Path | _Embedded | Image, work: Callable[[Image], T]) -> T:
    """What ``work`` makes of a picture whose header was read and found small enough; errors name the file."""
    if not isinstance(path, (Path, _Embedded)):
        return work(path)
    from PIL import Image, UnidentifiedImageError  # a tenth of a second of start-up time

    try:
        with ExitStack() as opened:
            if isinstance(path, Path):
                opened.enter_context(permitted(path))
            file = path if isinstance(path, Path) else path.file()
            image = opened.enter_context(Image.open(file, formats=FORMATS))
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError(f"{image.width:,} x {image.height:,} pixels")
            _check_readable(path, image)
            return work(image)
    except (DataError, MachineError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnsafeFileError(
            "enormous-picture",
            f"{path} would grow beyond reason when decoded",
            got=str(error)[:120],
            wanted=f"at most {MOST_PIXELS:,} pixels",
            do="make it smaller, or remove it",
        ) from error
    except (UnidentifiedImageError, *DAMAGED) as error:
        said = _OBJECT.sub("the picture", str(error)[:120]).replace(str(path), path.name)
        raise _Damaged(str(path), said) from error


def _check_readable(path: Path | _Embedded, image: Image) -> None:
    """Refuse what is more than a picture: several pages of one file, fractions of a device."""
    pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if pages < 2 and image.mode != "F":
        return
    raise DataError(
        "no-plain-picture",
        f"{path} is no single picture of whole numbers",
        got=f"{pages} pages" if pages > 1 else "pixels that are fractions",
        wanted="a page of 8 or 16 bits in each file",
        do="numpy.savez with x, arrays (height, width, channels), and y",
    )


def _facts(image: Image) -> _Facts:
    grey = image.mode in ("1", "L", "LA", "F") or image.mode.startswith("I")
    upright = image.getexif().get(ORIENTATION, 1) >= 5
    size = (image.height, image.width) if upright else image.size
    return _Facts(
        size,
        1 if grey else 3,
        image.mode.startswith("I"),
        _transparent(image),
        getattr(image, "is_animated", False),
    )


def _transparent(image: Image) -> bool:
    return image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info


def _pixels(image: Image, shape: tuple[int, int, int], deep: bool) -> np.ndarray:
    """A picture as (H, W, C), turned as the camera was held, resized by averaging where it shrinks."""
    from PIL import Image, ImageOps

    height, width, channels = shape
    mode = "RGB" if channels == 3 else "L"
    image.draft(mode, (2 * width, 2 * height))  # a JPEG is decoded at about this size
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = Image.fromarray(np.asarray(image, dtype=np.float32) / np.float32(257))
    elif _transparent(image):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert(mode)
    else:
        image = image.convert(mode)
    if image.size != (width, height):
        shrinks = image.width >= width and image.height >= height
        image = image.resize((width, height), Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR)
    pixels = np.asarray(image)
    pixels = np.repeat(pixels[..., None], channels, axis=2) if pixels.ndim == 2 else pixels
    return pixels if deep else pixels.astype(np.uint8)
