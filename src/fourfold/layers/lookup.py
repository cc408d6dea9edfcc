"""Words and whole numbers as places in a vocabulary, and back: StringLookup and IntegerLookup, before a model.

A vocabulary begins with the mask token, where there is one and places are given, and the tokens of what isn't in it;
then come its own, those of `adapt` by falling count, of equal ones the last in the order of their letters first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.core.symbols import Symbol
from fourfold.errors import DataError, OptionError
from fourfold.layers import arguments
from fourfold.layers.adapting import batches
from fourfold.layers.base import Layer

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class BeforeModels(Layer):
    """A layer that is called on data alone: text can't be part of a compiled program."""

    def __call__(self, inputs: Any) -> Any:
        if isinstance(inputs, Symbol):
            raise OptionError(
                "layer-before-models",
                f"{self.name} reads data before the model, not in it",
                got="a symbol, as Input gives it",
                wanted="an array or a list",
                do=f"x = {self.usual_name}(data); model.fit(x, y)",
            )
        return self.read(inputs)

    def read(self, inputs: Any) -> Any:
        """What it gives for data."""
        raise NotImplementedError


class Lookup(BeforeModels):
    """What both have: a vocabulary, given or learnt, and how places in it are written.

    A subclass declares the arguments with their defaults, in Keras's order; they are read here.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        given = self._arguments
        arguments.refuse(self, sparse=given["sparse"] or None, salt=given["salt"])
        most, self.invert = given["max_tokens"], given["invert"]
        self.max_tokens = None if most is None else arguments.whole("max_tokens", most, 2)
        self.num_oov_indices = arguments.whole("num_oov_indices", given["num_oov_indices"], 0)
        self.mask_token, self.oov_token = given["mask_token"], given["oov_token"]
        mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(given["output_mode"], given["output_mode"])
        self.output_mode = arguments.choice("output_mode", mode, ("int",) if self.invert else MODES)
        self.pad_to_max_tokens = given["pad_to_max_tokens"]
        self._tokens: list[Any] = []
        self._idf: np.ndarray | None = None
        vocabulary, weights = given["vocabulary"], given["idf_weights"]
        if vocabulary is not None or weights is not None:
            self.set_vocabulary([] if vocabulary is None else vocabulary, weights)

    # ---- the vocabulary ----------------------------------------------------------------------------------

    def tokens_of(self, data: Any) -> np.ndarray:
        """The tokens of data, as an array of any shape."""
        raise NotImplementedError

    def of_line(self, line: str) -> Any:
        """The token that a line of a file says."""
        return line

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learns the vocabulary of data: a list or an array of tokens, or batches of them, at most ``steps``.

        For ``tf_idf`` each row is a document, and a token's weight log(1 + documents / (1 + those with it)).
        Errors: `OptionError` if the vocabulary was given.
        """
        self.learn(
            row
            for batch in texts_or_batches(data, steps)
            for row in self.tokens_of(batch).reshape(np.shape(batch)[0] if np.ndim(batch) else 1, -1).tolist()
        )

    def learn(self, documents: Iterable[Sequence[Any]]) -> None:
        """The vocabulary of some documents, each a sequence of tokens."""
        if self._arguments.get("vocabulary") is not None:
            raise OptionError(
                "vocabulary-is-given",
                f"{self.name} has its vocabulary",
                got="adapt(data)",
                do="leave vocabulary out, or adapt",
            )
        counts, within, number = Counter[Any](), Counter[Any](), 0
        for tokens in documents:
            number += 1
            counts.update(tokens)
            within.update(set(tokens))
        for token in (self.mask_token, self.oov_token):
            counts.pop(token, None)
        most = None if self.max_tokens is None else self.max_tokens - self._first
        self._tokens = sorted(sorted(counts, reverse=True), key=counts.__getitem__, reverse=True)[:most]
        if self.output_mode == "tf_idf":
            weights = np.log(1 + number / (1 + np.array([within[token] for token in self._tokens], float)))
            self._idf = self._padded(weights)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Takes a list of tokens, with or without those it begins with, or the path of a file with one a line.

        Errors: `OptionError` for tokens that occur twice, more than ``max_tokens``, and weights that don't fit.
        """
        if isinstance(vocabulary, (str, Path)):
            vocabulary = [self.of_line(line) for line in Path(vocabulary).read_text(encoding="utf-8").splitlines()]
        given = self.tokens_of(vocabulary).tolist()
        complete = given[: self._first] == self._special
        tokens = given[self._first :] if complete else given
        if twice := [token for token, count in Counter(tokens).items() if count > 1]:
            raise OptionError(
                "vocabulary-twice",
                "a token is twice in the vocabulary",
                got=repr(twice[0]),
                wanted="each once",
                do="vocabulary=list(dict.fromkeys(vocabulary))",
            )
        if self.mask_token is not None and self.mask_token in tokens:
            raise OptionError(
                "vocabulary-mask",
                "the mask token is no word of the vocabulary",
                got=f"{self.mask_token!r} at {given.index(self.mask_token)}",
                wanted=f"a vocabulary without it, or one that begins with {self._special}",
            )
        if not tokens or (self.max_tokens is not None and self._first + len(tokens) > self.max_tokens):
            most = "" if self.max_tokens is None else f" to {self.max_tokens - self._first:,}"
            raise OptionError(
                "vocabulary-size",
                f"the vocabulary doesn't fit {self.name}",
                got=f"{len(tokens):,} tokens",
                wanted=f"1{most}",
            )
        if (idf_weights is not None) != (self.output_mode == "tf_idf"):
            raise OptionError(
                "idf-weights",
                "a vocabulary has weights for 'tf_idf', and only for it",
                got=f"output_mode={self.output_mode!r}, idf_weights={'none' if idf_weights is None else 'given'}",
                do="adapt(data), which learns them, or leave idf_weights out",
            )
        if idf_weights is not None:
            weights = np.asarray(idf_weights, float)
            if weights.shape != (len(given),):
                raise OptionError(
                    "idf-weights-shape", "a token has one weight", got=f"{weights.shape}", wanted=f"({len(given)},)"
                )
            before, own = np.split(weights, [self._first]) if complete else (None, weights)
            self._idf = self._padded(own, before)
        self._tokens = tokens

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers; with those at the beginning, or without."""
        return self._special * include_special_tokens + self._tokens

    def vocabulary_size(self) -> int:
        """How many numbers there are, those at the beginning included."""
        return self._first + len(self._tokens)

    @property
    def _masked(self) -> int:
        """How many numbers stand for the mask token."""
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _first(self) -> int:
        """The number of the first token of the vocabulary itself."""
        return self._masked + self.num_oov_indices

    @property
    def _special(self) -> list[Any]:
        return [self.mask_token] * self._masked + [self.oov_token] * self.num_oov_indices

    def _padded(self, weights: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
        """Weights of all numbers; what isn't in the vocabulary has their mean, unless told."""
        before = np.full(self._first, weights.mean()) if before is None else before
        return np.concatenate([before, weights]).astype(np.float32)

    # ---- tokens and numbers ------------------------------------------------------------------------------

    def read(self, inputs: Any) -> Any:
        self.check_vocabulary()
        if self.invert:
            words = np.array(self.get_vocabulary(), dtype=object)
            numbers = np.asarray(inputs)
            known = (numbers >= 0) & (numbers < len(words))
            found = np.where(known, words[np.where(known, numbers, 0)], self.oov_token)
            return self.tokens_of(found)
        tokens = self.tokens_of(inputs)
        numbers: np.ndarray = self.numbers(tokens.reshape(-1).tolist()).reshape(tokens.shape)
        if self.output_mode == "int":
            return jnp.asarray(numbers)
        rows = np.atleast_1d(numbers)
        if self.output_mode == "one_hot" and (rows.ndim == 1 or rows.shape[-1] != 1):
            rows = rows[..., None]
        return self.encoded(rows.reshape(-1, rows.shape[-1])).reshape(*rows.shape[:-1], -1)

    def check_vocabulary(self) -> None:
        """Refuse to number tokens before there is a vocabulary."""
        if not self._tokens:
            raise OptionError(
                "vocabulary-is-empty",
                f"{self.name} has no vocabulary yet",
                got="data to number",
                do="adapt(data) first, or give vocabulary",
            )

    def numbers(self, tokens: Sequence[Any]) -> np.ndarray:
        """The number of each token; -1 of the mask token where vectors are wanted.

        Errors: `DataError` for a token that isn't in the vocabulary where ``num_oov_indices`` is 0.
        """
        places = {token: number for number, token in enumerate(self._tokens, self._first)}
        if self.mask_token is not None:
            places[self.mask_token] = 0 if self.output_mode == "int" else -1
        found = (places[token] if token in places else self._masked + self.bucket(token) for token in tokens)
        return np.fromiter(found, np.int32, len(tokens))

    def bucket(self, token: Any) -> int:
        """Which of the numbers of unknown tokens one has."""
        if self.num_oov_indices:
            return 0
        raise DataError(
            "unknown-token",
            f"a token isn't in the vocabulary of {self.name}",
            got=repr(token),
            wanted=f"one of its {len(self._tokens):,}",
            do="num_oov_indices=1",
        )

    def encoded(self, rows: Iterable[np.ndarray]) -> jax.Array:
        """A vector for each row of numbers: whether, or how often, each occurs in it; -1 is left out."""
        rows = list(rows)
        length = self.max_tokens if self.pad_to_max_tokens and self.max_tokens else self.vocabulary_size()
        counts = np.zeros((len(rows), length), np.int32)
        at = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        numbers = np.concatenate([np.zeros(0, np.int32), *rows])
        np.add.at(counts, (at[numbers >= 0], numbers[numbers >= 0]), 1)
        if self.output_mode == "tf_idf":
            weights = np.zeros(length, np.float32) if self._idf is None else self._idf
            return jnp.asarray(counts * np.pad(weights, (0, length - len(weights))))
        return jnp.asarray(counts if self.output_mode == "count" else np.minimum(counts, 1))


class StringLookup(Lookup):
    """The number of each word in a vocabulary, words of none having number 0; ``invert``: the word of each number.

    Shapes: x any, of words; ``int`` gives y as x, int32; ``one_hot`` (..., tokens), of (..., 1) too; ``multi_hot``,
    ``count`` and ``tf_idf`` join the last axis (N, tokens). ``invert`` gives an array of words.
    With a ``mask_token`` numbers begin with it, then comes that of unknown words, then the vocabulary.
    Errors: `OptionError` in a model, which reads numbers; for a vocabulary and weights that don't fit.

    >>> layer = StringLookup()
    >>> layer.adapt(["red", "blue", "red"])
    >>> layer(["blue", "red", "green"]).tolist(), layer.get_vocabulary()
    ([2, 1, 0], ['[UNK]', 'red', 'blue'])
    >>> StringLookup(vocabulary=layer.get_vocabulary(), invert=True)([2, 0]).tolist()
    ['blue', '[UNK]']
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
        super().__init__(**kwargs)
        if num_oov_indices > 1:
            raise OptionError(
                "oov-indices",
                "unknown words have one number",
                got=f"num_oov_indices={num_oov_indices}",
                wanted="0 or 1",
            )

    def tokens_of(self, data: Any) -> np.ndarray:
        return words_of(data, self.encoding)


class IntegerLookup(Lookup):
    """The number of each whole number in a vocabulary; ``invert``: the whole number of each place.

    As `StringLookup`, of whole numbers; with several ``num_oov_indices`` an unknown one has its remainder.

    >>> IntegerLookup(vocabulary=[12, 36])([[36, 5], [12, 12]]).tolist()
    [[2, 0], [1, 1]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.refuse(self, oov_method=None if oov_method == "floormod" else oov_method)

    def tokens_of(self, data: Any) -> np.ndarray:
        numbers = np.asarray(data)
        sure = numbers.dtype.kind in "iu"
        if strange := [] if sure else [n for n in numbers.reshape(-1).tolist() if not _is_whole(n)]:
            raise DataError(
                "no-whole-number",
                f"{self.name} reads whole numbers",
                got=repr(strange[0]),
                wanted="1, 2, 3, say",
                do="StringLookup, for words",
            )
        return numbers.astype(np.int64)

    def of_line(self, line: str) -> Any:
        return int(line) if line.strip().removeprefix("-").isdecimal() else line

    def bucket(self, token: int) -> int:
        return token % self.num_oov_indices if self.num_oov_indices > 1 else super().bucket(token)


def texts_or_batches(data: Any, steps: int | None = None) -> Iterable[Any]:
    """A list as it is; arrays and batches as `batches` has them."""
    return [data] if isinstance(data, (list, tuple, str)) else batches(data, steps)


def words_of(data: Any, encoding: str = "utf-8") -> np.ndarray:
    """An array of words, bytes decoded. Errors: `DataError` for what is no word, such as a missing one.

    >>> words_of([b"red", "blue"]).tolist()
    ['red', 'blue']
    """
    words = np.asarray(data, dtype=object)
    decoded = [word.decode(encoding) if isinstance(word, bytes) else word for word in words.reshape(-1)]
    if strange := [word for word in decoded if not isinstance(word, str)]:
        raise DataError(
            "not-a-word",
            "text is made of words",
            got=repr(strange[0]),
            wanted="str or bytes",
            do="texts.fillna(''), say",
        )
    return np.array(decoded, dtype=object).reshape(words.shape)


def _is_whole(number: Any) -> bool:
    return isinstance(number, (int, float)) and float(number).is_integer()
