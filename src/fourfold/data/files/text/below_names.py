"""Lines below the names of a table that are no rows: units, names within groups, and descriptions of the columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from fourfold.data.values.stand_ins import MISSING_WORDS

from .name_or_value import FEWEST_BELOW, FEWEST_TOLD, Records, below_of, is_alike, is_number

__all__ = ["DASHES", "are_below_names", "are_units_of_some", "are_widths", "descriptions_below"]

DASHES = re.compile(r"[-=\u2500]+")
DIMENSIONLESS = "1"
"""The unit of ratios."""

WIDTH = re.compile(r"\d{1,3}[sdn]", re.ASCII)
"""A width and a kind (words, dates, numbers), 5s, 20d, 14n, as the Geological Survey of the United States has them."""

OF_UNITS = re.compile(r"[%\u00b0()\[\]=/]")
"""Marks of which a unit has one, where it is the only word of its line."""

FEWEST_DESCRIBED, MOST_DESCRIBED = 2, 12
"""The lines that describe columns where all rows begin with a date: a single one may be a row without."""


def are_widths(record: Sequence[str]) -> bool:
    """Whether all cells are widths and kinds of columns, two and more.

    >>> are_widths(["5s", "15s", "20d", "14n"]), are_widths(["5s", "15"])
    (True, False)
    """
    return len(record) > 1 and all(WIDTH.fullmatch(cell.strip()) for cell in record)


def are_below_names(records: Records) -> bool:
    """Whether the second record belongs to the header: words above numbers in two columns and more, and no number.

    Words that stand for a missing value are no such words; a header that is repeated is none, nor is a record with a
    word that occurs below it.
    """
    if len(records) < 2 + FEWEST_BELOW or len({len(record) for record in records}) > 1:
        return False
    first, second, rest = records[0], records[1], records[2:]
    if first == second or any(is_number(cell) and cell.strip() != DIMENSIONLESS for cell in second):
        return False
    names = Counter(cell.strip() for cell in first)
    grouped = len(names) < len(first)  # names that stand alone beside groups have nothing below them
    alone = {place for place, cell in enumerate(first) if grouped and names[cell.strip()] == 1}
    numbers = [
        place
        for place in range(len(first))
        if (second[place] or (first[place] and place not in alone))
        and (below := below_of(rest, place))
        and all(map(is_number, below))
    ]
    if any(
        second[place].strip() in below_of(rest, place) for place in range(len(first)) if place not in numbers
    ):
        return False
    words = [cell for place in numbers if (cell := second[place].strip()) not in MISSING_WORDS]
    return (
        len(numbers) > 1
        and len(words) == len(numbers)
        and any(letter.isalpha() or letter in "%°" for word in words for letter in word)
        and (not any(map(is_number, first)) or "" in first[1:])
    )


def are_units_of_some(records: Records) -> bool:
    """Whether the second record has units of some columns, above numbers, and nothing else, though the others have
    values in all rows.

    >>> rows = [["2010", "Jan", "90.0", "-"], ["2010", "Feb", "90.1", "0.3"], ["2010", "Mar", "90.2", "0.3"]]
    >>> names = ["Year", "Month", "Index", "Change"]
    >>> are_units_of_some([names, ["", "", "2015=100", "in %"], *rows])
    True
    >>> are_units_of_some([names, ["", "", "", "none"], *rows])
    False
    """
    if len(records) < 2 + FEWEST_BELOW or len({len(record) for record in records}) > 1:
        return False
    names, units, rest = [cell.strip() for cell in records[0]], [cell.strip() for cell in records[1]], records[2:]
    places = [place for place, unit in enumerate(units) if unit]
    others = [place for place, unit in enumerate(units) if not unit]
    told = len(places) > 1 or any(OF_UNITS.search(units[place]) for place in places)
    if not others or not told or len({*names} - {""}) < len(names):
        return False
    full = all(record[place].strip() not in MISSING_WORDS for record in rest for place in others)
    return full and all(_is_unit_above(units[place], below_of(rest, place)) for place in places)


def _is_unit_above(word: str, below: list[str]) -> bool:
    """Whether a word stands above numbers, and dashes for none, alone."""
    numbers = [cell for cell in below if not DASHES.fullmatch(cell.strip())]
    return bool(numbers) and all(map(is_number, numbers)) and not is_number(word) and word not in MISSING_WORDS


def descriptions_below(records: Records) -> int:
    """How many records below the names describe the columns, as central banks write them: all rows behind them begin
    with a date, they do not, and hold hardly any number.

    >>> rows = [[f"2020-01-0{day}", "1.1", ""] for day in range(1, 9)]
    >>> about = [["", "Euro exchange rate", ""], ["unit", "USD", ""], ["last update", "2023-01-01 10:00:00", ""]]
    >>> descriptions_below([["", "USD", "FLAGS"], *about, *rows])
    3
    >>> descriptions_below([["day", "v", "w"], ["", "1.2", "p"], ["", "1.1", "q"], *rows])
    0
    """
    if len({len(record) for record in records}) > 1 or len(records[0]) < 2:
        return 0
    first = [record[0].strip() for record in records]
    last = first[-FEWEST_TOLD:]
    if len(records) <= FEWEST_DESCRIBED + FEWEST_TOLD or not is_alike(last[-1], last):
        return 0
    above = max((place for place, cell in enumerate(first) if not is_alike(cell, last)), default=0)
    about = [[cell.strip() for cell in record] for record in records[1 : above + 1]]
    if not FEWEST_DESCRIBED <= len(about) <= MOST_DESCRIBED or any(is_alike(cell, last) for cell in first[:above]):
        return 0
    called = any(record[0] not in MISSING_WORDS and not is_number(record[0]) for record in about)
    filled = all(any(record[1:]) for record in about)
    without = sum(not any(map(is_number, record)) for record in about)
    return len(about) if called and filled and 2 * without > len(about) else 0
