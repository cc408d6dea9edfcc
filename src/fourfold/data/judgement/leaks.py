"""Columns that give the target away: one of them alone predicts it almost without error."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import percent
from fourfold.data.values.called import is_time

from .case import MOST_COLUMNS, Case
from .chance import BY_CHANCE, share_alike
from .in_time import times_in_order

ALMOST = 0.98
"""The share of what could be gained over guessing from which on a column is said to give the target away."""

NEARLY, BUT_GUESSED = 0.98, 0.9
"""The share of the rows that a column has to name the target of, value for value, and that of what could be gained over
guessing, from which on it is said to be the target but for a few rows. A strong predictor seldom has a value for each
class, and is known by `ALMOST` alone."""

FILLED, FEWEST_FILLED = 0.8, 10
"""The share of what could be gained over guessing, and the rows that this is, from which on it is said that the target
is told by whether a column has a value: seldom does any but one that is written once the target is known."""

LARGEST = 1e30
FEWEST_GROUPS = 10
"""Values of a column from which on they may name groups."""

FEWEST_VALUES = 10
"""Different values of a target from which on another column is not in their order by chance."""

FEWEST = 30
"""Rows below which a single column may fit by chance; there have to be eight for each class as well."""


def judge(case: Case) -> Iterator[Finding]:
    """A rule from one column is learnt on one half of a sample and tried on the other.

    Words: the most frequent class (or mean target) of each level. Numbers: a small tree. The gain over guessing is
    (accuracy - g) / (1 - g), g the share of the most frequent class; for a number it is R^2. All by the rows' weights.
    A column is also told of whose values each has one target in all of its rows, which are too few to be learnt from.
    Or that stand for the values of the target, one for one, in nearly all rows, or are there where the target is one
    class, and missing where it is another. A number is also told by one whose
    order it has in all rows, as by its logarithm or its square, of which a tree learns too little where values lie far
    from each other. The time in whose order rows stand tells any number that changes slowly, which another finding
    says.
    """
    given = case.dataset.weights
    weights = np.ones(case.dataset.rows) if given is None else np.asarray(given, dtype=np.float64)
    rows = case.sample[weights[case.sample] > 0]
    if len(rows) < FEWEST or (case.task.kind == "classification" and len(case.task.classes) > len(rows) / 8):
        return
    columns = list(case.columns(rows))
    targets = [(name, (codes[rows], classes)) for name, (codes, classes) in case.targets.items()]
    targets = targets[: max(1, MOST_COLUMNS // max(1, len(columns)))]
    weights = weights[rows]
    times = set(times_in_order(case)) if case.task.kind == "regression" else set()
    for name, kind, values in columns:
        if name in times:
            continue
        gains = {target: _least_gain(codes, kind, values, weights) for target, codes in targets}
        told = max(gains, key=lambda target: gains[target])
        gain, how = gains[told], f"{percent(gains[told], 1)} of what guessing misses"
        if gain < ALMOST and kind == "number" and not is_time(name):
            ordered = (target for target, (codes, classes) in targets if not classes and _in_order(values, codes))
            if (alike := next(ordered, None)) is not None:
                told, gain, how = alike, 1.0, "both have one order in all rows"
        same = kind != "date" and _are_alike(values, dict(targets)[told][0])
        groups = same and _may_name_groups(case, name, case.targets[told])
        if gain < ALMOST and groups:
            gain, how = 1.0, "it is the same in all rows of each value"
        nearly = _most_alike(values, dict(targets)) if gain < ALMOST and kind != "date" else None
        if nearly is not None:
            told, share, gain = nearly
            how = f"value for value in {percent(share, 1)} of the rows"
        filled = _told_by_being_there(values, dict(targets), weights) if gain < ALMOST and nearly is None else None
        if filled is not None:
            told, gain = filled
            how = f"whether it has a value tells {percent(gain, 1)} of what guessing misses"
        what = f"the target {told!r}" if case.task.several else "the target"
        if gain >= ALMOST or nearly is not None or filled is not None:
            when = "is written once the target is known" if filled else "is not known before the target is"
            do = f"--drop {shlex.quote(name)}, if it {when}"
            if groups or (gain >= ALMOST and filled is None and _may_be_names(name, kind, values, dict(targets)[told])):
                belongs = f"--group {(quoted := shlex.quote(name))}, if its values name what rows belong to"
                do = f"{belongs} (--id {quoted} --time COLUMN, if these are the steps of a series); else {do}"
            yield Finding(
                "gives-target-away",
                f"column {name!r} alone tells {what} ({how})",
                "gain over guessing",
                gain,
                do,
                important=True,
                columns=(name,),
            )


def _in_order(values: np.ndarray, target: np.ndarray) -> bool:
    """Whether a target (N,) rises, or falls, as values (N,) do, half of which are there at least, and is the same where
    they are.

    >>> values = np.arange(20.0)
    >>> _in_order(values, values**2), _in_order(-values, np.log1p(values)), _in_order(values, np.abs(values - 9))
    (True, True, False)
    """
    there = ~np.isnan(values)
    order = np.lexsort((target[there], values[there]))
    values, target = values[there][order], target[there][order]
    if 2 * len(values) < len(there) or len(np.unique(target)) < FEWEST_VALUES:
        return False
    steps, new = np.diff(target), np.diff(values) > 0
    return not steps[~new].any() and bool((steps >= 0).all() or (steps <= 0).all())


def _most_alike(values: np.ndarray, targets: dict[str, tuple[np.ndarray, bool]]) -> tuple[str, float, float] | None:
    """The target that a column (N,) is but for a few rows, in which share of the rows, and the gain over guessing; None
    if it is none."""
    shares = {name: _named_share(values, *target) for name, target in targets.items()}
    likeliest = max(shares, key=lambda name: shares[name])
    share = shares[likeliest]
    usual = np.unique(targets[likeliest][0], return_counts=True)[1].max() / len(values)
    gain = (share - usual) / (1 - usual) if usual < 1 else 0.0
    return (likeliest, share, float(gain)) if share >= NEARLY and gain >= BUT_GUESSED else None


def _told_by_being_there(
    values: np.ndarray, targets: dict[str, tuple[np.ndarray, bool]], weights: np.ndarray
) -> tuple[str, float] | None:
    """The classes that are told by whether a column (N,) has a value, and the gain over guessing; None if none are.

    >>> codes, places = np.arange(100) % 2, np.arange(100)
    >>> reasons = np.where((codes == 1) & (places > 9), 3.5, np.nan)
    >>> _told_by_being_there(reasons, {"y": (codes, True)}, np.ones(100))
    ('y', 0.9)
    """
    there = (~np.isnan(values)).astype(np.int64)
    if there.all() or not there.any():
        return None
    gains = {}
    for name, (codes, classes) in targets.items():
        if not classes:
            continue
        table, rows = np.zeros((2, 2, int(codes.max()) + 1))
        np.add.at(table, (there, codes), weights)
        np.add.at(rows, (there, codes), 1)
        usual = table.sum(axis=0).argmax()
        missed, told = table.sum() - table[:, usual].sum(), (table.max(axis=1) - table[:, usual]).sum()
        if missed and (rows.max(axis=1) - rows[:, usual]).sum() >= FEWEST_FILLED:
            gains[name] = float(told / missed)
    best = max(gains, key=lambda name: gains[name], default="")
    return (best, gains[best]) if best and gains[best] >= FILLED else None


def _named_share(values: np.ndarray, target: np.ndarray, classes: bool) -> float:
    """The share of rows (N,) whose target a column names: a number by itself, a class by a value that stands for no
    other; 0 where there are not as many values as classes, or numbers are few.

    >>> codes = np.arange(1000) % 2
    >>> _named_share(np.where(np.arange(1000) < 10, 1 - codes, codes) + 5.0, codes, True)
    0.99
    >>> _named_share(np.arange(1000) % 4.0, codes, True)  # four values, two classes
    0.0
    """
    levels = np.unique(target)
    if not classes:
        return float((values == target).mean()) if len(levels) >= FEWEST_VALUES else 0.0
    different, codes = np.unique(values, return_inverse=True)
    if len(different) != len(levels) or len(levels) < 2:
        return 0.0
    table = np.zeros((len(levels), len(levels)))
    np.add.at(table, (codes, np.searchsorted(levels, target)), 1)
    one_for_one = len({*table.argmax(axis=1).tolist()}) == len(levels)
    return float(table.max(axis=1).sum() / len(target)) if one_for_one else 0.0


def _may_name_groups(case: Case, name: str, target: tuple[np.ndarray, bool]) -> bool:
    """Whether a column's values may name groups, in each of which the target is the same: several rows have each, and
    there are twice as many of them as classes, more than chance would do. Numbers that are called times are none,
    nor are those of which the target is another form, as squares are."""
    kind, values = next((kind, values) for other, kind, values in case.columns() if other == name)
    if (kind != "category" and is_time(name)) or not (values == np.round(values)).all():
        return False
    codes, classes = target
    first = np.unique(values)
    other_form = kind == "number" and not classes and len(np.unique(codes)) == len(first) and _in_order(values, codes)
    fewest = max(FEWEST_GROUPS, 2 * len(np.unique(codes)) * classes)
    by_chance = share_alike(codes) ** (len(values) - len(first)) > np.exp(-BY_CHANCE)
    several = len(first) >= fewest and len(values) >= 2 * len(first) and not by_chance
    return several and not other_form and _are_alike(values, codes)


def _may_be_names(name: str, kind: str, values: np.ndarray, target: tuple[np.ndarray, bool]) -> bool:
    """Whether words, or whole numbers that are called no times, neighbours of which tell nothing of each other's target
    (N,), may name what rows belong to: there are ten and more, twice as many as classes, of two rows each on average.

    >>> units, level = np.arange(200.0) % 20, np.random.default_rng(0).normal(size=20)
    >>> of_units = level[units.astype(int)], False
    >>> _may_be_names("lot", "number", units, of_units), _may_be_names("lot", "number", units, (units, False))
    (True, False)
    """
    codes, classes = target
    first, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    fewest = max(FEWEST_GROUPS, 2 * len(np.unique(codes)) * classes)
    if kind == "date" or len(first) < fewest or len(values) < 2 * len(first) or np.isnan(first).any():
        return False
    means = np.bincount(inverse, codes) / counts
    at_random = np.mean(np.diff(means) ** 2) > np.var(means)  # it is twice the variance, where neighbours tell nothing
    return kind == "category" or bool(not is_time(name) and (values == np.round(values)).all() and at_random)


def _are_alike(values: np.ndarray, target: np.ndarray) -> bool:
    """Whether all rows (N,) of each value have one target, and values repeat.

    >>> values = np.array([2.0, 1.0, 2.0])
    >>> _are_alike(values, np.array([3, 4, 3])), _are_alike(values, np.array([3, 3, 4]))
    (True, False)
    """
    order = np.argsort(values, kind="stable")
    first = np.flatnonzero(np.diff(values[order], prepend=np.nan) != 0)
    least, most = (each.reduceat(target[order], first) for each in (np.minimum, np.maximum))
    return len(first) < len(values) and bool((least == most).all())


def _least_gain(target: tuple[np.ndarray, bool], kind: str, values: np.ndarray, weights: np.ndarray) -> float:
    """The smaller gain of those where one half is learnt from and the other is tried; the first one, if that is too
    small already, as it is of most columns. Whole numbers that repeat are tried as words, too: they may name groups, of
    which a small tree tells few."""
    if kind == "number" and 4 * len(np.unique(values)) <= len(values) and (values == np.round(values)).all():
        gain = _least_gain(target, "category", values, weights)
        if gain >= ALMOST:
            return gain
    one, other = slice(None, None, 2), slice(1, None, 2)
    gain = _gain(target, kind, values, weights, one, other)
    return min(gain, _gain(target, kind, values, weights, other, one)) if gain >= ALMOST else gain


def _gain(
    target: tuple[np.ndarray, bool],
    kind: str,
    values: np.ndarray,
    weights: np.ndarray,
    learn: slice,
    tried: slice,
) -> float:
    codes, classes = target
    truth, w = codes[tried], weights[tried]
    rule = _by_level if kind == "category" else _by_tree
    guess = rule(values[learn], codes[learn], weights[learn], values[tried], classes)
    if classes:
        usual = np.bincount(codes[learn], weights[learn]).argmax()
        missed = float(w @ (truth != usual))
        return 1 - float(w @ (truth != guess)) / missed if missed else 0.0
    spread = float(w @ (truth - np.average(truth, weights=w)) ** 2)
    return 1 - float(w @ (truth - guess) ** 2) / spread if spread else 0.0


def _by_level(
    values: np.ndarray, target: np.ndarray, weights: np.ndarray, new: np.ndarray, classes: bool
) -> np.ndarray:
    """The most frequent class or the mean of each level; of an unseen level that of all rows."""
    levels, inverse = np.unique(np.nan_to_num(values, nan=-1.0), return_inverse=True)
    if classes:
        table = np.zeros((len(levels), int(target.max()) + 1))
        np.add.at(table, (inverse, target), weights)
        best, usual = table.argmax(axis=1), np.bincount(target, weights).argmax()
    else:
        best = np.bincount(inverse, weights * target) / np.maximum(np.bincount(inverse, weights), 1e-300)
        usual = np.average(target, weights=weights)
    new = np.nan_to_num(new, nan=-1.0)
    places = np.minimum(np.searchsorted(levels, new), len(levels) - 1)
    return np.where(levels[places] == new, best[places], usual)


def _by_tree(
    values: np.ndarray, target: np.ndarray, weights: np.ndarray, new: np.ndarray, classes: bool
) -> np.ndarray:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # a second of start-up time

    leaves = max(16, 2 * (int(target.max()) + 1)) if classes else 256
    tree = (DecisionTreeClassifier if classes else DecisionTreeRegressor)(
        max_leaf_nodes=leaves, min_samples_leaf=2, random_state=0
    )
    return tree.fit(_one(values), target, sample_weight=weights).predict(_one(new))


def _one(values: np.ndarray) -> np.ndarray:
    """A column (N,) as the inputs (N, 1) of a tree, which takes 32 bits."""
    return np.clip(np.nan_to_num(values, nan=-LARGEST), -LARGEST, LARGEST)[:, None]
