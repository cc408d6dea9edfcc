"""Text as sequences of small integers: 0 pads, 1 is whatever the training rows did not hold."""

from __future__ import annotations

import importlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from fourfold.errors import no_such_name

from .fields import Fields

PAD, UNKNOWN, FIRST = 0, 1, 2
LONGEST, LONGEST_ASKED = 1_024, 16_384
"""The most characters, or words, of one text that are read, where nothing else is said; and that may be asked for."""

VOCABULARY = 10_000
"""The most characters, or words, that get a number of their own."""

FEWEST_WORDS, LONGEST_WORD, LOOKED_AT = 3, 40, 1000
"""Words of a text and letters of a word, on average: fewer, or more, are none. Texts by which that is told."""

CHARACTER, WORD, LISTED = "character", "word", "listed word"
UNITS = (CHARACTER, WORD, LISTED)
BETWEEN = " + "
MOST_ENDS = 100
"""How many of the last places where a column may begin are tried, in the name of joined ones."""

PIECE = re.compile(r"\w+|[^\w\s]")
FORMULA = re.compile(r"[^\s,;]*\w[(\[][^\s,;]*")
"""A text with a bracket behind a letter, in which neither blanks nor commas stand between words."""


def unit_of(values: np.ndarray) -> str:
    """Texts are cut into words if they have three and more on average, and these repeat; where all of them are lists
    of words, into these; else into characters.

    >>> unit_of(np.array(["so long as it is", "as long as it is so", None], dtype=object))
    'word'
    >>> unit_of(np.array(["short", "A" * 300, None], dtype=object))
    'character'
    >>> unit_of(np.array(['["so","it","is"]', None, "[]"], dtype=object))
    'listed word'
    """
    texts = list(dict.fromkeys(filter(None, values.tolist())))
    if texts and all(words_in(text) is not None for text in texts):
        return LISTED
    return WORD if texts and _repeat(texts) else CHARACTER


def _repeat(texts: list[str]) -> bool:
    """Whether texts have `FEWEST_WORDS` and more on average that repeat: half of them and more occur elsewhere, too,
    and they have at most 40 letters on average. Signs of vowels, as Thai and Hindi have them, belong to words. What
    stands between the brackets of formulae, such as CC(=O)Nc1ccc(O)cc1, are none."""
    some = [texts[place] for place in np.linspace(0, len(texts) - 1, min(len(texts), LOOKED_AT)).astype(int)]
    if 2 * sum(FORMULA.fullmatch(text) is not None for text in some) > len(some):
        return False
    signs = {ord(letter): None for letter in set().union(*some) if unicodedata.category(letter).startswith("M")}
    words = (piece for text in some for piece in pieces(text.translate(signs), WORD) if piece[0].isalnum())
    counts = Counter(words)
    once = sum(count == 1 for count in counts.values())
    letters = sum(len(word) * count for word, count in counts.items())
    enough = counts.total() >= FEWEST_WORDS * len(some)
    return enough and 2 * once <= counts.total() and letters <= LONGEST_WORD * counts.total()


def cut_off(values: np.ndarray, unit: str, longest: int = 0) -> str:
    """How many texts are cut, and how long they are, where more than 5 % of them are, or any behind the ``longest``
    that was asked for; else "".

    >>> cut_off(np.array(["ab" * 800] * 9, dtype=object), "character")
    '9 of 9 have more, up to 1,600'
    """
    most = longest or LONGEST
    lengths = [len(pieces(value, unit)) if len(value or "") > most else 0 for value in values.tolist()]
    longer = sum(length > most for length in lengths)
    few = 0 if longest else len(values) / 20
    return f"{longer:,} of {len(values):,} have more, up to {max(lengths):,}" if longer > few else ""


def joined_name(names: Sequence[str]) -> str:
    """What the texts of several columns are called that are read as one."""
    return BETWEEN.join(names)


def texts_of(name: str, known: Sequence[str]) -> list[str]:
    """The columns, in the order of those that are ``known``, whose texts have this `joined_name`; or the one of this
    name, if there is one.

    >>> texts_of("title + body", ["title", "body"]), texts_of("a + b", ["a + b"])
    (['title', 'body'], ['a + b'])
    >>> texts_of("a + b + c", ["a", "a + b", "c"])
    ['a + b', 'c']
    >>> texts_of("a + a", ["a"])
    ['a + a']
    """
    if name in known:
        return [name]
    whole, found = name + BETWEEN, []
    ends = {0: (0, "")}  # of columns that stand one behind the other: where the last one begins, and which it is
    for column in known:
        for start in list(islice(reversed(ends), MOST_ENDS)):
            end = start + len(column + BETWEEN)
            if end not in ends and whole.startswith(column + BETWEEN, start):
                ends[end] = start, column
    end = len(whole)
    while end in ends and end:
        end, column = ends[end]
        found.insert(0, column)
    return found or [name]


def pieces(text: str | None, unit: str) -> Sequence[str]:
    """A text's characters; or its words in small letters, and its marks; or the words that it lists, as they are.

    >>> pieces("It's 5!", "word")
    ['it', "'", 's', '5', '!']
    """
    text = text or ""
    if unit == LISTED and (words := words_in(text)) is not None:
        return words
    return PIECE.findall(text.casefold()) if unit != CHARACTER else text


def words_in(cell: str) -> list[str] | None:
    """The words that a cell lists, as JSON writes lists, but for missing ones; None of any other.

    >>> words_in('["red",null,"light blue"]'), words_in("[1]"), words_in("red")
    (['red', 'light blue'], None, None)
    """
    if not cell.startswith("[") or not cell.endswith("]"):
        return None
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    words = [word for word in found if word is not None]
    return words if all(isinstance(word, str) for word in words) else None


@dataclass(frozen=True)
class Characters:
    """Texts as numbers of characters, or of words (`unit_of`), cut or padded with 0 at the end to one length.

    The vocabulary holds those of the training rows, the most frequent first. The length is the
    95th percentile of all texts, at most 1,024, or where a ``longest`` is asked for that of the longest text, at most
    so many; and ``size`` (how many numbers there are) that of all texts, so that both are the same for every fold.

    Shapes: (N,) text or None -> (N, T) int32.

    >>> texts = np.array(["abba", "cab"], dtype=object)
    >>> Characters.fit("name", texts, rows=[0]).apply(texts).tolist()
    [[2, 3, 3, 2], [1, 2, 3, 0]]
    """

    name: str
    vocabulary: tuple[str, ...]
    length: int
    size: int
    unit: str = CHARACTER

    @classmethod
    def fit(cls, name: str, values: np.ndarray, rows, unit: str = "", longest: int = 0) -> Characters:
        unit = unit or unit_of(values)
        texts = [pieces(value, unit) for value in values.tolist()]
        everything = set().union(*texts) if texts else set()
        length = int(np.ceil(np.percentile([len(text) for text in texts], 100 if longest else 95)))
        counts = Counter(piece for row in np.asarray(rows) for piece in texts[row])
        capacity = min(len(everything), VOCABULARY)
        vocabulary = sorted(counts, key=lambda piece: (-counts[piece], piece))[:capacity]
        return cls(name, tuple(vocabulary), max(1, min(length, longest or LONGEST)), capacity + FIRST, unit)

    def apply(self, values: np.ndarray) -> np.ndarray:
        index = {piece: number for number, piece in enumerate(self.vocabulary, start=FIRST)}
        result = np.full((len(values), self.length), PAD, dtype=np.int32)
        for row, value in enumerate(values.tolist()):
            numbers = [index.get(piece, UNKNOWN) for piece in pieces(value, self.unit)[: self.length]]
            result[row, : len(numbers)] = numbers
        return result

    def strange(self, values: np.ndarray) -> np.ndarray:
        """In which texts (N,) more than half of what is read is not among the vocabulary.

        >>> characters = Characters("name", ("a", "b"), 4, 4)
        >>> characters.strange(np.array(["abba", "xyz", None, "ax"], dtype=object)).tolist()
        [False, True, False, False]
        """
        numbers = self.apply(values)
        return 2 * (numbers == UNKNOWN).sum(axis=1) > (numbers != PAD).sum(axis=1)

    def to_dict(self) -> dict[str, Any]:
        # one string a character: a surrogate pair or a combining mark stays one entry
        return {
            "name": self.name,
            "vocabulary": list(self.vocabulary),
            "length": self.length,
            "size": self.size,
            "unit": self.unit,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Characters:
        vocabulary = fields.texts("vocabulary")
        size = fields.integer("size", len(vocabulary) + FIRST, VOCABULARY + FIRST)
        length, unit = fields.integer("length", 1, LONGEST_ASKED), fields.text("unit", UNITS)
        return cls(fields.text("name"), vocabulary, length, size, unit)


@dataclass(frozen=True)
class Tokens:
    """Token numbers (N, T) that the user made: those of the training rows are renumbered from 2.

    0 is taken for padding and stays 0; a token that the training rows did not hold becomes 1.

    >>> tokens = np.array([[7, 9, 0], [7, 8, 0]])
    >>> Tokens.fit(tokens, rows=[0]).apply(tokens).tolist()
    [[2, 3, 0], [2, 1, 0]]
    """

    unit: ClassVar[str] = "token"
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


_KERAS = ("Tokenizer", "text_to_word_sequence", "tokenizer_from_json")
_INSTEAD: dict[str, str] = dict.fromkeys(
    ("one_hot", "hashing_trick"),
    "Tokenizer numbers the words of a vocabulary; Embedding reads the numbers",
)
"""Names that Keras 2 has here, and what to do in the place of others."""


def __getattr__(name: str) -> Any:
    if name in _KERAS:
        return getattr(importlib.import_module("fourfold.preprocessing.tokenizer"), name)
    raise no_such_name("preprocessing.text", name, _KERAS, _INSTEAD)
