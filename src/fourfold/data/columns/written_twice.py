"""A target that stands in a table twice: its classes by number and, beside them, by name."""

from __future__ import annotations

import re

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed, quoted
from fourfold.data.source import Source
from fourfold.preprocessing.table import missing

__all__ = ["without_other_writings"]

ENDING = re.compile(r"[._ -]?(?:text|names?|id|idx|index|code|num|number|str|string|encoded|enc)$", re.IGNORECASE)
"""What the names of two such columns differ in: ``label`` and ``label_text``, ``class_id`` and ``class_name``."""
EACH = 2
"""Rows that each value has on average, at least."""


def without_other_writings(source: Source) -> Source:
    """The source without the columns that write its target otherwise: called alike, and each value of one goes with
    one value of the other."""
    table, target = source.inputs, source.target
    if not isinstance(table, Table) or target is None or target.ndim > 1 or len(target) != table.rows:
        return source
    stem = _stem(source.target_name)
    called = [name for name in table.names if stem and _stem(name) == stem]
    there = ~missing(target)
    twice = [name for name in called if _are_one_to_one(target[there], table[name][there])]
    if not twice or len(twice) == len(table):
        return source
    because = f"the target in other words: each value goes with one of {source.target_name!r}"
    note = Note(f"left out: {listed(twice)}", because, f"--target {quoted(twice[0])}")
    return source.without(*twice).noting(note)


def _stem(name: str) -> str:
    """What is left of a column's name without the end by which two writings of one target differ.

    >>> [_stem(name) for name in ("label", "label_text", "Label.id", "classIdx", "id")]
    ['label', 'label', 'label', 'class', '']
    """
    return ENDING.sub("", name).lower()


def _are_one_to_one(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether values (N,) and others (N,) are two names of the same classes."""
    first, second = (np.unique(values.astype(str), return_inverse=True) for values in (one, other))
    kinds = len(first[0])
    if not 2 <= kinds == len(second[0]) or EACH * kinds > len(one):
        return False
    return len(np.unique(first[1] * kinds + second[1])) == kinds
