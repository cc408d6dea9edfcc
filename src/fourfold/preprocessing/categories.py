"""Categories as one-hot vectors, over the levels that the training rows hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from .fields import Fields

WIDTH = 64
"""The most levels of one column that get a place of their own."""

UNUSED = "(unused)"
MISSING = "(missing)"


@dataclass(frozen=True)
class Categories:
    """One column of categories: h[n, l] = 1 where the value is level l, zeros for a level not seen.

    A missing value is a level of its own. The width is that of the whole table (at most 64), so that it
    is the same for every fold; the levels are those of the training rows, the most frequent ones if there
    are too many, in alphabetical order. Places that a fold has no level for stay 0.

    Shapes: (N,) text or None -> (N, width) float32.

    >>> colour = np.array(["red", "blue", "red", "green"], dtype=object)
    >>> learnt = Categories.fit("colour", colour, rows=[0, 1, 2])
    >>> learnt.input_names
    ('colour = blue', 'colour = red', 'colour = (unused)')
    >>> learnt.apply(colour[2:]).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """

    name: str
    levels: tuple[str | None, ...]
    width: int

    @classmethod
    def fit(cls, name: str, values: np.ndarray, rows) -> Categories:
        width = min(len(set(values.tolist())), WIDTH)
        counts = Counter(values[np.asarray(rows)].tolist())
        frequent = sorted(counts, key=lambda level: (-counts[level], level is None, level or ""))[:width]
        return cls(name, tuple(sorted(frequent, key=lambda level: (level is None, level or ""))), width)

    def apply(self, values: np.ndarray) -> np.ndarray:
        index = {level: place for place, level in enumerate(self.levels)}
        places = np.array([index.get(value, -1) for value in values.tolist()], dtype=np.int64)
        result = np.zeros((len(values), self.width), dtype=np.float32)
        known = np.flatnonzero(places >= 0)
        result[known, places[known]] = 1.0
        return result

    def unseen(self, values: np.ndarray) -> tuple[str, ...]:
        """The levels among the values that have no place, in order of appearance."""
        found = dict.fromkeys(value for value in values.tolist() if value not in self.levels)
        return tuple(MISSING if level is None else level for level in found)

    @property
    def input_names(self) -> tuple[str, ...]:
        places = [MISSING if level is None else level for level in self.levels]
        return tuple(f"{self.name} = {level}" for level in places + [UNUSED] * (self.width - len(places)))

    def to_dict(self) -> dict[str, Any]:
        levels = [level for level in self.levels if level is not None]
        return {"name": self.name, "levels": levels, "missing": None in self.levels, "width": self.width}

    @classmethod
    def from_fields(cls, fields: Fields) -> Categories:
        levels: tuple[str | None, ...] = fields.texts("levels")
        if fields.boolean("missing"):
            levels = (*levels, None)
        return cls(fields.text("name"), levels, fields.integer("width", len(levels), WIDTH))
