"""A table whose rows are no examples: variables, the examples in columns, or the statistics of another table."""

from __future__ import annotations

import re

from fourfold.data.messages import counted, listed, quoted
from fourfold.data.source import Source
from fourfold.data.values.amounts import is_number
from fourfold.errors import DataError
from fourfold.preprocessing.table import Table, row_count

from .target import FEWEST_ROWS

__all__ = ["check_not_turned", "turn"]

FEWEST_EXAMPLES, FEWEST_VARIABLES = 5, 5
"""Columns beside that of names, and rows, from which on it is told."""

STATISTICS = re.compile(r"count|null_count|unique|top|freq|first|last|mean|std|min|max|\d+(?:\.\d+)?%")
"""What the rows of a summary are called by ``describe`` of pandas and polars."""

MOST_STATISTICS = 30
"""Rows above which a table is no summary."""

SUMMED_UP = ({"count", "mean", "min", "max"}, {"count", "unique", "top", "freq"})
"""Of which a summary has one or the other."""


def check_not_turned(source: Source) -> None:
    """Refuse a table that holds a variable in each row, or may, or a statistic, with a word of what to do."""
    _check_no_summary(source)
    _check_few(source)
    _check_words(source)


def _check_no_summary(source: Source) -> None:
    """Refuse the statistics of a table's columns, one below the other."""
    table = source.inputs
    for name, values in table.items() if isinstance(table, Table) and table.rows <= MOST_STATISTICS else ():
        words = values.tolist() if values.dtype == object else []
        called = [word for word in words if isinstance(word, str) and STATISTICS.fullmatch(word)]
        if len({*called}) == len(words) and any(wanted <= {*called} for wanted in SUMMED_UP):
            raise DataError(
                "summary-of-a-table",
                f"{source.name} is a summary of a table, and not that table",
                got=f"rows called {listed(called)} in {name!r}",
                wanted="a row for each example",
                do="write the table itself: of pandas frame.to_csv(FILE), without describe()",
            )


def _check_few(source: Source) -> None:
    """Refuse a table with too few rows, and many columns, with a word of what may be wrong."""
    rows = row_count(source.inputs)
    if isinstance(source.inputs, Table) and source.target is None and rows < FEWEST_ROWS < len(source.inputs):
        raise DataError(
            "too-few-rows",
            "too few rows",
            got=f"{counted(rows, 'row')} of {len(source.inputs):,} columns",
            wanted=f"at least {FEWEST_ROWS}",
            do='write [{"name": ..., "value": ...}, ...], if each of the names is a row'
            if rows == 1 and source.name.lower().endswith(".json")
            else f"if each row is a variable, {turn(source.name, source.inputs)}",
        )


def _check_words(source: Source) -> None:
    """Refuse a table that has words in one row alone, the same one of all columns but the first, whose words name the
    rows: genes, one below the other, and the class of each sample."""
    table = source.inputs
    if not isinstance(table, Table) or source.target is not None:
        return
    names, *others = (table[column.name].tolist() for column in source.columns)
    plain = any(column.kind != "category" for column in source.columns)
    if plain or len(others) < FEWEST_EXAMPLES or not FEWEST_VARIABLES <= len({*names} - {None}) == len(names):
        return
    row = _only_words(others[0])
    if row is not None and all(_only_words(cells) == row for cells in others[1:]):
        raise DataError(
            "turned-table",
            f"the rows of {source.name} are variables, and its columns examples",
            got=f"words in row {row + 1} alone, {str(names[row])[:40]!r}, and numbers in all others",
            wanted="a row for each example",
            do=f"{turn(source.name, table)}, then --target {quoted(str(names[row])[:40])}",
        )


def _only_words(cells: list[str | None]) -> int | None:
    """The place of the only cell that is no number; None where there is none, or another one."""
    words = [place for place, cell in enumerate(cells) if cell is not None and not is_number(cell)]
    return words[0] if len(words) == 1 else None


def turn(name: str, table: Table) -> str:
    """What to do with a table of a file whose rows are variables."""
    return f"turn the table: {_as_frame(name, table)}.T.to_csv('data.csv')"


def _as_frame(name: str, table: Table) -> str:
    """How pandas reads the table of a file with the cells of its first column as names of rows."""
    name = name.lower().removesuffix(".gz")
    if name.endswith((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")):
        return "pandas.read_excel(FILE, index_col=0)"
    objects = name.endswith((".json", ".jsonl", ".ndjson"))
    form = "parquet" if name.endswith((".parquet", ".pq")) else "json" if objects else ""
    if not form:
        return "pandas.read_csv(FILE, index_col=0)"
    lines = ", lines=True" * name.endswith(("jsonl", "ndjson"))
    return f"pandas.read_{form}(FILE{lines}).set_index({table.names[0]!r})"
