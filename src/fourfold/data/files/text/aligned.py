"""Text whose columns are told by blanks: words between them, or columns of fixed widths."""

from __future__ import annotations

import csv
import re

from fourfold.data.dataset import Note
from fourfold.data.messages import listed
from fourfold.data.values.amounts import is_number
from fourfold.errors import FileError

from .rewritten import SEPARATORS, Lines, Records, Rewriting, is_frame
from .spooled import FOOT

NUMBERS = re.compile(r"(?:^|\t) *[-+.\d]+ +[-+.\d]+ +[-+.\d]", re.ASCII)
"""Several numbers with blanks between them at the start of what stands between tabs."""

FEWEST_ALIGNED = 5
"""Lines from which on columns are told by the blanks between them."""


def of_blanks(lines: list[str], name: str) -> Rewriting | None:
    """Columns between blanks: several words in each line, as many in all, and no other mark.

    The first line may name all columns but that of the rows' names (R), or have a hash before the names (NumPy). Above
    it their number may stand.
    """
    counted = _counts(lines)
    lines = [line for line in lines[counted:] if not FOOT.fullmatch(line.strip())]
    if len(lines) < 2 or any(mark in line for line in lines for mark in SEPARATORS if mark != "\t"):
        return None
    if any(line.count('"') % 2 for line in lines) or _by_tabs(lines):
        return None
    first, *widths = (len(_words(line)) for line in lines)
    if len(set(widths)) > 1 or widths[0] < 2 or first not in (widths[0], widths[0] - 1) or _with_unit(lines):
        return None
    left_out: list[str] = []

    def records(lines: Lines) -> Records:
        for number, line in enumerate(lines, start=1):
            if FOOT.fullmatch(line.strip()) or number <= counted:
                left_out.append(line.strip())
                continue
            words = _words(line)
            if len(words) > 1 and not any(word.strip(".") for word in words[1:]):
                raise FileError(
                    "abridged-table",
                    f"line {number} of {name} stands for rows that were not printed",
                    got=repr(line.strip()[:60]),
                    wanted="all rows",
                    do="write them with to_csv, as printing shows the first and the last ones alone",
                )
            yield words

    return Rewriting(records, "\t", (Note("separated by blanks"),), left_out)


def _counts(lines: list[str]) -> bool:
    """Whether the first line is a whole number, at least as large as there are rows below names, and nothing else.

    >>> _counts(["3", "a b", "1 2", "3 4", "5 6"]), _counts(["1", "a b", "1 2", "3 4"]), _counts(["3"])
    (True, False, False)
    """
    first = lines[0].strip() if len(lines) > 2 else ""
    return bool(re.fullmatch("[0-9]{1,12}", first)) and len(_words(lines[1])) > 1 and int(first) >= len(lines) - 2


def _words(line: str) -> list[str]:
    """The words of a line, or what stands between double quotes; a hash before them is a comment's, not theirs.

    >>> _words(' 1  "a b" 2'), _words("# v w")
    (['1', 'a b', '2'], ['v', 'w'])
    """
    line = " ".join(line.split()).removeprefix("#").lstrip()
    return next(csv.reader([line], delimiter=" ")) if '"' in line else line.split()


def _with_unit(lines: list[str]) -> bool:
    """Whether lines, below a name or from the first one on, hold a number each and the same word behind it: a column of
    quantities with their unit.

    >>> _with_unit(["share", "0.5 %", "2 %"]), _with_unit(["v kind", "0.5 a", "2 a"]), _with_unit(["1 a", "2 b"])
    (True, False, False)
    """
    cells = [_words(line) for line in lines]
    cells = cells[1:] if len(cells[0]) == 1 else cells
    unit = cells[0][-1]
    return not is_number(unit) and all(len(words) == 2 and words[1] == unit and is_number(words[0]) for words in cells)


def _by_tabs(lines: list[str]) -> bool:
    """Whether single tabs cut all lines into as many columns, some of which may be empty; not where one of these holds
    several numbers with blanks between them."""
    even = all("\t" in line for line in lines) and len({line.count("\t") for line in lines}) == 1
    return even and not any(NUMBERS.search(line) for line in lines)


def of_widths(lines: list[str], name: str) -> Rewriting | None:
    """Columns of fixed widths: the same places are blank in all lines, and the first names each column."""
    if len(lines) < FEWEST_ALIGNED or any(mark in line for line in lines for mark in ";\t|"):
        return None
    if any("," in line for line in lines) and len({line.count(",") for line in lines}) == 1:
        return None
    lines = [line for line in lines if not is_frame(line)]
    longest = max(map(len, lines))
    taken = [any(line[place : place + 1].strip() for line in lines) for place in range(longest)]
    starts = [place for place in range(longest) if taken[place] and not (place and taken[place - 1])]
    named = zip(starts, _cells(lines[0], starts))
    inner = [not name and start > starts[0] and taken[start - 2] for start, name in named]
    starts = [start for start, within in zip(starts, inner) if not within]  # a single blank within cells
    starts = _with_names(starts, lines)
    names = _cells(lines[0], starts)
    spaced = any("  " in line.strip() for line in lines)
    if len(starts) < 2 or "" in names or any("  " in one for one in names) or not spaced:
        return None

    def records(lines: Lines) -> Records:
        for number, line in enumerate(lines, start=1):
            if not line.strip() or is_frame(line):
                continue
            if any(line[start - 1 : start].strip() for start in starts[1:]):
                raise FileError(
                    "not-aligned",
                    f"line {number} of {name} is not aligned with those above",
                    got=repr(line.strip()[:60]),
                    wanted=f"a blank before each of the columns {listed(names)}",
                    do="pandas.read_fwf with the widths of the columns, then to_csv",
                )
            yield _cells(line, starts)

    note = Note("columns of fixed widths", "the same places are blank in all lines")
    return Rewriting(records, "\t", (note,))


def _with_names(starts: list[int], lines: list[str]) -> list[int]:
    """Where columns start, those put together of which one has nothing below its name and a single blank between them:
    a name of several words."""
    kept = starts[:1]
    for start in starts[1:]:
        before = slice(kept[-1], start)
        empty = not any(line[before].strip() for line in lines[1:])
        behind = slice(start, next((other for other in starts if other > start), None))
        empty |= not any(line[behind].strip() for line in lines[1:])
        if not (empty and lines[0][start - 2 : start - 1].strip()):
            kept.append(start)
    return kept


def _cells(line: str, starts: list[int]) -> list[str]:
    return [line[start:stop].strip() for start, stop in zip(starts, [*starts[1:], len(line)])]
