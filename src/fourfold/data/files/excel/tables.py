"""Excel workbooks (.xlsx) as tables: the rows of the sheets that are read, and what is said of them."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from xml.etree import ElementTree

from fourfold.data.dataset import Note
from fourfold.data.files.content import Content
from fourfold.data.files.npz import DAMAGED
from fourfold.data.files.opened import source_of
from fourfold.data.files.text.notes_below import FEWEST_BESIDE_NOTES, MOST_NOTES
from fourfold.data.messages import counted, listed
from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.errors import DataError, FileError, FourfoldError

from .cells import column_of, with_typed
from .sheets import chosen
from .workbook import Workbook


def read_excel(content: Content, reading: Reading) -> Source:
    """The visible sheets that are likely the table, see `chosen`; the others are named.

    Errors: ``FileError`` for a damaged workbook, ``UnsafeFileError`` for XML with a document type or a bomb,
    ``DataError`` for a sheet without rows.
    """
    try:
        with zipfile.ZipFile(content.path) as archive:
            found, names = Workbook(archive, content).sheets(reading.sheet)
    except FourfoldError:
        raise
    except (*DAMAGED, ElementTree.ParseError, KeyError) as error:
        raise FileError(
            "damaged-excel",
            f"{content.name} is a damaged Excel file",
            got=str(error)[:120],
            do="save the sheet as csv",
        ) from error
    first, tables = chosen(found, reading)
    if not first.columns:
        raise DataError(
            "blank-sheet",
            f"sheet {first.sheet.name!r} of {content.name} holds nothing",
            wanted="rows of data",
            do="put the table on the first sheet",
        )
    columns, header = first.columns, first.header
    rows = [line for table in tables for line in table.rows(reading.by_place)]
    whole = body = [line for line in rows if not header.lines or line != first.lines[header.lines - 1]]
    repeated, below = len(rows) - len(body), 0
    while not reading.all and len(columns) >= FEWEST_BESIDE_NOTES and body and {*body[-1]} == {columns[0]}:
        body, below = body[:-1], below + 1
    if below > MOST_NOTES:
        body, below = whole, 0
    cells = {new: with_typed([line.get(column) for line in body]) for new, column in zip(header.names, columns)}
    raw = {new: column_of(values) for new, (values, _) in cells.items()}
    used = [table.sheet.name for table in tables]
    left = [name for name in names if name not in used]
    others = f"not read: {listed(left)}" if left else "all there are" if len(used) > 1 else "the only one"
    file = content.path.name if content.name.endswith(content.path.name) else "FILE"
    another = f"; {file}#SHEET reads another one"
    choice = any(sheet.rows and sheet.name in left for sheet in found)
    notes = [Note(f"sheet: {used[0]}", "as asked" if reading.sheet else others + another * choice)]
    if len(used) > 1:
        because = f"they have the same columns; {others}{another.replace('another one', 'one alone')}"
        notes = [Note(f"sheets: {listed(used)}", because)]
    if above := sum(table.above for table in tables):
        notes.append(Note(f"left out: {counted(above, 'row')} above the table", first.because))
    if beside := sum(table.beside[0] for table in tables):
        because = f"smaller tables, of up to {max(table.beside[1] for table in tables)} rows, behind empty columns"
        notes.append(Note(f"left out: {counted(beside, 'column')} beside the table", because))
    hidden = [repr(new) for new, column in zip(header.names, columns) if column in first.sheet.hidden_columns]
    if rows_out_of_sight := sum(table.sheet.hidden_rows for table in tables):
        hidden.append(counted(rows_out_of_sight, "row"))
    if hidden:
        because = "read as all others; delete what is not to be used"
        notes.append(Note(f"hidden in Excel: {', '.join(hidden)}", because))
    if repeated:
        notes.append(Note(f"left out: {counted(repeated, 'row')}", "they repeat the header"))
    if below:
        notes.append(Note(f"left out: {counted(below, 'row')} at the end", "their first cell alone has a value"))
    notes += [Note(f"{what}: in column {new!r}", how) for new, (_, said) in cells.items() for what, how in said.items()]
    if merged := sum(table.sheet.merged for table in tables):
        because = "each row of these has the value of the first"
        notes.append(Note(f"merged: {counted(merged, 'cell')} below each other", because))
    if unstored := sum(table.sheet.unstored for table in tables):
        because = "missing; open the file in Excel and save it, or save it as csv"
        notes.append(Note(f"formulas without a value: {counted(unstored, 'cell')}", because))
    sheets = [table.sheet for table in tables]
    words = {
        new: tuple(sorted({word for sheet in sheets for word in sheet.classlike.get(column, ())}))
        for new, column in zip(header.names, columns)
    }
    return replace(source_of(content, raw, (*notes, *header.notes), words), marked=header.marked)
