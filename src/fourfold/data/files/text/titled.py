"""Tables below lines that are no part of them: a title above columns between blanks, settings in sections."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from fourfold.data.values.amounts import is_number

from .aligned import of_blanks, of_widths
from .header import header_of
from .rewritten import SEPARATORS, Lines, Records, Rewriting, cuts

__all__ = ["FEWEST_ROWS", "of_sections", "of_titled"]

MOST_TITLES, FEWEST_ROWS = 10, 5
"""The most lines of a title, and the fewest of the table below it or below settings, its names included."""

OF_TITLES = re.compile("[,;:=]")
"""Marks of which a title has one where no names stand below it, as it may be these itself."""

SECTION = re.compile(r"\[[A-Za-z][^\[\],;\"]*\]")
"""A line that begins a part of a file, as instruments write it."""


def of_titled(lines: list[str], name: str) -> Rewriting | None:
    """Columns between blanks, or of fixed widths, most of them quantities, below lines that are cut otherwise."""
    for above in range(1, min(MOST_TITLES, len(lines) - FEWEST_ROWS) + 1):
        rest = lines[above:]
        if any(cuts(mark, rest) for mark in SEPARATORS):
            return None
        found = None if rest[0].strip().isdigit() else of_blanks(rest, name) or of_widths(rest, name)
        records = [] if found is None else list(found.records(rest))
        if found is not None and _are_quantities(records[1:]):
            named = header_of(records).lines or OF_TITLES.search(lines[above - 1])
            return _below(found, above) if named else None
    return None


def _are_quantities(rows: Sequence[Sequence[str]]) -> bool:
    """Whether cells of half of the columns and more have digits, and those of one are numbers, as not in sentences."""
    columns = [*zip(*rows)]
    digits = [all(any(map(str.isdigit, cell)) for cell in column) for column in columns]
    return 2 * sum(digits) >= len(columns) and any(all(map(is_number, column)) for column in columns)


def _below(found: Rewriting, above: int) -> Rewriting:
    """A table as it is found below some lines, which are left out, and count in what is said of a line's number."""
    found.left_out.clear()  # what stands below the table, as it was looked at

    def without_title(lines: Lines) -> Lines:
        titles = 0
        for line in lines:
            filled = bool(line.strip())
            if filled and titles < above:
                found.left_out.append(line.strip())
            yield line if titles >= above else ""
            titles += filled

    return replace(found, records=lambda lines: (record for record in found.records(without_title(lines)) if record))


def of_sections(lines: list[str], name: str) -> Rewriting | None:
    """A curve below settings, as chromatographs write it: lines of [SECTION], settings of a name and a value each, and
    behind them the names of two columns above numbers alone."""
    sections = [place for place, line in enumerate(lines) if SECTION.fullmatch(line.strip())]
    if not sections:
        return None
    for mark in SEPARATORS:
        records = [next(csv.reader([line], delimiter=mark), []) for line in lines[sections[-1] + 1 :]]
        rows = next((n for n, record in enumerate(reversed(records)) if not all(map(is_number, record))), 0)
        table = records[len(records) - rows - 1 :]
        if rows < FEWEST_ROWS or any(len(record) != 2 for record in table) or any(map(is_number, table[0])):
            continue
        left_out: list[str] = []
        below = partial(_behind, mark=mark, above=len(lines) - len(table), left_out=left_out)
        return Rewriting(below, mark, (), left_out)
    return None


def _behind(lines: Lines, mark: str, above: int, left_out: list[str]) -> Records:
    """The records behind so many lines, which are left out; blank ones don't count."""
    filled = (line for line in lines if line.strip())
    left_out.extend(line.strip() for line in itertools.islice(filled, above))
    return csv.reader(filled, delimiter=mark)
