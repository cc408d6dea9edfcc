"""Rows of text that are none: the header again, notes below the table, separators alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from fourfold.data.dataset import Note
from fourfold.data.messages import counted

from .notes_below import FEWEST_BESIDE_NOTES, MOST_NOTES, is_sentence

__all__ = ["replaced", "without_blanks", "without_headers", "without_last", "without_notes"]

FEW_SINGLE = 0.05
"""The share of rows of which the first cell alone has a value up to which such rows at the end are notes."""

HEADER_CELLS = 50
"""Cells by which a row that repeats the header is known."""

FIRST_ROWS = 10_000
"""By which it is told whether first cells are sentences."""


def without_headers(connection: Any, names: dict[str, str]) -> int:
    """Takes out the rows that repeat the header, as in files put one behind the other, and the dashes below it."""
    cells, first = zip(*list(names.items())[:HEADER_CELLS])
    unnamed = {cell for place, (cell, name) in enumerate(names.items(), start=1) if name == f"column {place}"}
    marked = [f"trim(trim({cells[0]}), chr(65279))", *(f"trim({cell})" for cell in cells[1:])]  # the mark of UTF-8
    absent = " OR {} IS NULL" * (unnamed < {*names})
    found = [f"({one} = ?{absent.format(cell) if cell in unnamed else ''})" for one, cell in zip(marked, cells)]
    repeated = _without(connection, " AND ".join(found), list(first))
    return repeated + _without(connection, _of_dashes(cells), []) if repeated else 0


def _of_dashes(cells: Sequence[str]) -> str:
    """That a row has dashes in some cells, two and more in one, and nothing in the others: one or two of them may have
    been taken for missing."""
    dashes, several = (
        [f"coalesce(regexp_full_match(trim({cell}), '{form}'), {absent})" for cell in cells]
        for form, absent in (("-+|=+", "TRUE"), ("-{2,}|={2,}", "FALSE"))
    )
    return f"({' OR '.join(several)}) AND {' AND '.join(dashes)}"


def without_blanks(connection: Any, cells: Iterable[str]) -> int:
    """Takes out the rows that are separators and nothing else, as sheets have below a table."""
    return _without(connection, f"coalesce({', '.join(cells)}) IS NULL", [])


def without_last(connection: Any, rows: int) -> int:
    """Takes out so many rows at the end."""
    return _without(connection, f"rowid > (SELECT max(rowid) FROM cells) - {rows}", []) if rows else 0


def without_notes(connection: Any, cells: list[str]) -> tuple[Note, ...]:
    """Takes out the rows at the end of which the first cell alone has a value, as notes below a table of several
    columns, and says so; not where such rows stand elsewhere, too, or their words in the first cells of others. Below
    two columns they are sentences, and no other first cell is one."""
    if len(cells) < 2:
        return ()
    single = f"coalesce({', '.join(cells[1:])}) IS NULL"
    last = connection.execute(
        f"""SELECT rowid, {cells[0]}, {single} FROM cells
        WHERE rowid >= (SELECT max(rowid) FROM cells) - {MOST_NOTES} ORDER BY rowid DESC"""
    ).fetchall()
    below = list(itertools.takewhile(lambda row: row[2], last))
    if not 0 < len(below) <= MOST_NOTES:
        return ()
    first, word, _ = below[-1]
    if len(cells) < FEWEST_BESIDE_NOTES:
        above = connection.execute(f"SELECT {cells[0]} FROM cells WHERE rowid < {first} LIMIT {FIRST_ROWS}").fetchall()
        texts = any(is_sentence(word.encode()) for (word,) in above if word)
        if texts or not all(is_sentence(row[1].encode()) for row in below):
            return ()
    share, known = connection.execute(
        f"SELECT avg(({single})::INT), count(DISTINCT {cells[0]}) FILTER ({cells[0]} IN (SELECT unnest(?))) "
        "FROM cells WHERE rowid < ?",
        [words := list({row[1] for row in below}), first],
    ).fetchone()
    if (share or 0) > FEW_SINGLE or known == len(words):
        return ()
    _without(connection, f"rowid >= {first}", [])
    what = f"left out: {counted(len(below), 'row')} at the end"
    return (Note(what, f"their first cell alone has a value, such as {str(word)[:30]!r}"),)


def _without(connection: Any, condition: str, parameters: list[str]) -> int:
    """Takes out the rows of which this is true, and numbers the others anew; gives how many these are."""
    deleted = connection.execute(f"DELETE FROM cells WHERE {condition}", parameters).fetchone()[0]
    if deleted:
        replaced(connection, "SELECT * FROM cells ORDER BY rowid")
    return deleted


def replaced(connection: Any, query: str) -> None:
    """Makes the rows of a query the table of cells."""
    connection.execute(f"CREATE TABLE others AS {query}")
    connection.execute("DROP TABLE cells; ALTER TABLE others RENAME TO cells")
