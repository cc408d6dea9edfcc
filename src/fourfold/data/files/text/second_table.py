"""What stands behind blank lines of a text: another table, whose names would be cells of the first, or more rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from fourfold.data.dataset import Note
from fourfold.data.files.content import Content, unpacked
from fourfold.data.values.stand_ins import MISSING_WORDS
from fourfold.errors import DataError

from .dialect import NUMBER, Dialect
from .notes_below import last_lines

__all__ = ["check_one_table", "said_of_blocks"]

FEWEST_WORDS, FEWEST_ABOVE = 2, 3
"""Words in columns of nothing but numbers from which on a line names columns, and the fewest such numbers."""

FEWEST_BLOCKS = 4
"""Blocks of several lines from which on they are no title, table and notes."""


def check_one_table(content: Content, dialect: Dialect, name: str) -> None:
    """Refuse a text in UTF-8 with a line of names behind a blank one: words alone, as many as there are columns, some
    of them below nothing but numbers; or of another number, as many as the line below it has cells. It is looked for
    among the first bytes and the last ones."""
    first = content.head.splitlines(keepends=True)
    place = _names_anew(first[dialect.skip :], dialect)
    found = None if place is None else (dialect.skip + place, first[dialect.skip + place])
    if found is None and len(content.head) < content.unpacked:
        last = last_lines(content)
        place = _names_anew(last[1:], dialect)  # the first one may be cut
        found = None if place is None else (_lines(content) - len(last) + 1 + place, last[1 + place])
    if found is not None:
        raise DataError(
            "second-table",
            f"{name} has another table below the first one",
            got=f"the names {found[1].decode('utf-8', 'replace').strip()[:60]!r} in line {found[0] + 1:,}",
            wanted="one table",
            do="write each table to a file of its own",
        )


def said_of_blocks(content: Content) -> tuple[Note, ...]:
    """What is said of rows between which blank lines stand, as where a sentence or a series ends: they are no rows."""
    sizes, open_quote = [0], False
    for line in content.head.split(b"\n"):
        blank = not line.strip() and not open_quote
        open_quote ^= line.count(b'"') % 2 == 1
        sizes += [0] * (blank and sizes[-1] > 0)
        sizes[-1] += not blank
    blocks = sum(map(bool, sizes))
    if sum(size > 1 for size in sizes) < FEWEST_BLOCKS:
        return ()
    more = " and more" if len(content.head) < content.unpacked else ""
    because = "if a series ends at each, give its rows a column that names it, for --id"
    return (Note(f"left out: blank lines between {blocks:,}{more} blocks of rows", because),)


def _names_anew(lines: Sequence[bytes], dialect: Dialect) -> int | None:
    """The place of the first line that names columns behind a blank one, those above it being rows of the table.

    >>> rows = [b"a,b,y\\n", *[b"1,2,p\\n"] * 3]
    >>> dialect = Dialect(",", 0, True, ("a", "b", "y"))
    >>> names = b"name,share,kind\\n"
    >>> _names_anew([*rows, b"\\n", names], dialect), _names_anew([*rows, names], dialect)
    (5, None)
    """
    columns, separator = len(dialect.names), dialect.separator
    above: list[list[str]] = []
    blank, open_quote = False, False
    for place, line in enumerate(lines):
        open_quote ^= line.count(b'"') % 2 == 1
        if not line.decode("utf-8", "replace").replace(separator, "").strip():
            blank = not open_quote
            continue
        cells = [] if open_quote else _cells(line, separator)
        below = _cells(lines[place + 1], separator) if blank and place + 1 < len(lines) else []
        if blank and len(above) >= FEWEST_ABOVE and _are_others(cells, columns, below):
            return place
        if blank and _may_be_names(cells, columns, below):
            numbers = [_are_numbers([row[column] for row in above]) for column, cell in enumerate(cells) if cell]
            if sum(numbers) >= FEWEST_WORDS and tuple(cells) != dialect.names:
                return place
        if len(cells) == columns and place >= dialect.header:
            above.append(cells)
        blank = False
    return None


def _may_be_names(cells: Sequence[str], columns: int, below: Sequence[str]) -> bool:
    """Whether cells are different words, as many as there are ``columns``; or fewer, empty ones behind them, above a
    line of as many with a number among them."""
    if len(cells) != columns or not _are_words(filled := [cell for cell in cells if cell]):
        return False
    if len(filled) == columns:
        return True
    alike = [*map(bool, below)] == [*map(bool, cells)] == sorted(map(bool, cells), reverse=True)
    return alike and any(map(NUMBER.fullmatch, below))


def _are_others(cells: Sequence[str], columns: int, below: Sequence[str]) -> bool:
    """Whether cells are different words of another number than there are ``columns``, and those below them as many,
    with a number among them."""
    others = FEWEST_WORDS <= len(cells) == len(below) != columns
    return others and all(cells) and _are_words(cells) and any(map(NUMBER.fullmatch, below))


def _are_words(cells: Sequence[str]) -> bool:
    return len({*cells} - MISSING_WORDS) == len(cells) and not any(map(NUMBER.fullmatch, cells))


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells that are not missing are numbers, and there are several."""
    present = [cell for cell in cells if cell not in MISSING_WORDS]
    return len(present) >= FEWEST_ABOVE and all(map(NUMBER.fullmatch, present))


def _cells(line: bytes, separator: str) -> list[str]:
    try:
        text = line.decode("utf-8", "replace")
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])]
    except csv.Error:  # the parser that reads all of it will say where
        return []


def _lines(content: Content) -> int:
    with unpacked(content) as file:
        return sum(1 for _ in file)
