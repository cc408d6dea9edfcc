"""The smallest difference between two models that the tested rows can show; and targets so unevenly spread that a few
rows decide their score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, percent
from fourfold.data.split import FEW_GROUPS
from fourfold.preprocessing.table import level_counts

from .case import Case

__all__ = ["judge"]

FEWEST, UNEVEN = 50, 0.5
"""Rows from which on a target is looked at, and the share of its variance that the farthest one in a hundred hold at
least; of normal values they hold 8 %, of the exponential of normal ones 40."""

DISAGREEMENT = 0.1
"""The share of rows on which two good models differ, taken for granted before there are any."""

IN_A_GROUP = 0.2
"""How far what two models differ by correlates among the rows of a group, taken for granted likewise."""

DETECTED = 2.8
"""Standard errors of a difference that is shown with a power of 80 %: 1.96 + 0.84."""

SQUARED, ABSOLUTE = 1.25, 1.34
"""2.8 times the standard deviation of a row's difference over the mean error, if normal errors of models correlate at
0.8: of squared errors √0.2 (half of theirs, as of their root), of absolute ones √(0.4 (π / 2 − 1))."""

COARSE_ACCURACY, COARSE_ERROR = 0.05, 0.1
"""The smallest differences that too few rows can show: of accuracy, and relative ones of an error."""


@dataclass(frozen=True, eq=False)
class Tested:
    """What is tested: ``rows``, of those that depend on each other the first; ``what`` they are called.

    ``alike``: as how many rows that stand alone and weigh alike they count; ``parts``: of how many errors one is the
    mean; ``given``: what is taken for granted in this; ``more``: of what there should be more.
    """

    rows: np.ndarray
    what: str
    alike: float
    parts: float = 1.0
    given: tuple[str, ...] = ()
    more: str = "more rows"


def judge(case: Case) -> Iterator[Finding]:
    """The smallest difference between two models that the tested rows can show, with a power of 80 %.

    Accuracy: 2.8 sqrt(d / n), where the models differ on a share d = 0.1 of n rows, or the least that can show it,
    d = 2.8² / n (McNemar 1947); balanced accuracy the same with 1 / n = sum_k 1 / (K^2 n_k), where they differ on this
    share of each class's n_k rows. Root mean squared error, relative: 1.25 / sqrt(n), absolute errors 1.34 / sqrt(n),
    for normal errors that correlate at 0.8. Of n series of T steps each, and of forecasts of T values, it lies between
    those of n T rows and of n. n rows count as sum(w)² / sum(w²) with weights w, and as n / (1 + (m - 1) 0.2) in groups
    of m rows (Kish, "Survey sampling", 1965); so do steps, and series of them, with what they count in a balanced
    accuracy. Of targets of which a few rows decide the score no number is told.
    """
    if found := _uneven(case):
        yield found
        return
    tested = _tested(case)
    smallest, coarse, words, given = (_of_numbers if case.task.kind == "regression" else _of_classes)(case, tested)
    few, none = bool(smallest > coarse), bool(smallest >= 1)
    shown = "no difference, however large" if none else f"differences of about {words}"
    yield Finding(
        "few-rows" if few else "resolution",
        f"{len(tested.rows):,} {tested.what} can show {shown} (if {', and '.join([given, *tested.given])})"
        + "; smaller ones are easily missed" * (not none),
        "smallest difference",
        smallest,
        f"collect {tested.more}{', if smaller differences matter' * (not none)}" if few else "",
        important=few,
    )


def _of_classes(case: Case, tested: Tested) -> tuple[float, float, str, str]:
    """The smallest difference, from where on it is coarse, both in words, and what models are taken to differ by."""
    score, alike = "the Jaccard index" if case.task.several else "accuracy", tested.alike
    score = "balanced accuracy" if case.task.score == "balanced_accuracy" else score
    differ = min(max(DISAGREEMENT, DETECTED**2 / alike), 1.0)
    whole = float(DETECTED * np.sqrt(differ / alike))
    each = whole / np.sqrt(tested.parts)
    words = f"{100 * each:.1f} points of {score}"
    if tested.parts > 1:
        words += f", if steps are right or wrong each for itself, to {100 * whole:.1f}, if whole series are"
    return each, COARSE_ACCURACY, words, f"models differ on {percent(differ)} of them"


def _of_numbers(case: Case, tested: Tested) -> tuple[float, float, str, str]:
    """The same, relative to the error."""
    of_one, errors = (ABSOLUTE, "errors") if case.task.score == "mase" else (SQUARED, "squared errors")
    whole = float(of_one / np.sqrt(tested.alike))
    words = f"{percent(whole, 1)} of the error"
    if tested.parts > 1:
        each = percent(whole / np.sqrt(tested.parts), 1)
        words = f"{each} to {words}, as its {tested.parts:,.0f} values err each for itself or alike"
    return whole, COARSE_ERROR, words, f"the {errors} of models correlate at 0.8"


def _tested(case: Case) -> Tested:
    dataset = case.dataset
    is_tested = np.zeros(dataset.rows, dtype=bool)
    for split in case.splits:
        is_tested[split.test] = True
    rows = np.flatnonzero(is_tested)
    of_time = dataset.forecast is not None or dataset.cut is not None
    weights = np.ones(len(rows)) if dataset.weights is None else np.asarray(dataset.weights, dtype=np.float64)[rows]
    by_class = dataset.task.score == "balanced_accuracy"
    if of_time and dataset.groups is not None:
        _, first, group = np.unique(np.asarray(dataset.groups)[rows], return_index=True, return_inverse=True)
        values = len(rows) / len(first) * dataset.target[0].size if dataset.forecast is not None else 1.0
        alike = _alike(np.bincount(group, _counts(case, rows, weights).sum(axis=1))) if by_class else len(first)
        return Tested(rows[first], "independent tests", float(alike), values)
    parts, what, alike, given, more = 1.0, "tested rows", _alike(weights), (), "more rows"
    if dataset.weights is not None:
        what += f", by their weights as good as {alike:,.0f},"
    by_step = dataset.task.stepwise and not of_time  # windows of one series depend on each other as they are
    if by_step:
        parts = float(np.isin(dataset.target, dataset.task.classes).sum(axis=1).mean())
    if by_class:
        counts = _counts(case, rows, weights)
        alike = _alike(counts.sum(axis=1))
        parts = _alike(counts) / alike if by_step else parts
    if dataset.groups is not None:
        sizes = level_counts(np.asarray(dataset.groups)[rows])[1]
        alike /= 1 + (float((sizes**2).sum() / sizes.sum()) - 1) * IN_A_GROUP
        what, given = f"{what} of {counted(len(sizes), 'group')}", (f"those of a group at {IN_A_GROUP}",)
        more = "rows of more groups" if len(sizes) < FEW_GROUPS else more
    if dataset.time_ordered:
        given += ("rows near each other in time err each for itself",)
    return Tested(rows, what, alike, parts, given, more)


def _alike(counts: np.ndarray) -> float:
    """As how many that count alike these do, of which each counts so much."""
    return float(counts.sum() ** 2 / (counts**2).sum())


def _counts(case: Case, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What each step (n, T) of weighted rows counts in their balanced accuracy: all steps of a class together 1.

    A row of one label is a single step.
    """
    labels = case.dataset.target[rows] if case.task.stepwise else case.codes[rows][:, None]
    classes = case.task.classes if case.task.stepwise else range(len(case.task.classes))
    there, counts = np.isin(labels, list(classes)), np.zeros(labels.shape)
    own = weights[:, None] * there / np.maximum(there.sum(axis=1, keepdims=True), 1)
    for label in classes:
        mine = np.where(labels == label, own, 0.0)
        counts += mine / max(mine.sum(), 1e-300)
    return counts


def _uneven(case: Case) -> Finding | None:
    """The rows, one in a hundred, that hold most of a target's variance, if they do."""
    values = case.dataset.target
    if case.task.score != "rmse" or values.ndim > 1 or len(values) < FEWEST:
        return None
    squares = np.sort((values - values.mean()) ** 2)[::-1]
    count = max(1, len(values) // 100)
    share = float(squares[:count].sum() / squares.sum())
    if share <= UNEVEN:
        return None
    low, do = values.min(), "leave these rows out, if they are slips"
    if low >= 0:
        log = "log(y)" if low > 0 else "log(1 + y)"
        do = f"compare {log}, if it matters how many times too large a prediction is, and not by how much"
    return Finding(
        "uneven-target",
        f"{counted(count, 'row')} of {len(values):,} {'holds' if count == 1 else 'hold'} {percent(share, 1)} of the "
        f"target's variance, and {'decides' if count == 1 else 'decide'} the score",
        "share of the variance",
        share,
        do,
        important=True,
    )
