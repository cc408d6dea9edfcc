"""The columns of which a file itself says what they are."""

from __future__ import annotations

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed, quoted
from fourfold.data.source import STEP, Source
from fourfold.preprocessing.table import missing

__all__ = ["different", "marked_classes", "without_marked"]


def marked_classes(source: Source) -> tuple[tuple[str, ...], str]:
    """The columns that the file itself calls the target, and how it does; those of an archive of series repeat."""
    table = source.inputs if isinstance(source.inputs, Table) else Table({})
    classes = tuple(name for name in table if source.marked.get(name) == "class")
    if STEP not in source.marked.values():
        return classes, "the file says so"
    repeat = tuple(name for name in classes if 2 * different(table[name]) <= table.rows)
    return repeat, "whole numbers before steps, as in the UCR archive, whose files are called so"


def without_marked(source: Source) -> Source:
    """The source without the columns that the file itself calls no inputs, but for pictures."""
    table = source.inputs if isinstance(source.inputs, Table) else ()
    for role in ("meta", "ignore", "weight"):
        names = [name for name in table if source.marked.get(name) == role and name != source.pictures]
        if names:
            more = f"; --weight {quoted(names[0])} weighs the rows by it" * (role == "weight")
            note = Note(f"left out: {listed(names)}", f"the file says so: {role}{more}")
            source = source.without(*names).noting(note)
    return source


def different(values: np.ndarray) -> int:
    """How many different values (N,) there are."""
    return len(set(values[~missing(values)].tolist()))
