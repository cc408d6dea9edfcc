"""A table in DuckDB, before its rows are read: what it holds, and those of its rows that are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fourfold.data.reading import ALL, Reading
from fourfold.data.sample import MIXED, limit

from .sql import literal


@dataclass(frozen=True)
class Relation:
    """The rows of a file in SQL, and its columns: their names, and what these are called in SQL; ``spelled``: the rows
    with the spellings of a missing value as they stand, where they are none in ``sql``; ``kept``: whether they lie in
    a table, and are read from the file no more; ``jumps``: whether the file tells where a row lies, so that those
    before it need not be read."""

    connection: Any
    sql: str
    parameters: list[Any]
    columns: dict[str, str]
    spelled: str = ""
    kept: bool = False
    jumps: bool = False

    def number_of(self, condition: str = "TRUE") -> int:
        """How many rows there are of which a condition is true."""
        return count(self.connection, f"{self.sql} WHERE {condition}", self.parameters)

    def having(self, where: str) -> Relation:
        """Those of the rows of which a condition is true, in their order."""
        return self.selected("*", f" WHERE {where}")

    def selected(self, cells: str, where: str = "") -> Relation:
        """Other cells of the rows, in their order."""
        query = f"SELECT {cells} FROM {self.sql}{where}"
        if not self.kept:
            return replace(self, sql=f"({query})")
        self.connection.execute(f"CREATE TABLE others AS {query}")
        self.connection.execute(f"DROP TABLE {TABLE}; ALTER TABLE others RENAME TO {TABLE}")
        return self

    def in_a_table(self) -> Relation:
        """The rows in a table, in their order."""
        self.connection.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM {self.sql}", self.parameters)
        return replace(self, sql=TABLE, parameters=[], kept=True)


TABLE = "cells"
"""The table in which rows are kept."""


@dataclass(frozen=True)
class Survey:
    """What a table holds, before it is read: its columns, and how many ``rows`` each series has, in the order in which
    these first occur; None of rows that name no series."""

    columns: tuple[str, ...]
    rows: dict[str | None, int]


def survey(found: Relation, key: str) -> Survey:
    """The series that a column names, as words; without such a column all rows are one."""
    if key not in found.columns:
        return Survey(tuple(found.columns), {None: count(found.connection, found.sql, found.parameters)})
    rows = found.connection.execute(
        f"""SELECT value, count(*) AS rows, min({PLACE}) AS first FROM (
            SELECT CAST({found.columns[key]} AS VARCHAR) AS value, {PLACE} FROM {_placed(found.sql)}
        ) GROUP BY value ORDER BY first""",
        found.parameters,
    ).fetchall()
    return Survey(tuple(found.columns), {value: number for value, number, _ in rows if value != key})


def drawn(found: Relation, total: int, reading: Reading) -> str:
    """A relation of ``total`` rows in SQL -> as many of them as the reading says, in their order: the last ones, or
    those of `places`."""
    total = min(total, reading.upto)
    rows = reading.of(len(found.columns))
    if rows >= total and reading.upto == ALL:
        return found.sql
    if reading.last:
        return _at(found.sql, f"{PLACE} >= {total - rows}")
    if rows >= total:
        return _at(found.sql, f"{PLACE} < {total}")
    found.connection.execute(MIXED)
    return _at(found.sql, f"{PLACE} < {total} AND mixed({PLACE}) <= {limit(total, rows)}")


PLACE = '"fourfold place"'


def _placed(sql: str) -> str:
    return f"(SELECT row_number() OVER () - 1 AS {PLACE}, * FROM {sql})"


def _at(sql: str, condition: str) -> str:
    return f"(SELECT * EXCLUDE ({PLACE}) FROM {_placed(sql)} WHERE {condition})"


def of_series(found: Relation, reading: Reading) -> Relation:
    """The rows of the series that are read alone, in their order, if there are such."""
    if reading.only is None:
        return found
    value = f"CAST({found.columns[reading.whole]} AS VARCHAR)"
    if len(reading.only) == 1:
        (name,) = reading.only
        same = "IS NULL" if name is None else f"= {literal(name)}"
        return replace(found, sql=f"(SELECT * FROM {found.sql} WHERE {value} {same})")
    found.connection.execute(
        "CREATE TEMP TABLE series AS SELECT unnest(?::VARCHAR[]) AS name", [[*reading.only]]
    )
    sql = f"""(SELECT * EXCLUDE ({PLACE}) FROM {_placed(found.sql)}
        SEMI JOIN series ON {value} IS NOT DISTINCT FROM name ORDER BY {PLACE})"""
    return replace(found, sql=sql)


def of_text(found: Relation, size: int, reading: Reading) -> tuple[str, int]:
    """A relation of text of so many bytes, or a sample of it where it holds too many rows, and their number if it
    was counted."""
    if not reading.may_exceed(size):
        return found.sql, 0
    found = of_series(found, reading)
    total = reading.counted or count(found.connection, found.sql, found.parameters)
    return drawn(found, total, reading), total


def count(connection: Any, relation: str, parameters: list[Any]) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}", parameters).fetchone()[0])
