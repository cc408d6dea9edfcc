"""Text as sequences of small integers: 0 pads, 1 is whatever the training rows did not hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from .fields import Fields

PAD, UNKNOWN, FIRST = 0, 1, 2
LONGEST = 256
"""The most characters of one text that are read."""

VOCABULARY = 1024
"""The most characters that get a number of their own."""


@dataclass(frozen=True)
class Characters:
    """Texts as character numbers, cut or padded with 0 at the end to one length.

    The vocabulary holds the characters of the training rows, the most frequent first. The length is the
    95th percentile of all texts, at most 256, and ``size`` (how many numbers there are) that of all
    texts, so that both are the same for every fold.

    Shapes: (N,) text or None -> (N, T) int32.

    >>> texts = np.array(["abba", "cab"], dtype=object)
    >>> Characters.fit("name", texts, rows=[0]).apply(texts).tolist()
    [[2, 3, 3, 2], [1, 2, 3, 0]]
    """

    name: str
    vocabulary: tuple[str, ...]
    length: int
    size: int

    @classmethod
    def fit(cls, name: str, values: np.ndarray, rows) -> Characters:
        texts = ["" if value is None else value for value in values.tolist()]
        everything = set().union(*texts) if texts else set()
        length = int(np.ceil(np.percentile([len(text) for text in texts], 95)))
        counts = Counter("".join(texts[row] for row in np.asarray(rows)))
        capacity = min(len(everything), VOCABULARY)
        vocabulary = sorted(counts, key=lambda character: (-counts[character], character))[:capacity]
        return cls(name, tuple(vocabulary), max(1, min(length, LONGEST)), capacity + FIRST)

    def apply(self, values: np.ndarray) -> np.ndarray:
        index = {character: number for number, character in enumerate(self.vocabulary, start=FIRST)}
        result = np.full((len(values), self.length), PAD, dtype=np.int32)
        for row, value in enumerate(values.tolist()):
            numbers = [index.get(character, UNKNOWN) for character in (value or "")[: self.length]]
            result[row, : len(numbers)] = numbers
        return result

    def to_dict(self) -> dict[str, Any]:
        # one string a character: a surrogate pair or a combining mark stays one entry
        return {
            "name": self.name,
            "vocabulary": list(self.vocabulary),
            "length": self.length,
            "size": self.size,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Characters:
        vocabulary = fields.texts("vocabulary")
        size = fields.integer("size", len(vocabulary) + FIRST, VOCABULARY + FIRST)
        return cls(fields.text("name"), vocabulary, fields.integer("length", 1, LONGEST), size)


@dataclass(frozen=True)
class Tokens:
    """Token numbers (N, T) that the user made: those of the training rows are renumbered from 2.

    0 is taken for padding and stays 0; a token that the training rows did not hold becomes 1.

    >>> tokens = np.array([[7, 9, 0], [7, 8, 0]])
    >>> Tokens.fit(tokens, rows=[0]).apply(tokens).tolist()
    [[2, 3, 0], [2, 1, 0]]
    """

    vocabulary: tuple[int, ...]
    length: int
    size: int

    @classmethod
    def fit(cls, array: np.ndarray, rows) -> Tokens:
        known = np.unique(array[np.asarray(rows)])
        everything = np.unique(array)
        vocabulary = tuple(int(token) for token in known if token != PAD)
        return cls(vocabulary, array.shape[1], int(np.count_nonzero(everything)) + FIRST)

    def apply(self, array: np.ndarray) -> np.ndarray:
        known = np.array(self.vocabulary, dtype=np.int64)
        if not known.size:
            return np.where(array == PAD, PAD, UNKNOWN).astype(np.int32)
        places = np.minimum(np.searchsorted(known, array), len(known) - 1)
        numbers = np.where(known[places] == array, places + FIRST, UNKNOWN)
        return np.where(array == PAD, PAD, numbers).astype(np.int32)

    def to_dict(self) -> dict[str, Any]:
        return {"vocabulary": list(self.vocabulary), "length": self.length, "size": self.size}

    @classmethod
    def from_fields(cls, fields: Fields) -> Tokens:
        vocabulary = tuple(sorted(set(fields.integers("vocabulary")) - {PAD}))
        size = fields.integer("size", len(vocabulary) + FIRST)
        return cls(vocabulary, fields.integer("length", 1), size)
