"""Excel workbooks (.xlsx): the cells of one sheet, by a strict reader of the part of the format that holds them.

A workbook is a zip file of XML. Four members are read, each once, none is extracted, and XML with a document
type (the way to entities and other files) is refused. Formulas count as the values that were stored with them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import numpy as np

from fourfold.errors import DataError, FileError, FourfoldError, UnsafeFileError

from .content import Content, check_bomb
from .dataset import Note
from .dates import TURNED, is_untold, way_of, years_from
from .header import MISSING_WORDS, header_of
from .messages import counted, listed
from .notes_below import FEWEST_BESIDE_NOTES, MOST_NOTES
from .npz import DAMAGED
from .opened import source_of
from .sample import Reading
from .source import Source
from .text_file import MOST_ABOVE
from .words import as_objects

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DATE_FORMATS, DURATION_FORMATS = {*range(14, 23), 45, 47}, {46}
"""The built-in number formats that show a date or a time, and those that show hours beyond a day."""

DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
"""What a format of the user has that shows a duration."""

MERGED = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
MOST_MERGED = 10_000_000
"""The most rows that merged cells take together."""

LAST_DAY = 2_958_466
"""The number of the first day of the year 10000."""

FIRST_YEAR = 1900
"""Times of day are stored as dates before this year."""

LAST_COLUMN = 16_384

FEWEST_ROWS = 10
"""A sheet with fewer rows explains another one, where there is another one with more."""

PARTS = ("train", "training", "test", "testing", "val", "valid", "validation")
"""Sheets of these names are not put together."""

Cells = dict[int, Any]
"""The values of a row by the number of their column."""


def read_excel(content: Content, reading: Reading) -> Source:
    """The first visible sheet with a table in it, and those behind it with the same columns; the others are named.

    Errors: ``FileError`` for a damaged workbook, ``UnsafeFileError`` for XML with a document type or a bomb,
    ``DataError`` for a sheet without rows.
    """
    try:
        with zipfile.ZipFile(content.path) as archive:
            book = _Workbook(archive, content)
            sheets, others = book.tables()
    except FourfoldError:
        raise
    except (*DAMAGED, ElementTree.ParseError, KeyError) as error:
        raise FileError(
            "damaged-excel",
            f"{content.name} is a damaged Excel file",
            got=str(error)[:120],
            do="save the sheet as csv",
        ) from error
    (name, lines), *alike = sheets.items()
    above = _above(lines)
    lines = lines[above:]
    columns = sorted({column for line in lines for column in line})
    texts = [
        ["" if (value := line.get(column)) is None else _spelled(value) for column in columns]
        for line in lines[:100]
    ]
    if not columns:
        raise DataError(
            "blank-sheet",
            f"sheet {name!r} of {content.name} holds nothing",
            wanted="rows of data",
            do="put the table on the first sheet",
        )
    header = header_of(texts)
    body, below = lines[header.lines :], 0
    for more in alike:
        body += more[1][header.lines :]
    while not reading.all and len(columns) >= FEWEST_BESIDE_NOTES and body and {*body[-1]} == {columns[0]}:
        body, below = body[:-1], below + 1
    if below > MOST_NOTES:
        body, below = body + lines[-below:], 0
    cells = {new: _with_typed_dates([line.get(column) for line in body]) for new, column in zip(header.names, columns)}
    raw = {new: _column(values) for new, (values, _) in cells.items()}
    left = f"not read: {listed(others)}" if others else "all there are" if alike else "the only one"
    notes = [Note(f"sheet: {name}", left)]
    if alike:
        because = f"they have the same columns; {left}; save one as csv to read it alone"
        notes = [Note(f"sheets: {listed(list(sheets))}", because)]
    if above:
        notes.append(Note(f"left out: {counted(above, 'row')} above the table", "a title, or a comment"))
    if below:
        notes.append(Note(f"left out: {counted(below, 'row')} at the end", "their first cell alone has a value"))
    notes += [Note(f"dates that are text: in column {new!r}", said) for new, (_, said) in cells.items() if said]
    if book.merged:
        because = "each row of these has the value of the first"
        notes.append(Note(f"merged: {counted(book.merged, 'cell')} below each other", because))
    if book.unstored:
        because = "missing; open the file in Excel and save it, or save it as csv"
        notes.append(Note(f"formulas without a value: {counted(book.unstored, 'cell')}", because))
    return source_of(content, raw, (*notes, *header.notes))


class _Workbook:
    """What the members of a workbook say, each parsed when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile, content: Content) -> None:
        self.archive, self.content = archive, content
        self.members = {info.filename: info for info in archive.infolist()}
        self.strings = [_text(item) for item in self._elements("xl/sharedStrings.xml", "si")]
        self.dates, self.durations = self._styles()
        self.unstored = self.merged = 0

    def tables(self) -> tuple[dict[str, list[Cells]], list[str]]:
        """The first visible sheet with a table of enough rows (or else with one), those behind it with the same first
        row, and the names of the others; of each the rows that hold something, by its name."""
        self.epoch = datetime(1899, 12, 30)
        sheets = []
        for element in self._elements("xl/workbook.xml", "sheet", "workbookPr"):
            if element.tag == f"{SHEET}workbookPr" and element.get("date1904") in ("1", "true"):
                self.epoch = datetime(1904, 1, 1)
            elif element.tag == f"{SHEET}sheet":
                sheets.append(dict(element.attrib))
        visible = [sheet for sheet in sheets if sheet.get("state", "visible") == "visible"] or sheets
        relations = self._elements("xl/_rels/workbook.xml.rels", "Relationship")
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        if not visible:
            raise KeyError("no sheets")
        read = {sheet.get("name", ""): self._lines(targets, sheet) for sheet in visible}
        long = [name for name, lines in read.items() if _is_table(lines, FEWEST_ROWS)]
        some = [name for name, lines in read.items() if _is_table(lines)]
        first = next(iter(long or some or read))
        alike = [name for name in long if read[name][:1] == read[first][:1] and not _above(read[name])]
        chosen = alike if first in alike and not any(name.lower() in PARTS for name in alike) else [first]
        others = [name for sheet in sheets if (name := sheet.get("name", "")) not in chosen]
        return {name: read[name] for name in chosen}, others

    def _lines(self, targets: dict[str | None, str], sheet: dict[str, str]) -> list[Cells]:
        target = targets[sheet.get(RELATION)].removeprefix("/xl/").removeprefix("/")
        lines: dict[int, Cells] = {}
        merged: list[str] = []
        for element in self._elements(f"xl/{target}", "row", "mergeCell"):
            if element.tag == f"{SHEET}mergeCell":
                merged.append(element.get("ref", ""))
            elif line := self._cells(element):
                lines[int(element.get("r", "") or max(lines, default=0) + 1)] = line
        self._fill(lines, merged)
        return [lines[number] for number in sorted(lines)]

    def _fill(self, lines: dict[int, Cells], merged: list[str]) -> None:
        """Gives all rows of cells that are merged below each other the value of the first."""
        left = MOST_MERGED
        for found in filter(None, map(MERGED.fullmatch, merged)):
            column, first, last = _number(found[1]), int(found[2]), int(found[4])
            value = lines.get(first, {}).get(column)
            left -= max(last - first, 0)
            if value is None or found[1] != found[3] or left < 0:
                continue
            for number in range(first + 1, last + 1):
                if number in lines and column not in lines[number]:
                    lines[number][column] = value
                    self.merged += 1

    def _elements(self, member: str, *tags: str) -> Iterator[ElementTree.Element]:
        """The elements of these names in one member, one at a time; nothing if there is no such member."""
        info = self.members.get(member)
        if info is None:
            return
        check_bomb(f"{self.content.name}: {member}", info.compress_size, info.file_size)
        with self.archive.open(info) as file:
            start = file.read(4096)
        if b"<!" in start.replace(b"<!--", b"") or b"\0" in start:
            raise UnsafeFileError(
                "xml-document-type",
                f"{self.content.name}: {member} declares a document type, through which XML reads other files",
                wanted="a workbook as Excel writes it",
                do="save the sheet as csv",
            )
        with self.archive.open(info) as file:
            for _, element in ElementTree.iterparse(file):
                if element.tag.rpartition("}")[2] in tags:
                    yield element
                    element.clear()

    def _styles(self) -> tuple[set[int], set[int]]:
        """The numbers of the cell styles that show a date, and of those that show a duration."""
        dates, durations = set(DATE_FORMATS), set(DURATION_FORMATS)
        found: tuple[set[int], set[int]] = (set(), set())
        for element in self._elements("xl/styles.xml", "numFmt", "cellXfs"):
            if element.tag == f"{SHEET}numFmt":
                code, number = element.get("formatCode", ""), int(element.get("numFmtId", "0"))
                shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code)
                if DURATION.search(code):
                    durations.add(number)
                elif re.search("[ymdhs]", shown, re.IGNORECASE) and "General" not in shown:
                    dates.add(number)
            else:
                for place, style in enumerate(element):
                    for formats, styles in zip((dates, durations), found):
                        if int(style.get("numFmtId", "0")) in formats:
                            styles.add(place)
        return found

    def _cells(self, row: ElementTree.Element) -> Cells:
        cells: Cells = {}
        place = 0
        for cell in row.iterfind(f"{SHEET}c"):
            letters = re.match("[A-Z]{1,3}", cell.get("r", ""))
            place = _number(letters[0]) if letters else place + 1
            value = self._value(cell)
            if value is not None and place <= LAST_COLUMN:
                cells[place] = value
        return cells

    def _value(self, cell: ElementTree.Element) -> Any:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _word(_text(cell))
        stored = cell.findtext(f"{SHEET}v")
        self.unstored += not stored and cell.find(f"{SHEET}f") is not None
        if not stored or kind == "e":  # nothing, or an error such as #DIV/0!
            return None
        if kind == "s":
            return _word(self.strings[int(stored)])
        if kind == "b":
            return stored == "1"
        if kind in ("str", "d"):
            return _word(stored)
        number, style = float(stored), int(cell.get("s", "0"))
        if style in self.durations and abs(number) < LAST_DAY:
            return timedelta(seconds=round(number * 86_400, 3))
        if style in self.dates and 0 <= number < LAST_DAY:
            return self.epoch + timedelta(milliseconds=round(number * 86_400_000))
        return number


def _is_table(lines: list[Cells], fewest: int = 2) -> bool:
    """Several rows of several cells."""
    return sum(len(line) > 1 for line in lines) >= fewest


def _above(lines: list[Cells]) -> int:
    """How many rows of one cell stand above the rows of several."""
    first = next((place for place, line in enumerate(lines) if len(line) > 1), 0)
    return first if first <= MOST_ABOVE and _is_table(lines) else 0


def _text(element: ElementTree.Element) -> str:
    """All text below an element, the readings above Japanese text left out."""
    if element.tag == f"{SHEET}t":
        return element.text or ""
    return "".join(_text(part) for part in element if part.tag != f"{SHEET}rPh")


def _word(text: str) -> str | None:
    stripped = text.strip()
    return None if stripped in MISSING_WORDS else stripped


def _number(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


MISTAKEN = (*TURNED, "day.month.year")
"""The ways of writing dates in which Excel takes the day for the month where it expects the other order."""

FEWEST_TURNED = 10
"""Different dates, at least, that tell by their days that Excel took these for months: ten have no day above 12 by
chance in one of 10,000 columns."""


def _with_typed_dates(values: list[Any]) -> tuple[list[Any], str]:
    """The cells of a column of dates, those that were typed as text as dates too, and how these are read; all as they
    are, and "", where none are so, or the day can't be told from the month.

    Where Excel took the day for the month, it made dates of those alone that have no day above 12, and left all others
    text: their day and month are turned back.
    """
    words = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    found = way_of(words, None) if words and any(isinstance(value, datetime) for value in values) else None
    if found is None or is_untold(found[1], found[0]):
        return values, ""
    way, dates = found[0], years_from(found[1], found[0])[0]
    said, told = f"read as {way or 'ISO'}", [value for value in values if isinstance(value, datetime)]
    days = [date.day for date in dates.values()]
    mistaken = way in MISTAKEN and len(set(told)) >= FEWEST_TURNED
    mistaken = mistaken and max(date.day for date in told) <= 12 < min(days, default=0)
    if mistaken:
        said += f"; day and month of the other {len(told)} turned round, as none of these has a day above 12"

    def meant(value: Any) -> Any:
        if isinstance(value, str):
            return dates.get(value, value)
        return value.replace(month=value.day, day=value.month) if mistaken and isinstance(value, datetime) else value

    return list(map(meant, values)), said


def _column(values: list[Any]) -> np.ndarray:
    """The cells of a column as dates, clocks as words, or whatever `words.typed` makes of them."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {datetime} and all(value is None or value.year < FIRST_YEAR for value in values):
        return as_objects([None if value is None else f"{value:%H:%M:%S}" for value in values])
    if kinds == {datetime}:
        absent = np.datetime64("NaT")
        return np.array([absent if value is None else value for value in values], dtype="datetime64[us]")
    if len(kinds) > 1 or kinds == {timedelta}:
        values = [None if value is None else _spelled(value) for value in values]
    return as_objects(values)


def _spelled(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        minutes, seconds = divmod(abs(value.total_seconds()), 60)
        hours, minutes = divmod(int(minutes), 60)
        sign = "-" if value < timedelta() else ""
        return f"{sign}{hours}:{minutes:02d}:{seconds:06.3f}".removesuffix(".000")
    return str(value).lower() if isinstance(value, bool) else str(value)
