"""Whether the cell above a column of text is its name, or one of its values: what tells so in the cells below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from fourfold.data.values.amounts import amount_of
from fourfold.data.values.stand_ins import MISSING_WORDS

__all__ = ["FEWEST_BELOW", "Records", "below_of", "is_above", "is_alike", "is_among", "is_new", "is_number", "recurs"]

FEWEST_TOLD = 5
"""Cells from which on it is told by what all of them have that the one above them is a name."""

FEWEST_BELOW = 3
"""Rows below two lines of words from which on the second one is told to be no row."""

Records = Sequence[Sequence[str]]


def below_of(records: Records, place: int) -> list[str]:
    """The cells of a column that are not missing."""
    return [
        record[place]
        for record in records
        if place < len(record) and record[place].strip() not in MISSING_WORDS
    ]


def is_number(cell: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+(?:[.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?", cell.strip()) is not None


def is_alike(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell has numbers and words where all below it have some, and their marks, as dates and clocks do, or is
    a number with the unit of all below it: then it is one of them.

    >>> is_alike("2024-01-01", ["2024-01-02"] * 3), is_alike("Q1", ["Q2"] * 3), is_alike("day", ["2024-01-02"] * 3)
    (True, False, False)
    >>> is_alike("9 May 2024", ["10 June 2024"] * 3)
    True
    >>> is_alike("0.5 %", ["12 %"] * 3), is_alike("5 kg", ["5 kg", "5 lb", "6 kg"])
    (True, False)
    """
    words = [word.strip() for word in (cell, *below)]
    shapes = {re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", word)) for word in words}
    units = {amount.unit if (amount := amount_of(word)) else "" for word in words}
    alike = len(shapes) == 1 and len(re.findall(r"\d+", cell)) > 1
    return len(below) >= FEWEST_BELOW and (alike or (len(units) == 1 and "" not in units))


def is_above(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell has no digit and all below it have, or is one word and all below it are several.

    >>> is_above("date", ["2024-01-02"] * 9), is_above("text", ["so it is"] * 9), is_above("ham", ["spam"] * 9)
    (True, True, False)
    """
    if cell.strip() in MISSING_WORDS or len(below) < FEWEST_TOLD:
        return False
    with_digits = not any(map(str.isdigit, cell)) and all(any(map(str.isdigit, word)) for word in below)
    return with_digits or (len(cell.split()) == 1 and all(len(word.split()) > 1 for word in below))


def is_new(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell does not occur below, where each word that does occurs several times."""
    counts = Counter(word.strip() for word in below)
    new = cell.strip() not in counts and cell.strip() not in MISSING_WORDS
    return len(below) >= FEWEST_TOLD and new and min(counts.values()) > 2


def recurs(first: Sequence[str], rest: Records) -> bool:
    """Whether a record occurs below as a whole, and each of its cells in a tenth of the others: 0 and 1 above rows of
    these, but not names that are repeated in the middle.

    >>> recurs(["0", "1"], [["0", "1"], ["1", "1"], ["0", "0"]] * 5), recurs(["0", "1"], [["5", "7"], ["0", "1"]])
    (True, False)
    """
    others = [record for record in rest if record != first]
    counts = [below_of(others, place).count(cell) for place, cell in enumerate(first)]
    return len(others) < len(rest) and min(counts) >= max(2, len(others) / 10)


def is_among(first: Sequence[str], rest: Records) -> bool:
    """Whether each cell of a record occurs below itself, and repeatedly, or one of them in a tenth of the records: then
    it is a row, and no header.

    Of several columns only in other records: a header that is repeated occurs as a whole.
    """
    others = rest if len(first) == 1 else [record for record in rest if record != first]
    counts = [
        sum(place < len(record) and record[place] == cell for record in others) if cell.strip() else 0
        for place, cell in enumerate(first)
    ]
    return max(counts) >= max(2, len(others) / 10) or (len(first) > 1 and min(counts) >= 2)
