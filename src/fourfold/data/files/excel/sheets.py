"""The sheets of a workbook as tables: what stands above the rows of each, and which of them are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from fourfold.data.files.parts import TESTING, TRAINING
from fourfold.data.files.text.dialect import LOOKED_AT, MOST_ABOVE
from fourfold.data.files.text.header import Header, header_of, settings_above, told
from fourfold.data.reading import Reading

from .cells import spelled
from .workbook import Cells, Sheet

__all__ = ["SheetTable", "chosen", "with_sheet"]

FEWEST_ROWS = 10
"""A sheet with fewer rows explains another one, where there is another one with more."""

WORKBOOKS = (".xlsx", ".xlsm")
"""How the names of files end behind which that of a sheet may stand."""

PARTS = (*TRAINING, *TESTING)
"""Sheets of these names are not put together."""

FEWEST_EXPLAINED = 2 / 3
"""The share of the names of a table that a sheet which explains it has in one of its columns, each of them once."""


@dataclass(frozen=True)
class SheetTable:
    """A sheet as a table: of its rows ``above`` stand above the ``lines`` from the names on, ``because`` they are what
    is said of them; the numbers of its ``columns``; what the first lines say of these; and the columns and rows of
    smaller tables ``beside`` it."""

    sheet: Sheet
    above: int
    because: str
    lines: list[Cells]
    columns: list[int]
    header: Header
    beside: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, sheet: Sheet, reading: Reading) -> SheetTable:
        sheet, beside = _alone(sheet)
        titles, settings = _titles(sheet.rows), _settings(sheet)
        above = max(titles, settings)
        lines = sheet.rows[above:]
        columns = sorted({column for line in lines for column in line})
        texts = _texts(lines[:LOOKED_AT], columns)
        header = header_of(texts, told(texts[0], reading)) if columns else Header(0, ())
        because = "titles, or settings" if settings > titles else "a title, or a comment"
        return cls(sheet, above, because, lines, columns, header, beside)

    def rows(self, by_place: bool) -> list[Cells]:
        """The rows below the names; where these go ``by_place``, with those among them that hold nothing."""
        if not by_place:
            return self.body
        start = self.above + self.header.lines
        numbers = self.sheet.numbers[start:]
        before = self.sheet.numbers[start - 1 : start] if self.header.lines else [number - 1 for number in numbers[:1]]
        gaps = [after - one - 1 for one, after in zip((*before, *numbers), numbers)]
        return [row for gap, line in zip(gaps, self.body) for row in (*[{}] * gap, line)]

    @property
    def body(self) -> list[Cells]:
        return self.lines[self.header.lines :]

    @cached_property
    def size(self) -> int:
        """How many cells it has in rows of several."""
        return sum(len(line) for line in self.body if len(line) > 1)

    def is_like(self, other: SheetTable) -> bool:
        """Whether there are rows below the names of the other, in the same places, or in another order."""
        count = other.header.lines
        own, names = self.header.names, other.header.names
        return 0 < count < len(self.lines) and (
            self.lines[:count] == other.lines[:count]
            or (self.header.lines == count and len({*names}) == len(names) and sorted(own) == sorted(names))
        )

    def in_order_of(self, other: SheetTable) -> SheetTable:
        """The same, each column where the other one, which `is_like` it, has it."""
        if self.lines[: other.header.lines] == other.lines[: other.header.lines]:
            return self
        there = dict(zip(other.header.names, other.columns))
        place = {column: there[name] for name, column in zip(self.header.names, self.columns)}
        lines = [{place[column]: value for column, value in line.items()} for line in self.lines]
        classlike = {place[column]: words for column, words in self.sheet.classlike.items() if column in place}
        sheet = replace(self.sheet, classlike=classlike)
        return replace(self, sheet=sheet, lines=lines, columns=other.columns, header=other.header)

    @cached_property
    def lists(self) -> list[set[str]]:
        """The words of each column in which none repeats."""
        columns = ([value for line in self.body if isinstance(value := line.get(one), str)] for one in self.columns)
        return [found for words in columns if len(found := {*words}) == len(words)]

    def explains(self, other: SheetTable) -> bool:
        """Whether one of the columns lists the names of a larger one, each of them once, as beside what they mean."""
        names = {*other.header.names}
        fewest = max(2, FEWEST_EXPLAINED * len(names))
        return self.size < other.size and any(len(names & words) >= fewest for words in self.lists)


def with_sheet(name: str, reading: Reading) -> tuple[str, Reading]:
    """The file of a name such as book.xlsx#Sheet2, and the reading of that sheet; of any other name both as they are.

    >>> name, reading = with_sheet("book.xlsx#Sheet2", Reading())
    >>> name, reading.sheet, with_sheet("a#b.csv", Reading())[0]
    ('book.xlsx', 'Sheet2', 'a#b.csv')
    """
    file, _, sheet = name.partition("#")
    while sheet and not file.lower().endswith(WORKBOOKS):
        more, _, sheet = sheet.partition("#")
        file += f"#{more}"
    return (name, reading) if not sheet or os.path.lexists(name) else (file, replace(reading, sheet=sheet))


def chosen(sheets: Sequence[Sheet], reading: Reading) -> tuple[SheetTable, list[SheetTable]]:
    """The sheet that is likely the table, and all that have the same names, which are read as one.

    It has the most of the names that are wanted; of several such sheets it is the first with enough rows (new rows may
    be few), unless that one explains another, or there is a larger one of as many columns or more.
    """
    wanted, few = reading.targets, reading.all
    tables = [SheetTable.of(sheet, reading) for sheet in sheets]
    counts = [len({*wanted} & {*table.header.names}) for table in tables]
    likely = [table for table, count in zip(tables, counts) if count == max(counts)]
    if not (few and max(counts)):
        long = [table for table in likely if _is_table(table.sheet.rows, FEWEST_ROWS)]
        likely = long or [table for table in likely if _is_table(table.sheet.rows)] or likely
    first = likely[0]
    if not few:
        likely = [table for table in likely if not any(map(table.explains, likely))]
        first = next((table for table in likely if _name(table) in TRAINING), likely[0])
        if _name(first) not in PARTS:
            first = max((one for one in likely if len(one.columns) >= len(first.columns)), key=lambda one: one.size)
    alike = [table.in_order_of(first) for table in tables if table is first or table.is_like(first)]
    return first, [first] if any(_name(table) in PARTS for table in alike) else alike


def _alone(sheet: Sheet) -> tuple[Sheet, tuple[int, int]]:
    """The sheet without smaller tables beside its own, behind columns that are empty, which have several rows, but less
    than half as many; and how many columns and rows these have."""
    columns = sorted({column for line in sheet.rows for column in line})
    starts = [place for place, column in enumerate(columns) if not place or column > columns[place - 1] + 1]
    blocks = [{*columns[start:end]} for start, end in zip(starts, [*starts[1:], None])]
    rows = [sum(not block.isdisjoint(line) for line in sheet.rows) for block in blocks]
    small = [(block, count) for block, count in zip(blocks, rows) if 1 < count < max(rows) / 2]
    if not small:
        return sheet, (0, 0)
    left_out = set().union(*(block for block, _ in small))
    lines = [{column: value for column, value in line.items() if column not in left_out} for line in sheet.rows]
    kept = [place for place, line in enumerate(lines) if line]
    rest = replace(sheet, rows=[lines[place] for place in kept], numbers=[sheet.numbers[place] for place in kept])
    return rest, (len(left_out), max(count for _, count in small))


def _name(table: SheetTable) -> str:
    return table.sheet.name.strip().lower()


def _is_table(lines: list[Cells], fewest: int = 2) -> bool:
    """Several rows of several cells."""
    return sum(len(line) > 1 for line in lines) >= fewest


def _titles(lines: list[Cells]) -> int:
    """How many rows of one cell stand above the rows of several, and above the names."""
    first = next((place for place, line in enumerate(lines) if len(line) > 1), 0)
    first -= _names_the_second(lines[:first], lines[first:])
    return first if first <= MOST_ABOVE and _is_table(lines) else 0


def _names_the_second(above: list[Cells], lines: list[Cells]) -> bool:
    """Whether the last row above the others names the second of two columns, the first of which is the index of a data
    frame without a name: numbers or dates."""
    columns = sorted({column for line in lines for column in line})
    if len(columns) != 2 or not above or {*above[-1]} != {columns[1]}:
        return False
    return isinstance(above[-1][columns[1]], str) and not isinstance(lines[0].get(columns[0], ""), str)


def _settings(sheet: Sheet) -> int:
    """How many rows stand above the names, where some of these are settings."""
    lines = sheet.rows[:LOOKED_AT]
    columns = sorted({column for line in lines for column in line})
    records: list[list[str]] = []
    before = [number + 1 for number in (sheet.numbers[0] - 1, *sheet.numbers)] if lines else []
    for number, expected, record in zip(sheet.numbers, before, _texts(lines, columns)):
        records += [[""] * len(columns)] * min(number - expected, MOST_ABOVE) + [record]
    return sum(map(any, records[: settings_above(records)]))


def _texts(lines: Sequence[Cells], columns: Sequence[int]) -> list[list[str]]:
    """Rows in words, as a file of text has them."""
    return [["" if (value := line.get(column)) is None else spelled(value) for column in columns] for line in lines]
