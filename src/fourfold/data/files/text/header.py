"""What stands in the first records of a table of text: the names of its columns, in one line or two, and units."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fourfold.data.dataset import Note
from fourfold.data.files.pictures import SUFFIXES
from fourfold.data.messages import bare_name, listed
from fourfold.data.places import by_place
from fourfold.data.reading import Reading
from fourfold.data.values.stand_ins import MISSING_WORDS
from fourfold.errors import OptionError

from .below_names import DASHES, are_below_names, are_units_of_some, are_widths, descriptions_below
from .described import roles_before, roles_below
from .name_or_value import (
    FEWEST_BELOW,
    Records,
    below_of,
    is_above,
    is_alike,
    is_among,
    is_new,
    is_number,
    recurs,
)
from .numbers_as_names import are_beside_words, count_columns, names_by_numbers, whole_numbers

__all__ = ["Header", "header_of", "no_header", "settings_above", "told"]

UNNAMED, BY_PLACE = "no header: columns are named x0, x1, ...", re.compile(r"x\d+")
LINES = {2: "two", 3: "three"}
MOST_SETTINGS, FEWEST_BESIDE_SETTINGS = 30, 4
"""The most records of settings above names, and the fewest of these where no colon tells what a setting is, and no
blank record lies between them and the names."""


@dataclass(frozen=True)
class Header:
    """``lines`` of the first records are no rows; ``names``, one for each column; what was made of them; and
    the ``marked`` columns, with the roles that letters before the names, or lines below them, tell."""

    lines: int
    names: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    marked: Mapping[str, str] = field(default_factory=dict)


def told(first: Sequence[str], reading: Reading) -> bool | None:
    """Whether the first record names the columns, as asked or as names that are known tell; None where all of the
    records have to."""
    if reading.header is not None:
        return reading.header
    if not reading.targets.isdisjoint(name for cell in first if (name := cell.strip())):
        return True
    by_place = reading.lists is not None and all(BY_PLACE.fullmatch(name) for name in reading.targets)
    names = count_columns(first) or _above_numbers(first, reading)
    return False if by_place and reading.targets and not names else None


def _above_numbers(first: Sequence[str], reading: Reading) -> bool:
    """Whether a record has a word in all columns that held numbers in training, where places are all their names."""
    places = [int(name[1:]) for name in reading.numbers or () if BY_PLACE.fullmatch(name)]
    cells = [first[place].strip() for place in places if place < len(first)]
    return bool(cells) and not any(is_number(cell) or cell in MISSING_WORDS for cell in cells)


def no_header(name: str, header: bool) -> OptionError:
    return OptionError(
        "header-of-no-text",
        f"{name} has no line that may name its columns",
        got="--header" if header else "--no-header",
        wanted="csv, other text, or Excel",
        do="leave it out",
    )


def header_of(records: Records, named: bool | None = None) -> Header:
    """The header of a table whose first records (of words) these are, or the one that it is ``named`` by, or not.

    - no header: columns are called x0, x1, ...;
    - a line of units below the names (``s``, ``mm``) is left out; where names repeat or are empty, the second line
      names columns within groups, and both are put together;
    - names of all columns but the first, as R writes them: the first holds the names of the rows.

    >>> header_of([["t", "len"], ["s", "mm"], ["1", "2"], ["3", "4"], ["5", "6"]]).lines
    2
    >>> header_of([["2020", "", "y"], ["a", "b", "y"], ["1", "2", "p"], ["3", "4", "q"], ["5", "6", "p"]]).names
    ('2020 a', '2020 b', 'y')
    """
    if named is False:
        return _unnamed(records, Note(UNNAMED, "as asked, or as in training"))
    if flagged := roles_before(records[0]):
        names, roles = flagged
        header = header_of([names, *records[1:]], named=True)
        because = "types and roles of columns before their names, as of Orange; values tell the types"
        notes = (Note(f"names: {listed(header.names)}", because), *header.notes)
        return replace(header, notes=notes, marked=_by_name(header.names, roles))
    if ruled := _without_rule(records):
        return ruled
    if (roles := roles_below(records)) is not None:
        because = "types and roles of columns, as of Orange; values tell the types"
        header = _named(3, records[0], Note("left out: 2 lines below the names", because))
        return replace(header, marked=_by_name(header.names, roles))
    for levels in (2, 3):
        if index := _names_below_levels(records, levels):
            joined = [*index, *functools.reduce(_both, records[:levels])[len(index) :]]
            said = Note(f"names of rows: {listed(index)}", "a line below them")
            return _named(levels + 1, joined, Note(f"names in {LINES[levels]} lines: {listed(joined)}"), said)
    grouped = _are_groups(records[0])
    if grouped and are_below_names(records[1:]):
        units = _units(records[2])
        joined = _both(records[0], records[1])
        return _named(3, joined, Note(f"names in two lines: {listed(joined)}"), units)
    if _are_filled_in(records):
        joined = _both(records[0], records[1])
        return _named(2, joined, Note(f"names in two lines: {listed(joined)}"))
    if are_below_names(records):
        first, second = records[0], records[1]
        names = [cell.strip() for cell in first]
        if grouped:
            joined = _both(first, second)
            index = _names_of_index(records[2])
            joined = [*index, *joined[len(index) :]]
            said = [Note(f"names in two lines: {listed(joined)}")]
            said += [Note(f"names of rows: {listed(index)}", "a line below them")] if index else []
            return _named(3 if index else 2, joined, *said)
        return _named(2, names, _units(second))
    if _are_levels(records):
        joined = _both(records[0], records[1])
        return _named(2, joined, Note(f"names in two lines: {listed(joined)}"))
    if are_units_of_some(records):
        return _named(2, records[0], _units(records[1]))
    if about := descriptions_below(records):
        words = listed([next(filter(None, map(str.strip, record))) for record in records[1 : about + 1]])
        because = f"they describe the columns, and begin with no date: {words}"
        return _named(about + 1, records[0], Note(f"left out: {about} lines below the names", because))
    if named is None and not _is_header(records):
        return _unnamed(records, Note(UNNAMED, "the first line looks like the others", "--header"))
    longer = [record for record in records[1:] if len(record) == len(records[0]) + 1]
    if longer and len(longer) == len(records) - 1:
        if not any(record[-1].strip() for record in longer):  # each row ends in a separator
            return _named(1, [*records[0], ""])
        because = "the header has one name less than the rows have cells"
        return _named(1, ["", *records[0]], Note("names of rows: the first column", because))
    return _named(1, records[0])


def _by_name(names: Sequence[str], roles: Sequence[str]) -> dict[str, str]:
    return {name: role for name, role in zip(names, roles) if role}


PIVOT = re.compile(
    "column labels|spaltenbeschriftungen|\u00e9tiquettes de colonnes|etiquetas de columna|etichette di colonna"
    "|kolomlabels|r\u00f3tulos de coluna",
    re.IGNORECASE,
)
"""What Excel writes above the columns of a pivot table, beside what is summed."""


def settings_above(records: Records) -> int:
    """How many records stand above the names of a table of three columns and more: settings, which are a name and its
    value each, titles of one cell, and blank ones.

    There are two settings, or a title or a blank record as well: one record of two cells alone may be names, but for
    that above a pivot table of Excel.

    >>> settings_above([["Device", "X100", "", ""], ["Rate", "10", "", ""], ["t", "v", "w", "y"], *[[*"123p"]] * 5])
    2
    >>> settings_above([["a", "b", "", ""], ["t", "v", "w", "y"], *[[*"123p"]] * 5])
    0
    """
    counts = [sum(map(bool, map(str.strip, record))) for record in records]
    above = next((place for place, count in enumerate(counts) if count > 2), 0)
    settings = [record for record, count in zip(records[:above], counts) if count == 2]
    if not 0 < above <= MOST_SETTINGS or not all(record[0].strip() and record[1].strip() for record in settings):
        return 0
    rest = [record for record, count in zip(records[above:], counts[above:]) if count]
    pivot = any(PIVOT.fullmatch(record[1].strip()) for record in settings)
    beside = len(settings) > 1 or pivot or (settings and len(settings) < above)
    apart = len(settings) > 1 and not counts[above - 1]
    told = apart or counts[above] >= FEWEST_BESIDE_SETTINGS
    told = told or all(record[0].strip().endswith(":") for record in settings)
    even = sum(count > 2 for count in counts[above:]) >= 0.9 * len(rest)
    if not beside or not told or not even or not header_of(rest).lines:
        return 0
    return above if names_by_numbers(rest) or not any(map(is_number, rest[0])) else 0


def _are_groups(record: Sequence[str]) -> bool:
    """Whether names repeat, or all but the first may be empty, as above groups of columns."""
    names = [cell.strip() for cell in record]
    return "" in names[1:] or len(set(names)) < len(names)


def _are_levels(records: Records) -> bool:
    """Whether two records name all columns but the first, which has values below them and so is an index: columns with
    names of two levels, as pandas writes them."""
    if len(records) < 2 + FEWEST_BELOW or len({len(record) for record in records}) > 1:
        return False
    first, second, rest = records[0], records[1], records[2:]
    words = [cell.strip() for cell in (*first[1:], *second[1:])]
    indexed = not first[0].strip() and not second[0].strip() and all(record[0].strip() for record in rest)
    named = bool(words) and all(words) and not any(map(is_number, second))
    return indexed and named and _is_header([second, *rest])


def _units(record: Sequence[str]) -> Note:
    units = listed([cell.strip() for cell in record if cell.strip()])
    return Note("left out: 1 line below the names", f"units, and no row: {units}")


def _both(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """The names of two lines put together."""
    groups = _spread([cell.strip() for cell in first])
    return [_joined(top, cell.strip()) for top, cell in zip(groups, second)]


def _are_filled_in(records: Records) -> bool:
    """Whether the second record names the columns that the first does not, and nothing else, though a column without a
    word in it has values in all rows: questions with several answers, as SurveyMonkey writes them."""
    if len(records) < 2 + FEWEST_BELOW or len({len(record) for record in records}) > 1:
        return False
    first, second = ([cell.strip() for cell in record] for record in records[:2])
    open_first = {place for place, cell in enumerate(first) if not cell}
    open_second = {place for place, cell in enumerate(second) if not cell}
    if not open_first or open_first & open_second or any(map(is_number, second)):
        return False
    single = {place for place in range(len(first)) if place + 1 not in open_first} - open_first - open_second
    if any(second[place] in below_of(records[2:], place) for place in single):
        return False
    return any(all(record[place].strip() for record in records[2:]) for place in open_second)


def _without_rule(records: Records) -> Header | None:
    """The header above a line of dashes, or of widths, or above the questions and the identifiers that Qualtrics writes
    below it."""
    if len(records) < 2 + FEWEST_BELOW:
        return None
    if all(cell.startswith('{"ImportId"') for cell in records[2] if cell.strip()) and any(records[2]):
        because = "the questions and identifiers of Qualtrics"
        return _named(3, records[0], Note("left out: 2 lines below the names", because))
    cells = [cell.strip() for cell in records[1]]
    dashes = all(DASHES.fullmatch(cell) for cell in cells) and max(map(len, cells), default=0) > 1
    if not dashes and not are_widths(cells):
        return None
    below = header_of([records[0], *records[2:]])
    said = "dashes" if dashes else f"widths and kinds of the columns, and no row: {listed(cells)}"
    note = Note("left out: 1 line below the names", said)
    return Header(below.lines + 1, below.names, (*below.notes, note)) if below.lines == 1 else None


def _names_of_index(record: Sequence[str]) -> list[str]:
    """The words with which a line begins that has nothing behind them: pandas names its index so below columns in two
    lines; [] for any other line."""
    cells = [cell.strip() for cell in record]
    words = cells[: cells.index("")] if "" in cells else []
    return words if not any(cells[len(words) :]) and not any(map(is_number, words)) else []


def _names_below_levels(records: Records, levels: int) -> list[str]:
    """The names of pandas' index below columns with names of so many levels, which fill a line each: what a level is
    called stands above the first of these names, or nothing does; [] where the line below is none of such names.

    >>> rows = [["a1", "1", "2"], ["a2", "1", "3"], ["a3", "2", "2"]]
    >>> _names_below_levels([["", "sum", "mean"], ["month", "2020-01", "2020-02"], ["store", "", ""], *rows], 2)
    ['store']
    >>> _names_below_levels([["store", "height", "width"], ["", "cm", "cm"], ["a0", "", ""], *rows], 2)
    []
    """
    if len(records) < levels + 1 + FEWEST_BELOW or len({len(record) for record in records}) > 1:
        return []
    lines = [[cell.strip() for cell in record] for record in records[:levels]]
    index, rest = _names_of_index(records[levels]), records[levels + 1 :]
    width = len(index)
    if not index or width == len(lines[0]) or any(any(line[1:width]) for line in lines):
        return []
    filled = all(all(line[width:]) for line in lines) and all(any(map(str.strip, record[width:])) for record in rest)
    below = [below_of(rest, place) for place in range(width)]
    named = all(is_above(word, cells) or (not lines[0][0] and word not in cells) for word, cells in zip(index, below))
    return index if filled and named and not any(map(is_number, lines[0][width:])) else []


def _unnamed(records: Records, note: Note) -> Header:
    return _named(0, by_place(len(records[0])), note)


def _named(lines: int, cells: Sequence[str], *notes: Note) -> Header:
    names, renamed = _distinct(_without_commas(_without_quotes(cells)))
    return Header(lines, names, notes + tuple(Note(f"column {new!r}", why) for new, why in renamed))


def _without_quotes(cells: Sequence[str]) -> list[str]:
    """Names without the single quotes between which all of them stand."""
    bare = [cell.strip() for cell in cells]
    enclosed = all(len(cell) > 2 and cell[0] == cell[-1] == "'" for cell in bare)
    return [cell[1:-1] for cell in bare] if enclosed else list(cells)


def _without_commas(cells: Sequence[str]) -> list[str]:
    """Names without the commas that end all of them but the last, between which blanks stand in rows.

    >>> _without_commas(["Year,", "Month,", "Anomaly"]), _without_commas(["a,", "b"])
    (['Year', 'Month', 'Anomaly'], ['a,', 'b'])
    """
    *others, last = cells
    listed = len(others) > 1 and all(len(cell) > 1 and cell.endswith(",") for cell in others)
    return [*(cell[:-1] for cell in others), last] if listed else [*cells]


def _distinct(cells: Sequence[str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Distinct names: empty ones get their place, repeated ones a number."""
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    renamed = []
    for place, cell in enumerate(cells, start=1):
        own = bare_name(cell).replace("\u00a0", " ")
        name = wanted = own or f"column {place}"
        while name in names:
            numbers[wanted] = numbers.get(wanted, 1) + 1
            name = f"{wanted} {numbers[wanted]}"
        if name != own:
            renamed.append((name, "it had no name" if not own else "its name occurs twice"))
        names[name] = None
    return tuple(names), renamed


def _spread(cells: Sequence[str]) -> list[str]:
    """Each cell, or the one before it where it is empty, as cells that were merged."""
    spread: list[str] = []
    for cell in cells:
        spread.append(cell or (spread[-1] if spread else ""))
    return spread


def _joined(top: str, below: str) -> str:
    return top if top == below else f"{top} {below}".strip()


def _is_header(records: Records) -> bool:
    """The first record names the columns: words above numbers or dates, or numbers that count, or no numbers and no
    row."""
    first, rest = records[0], records[1:]
    if any(_are_pictures(cell, below_of(rest, place), len(first)) for place, cell in enumerate(first)):
        return False
    if any(
        not is_number(cell)
        and cell.strip() not in MISSING_WORDS
        and bool(below := below_of(rest, place))
        and (all(map(is_number, below)) or (is_above(cell, below) and is_alike(below[0], below)))
        for place, cell in enumerate(first)
    ):
        return True
    if not any(is_number(cell) for cell in first):
        below = [below_of(rest, place) for place in range(len(first))]
        named = [is_above(cell, words) + is_new(cell, words) for cell, words in zip(first, below)]
        usual = sum(words.count(cell) >= max(2, len(words) / 10) for cell, words in zip(first, below))
        if sum(named) > usual:
            return True
        return not any(map(is_alike, first, below)) and not is_among(first, rest)
    if names_by_numbers(records):
        return True
    whole = whole_numbers(first)
    if not first[0].strip() and whole == list(range(len(first) - 1)) and any(below_of(rest, 0)):  # pandas without names
        return True
    fewest = max(2 if whole[:1] in ([0], [1]) else 3, len(first) - 2)
    counts = len(whole) >= fewest and whole == list(range(whole[0], whole[0] + len(whole)))
    return counts and are_beside_words(whole, first, rest) and not recurs(first, rest)


def _are_pictures(cell: str, below: Sequence[str], columns: int) -> bool:
    """Whether a cell and all below it are names of pictures: then it is one of them, also where it stands alone."""
    return (bool(below) or columns == 1) and all(word.strip().lower().endswith(SUFFIXES) for word in (cell, *below))
