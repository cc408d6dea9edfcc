"""The names of files that are one table, as a column where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import NO_COLUMN
from fourfold.data.reading import FILE, Reading
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects

from .parts import PACKED

__all__ = ["are_wanted", "names_of", "with_file_names"]

def are_wanted(reading: Reading, source: Source) -> bool:
    """Whether the column is asked for, as the target or as what names groups or series, and the files have none."""
    return reading.file_names and isinstance(source.inputs, Table) and FILE not in source.inputs


def names_of(files: Sequence[str | Path]) -> list[str]:
    """What files are called, without the ends of their names; with their folders, where some are called alike.

    >>> names_of(["d/0.json", "d/1.csv.gz"]), names_of(["d/a/x.csv", "d/b/x.csv"])
    (['0', '1'], ['a/x', 'b/x'])
    """
    bare = [Path(file).with_suffix("") if Path(file).suffix.lower() in PACKED else Path(file) for file in files]
    bare = [path.with_suffix("") for path in bare]
    if len({path.name for path in bare}) == len(bare):
        return [path.name for path in bare]
    common = os.path.commonpath([path.parent for path in bare])
    return [path.relative_to(common).as_posix() for path in bare]


def with_file_names(source: Source, names: Sequence[str], rows: Sequence[int]) -> Source:
    """A table with a column of the names of the files that its rows are from, so many of each."""
    assert isinstance(source.inputs, Table)
    words = as_objects([name for name, count in zip(names, rows) for _ in range(count)])
    columns = (Column(FILE, "category"), *source.columns)
    said = (replace(note, because=note.because.removesuffix(NO_COLUMN), option="") for note in source.notes)
    notes = tuple(new if old.because.endswith(NO_COLUMN) else old for old, new in zip(source.notes, said))
    note = Note(f"column {FILE}: the names of the files, without their ends", "as asked")
    return replace(source, inputs=Table({FILE: words, **source.inputs}), columns=columns, notes=notes).noting(note)
