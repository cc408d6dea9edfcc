"""Which rows train, which choose the learning rate, which test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fourfold.errors import DataError, OptionError

from .dataset import Dataset

HOLD_OUT_FROM = 5_000
"""From this number of rows on one hold-out decides; below it every row is a test row once."""

SHARE = 0.2
"""The part of the rows that is held out, for test and for validation."""

BINS = 10
"""Quantile bins that stand in for classes when the target is a number."""

FULL = 10
"""The fewest rows of a quantile bin; with ties or few rows there are fewer bins."""


@dataclass(frozen=True, eq=False)
class Split:
    """Three disjoint, sorted sets of row numbers."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    fold: int = 0
    repeat: int = 0


def plan(dataset: Dataset, *, seed: int, folds: int = 5, repeats: int = 1) -> list[Split]:
    """The splits of a comparison, a pure function of the data set and the seed.

    - with the user's own test rows: one split, whose test part is these rows;
    - at 5,000 rows and above: one split, 20 % for test;
    - below: ``repeats`` times ``folds`` folds, so that in each repeat every row is a test row once; as
      few folds as the smallest class has rows, at least 2.

    Of what remains 20 % is for validation. All parts hold the classes (or the deciles of a number) in
    the shares of the whole, and validation at least one row of each class that has two.

    >>> from fourfold.data import read
    >>> splits = plan(read("iris"), seed=0)
    >>> len(splits), [len(part) for part in (splits[0].train, splits[0].validation, splits[0].test)]
    (5, [96, 24, 30])
    """
    if seed < 0 or folds < 2 or repeats < 1:
        raise OptionError(
            "split-numbers",
            "the data can't be split so",
            got=f"seed {seed}, {folds} folds, {repeats} repeats",
            wanted="seed 0 or more, 2 folds or more, 1 repeat or more",
        )
    from sklearn.model_selection import StratifiedKFold  # a second of start-up time

    strata = _strata(dataset)
    everything = np.arange(dataset.rows)
    if dataset.test_rows is not None:
        test = np.sort(np.asarray(dataset.test_rows))
        return [_split(strata, np.setdiff1d(everything, test), test, seed, 0, 0)]
    if dataset.rows >= HOLD_OUT_FROM:
        test = _part(strata, everything, np.random.default_rng([seed, 2**31]))
        return [_split(strata, np.setdiff1d(everything, test), test, seed, 0, 0)]
    folds = max(2, min(folds, int(np.bincount(strata).min())))
    splits = []
    for repeat in range(repeats):
        state = int(np.random.default_rng([seed, repeat]).integers(2**31))
        splitter = StratifiedKFold(folds, shuffle=True, random_state=state)
        for fold, (rest, test) in enumerate(splitter.split(everything, strata)):
            splits.append(_split(strata, rest, test, seed, fold, repeat))
    return splits


def plan_without_test(dataset: Dataset, *, seed: int) -> Split:
    """Every row to learn from, 20 % of them for validation: the split of a training that nothing is compared with.

    >>> from fourfold.data import read
    >>> split = plan_without_test(read("iris"), seed=0)
    >>> len(split.train), len(split.validation), len(split.test)
    (120, 30, 0)
    """
    rows = np.arange(dataset.rows)
    validation = _part(_strata(dataset), rows, np.random.default_rng([seed, 2]))
    return Split(np.setdiff1d(rows, validation), validation, rows[:0])


def _split(
    strata: np.ndarray, rest: np.ndarray, test: np.ndarray, seed: int, fold: int, repeat: int
) -> Split:
    validation = _part(strata, rest, np.random.default_rng([seed, repeat, fold, 1]))
    train = np.setdiff1d(rest, validation)
    if not (train.size and validation.size and test.size):
        raise DataError(
            "too-few-rows",
            "there are too few rows to train, validate and test",
            got=f"{len(strata)} rows",
            do="add rows",
        )
    return Split(train, validation, np.sort(test), fold, repeat)


def _strata(dataset: Dataset) -> np.ndarray:
    """The stratum of each row (N,): its class, or the quantile bin of its target."""
    if dataset.task.kind == "classification":
        return np.unique(dataset.target, return_inverse=True)[1]
    for bins in range(BINS, 1, -1):
        edges = np.quantile(dataset.target, np.linspace(0, 1, bins + 1)[1:-1])
        strata = np.unique(np.searchsorted(edges, dataset.target), return_inverse=True)[1]
        if np.bincount(strata).min() >= FULL:
            return strata
    return np.zeros(dataset.rows, dtype=np.int64)


def _part(strata: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fifth of the rows of each stratum; at least one where there are two; never all of them."""
    chosen = []
    for stratum in np.unique(strata[rows]):
        members = rng.permutation(rows[strata[rows] == stratum])
        chosen.append(members[: min(max(1, round(SHARE * len(members))), len(members) - 1)])
    return np.sort(np.concatenate(chosen))
