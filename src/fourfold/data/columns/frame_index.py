"""The index of a data frame that has no name, and became a column of a file, or of a table of Arrow."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed
from fourfold.data.source import Source
from fourfold.preprocessing.table import missing

from .roles import Roles
from .targets import mentioned

UNNAMED_INDEX = re.compile(r"__index_level_\d+__")
"""How Arrow calls what has no name."""

ROW_NUMBERS = re.compile(r"[Uu]nnamed: ?0(?:\.\d+)*|level_0|(?i:row[ ._]?names?)|\.\.\.1|column 1|row_id")
"""How columns are called that pandas and R write for it, and what of text and json has no name."""

WHOLE = re.compile(r"-?\d+", re.ASCII)


def without_index(
    source: Source, roles: Roles, target: str | Sequence[str] | None, test: bool = False
) -> Source:
    """The source without the numbers that counted the rows of a data frame, before some were drawn or left out, unless
    an option names them; an index of dates or words may tell something. Of ``test`` rows nothing is said."""
    if not isinstance(source.inputs, Table):
        return source
    counts = [name for name in _called(source, UNNAMED_INDEX, roles, target) if _are_whole(source.inputs[name])]
    if not counts or len(counts) == len(source.inputs):
        return source
    source = source.without(*counts)
    return source if test else source.noting(Note(f"left out: {listed(counts)}", "the index of a data frame"))


def without_row_numbers(source: Source, roles: Roles, target: str | Sequence[str] | None) -> Source:
    """A table of series without the numbers of its rows, as text holds the index of a data frame: they count on from
    series to series, and tell which of them a step belongs to."""
    if not isinstance(source.inputs, Table):
        return source
    called = _called(source, ROW_NUMBERS, roles, target)
    numbers = [name for name in called if _number_rows(source.inputs[name])]
    note = Note(f"left out: {listed(numbers)}", "it counts the rows")
    return source.without(*numbers).noting(note) if numbers else source


def _called(
    source: Source, names: re.Pattern[str], roles: Roles, target: str | Sequence[str] | None
) -> list[str]:
    """The columns of a table that are called so, and that no option names."""
    asked = (target, *(role for role in (roles.weight, roles.group, roles.id, roles.time) if isinstance(role, str)))
    named = {name for option in asked for name in mentioned(option)}
    assert isinstance(source.inputs, Table)
    return [name for name in source.inputs if names.fullmatch(name) and name not in named]


def _number_rows(values: np.ndarray) -> bool:
    """Whether all are whole numbers, different in each row."""
    return _are_whole(values) and len({*values.tolist()}) == len(values)


def _are_whole(values: np.ndarray) -> bool:
    """Whether all are whole numbers, which of new rows may still be words."""
    if missing(values).any():
        return False
    if values.dtype == object:
        return all(WHOLE.fullmatch(str(word)) for word in values)
    return values.dtype.kind in "iuf" and bool((values == np.round(values)).all())
