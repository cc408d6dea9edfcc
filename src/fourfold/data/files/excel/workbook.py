"""The members of an Excel workbook (.xlsx): its sheets, and the cells of each.

A workbook is a zip file of XML. Four members are read, each once, none is extracted, and XML with a document
type (the way to entities and other files) is refused. Formulas count as the values that were stored with them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from fourfold.data.files.content import Content, check_bomb
from fourfold.data.messages import close, listed
from fourfold.data.values.stand_ins import MAY_BE_CLASSES, MISSING_WORDS
from fourfold.errors import OptionError, UnsafeFileError

from .cells import BUILT_IN, meant_by, shown_by, written_out

__all__ = ["Cells", "Sheet", "Workbook"]

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""The names of the members of sheets, unless the workbook was saved as "strict", which has others."""

MERGED = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
MOST_MERGED = 10_000_000
"""The most rows that merged cells take together."""

LAST_COLUMN = 16_384

Cells = dict[int, Any]
"""The values of a row by the number of their column."""


@dataclass
class Sheet:
    """A sheet: the ``rows`` that hold something, and their ``numbers``, in their order; how many cells have the value
    of the one above them, with which they are ``merged``; how many hold formulas whose values are ``unstored``; and how
    many of the rows, and which columns, are ``hidden``; and by column the spellings of a missing value that may be
    names of classes, ``classlike``."""

    name: str
    rows: list[Cells]
    numbers: list[int]
    merged: int = 0
    unstored: int = 0
    hidden_rows: int = 0
    hidden_columns: frozenset[int] = frozenset()
    classlike: Mapping[int, set[str]] = field(default_factory=dict)


class Workbook:
    """What the members of a workbook say, each parsed when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile, content: Content) -> None:
        self.archive, self.content = archive, content
        self.members = {info.filename: info for info in archive.infolist()}
        first = next(self._elements("xl/workbook.xml", "sheet", "workbookPr"), None)
        self.space = SHEET if first is None else first.tag.rpartition("}")[0] + "}"
        self.strings = [_text(item) for item in self._elements("xl/sharedStrings.xml", "si")]
        self.shown = self._styles()
        self.unstored = self.merged = 0
        self.classlike: dict[int, set[str]] = {}

    def sheets(self, named: str = "") -> tuple[list[Sheet], list[str]]:
        """The one that is ``named``, or else the visible sheets, or all where none is; and the names of all."""
        self.epoch = datetime(1899, 12, 30)
        sheets = []
        for element in self._elements("xl/workbook.xml", "sheet", "workbookPr"):
            if element.tag == f"{self.space}workbookPr" and element.get("date1904") in ("1", "true"):
                self.epoch = datetime(1904, 1, 1)
            elif element.tag == f"{self.space}sheet":
                sheets.append(dict(element.attrib))
        names = [sheet.get("name", "") for sheet in sheets]
        if named and named not in names:
            raise OptionError(
                "unknown-sheet",
                f"{self.content.name} has no sheet of this name",
                got=repr(named[:60]),
                wanted=listed(names),
                do=f"{self.content.name}#{close(named, names) or names[0]}" if names else "",
            )
        visible = [sheet for sheet in sheets if sheet.get("state", "visible") == "visible"] or sheets
        wanted = [sheet for sheet in sheets if sheet.get("name") == named] if named else visible
        relations = self._elements("xl/_rels/workbook.xml.rels", "Relationship")
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        if not wanted:
            raise KeyError("no sheets")
        return [self._sheet(targets, sheet) for sheet in wanted], names

    def _sheet(self, targets: dict[str | None, str], sheet: dict[str, str]) -> Sheet:
        self.unstored = self.merged = 0
        self.classlike = {}
        relation = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        target = targets[relation].removeprefix("/xl/").removeprefix("/")
        lines: dict[int, Cells] = {}
        merged: list[str] = []
        hidden, columns = 0, set()
        for element in self._elements(f"xl/{target}", "row", "mergeCell", "col"):
            out_of_sight = element.get("hidden") in ("1", "true")
            if element.tag == f"{self.space}mergeCell":
                merged.append(element.get("ref", ""))
            elif element.tag == f"{self.space}col":
                first, last = int(element.get("min", "1")), min(int(element.get("max", "0")), LAST_COLUMN)
                columns |= {*range(first, last + 1)} if out_of_sight else set()
            elif line := self._cells(element):
                lines[int(element.get("r", "") or max(lines, default=0) + 1)] = line
                hidden += out_of_sight
        self._fill(lines, merged)
        numbers = sorted(lines)
        rows = [lines[number] for number in numbers]
        return Sheet(
            sheet.get("name", ""), rows, numbers, self.merged, self.unstored, hidden, frozenset(columns), self.classlike
        )

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

    def _styles(self) -> list[str]:
        """What each of the cell styles shows: see `shown_by`."""
        shown, found = dict(BUILT_IN), []
        for element in self._elements("xl/styles.xml", "numFmt", "cellXfs"):
            if element.tag == f"{self.space}numFmt":
                shown[int(element.get("numFmtId", "0"))] = shown_by(element.get("formatCode", ""))
            else:
                found = [shown.get(int(style.get("numFmtId", "0")), "") for style in element]
        return found

    def _cells(self, row: ElementTree.Element) -> Cells:
        cells: Cells = {}
        place = 0
        for cell in row.iterfind(f"{self.space}c"):
            letters = re.match("[A-Z]{1,3}", cell.get("r", ""))
            place = _number(letters[0]) if letters else place + 1
            value = self._value(cell)
            if isinstance(value, str) and (word := value.strip()) in MISSING_WORDS:
                self.classlike.setdefault(place, set()).update({word} & MAY_BE_CLASSES)
            elif value is not None and place <= LAST_COLUMN:
                cells[place] = value.strip() if isinstance(value, str) else value
        return cells

    def _value(self, cell: ElementTree.Element) -> Any:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        stored = cell.findtext(f"{self.space}v")
        if not stored and kind != "str":  # of text "" may be stored
            self.unstored += cell.find(f"{self.space}f") is not None
        if not stored or kind == "e":  # nothing, or an error such as #DIV/0!
            return None
        if kind == "s":
            return self.strings[int(stored)]
        if kind == "b":
            return stored == "1"
        if kind == "d":
            return written_out(stored) or stored
        if kind == "str":
            return stored
        style = int(cell.get("s", "0"))
        return meant_by(float(stored), self.shown[style] if style < len(self.shown) else "", self.epoch)


def _text(element: ElementTree.Element) -> str:
    """All text below an element, the readings above Japanese text left out."""
    if element.tag.endswith("}t"):
        return element.text or ""
    return "".join(_text(part) for part in element if not part.tag.endswith("}rPh"))


def _number(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
