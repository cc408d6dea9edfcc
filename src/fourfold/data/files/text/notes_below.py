"""What stands below a table of text: notes, lines of one cell or sentences, made rows of one cell; and blanks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from fourfold.core.scratch import scratch_folder
from fourfold.data.files.content import Content, unpacked

from .dialect import Dialect

__all__ = [
    "FEWEST_BESIDE_NOTES", "MOST_NOTES", "NO_VALUE", "blanks_below", "is_sentence", "last_lines", "with_whole_notes",
]  # fmt: skip

MOST_NOTES, FEWEST_BESIDE_NOTES = 30, 3
"""The most lines of notes below a table, and the columns from which on they need not be sentences behind a blank line,
as below two; below one all may be texts."""

FEWEST_WORDS = 2
"""A line of more words may be a sentence, in which marks are no separators."""

NO_VALUE = "none of their cells has a value"
"""Why blank rows are left out."""

TAIL = 2**16
"""Bytes at the end of a text in which notes are looked for."""


@contextmanager
def with_whole_notes(content: Content, dialect: Dialect) -> Iterator[Content]:
    """A text in UTF-8 whose notes below have as many cells as its rows: a copy for as long as it is needed, or the text
    itself where there are no such lines."""
    below = _below(content, dialect.separator, len(dialect.names))
    notes = [line.strip() for line in below if line.strip()]
    columns = len(dialect.names)
    apart = columns == 2 and below[:1] and not below[0].strip() and all(map(is_sentence, notes))
    if not (columns >= FEWEST_BESIDE_NOTES or apart) or not 0 < len(notes) <= MOST_NOTES:
        yield content
        return
    with scratch_folder() as folder:
        path, left = Path(folder).resolve() / "data.csv", content.unpacked - sum(map(len, below))
        empty = dialect.separator.encode() * (columns - 1)
        with unpacked(content) as file, path.open("wb") as copy:
            while part := file.read(min(left, 2**20)):
                left -= len(part)
                copy.write(part)
            copy.writelines(_in_one_cell(note, dialect.separator) + empty + b"\n" for note in notes)
        size = path.stat().st_size
        yield replace(content, path=path, size=size, compressed=False, unpacked=size)


def _below(content: Content, separator: str, columns: int) -> list[bytes]:
    """The last lines, all of one cell or blank, where they are no short rows: one is blank, or of several words, and
    the only one has an end. Behind a blank line sentences may have more cells, but fewer than there are columns."""
    lines = _with_quoted_note(last_lines(content))
    below = list(takewhile(lambda line: _is_single(line, separator), reversed(lines)))[::-1]
    loose = list(takewhile(lambda line: _is_note(line, separator, columns), reversed(lines)))[::-1]
    loose = loose[next((place for place, line in enumerate(loose) if not line.strip()), len(loose)) :]
    below = max(below, loose, key=len)
    words = any(len(line.split()) != 1 for line in below)
    cut = len(below) == 1 and not below[0].endswith((b"\n", b"\r"))
    return below if words and not cut and len(below) < len(lines) else []


def _with_quoted_note(lines: list[bytes]) -> list[bytes]:
    """Lines, blanks in the place of the quotes around a note of several lines that ends them behind a blank line, as
    Power BI writes the filters of a table.

    >>> _with_quoted_note([b"1,2", b"", b'"Filters:', b'Year is 2023"'])
    [b'1,2', b'', b' Filters:', b'Year is 2023 ']
    """
    last = max((place for place, line in enumerate(lines) if line.strip()), default=0)
    quoted = [place for place in range(last + 1) if lines[place].count(b'"') % 2]
    if len(quoted) < 2 or quoted[-1] != last:
        return lines
    first = quoted[-2]
    note = b"".join(lines[first : last + 1]).strip()
    if not first or lines[first - 1].strip() or note.count(b'"') != 2 or note[:1] + note[-1:] != b'""':
        return lines
    return [*lines[:first], *(line.replace(b'"', b" ") for line in lines[first : last + 1]), *lines[last + 1 :]]


def blanks_below(content: Content, dialect: Dialect) -> int:
    """How many rows at the end of a text in UTF-8 are separators and nothing else; in a column that stands alone blank
    lines are rows, too."""
    mark, alone = dialect.separator.encode(), len(dialect.names) == 1
    below = takewhile(lambda line: not line.replace(mark, b"").strip(), reversed(last_lines(content)))
    return sum(alone or mark in line for line in below)


def last_lines(content: Content) -> list[bytes]:
    """The lines in the last bytes of a text; of the first of them it may be the end alone."""
    with unpacked(content) as file:
        file.seek(max(0, content.unpacked - TAIL))
        return file.read().splitlines(keepends=True)


def is_sentence(line: bytes) -> bool:
    """Whether a line has several words with letters.

    >>> is_sentence(b"Source: some office"), is_sentence(b"2020-01-01 10:00 UTC")
    (True, False)
    """
    words = line.decode("utf-8", "replace").split()
    return sum(any(map(str.isalpha, word)) for word in words) > FEWEST_WORDS


def _is_single(line: bytes, separator: str) -> bool:
    return _cells(line, separator) < 2 and line.count(b'"') % 2 == 0


def _is_note(line: bytes, separator: str, columns: int) -> bool:
    """Whether a line has one cell, or is of several words, in fewer cells than there are columns."""
    sentence = is_sentence(line.replace(separator.encode(), b" ")) and b'"' not in line
    return _is_single(line, separator) or (sentence and _cells(line, separator) < columns)


def _cells(line: bytes, separator: str) -> int:
    return len(next(csv.reader([line.decode("utf-8", "replace")], delimiter=separator), []))


def _in_one_cell(line: bytes, separator: str) -> bytes:
    return b'"' + line + b'"' if _cells(line, separator) > 1 else line
