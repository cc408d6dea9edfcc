"""Delimited text before it is parsed: its separator, its header, what stands above and between its lines."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from fourfold.core.scratch import scratch_folder
from fourfold.data.dataset import Note
from fourfold.data.files.content import Content, unpacked
from fourfold.data.messages import counted, listed
from fourfold.data.reading import Reading
from fourfold.errors import DataError

from .arff import of_arff
from .header import header_of, told
from .name_or_value import below_of, is_number
from .numbers_as_names import names_by_numbers
from .open_quotes import cells_of_any_length
from .quotings import of_stray_quotes
from .rewriting import rewriting_of
from .rewritten import SEPARATORS, Rewriting
from .tsf import of_tsf

MOST_ABOVE = 30
"""The most lines that a title and settings above a table may have, besides comments."""

COMMENTS = ("#", "%", "//")
"""How comments begin."""

LOOKED_AT = 100
"""Records from which the separator and the header are told."""

NUMBER = re.compile(r"[-+\d.,\s]*\d[-+\d.,\s]*", re.ASCII)
"""A cell of a number."""

QUOTED = re.compile(r'((?:^|[,;\t|]) *)"(?:[^"]|"")*"(?= *(?:[,;\t|\r\n]|\Z))', re.MULTILINE)
"""A cell between double quotes, which a mark, or the end of a line, follows."""


FEWEST_LINES, LONGEST_HEAD = 10, 2**26
"""Lines of a wide table that are looked at even where they are longer than what is looked at of all files; and the
most bytes of them."""


@dataclass(frozen=True)
class Dialect:
    """How a text file is cut into columns: ``skip`` records, blank ones among them, stand above the last one of the
    ``header``, if it has one."""

    separator: str
    skip: int
    header: bool
    names: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    marked: Mapping[str, str] = field(default_factory=dict)


def rewritten(content: Content, encoding: str) -> Rewriting | None:
    """How the text is rewritten, if its columns do not stand between plain marks."""
    head = content.head.decode(encoding, "replace").removeprefix("\ufeff")
    if (found := of_tsf(head, content.name) or of_arff(head, content.name)) is not None:
        return found
    lines = head.splitlines()
    lines = lines if len(content.head) >= content.unpacked else lines[:-1]
    first = [line for line in lines[: LOOKED_AT + 1] if line.strip()][:LOOKED_AT]
    found, quoted = rewriting_of(first, content.name), '"' in "".join(lines)
    if found or not quoted or _separator_of([f"{line}\n" for line in first]) != "\t":
        return found
    with unpacked(content) as file, _decoded(file, encoding) as text:
        return of_stray_quotes(line.rstrip("\n") for line in text)


@contextmanager
def plain(content: Content, encoding: str, mixed: bool, rewriting: Rewriting | None) -> Iterator[Content]:
    """A file in UTF-8 with one kind of line end and columns between marks: the file itself, or a copy for as long
    as it is needed."""
    if encoding == "utf-8" and not mixed and rewriting is None:
        yield _with_lines(content)
        return
    with scratch_folder() as folder:
        path = Path(folder).resolve() / "data.csv"
        with unpacked(content) as file, path.open("w", encoding="utf-8", newline="") as copy:
            reader = _decoded(file, encoding)
            if rewriting is not None:
                lines = (line.removesuffix("\n") for line in reader)
                csv.writer(copy, delimiter=rewriting.mark, lineterminator="\n").writerows(rewriting.records(lines))
            while part := reader.read(2**20):
                copy.write(part)
        with path.open("rb") as file:
            head = file.read(len(content.head))
        size = path.stat().st_size
        copied = replace(content, path=path, size=size, head=head, compressed=False, unpacked=size)
        yield _with_lines(copied)


def _decoded(file: IO[bytes], encoding: str) -> IO[str]:
    """The text of a file, without the mark of UTF-8, with one kind of line end."""
    return io.TextIOWrapper(file, encoding=encoding.replace("utf-8", "utf-8-sig"), newline=None)


def _with_lines(content: Content) -> Content:
    """The content with some whole lines among its first bytes, however long they are."""
    head = content.head
    if len(head) >= content.unpacked or _lines(head) >= FEWEST_LINES:
        return content
    with unpacked(content) as file:
        head = b""
        while _lines(head) < FEWEST_LINES and len(head) < LONGEST_HEAD and (part := file.read(2**20)):
            head += part
    return replace(content, head=head)


def _lines(text: bytes) -> int:
    return max(text.count(b"\n"), text.count(b"\r"))


def dialect_of(content: Content, reading: Reading) -> Dialect:
    """Separator and header of UTF-8 text, from its first records."""
    text = content.head.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and len(content.head) < content.unpacked:
        lines = lines[:-1]
    skip = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if skip == len(lines):
        raise DataError(
            "blank-file", f"{content.name} holds nothing but blanks", wanted="rows of data", do="save or fetch it again"
        )
    notes: tuple[Note, ...] = ()
    named = re.match(r"sep=(.)\s*$", lines[skip])
    if named:
        separator, skip = named[1], skip + 1
    else:
        separator = _separator_of(_without_comments(lines[skip:]))
    above = _above(lines[skip:], separator) or _comments_above(lines[skip:], separator, reading)
    if above:
        said = next(line.strip() for line in lines[skip:] if line.strip())[:60]
        notes += (Note(f"left out: {counted(above, 'line')} above the table", f"such as {said!r}"),)
        skip += above
    records = _records(lines[skip:], separator)
    if not records:
        raise DataError(
            "no-rows",
            f"{content.name} has no rows",
            wanted="a header and rows of data",
            do="save or fetch it again",
        )
    records[0][0] = _without_hash(records[0][0])
    header = header_of(records, told(records[0], reading))
    if above and not header.lines and (names := _named_otherwise(lines[skip - 1], separator, records)):
        because = "the line above is cut so, the rows are not"
        notes = (Note(f"names between {SEPARATORS[names[0]]}: {listed(names[1])}", because),)
        return Dialect(separator, skip, False, tuple(names[1]), notes)
    skip += _records_before(lines[skip:], separator, header.lines)
    return Dialect(separator, skip, header.lines > 0, header.names, notes + header.notes, header.marked)


def _separator_of(lines: list[str]) -> str:
    """The mark that cuts lines best."""
    rest = _without_quoted(lines)
    return max(SEPARATORS, key=lambda mark: _evenness(rest, mark))


def _without_quoted(lines: list[str]) -> list[str]:
    """The lines with nothing between the double quotes that enclose cells: no mark in them cuts a line.

    >>> _without_quoted(['"a; b","c"\\n', '5","6"\\n'])
    ['"",""\\n', '5",""\\n']
    """
    text = "".join(lines)
    return QUOTED.sub(r'\1""', text).splitlines(keepends=True) if '"' in text else lines


def _records(lines: list[str], separator: str) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    records = []
    with suppress(csv.Error), cells_of_any_length():  # the parser that reads all of it will say where
        for record in reader:
            if record:
                records.append(record)
            if len(records) == LOOKED_AT:
                break
    return records


def _without_hash(first: str) -> str:
    """The first cell without the hash and the blank before names, as NumPy and loggers write them.

    >>> _without_hash("# time"), _without_hash("#1"), _without_hash("# 1.5")
    ('time', '#1', '# 1.5')
    """
    name = first.removeprefix("# ").strip()
    return first if is_number(name) else name


def _named_otherwise(
    line: str, separator: str, records: list[list[str]]
) -> tuple[str, list[str]] | None:
    """The mark that cuts a line above a table into as many different names as it has columns, and these."""
    for mark in SEPARATORS:
        names = [name.strip() for name in next(csv.reader([line], delimiter=mark), [])]
        if mark != separator and len(names) == len(records[0]) == len({*names} - {""}):
            return mark, names
    return None


def _records_before(lines: list[str], separator: str, number: int) -> int:
    """How many records, each of one line or more, and blank ones stand above the one of this number, from 1 on.

    >>> _records_before(['a,"b\\n', 'c"\\n', "\\n", "d,e\\n"], ",", 2)
    2
    """
    reader = csv.reader(lines, delimiter=separator)
    filled = (place for place, record in enumerate(reader) if record)
    return next(itertools.islice(filled, number - 1, None), 0) if number > 1 else 0


def _evenness(lines: list[str], separator: str) -> tuple[bool, float, bool, int, int]:
    """How well a separator fits: several columns, the share of records with the usual number of them, whether the
    first has it; then that texts have few tabs, and numbers commas but no semicolons; and how many columns."""
    records = _records(lines, separator)
    width = _usual(records)
    same = sum(len(record) == width for record in records) / max(1, len(records))
    rank = {"\t": 2, ";": 1}.get(separator, 0)
    return width > 1, round(same, 1), bool(records) and len(records[0]) == width, rank, width


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a cell is longer than the module takes
        return line.split(separator)


def _usual(records: list[list[str]]) -> int:
    """How many cells most of the records have."""
    widths = [len(record) for record in records]
    return max(dict.fromkeys(widths), key=widths.count, default=0)


def _without_ends(cells: list[str]) -> list[str]:
    """Cells without the empty ones at their end; as they are where others are empty, as above groups of columns."""
    filled = [bool(cell.strip()) for cell in cells]
    count = sum(filled)
    return cells[:count] if all(filled[:count]) else cells


def _without_comments(lines: list[str]) -> list[str]:
    """The lines below the comments at the start; all of them, if there is nothing else."""
    return lines[next((place for place, line in enumerate(lines) if not line.startswith(COMMENTS)), 0) :]


def _above(lines: list[str], separator: str) -> int:
    """How many lines stand above a table: titles and comments of one cell (or blank), above records of several; and
    lines of fewer cells, the last ones of which may be empty, as devices and banks write settings, above names of
    columns.

    >>> _above(["Report\\n", "\\n", "a,b\\n", "1,2\\n", "3,4\\n"], ","), _above(["a,b\\n", "1,2\\n"], ",")
    (2, 0)
    """
    width = _usual(_records(_without_comments(lines), separator))
    return max(_above_by(lines, separator, width, loose) for loose in (False, True)) if width > 1 else 0


def _comments_above(lines: list[str], separator: str, reading: Reading) -> int:
    """How many comments stand above the name of a single column; the last one may be its name, as NumPy writes it."""
    comments = len(lines) - len(_without_comments(lines))
    rest = _records(lines[comments:], separator)
    if not comments or _usual(rest) > 1 or any(line.startswith(COMMENTS) for line in lines[comments:]):
        return 0
    named = told(rest[0], reading)
    return comments - (named is None and not header_of(rest).lines)


def _is_short_above_names(lines: list[str], separator: str, width: int) -> bool:
    """Whether the first line has one cell less than a table, and the second names of its columns, some of them of
    numbers: R leaves out the name of the first column, but writes no second line of names."""
    records = _records(lines, separator)
    if len(records) < 3 or [len(record) for record in records[:2]] != [width - 1, width]:
        return False
    names, rest = records[1], [record for record in records[2:] if len(record) == width]
    if not all(map(str.strip, names)) or any(map(is_number, names)) or header_of([names, *rest]).lines != 1:
        return False
    return any((below := below_of(rest, place)) and all(map(is_number, below)) for place in range(width))


def _first_block(lines: list[str], separator: str) -> list[list[str]]:
    """The records above the first blank line, below which another table may stand; all of them if these are few."""
    blank = next((place for place, line in enumerate(lines) if not line.strip()), 0)
    first = _records(lines[:blank], separator)
    return first if len(first) > FEWEST_LINES else _records(lines, separator)


def _above_by(lines: list[str], separator: str, width: int, loose: bool) -> int:
    """The lines above a table of so many columns. A line of one cell less may be R's names, and one with empty cells
    at its end may be names, too; with ``loose`` they are settings, if there is a line above them, or one as short below
    the first."""
    above, comments, settings = 0, 0, False
    short = [len(_cells(line, separator)) < width for line in lines[:2]] == [True, True]
    for line in lines:
        cells = _cells(line, separator)
        filled = sum(bool(cell.strip()) for cell in cells)
        title = filled <= 1 and (len(cells) != width or (width > 2 and bool(cells[0].strip())))
        comment = line.startswith(COMMENTS) and len(cells) != width
        setting = len(cells) < width - 1 or (not above and _is_short_above_names(lines, separator, width))
        if loose and (above or short):
            setting = len(cells) < width or len(_without_ends(cells)) < width - 1
        comments += comment
        most = above - comments >= MOST_ABOVE
        if most or not (title or comment or setting) or line.count('"') % 2:
            break
        settings = settings or not (title or comment)
        above += 1
    rest = _first_block(lines[above:], separator)
    even = sum(len(record) == width for record in rest) >= 0.9 * len(rest)
    if not rest or not even or len(rest[0]) != width:
        return 0
    named = header_of(rest).lines and (names_by_numbers(rest) or not any(map(NUMBER.fullmatch, rest[0])))
    return above if named or not settings else 0
