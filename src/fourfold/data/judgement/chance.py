"""How many rows are equal by chance, as their values are few, or depend on each other."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .case import Case, parts_of_keys

FACTOR, APART, DEVIATIONS = 2.0, 1.25, 3.0
"""How many times as many pairs of equal rows as are expected are chance, also where no two columns tell of each other,
and how many standard deviations more."""

MOST_APART, MOST_LEVELS, UNLIKELY, FEWEST_PAIRS = 30, 40, 1e-3, 10
"""Columns, and values of each, among which it is asked whether two tell of each other; how unlikely a dependence of any
two has to be by chance; and the pairs that have to be expected."""

MOST_CELLS, FEWEST_ROWS, COLUMNS = 1_000_000, 1_000, 8
"""Cells of rows, drawn by chance, among which pairs are counted, and the fewest rows; and how many columns, those in
which alone most pairs differ, are asked what they let expect."""

BY_CHANCE = 8.0
"""What is expected of something of which there is none: e^-8 is the chance of that."""


def share_alike(values: np.ndarray) -> float:
    """The share of the pairs of two values (N,) that are equal."""
    return pairs_alike(values) / max(len(values) * (len(values) - 1.0) / 2, 1.0)


def of_equal_rows(case: Case) -> Literal["chance", "copies", "unknown"]:
    """Whether there are hardly more pairs of equal rows than the pairs that are nearly equal let expect.

    Of the pairs that differ in one column j, and besides at most in k, a share r agrees in k. If it did not matter for
    k whether j agrees, too, there would be r / (1 - r) pairs of equal rows for each that differs in k alone. Copies are
    equal in all columns at once, and have no such pairs beside them; that columns tell of each other, as those that
    are 0 together, is in r. The column k that lets expect most counts. Equal values of a single column are chance.
    How far that may be from the truth depends on how much columns tell of each other: where no two do, more pairs are
    copies, if enough were expected.
    """
    if case.dataset.layout != "flat":
        return "unknown"
    columns = len(case.dataset.columns)
    if columns == 1:
        return "chance"
    most = max(FEWEST_ROWS, MOST_CELLS // max(1, columns))
    rows = np.random.default_rng(0).permutation(case.dataset.rows)[:most]
    parts = list(parts_of_keys(case.dataset.inputs, rows))
    keys = case.row_keys[rows]
    equal = pairs_alike(keys)
    differ = np.array([pairs_alike(keys - part) for part in parts]) - equal
    likely = [k for k in np.argsort(-differ)[:COLUMNS].tolist() if differ[k]]
    expected = max((_expected(keys, parts, equal, differ, k) for k in likely), default=0.0)
    few = DEVIATIONS * expected**0.5
    if equal <= APART * expected + few:
        return "chance"
    if expected >= FEWEST_PAIRS and _are_apart(keys, parts):
        return "copies"
    return "chance" if equal <= FACTOR * expected + few else "unknown"


def _expected(keys: np.ndarray, parts: list[np.ndarray], equal: float, differ: np.ndarray, k: int) -> float:
    """The pairs of equal rows that column k lets expect, by keys (N,), what each column adds to them, how many pairs
    are equal, and how many ``differ`` in each column alone."""
    without = keys - parts[k]
    others = [j for j in range(len(parts)) if j != k]
    agree = float(differ[others].sum())
    pairs = sum(pairs_alike(without - parts[j]) - differ[k] - equal for j in others)
    return float(differ[k] * agree / max(pairs - agree, 1.0))


def _are_apart(keys: np.ndarray, parts: list[np.ndarray]) -> bool:
    """Whether no two columns tell of each other, as Pearson's chi-squared of their values says, by keys (N,) and what
    each column adds to them. Rows count as the different ones that they are, as copies say everything twice."""
    from scipy import stats  # half a second of start-up time

    if len(parts) > MOST_APART:
        return False
    coded = [np.unique(part, return_inverse=True)[1] for part in parts]
    levels = [int(codes.max()) + 1 for codes in coded]
    if max(levels) > MOST_LEVELS:
        return False
    different = len(np.unique(keys)) / len(keys)
    pairs = [(j, k) for j in range(len(parts)) for k in range(j) if levels[j] > 1 and levels[k] > 1]
    for j, k in pairs:
        table = np.bincount(coded[j] * levels[k] + coded[k], minlength=levels[j] * levels[k])
        table = table.reshape(levels[j], levels[k]).astype(np.float64)
        usual = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / len(keys)
        freedom = (levels[j] - 1) * (levels[k] - 1)
        if stats.chi2.sf(different * ((table - usual) ** 2 / usual).sum(), freedom) < UNLIKELY / len(pairs):
            return False
    return True


def known_by_their_values(case: Case, different: np.ndarray, counts: np.ndarray) -> int:
    """How many rows equal an earlier one, and have values in two columns that no other row has: these are hardly
    chance, however many others are. By the first row of each group of equal rows, and the groups' sizes."""
    twins, sizes = different[counts > 1], counts[counts > 1]
    alone = np.zeros(len(twins), dtype=int)
    for *_, values in case.columns():
        _, level, occurs = np.unique(values, return_inverse=True, return_counts=True)
        alone += (occurs[level[twins]] == sizes) & ~np.isnan(values[twins])
    return int((sizes - 1)[alone > 1].sum())


def pairs_alike(values: np.ndarray) -> float:
    """How many pairs of equal values (N,) there are."""
    counts = np.unique(values, return_counts=True)[1]
    return float((counts * (counts - 1.0)).sum() / 2)
