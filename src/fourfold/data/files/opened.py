"""A relation of DuckDB as a table: what is read of a column of each type, what is left out, and the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fourfold.data.dataset import Column, Note, OfColumns, Table
from fourfold.data.messages import listed, without_blanks
from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.data.values.cells import DEEPEST, OBJECTS, said_of_lists, typed
from fourfold.data.values.durations import IN_SECONDS
from fourfold.data.values.stand_ins import classes_among
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError

from .content import Content
from .embedded_pictures import Bytes, lists_beside, pictures_among
from .list_columns import ListColumn, Lists, in_words, lists_in
from .relation import Relation
from .sql import column, literal, number_of, quoted, shared

__all__ = ["DURATION", "INTEGERS", "Opened", "described_as", "named", "opened", "source_of", "with_zones"]

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
NUMBERS += tuple(f"U{name}" for name in NUMBERS[:5])
IN_LISTS = (*NUMBERS, "BOOLEAN")
INTEGERS = tuple(name for name in NUMBERS if name.endswith(("INT", "INTEGER")))
LARGE_INTEGERS = ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT")
DATES = ("DATE", "TIMESTAMP")
WORDS = ("VARCHAR", "ENUM", "UUID", "TIME", "INTERVAL", "BIT")
DURATION = "DURATION"
"""What a column of durations is called here, and how many of its units are a second."""

WORDS_AT_ONCE = 2**20
"""Words that are fetched at once from a table that is kept."""

ROWS_AT_ONCE = 2048
"""Rows that are fetched at once where none are kept, as many as DuckDB holds in a vector."""

NUMBER, SINGLE, MOMENT = "AS DOUBLE)", "AS FLOAT)", "AS TIMESTAMP)"
"""How expressions of columns end that are no words."""

IN_GREENWICH = " AT TIME ZONE 'UTC'"
"""How expressions turn dates that have a zone."""


@dataclass(frozen=True)
class Opened:
    """A table whose columns are settled, in DuckDB: all of its rows as a source, or part after part.

    - ``relation``: where its rows are; ``casts``: an expression in SQL for each column;
    - ``rows``: how many there are, ``total`` how many there were before a sample was drawn, if they were counted.
    - ``lists``, ``uneven``, ``nested``, ``marked``, ``classlike``: as in `Source`, the last None where words tell;
      ``zoned``: whether dates have a zone, of columns of which the file tells it; ``pixels``: as how many cells the
      picture of a row counts.
    """

    content: Content
    relation: Relation
    casts: dict[str, str]
    rows: int
    total: int
    notes: tuple[Note, ...] = ()
    booleans: frozenset[str] = frozenset()
    comma: bool = False
    lists: tuple[str, ...] = ()
    uneven: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    classlike: Mapping[str, tuple[str, ...]] | None = None
    marked: Mapping[str, str] = field(default_factory=dict)
    zoned: Mapping[str, bool] = field(default_factory=dict)
    pixels: int = 0

    @property
    def width(self) -> int:
        """As how many cells a row counts in memory."""
        return len(self.casts) + self.pixels

    def source(self) -> Source:
        """All rows, in the order of the file."""
        return self._source(self._read())

    def parts(self, step: int) -> Iterator[Source]:
        """All rows, so many at once, in the order of the file, which is read as the parts are asked for."""
        found = self._parts(step) if self.relation.jumps else self._streamed(step)
        return (replace(self._source(raw), among=self.rows) for raw in found)

    def _parts(self, step: int) -> Iterator[dict[str, np.ndarray]]:
        for start in range(0, self.rows, step):
            yield self._read(f" LIMIT {step} OFFSET {start}")

    def _streamed(self, step: int) -> Iterator[dict[str, np.ndarray]]:
        """The rows of one query, of which no more are held than a part has."""
        found = self._selected([*self.casts], moments="epoch_us({})")
        while some := list(_some(found, step)):
            columns = zip(self.casts.items(), zip(*some))
            yield {name: np.concatenate([_typed(cast, cells) for cells in parts]) for (name, cast), parts in columns}

    def _read(self, part: str = "") -> dict[str, np.ndarray]:
        words = [name for name, cast in self.casts.items() if not cast.endswith((NUMBER, SINGLE, MOMENT))]
        others = [name for name in self.casts if name not in set(words)]
        raw: dict[str, np.ndarray] = {}
        if others:
            found = self._selected(others, part).fetchnumpy()
            raw = {name: column(found.pop(f"v{place}")) for place, name in enumerate(others)}
        if words:
            found = shared(self._words(words, part))
            raw |= {name: found[f"v{place}"] for place, name in enumerate(words)}
        return raw

    def _source(self, raw: dict[str, np.ndarray]) -> Source:
        raw = {name: raw[name] for name in self.casts}
        found = source_of(self.content, raw, self.notes, self.classlike, self.booleans, self.total)
        columns = tuple(replace(one, zoned=self.zoned.get(one.name)) for one in found.columns)
        lists = {"lists": self.lists, "uneven": self.uneven, "nested": self.nested}
        return replace(found, columns=columns, comma=self.comma, marked=self.marked, **lists)

    def _words(self, names: Sequence[str], part: str) -> Iterator[Any]:
        """Columns of words, of a table that is kept some rows after the others."""
        if not self.relation.kept:
            yield self._selected(names, part).fetchnumpy()
            return
        step = max(1, WORDS_AT_ONCE // len(names))
        for first in range(0, max(self.rows, 1), step):
            yield self._selected(names, f" WHERE rowid >= {first} AND rowid < {first + step}").fetchnumpy()

    def _selected(self, names: Sequence[str], part: str = "", moments: str = "{}") -> Any:
        """Some of the columns, as v0, v1, ..., dates as a function gives them."""
        casts = [self.casts[name] for name in names]
        each = [moments.format(cast) if cast.endswith(MOMENT) else cast for cast in casts]
        cells = ", ".join(f"{cell} AS v{place}" for place, cell in enumerate(each))
        query = f"SELECT {cells} FROM {self.relation.sql}{part}"
        return self.relation.connection.execute(query, self.relation.parameters)


def with_zones(table: Opened) -> Opened:
    """The table of a file whose types tell which of its dates have a zone."""
    moments = {name: cast for name, cast in table.casts.items() if cast.endswith(MOMENT)}
    return replace(table, zoned={name: IN_GREENWICH in cast for name, cast in moments.items()})


def _some(found: Any, rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """The columns of the next rows, a few of these at once: Python looks through all tuples that there are again and
    again."""
    for start in range(0, rows, ROWS_AT_ONCE):
        if not (some := found.fetchmany(min(ROWS_AT_ONCE, rows - start))):
            return
        yield list(zip(*some))


def _typed(cast: str, cells: Sequence[Any]) -> np.ndarray:
    """Cells of a column as Python has them, dates as microseconds since 1970, None where there is none."""
    if cast.endswith((NUMBER, SINGLE)):
        return np.array(cells, np.float64 if cast.endswith(NUMBER) else np.float32)
    if cast.endswith(MOMENT):
        return np.array(cells, "datetime64[us]")
    return as_objects(cells)


def described_as(connection: Any, relation: str, file: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}", [file]).fetchall()
    return [(name, kind) for name, kind, *_ in rows]


def named(described: list[tuple[str, str]]) -> dict[str, str]:
    """The names of columns without blanks around them, and what these are called in SQL."""
    names = [name for name, _ in described]
    return dict(zip(without_blanks(names), map(quoted, names)))


def opened(
    found: Relation,
    described: list[tuple[str, str]],
    content: Content,
    reading: Reading,
    total: int,
) -> Opened:
    """All columns of a type that can be used; the others are named in a note."""
    connection, relation, parameters = found.connection, found.sql, tuple(found.parameters)
    columns = [(name, cell, kind) for (name, cell), (_, kind) in zip(named(described).items(), described)]
    leaves = list(_leaves(connection, relation, parameters, columns))
    bytes_of = [Bytes(connection, relation, parameters, *leaf) for leaf in leaves]
    leaves = [
        (one.name, f"decode({one.cell})", "VARCHAR") if one.holds_text() else leaf
        for one, leaf in zip(bytes_of, leaves)
    ]
    large = {name: cell for name, cell, kind in leaves if kind in LARGE_INTEGERS}
    rows, words = _indistinct(connection, relation, parameters, large)
    if reading.numbers is not None:
        words |= {name for name, _, kind in leaves if kind in INTEGERS and name not in reading.numbers}
    casts, within, left_out = {}, {}, {}
    drawn = pictures_among(bytes_of, reading.layout == "image")
    pixels = drawn.check_size(content.name, rows, len(leaves), reading) if drawn is not None else 0
    beside = lists_beside([(name, kind) for name, _, kind in leaves], drawn, content.name, reading)
    for name, cell, kind in leaves:
        if name in beside:
            left_out[name] = beside[name]
            continue
        if drawn is not None and name == drawn.name:
            casts[name] = drawn.as_words()
            continue
        cast = f"CAST({cell} AS VARCHAR)" if name in words else _cast(cell, kind)
        if cast:
            casts[name if name not in casts else f"{name} 2"] = cast
            continue
        found_in = lists_in(ListColumn(connection, relation, parameters, name, cell, kind, reading.lists), IN_LISTS)
        if drawn is not None and found_in.uneven and name not in reading.targets:
            found_in = Lists(because="lists of unequal lengths beside pictures, which are read alone")
        within[name] = found_in
        casts |= found_in.casts
        left_out |= {name: found_in.because} if found_in.because else {}
    objects = [name for name, _, kind in columns if _is_object(kind) and (drawn is None or not drawn.is_in(name))]
    if not casts:
        raise DataError(
            "no-columns",
            f"{content.name} has no column that can be used",
            got="; ".join(f"{name!r}: {because}" for name, because in left_out.items()),
            wanted="columns of numbers, words, dates or truths",
            do="write a table, in JSON an object of names and plain values for each row",
        )
    booleans = frozenset(name for name, _, kind in leaves if kind == "BOOLEAN")
    lasting = [name for name, _, kind in leaves if kind.startswith(DURATION)]
    notes = tuple(OfColumns.of([name], "number", IN_SECONDS) for name in lasting)
    if objects:
        notes += (Note(f"objects: {listed(objects)}", OBJECTS),)
    for because in dict.fromkeys(left_out.values()):
        names = [name for name, reason in left_out.items() if reason == because]
        notes += (Note(f"left out: {listed(names)}", because),)
    notes += _said_of_lists(within)
    return Opened(
        content, found, casts, rows, total, notes, booleans,
        lists=tuple(name for one in within.values() for name in one.channels),
        uneven=tuple(name for one in within.values() if one.uneven for name in one.channels),
        nested=tuple(name for one in within.values() if one.nested for name in one.channels),
        pixels=pixels,
    )  # fmt: skip


def _said_of_lists(within: dict[str, Lists]) -> tuple[Note, ...]:
    plain = [name for name, one in within.items() if name in one.channels]
    return said_of_lists(plain) + tuple(note for one in within.values() for note in one.notes)


def _leaves(
    connection: Any,
    relation: str,
    parameters: tuple[str, ...],
    cells: Sequence[tuple[str, str, str]],
    depth: int = 0,
) -> Iterator[tuple[str, str, str]]:
    """Columns as names, expressions and types, the fields of objects in the place of these."""
    for name, cell, kind in cells:
        if not _is_object(kind) or depth == DEEPEST:
            yield name, cell, kind
            continue
        rows = connection.execute(f"DESCRIBE SELECT unnest({cell}) FROM {relation}", parameters).fetchall()
        fields = [
            (f"{name}.{field}", f"struct_extract({cell}, {literal(field)})", inner)
            for field, inner, *_ in rows
        ]
        yield from _leaves(connection, relation, parameters, fields, depth + 1)


def _is_object(kind: str) -> bool:
    return kind.startswith("STRUCT(") and kind.endswith(")")


def _indistinct(
    connection: Any, relation: str, parameters: tuple[str, ...], cells: dict[str, str]
) -> tuple[int, set[str]]:
    """How many rows there are, and the columns of whole numbers that a float64 can't tell apart, as they are large."""
    largest = "".join(f", max(abs(CAST({cell} AS HUGEINT)))" for cell in cells.values())
    rows, *found = connection.execute(f"SELECT count(*){largest} FROM {relation}", parameters).fetchone()
    suspect = [name for name, most in zip(cells, found) if most is not None and most > 2**53]
    different = ", ".join(
        f"count(DISTINCT {cells[name]}) > count(DISTINCT CAST({cells[name]} AS DOUBLE))" for name in suspect
    )
    if not suspect:
        return rows, set()
    found = connection.execute(f"SELECT {different} FROM {relation}", parameters).fetchone()
    return rows, {name for name, lost in zip(suspect, found) if lost}


def _cast(cell: str, kind: str) -> str:
    base = re.split(r"[ (\[]", kind)[0]
    if kind == "VARCHAR[]":  # labels, say
        return in_words(cell)
    if kind.endswith("]"):
        return ""
    if base == '"NULL"':  # of a field of objects DuckDB can't turn it into another type
        return "CAST(NULL AS DOUBLE)"
    if base in NUMBERS:
        return number_of(cell, kind)
    if base == DURATION:
        return f"CAST({cell} / {kind.split()[1]} AS DOUBLE)"
    if base == "BOOLEAN":
        return f"CAST(CAST({cell} AS INTEGER) AS DOUBLE)"
    if base in DATES or base.startswith(("TIMESTAMP_", "TIMESTAMPTZ")):
        zone = IN_GREENWICH if "TIME ZONE" in kind or base.startswith("TIMESTAMPTZ") else ""
        return f"CAST({cell}{zone} AS TIMESTAMP)"
    if base == "JSON":
        return f"{cell} ->> '$'"
    return f"CAST({cell} AS VARCHAR)" if base in WORDS else ""


def source_of(
    content: Content,
    raw: dict[str, np.ndarray],
    notes: tuple[Note, ...],
    classlike: Mapping[str, tuple[str, ...]] | None = None,
    booleans: frozenset[str] = frozenset(),
    total: int = 0,
) -> Source:
    """A table of raw columns, each typed; ``classlike`` as in `Opened`."""
    rows = len(next(iter(raw.values())))
    if not rows:
        empty = "is an empty list" if content.head.lstrip().startswith(b"[") else "has a header but no rows"
        raise DataError(
            "header-only",
            f"{content.name} {empty}",
            got="0 rows",
            wanted="rows of data",
            do="add a row for each example, or use the file that holds them",
        )
    columns, table = [], {}
    for name, values in raw.items():
        table[name], kind = typed(name, values)
        columns.append(Column(name, "boolean" if name in booleans else kind))
    if classlike is None:
        classlike = {name: classes_among(values) for name, values in raw.items()}
    return Source(content.name, Table(table), tuple(columns), notes=notes, total=total, classlike=classlike)
