"""Delimited text before it is parsed: its encoding, its separator, its header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from fourfold.errors import DataError

from .content import Content
from .dataset import Note

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LOOKED_AT = 100
"""Records from which the separator and the header are told."""

MISSING_WORDS = (
    "", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "NULL", "null", "<NA>", "#N/A", "#NA", "NaT", "?",
)  # fmt: skip
"""Spellings of a missing value in text files."""


@dataclass(frozen=True)
class Dialect:
    """How a text file is cut into columns."""

    separator: str
    skip: int
    header: bool
    names: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def encoding_of(content: Content) -> tuple[str, bool]:
    """The encoding of the whole file, and whether its line ends are of several kinds."""
    if content.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", True
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, last = "utf-8", b""
    ends = set()
    with unpacked(content) as file:
        while part := file.read(2**20):
            if encoding == "utf-8":
                try:
                    decoder.decode(part)
                except UnicodeDecodeError:
                    encoding = "cp1252"
            joined = last + part
            returns, pairs, feeds = joined.count(b"\r"), joined.count(b"\r\n"), joined.count(b"\n")
            ends |= {kind for kind, count in (("\r\n", pairs), ("\n", feeds - pairs)) if count}
            if returns - pairs - joined.endswith(b"\r") > 0:
                ends.add("\r")
            last = part[-1:] if part.endswith(b"\r") else b""
    return encoding, len(ends) > 1


@contextmanager
def unpacked(content: Content) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed."""
    with gzip.open(content.path, "rb") if content.compressed else content.path.open("rb") as file:
        yield file  # pyright: ignore[reportReturnType]


@contextmanager
def plain(content: Content, encoding: str, mixed: bool) -> Iterator[tuple[Path, Content]]:
    """A file in UTF-8 with one kind of line end: the file itself, or a copy for as long as it is needed."""
    if encoding == "utf-8" and not mixed:
        yield content.path, content
        return
    with TemporaryDirectory(prefix="fourfold-") as folder:
        path = Path(folder).resolve() / "data.csv"
        with unpacked(content) as file, path.open("w", encoding="utf-8", newline="") as copy:
            errors = "strict" if encoding == "utf-16" else "replace"
            reader = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline=None)
            while part := reader.read(2**20):
                copy.write(part)
        with path.open("rb") as copied:
            head = copied.read(len(content.head))
        size = path.stat().st_size
        yield path, replace(content, path=path, size=size, head=head, compressed=False, unpacked=size)


def dialect_of(content: Content) -> Dialect:
    """Separator and header of UTF-8 text, from its first records."""
    text = content.head.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and len(content.head) >= 2**18:
        lines = lines[:-1]
    skip = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if skip == len(lines):
        raise DataError("blank-file", f"{content.name} holds nothing but blanks", wanted="rows of data")
    notes: tuple[Note, ...] = ()
    named = re.match(r"sep=(.)\s*$", lines[skip])
    if named:
        separator, skip = named[1], skip + 1
    else:
        separator = max(SEPARATORS, key=lambda mark: _evenness(lines[skip:], mark))
    records = _records(lines[skip:], separator)
    if not records:
        raise DataError("no-rows", f"{content.name} has no rows", wanted="a header and rows of data")
    header = has_header(records)
    cells = records[0] if header else [f"x{number}" for number in range(len(records[0]))]
    names, renamed = names_of(cells)
    if not header:
        notes += (Note("no header: columns are named x0, x1, ...", "the first line looks like the others"),)
    notes += tuple(Note(f"column {new!r}", why) for new, why in renamed)
    return Dialect(separator, skip, header, names, notes)


def _records(lines: list[str], separator: str) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    records = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) == LOOKED_AT:
                break
    except csv.Error:
        pass  # the parser that reads all of it will say where
    return records


def _evenness(lines: list[str], separator: str) -> tuple[bool, float, int]:
    """How well a separator fits: several columns, the share of records as long as the first, how many."""
    records = _records(lines, separator)
    width = len(records[0]) if records else 0
    same = sum(len(record) == width for record in records) / max(1, len(records))
    return width > 1, round(same, 1), width


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?", cell.strip()) is not None


def has_header(records: list[list[str]]) -> bool:
    """The first record names the columns: no numbers, or numbers that count, or words above numbers."""
    first, rest = records[0], records[1:]
    if not any(_is_number(cell) for cell in first):
        return True
    whole = [int(cell) for cell in first if re.fullmatch(r"\s*\d+\s*", cell)]
    counts = len(whole) > 1 and whole[0] in (0, 1) and whole == list(range(whole[0], whole[0] + len(whole)))
    if counts and len(whole) >= len(first) - 2:
        return True
    for place, cell in enumerate(first):
        below = [
            record[place]
            for record in rest
            if place < len(record) and record[place].strip() not in MISSING_WORDS
        ]
        if (
            not _is_number(cell)
            and cell.strip() not in MISSING_WORDS
            and below
            and all(map(_is_number, below))
        ):
            return True
    return False


def names_of(cells: list[str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Distinct names: empty ones get their place, repeated ones a number."""
    names: list[str] = []
    renamed = []
    for place, cell in enumerate(cells, start=1):
        name = wanted = cell.strip() or f"column {place}"
        number = 2
        while name in names:
            name, number = f"{wanted} {number}", number + 1
        if name != cell.strip():
            renamed.append((name, "it had no name" if not cell.strip() else "its name occurs twice"))
        names.append(name)
    return tuple(names), renamed
