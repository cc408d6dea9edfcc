"""Columns of free text: which they are, and where they are what is read of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed, unknown
from fourfold.errors import OptionError
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.text import (
    CHARACTER,
    FORMULA,
    LISTED,
    LONGEST,
    LONGEST_ASKED,
    WORD,
    cut_off,
    unit_of,
    words_in,
)

__all__ = [
    "CATEGORY_LEVELS", "FEWEST_WORDS", "FREE_TEXT", "LeftOutTexts", "are_free", "are_sequences",
    "asked_for", "count_words", "left_out", "names_rows", "said_of", "stand_alone",
]  # fmt: skip

CATEGORY_LEVELS = 64
"""Up to this number of levels words are categories, if they are not different in nearly every row."""

FEWEST_WORDS, NEARLY_ALL = 3, 0.9
"""Words of a cell, on average, from which on cells may be texts; the share of different ones among few texts, and of
rows without a value in columns that tell little."""

FEWEST_LETTERS = 20
"""Characters of a cell, on average, from which on cells without blanks may be sequences, as of DNA."""

FREE_TEXT = "free text is read only where it stands alone, or with --layout text"

UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{3}")
"""A word, more or less, of those that no blanks stand between: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


@dataclass(frozen=True)
class LeftOutTexts(Note):
    """The note that ``columns`` of free text are left out though nobody asked, with ``size`` words on average; or, by
    their ``unit``, characters where they are sequences without words."""

    columns: tuple[str, ...] = ()
    size: float = 0.0
    unit: str = WORD


def count_words(values: Sequence[str]) -> float:
    """The words of a text on average.

    >>> count_words(["so it is", "no"]), count_words(["B0012"]), count_words(["\u8fd9\u5bb6\u9152" * 2])
    (2.0, 1.0, 3.0)
    """
    counts = Counter(values)
    words = sum(n * _words_of(text) for text, n in counts.items())
    return words / max(1, len(values))


def _words_of(text: str) -> int:
    listed = words_in(text)
    return len(text.split()) + len(UNSPACED.findall(text)) if listed is None else len(listed)


def are_free(present: Sequence[str]) -> bool:
    """Whether words are free text: three words and more on average, and more than half of them different; where 64 or
    less are, nine in ten.

    >>> are_free(["so it is", "as it was", "it may be"]), are_free(["New York City", "Salt Lake City"] * 9)
    (True, False)
    """
    levels = len(set(present))
    different = levels > len(present) / 2 and (levels > CATEGORY_LEVELS or levels >= max(3, NEARLY_ALL * len(present)))
    return different and count_words(present) >= FEWEST_WORDS


def are_sequences(present: Sequence[str]) -> bool:
    """Whether words are long texts without blanks, more than 64 and half of them different: letters alone, as of DNA
    and proteins, or formulae, as SMILES. Long ids have digits.

    >>> drawn = np.random.default_rng(0).choice([*"ACGT"], (80, 30))
    >>> are_sequences(["".join(row) for row in drawn]), are_sequences([f"{k:032x}" for k in range(80)])
    (True, False)
    """
    levels = {*present}
    if len(levels) <= max(CATEGORY_LEVELS, len(present) / 2) or sum(map(len, present)) < FEWEST_LETTERS * len(present):
        return False
    letters = sum(map(str.isalpha, levels))
    formulae = sum(FORMULA.fullmatch(text) is not None for text in levels)
    return letters >= NEARLY_ALL * len(levels) or 2 * formulae > len(levels)


def asked_for(free: Sequence[str], words: Mapping[str, bool]) -> list[str]:
    """The columns that --layout text reads: those that are ``free`` text, else the only one of ``words`` of which these
    tell that it is not used, or the only one.

    Errors: ``OptionError`` where there is none, or several that are no free text.
    """
    useful = [*free] or [name for name, used in words.items() if not used] or [*words]
    if not useful or (len(useful) > 1 and not free):
        raise OptionError(
            "text-column",
            "text needs a column of texts beside the target",
            got=f"{len(useful)} columns of words" + (f" ({listed(useful)})" if useful else ""),
            wanted="texts in one, or in all columns a word, or the number of a token, of one text",
            do="--drop those that are none" if useful else "leave out --layout",
        )
    return useful


def stand_alone(table: Table, free: Sequence[str], words: Sequence[str], useful: Sequence[str]) -> list[str]:
    """The columns of texts of a table without other ``useful`` ones, with values in a tenth of the rows and more: those
    that are ``free``, or the only one of ``words``, if it is different in most rows, as sentences are."""
    filled = [name for name in useful if missing(table[name]).mean() <= NEARLY_ALL]
    others = [name for name in filled if not (name in words and len(words) == 1) and not names_rows(table[name])]
    if others or free:
        return [] if others else [*free]
    if len(words) != 1:
        return []
    values = table[words[0]]
    present = values[~missing(values)].tolist()
    sentences = bool(present) and count_words(present) >= FEWEST_WORDS
    fewest = len(present) / 2 if sentences else max(CATEGORY_LEVELS, len(present) / 2)
    return [*words] if present and len(set(present)) > fewest else []


def names_rows(values: np.ndarray) -> bool:
    """Whether dates (N,), or whole numbers that rise, fall or have no gap between them, are different in every row."""
    if values.dtype.kind not in "fM" or missing(values).any() or len(set(values.tolist())) < len(values):
        return False
    if values.dtype.kind == "M":
        return True
    steps = np.diff(values)
    in_order = (steps > 0).all() or (steps < 0).all() or values.max() - values.min() == len(values) - 1
    return bool(in_order and (values == np.round(values)).all())


TOKENS = {f"{unit}s": unit for unit in (WORD, CHARACTER)}
"""What texts may be asked to be cut into, as the option says it."""


def check_tokens(tokens: str | None, length: int | None) -> None:
    """What was said of how texts are read: the unit, and how many of it."""
    if tokens is not None and tokens not in TOKENS:
        raise unknown("unit of text", tokens, [*TOKENS], option="--tokens")
    if length is not None and not 1 <= length <= LONGEST_ASKED:
        raise OptionError(
            "text-length",
            "so much of a text can't be read",
            got=f"--text-length {length}",
            wanted=f"1 to {LONGEST_ASKED:,}",
            do="--text-length 2000, say",
        )


def said_of(
    of: str, values: np.ndarray, unit: str, longest: int, because: str, option: str
) -> tuple[Note, ...]:
    """What is said of the texts (N,) ``of`` some columns that are read, and of how much of them is; ``unit``,
    ``longest``: as asked for."""
    if not unit:
        unit = unit_of(values)
        others = [f"--tokens {said}" for said, other in TOKENS.items() if other != unit != LISTED]
        option = " or ".join([*others, *filter(None, [option])])
    found = Note(f"layout: text, {unit}s of {of}", because, option)
    cut = cut_off(values, unit, longest)
    most = longest or LONGEST
    read = f"read: the first {most:,} {unit}s of each text" if most > 1 else f"read: the first {unit} of each text"
    option = "" if longest else "--text-length N"
    return (found, Note(read, f"as asked; {cut}" if longest else cut, option)) if cut else (found,)


def left_out(table: Table, names: Sequence[str]) -> Iterator[LeftOutTexts]:
    """What is said of columns of free text that other columns keep from being read."""
    present = {name: table[name][~missing(table[name])].tolist() for name in names}
    sequences = [name for name in names if are_sequences(present[name])]
    texts = [name for name in names if name not in sequences]
    for found, unit, size in ((texts, WORD, count_words), (sequences, CHARACTER, _count_characters)):
        if found:
            most = max(size(present[name]) for name in found)
            yield LeftOutTexts(f"left out: {listed(found)}", FREE_TEXT, columns=(*found,), size=most, unit=unit)


def _count_characters(values: Sequence[str]) -> float:
    return sum(map(len, values)) / max(1, len(values))
