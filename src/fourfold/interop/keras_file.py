"""The ``.keras`` file of Keras 3: a zip archive of ``config.json``, ``metadata.json`` and ``model.weights.h5``.

Reading looks at these three members alone, each once and whole in memory or not at all; nothing is written, unpacked to
disk, imported or executed. What a member says about its size is compared with the bytes that are there first.
"""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.core.files import whole_file, write_whole
from fourfold.errors import FileError, OptionError, UnsafeFileError, installing
from fourfold.interop.hdf5 import SIGNATURE, Hdf5

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
FORMAT_OF = "3.13.0"
"""The version of Keras whose format this is."""
LARGEST_CONFIG, DEEPEST, MOST_LAYERS, LONGEST_NAME = 64 << 20, 100, 100_000, 256
RATIO, FROM = 100, 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)
_BIDIRECTIONAL = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))

Values = Iterable[tuple[str, str, list[np.ndarray]]]
"""For each place in the file: its path, the name of what lies there, its arrays in order."""


# ---- writing -----------------------------------------------------------------------------------------------


def write_model(path: Path, config: Mapping[str, Any], values: Values) -> None:
    """Writes a ``.keras`` file, the whole or nothing of it."""
    weights = bytes(hdf5_of(values))
    metadata = {"keras_version": FORMAT_OF, "date_saved": f"{datetime.now():%Y-%m-%d@%H:%M:%S}"}
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(METADATA, json.dumps(metadata))
        archive.writestr(CONFIG, json.dumps(config, allow_nan=False))
        archive.writestr(WEIGHTS, weights)


def write_weights(path: Path, values: Values) -> None:
    """Writes a ``.weights.h5`` file, the whole or nothing of it."""
    write_whole(path, bytes(hdf5_of(values)))


def hdf5_of(values: Values) -> memoryview:
    """The arrays as an HDF5 file in Keras's layout.

    Raises:
        OptionError: ``no-h5py``.
    """
    try:
        import h5py
    except ImportError:
        raise OptionError(
            "no-h5py",
            "Keras's files are written by h5py, which is not installed",
            got="import h5py fails",
            do=f"{installing('keras')}; or model.save_weights('model.weights.npz'), which needs nothing more",
        ) from None
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="earliest") as file:
        for path, name, arrays in values:
            group = file.create_group(f"{path}/vars" if path else "vars")
            group.attrs["name"] = name
            for number, array in enumerate(arrays):
                group.create_dataset(str(number), data=array, track_times=False)
    return buffer.getbuffer()


# ---- reading -----------------------------------------------------------------------------------------------


class KerasFile:
    """A ``.keras`` file that was read: its configuration and its weights.

    Raises:
        FileError: ``no-model-file``, ``other-model-file``, ``damaged-model-file``, ``config-of-a-file``.
        UnsafeFileError: ``model-file-bomb``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._kind(file.read(512))
                with zipfile.ZipFile(file) as archive:
                    config = self._member(archive, CONFIG, LARGEST_CONFIG)
                    weights = self._member(archive, WEIGHTS, path.stat().st_size * RATIO)
        except OSError as error:
            if isinstance(error, FileError):
                raise
            raise self._missing(error) from None
        except _DAMAGED as error:
            if isinstance(error, UnsafeFileError):
                raise
            raise self._damaged(error) from None
        self.config = self._parsed(config)
        self.weights = Hdf5(path, weights)
        if len(weights) > 1.1 * self.weights.bytes + 8192 * (len(self.weights.groups) + 64):
            raise self._bomb(f"{len(weights):,} bytes for weights of {self.weights.bytes:,}")

    def _kind(self, head: bytes) -> None:
        told = kind_of(head)
        if told is not None:
            raise FileError(
                "other-model-file",
                f"{self.path} is no .keras file",
                got=told[0],
                wanted="what model.save of Keras 3 or Fourfold wrote",
                do=told[1],
            )

    def _member(self, archive: zipfile.ZipFile, name: str, most: int) -> bytes:
        found = [info for info in archive.infolist() if info.filename == name]
        if len(found) != 1:
            raise self._damaged(f"it has {len(found)} members {name}")
        info = found[0]
        if info.flag_bits & 1:
            raise self._damaged(f"{name} is encrypted")
        if info.file_size > most or (info.file_size > FROM and info.file_size > RATIO * info.compress_size):
            raise self._bomb(f"{name} of {info.file_size:,} bytes, packed in {info.compress_size:,}")
        if info.compress_size > self.path.stat().st_size:
            raise self._damaged(f"{name} is longer than the file")
        with archive.open(info) as member:
            content = member.read(info.file_size + 1)
        if len(content) != info.file_size:
            raise self._damaged(f"{name} has another length than it says")
        return content

    def _parsed(self, content: bytes) -> dict[str, Any]:
        try:
            config = json.loads(
                content.decode("utf-8"),
                object_pairs_hook=_once,
                parse_constant=_no_constant,
                parse_int=_whole,
            )
        except (ValueError, RecursionError) as error:
            raise self._config(f"{error}"[:200]) from None
        problem = _problem(config)
        if problem or not isinstance(config, dict):
            raise self._config(problem or "it is no object")
        return config

    def _missing(self, error: OSError) -> FileError:
        return FileError(
            "no-model-file",
            f"{self.path} can't be read ({error.strerror})",
            wanted="a file that model.save wrote",
            do="give the path of a .keras file",
        )

    def _damaged(self, why: object) -> FileError:
        return FileError(
            "damaged-model-file",
            f"{self.path} is damaged ({why})",
            wanted="the file that model.save wrote",
            do="get it again, or take an older one",
        )

    def _config(self, why: str) -> FileError:
        return FileError(
            "config-of-a-file",
            f"{self.path}: config.json can't be read ({why})",
            wanted="what model.save wrote",
            do="get the file again",
        )

    def _bomb(self, what: str) -> UnsafeFileError:
        return UnsafeFileError(
            "model-file-bomb",
            f"{self.path} would take more memory than its weights",
            got=what,
            wanted="members of the size of what they hold",
            do="get a file of numbers from whoever wrote it",
        )


def kind_of(head: bytes) -> tuple[str, str] | None:
    """What a file is, by its first bytes, that is no zip archive, and what to do; None for an archive."""
    start = head.lstrip()[:64].lower()
    if head.startswith(b"PK"):
        return None
    for kind, told in (
        (
            head.startswith(SIGNATURE),
            ("an HDF5 file", "load_weights for .weights.h5; save .h5 models again as .keras"),
        ),
        (head.startswith(b"version https://git-lfs"), ("a pointer of Git LFS", "git lfs pull")),
        (
            start.startswith((b"<!doctype", b"<html", b"<?xml")),
            ("a page of HTML", "download the file itself"),
        ),
        (head.startswith(b"\x80"), ("a pickle, which could execute anything", "get a .keras file")),
        (head.startswith(b"\x93NUMPY"), ("an array of NumPy", "get a .keras file")),
        (head.startswith(b"\x1f\x8b"), ("a file packed by gzip", "gunzip it")),
        (not head, ("an empty file", "get it again")),
    ):
        if kind:
            return told
    return "something else", "give the path of a .keras file"


def read_weights(path: Path) -> Hdf5:
    """The weights of a ``.weights.h5`` file, or of a ``.keras`` file.

    Raises:
        FileError: ``no-weights-file``, ``damaged-hdf5``, ``other-hdf5``.
    """
    if path.name.endswith(".keras"):
        return KerasFile(path).weights
    try:
        return Hdf5(path, path.read_bytes())
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            "no-weights-file",
            f"{path} can't be read ({error.strerror})",
            wanted="a file that model.save_weights wrote",
            do=f"model.save_weights({str(path)!r})",
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _whole(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise ValueError("a whole number of more than 64 bits")
    return int(digits)


def _problem(config: Any) -> str | None:
    """What no configuration of a model has, found without recursion."""
    stack, layers = [(config, 0, "")], 0
    while stack:
        value, depth, key = stack.pop()
        if depth > DEEPEST:
            return "it is nested too deep"
        if isinstance(value, dict):
            stack.extend((item, depth + 1, name) for name, item in value.items())
        elif isinstance(value, list):
            layers += len(value) if key == "layers" else 0
            stack.extend((item, depth + 1, "") for item in value)
        elif (
            isinstance(value, int) and abs(value) > 2**31 and key not in ("shared_object_id", "seed", "value")
        ):
            return f"{key or 'a number'} is {value}"
        elif isinstance(value, str) and key in ("name", "class_name") and not _is_name(value):
            return "a name that is none"
    return f"{layers} layers" if layers > MOST_LAYERS else None


def _is_name(name: str) -> bool:
    return (
        0 < len(name) <= LONGEST_NAME
        and "/" not in name
        and not any(
            unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in _BIDIRECTIONAL for c in name
        )
    )
