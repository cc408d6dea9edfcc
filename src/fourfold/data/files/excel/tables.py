"""Excel workbooks (.xlsx) as tables: the rows of the sheets that are read, and what is said of them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from xml.etree import ElementTree

from fourfold.data.dataset import Note
from fourfold.data.files.content import Content
from fourfold.data.files.npz import DAMAGED
from fourfold.data.files.opened import source_of
from fourfold.data.files.text.notes_below import FEWEST_BESIDE_NOTES, MOST_NOTES
from fourfold.data.messages import UNSTORED, counted, listed
from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.errors import DataError, FileError, FourfoldError

from .cells import are_percent, column_of, with_typed
from .sheets import SheetTable, chosen
from .workbook import Cells, Sheet, Workbook


def read_excel(content: Content, reading: Reading) -> Source:
    """The visible sheets that are likely the table, see `chosen`; the others are named.

    Errors: ``FileError`` for a damaged workbook, ``UnsafeFileError`` for XML with a document type or a bomb,
    ``DataError`` for a sheet without rows.
    """
    found, names = _sheets(content, reading)
    first, tables = chosen(found, reading)
    body = _body(tables, first, reading)
    others = [] if reading.sheet else [name for name in names if name != first.sheet.name]
    if not first.columns or (others and not body.rows and not reading.all):
        raise DataError(
            "blank-sheet",
            f"sheet {first.sheet.name!r} of {content.name} holds {'no rows' if first.columns else 'nothing'}",
            got=f"other sheets, not read: {listed(others)}" if others else "",
            wanted="rows of data",
            do=f"{_file(content)}#SHEET reads another one" if others else "put the table on the first sheet",
        )
    named = dict(zip(first.header.names, first.columns))
    stored = {name: [line.get(column) for line in body.rows] for name, column in named.items()}
    cells = {name: with_typed(values) for name, values in stored.items()}
    raw = {name: column_of(values) for name, (values, _) in cells.items()}
    notes = (
        _of_sheets(content, reading, found, names, tables),
        *_beside(tables, first),
        *_hidden(tables, first, named),
        *_left_out(body),
        *(Note(f"{what}: in column {name!r}", how) for name, (_, said) in cells.items() for what, how in said.items()),
        *_stored(tables),
        *first.header.notes,
    )
    words = {
        name: tuple(sorted({word for table in tables for word in table.sheet.classlike.get(column, ())}))
        for name, column in named.items()
    }
    found = source_of(content, raw, notes, words)
    columns = tuple(
        replace(one, zoned=False)
        if one.kind == "date"
        else replace(one, percent=one.kind == "number" and are_percent(stored[one.name]))
        for one in found.columns
    )
    return replace(found, columns=columns, marked=first.header.marked)


def _sheets(content: Content, reading: Reading) -> tuple[list[Sheet], list[str]]:
    """The sheets that may be read, and the names of all."""
    try:
        with zipfile.ZipFile(content.path) as archive:
            return Workbook(archive, content).sheets(reading.sheet)
    except FourfoldError:
        raise
    except (*DAMAGED, ElementTree.ParseError, KeyError) as error:
        raise FileError(
            "damaged-excel",
            f"{content.name} is a damaged Excel file",
            got=str(error)[:120],
            do="save the sheet as csv",
        ) from error


class Body(NamedTuple):
    """The rows of a table, without ``repeated`` ones that are its header again, and those ``below`` that are notes."""

    rows: list[Cells]
    repeated: int
    below: int


def _body(tables: Sequence[SheetTable], first: SheetTable, reading: Reading) -> Body:
    lines, header = [line for table in tables for line in table.rows(reading.by_place)], first.header
    rows = [line for line in lines if not header.lines or line != first.lines[header.lines - 1]]
    repeated, end = len(lines) - len(rows), len(rows)
    if not reading.all and len(first.columns) >= FEWEST_BESIDE_NOTES:
        while end and {*rows[end - 1]} == {first.columns[0]}:
            end -= 1
    below = len(rows) - end
    return Body(rows[:end], repeated, below) if below <= MOST_NOTES else Body(rows, repeated, 0)


def _file(content: Content) -> str:
    """What a workbook is called where a sheet of it is named."""
    return content.path.name if content.name.endswith(content.path.name) else "FILE"


def _of_sheets(
    content: Content, reading: Reading, found: Sequence[Sheet], names: Sequence[str], tables: Sequence[SheetTable]
) -> Note:
    """Which sheets are read, and which are not."""
    used = [table.sheet.name for table in tables]
    left = [name for name in names if name not in used]
    others = f"not read: {listed(left)}" if left else "all there are" if len(used) > 1 else "the only one"
    file = _file(content)
    if len(used) > 1:
        because = f"they have the same columns; {others}; {file}#SHEET reads one alone"
        return Note(f"sheets: {listed(used)}", because)
    another = f"; {file}#SHEET reads another one" * any(sheet.rows and sheet.name in left for sheet in found)
    return Note(f"sheet: {used[0]}", "as asked" if reading.sheet else others + another)


def _beside(tables: Sequence[SheetTable], first: SheetTable) -> Iterator[Note]:
    """What stands on the sheets above and beside the rows."""
    if above := sum(table.above for table in tables):
        yield Note(f"left out: {counted(above, 'row')} above the table", first.because)
    if beside := sum(table.beside[0] for table in tables):
        because = f"smaller tables, of up to {max(table.beside[1] for table in tables)} rows, behind empty columns"
        yield Note(f"left out: {counted(beside, 'column')} beside the table", because)


def _hidden(tables: Sequence[SheetTable], first: SheetTable, named: Mapping[str, int]) -> Iterator[Note]:
    """The columns and rows that Excel doesn't show."""
    hidden = [repr(name) for name, column in named.items() if column in first.sheet.hidden_columns]
    if rows := sum(table.sheet.hidden_rows for table in tables):
        hidden.append(counted(rows, "row"))
    if hidden:
        yield Note(f"hidden in Excel: {', '.join(hidden)}", "read as all others; delete what is not to be used")


def _left_out(body: Body) -> Iterator[Note]:
    if body.repeated:
        yield Note(f"left out: {counted(body.repeated, 'row')}", "they repeat the header")
    if body.below:
        yield Note(f"left out: {counted(body.below, 'row')} at the end", "their first cell alone has a value")


def _stored(tables: Sequence[SheetTable]) -> Iterator[Note]:
    """The cells whose values are those of others, and those that have none."""
    if merged := sum(table.sheet.merged for table in tables):
        because = "each row of these has the value of the first"
        yield Note(f"merged: {counted(merged, 'cell')} below each other", because)
    if unstored := sum(table.sheet.unstored for table in tables):
        because = "missing; open the file in Excel and save it, or save it as csv"
        yield Note(f"{UNSTORED}: {counted(unstored, 'cell')}", because)
