"""Rows that stay where they are, above all on a disk, and are read part by part ahead of what computes with them.

A training whose data are larger than memory reads the rows of its next steps on another thread while the steps
before run; what is in memory at once are a few such parts.
"""

from __future__ import annotations

import math
import mmap
import os
import queue
import threading
import time
import weakref
from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

from fourfold.core.machine import available_memory
from fourfold.errors import FileError

PART_BYTES = 1 << 23
"""Bytes of a part that is read at once. A part is used, one waits, one is being read."""
SECONDS_OF_A_RUN, BYTES_A_SECOND = 1e-5, 2e9
"""What a read takes at most, and how quickly it goes on, where the system has a copy of the file in memory."""
AROUND = 1 << 17
"""Bytes that a disk reads about as quickly as a few."""
ALIGNMENT = 64
"""JAX takes arrays that begin at a multiple of this as they are, without a copy."""

T = TypeVar("T")


class Rows:
    """The rows (N, ...) of an array, read when they are asked for.

    Args:
        array: in memory, in a mapped file, or in a file whose library reads some rows at a time (h5py, zarr).
        dtype: of the rows as they are read.

    A mapped file is read beside its map, since pages of a map that were looked at count as this process's memory.

    >>> rows = Rows(np.arange(6.0).reshape(3, 2), "float32")
    >>> len(rows), rows.shape, rows.take(np.array([2, 0])).tolist()
    (3, (3, 2), [[4.0, 5.0], [0.0, 1.0]])
    """

    def __init__(self, array: Any, dtype: Any) -> None:
        self._array, self.dtype = array, np.dtype(dtype)
        self._first, self._count = 0, int(array.shape[0])
        self._row = tuple(int(side) for side in array.shape[1:])
        self._file = _file_of(array)

    def __len__(self) -> int:
        return self._count

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._count, *self._row)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, part: slice | tuple[Any, None]) -> Rows:
        """A run of the rows, or with ``[..., None]`` the same rows with one more axis. Nothing is read."""
        if isinstance(part, tuple):
            return self._changed(_row=(*self._row, 1))
        first, stop, _ = part.indices(self._count)
        return self._changed(_first=self._first + first, _count=max(stop - first, 0))

    def _changed(self, **changed: Any) -> Rows:
        other = Rows.__new__(Rows)
        other.__dict__ = self.__dict__ | changed
        return other

    def take(self, numbers: np.ndarray, room: int | None = None) -> np.ndarray:
        """Rows by their numbers, in this order; with ``room``, that many rows, of which the others mean nothing.

        A library is asked for them in the order of its file.
        """
        numbers = np.asarray(numbers)
        if self._file is None and np.any(numbers[1:] <= numbers[:-1]):
            ascending, places = np.unique(numbers, return_inverse=True)
            return self.take(ascending)[places]
        taken = aligned((room or len(numbers), *self._row), self.dtype)
        self._read(numbers + self._first, taken[: len(numbers)])
        return taken

    def parts(self) -> Iterator[np.ndarray]:
        """All rows in their order, read part by part."""
        rows = max(PART_BYTES // max(math.prod(self._row) * self.dtype.itemsize, 1), 1)
        for start in range(0, self._count, rows):
            yield self.take(np.arange(start, min(start + rows, self._count)))

    def _read(self, numbers: np.ndarray, out: np.ndarray) -> None:
        array, shape = self._array, (len(out), *self._array.shape[1:])
        if self._file is not None and array.dtype == out.dtype:
            self._file.read(numbers, out)
        elif self._file is not None:
            raw = np.empty(shape, array.dtype)
            self._file.read(numbers, raw)
            out[...] = raw.reshape(out.shape)
        elif isinstance(array, np.ndarray) and array.flags.c_contiguous and array.dtype == out.dtype:
            np.take(array, numbers, axis=0, out=out.reshape(shape), mode="clip")
        else:
            out[...] = np.asarray(array[numbers]).reshape(out.shape)


class _File:
    """The rows of one array in a file: ``size`` bytes each, ``step`` bytes from one to the next."""

    def __init__(self, path: str, start: int, step: int, size: int) -> None:
        self.path, self.start, self.step, self.size = path, start, step, size
        self.handle = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self.handle)
        self.waits = False

    def read(self, numbers: np.ndarray, out: np.ndarray) -> None:
        """Rows, in as few runs as they have.

        Where the last read had to wait for the disk, these are asked for beforehand, in their order: it reads them side
        by side.
        """
        adjacent = self.step == self.size
        breaks = np.flatnonzero(np.diff(numbers) != 1) + 1 if adjacent else np.arange(1, len(numbers))
        firsts = np.concatenate([[0], breaks]) if len(numbers) else breaks
        places = (self.start + numbers[firsts].astype(np.int64) * self.step).tolist()
        bounds = (np.append(firsts, len(numbers)) * self.size).tolist()
        runs = list(zip(places, bounds, bounds[1:]))
        if self.waits and len(runs) > 1:
            runs.sort()
            self._ask_for(runs)
        target, handle, read = memoryview(out.reshape(-1).view(np.uint8)), self.handle, os.preadv  # pyright: ignore
        started = time.perf_counter()
        for place, begin, end in runs:
            if (got := read(handle, (target[begin:end],), place)) != end - begin:
                self._rest(target[begin + got : end], place + got)
        seconds = time.perf_counter() - started
        self.waits = seconds > SECONDS_OF_A_RUN * len(runs) + out.nbytes / BYTES_A_SECOND

    def _ask_for(self, runs: list[tuple[int, int, int]]) -> None:
        """Has the disk read some runs side by side; with what lies around them, if there is memory for the file."""
        asked = [(place, end - begin) for place, begin, end in runs]
        if os.fstat(self.handle).st_size < available_memory():
            around = {
                near for place, size in asked for near in (place // AROUND, (place + size - 1) // AROUND)
            }
            asked = [(near * AROUND, AROUND) for near in sorted(around)]
        for place, size in asked:
            os.posix_fadvise(self.handle, place, size, os.POSIX_FADV_WILLNEED)

    def _rest(self, target: memoryview, place: int) -> None:
        while len(target):
            got = os.preadv(self.handle, (target,), place)
            if not got:
                raise FileError(
                    "file-was-cut",
                    f"{self.path} became shorter while it was read",
                    wanted="a file that nobody writes to",
                    do="make it anew, and map it again",
                )
            target, place = target[got:], place + got


def aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array for JAX to take as it is; its values are not set."""
    size = math.prod(shape) * dtype.itemsize
    room = np.empty(size + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    return room[start : start + size].view(dtype).reshape(shape)


def mapped(array: Any) -> bool:
    """Whether an array lies in a mapped file (numpy.memmap, numpy.load with mmap_mode), or is a view of such a one."""
    return _root(array) is not None


def in_a_file(array: Any) -> bool:
    """Whether an array is one of a file whose library reads some rows at a time, as h5py's and zarr's."""
    return not isinstance(array, np.ndarray) and all(
        hasattr(array, name) for name in ("shape", "dtype", "chunks", "__getitem__")
    )


def ahead(items: Iterable[T]) -> Generator[T]:
    """The items, each made on another thread while those before are used. What their maker raises is raised here."""
    made: queue.Queue[tuple[bool, Any]] = queue.Queue(maxsize=1)
    left = threading.Event()

    def hand_over(ended: bool, thing: Any) -> None:
        while not left.is_set():
            try:
                return made.put((ended, thing), timeout=0.1)
            except queue.Full:
                continue

    def make() -> None:
        try:
            for item in items:
                hand_over(False, item)
                if left.is_set():
                    return
            hand_over(True, None)
        except BaseException as error:  # whatever it is, it is raised where the items are used
            hand_over(True, error)

    maker = threading.Thread(target=make, name="fourfold-reading", daemon=True)
    maker.start()
    try:
        while True:
            ended, thing = made.get()
            if ended:
                if thing is not None:
                    raise thing
                return
            yield thing
    finally:
        left.set()
        maker.join(timeout=1.0)


def _root(array: Any) -> np.memmap | None:
    """The mapped array that an array is a view of."""
    found = None
    while isinstance(array, np.ndarray):
        found = array if isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap) else found
        array = array.base
    return found


def _file_of(array: Any) -> _File | None:
    """The file of a mapped array that can be read beside its map; None if its rows don't lie in one piece each, if
    changes to the array are this process's alone, or if the file is another by now."""
    root = _root(array)
    if (
        root is None
        or root.mode == "c"
        or root.filename is None
        or not (len(array) and hasattr(os, "preadv"))
    ):
        return None
    row = array[:1]
    if not row.flags.c_contiguous or array.strides[0] < row.nbytes or not row.nbytes:
        return None
    start = array.ctypes.data - root.ctypes.data + root.offset
    try:
        file = _File(os.fspath(root.filename), start, array.strides[0], row.nbytes)
    except OSError:
        return None
    for number in {0, len(array) // 2, len(array) - 1}:
        same = np.empty(row.shape, row.dtype)
        try:
            file.read(np.array([number]), same)
        except FileError:
            return None
        if same.tobytes() != array[number : number + 1].tobytes():
            return None
    file.waits = True  # nobody knows yet whether the system has a copy of it
    return file
