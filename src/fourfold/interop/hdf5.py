"""The subset of HDF5 that Keras writes, read without trusting it.

Superblock 0, groups as symbol tables, contiguous or compact datasets of plain numbers: what h5py writes by default.
Everything else of the format is refused by name: filters, external storage, links, virtual and chunked datasets. Each
place and size is compared with the bytes that are there before it is read, and each object is read once.

Source: "HDF5 File Format Specification Version 3.0", The HDF Group.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from fourfold.errors import FileError, FourfoldError, UnsafeFileError

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_UNDEFINED = 0xFFFFFFFFFFFFFFFF
_DEEPEST, _MOST_OBJECTS, _LONGEST_NAME = 100, 2_000_000, 256
_DATASPACE, _DATATYPE, _LAYOUT, _CONTINUATION, _SYMBOLS = 0x01, 0x03, 0x08, 0x10, 0x11
_IGNORED = frozenset((0x00, 0x04, 0x05, 0x0C, 0x0D, 0x0E, 0x12, 0x13, 0x16))
_REFUSED = {
    0x02: "links of another kind",
    0x06: "links of another kind",
    0x07: "external storage",
    0x0B: "filters",
    0x0F: "a shared table of messages",
    0x15: "attributes of another kind",
}
_FLOATS = {2: ("<f2", 5), 4: ("<f4", 8), 8: ("<f8", 11)}


@dataclass(frozen=True)
class Dataset:
    """Where the numbers of a dataset lie in the file, and what they are."""

    shape: tuple[int, ...]
    dtype: np.dtype
    at: int

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.size * self.dtype.itemsize


class Hdf5:
    """The datasets of a file by their paths, such as ``layers/dense/vars/0``.

    Args:
        path: the file's name, for messages.
        content: its bytes.

    Raises:
        FileError: ``damaged-hdf5``, ``other-hdf5``.
        UnsafeFileError: ``unsafe-hdf5``, for storage outside the file and links.
    """

    def __init__(self, path: Path, content: bytes | memoryview) -> None:
        self.path, self._content = path, memoryview(content)
        self.datasets: dict[str, Dataset] = {}
        self.groups: set[str] = set()
        self._seen: set[int] = set()
        try:
            self._walk()
        except FourfoldError:
            raise
        except (struct.error, ValueError, IndexError, OverflowError) as error:
            raise self._damaged(str(error)) from None

    def array(self, name: str) -> np.ndarray:
        """The numbers of a dataset."""
        found = self.datasets[name]
        content = self._content[found.at : found.at + found.bytes]
        return np.frombuffer(content, found.dtype).reshape(found.shape)

    @property
    def numbers(self) -> int:
        """How many numbers all datasets have together."""
        return sum(dataset.size for dataset in self.datasets.values())

    @property
    def bytes(self) -> int:
        return sum(dataset.bytes for dataset in self.datasets.values())

    # ---- objects -----------------------------------------------------------------------------------------

    def _walk(self) -> None:
        head = self._bytes(0, 96)
        if bytes(head[:8]) != SIGNATURE:
            raise self._damaged("it does not begin as an HDF5 file")
        version, offsets, lengths = head[8], head[13], head[14]
        if version != 0 or offsets != 8 or lengths != 8:
            raise self._other(f"superblock {version}")
        base, _, end, driver = struct.unpack_from("<4Q", head, 24)
        if base != 0 or driver != _UNDEFINED:
            raise self._other("a file inside a file")
        if end > len(self._content):
            raise self._damaged(f"{end} bytes are promised, and {len(self._content)} are there")
        stack = [("", struct.unpack_from("<Q", head, 64)[0], 0)]
        while stack:
            path, at, depth = stack.pop()
            if depth > _DEEPEST:
                raise self._damaged("groups lie too deep")
            for name, child in self._object(path, at):
                stack.append((f"{path}/{name}" if path else name, child, depth + 1))
        if self.bytes > len(self._content):
            raise self._unsafe(
                f"{self.bytes} bytes of numbers in {len(self._content)}: datasets that share them"
            )

    def _object(self, path: str, at: int) -> list[tuple[str, int]]:
        """The members of a group; a dataset has none, and is noted."""
        if at in self._seen or len(self._seen) > _MOST_OBJECTS:
            raise self._unsafe(f"a second link to an object, at {path!r}")
        self._seen.add(at)
        shape = dtype = place = table = None
        for kind, content in self._messages(path, at):
            if kind in _REFUSED:
                refuse = self._unsafe if kind == 0x07 else self._other
                raise refuse(f"{_REFUSED[kind]} at {path!r}")
            if kind == _DATASPACE:
                shape = self._shape(path, content)
            elif kind == _DATATYPE:
                dtype = self._dtype(path, content)
            elif kind == _LAYOUT:
                place = self._layout(path, content)
            elif kind == _SYMBOLS:
                table = struct.unpack_from("<2Q", content)
            elif kind not in _IGNORED:
                raise self._other(f"message {kind:#x} at {path!r}")
        if table is not None:
            self.groups.add(path)
            return list(self._members(path, *table))
        if shape is None or dtype is None or place is None:
            raise self._damaged(f"{path!r} is neither a group nor a dataset")
        start, size = place
        wanted = prod(shape) * dtype.itemsize
        if wanted and (start == _UNDEFINED or size != wanted):
            has = "none" if start == _UNDEFINED else size
            raise self._damaged(f"{path!r} of shape {shape} needs {wanted} bytes and has {has}")
        self._bytes(0 if not wanted else start, wanted)
        self.datasets[path] = Dataset(shape, dtype, start if wanted else 0)
        return []

    def _messages(self, path: str, at: int) -> Iterator[tuple[int, memoryview]]:
        """The messages of an object's head, version 1, with those of its continuations."""
        head = self._bytes(at, 16)
        if head[0] != 1:
            raise self._other(f"an object of another version at {path!r}")
        count, _, size = struct.unpack_from("<HIi", head, 2)
        blocks, seen = [(at + 16, size)], 0
        while blocks:
            start, length = blocks.pop(0)
            block, here = self._bytes(start, length), 0
            while here + 8 <= length and seen < count:
                kind, size, flags = struct.unpack_from("<HHB", block, here)
                content = block[here + 8 : here + 8 + size]
                if len(content) != size:
                    raise self._damaged(f"a message of {path!r} is cut off")
                here, seen = here + 8 + size, seen + 1
                if flags & 2:
                    raise self._other(f"a shared message at {path!r}")
                if kind == _CONTINUATION:
                    blocks.append(struct.unpack_from("<2Q", content))
                    if len(blocks) + seen > 10_000:
                        raise self._damaged(f"{path!r} has too many continuations")
                else:
                    yield kind, content
        if seen < count:
            raise self._damaged(f"messages of {path!r} are missing")

    def _members(self, path: str, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """Names and places of what is in a group: leaves of a tree of symbol tables, names in a heap."""
        signature, size, _, start = struct.unpack_from("<4s4xQQQ", self._bytes(heap, 32))
        if signature != b"HEAP":
            raise self._damaged(f"{path!r} has no names")
        names = self._bytes(start, size)
        nodes, read = [tree], set()
        while nodes:
            at = nodes.pop(0)
            if at in read or len(read) > _MOST_OBJECTS:
                raise self._damaged(f"the members of {path!r} go round in a circle")
            read.add(at)
            signature = bytes(self._bytes(at, 4))
            if signature == b"TREE":
                kind, _, count = struct.unpack_from("<BBH", self._bytes(at, 24), 4)
                if kind != 0:
                    raise self._other(f"a tree of chunks at {path!r}")
                content = self._bytes(at + 24, 16 * count)
                nodes += [struct.unpack_from("<Q", content, 16 * i + 8)[0] for i in range(count)]
            elif signature == b"SNOD":
                count = struct.unpack_from("<H", self._bytes(at, 8), 6)[0]
                content = self._bytes(at + 8, 40 * count)
                for i in range(count):
                    name_at, child, cached = struct.unpack_from("<QQI", content, 40 * i)
                    if cached not in (0, 1):
                        raise self._unsafe(f"a link in {path!r}")
                    yield self._name(path, names, name_at), child
            else:
                raise self._damaged(f"the members of {path!r} can't be found")

    def _name(self, path: str, names: memoryview, at: int) -> str:
        content = bytes(names[at : at + _LONGEST_NAME + 1])
        raw, end, _ = content.partition(b"\0")
        name = raw.decode("utf-8", "replace")
        if not end or not name or name in (".", "..") or "/" in name or not name.isprintable():
            raise self._damaged(f"a name in {path!r} is none")
        return name

    # ---- messages ----------------------------------------------------------------------------------------

    def _shape(self, path: str, content: memoryview) -> tuple[int, ...]:
        version, rank = content[0], content[1]
        if version not in (1, 2) or rank > 32:
            raise self._other(f"a dataspace of another version at {path!r}")
        if version == 2 and content[3] == 2:
            return (0,)
        at = 8 if version == 1 else 4
        shape = struct.unpack_from(f"<{rank}Q", content, at)
        if any(length >= 2**31 for length in shape):
            raise self._damaged(f"{path!r} has shape {shape}")
        return shape

    def _dtype(self, path: str, content: memoryview) -> np.dtype:
        kind, bits, size = content[0] & 15, content[1], struct.unpack_from("<I", content, 4)[0]
        if kind == 1 and not bits & 1 and size in _FLOATS and content[13] == _FLOATS[size][1]:
            return np.dtype(_FLOATS[size][0])
        if kind == 0 and not bits & 1 and size in (1, 2, 4, 8):
            return np.dtype(f"<{'i' if bits & 8 else 'u'}{size}")
        if kind == 8 and size == 1:
            return np.dtype("i1")  # an enumeration: h5py's booleans
        if kind in (5, 9, 3):
            return np.dtype("V1") if size == 0 else np.dtype(f"V{min(size, 64)}")
        raise self._other(f"numbers of another kind at {path!r}")

    def _layout(self, path: str, content: memoryview) -> tuple[int, int]:
        """Where a dataset's numbers begin, and how many bytes they take."""
        version, kind = content[0], content[1]
        if version != 3 or kind not in (0, 1):
            raise self._other(f"a chunked or virtual dataset at {path!r}")
        if kind == 1:
            return struct.unpack_from("<2Q", content, 2)
        size = struct.unpack_from("<H", content, 2)[0]
        if len(content) < 4 + size:
            raise self._damaged(f"{path!r} is cut off")
        return _offset(self._content, content) + 4, size

    # ---- bytes and errors --------------------------------------------------------------------------------

    def _bytes(self, at: int, size: int) -> memoryview:
        """Bytes that are there."""
        if at < 0 or size < 0 or at + size > len(self._content):
            raise self._damaged(f"bytes {at} to {at + size} of {len(self._content)} are not there")
        return self._content[at : at + size]

    def _damaged(self, why: str) -> FileError:
        return FileError(
            "damaged-hdf5",
            f"{self.path} holds weights that are damaged ({why})",
            wanted="the file as it was written",
            do="get it again, or take an older one",
        )

    def _other(self, what: str) -> FileError:
        return FileError(
            "other-hdf5",
            f"{self.path} holds HDF5 of another kind than Keras writes",
            got=what,
            wanted="a file that model.save or model.save_weights wrote",
            do="write it again by Keras 3's or Fourfold's model.save",
        )

    def _unsafe(self, what: str) -> UnsafeFileError:
        return UnsafeFileError(
            "unsafe-hdf5",
            f"{self.path} reaches out of itself, which is not followed",
            got=what,
            wanted="numbers that lie in the file",
            do="get a file of numbers from whoever wrote it",
        )


def _offset(whole: memoryview, part: memoryview) -> int:
    """Where a part of a buffer begins in it."""
    address = np.frombuffer(part, np.uint8).__array_interface__["data"][0]
    return address - np.frombuffer(whole, np.uint8).__array_interface__["data"][0]
