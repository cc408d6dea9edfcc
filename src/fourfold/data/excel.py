"""Excel workbooks (.xlsx) as tables: which of the sheets are read, and what stands around the rows of each."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree

from fourfold.errors import DataError, FileError, FourfoldError

from .content import Content
from .dataset import Note
from .header import header_of, settings_above
from .messages import counted, listed
from .notes_below import FEWEST_BESIDE_NOTES, MOST_NOTES
from .npz import DAMAGED
from .opened import source_of
from .sample import Reading
from .sheet_cells import column_of, spelled, with_typed_dates
from .source import Source
from .text_file import LOOKED_AT, MOST_ABOVE
from .workbook import Cells, Sheet, Workbook

FEWEST_ROWS = 10
"""A sheet with fewer rows explains another one, where there is another one with more."""

PARTS = ("train", "training", "test", "testing", "val", "valid", "validation")
"""Sheets of these names are not put together."""


def read_excel(content: Content, reading: Reading) -> Source:
    """The first visible sheet with a table in it, and those behind it with the same columns; the others are named.

    Errors: ``FileError`` for a damaged workbook, ``UnsafeFileError`` for XML with a document type or a bomb,
    ``DataError`` for a sheet without rows.
    """
    try:
        with zipfile.ZipFile(content.path) as archive:
            found, names = Workbook(archive, content).sheets()
    except FourfoldError:
        raise
    except (*DAMAGED, ElementTree.ParseError, KeyError) as error:
        raise FileError(
            "damaged-excel",
            f"{content.name} is a damaged Excel file",
            got=str(error)[:120],
            do="save the sheet as csv",
        ) from error
    first, *alike = sheets = _chosen(found)
    others = [name for name in names if name not in {sheet.name for sheet in sheets}]
    titles, settings = _above(first.rows), _settings(first)
    above = max(titles, settings)
    lines = first.rows[above:]
    columns = sorted({column for line in lines for column in line})
    texts = _texts(lines[:LOOKED_AT], columns)
    if not columns:
        raise DataError(
            "blank-sheet",
            f"sheet {first.name!r} of {content.name} holds nothing",
            wanted="rows of data",
            do="put the table on the first sheet",
        )
    header = header_of(texts)
    body, below = lines[header.lines :], 0
    for more in alike:
        body += more.rows[header.lines :]
    repeated = len(body)
    body = [line for line in body if not header.lines or line != lines[header.lines - 1]]
    repeated -= len(body)
    while not reading.all and len(columns) >= FEWEST_BESIDE_NOTES and body and {*body[-1]} == {columns[0]}:
        body, below = body[:-1], below + 1
    if below > MOST_NOTES:
        body, below = body + lines[-below:], 0
    cells = {new: with_typed_dates([line.get(column) for line in body]) for new, column in zip(header.names, columns)}
    raw = {new: column_of(values) for new, (values, _) in cells.items()}
    left = f"not read: {listed(others)}" if others else "all there are" if alike else "the only one"
    notes = [Note(f"sheet: {first.name}", left)]
    if alike:
        because = f"they have the same columns; {left}; save one as csv to read it alone"
        notes = [Note(f"sheets: {listed([sheet.name for sheet in sheets])}", because)]
    if above:
        because = "a title, or a comment" if above == titles else "titles, or settings"
        notes.append(Note(f"left out: {counted(above, 'row')} above the table", because))
    if repeated:
        notes.append(Note(f"left out: {counted(repeated, 'row')}", "they repeat the header"))
    if below:
        notes.append(Note(f"left out: {counted(below, 'row')} at the end", "their first cell alone has a value"))
    notes += [Note(f"dates that are text: in column {new!r}", said) for new, (_, said) in cells.items() if said]
    if merged := sum(sheet.merged for sheet in sheets):
        because = "each row of these has the value of the first"
        notes.append(Note(f"merged: {counted(merged, 'cell')} below each other", because))
    if unstored := sum(sheet.unstored for sheet in sheets):
        because = "missing; open the file in Excel and save it, or save it as csv"
        notes.append(Note(f"formulas without a value: {counted(unstored, 'cell')}", because))
    return source_of(content, raw, (*notes, *header.notes))


def _chosen(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The first sheet with a table of enough rows (or else with one), and those behind it with the same first row."""
    long = [sheet for sheet in sheets if _is_table(sheet.rows, FEWEST_ROWS)]
    some = [sheet for sheet in sheets if _is_table(sheet.rows)]
    first = (long or some or sheets)[0]
    alike = [sheet for sheet in long if sheet.rows[:1] == first.rows[:1] and not _above(sheet.rows)]
    return alike if first in alike and not any(sheet.name.lower() in PARTS for sheet in alike) else [first]


def _is_table(lines: list[Cells], fewest: int = 2) -> bool:
    """Several rows of several cells."""
    return sum(len(line) > 1 for line in lines) >= fewest


def _above(lines: list[Cells]) -> int:
    """How many rows of one cell stand above the rows of several."""
    first = next((place for place, line in enumerate(lines) if len(line) > 1), 0)
    return first if first <= MOST_ABOVE and _is_table(lines) else 0


def _settings(sheet: Sheet) -> int:
    """How many rows stand above the names, where some of these are settings."""
    lines = sheet.rows[:LOOKED_AT]
    columns = sorted({column for line in lines for column in line})
    records: list[list[str]] = []
    for number, record in zip(sheet.numbers, _texts(lines, columns)):
        gap = number - sheet.numbers[0] - len(records)
        records += [[""] * len(columns)] * min(gap, MOST_ABOVE) + [record]
    return sum(map(any, records[: settings_above(records)]))


def _texts(lines: Sequence[Cells], columns: Sequence[int]) -> list[list[str]]:
    """Rows in words, as a file of text has them."""
    return [["" if (value := line.get(column)) is None else spelled(value) for column in columns] for line in lines]
