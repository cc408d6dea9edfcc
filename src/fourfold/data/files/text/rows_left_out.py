"""Rows of text that are none: the header again, notes below the table, separators alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from fourfold.data.dataset import Note
from fourfold.data.files.relation import TABLE, Relation
from fourfold.data.files.sql import literal
from fourfold.data.messages import counted

from .notes_below import FEWEST_BESIDE_NOTES, MOST_NOTES, is_sentence

__all__ = ["without_blanks", "without_headers", "without_last", "without_notes"]

FEW_SINGLE = 0.05
"""The share of rows of which the first cell alone has a value up to which such rows at the end are notes."""

HEADER_CELLS = 50
"""Cells by which a row that repeats the header is known."""

FIRST_ROWS = 10_000
"""By which it is told whether first cells are sentences."""


def without_headers(rows: Relation, names: dict[str, str]) -> tuple[Relation, int]:
    """The rows without those that repeat the header, as in files put one behind the other, and the dashes below it; and
    how many these are."""
    cells, first = zip(*list(names.items())[:HEADER_CELLS])
    unnamed = {cell for place, (cell, name) in enumerate(names.items(), start=1) if name == f"column {place}"}
    marked = [f"trim(trim({cells[0]}), chr(65279))", *(f"trim({cell})" for cell in cells[1:])]  # the mark of UTF-8
    absent = " OR {} IS NULL" * (unnamed < {*names})
    found = [
        f"({one} = {literal(name)}{absent.format(cell) if cell in unnamed else ''})"
        for one, cell, name in zip(marked, cells, first)
    ]
    left, repeated = _without(rows, " AND ".join(found))
    if not repeated:
        return rows, 0
    left, dashes = _without(left, _of_dashes(cells))
    return left, repeated + dashes


def _of_dashes(cells: Sequence[str]) -> str:
    """That a row has dashes in some cells, two and more in one, and nothing in the others: one or two of them may have
    been taken for missing."""
    dashes, several = (
        [f"coalesce(regexp_full_match(trim({cell}), '{form}'), {absent})" for cell in cells]
        for form, absent in (("-+|=+", "TRUE"), ("-{2,}|={2,}", "FALSE"))
    )
    return f"({' OR '.join(several)}) AND {' AND '.join(dashes)}"


def without_blanks(rows: Relation, cells: Iterable[str]) -> tuple[Relation, int]:
    """The rows without those that are separators and nothing else, as sheets have below a table; and how many these
    are."""
    return _without(rows, f"coalesce({', '.join(cells)}) IS NULL")


def without_last(rows: Relation, most: int) -> tuple[Relation, int]:
    """The rows of a table without so many at its end; and how many these are."""
    return _without(rows, f"rowid > (SELECT max(rowid) FROM {TABLE}) - {most}") if most else (rows, 0)


def without_notes(rows: Relation, cells: list[str]) -> tuple[Relation, tuple[Note, ...]]:
    """The rows of a table without those at its end of which the first cell alone has a value, as notes below a table of
    several columns, and what is said of these; with them where such rows stand elsewhere, too, or their words in the
    first cells of others. Below two columns they are sentences, and no other first cell is one."""
    connection = rows.connection
    if len(cells) < 2:
        return rows, ()
    single = f"coalesce({', '.join(cells[1:])}) IS NULL"
    last = connection.execute(
        f"""SELECT rowid, {cells[0]}, {single} FROM {TABLE}
        WHERE rowid >= (SELECT max(rowid) FROM {TABLE}) - {MOST_NOTES} ORDER BY rowid DESC"""
    ).fetchall()
    below = list(itertools.takewhile(lambda row: row[2], last))
    if not 0 < len(below) <= MOST_NOTES:
        return rows, ()
    first, word, _ = below[-1]
    if len(cells) < FEWEST_BESIDE_NOTES:
        query = f"SELECT {cells[0]} FROM {TABLE} WHERE rowid < {first} LIMIT {FIRST_ROWS}"
        above = connection.execute(query).fetchall()
        texts = any(is_sentence(word.encode()) for (word,) in above if word)
        if texts or not all(is_sentence(row[1].encode()) for row in below):
            return rows, ()
    share, known = connection.execute(
        f"SELECT avg(({single})::INT), count(DISTINCT {cells[0]}) FILTER ({cells[0]} IN (SELECT unnest(?))) "
        f"FROM {TABLE} WHERE rowid < ?",
        [words := list({row[1] for row in below}), first],
    ).fetchone()
    if (share or 0) > FEW_SINGLE or known == len(words):
        return rows, ()
    left, _ = _without(rows, f"rowid >= {first}")
    what = f"left out: {counted(len(below), 'row')} at the end"
    return left, (Note(what, f"their first cell alone has a value, such as {str(word)[:30]!r}"),)


def _without(rows: Relation, condition: str) -> tuple[Relation, int]:
    """The rows of which a condition isn't true, and how many the others are."""
    others = rows.number_of(condition)
    return (rows.having(f"coalesce({condition}, FALSE) = FALSE"), others) if others else (rows, 0)
