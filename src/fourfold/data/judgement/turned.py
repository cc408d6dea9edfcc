"""A table that may lie on its side: variables in its rows, as those of gene expression, and examples in its columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from fourfold.data.columns.judged import DIFFERENT
from fourfold.data.dataset import Finding
from fourfold.data.places import are_places
from fourfold.data.series.along_rows import FEWEST, are_counted, number_of

from .case import Case
from .guessed import is_number, was_guessed

NUMBER = re.compile(r"\d+")

MOST_KINDS = 4
"""So many kinds of names at most are those of examples, such as ctrl_1 and case_1."""


def judge(case: Case) -> Iterator[Finding]:
    """Where the target was guessed, and words that differ name the rows, also beside others that are left out, before
    nothing but numbers, the target among them, whose names are a few words and numbers: they may be the examples. Those
    that rise by one may be steps."""
    dataset, target = case.dataset, case.dataset.target_name
    if dataset.layout != "flat" or not was_guessed(case) or not is_number(case) or not dataset.source_columns:
        return
    used = {column.name for column in dataset.columns}
    about = [*itertools.takewhile(lambda name: name not in used, dataset.source_columns)]
    different = [note.what for note in dataset.notes if note.because.startswith(DIFFERENT)]
    names = next((name for name in about if any(repr(name) in what for what in different)), None)
    examples = [*dataset.source_columns[len(about) :], target]
    numbers = all(column.kind == "number" for column in dataset.columns) and len(dataset.columns) == len(examples) - 1
    kinds = {NUMBER.sub("0", name) for name in examples if NUMBER.search(name)}
    numbered = all(NUMBER.search(name) for name in examples) and len(kinds) <= MOST_KINDS
    if names is None or not (numbers and numbered and len(examples) > FEWEST) or are_places(tuple(examples)):
        return
    if are_counted(sorted(examples, key=number_of)):
        return
    yield Finding(
        "examples-as-columns",
        f"column {target!r} was taken for the target, and is called as all inputs are, {examples[0]!r} to "
        f"{examples[-2]!r}: they may be the examples, and the rows, which {names!r} names, what was measured of them",
        "columns",
        len(examples),
        f"turn the table, in pandas read_csv(FILE, index_col={names!r}).T, and add a column of the target; else "
        "--target NAME, the column to predict",
        important=True,
        columns=tuple(examples[:-1]),
    )
