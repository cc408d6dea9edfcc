"""Rows that stay where they are, above all on a disk, and are read part by part ahead of what computes with them.

A training whose data are larger than memory reads the rows of its next steps on another thread while the steps
before run; what is in memory at once are a few such parts.
"""

from __future__ import annotations

import mmap
import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

PART_BYTES = 1 << 24
"""Bytes of a part that is read at once. A part is used, one waits, one is being read."""
NEIGHBOURHOOD = 1 << 16
"""Bytes that the system maps around a place that is read."""

T = TypeVar("T")


class Rows:
    """The rows (N, ...) of an array, read when they are asked for.

    Args:
        array: in memory, in a mapped file, or in a file whose library reads some rows at a time (h5py, zarr).
        dtype: of the rows as they are read.

    >>> rows = Rows(np.arange(6.0).reshape(3, 2), "float32")
    >>> len(rows), rows.shape, rows.take(np.array([2, 0])).tolist()
    (3, (3, 2), [[4.0, 5.0], [0.0, 1.0]])
    """

    def __init__(self, array: Any, dtype: Any) -> None:
        self._array, self.dtype = array, np.dtype(dtype)
        self._first, self._count = 0, int(array.shape[0])
        self._row = tuple(int(side) for side in array.shape[1:])
        self._map = _map_of(array)

    def __len__(self) -> int:
        return self._count

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._count, *self._row)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def row_bytes(self) -> int:
        return int(np.prod(self._row)) * self.dtype.itemsize

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

    def take(self, numbers: np.ndarray) -> np.ndarray:
        """Rows by their numbers, in this order. They are read in the file's order, and what was mapped is let go."""
        taken = np.empty((len(numbers), *self._row), self.dtype)
        order = np.argsort(numbers, kind="stable")
        for places in self._portions(order, np.asarray(numbers)):
            read = self._read(numbers[places] + self._first)
            taken[places] = read.reshape(len(places), *self._row)
            if self._map is not None:
                self._map.madvise(mmap.MADV_DONTNEED)
        return taken

    def parts(self) -> Iterator[np.ndarray]:
        """All rows in their order, read part by part."""
        rows = max(PART_BYTES // max(self.row_bytes, 1), 1)
        for start in range(0, self._count, rows):
            yield self.take(np.arange(start, min(start + rows, self._count)))

    def _read(self, ascending: np.ndarray) -> np.ndarray:
        """Rows of the array; one of a file is asked for each row once."""
        if isinstance(self._array, np.ndarray):
            return self._array[ascending]
        once, again = np.unique(ascending, return_inverse=True)
        return np.asarray(self._array[once])[again]

    def _portions(self, order: np.ndarray, numbers: np.ndarray) -> Iterator[np.ndarray]:
        """The places of sorted numbers, so that one portion maps about as much as a part holds."""
        if self._map is None:
            yield order
            return
        least, span = PART_BYTES // NEIGHBOURHOOD, PART_BYTES // max(self.row_bytes, 1)
        ascending, start = numbers[order], 0
        while start < len(order):
            near = int(np.searchsorted(ascending, ascending[start] + span))
            stop = max(near, start + least)
            yield order[start:stop]
            start = stop


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


def _map_of(array: Any) -> Any:
    """The map whose pages can be let go after reading: a file's, unless changes to it are this process's alone."""
    root = _root(array)
    if root is None or root.mode == "c" or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    return root.base
