"""Texts as lists of numbers, the most frequent words first: the Tokenizer of Keras 2, which scripts still use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from fourfold.errors import DataError, OptionError

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
MODES = ("binary", "count", "freq", "tfidf")
COUNTED = ("word_counts", "word_docs", "index_docs", "word_index", "index_word")


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text: characters of ``filters`` part them as ``split`` does.

    >>> text_to_word_sequence("So it is, isn't it?")
    ['so', 'it', 'is', "isn't", 'it']
    """
    text = input_text.lower() if lower else input_text
    return [word for word in text.translate(dict.fromkeys(map(ord, filters), split)).split(split) if word]


class Tokenizer:
    """Numbers the words of texts by how often they occur, from 1 on; equally frequent ones as they came.

    Only words whose number is below ``num_words`` are given; others are left out, or have the number of
    ``oov_token``, 1. A text is cut by `text_to_word_sequence`, into characters, or by ``analyzer``; a list is words.

    >>> tokenizer = Tokenizer(oov_token="?")
    >>> tokenizer.fit_on_texts(["so it is", "is it so, it is"])
    >>> tokenizer.word_index, tokenizer.texts_to_sequences(["it is not so"])
    ({'?': 1, 'it': 2, 'is': 3, 'so': 4}, [[2, 3, 1, 4]])
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], Sequence[str]] | None = None,
        document_count: int = 0,
    ) -> None:
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.document_count = document_count
        self.word_counts, self.word_docs, self.index_docs = Counter[str](), Counter[str](), Counter[int]()
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts, beside those of earlier ones, and numbers them anew."""
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            self.word_counts.update(words)
            self.word_docs.update(set(words))
        frequent = [word for word, _ in self.word_counts.most_common()]
        known = [*[self.oov_token] * (self.oov_token is not None), *frequent]
        self.word_index = {word: number for number, word in enumerate(known, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        self.index_docs = Counter({self.word_index[word]: count for word, count in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Sequence[Iterable[int]]) -> None:
        """Counts in how many lists of numbers each occurs, for tf-idf, beside earlier ones."""
        self.document_count += len(sequences)
        for sequence in sequences:
            self.index_docs.update(set(sequence))

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The numbers of each text's words."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        for text in texts:
            numbers = (self._within(self.word_index.get(word)) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """The words of each list of numbers, with spaces between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        for sequence in sequences:
            numbers = (self._within(number if number in self.index_word else None) for number in sequence)
            yield " ".join(self.index_word[number] for number in numbers if number is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """A row (num_words,) for each text: whether, how often, in which share, or by which tf-idf it has a word."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Sequence[Sequence[int]], mode: str = "binary") -> np.ndarray:
        """As `texts_to_matrix`, of numbers; tf-idf is (1 + log count) log(1 + documents / (1 + those with the word)).

        Errors: `OptionError` for another mode; `DataError` before any texts were counted, where that is needed.
        """
        if mode not in MODES:
            words = ", ".join(map(repr, MODES))
            raise OptionError("matrix-mode", "there is no such mode", got=repr(mode), wanted=f"one of {words}")
        if not (self.num_words or self.word_index) or (mode == "tfidf" and not self.document_count):
            got, do = "a Tokenizer that has seen no texts", "fit_on_texts(texts) first"
            raise DataError("no-texts", "no words are known yet", got=got, do=do)
        length = self.num_words or len(self.word_index) + 1
        counts = np.zeros((len(sequences), length))
        for row, sequence in zip(counts, sequences):
            numbers = np.asarray(sequence, np.int64)
            np.add.at(row, numbers[numbers < length], 1)
        if mode == "binary":
            return np.minimum(counts, 1)
        if mode == "freq":
            return counts / np.maximum([[len(sequence)] for sequence in sequences], 1)
        if mode == "tfidf":
            with_word = np.array([self.index_docs[number] for number in range(length)])
            often = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)
            return often * np.log(1 + self.document_count / (1 + with_word))
        return counts

    def get_config(self) -> dict[str, Any]:
        options = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        counted = {name: json.dumps(getattr(self, name)) for name in COUNTED}
        return {name: getattr(self, name) for name in options} | counted

    def to_json(self, **kwargs: Any) -> str:
        """All that it knows as text, which `tokenizer_from_json` reads."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)

    def _words(self, text: Any) -> Sequence[str]:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _within(self, number: int | None) -> int | None:
        """A number that is given, or that of unknown words in its place."""
        if number is None or (self.num_words and number >= self.num_words):
            return self.word_index.get(self.oov_token) if self.oov_token is not None else None
        return number


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The Tokenizer that `Tokenizer.to_json` wrote, here or in Keras.

    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["so it is"])
    >>> tokenizer_from_json(tokenizer.to_json()).texts_to_sequences(["it is"])
    [[2, 3]]
    """
    config = json.loads(json_string)["config"]
    counted = {name: json.loads(config.pop(name)) for name in COUNTED}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts, tokenizer.word_docs = Counter(counted["word_counts"]), Counter(counted["word_docs"])
    tokenizer.word_index = counted["word_index"]
    tokenizer.index_docs = Counter({int(number): count for number, count in counted["index_docs"].items()})
    tokenizer.index_word = {int(number): word for number, word in counted["index_word"].items()}
    return tokenizer
