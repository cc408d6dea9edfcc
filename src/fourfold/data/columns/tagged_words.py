"""Lists of words beside lists of as many labels: a label for each word, which is not learnt from lists."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Table
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing.series import lengths
from fourfold.preprocessing.text import words_in

from .lists import columns_of
from .word_lists import word_lists

__all__ = ["check_no_tags", "tagged_words"]


def tagged_words(source: Source) -> list[tuple[str, str]]:
    """Columns of lists of words, each with one behind it whose lists have as many entries, row for row; none beside
    pictures, which are read alone."""
    if source.target is not None or source.pictures or not isinstance(source.inputs, Table):
        return []
    words = word_lists(source)
    counts = _counts(source, words) if words and len(words) + len(source.lists) > 1 else {}
    uneven = {name: ends for name, ends in counts.items() if len(np.unique(ends)) > 1}
    pairs = itertools.combinations(uneven, 2)
    return [(one, tags) for one, tags in pairs if one in words and np.array_equal(uneven[one], uneven[tags])]


def check_no_tags(pairs: Sequence[tuple[str, str]], target: str, guessed: bool) -> None:
    """Refuse a target that labels each word of a list, or that was ``guessed`` to be these words themselves.

    Errors: ``DataError``
    """
    for words, tags in pairs:
        if target == tags or (guessed and target == words):
            raise DataError(
                "labels-of-words",
                f"{tags!r} lists a label for each word of {words!r}",
                got=f"lists of as many in each row, and the target {target!r}",
                wanted="a target of the whole row",
                do=f"--target NAME, another column; a row for each word, with --id, --time and --target {tags}, and "
                "numbers that describe the words, or at most 20 kinds of these; or --task multilabel with --target "
                f"{tags}, if it is asked which labels occur in a row",
            )


def _counts(source: Source, words: Sequence[str]) -> dict[str, np.ndarray]:
    """How many entries the lists of each row have (N,), of columns of lists in their order."""
    table = source.inputs
    assert isinstance(table, Table)
    of_numbers = {names[0]: name for name in source.lists if (names := columns_of(table, name))}
    found = {}
    for column in table:
        if column in words:
            found[column] = np.array([len(words_in(cell) or ()) if cell else 0 for cell in table[column].tolist()])
        elif column in of_numbers:
            numbers = np.stack([table[name] for name in columns_of(table, of_numbers[column])], axis=1)
            found[of_numbers[column]] = lengths(numbers[:, :, None]) * ~np.isnan(numbers).all(axis=1)
    return found
