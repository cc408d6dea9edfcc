"""A target that is made of inputs: the sum, the mean or the difference of some of them, what shares leave of 100 or 1,
the product or the quotient of two, which of two is larger, or the time between two dates."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import listed, to_drop

from .case import Case

FEWEST, MOST_ROWS, MOST_COLUMNS = 20, 500, 64
"""Complete rows below which nothing is said, and the most rows and columns that are looked at."""

ROUNDED = 0.01
"""The part of the target's standard deviation by which its values may differ, as roundings do."""

WHOLES, ROUNDED_PARTS = (100, 1), 0.2
"""What shares sum to, and the part of the target's standard deviation up to which all of them may be rounded."""

BEYOND = 5
"""How many times wider all factors of a product spread than a single one may leave its target to differ."""

FEWEST_OF_A_CLASS = 5
"""Rows of each class below which it may be chance that one of two numbers is larger in them."""

SIGNS = (-1, 0, 1)
"""What tells which of two numbers is larger, or that both are equal."""

FLAG = 2
"""The values of a column of flags, which is no number."""

UNITS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0, "weeks": 604800.0, "years": 31556952.0}
"""Seconds of what the time between two dates is told in."""


def judge(case: Case) -> Iterator[Finding]:
    """Totals, margins, balances and results of matches, which are known where their parts are."""
    if case.dataset.layout != "flat" or case.task.several:
        return
    if case.task.kind == "classification":
        yield from _larger_of_two(case)
        return
    rows = case.sample[:MOST_ROWS]
    target = np.asarray(case.codes, dtype=np.float64)[rows]
    for wanted, made_of in (("number", _made_of), ("date", _between)):
        columns = {name: values for name, kind, values in case.columns(rows) if kind == wanted}
        if not 2 <= len(columns) <= MOST_COLUMNS:
            continue
        values = np.stack([*columns.values()])
        there = ~np.isnan(values).any(axis=0)
        if there.sum() < max(FEWEST, len(rows) / 2):
            continue
        what, places = made_of(values[:, there], target[there])
        if not what:
            continue
        names = [[*columns][place] for place in places]
        yield Finding(
            "made-of-inputs",
            f"the target {case.dataset.target_name!r} is the {what} {listed(names)}",
            "columns",
            len(names),
            f"{to_drop(names)}, if they are not known before the target is; else compute it",
            important=True,
            columns=tuple(names),
        )


def _made_of(columns: np.ndarray, target: np.ndarray) -> tuple[str, Sequence[int]]:
    """What of numbers (K, N) makes a target (N,), and which of them: as few as possible that stand side by side, or
    these and the target make a whole, or of two the first without the second, times the second or over it; "" where
    none do.

    >>> parts = np.random.default_rng(0).normal(size=(4, 30))
    >>> _made_of(parts, parts[1:].sum(axis=0)), _made_of(parts, parts[:2].mean(axis=0))
    (('sum of', range(1, 4)), ('mean of', range(0, 2)))
    >>> _made_of(parts, parts[:2].sum(axis=0) + 2.5)
    ('sum (plus 2.5) of', range(0, 2))
    >>> _made_of(parts, parts[3] - parts[1]), _made_of(parts, parts[0] * parts[2])
    (('difference of', (3, 1)), ('product of', (0, 2)))
    >>> _made_of(parts, 100 - parts[:3].sum(axis=0))
    ('rest to 100 of', range(0, 3))
    >>> _made_of(parts, 100 * parts[3] / parts[1]), _made_of(parts, parts[0] * parts[1] + parts[2])
    (('quotient (times 100) of', (3, 1)), ('', ()))
    """
    tolerance = ROUNDED * target.std()
    sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    for length in range(2, len(columns) + 1):
        runs = sums[length:] - sums[:-length]
        for what, made in (("sum", runs), ("mean", runs / length)):
            away = target - made
            more = np.median(away, axis=1)  # a fee, which is the same in all rows
            found = np.flatnonzero((np.abs(away - more[:, None]) <= tolerance).all(axis=1))
            if found.size:
                plus = f" (plus {more[found[0]]:.4g})" if abs(more[found[0]]) > tolerance else ""
                return f"{what}{plus} of", range(int(found[0]), int(found[0]) + length)
        rounded = max(tolerance, min((length + 1) * _step(target) / 2, ROUNDED_PARTS * target.std()))
        for whole in WHOLES:
            found = np.flatnonzero((np.abs(whole - runs - target) <= rounded).all(axis=1))
            if found.size:
                return f"rest to {whole} of", range(int(found[0]), int(found[0]) + length)
    for second, values in enumerate(columns):
        found = np.flatnonzero((np.abs(columns - values - target) <= tolerance).all(axis=1))
        if found.size and found[0] != second:
            return "difference of", (int(found[0]), second)
    return _multiplied(columns, target)


def _larger_of_two(case: Case) -> Iterator[Finding]:
    """Classes that say which of two numbers is larger, or whether both are equal, as the result of a match."""
    rows = case.sample[:MOST_ROWS]
    codes = case.codes[rows].astype(np.float64)
    numbers = {name: values for name, kind, values in case.columns(rows) if kind == "number"}
    columns = {
        name: values
        for name, values in numbers.items()
        if not np.isnan(values).any() and _count(values) > FLAG and not _are_apart(values, codes)
    }
    rare = np.unique(codes, return_counts=True)[1].min() < FEWEST_OF_A_CLASS
    if rare or len(rows) < FEWEST or len(case.task.classes) > len(SIGNS) or len(columns) > MOST_COLUMNS:
        return
    for one, other in itertools.combinations(columns, 2):
        signs = np.sign(columns[one] - columns[other])
        if _count(signs) > 1 and _count(signs + len(SIGNS) * codes) == _count(signs):
            yield Finding(
                "made-of-inputs",
                f"the target {case.dataset.target_name!r} says which of {listed([one, other])} is larger, in all rows",
                "columns",
                2,
                f"{to_drop([one, other])}, if they are not known before the target is; else compute it",
                important=True,
                columns=(one, other),
            )
            return


def _are_apart(values: np.ndarray, codes: np.ndarray) -> bool:
    """Whether a number alone tells the classes, by limits between them.

    >>> codes = np.array([0, 0, 1, 1])
    >>> _are_apart(np.array([3, 4, 1, 2]), codes), _are_apart(np.array([3, 1, 2, 4]), codes)
    (True, False)
    """
    spans = sorted((values[codes == code].min(), values[codes == code].max()) for code in np.unique(codes))
    return all(last < first for (_, last), (first, _) in itertools.pairwise(spans))


def _count(values: np.ndarray) -> int:
    """How many different values there are."""
    return len(np.unique(values))


def _step(target: np.ndarray) -> float:
    """By what numbers (N,) that are rounded to three decimals at most are apart; 0 for others.

    >>> _step(np.array([0.5, 2.0])), _step(np.array([1 / 3]))
    (0.1, 0.0)
    """
    return next((10.0**-places for places in range(4) if (target == target.round(places)).all()), 0.0)


def _multiplied(columns: np.ndarray, target: np.ndarray) -> tuple[str, Sequence[int]]:
    """Which two of some numbers (K, N) make a target (N,) as their product or quotient, which a factor may turn into
    another unit; neither alone does, and a few large values don't decide."""
    low, high = np.quantile(target, (0.16, 0.84))
    tolerance = ROUNDED * (high - low) / 2
    for second, values in enumerate(columns):
        over = np.divide(1.0, values, out=np.zeros_like(values), where=values != 0)
        for what, by in (("product", values), ("quotient", over)):
            made = columns * by
            factors = (made @ target) / np.maximum((made * made).sum(axis=1), 1e-300)
            away = np.abs(factors[:, None] * made - target).max(axis=1)
            for first in np.flatnonzero(away <= tolerance).tolist():
                alone = (_misses(columns[first], target), _misses(by, target))
                if first != second and min(alone) > BEYOND * tolerance:
                    times = "" if abs(factors[first] - 1) < ROUNDED else f" (times {factors[first]:.4g})"
                    places = (min(first, second), max(first, second)) if what == "product" else (first, second)
                    return f"{what}{times} of", places
    return "", ()


def _misses(values: np.ndarray, target: np.ndarray) -> float:
    """How far numbers (N,), by the factor that suits them, are from a target (N,) in the median."""
    factor = (values @ target) / max(float(values @ values), 1e-300)
    return float(np.median(np.abs(factor * values - target)))


def _between(dates: np.ndarray, target: np.ndarray) -> tuple[str, Sequence[int]]:
    """Between which of some dates (K, N), in millionths of a second, a target (N,) is the time, and in what unit; whole
    numbers may leave out what is less than one.

    >>> dates = np.cumsum(np.random.default_rng(0).integers(1, 99, (3, 30)) * 86400e6, axis=0)
    >>> _between(dates, (dates[2] - dates[0]) / 3600e6), _between(dates, dates[1] - dates[0] + dates[2])
    (('time in hours between', (0, 2)), ('', ()))
    """
    tolerance = ROUNDED * target.std()
    if (target == target.round()).all():
        tolerance = max(tolerance, min(1.0, target.std() / 4))
    for unit, seconds in UNITS.items():
        for first, values in enumerate(dates):
            away = np.abs((dates - values) / (1e6 * seconds) - target).max(axis=1)
            found = np.flatnonzero(away <= tolerance)
            if found.size and found[0] != first:
                return f"time in {unit} between", (first, int(found[0]))
    return "", ()
