"""Tables from files: delimited text, parquet and JSON, by DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path

from fourfold.data.dataset import Note
from fourfold.data.files.text.delimited import (
    cells_of,
    lists_of,
    marks_of,
    numbers_of,
    ragged,
    read_cells,
)
from fourfold.data.files.text.dialect import Dialect, dialect_of, plain, rewritten
from fourfold.data.files.text.encoding import encoding_of, first_other, said_of, strange_words
from fourfold.data.files.text.lines_of_texts import lines_of_texts
from fourfold.data.files.text.notes_below import NO_VALUE, blanks_below, with_whole_notes
from fourfold.data.files.text.one_column import one_column
from fourfold.data.files.text.rewritten import SEPARATORS
from fourfold.data.files.text.rows_left_out import (
    without_blanks,
    without_headers,
    without_last,
    without_notes,
)
from fourfold.data.files.text.second_table import check_one_table, said_of_blocks
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, listed
from fourfold.data.reading import Reading
from fourfold.data.source import NOMINAL, Source
from fourfold.data.values.cells import said_of_lists
from fourfold.errors import FileError

from .archives import archived
from .content import Content, unpacked
from .json_forms import in_lines
from .opened import Opened, described_as, named, opened, with_zones
from .relation import Relation, of_text
from .sql import database


def read_csv(content: Content, reading: Reading) -> Source:
    """Rows of text with separators; every cell stays data, whatever it says.

    A column is a number if all of its cells are; missing are empty cells and the usual spellings (NA, ?).
    Beyond the reading (as in all readers of tables) a sample of the rows is read.
    Errors: ``FileError`` with the line for rows of unequal length and open quotes.
    """
    with open_csv(content, reading) as table:
        return archived(table.source())


@contextmanager
def open_csv(content: Content, reading: Reading, scratch: Path | None = None) -> Iterator[Opened]:
    """All cells as words first; then the columns of nothing but numbers as numbers. With a folder for ``scratch`` no
    rows are kept, and what of a query does not fit into memory lies there."""
    with _text(content, reading, scratch) as (found, text, dialect, notes):
        cells, total, classlike = read_cells(found, text.unpacked, reading, kept=scratch is None)
        names = dict(zip((f"c{place}" for place in range(len(dialect.names))), dialect.names))
        cells, repeated = without_headers(cells, names) if dialect.header else (cells, 0)
        if repeated:
            notes += (Note(f"left out: {counted(repeated, 'row')}", "they repeat the header"),)
        blank, below = 0, ()
        if reading.by_place:
            cells, blank = without_last(cells, 0 if total else blanks_below(text, dialect))
        elif not reading.all:
            cells, blank = without_blanks(cells, names)
        if blank:
            notes += (Note(f"left out: {counted(blank, 'row')}", NO_VALUE),)
        if not reading.all:
            cells, below = without_notes(cells, list(names))
        apart = {cell: name for cell, name in names.items() if dialect.marked.get(name) != NOMINAL}
        rows, numbers, mixed, like_codes = numbers_of(cells, apart, reading)
        notes += below + like_codes
        check_memory(content.name, min(rows, reading.at_once(len(names))) * len(names) * 8)
        comma, thousands, doubtful = marks_of(cells, names, numbers, mixed, dialect.separator, reading.pointed)
        numbers, notes = numbers - thousands, notes + doubtful
        cells, sizes, decimal = lists_of(cells, names, numbers, reading)
        casts = {}
        for cell, name in names.items():
            if cell in sizes:
                casts |= {f"{name}_{place}": f"CAST({cell}[{place + 1}] AS DOUBLE)" for place in range(sizes[cell][1])}
            else:
                casts[name] = f"CAST({cell} AS DOUBLE)" if cell in numbers else f"trim({cell})"
        lists = tuple(names[cell] for cell in names if cell in sizes)
        notes += said_of_lists(lists)
        commas = [names[cell] for cell in names if cell in decimal]
        because = "other marks, or blanks, stand between their numbers"
        notes += (Note(f"decimal commas within lists: {listed(commas)}", because),) if commas else ()
        uneven = tuple(names[cell] for cell, (low, high) in sizes.items() if low < high)
        yield Opened(
            content, cells, casts, rows, total, notes, comma=comma, lists=lists, uneven=uneven,
            classlike=classlike, marked=dialect.marked,
        )  # fmt: skip


@contextmanager
def rows_of_csv(content: Content, reading: Reading) -> Iterator[Relation]:
    with _text(content, reading) as (found, *_):
        yield found


@contextmanager
def _text(
    content: Content, reading: Reading, scratch: Path | None = None
) -> Iterator[tuple[Relation, Content, Dialect, tuple[Note, ...]]]:
    """The rows of a text, the text in UTF-8, how it is cut, and what is said about that; of text below the name of the
    only column that is needed every line, or quoted cell, is a row. Where all rows are read every line below the names
    has to be one, or there may be notes at the end."""
    column, header = reading.column, reading.header
    encoding, mixed = encoding_of(content)
    alone = one_column(content, encoding, column)
    lines = lines_of_texts(content, encoding, column, header) if alone is None and column else None
    rewriting = rewritten(content, encoding) if alone is None and lines is None else None
    if alone is None and rewriting is None and (
        lines := lines or lines_of_texts(content, encoding, header=header)
    ):
        alone, rewriting = lines.dialect, lines.rewriting
    with plain(content, encoding, mixed, rewriting) as text:
        named = rewriting is not None and rewriting.named
        dialect = alone or dialect_of(text, replace(reading, header=True) if named and header is None else reading)

        if rewriting is not None and rewriting.nominal:
            nominal = {dialect.names[place]: NOMINAL for place in rewriting.nominal}
            dialect = replace(dialect, marked={**dialect.marked, **nominal})

        def explain(message: str) -> FileError:
            return ragged(content.name, message, dialect.separator)

        if len(dialect.names) > 1:
            check_one_table(text, dialect, content.name)
        notes = dialect.notes
        if len(dialect.names) > 1 and not reading.all and not named:
            notes += said_of_blocks(content)
        if encoding != "utf-8":
            notes += (said_of(encoding),)
        if encoding == "cp1252":
            notes += strange_words(text.head.decode("utf-8", "replace"), lambda: first_other(content))
        if len(dialect.names) > 1 and dialect.separator != "," and (rewriting is None or rewriting.mark != "\t"):
            notes += (Note(f"separated by {SEPARATORS.get(dialect.separator, repr(dialect.separator))}"),)
        notes += rewriting.said() if rewriting is not None else ()
        with (
            nullcontext(text) if reading.all or alone else with_whole_notes(text, dialect) as text,
            database(text.path, content.name, explain, scratch, len(dialect.names)) as (connection, file),
        ):
            yield cells_of(connection, file, dialect, text), text, dialect, notes


def read_json(content: Content, reading: Reading) -> Source:
    """JSON lines, objects one behind the other, or one list of them; fields of nested objects are columns."""
    with open_json(content, reading) as table:
        return table.source()


@contextmanager
def open_json(content: Content, reading: Reading, scratch: Path | None = None) -> Iterator[Opened]:
    with _json(content, reading, scratch) as (found, described, notes):
        sql, total = of_text(found, content.unpacked, reading)
        rows = replace(found, sql=sql)
        table = opened(rows.in_a_table() if scratch is None else rows, described, content, reading, total)
        yield replace(with_zones(table), notes=notes + table.notes)


@contextmanager
def rows_of_json(content: Content, reading: Reading) -> Iterator[Relation]:
    with _json(content, reading) as (found, *_):
        yield found


@contextmanager
def _json(
    content: Content, reading: Reading, scratch: Path | None = None
) -> Iterator[tuple[Relation, list[tuple[str, str]], tuple[Note, ...]]]:
    """The rows of JSON, the types of the columns, and what is said of where they stood."""

    def explain(message: str) -> FileError:
        reason = message.splitlines()[0].rpartition(": ")[2].partition(". Try ")[0].strip(" .")
        return FileError(
            "damaged-json-lines",
            f"{_place(content, message)}{content.name} is no valid JSON",
            got=reason[:120],
            wanted="one object {...} a line, or one list of objects",
            do="correct it there, or write the file again",
        )

    with (
        in_lines(content, reading.lists or (), reading.targets) as (lines, notes),
        database(lines.path, content.name, explain, scratch) as (connection, file),
    ):
        packed = "gzip" if lines.compressed else "uncompressed"
        shape = _shape(lines.head)
        relation = (
            f"read_json(?, format='{shape}', compression='{packed}', sample_size=-1, hive_partitioning=false)"
        )
        described = described_as(connection, relation, file)
        yield Relation(connection, relation, [file], named(described)), described, notes


def _place(content: Content, message: str) -> str:
    """Where DuckDB found what is no JSON, in words: it passes over blank lines, and counts twice the line, or the
    record, that it can't parse."""
    where = re.search(r"in line (\d+)|record/value (\d+)", message)
    if where is None:
        return ""
    number = int(where[1] or where[2]) - ("Malformed JSON" in message)
    if where[2]:
        return f"record {number} of "
    with unpacked(content) as file:
        filled = (line for line, text in enumerate(file, start=1) if text.strip())
        return f"line {next(islice(filled, number - 1, None), number)} of "


def _shape(head: bytes) -> str:
    """What DuckDB calls one list, objects over several lines each, and an object a line."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    over_lines = start.split(b"\n", 1)[0].strip() == b"{"
    return "array" if start[:1] == b"[" else "unstructured" if over_lines else "newline_delimited"
