"""A file of weights: an ``.npz`` archive in which each array stands under the path of its weight.

``np.load`` reads it, too. Reading one executes nothing and takes no more memory than the model has already: the
shape in the head of an array is compared with the one that is wanted before its values are read.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from fourfold.core.files import save_arrays
from fourfold.errors import FileError, OptionError, UnsafeFileError

ENDING = ".npz"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


HDF5_ENDINGS = (".weights.h5", ".keras")


def is_hdf5(filepath: str | PathLike[str]) -> bool:
    """Whether a file's name is one of Keras's own.

    >>> is_hdf5("best.weights.h5"), is_hdf5("best.weights.npz")
    (True, False)
    """
    return fspath(filepath).endswith(HDF5_ENDINGS)


def weights_file(filepath: str | PathLike[str]) -> Path:
    """The path, if it is the name of a file of weights.

    Raises:
        OptionError: ``weights-file``, for a name that ends otherwise.

    >>> str(weights_file("best.weights.npz"))
    'best.weights.npz'
    """
    name = fspath(filepath)
    if not name.endswith(ENDING):
        stem = name
        for ending in (".h5", ".hdf5", ".keras", ".ckpt", ".weights"):
            stem = stem.removesuffix(ending)
        raise OptionError(
            "weights-file",
            "weights are written to and read from .npz and .weights.h5 files",
            got=repr(name),
            wanted="a name that ends in .npz or .weights.h5",
            do=f"write {stem + '.weights' + ENDING!r}",
        )
    return Path(name)


def write_weights(path: Path, arrays: Mapping[str, Any]) -> None:
    """Writes arrays by path, the whole file or nothing of it."""
    save_arrays(path, {name: np.asarray(value) for name, value in arrays.items()})


class WeightsFile:
    """A file of weights that is open for reading.

    Raises:
        FileError: ``no-weights``, ``damaged-weights``.
        UnsafeFileError: ``weights-pickle``, for an array of objects.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except OSError as error:
            raise FileError(
                "no-weights",
                f"{path} can't be read ({error.strerror})",
                wanted="a file that model.save_weights wrote",
                do=f"model.save_weights({str(path)!r})",
            ) from error
        except _DAMAGED as error:
            raise self._damaged(error) from error
        names = self._archive.namelist()
        self.names = {name.removesuffix(".npy") for name in names if name.endswith(".npy")}

    def __enter__(self) -> WeightsFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an array, from its head."""
        return self._read(name, None)[0]

    def array(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """The values of an array of this shape.

        Raises:
            ValueError: it has another shape.
        """
        found, values = self._read(name, shape)
        if values is None:
            raise ValueError(f"shape {found}, not {shape}")
        return values

    def _read(self, name: str, wanted: tuple[int, ...] | None) -> tuple[tuple[int, ...], np.ndarray | None]:
        try:
            with self._archive.open(f"{name}.npy") as member:
                version = npy.read_magic(member)
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                shape, by_columns, dtype = read(member)
                if dtype.hasobject:
                    raise UnsafeFileError(
                        "weights-pickle",
                        f"{self.path} holds Python objects, which could execute anything",
                        got=f"an array of objects, {name!r}",
                        wanted="numbers",
                        do="get a file of numbers from whoever wrote it",
                    )
                if dtype.kind not in "biuf":
                    raise self._damaged(f"{name} holds no numbers")
                if shape != wanted:
                    return shape, None
                count = int(np.prod(shape, dtype=np.int64))
                content = member.read(count * dtype.itemsize + 1)
        except UnsafeFileError:
            raise
        except _DAMAGED as error:
            raise self._damaged(error) from error
        if len(content) != count * dtype.itemsize:
            raise self._damaged(f"{name} has another length than its head says")
        return shape, np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")

    def _damaged(self, why: object) -> FileError:
        return FileError(
            "damaged-weights",
            f"{self.path} is damaged ({why})",
            wanted="the file that model.save_weights wrote",
            do="take an older one",
        )
