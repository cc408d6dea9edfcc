"""Tables in folders that are called as a column and its value in all their rows: year=2024/region=north/part-0.parquet,
as Spark, Hive, Dask and Arrow write them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import listed
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects, understood
from fourfold.preprocessing.table import row_count

from .parts import MOST_TABLES, check_inside, check_number, entries_of, is_table

__all__ = ["folder_columns", "named_by_folders", "partitions_in", "with_columns"]

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called whose rows have no value."""

LINES = ".txt"
"""The end of files that may be texts, whose folders are classes, whatever they are called."""


def named_by_folders(file: str | Path) -> dict[str, str | None]:
    """The columns in the names of the folders in which a file lies, and their values.

    >>> named_by_folders("data/year=2024/place=N%20S/part-0.parquet"), named_by_folders("a=b.csv")
    ({'year': '2024', 'place': 'N S'}, {})
    """
    pairs = (part.partition("=") for part in Path(file).parent.parts)
    found = {unquote(name): unquote(value) for name, mark, value in pairs if name and mark and value}
    return {name: None if value == NO_VALUE else value for name, value in found.items()}


def partitions_in(folder: Path) -> list[Path]:
    """The tables in the folders of a folder, all of which are called as a column and its value; [] if others lie there,
    or anything else than tables in the last of them."""
    found: list[Path] = []
    for entry in entries_of(folder):
        if not entry.is_dir() or not named_by_folders(Path(entry.name, "part")):
            return []
        within = entries_of(entry)
        if any(path.is_dir() for path in within):
            tables = partitions_in(entry)
        else:
            tables = [path for path in within if is_table(path.name) and LINES not in path.suffixes]
            if len(tables) < len(within):
                return []
        if not tables:
            return []
        for path in tables:
            check_inside(path, folder)
        found += tables
        check_number(found, str(folder), MOST_TABLES)
    return found


def folder_columns(files: Sequence[str | Path], *, new: bool) -> dict[str | Path, list[tuple[Column, np.ndarray]]]:
    """For each file the columns in the names of its folders, each with its one value (1,), which is what it means among
    those of all files. But for ``new`` rows folders in which all files lie name none."""
    common = "" if new else os.path.commonpath([Path(file).parent for file in files])
    named = [named_by_folders(os.path.relpath(file, common) if common else file) for file in files]
    found: dict[str | Path, list[tuple[Column, np.ndarray]]] = {file: [] for file in files}
    for name in dict.fromkeys(name for one in named for name in one):
        meant = understood(as_objects([one.get(name) for one in named]))
        for place, (file, one) in enumerate(zip(files, named)):
            if name in one:
                found[file].append((Column(name, meant.kind, meant.written), meant.values[[place]]))
    return found


def with_columns(source: Source, columns: Sequence[tuple[Column, np.ndarray]]) -> Source:
    """A table with such columns before its own, those that it has not itself."""
    if not isinstance(source.inputs, Table):
        return source
    added = {column: value for column, value in columns if column.name not in source.inputs}
    if not added:
        return source
    names = [column.name for column in added]
    several = f"columns {listed(names)}" if len(names) > 1 else f"column {names[0]}"
    note = Note(f"{several}: from the names of the folders", "NAME=VALUE, as the tables in them do not have it")
    values = {column.name: np.repeat(value, row_count(source.inputs)) for column, value in added.items()}
    table = Table({**values, **source.inputs})
    return replace(source, inputs=table, columns=(*added, *source.columns)).noting(note)
