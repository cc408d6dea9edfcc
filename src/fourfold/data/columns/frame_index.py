"""The index of a data frame that has no name, and became a column in a file of parquet, or in a table of Arrow."""

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

WHOLE = re.compile(r"-?\d+", re.ASCII)


def without_index(
    source: Source, roles: Roles, target: str | Sequence[str] | None, test: bool = False
) -> Source:
    """The source without the numbers that counted the rows of a data frame, before some were drawn or left out, unless
    an option names them; an index of dates or words may tell something. Of ``test`` rows nothing is said."""
    if not isinstance(source.inputs, Table):
        return source
    asked = (target, *(role for role in (roles.weight, roles.group, roles.id, roles.time) if isinstance(role, str)))
    named = {name for option in asked for name in mentioned(option)}
    unnamed = [name for name in source.inputs if UNNAMED_INDEX.fullmatch(name) and name not in named]
    counts = [name for name in unnamed if _are_whole(source.inputs[name])]
    if not counts or len(counts) == len(source.inputs):
        return source
    source = source.without(*counts)
    return source if test else source.noting(Note(f"left out: {listed(counts)}", "the index of a data frame"))


def _are_whole(values: np.ndarray) -> bool:
    """Whether all are whole numbers, which of new rows may still be words."""
    if missing(values).any():
        return False
    if values.dtype == object:
        return all(WHOLE.fullmatch(str(word)) for word in values)
    return values.dtype.kind in "iuf" and bool((values == np.round(values)).all())
