"""IDX files, the form of MNIST: a magic number with the type and the number of axes, the axes, the values.

Source: LeCun, Cortes & Burges 1998, "The MNIST database of handwritten digits", the file format.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.errors import FileError

from .content import Content
from .npz import mapped
from .wrong_kinds import IDX

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The types of values by their byte; all are big-endian."""


PARTS = ("train", "t10k", "test")
"""How the names of files of training and of test rows begin."""


def pairs_of(files: Iterable[Path]) -> list[tuple[Path, Path]]:
    """The images and labels of training, and then those of test rows, as MNIST hands them out in four files
    (train-images-idx3-ubyte, t10k-labels-idx1-ubyte); [] where there are no training rows."""
    named = {path.name.lower(): path for path in files if "idx" in path.name.lower()}

    def one(part: str, what: str) -> Path | None:
        return next((path for name, path in named.items() if name.startswith(part) and what in name), None)

    found = [(one(part, "images"), one(part, "labels")) for part in PARTS]
    pairs = [(images, labels) for images, labels in found if images and labels]
    return pairs if all(found[0]) else []


def is_idx(content: Content) -> bool:
    return IDX.match(content.head) is not None


def read_idx(content: Content, reading: Reading) -> Source:
    """One array (N, ...), the inputs or the target.

    Errors: ``FileError`` where there are other bytes than the header declares.
    """
    axes = content.head[3]
    header = 4 + 4 * axes
    shape = struct.unpack_from(f">{axes}I", content.head.ljust(header, b"\0"), 4)
    dtype = np.dtype(TYPES[content.head[2]])
    size = math.prod(shape) * dtype.itemsize
    if size != content.unpacked - header or not size:
        raise FileError(
            "damaged-idx",
            f"{content.name} is damaged or cut off",
            got=f"{max(0, content.unpacked - header):,} bytes of values",
            wanted=f"{size:,} bytes for shape {shape} of {dtype}",
            do="fetch it again",
        )
    return mapped(content, shape, dtype, header, reading)
