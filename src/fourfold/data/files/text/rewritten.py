"""What a text becomes that is no plain delimited text: its records, and what is said of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from fourfold.data.dataset import Note
from fourfold.data.messages import counted

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

Lines = Iterable[str]

Records = Iterator[list[str]]

FRAME = frozenset(" \t|+:=-" + "".join(map(chr, range(0x2500, 0x2580))))

DASHES = re.compile(r"[-=\u2500\u2550\u2501]{2}")
"""What a line of a frame is made of, and what it has."""


EVEN = 0.7
"""The share of lines with as many marks from which on they are a table's."""


@dataclass(frozen=True)
class Rewriting:
    """``records``: of lines without their ends; ``mark``: what is written between columns; ``notes``: what is said;
    ``left_out``: lines that are no rows, as they are found while the records are read; ``named``: the first record
    names the columns, whatever it looks like; ``nominal``: the places of those whose numbers the file declares as
    categories, as they are found."""

    records: Callable[[Lines], Records]
    mark: str
    notes: tuple[Note, ...] = ()
    left_out: list[str] = field(default_factory=list)
    named: bool = False
    nominal: list[int] = field(default_factory=list)

    def said(self) -> tuple[Note, ...]:
        if not self.left_out:
            return self.notes
        lines = f"left out: {counted(len(self.left_out), 'line')} around the table"
        return (*self.notes, Note(lines, f"such as {self.left_out[0][:60]!r}"))


def is_frame(line: str) -> bool:
    return DASHES.search(line) is not None and FRAME.issuperset(line)


def cuts(mark: str, lines: list[str]) -> bool:
    """Whether a mark cuts most lines into as many cells, several."""
    try:
        widths = [len(record) for record in csv.reader((f"{line}\n" for line in lines), delimiter=mark)]
    except csv.Error:  # a cell of 128 KiB
        return False
    several = [width for width in widths if width > 1]
    return bool(several) and max(map(several.count, {*several})) >= EVEN * len(widths)


def width_of(records: Iterable[list[str]]) -> int:
    """How many columns all records have; 0 if they differ."""
    try:
        widths = {len(record) for record in records}
    except csv.Error:
        return 0
    return widths.pop() if len(widths) == 1 else 0
