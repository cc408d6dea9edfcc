"""Files that are packed, and standard input: a plain file for as long as it is read."""

from __future__ import annotations

import bz2
import lzma
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from fourfold.core.scratch import is_full, scratch_folder
from fourfold.errors import FileError, FourfoldError

from .content import HEAD, Content, check_bomb
from .sql import database
from .zipped import bytes_of, tables_of

STANDARD_INPUT = "-"
CHUNK = 2**20

_held: list[Path] = []
"""The file of what came in through the pipe, while it is there."""


@contextmanager
def plain_content(content: Content) -> Iterator[Content]:
    """The content of a bz2, xz or zst file, or of a zip file of one table, unpacked into a temporary file; any other
    content as it is.

    A gzip file stays as it is: all readers take it.
    """
    if not is_packed(content):
        yield content
        return
    with scratch_folder() as folder:
        path = Path(folder).resolve() / "data"
        total, head = 0, b""
        try:
            with path.open("wb") as file:
                for part in _unpacked(content):
                    total += file.write(part)
                    check_bomb(content.name, content.size, total)
            with path.open("rb") as file:
                head = file.read(HEAD)
        except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
            if isinstance(error, FourfoldError) or is_full(error):
                raise
            raise FileError(
                "damaged-packing",
                f"{content.name} is damaged or cut off",
                got=str(error)[:120],
                wanted="a whole packed file",
                do="fetch it again",
            ) from error
        if not head:
            raise FileError(
                "empty-file",
                f"{content.name} is empty",
                got="0 bytes after unpacking",
                wanted="rows of data",
                do="save or fetch it again",
            )
        yield replace(content, path=path, head=head, unpacked=total, packed=True)


def _unpacked(content: Content) -> Iterator[bytes]:
    if tables := tables_of(content.path, content.head):
        return bytes_of(content, tables[0])
    return next(parts for mark, parts in UNPACKERS.items() if content.head.startswith(mark))(content.path)


def is_packed(content: Content) -> bool:
    """Whether the bytes of a file are packed, in another way than gzip."""
    if content.packed:
        return False
    return content.head.startswith(tuple(UNPACKERS)) or len(tables_of(content.path, content.head)) == 1


def _blocks(module: Any, path: Path) -> Iterator[bytes]:
    with module.open(path) as file:
        while part := file.read(CHUNK):
            yield part


def _zstd(path: Path) -> Iterator[bytes]:
    """The lines of a text in zstd, by DuckDB: Python has no reader of its own before 3.14."""
    with path.open("rb") as packed:
        _check_zstd(packed, path.stat().st_size)

    def explain(message: str) -> FourfoldError:
        return FileError(
            "damaged-packing",
            f"{path.name} is no text packed with zstd",
            got=message.splitlines()[0][:120],
            wanted="csv, tsv or json lines in UTF-8",
            do="unpack it first",
        )

    with database(path, path.name, explain) as (connection, file):
        lines = connection.execute(
            """SELECT line FROM read_csv(?, compression='zstd', delim='\x01', quote='', escape='', header=false,
                auto_detect=false, hive_partitioning=false, columns={'line': 'VARCHAR'})""",
            [file],
        )
        while batch := lines.fetchmany(50_000):
            yield "".join(f"{line or ''}\n" for (line,) in batch).encode()


def _check_zstd(file: IO[bytes], size: int) -> None:
    """Walks over the blocks of all frames (RFC 8878); DuckDB would not notice that the last ones are missing."""

    def number(count: int) -> int:
        data = file.read(count)
        if len(data) < count:
            raise EOFError("it ends within a block")
        return int.from_bytes(data, "little")

    while file.tell() < size:
        magic = number(4)
        if magic >> 4 == 0x184D2A5:  # a frame to be skipped
            file.seek(number(4), os.SEEK_CUR)
            continue
        if magic != 0xFD2FB528:
            raise ValueError("something else follows the packed data")
        facts = number(1)
        single = facts >> 5 & 1
        number((1 - single) + (0, 1, 2, 4)[facts & 3] + (single, 2, 4, 8)[facts >> 6])
        last = False
        while not last:
            block = number(3)
            last, kind = bool(block & 1), block >> 1 & 3
            file.seek(1 if kind == 1 else block >> 3, os.SEEK_CUR)
        file.seek(4 * (facts >> 2 & 1), os.SEEK_CUR)
    if file.tell() > size:
        raise EOFError("it ends within a block")


UNPACKERS = {
    b"BZh": partial(_blocks, bz2),
    b"\xfd7zXZ\0": partial(_blocks, lzma),
    b"\x28\xb5\x2f\xfd": _zstd,
}


@contextmanager
def standard_input() -> Iterator[Path]:
    """What comes in through the pipe, as a file; inside another such context the same one, since it comes once."""
    if _held:
        yield _held[0]
        return
    if sys.stdin is None or sys.stdin.isatty():
        raise FileError(
            "no-standard-input",
            "nothing is piped into standard input",
            got="a terminal",
            wanted="data, as in: gunzip -c data.csv.gz | fourfold compare -",
        )
    with scratch_folder() as folder:
        path = Path(folder).resolve() / "data"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        _held.append(path)
        try:
            yield path
        finally:
            _held.clear()
