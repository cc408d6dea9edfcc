"""Columns whose cells list words: an indicator for each of the words, or texts whose words these are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed
from fourfold.data.source import Source
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.text import words_in

from .free_texts import CATEGORY_LEVELS, are_free
from .indicators import as_indicators

__all__ = ["are_word_lists", "with_indicators_of_lists", "word_lists"]


def are_word_lists(values: np.ndarray) -> bool:
    """Whether all cells (N,) list words, some of them any.

    >>> are_word_lists(np.array(['["red","blue"]', "[]", None], object)), are_word_lists(np.array(["[]"], object))
    (True, False)
    """
    first = next((cell for cell in values.tolist() if cell is not None), "")
    if words_in(first) is None:
        return False
    cells = [cell for cell in dict.fromkeys(values.tolist()) if cell is not None]
    return any(map(words_in, cells)) and all(words_in(cell) is not None for cell in cells)


def word_lists(source: Source) -> list[str]:
    """The columns of a table whose cells list words."""
    table = source.inputs
    assert isinstance(table, Table)
    return [one.name for one in source.columns if one.kind == "category" and are_word_lists(table[one.name])]


def with_indicators_of_lists(source: Source, lists: Sequence[str], as_text: bool) -> Source:
    """The source with an indicator NAME = WORD for each of the words that some of its columns list, 1 where the list of
    a row has the word, else 0; of many words for the 64 most frequent ones. ``as_text``: lists of more words, as long
    and as different as sentences, may stay as they are."""
    for name in lists:
        assert isinstance(source.inputs, Table)
        values = source.inputs[name]
        cells = values[~missing(values)].tolist()
        counts = Counter(word for cell in cells for word in {*(words_in(cell) or ())})
        if as_text and len(counts) > CATEGORY_LEVELS and are_free(cells):
            continue
        levels = sorted(sorted(sorted(counts), key=lambda word: -counts[word])[:CATEGORY_LEVELS])
        source = as_indicators(source, name, values, levels, "boolean").noting(_said_of(name, levels, len(counts)))
    return source


def _said_of(name: str, levels: Sequence[str], words: int) -> Note:
    because = "lists of words, 1 where one has the word, else 0"
    more = f"; only the {len(levels)} most frequent of {words:,} are told apart" if words > len(levels) else ""
    return Note(f"{name}: an indicator for each of {listed(levels)}", because + more)
