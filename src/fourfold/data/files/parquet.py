"""Parquet: its rows, and what other programs write beside its schema of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fourfold.data.dataset import Note, OfColumns
from fourfold.data.memory import check_memory
from fourfold.data.messages import listed
from fourfold.data.reading import Reading
from fourfold.data.source import Source

from .arrow_schema import classes_of_features, index_of_pandas, units_of_durations, zones_of_dates
from .content import Content, check_bomb
from .opened import DURATION, INTEGERS, Opened, described_as, named, opened, with_zones
from .relation import Relation, count, drawn, of_series
from .sql import database, literal, quoted

OF_GREENWICH = ("", "UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z", "+00:00")
"""What the zone of Greenwich is called, beside dates without a zone."""


def read_parquet(content: Content, reading: Reading) -> Source:
    """A parquet file; its declared size is compared with memory before it is read."""
    with open_parquet(content, reading) as table:
        return table.source()


@contextmanager
def open_parquet(content: Content, reading: Reading, scratch: Path | None = None) -> Iterator[Opened]:
    with _parquet(content, scratch) as (found, total, described, classes):
        columns = len(described)
        if reading.only is not None:
            found = of_series(found, reading)
            total = reading.counted or count(found.connection, found.sql, found.parameters)
        check_memory(content.name, min(total, reading.of(columns), reading.at_once(columns)) * columns * 8)
        table = opened(replace(found, sql=drawn(found, total, reading)), described, content, reading, total)
        told = Note(f"names of the classes of {listed(classes)}", "as the file tells them, where it has their numbers")
        notes = (told,) if classes and not reading.all else ()
        yield replace(with_zones(table), notes=(*table.notes, *notes, *_said_of_zones(found)))


@contextmanager
def rows_of_parquet(content: Content, reading: Reading) -> Iterator[Relation]:
    with _parquet(content) as (found, *_):
        yield found


@contextmanager
def _parquet(
    content: Content, scratch: Path | None = None
) -> Iterator[tuple[Relation, int, list[tuple[str, str]], list[str]]]:
    """The rows of a parquet file, how many there are, the types of the columns, and those whose classes it names."""
    with database(content.path, content.name, scratch=scratch) as (connection, file):
        relation = "read_parquet(?, hive_partitioning=false)"
        described = _with_durations(connection, file, described_as(connection, relation, file))
        facts: Any = connection.execute(
            "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [file]
        ).fetchone()
        total = int(facts[0])
        relation, described = _index_first(connection, file, relation, described)
        relation, described, classes = _with_classes(connection, file, relation, described)
        check_bomb(content.name, content.size, total * len(described))
        yield Relation(connection, relation, [file], named(described), jumps=True), total, described, classes


def _with_classes(
    connection: Any, file: str, relation: str, described: list[tuple[str, str]]
) -> tuple[str, list[tuple[str, str]], list[str]]:
    """The rows and their columns with the names of classes in the place of their numbers, where the file tells these,
    and the columns of them; -1 is no class."""
    row = connection.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key = 'huggingface'", [file]).fetchone()
    classes = classes_of_features(row[0]) if row else {}
    whole = {name: quoted(name) for name, kind in described if name in classes and kind in INTEGERS}
    if not whole:
        return relation, described, []
    others = ", ".join(
        f"count(*) FILTER ({cell} NOT BETWEEN -1 AND {len(classes[name]) - 1})" for name, cell in whole.items()
    )
    found = connection.execute(f"SELECT {others} FROM {relation}", [file]).fetchone()
    told = [name for name, other in zip(whole, found) if not other]
    if not told:
        return relation, described, []
    words = {name: ", ".join(map(literal, classes[name])) for name in told}
    cells = ", ".join(
        f"list_extract([{words[name]}], CAST({whole[name]} AS BIGINT) + 1) AS {whole[name]}" for name in told
    )
    replaced = [(name, "VARCHAR" if name in told else kind) for name, kind in described]
    return f"(SELECT * REPLACE ({cells}) FROM {relation})", replaced, told


def _index_first(
    connection: Any, file: str, relation: str, described: list[tuple[str, str]]
) -> tuple[str, list[tuple[str, str]]]:
    """The rows and their columns with the index of a data frame of pandas, which stands behind all others in parquet,
    before them, as it does in text."""
    row = connection.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key = 'pandas'", [file]).fetchone()
    index = index_of_pandas(row[0]) if row else []
    first = [(name, kind) for name, kind in described if name in index]
    if not first or len(first) == len(described):
        return relation, described
    own = ", ".join(quoted(name) for name, _ in first)
    others = [column for column in described if column not in first]
    return f"(SELECT {own}, * EXCLUDE ({own}) FROM {relation})", first + others


def _with_durations(connection: Any, file: str, described: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The columns and types of a parquet file; of durations, which parquet itself takes for whole numbers, with their
    units a second."""
    units = units_of_durations(_schema_of(connection, file))
    if len(units) != len(described):
        return described
    return [
        (name, f"{DURATION} {unit}e0" if unit and kind == "BIGINT" else kind)
        for (name, kind), unit in zip(described, units)
    ]


def _schema_of(connection: Any, file: str) -> bytes:
    """What Arrow wrote of the columns of a parquet file, b"" where another program did."""
    key = "SELECT value FROM parquet_kv_metadata(?) WHERE key = 'ARROW:schema'"
    schema = connection.execute(key, [file]).fetchone()
    return schema[0] if schema else b""


def _said_of_zones(found: Relation) -> tuple[Note, ...]:
    """What is said of dates in another zone than that of Greenwich."""
    file = found.parameters[0]
    zones = zones_of_dates(_schema_of(found.connection, file))
    rows = found.connection.execute("SELECT * FROM read_parquet(?, hive_partitioning=false) LIMIT 0", [file])
    names = rows.description
    if len(names) != len(zones):
        return ()
    return tuple(
        OfColumns.of([name], "date", f"dates in the zone {zone}, turned to Greenwich time")
        for (name, *_), zone in zip(names, zones)
        if zone not in OF_GREENWICH
    )
