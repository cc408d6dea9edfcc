"""Texts as numbers of their words, before a model: TextVectorization."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.errors import DataError
from fourfold.layers import arguments
from fourfold.layers.lookup import BeforeModels, StringLookup, texts_or_batches, words_of

STRIPPED = str.maketrans("", "", string.punctuation)
LOWERED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
WORD = re.compile(r"[^ \t\n\v\f\r]+")


class TextVectorization(BeforeModels):
    """Each text made plain, cut into words, these joined to n-grams, and numbered by a vocabulary.

    ``standardize`` makes the letters of ASCII small and leaves out its punctuation; ``split`` cuts at white space or
    into characters; both may be functions of an array of texts. ``ngrams=2`` has pairs beside words, ``(2,)`` alone.
    ``output_mode="int"`` gives a number for each word, 0 behind the last and 1 for unknown ones, cut or filled to
    ``output_sequence_length`` or to the longest; the others give a vector for each text, as `StringLookup` does.

    Shapes: x (N,) or (N, 1) texts, y (N, T) int32 or (N, tokens). Where nothing is split, y as x.
    Errors: `OptionError` in a model, which reads numbers; `DataError` for several columns of texts.

    >>> layer = TextVectorization(output_sequence_length=4)
    >>> layer.adapt(["So it is.", "it is so, is it?"])
    >>> layer.get_vocabulary(), layer(["Is it 5?"]).tolist()
    (['', '[UNK]', 'it', 'is', 'so'], [[3, 2, 1, 0]])
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable[[np.ndarray], Any] | None = "lower_and_strip_punctuation",
        split: str | Callable[[np.ndarray], Any] | None = "whitespace",
        ngrams: int | Sequence[int] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.refuse(self, ragged=ragged or None)
        self.standardize: Any = _option("standardize", standardize, STANDARDS)
        self.split: Any = _option("split", split, ("whitespace", "character"))
        self.ngrams: Sequence[int] | None = range(1, ngrams + 1) if isinstance(ngrams, int) else ngrams
        self.lookup = StringLookup(
            max_tokens,
            mask_token="",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            encoding=encoding,
            name=self.name,
        )
        self.output_mode = self.lookup.output_mode
        if self.output_mode != "int":
            arguments.refuse(self, output_sequence_length=output_sequence_length)
        self.output_sequence_length = output_sequence_length

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learns the vocabulary of texts: a list or an array of them, or batches, at most ``steps``."""
        self.lookup.learn(tokens for batch in texts_or_batches(data, steps) for tokens in self._tokens(batch))

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        self.lookup.set_vocabulary(vocabulary, idf_weights)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words in the order of their numbers; with those at the beginning, or without."""
        return self.lookup.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many numbers there are, those at the beginning included."""
        return self.lookup.vocabulary_size()

    def read(self, inputs: Any) -> jax.Array:
        self.lookup.check_vocabulary()
        if self.split is None and self.ngrams is None:
            return self.lookup(self._plain(inputs))
        rows = self._tokens(inputs)
        ends = np.cumsum([len(row) for row in rows])
        numbers = np.split(self.lookup.numbers([token for row in rows for token in row]), ends)[:-1]
        if self.output_mode != "int":
            found = self.lookup.encoded(numbers)
        else:
            longest = max(map(len, numbers), default=0)
            length = longest if self.output_sequence_length is None else self.output_sequence_length
            padded = np.zeros((len(numbers), length), np.int32)
            for row, own in zip(padded, numbers):
                row[: len(own)] = own[:length]
            found = jnp.asarray(padded)
        return found if np.ndim(inputs) else found[0]

    def _plain(self, inputs: Any) -> np.ndarray:
        """Texts as ``standardize`` leaves them, in the shape they had."""
        texts = words_of(inputs, self.lookup.encoding)
        if callable(self.standardize):
            return words_of(self.standardize(texts.astype(str)))
        if self.standardize is None:
            return texts
        plain = [text.translate(LOWERED) if "lower" in self.standardize else text for text in texts.reshape(-1)]
        if "punctuation" in self.standardize:
            plain = [text.translate(STRIPPED) for text in plain]
        return np.array(plain, dtype=object).reshape(texts.shape)

    def _tokens(self, inputs: Any) -> list[list[str]]:
        """The words of each text, and what they are joined to."""
        texts = self._plain(inputs)
        if texts.ndim > 1 and texts.shape[-1] != 1:
            raise DataError(
                "texts-shape",
                f"{self.name} reads one text a row",
                got=f"shape {texts.shape}",
                wanted="(N,) or (N, 1)",
                do=f"{self.usual_name}(texts[:, 0]), say",
            )
        texts = texts.reshape(-1)
        if self.split is None:
            rows = [[text] for text in texts]
        elif isinstance(self.split, str):
            rows = [list(text) if self.split == "character" else WORD.findall(text) for text in texts]
        else:
            rows = [words_of(row).reshape(-1).tolist() for row in self.split(texts.astype(str))]
        return rows if self.ngrams is None else [joined(row, self.ngrams) for row in rows]


def joined(words: Sequence[str], lengths: Sequence[int]) -> list[str]:
    """All runs of words of these lengths, those of the first length first.

    >>> joined(["so", "it", "is"], (1, 2))
    ['so', 'it', 'is', 'so it', 'it is']
    """
    return [" ".join(words[at : at + n]) for n in lengths for at in range(len(words) - n + 1)]


def _option(name: str, value: Any, words: Sequence[str]) -> Any:
    return value if value is None or callable(value) else arguments.choice(name, value, words)
