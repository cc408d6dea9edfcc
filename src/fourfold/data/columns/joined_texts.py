"""Several columns of texts as one: those of a row one below the other, as title and body of a letter; or columns that
hold a word each of one text, as the letters of DNA in the order of their places.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Table
from fourfold.data.messages import close, listed
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.text import LISTED, texts_of

__all__ = ["FEWEST_PLACES", "as_joined", "joined", "places_of"]

FEWEST_PLACES, NEARLY_ALL = 3, 0.9
"""Columns from which on they may be the places of a text; the share of cells with words that they have in common."""


def joined(table: Table, names: Sequence[str], unit: str = "") -> np.ndarray:
    """The texts (N,) of some columns, a line for each that is there, None where none is; those of one as they are. Of
    columns that hold a `LISTED` word each the list of these, up to the last that is there, "" where one is missing.

    >>> table = Table({"title": as_objects(["Hello", None]), "body": as_objects(["Dear all", None])})
    >>> joined(table, ["title", "body"]).tolist()
    ['Hello\\nDear all', None]
    >>> table = Table({"p1": as_objects(["A", "G"]), "p2": as_objects([None, "C"]), "p3": as_objects(["T", None])})
    >>> joined(table, ["p1", "p2", "p3"], LISTED).tolist()
    ['["A", "", "T"]', '["G", "C"]']
    """
    if len(names) == 1:
        return table[names[0]]
    rows = zip(*(table[name].tolist() for name in names))
    if unit == LISTED:
        return as_objects([json.dumps(_filled(row)) if any(row) else None for row in rows])
    return as_objects(["\n".join(filter(None, row)) or None for row in rows])


def _filled(row: Sequence[str | None]) -> list[str]:
    last = max(place for place, word in enumerate(row) if word)
    return [word or "" for word in row[: last + 1]]


def places_of(table: Table, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those of some columns of words that may be the places of a text, and the words that they have in common: three
    and more, half of all, in which nearly all cells hold a word that half of the columns hold; ([], []) where few do.

    >>> bases = {f"p{k}": as_objects(["A", "C", "G"]) for k in range(4)}
    >>> table = Table({**bases, "species": as_objects(["fly", "worm", None])})
    >>> places_of(table, [*table])
    (['p0', 'p1', 'p2', 'p3'], ['A', 'C', 'G'])
    >>> sorts = {"colour": ["red", "blue"], "form": ["round", "flat"], "odour": ["none", "foul"]}
    >>> places_of(Table({name: as_objects(words) for name, words in sorts.items()}), [*sorts])
    ([], [])
    """
    counts = {name: Counter(filter(None, table[name].tolist())) for name in names}
    columns = Counter(word for held in counts.values() for word in held)
    common = sorted(word for word, count in columns.items() if 2 * count >= len(names))
    places = [
        name for name, held in counts.items() if sum(held[word] for word in common) >= NEARLY_ALL * held.total()
    ]
    enough = bool(common) and len(places) >= max(FEWEST_PLACES, len(names) / 2)
    return (places, common) if enough else ([], [])


def as_joined(found: Source, preparation: Preparation) -> Source:
    """New rows with their texts joined as those of training were.

    Errors: ``DataError`` where one of the columns is missing, or holds no words.
    """
    table = found.inputs
    assert preparation.characters is not None
    name = preparation.characters.name
    parts = texts_of(name, preparation.source_columns)
    if len(parts) == 1 or not isinstance(table, Table):
        return found
    absent = [part for part in parts if part not in table]
    numbers = [part for part in parts if part in table and found.kind(part) not in ("category", "text")]
    if absent or numbers:
        meant = close(absent[0], table.names) if absent else ""
        raise DataError(
            "texts-to-join",
            f"{found.name} lacks a column of the texts that the model was trained on",
            got=f"no {listed(absent)}" if absent else f"{found.kind(numbers[0])} values in {listed(numbers)}",
            wanted=listed(parts),
            do=f"rename {meant!r} to {absent[0]!r}" if meant else "",
        )
    rest = found.without(*parts)
    assert isinstance(rest.inputs, Table)
    inputs = Table({name: joined(table, parts, preparation.characters.unit), **rest.inputs.columns})
    return replace(rest, inputs=inputs, columns=(Column(name, "text"), *rest.columns))
