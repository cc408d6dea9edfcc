"""N-grams of characters: what a linear model of texts reads, so that it knows words without knowing where they end.

A gram is one number, its characters' numbers as digits: no digit is 0 (padding), so that grams of different lengths
are different numbers.
"""

from __future__ import annotations

import warnings

import numpy as np

LONGEST = 5
"""Characters of a gram at most."""
MOST, CANDIDATES = 1_000, 20_000
"""How many grams are counted, those that tell the targets apart best; and from how many, the most frequent, these are
chosen."""
LOOKED_AT = 2_000
"""How many texts they are chosen from, drawn with a fixed seed; and a gram stands in two of them at least."""


def grams(texts: np.ndarray, length: int, vocabulary: int) -> np.ndarray:
    """The grams of one length in texts (n, T) of numbers below ``vocabulary``: (n, T - length + 1), 0 over padding.

    >>> grams(np.array([[1, 2, 3, 0]]), 2, 10).tolist()
    [[12, 23, 0]]
    """
    found = np.zeros((len(texts), max(texts.shape[1] - length + 1, 0)), np.int64)
    there = np.ones(found.shape, bool)
    for place in range(length):
        part = texts[:, place : place + found.shape[1]]
        found, there = found * vocabulary + part, there & (part > 0)
    return np.where(there, found, 0)


def chosen(texts: np.ndarray, targets: np.ndarray, vocabulary: int, classes: bool) -> np.ndarray:
    """The grams, sorted, whose presence has the largest F of an analysis of variance of the targets (n,) or (n, K), or
    of a regression on them where these are no classes."""
    from scipy.sparse import csr_array
    from sklearn.feature_selection import f_classif, f_regression

    some = np.random.default_rng(0).permutation(len(texts))[:LOOKED_AT]
    texts, targets = texts[some], targets[some].reshape(len(some), -1)
    pairs = [_in_rows(grams(texts, length, vocabulary)) for length in range(1, LONGEST + 1)]
    row, gram = (np.concatenate(part) for part in zip(*pairs))
    known, place, count = np.unique(gram, return_inverse=True, return_counts=True)
    frequent = np.sort(np.argsort(-count, kind="stable")[:CANDIDATES])
    frequent = frequent[count[frequent] > 1]
    if not len(frequent):
        return frequent
    column = np.full(len(known), -1)
    column[frequent] = np.arange(len(frequent))
    kept = column[place] >= 0
    cells = row[kept], column[place][kept]
    present = csr_array((np.ones(len(cells[0])), cells), shape=(len(texts), len(frequent)))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of a target that does not vary here
        score = f_classif if classes else f_regression
        best = np.max([np.nan_to_num(score(present, one)[0]) for one in targets.T], axis=0, initial=0.0)
    return np.sort(known[frequent][np.argsort(-best, kind="stable")[:MOST]])


def counted(texts: np.ndarray, wanted: np.ndarray, vocabulary: int) -> np.ndarray:
    """How often each of the grams ``wanted``, which are sorted, occurs in texts: (n, F).

    >>> counted(np.array([[1, 2, 1, 2]]), np.array([1, 12, 31]), 10).tolist()
    [[2.0, 2.0, 0.0]]
    """
    counts = np.zeros((len(texts), len(wanted)), np.float32)
    if not len(wanted):
        return counts
    for length in range(1, LONGEST + 1):
        found = grams(texts, length, vocabulary)
        place = np.minimum(np.searchsorted(wanted, found), len(wanted) - 1)
        row, step = np.nonzero((wanted[place] == found) & (found > 0))
        np.add.at(counts, (row, place[row, step]), 1.0)
    return counts


def _in_rows(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In which rows which grams stand, each once."""
    rows = np.repeat(np.arange(len(found)), found.shape[1])
    pairs = np.unique(np.stack([rows, found.ravel()]), axis=1) if found.size else np.zeros((2, 0), np.int64)
    return pairs[0, pairs[1] > 0], pairs[1, pairs[1] > 0]
