"""Arrays from ``.npz`` and ``.npy`` files: headers first, sizes compared with the bytes present, never a pickle."""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Literal

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.join import with_test
from fourfold.data.memory import check_memory
from fourfold.data.messages import listed
from fourfold.data.objects import as_source
from fourfold.data.reading import Reading
from fourfold.data.sample import places
from fourfold.data.source import Source
from fourfold.errors import DataError, FileError, FourfoldError, UnsafeFileError
from fourfold.preprocessing.table import row_count

from .content import Content, check_bomb, unpacked
from .parts import TESTING, TRAINING
from .series_ends import NAMES as ENDS
from .series_ends import ended

INPUT_NAMES = ("x", "inputs", "data", "features", "images")
TARGET_NAMES = ("y", "target", "targets", "label", "labels")
SHORT = {"train": "tr", "test": "te"}
"""What parts are called for short."""

MAPPED = "numpy.save of each array, and --x X.npy --y y.npy, of which a sample is read"
"""What to do where an archive does not fit into memory."""

LONGEST_HEADER = 10_000
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What ``zipfile`` raises when bytes were changed."""


def read_npz(content: Content, reading: Reading) -> Source:
    """x and y, or x_train, y_train, x_test and y_test (or else x_val and y_val), which may as well be called train_x
    and so on; beside series also what `ended` takes, beside others arrays (N,) that may be groups, weights or ids. An
    archive of nothing but arrays (N,) is a table of these columns, and so are records.

    Errors: ``UnsafeFileError`` for arrays of objects (pickles) and bombs, ``FileError`` for a damaged
    file, ``DataError`` for a file without x.
    """
    try:
        with zipfile.ZipFile(content.path) as archive:
            members = _members(archive, content)
            if {"format", "shape", "data"} <= set(members):
                raise DataError(
                    "sparse",
                    f"{content.name} is a sparse matrix of scipy",
                    wanted="arrays named x and y",
                    do="numpy.savez('data.npz', x=scipy.sparse.load_npz(FILE).toarray(), y=y)",
                )
            whole, train = _pair(members, ""), _pair(members, TRAINING[0])
            x, y = whole if whole[0] else train
            part, test = _test(members) if y and not (whole[0] and train[0]) else ("", ("", ""))
            ends = _first(members, ENDS, "" if whole[0] else TRAINING[0])
            ends_of_test = _first(members, ENDS, part) if part else ""
            x, y = (x, y) if x else _unnamed(members)
            columns = {} if x else _columns(archive, members, content.name)
            chosen = [name for name in (x, y, *test, ends, ends_of_test, *columns) if name]
            check_memory(content.name, sum(members[name].file_size for name in chosen), MAPPED)
            arrays = {name: _array(archive, members[name], f"{content.name}: {name}") for name in chosen}
            others = {name: info for name, info in members.items() if name not in chosen}
            beside = _beside(archive, others, content.name)
    except FourfoldError:
        raise
    except DAMAGED as error:
        raise FileError(
            "damaged-npz",
            f"{content.name} is damaged",
            got=str(error)[:120],
            wanted="a whole npz file",
            do="save it again",
        ) from error
    if columns:
        return as_source(arrays, None, content.name)
    if not x:
        raise DataError(
            "no-x",
            f"{content.name} has no array named x",
            got=listed(list(members)),
            wanted="x and y, or columns, arrays of one axis and one length",
            do="numpy.savez('data.npz', x=x, y=y)",
        )
    source = _with_beside(_source(arrays, x, y, ends, content.name), beside, "" if whole[0] else TRAINING[0])
    if part:
        of_test = _source(arrays, *test, ends_of_test, " and ".join(test))
        source = with_test(source, _with_beside(of_test, beside, part))
    if source.beside:
        because = "a value for each row; --weight, --group or --id NAME uses it"
        source = source.noting(Note(f"beside x: {listed(list(source.beside))}", because))
    used = {*source.beside}
    unused = [name for name in others if used.isdisjoint(_base(name, one) for one in ("", TRAINING[0], part))]
    return source.noting(Note(f"ignored: {listed(unused)}", "arrays beside x and y")) if unused else source


def _unnamed(members: Mapping[str, zipfile.ZipInfo]) -> tuple[str, str]:
    """x and y without names, in the order in which NumPy numbers them, or the only array as x; two '' of others."""
    if len(members) == 1:
        return next(iter(members)), ""
    return ("arr_0", "arr_1") if {*members} == {"arr_0", "arr_1"} else ("", "")


def _columns(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str) -> list[str]:
    """The names of the arrays, if all have one axis and are of one length; [] of others."""
    facts = _facts(archive, members, name)
    shapes = {shape for shape, _ in facts.values()}
    return [*facts] if len(facts) == len(members) and len(shapes) == 1 and len(shapes.pop()) == 1 else []


def _beside(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str) -> dict[str, np.ndarray]:
    """The arrays (N,) of numbers and words among some."""
    facts = _facts(archive, members, name).items()
    plain = [one for one, (shape, dtype) in facts if len(shape) == 1 and dtype.kind in "biufUS"]
    check_memory(name, sum(members[one].file_size for one in plain), MAPPED)
    return {one: _array(archive, members[one], f"{name}: {one}") for one in plain}


def _facts(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str
) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """The shapes and types of the members that are arrays."""
    found = {}
    for one, info in members.items():
        if not info.filename.endswith(".npy"):
            continue
        with archive.open(info) as file:
            shape, _, dtype, _ = _header(file, f"{name}: {one}")
        found[one] = shape, dtype
    return found


def _base(name: str, part: str) -> str:
    """The name of an array without that of its part: groups of groups_train and trainGroups."""
    return re.sub(rf"^{part}_?|_?{part}$", "", name, flags=re.IGNORECASE) if part else name


def _with_beside(source: Source, beside: Mapping[str, np.ndarray], part: str) -> Source:
    """The source of one part with the arrays beside it that have a value for each of its rows."""
    own = {_base(name, part): values for name, values in beside.items() if part.casefold() in name.casefold()}
    return replace(source, beside={name: one for name, one in own.items() if len(one) == row_count(source.inputs)})


def _members(archive: zipfile.ZipFile, content: Content) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name in members:
            raise FileError(
                "damaged-npz",
                f"{content.name} is damaged",
                got=f"two arrays named {name[:60]!r}",
                do="save it again",
            )
        members[name] = info
        check_bomb(f"{content.name}: {name[:60]}", info.compress_size, info.file_size)
    return members


def _pair(members: dict[str, zipfile.ZipInfo], part: str) -> tuple[str, str]:
    """The names of x and y of one part, '' where there is none: x_train, train_x, trainX, xtr."""
    return _first(members, INPUT_NAMES, part), _first(members, TARGET_NAMES, part)


def _test(members: dict[str, zipfile.ZipInfo]) -> tuple[str, tuple[str, str]]:
    """The first part of test rows that has both x and y, and their names; '' where there is none."""
    pairs = ((part, _pair(members, part)) for part in TESTING)
    return next(((part, pair) for part, pair in pairs if all(pair)), ("", ("", "")))


def _first(members: dict[str, zipfile.ZipInfo], names: tuple[str, ...], part: str) -> str:
    folded = {name.casefold().replace("_", ""): name for name in members}
    called = (part, SHORT[part]) if part in SHORT else (part,)
    written = [way for one in called for name in names for way in (name + one, one + name)]
    return next((folded[way] for way in written if way in folded), "")


def _source(arrays: dict[str, np.ndarray], x: str, y: str, ends: str, name: str) -> Source:
    """The rows of one part; those of ``ends`` tell where its series end, '' if nothing does."""
    found = ended(arrays[x], arrays[ends], ends) if ends else None
    source = as_source(found[0] if found else arrays[x], arrays[y] if y else None, name)
    if found:
        return replace(source, layout="sequence").noting(found[1])
    ignored = Note(f"ignored: {ends!r}", "no lengths of series x (N, T, C), and no mask of their steps")
    return source.noting(ignored) if ends else source


def read_npy(content: Content, reading: Reading) -> Source:
    """One array, the inputs; it is mapped, so that a sample of a large one takes little memory."""
    with unpacked(content) as file:
        shape, fortran, dtype, header = _header(file, content.name)
    _check(shape, dtype, content.unpacked - header, content.name)
    if not (shape and np.prod(shape)):
        raise DataError(
            "empty-array",
            f"{content.name} holds no values",
            got=f"shape {shape}",
            wanted="rows",
            do="save an array with a row for each example",
        )
    return mapped(content, shape, dtype, header, reading, "F" if fortran else "C")


def mapped(
    content: Content,
    shape: tuple[int, ...],
    dtype: np.dtype,
    header: int,
    reading: Reading,
    order: Literal["C", "F"] = "C",
) -> Source:
    """The rows of an array that stand behind so many bytes of a file, or a sample of them."""
    if content.compressed:
        check_memory(content.name, content.unpacked)
        with unpacked(content) as file:
            array = np.frombuffer(file.read(), dtype, offset=header).reshape(shape, order=order)
    else:
        array = np.memmap(content.path, dtype=dtype, mode="r", offset=header, shape=shape, order=order)
    rows = reading.of_array(shape)
    check_memory(content.name, array.nbytes // len(array) * rows)
    array = array[places(len(array), rows)] if rows < len(array) else array
    return replace(as_source(np.array(array, dtype.newbyteorder("=")), None, content.name), total=shape[0])


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> np.ndarray:
    with archive.open(info) as file:
        shape, fortran, dtype, header = _header(file, name)
        size = _check(shape, dtype, info.file_size - header, name, info.filename.removesuffix(".npy")[:60])
        data = file.read(size)
        if file.read(1) or len(data) != size:
            raise FileError(
                "damaged-npz",
                f"{name} is damaged",
                got="another number of bytes than declared",
                do="save it again",
            )
    if not dtype.itemsize:
        return np.zeros(shape, dtype=dtype)
    array = np.frombuffer(data, dtype=dtype)
    return array.reshape(shape, order="F" if fortran else "C").astype(dtype.newbyteorder("="), copy=False)


def _check(shape: tuple[int, ...], dtype: np.dtype, present: int, name: str, array: str = "x") -> int:
    """How many bytes an array takes: as many as there are, or it is refused; objects and records too."""
    if dtype.hasobject:
        raise UnsafeFileError(
            "pickle",
            f"{name} holds Python objects, a pickle, which can run any program when it is read",
            wanted="arrays of numbers or text",
            do=f"numpy.array({array}, float), or numpy.array({array}, str), in numpy.savez; NaN behind the end of "
            "shorter series; to_parquet for a table of numbers and words",
        )
    if dtype.subdtype or not all(_is_plain(dtype[field]) for field in dtype.names or ()):
        raise DataError(
            "array-type",
            f"{name} can't be used",
            got=f"records of type {dtype}",
            wanted="numbers or text",
            do="pandas.DataFrame(numpy.load(FILE)).to_parquet('data.parquet')",
        )
    size = math.prod(shape) * dtype.itemsize
    if size != present:
        raise FileError(
            "damaged-npz",
            f"{name} is damaged",
            got=f"{present} bytes",
            wanted=f"{size} bytes for shape {shape} of {dtype}",
            do="save it again",
        )
    return size


def _is_plain(dtype: np.dtype) -> bool:
    return not (dtype.names or dtype.subdtype)


def _header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, order, type and the length of what stands before the data."""
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise ValueError(f"version {version}")
        shape, fortran, dtype = read(file, max_header_size=LONGEST_HEADER)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise FileError(
            "damaged-npz", f"{name} is no array", got=str(error)[:120], do="save it again"
        ) from error
    if any(side < 0 for side in shape):
        raise FileError("damaged-npz", f"{name} is damaged", got=f"shape {shape}", do="save it again")
    return shape, fortran, dtype, file.tell()
