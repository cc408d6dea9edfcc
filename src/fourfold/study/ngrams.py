"""N-grams: what a linear model of texts reads, so that it knows words by their characters, "not good" by its words."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from fourfold.preprocessing.text import CHARACTER

MOST_OF_TREES, MOST, CANDIDATES, WEIGHTS = 1_000, 10_000, 20_000, 100_000
"""How many n-grams are counted, those that tell the targets apart best, for trees and for linear models; from how many,
the most frequent in two texts and more, these are chosen; and the weights that a linear model has about at most."""

FIRST_LETTER = 0x4E00
"""Numbers are written as letters from here on, none of them a blank or a mark."""


def longest(unit: str) -> int:
    """What an n-gram of texts that are cut into characters, words or tokens has of them at most."""
    return 5 if unit == CHARACTER else 2


def most(linear: bool, outputs: int) -> int:
    """How many n-grams a model of so many outputs reads: trees look at all of them in every split.

    >>> most(True, 1), most(True, 20), most(True, 1_000), most(False, 1)
    (10000, 5000, 1000, 1000)
    """
    return min(MOST, max(WEIGHTS // outputs, MOST_OF_TREES)) if linear else MOST_OF_TREES


def counter(unit: str, texts: np.ndarray, targets: np.ndarray, classes: bool, most: int) -> Any:
    """What makes sparse counts (n, F) of texts (n, T), numbers of ``unit``s with 0 behind their ends: of the ``most``
    n-grams with the largest F of an analysis of variance of the targets (n,) or (n, K), or of a regression on them
    where these are no ``classes``. None where no two texts have one in common.

    >>> counts = counter("word", np.array([[1, 2, 0], [1, 3, 0]] * 5), np.arange(10) % 2, classes=True, most=9)
    >>> float(counts.transform(np.array([[2, 2, 1]])).sum())  # twice 2, once 1, and no 22 or 21
    3.0
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.feature_selection import SelectKBest, f_classif, f_regression
    from sklearn.pipeline import make_pipeline

    def largest(counts: Any, targets: np.ndarray) -> np.ndarray:
        score = f_classif if classes else f_regression
        by_column = [score(counts, one)[0] for one in targets.reshape(len(targets), -1).T]
        return np.max(np.nan_to_num(by_column), axis=0)

    ngrams = CountVectorizer(
        preprocessor=_spelled,
        analyzer="char",
        ngram_range=(1, longest(unit)),
        min_df=2,
        max_features=CANDIDATES,
        dtype=np.float32,  # pyright: ignore[reportArgumentType]
    )
    made = make_pipeline(ngrams, SelectKBest(largest, k=most))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of targets that do not vary here, and of fewer n-grams
        try:
            return made.fit(texts, targets)
        except ValueError:  # nothing is left to count
            return None


def _spelled(text: np.ndarray) -> str:
    return "".join(chr(FIRST_LETTER + number) for number in text[text > 0].tolist())
