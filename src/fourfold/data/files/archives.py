"""Text that is a part of an archive of series, NAME_TRAIN or NAME_TEST: without names of columns, classes first; or
ARFF, classes last."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from fourfold.data.places import are_places
from fourfold.data.series.along_rows import are_counted
from fourfold.data.source import NOMINAL, STEP, Source
from fourfold.preprocessing.table import Table

__all__ = ["archived"]

CALLED = re.compile(r".+_(?:TRAIN|TEST)(?:\.[A-Za-z0-9]+)*", re.ASCII)
"""What files of the UCR archive are called: capitals, and any or no end."""

FEWEST = 8
"""The steps from which on the columns behind the first are taken for those of a series."""


def archived(source: Source) -> Source:
    """The source with the roles of its columns, classes and steps, where it is called as a file of the UCR archive and
    written as one: columns without names, all of them numbers, whole ones in the first; or ARFF, numbered attributes
    before the nominal one.

    >>> from fourfold.data.dataset import Column
    >>> table = Table({f"x{place}": np.array([1.0, 2.0, 1.0]) for place in range(9)})
    >>> source = Source("Gun_TRAIN.tsv", table, tuple(Column(name, "number") for name in table))
    >>> [*archived(source).marked.values()][:3], archived(replace(source, name="train.tsv")).marked
    (['class', 'step', 'step'], {})
    """
    table = source.inputs
    if not isinstance(table, Table) or len(table) <= FEWEST or not CALLED.fullmatch(PurePath(source.name).name):
        return source
    first, *others, last = table.names
    kinds = {column.name: column.kind for column in source.columns}
    of_arff = {name for name, role in source.marked.items() if role == NOMINAL} == {last}
    steps = [first, *others] if of_arff else [*others, last]
    if source.lists or any(kinds[name] != "number" for name in steps) or (source.marked and not of_arff):
        return source
    if of_arff:
        return replace(source, marked={**source.marked, **dict.fromkeys(steps, STEP)}) if are_counted(steps) else source
    classes = table[first]
    whole = kinds[first] == "number" and bool((classes == np.round(classes)).all())
    if not whole or not are_places(table.names):
        return source
    return replace(source, marked={first: "class", **dict.fromkeys(steps, STEP)})
