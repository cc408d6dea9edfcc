"""What is asked of a reader: how many rows, and which."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fourfold.core.machine import available_memory
from fourfold.data.columns.lists import holders_of
from fourfold.data.columns.roles import Roles
from fourfold.data.values.numerals import with_points
from fourfold.data.values.words import understood
from fourfold.preprocessing.table import Table

from .source import Source

CELLS, FEWEST_CELLS = 20_000_000, 500_000
"""The most cells (rows times columns) of a table that is read whole, unless --rows asks for more; and the fewest."""

BYTES_OF_A_CELL, BYTES_OF_PROGRAMS = 200, 10**9
"""What a cell takes while it is read, prepared and trained with, words included; and what programs that train take
before there are any data."""

FEWEST_VALUES, BYTES_OF_A_VALUE = 1_000_000, 32
"""The fewest numbers of an array to which it is halved where memory is short, and what one takes: in single precision
22 bytes beside itself while it is judged, and 28 prepared, where two devices train."""

FILE = "file"
"""What the column of the names of files is called."""

ALL = 2**62
"""More rows than there are."""

PART, FEWEST_AT_ONCE = 1_000_000, 30_000
"""The cells of a table that are read at once where all of its rows are wanted, one part after the other, and the
fewest. With 12 columns of text a million took 210 MB, predictions included."""


def most_cells() -> int:
    """20 million cells; half of them, or a quarter, ..., where so many would not fit into memory."""
    return fitting(CELLS, FEWEST_CELLS, BYTES_OF_A_CELL)


def fitting(most: int, fewest: int, size: int) -> int:
    """So many things of a size in bytes at most; half of them, a quarter, ... where memory is short, but the fewest."""
    free = available_memory() - BYTES_OF_PROGRAMS
    while most // 2 >= fewest and most * size > free:
        most //= 2
    return most


@dataclass(frozen=True)
class Reading:
    """What is asked of a reader: how many rows at most, and the layout where the user or a model names it.

    Without a number of rows these are as many as make 20 million ``cells``, fewer where memory is short; with
    ``all`` there is no sample, and rows are read part after part. A file that is one of several gets its ``share``
    of them. ``whole`` names the column whose rows of one value stay together, "" if there is none; with ``last`` no
    rows are drawn, but the last ones taken, as of one series, whose steps are in order of the column ``time``, "" if
    it is not known. ``only``: the values of ``whole`` whose rows are read, as words, None for all; ``counted``: how
    many rows these are, 0 where it is not known; ``upto``: how many of them there are to draw from. ``numbers`` are the
    columns that may be read as numbers; the words of all others are kept as they are. None: any column may.
    ``encoding``: that of text, if it was named; ``header``: whether its first line names
    the columns, None where the lines tell. ``column``: the only one that is needed, if it is one: text below this
    name alone has no other. ``targets``: what the user calls the target, if it is named, or the columns that are
    wanted of test rows and of new ones; ``lists``: the columns of text that hold lists of numbers, None where their
    words have to tell; ``pointed``: those that have points between thousands in an earlier part of the data, so that
    1.234 is such a number. ``channels``: of new series that are a file each,
    "" without a name. ``classes``: of pictures in an earlier part of the data, which names of others may hold.
    ``by_place``: rows belong to those of another file by their place, so that one without any value
    counts, but at the end. ``sheet``: that of a workbook, if it was named. ``file_names``: whether those of several
    files are a column; ``by_line``: whether the texts of such files are their lines, as those learnt from were.
    """

    rows: int | None = None
    share: float = 1.0
    layout: str | None = None
    whole: str = ""
    last: bool = False
    time: str = ""
    only: frozenset[str | None] | None = None
    counted: int = 0
    upto: int = ALL
    numbers: frozenset[str] | None = None
    all: bool = False
    encoding: str | None = None
    header: bool | None = None
    column: str = ""
    targets: frozenset[str] = frozenset()
    lists: frozenset[str] | None = None
    pointed: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    by_place: bool = False
    sheet: str = ""
    file_names: bool = False
    by_line: bool = False
    cells: int = field(default_factory=most_cells)

    def at_once(self, columns: int) -> int:
        """How many rows of so many columns are read at once: of a million cells, fewer where memory is short."""
        if not self.all:
            return ALL
        cells, free = PART, available_memory()
        while cells // 2 >= FEWEST_AT_ONCE and 2 * cells * BYTES_OF_A_CELL > free:
            cells //= 2
        return max(1, cells // max(1, columns))

    def of(self, columns: int) -> int:
        if self.all:
            return ALL
        whole = self.rows if self.rows is not None else self.cells // max(1, columns)
        return math.ceil(whole * self.share)

    def may_exceed(self, size: int) -> bool:
        """Whether a text of so many bytes could hold more: a cell takes two bytes at least."""
        return not self.all and (self.rows is not None or size >= 2 * self.cells * self.share)

    def of_array(self, shape: tuple[int, ...]) -> int:
        """The most rows of an array of numbers: as many as are asked for; else all, or half of them, or a quarter, ...,
        where memory is short and they don't belong to rows of another file."""
        rows = shape[0]
        if self.rows is not None:
            return min(self.rows, rows)
        values = math.prod(shape)
        if self.by_place or self.all or not values:
            return rows
        return max(1, fitting(values, FEWEST_VALUES, BYTES_OF_A_VALUE) * rows // values)

    def is_short(self) -> bool:
        """Whether fewer cells are read than usually, as memory is short."""
        return self.cells < CELLS

    def of_one(self, columns: int) -> int:
        """The most steps of one series: as many as memory takes, where fewer rows are asked for than it has."""
        return max(self.of(columns), self.cells // max(1, columns)) if self.whole else self.of(columns)


def reading_after(source: Source, reading: Reading) -> Reading:
    """How more of the same data is read, so that its columns are taken for what those of the source are."""
    table = source.inputs if isinstance(source.inputs, Table) else {}
    words = {column.name: table[column.name] for column in source.columns if column.kind == "category"}
    written = {name: understood(values, comma=source.comma).written for name, values in words.items()}
    pointed = frozenset(name for name, example in written.items() if with_points(example))
    classes = frozenset(source.target.tolist()) if source.of_folders and source.target is not None else frozenset()
    return replace(reading, lists=holders_of(table) | frozenset(source.lists), pointed=pointed, classes=classes)


def reading_of(
    rows: int | None,
    layout: str | None,
    roles: Roles,
    of_steps: bool,
    encoding: str | None = None,
    targets: Iterable[str] = (),
    header: bool | None = None,
) -> Reading:
    """What is read of a table. Where its rows are the steps of series, whole series, or of one series the end."""
    whole = roles.series if of_steps else roles.whole
    time = roles.time or "" if of_steps else ""
    last = of_steps and not whole
    return Reading(
        rows,
        layout=layout,
        whole=whole,
        last=last,
        time=time,
        encoding=encoding,
        header=header,
        targets=(aims := frozenset(targets)),
        file_names=FILE in aims or any(isinstance(role, str) and role == FILE for role in (roles.group, roles.id)),
    )


USUAL = Reading()
"""What holds where nothing is asked for."""
