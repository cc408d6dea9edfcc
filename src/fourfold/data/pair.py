"""Targets in a file of their own, each beside the inputs that stand in its place."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from fourfold.data.files.text.notes_below import NO_VALUE
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing, row_count

from .dataset import Note, Table
from .messages import listed
from .objects import target_of
from .sample import places
from .source import Source


def with_targets(source: Source, labels: Source, named: Collection[str], id: str, as_words: bool) -> Source:
    """The source with the targets of another one, a row for each of its own; of a table those that are ``named``, if
    some are, beside which its other columns may be weights, groups or ids. Words of one column stay ``as_words``, or
    are read as what they mean.

    Errors: ``DataError`` for another number of rows.
    """
    labels, beside = _named(labels, named)
    names, target, kind, notes = target_of(labels, source.inputs, as_words)
    if isinstance(labels.inputs, Table) and {*labels.inputs} <= {*named}:
        names = labels.inputs.names
    drawn = row_count(source.inputs)
    if len(target) == source.total > drawn:
        kept = places(source.total, drawn)
        target, beside = target[kept], {name: values[kept] for name, values in beside.items()}
    source = _without_blanks_below(source, len(target))
    drawn = row_count(source.inputs)
    if drawn != len(target):
        raise DataError(
            "different-lengths",
            "x and y differ in length",
            got=f"{drawn} rows of x and {len(target)} of y",
            wanted="one y for each row of x",
            do=f"a column {id!r} beside each y, which joins them"
            if id
            else "write a name above the lines of x, if the first one is none"
            if drawn + 1 == len(target)
            else "write NaN where the last ones of y are missing"
            if len(target) < drawn and any(note.because == NO_VALUE for note in labels.notes)
            else "",
        )
    words = {word for name, spelled in labels.classlike.items() if name not in beside for word in spelled}
    called = os.path.basename(labels.name)
    told = [replace(note, what=f"{called!r}: {note.what}") for note in labels.notes if note not in source.notes]
    paired = source.noting(*told).aimed(names, target, kind, notes)
    classlike = {paired.target_name: tuple(sorted(words))}
    return replace(paired, beside={**source.beside, **beside}, classlike=classlike)


def _without_blanks_below(source: Source, rows: int) -> Source:
    """The first so many rows of a table whose others have no value, as blank lines at the end of texts; else all."""
    table = source.inputs
    surplus = np.arange(row_count(table)) >= rows
    if not isinstance(table, Table) or not surplus.any():
        return source
    return source.kept(~surplus) if all(missing(table[name][surplus]).all() for name in table) else source


def _named(labels: Source, names: Collection[str]) -> tuple[Source, dict[str, np.ndarray]]:
    """A table of the columns of these names alone, and the others; all of it and {} where it has none of these."""
    table = labels.inputs
    if not isinstance(table, Table) or not (others := [name for name in table if name not in names]):
        return labels, {}
    if len(others) == len(table):
        return labels, {}
    note = Note(f"beside y: {listed(others)}", "a value for each row; --weight, --group or --id NAME uses it")
    return labels.without(*others).noting(note), {name: table[name] for name in others}
