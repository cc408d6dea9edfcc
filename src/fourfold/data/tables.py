"""Tables from files: delimited text, parquet and JSON, by DuckDB."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.errors import DataError, FileError

from . import sample
from .content import Content, check_bomb, check_memory
from .dataset import Column, Note, Table
from .messages import listed
from .sample import Reading
from .source import Source
from .sql import column, database, quoted
from .text_file import MISSING_WORDS, SEPARATORS, Dialect, dialect_of, encoding_of, plain
from .words import typed

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
NUMBERS += tuple(f"U{name}" for name in NUMBERS[:5])
DATES = ("DATE", "TIMESTAMP")
WORDS = ("VARCHAR", "ENUM", "UUID", "TIME", "INTERVAL", "BIT")


def read_csv(content: Content, reading: Reading) -> Source:
    """Rows of text with separators; every cell stays data, whatever it says.

    A column is a number if all of its cells are; missing are empty cells and the usual spellings (NA, ?).
    Beyond the reading (as in all readers of tables) a sample of the rows is read.
    Errors: ``FileError`` with the line for rows of unequal length and open quotes.
    """
    encoding, mixed = encoding_of(content)
    with plain(content, encoding, mixed) as (path, text):
        dialect = dialect_of(text)

        def explain(message: str) -> FileError:
            return _ragged(content.name, message, dialect.separator)

        with database(path, content.name, explain) as (connection, file):
            raw, total = _parsed(connection, file, dialect, text, reading)
    notes = dialect.notes
    if encoding != "utf-8":
        notes += (Note(f"encoding: {encoding}", "the file is not in UTF-8"),)
    if dialect.separator != ",":
        notes += (Note(f"separated by {SEPARATORS.get(dialect.separator, repr(dialect.separator))}"),)
    return source_of(content, raw, notes, total=total)


def _parsed(
    connection: Any, file: str, dialect: Dialect, content: Content, reading: Reading
) -> tuple[dict[str, np.ndarray], int]:
    """All cells as words first; then the columns of nothing but numbers as numbers. And how many rows there are."""
    cells = [f"c{place}" for place in range(len(dialect.names))]
    missing = ", ".join(f"'{word}', ' {word}'" for word in MISSING_WORDS)
    packed = "'gzip'" if content.compressed else "'none'"
    relation = f"""read_csv(
        ?, delim=?, quote='"', escape='"', auto_detect=false, strict_mode=true, hive_partitioning=false,
        compression={packed}, header={dialect.header}, skip={dialect.skip}, nullstr=[{missing}],
        columns={{{", ".join(f"'{c}': 'VARCHAR'" for c in cells)}}})"""
    drawn, total = _drawn(connection, relation, [file, dialect.separator], len(cells), content, reading)
    connection.execute(f"CREATE TABLE cells AS SELECT * FROM {drawn}", [file, dialect.separator])
    counted = ", ".join(f"count({c}), count(TRY_CAST({c} AS DOUBLE))" for c in cells)
    *counts, kept = connection.execute(f"SELECT {counted}, count(*) FROM cells").fetchone()
    check_memory(content.name, kept * len(cells) * 8)
    pure = [filled == numbers for filled, numbers in zip(counts[::2], counts[1::2])]
    casts = ", ".join(
        f"CAST({c} AS DOUBLE) AS {c}" if p else f"trim({c}) AS {c}" for c, p in zip(cells, pure)
    )
    found = connection.execute(f"SELECT {casts} FROM cells").fetchnumpy()
    return {name: column(found[c]) for name, c in zip(dialect.names, cells)}, total


def _drawn(
    connection: Any, relation: str, parameters: list[Any], columns: int, content: Content, reading: Reading
) -> tuple[str, int]:
    """A relation of text, or a sample of it where it holds too many rows, and their number if it was counted."""
    if not reading.may_exceed(content.unpacked):
        return relation, 0
    total = sample.count(connection, relation, parameters)
    return sample.drawn(relation, total, reading.of(columns)), total


def read_parquet(content: Content, reading: Reading) -> Source:
    """A parquet file; its declared size is compared with memory before it is read."""
    with database(content.path, content.name) as (connection, file):
        relation = "read_parquet(?, hive_partitioning=false)"
        described = _described(connection, relation, file)
        facts: Any = connection.execute(
            "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [file]
        ).fetchone()
        total, columns = int(facts[0]), len(described)
        most = reading.of(columns)
        check_bomb(content.name, content.size, total * columns)
        check_memory(content.name, min(total, most) * columns * 8)
        drawn = sample.drawn(relation, total, most)
        return replace(_selected(connection, drawn, file, described, content), total=total)


def read_json(content: Content, reading: Reading) -> Source:
    """JSON lines, or one list of JSON objects; nested values are left out, and said."""
    shape = (
        "array" if content.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[" else "newline_delimited"
    )

    def explain(message: str) -> FileError:
        where = re.search(r"in line (\d+)|record/value (\d+)", message)
        place = f"{'line' if where[1] else 'record'} {where[1] or where[2]} of " if where else ""
        reason = message.splitlines()[0].rpartition(": ")[2].strip()
        return FileError(
            "damaged-json-lines",
            f"{place}{content.name} is no valid JSON",
            got=reason[:120],
            wanted="one object {...} a line, or one list of objects",
        )

    with database(content.path, content.name, explain) as (connection, file):
        packed = "gzip" if content.compressed else "uncompressed"
        relation = (
            f"read_json(?, format='{shape}', compression='{packed}', sample_size=-1, hive_partitioning=false)"
        )
        described = _described(connection, relation, file)
        drawn, total = _drawn(connection, relation, [file], len(described), content, reading)
        return replace(_selected(connection, drawn, file, described, content), total=total)


def _described(connection: Any, relation: str, file: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}", [file]).fetchall()
    return [(name, kind) for name, kind, *_ in rows]


def _selected(
    connection: Any, relation: str, file: str, described: list[tuple[str, str]], content: Content
) -> Source:
    """All columns of a type that can be used; the others are named in a note."""
    casts, strange = {}, {}
    for place, (name, kind) in enumerate(described):
        cast = _cast(name, kind)
        if cast:
            casts[name] = f"{cast} AS c{place}"
        else:
            strange[name] = kind
    if not casts:
        raise DataError(
            "no-columns",
            f"{content.name} has no column that can be used",
            got=listed(list(strange.values())),
            wanted="columns of numbers, words, dates or truths",
        )
    found = connection.execute(f"SELECT {', '.join(casts.values())} FROM {relation}", [file]).fetchnumpy()
    raw = {name: column(found[cast.rsplit(" ", 1)[1]]) for name, cast in casts.items()}
    booleans = frozenset(name for name, kind in described if kind == "BOOLEAN")
    notes = (Note(f"left out: {listed(list(strange))}", "nested or binary values"),) if strange else ()
    return source_of(content, raw, notes, booleans)


def _cast(name: str, kind: str) -> str:
    base = re.split(r"[ (\[]", kind)[0]
    column = quoted(name)
    if kind.endswith("]"):
        return ""
    if base in NUMBERS:
        return f"CAST({column} AS DOUBLE)"
    if base == "BOOLEAN":
        return f"CAST(CAST({column} AS INTEGER) AS DOUBLE)"
    if base in DATES or base.startswith("TIMESTAMP_"):
        zone = " AT TIME ZONE 'UTC'" if "TIME ZONE" in kind else ""
        return f"CAST({column}{zone} AS TIMESTAMP)"
    if base == "JSON":
        return f"{column} ->> '$'"
    return f"CAST({column} AS VARCHAR)" if base in WORDS else ""


def source_of(
    content: Content,
    raw: dict[str, np.ndarray],
    notes: tuple[Note, ...],
    booleans: frozenset[str] = frozenset(),
    total: int = 0,
) -> Source:
    """A table of raw columns, each typed."""
    rows = len(next(iter(raw.values())))
    if not rows:
        raise DataError(
            "header-only", f"{content.name} has a header but no rows", got="0 rows", wanted="rows of data"
        )
    columns, table = [], {}
    for name, values in raw.items():
        table[name], kind = typed(name, values)
        columns.append(Column(name, "boolean" if name in booleans else kind))
    return Source(content.name, Table(table), tuple(columns), notes=notes, total=total)


def _ragged(name: str, message: str, separator: str) -> FileError:
    line = re.search(r"Line: (\d+)", message)
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    where = f"line {line[1]} of {name}" if line else name
    if counts:
        return FileError(
            "ragged-row",
            f"{where} has another number of columns than the header",
            got=counts[2],
            wanted=counts[1],
            do=f"put text that contains {SEPARATORS.get(separator, separator)} between double quotes",
        )
    if "quote" in message.lower():
        return FileError(
            "open-quote",
            f"{where} has a quote that is not closed",
            do="close it, or double it inside of text",
        )
    return FileError(
        "damaged-table",
        f"{where} can't be cut into columns",
        got=message.splitlines()[0][:120],
        wanted="one delimiter and as many cells in each row as in the header",
    )
