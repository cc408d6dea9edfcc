"""Which rows train, which choose the learning rate, which test."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from fourfold.data.series.rolling import plan_windows, plan_windows_without_test
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import levels_of, missing

from .dataset import Cut, Dataset, Forecast
from .messages import counted
from .split import FEW_GROUPS, FOLDS_OF_GROUPS_BELOW, HOLD_OUT_FROM, SHARE, Split

__all__ = ["HOLD_OUT_FROM", "SHARE", "Split", "holds_out", "plan", "plan_without_test"]

CHOSEN_BY_FOLDS = 1_000
"""Below so many rows beside the user's own test rows, each of them is a validation row once: a fifth of few rows would
choose by chance."""

BINS = 10
"""Quantile bins that stand in for classes when the target is a number."""

FULL = 10
"""The fewest rows of a quantile bin; with ties or few rows there are fewer bins."""


FEWEST_IN_TIME = 20
"""Rows for each fold of a rolling origin; of fewer rows there are fewer folds."""

FEWEST_OF_A_CLASS = 3
"""One to train, one to validate, one to test."""


def plan(dataset: Dataset, *, seed: int, folds: int = 5, repeats: int = 1) -> list[Split]:
    """The splits of a comparison, a pure function of the data set and the seed.

    - with the user's own test rows: one split, whose test part is these rows; of fewer than 1,000 other rows as many
      splits as there are folds, so that each of these rows is a validation row once;
    - at 5,000 rows and above: one split, 20 % for test (rows in fewer than 125 groups: at 20,000 and above);
    - below: ``repeats`` times ``folds`` folds, so that in each repeat every row is a test row once; as
      few folds as the smallest class has rows, at least 2.

    - in order of time: as many test parts of one size as there are folds (one from 5,000 rows on), each
      trained on what lies before it, the last 20 % of that for validation (a rolling origin);
    - of windows of few series, or of a forecast: see `rolling`.

    Groups stay whole: no group lies in two parts of a split, and classes keep their shares as far as that allows.

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
    splits = _planned(dataset, seed, folds, repeats)
    _check_weights(dataset, splits)
    return splits


def _planned(dataset: Dataset, seed: int, folds: int, repeats: int) -> list[Split]:
    if (windows := _in_time(dataset)) is not None:
        splits = plan_windows(windows, dataset.test_rows)
        for split in splits:
            _check_classes(dataset, split.train, "windows split by time", "a shorter --window, or more steps")
        return splits
    rows = _Rows(_strata(dataset), dataset.groups, dataset.time_ordered)
    everything = _in_order(dataset)
    if dataset.test_rows is not None:
        test = np.sort(np.asarray(dataset.test_rows))
        return _with_own_test(dataset, rows, without(everything, test), test, seed, folds)
    hold_out = holds_out(dataset)
    if dataset.time_ordered:
        parts = _rolling(dataset.rows, 1 if hold_out else min(folds, max(1, dataset.rows // FEWEST_IN_TIME)))
        placed = [(everything[rest], everything[test]) for rest, test in parts]
        return [_split(dataset, rows, rest, test, seed, fold, 0) for fold, (rest, test) in enumerate(placed)]
    if hold_out:
        test = rows.part(everything, np.random.default_rng([seed, 2**31]))
        return [_split(dataset, rows, without(everything, test), test, seed, 0, 0)]
    splits = []
    for repeat in range(repeats):
        state = int(np.random.default_rng([seed, repeat]).integers(2**31))
        for fold, (rest, test) in enumerate(rows.folds(everything, folds, state)):
            splits.append(_split(dataset, rows, rest, test, seed, fold, repeat))
    return splits


def holds_out(dataset: Dataset) -> bool:
    """Whether one part that is held out decides, and not folds: rows that are given for it, or a part of many rows and,
    where these are in groups, of many groups."""
    if dataset.test_rows is not None:
        return True
    few = dataset.groups is not None and len(np.unique(dataset.groups.astype(str))) < FEW_GROUPS
    return dataset.rows >= (FOLDS_OF_GROUPS_BELOW if few and not dataset.time_ordered else HOLD_OUT_FROM)


def plan_without_test(dataset: Dataset, *, seed: int) -> Split:
    """Every row to learn from, 20 % of them for validation: the split of a training that nothing is compared with.

    >>> from fourfold.data import read
    >>> split = plan_without_test(read("iris"), seed=0)
    >>> len(split.train), len(split.validation), len(split.test)
    (120, 30, 0)
    """
    if (windows := _in_time(dataset)) is not None:
        return plan_windows_without_test(windows)
    rows = _Rows(_strata(dataset), dataset.groups, dataset.time_ordered)
    everything = _in_order(dataset)
    validation = rows.part(everything, np.random.default_rng([seed, 2]))
    return Split(without(everything, validation), validation, everything[:0])


def _in_order(dataset: Dataset) -> np.ndarray:
    """All rows, the oldest first."""
    return np.arange(dataset.rows) if dataset.order is None else dataset.order


def _in_time(dataset: Dataset) -> Forecast | Cut | None:
    """The windows of series that are split by time."""
    cut = dataset.cut if dataset.cut is not None and dataset.cut.in_time else None
    return dataset.forecast or cut


@dataclass(frozen=True, eq=False)
class _Rows:
    """How rows may be parted: by strata (N,) that keep their shares, by groups (N,) that stay whole, by time."""

    strata: np.ndarray
    groups: np.ndarray | None
    in_time: bool

    def folds(self, rows: np.ndarray, folds: int, state: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Pairs of the rest and the held out; as few as the smallest stratum has rows or as leave groups to train."""
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold  # a second of start-up time

        strata = self.strata[rows]
        if self.groups is None:
            folds = max(2, min(folds, int(np.bincount(strata).min())))
            parts = StratifiedKFold(folds, shuffle=True, random_state=state).split(rows, strata)
        else:
            groups = self.groups[rows].astype(str)
            folds = max(2, min(folds, len(np.unique(groups)), int(np.bincount(strata).max())))
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", UserWarning
                )  # a class that has fewer rows than there are folds
                splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=state)
                parts = list(splitter.split(rows, strata, groups))
        return [(rows[rest], rows[held]) for rest, held in parts]

    def part(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A fifth of the rows: of each stratum, of whole groups, or the latest."""
        if self.in_time:
            return rows[len(rows) - max(1, round(SHARE * len(rows))) :]
        if self.groups is not None:
            return np.sort(self.folds(rows, round(1 / SHARE), int(rng.integers(2**31)))[0][1])
        return _stratified_part(self.strata, rows, rng)

    def validations(self, rows: np.ndarray, folds: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Folds of the rows that validate in turn, in the strata's shares or of whole groups.

        A stratum of one row always trains.
        """
        if self.groups is not None:
            return [held for _, held in self.folds(rows, folds, int(rng.integers(2**31)))]
        dealt = [
            rng.permutation(members)
            for stratum in np.unique(self.strata[rows])
            if len(members := rows[self.strata[rows] == stratum]) > 1
        ]
        dealt = np.concatenate(dealt) if dealt else rng.permutation(rows)
        return [np.sort(dealt[place::folds]) for place in range(min(folds, len(dealt)))]

    def apart(self, rows: np.ndarray, test: np.ndarray) -> np.ndarray:
        """The rows of which no other row of their group is tested."""
        if self.groups is None:
            return rows
        return rows[~np.isin(self.groups[rows].astype(str), np.unique(self.groups[test].astype(str)))]


def without(rows: np.ndarray, part: np.ndarray) -> np.ndarray:
    """The rows that are not in a part of them.

    >>> without(np.array([2, 3, 5, 7]), np.array([3, 7])).tolist()
    [2, 5]
    """
    return rows[~np.isin(rows, part)]


def _rolling(rows: int, folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Test parts of one size at the end of the rows, each with all that lies before it."""
    size = max(1, round(SHARE * rows) if folds == 1 else rows // (folds + 1))
    starts = [rows - size * (folds - fold) for fold in range(folds)]
    return [(np.arange(start), np.arange(start, start + size)) for start in starts]


def _with_own_test(
    dataset: Dataset, rows: _Rows, rest: np.ndarray, test: np.ndarray, seed: int, folds: int
) -> list[Split]:
    """One split, or one for each of the folds that validate in turn."""
    if len(test) == 1 and not dataset.task.stepwise:
        raise DataError(
            "test-of-one-row",
            "one test row tells no two models apart, and nothing of how sure a score is",
            got="1 row in the test file",
            wanted="2 at least, and some hundreds for a choice",
            do="leave out --test, so that a part of the data tests, or add rows to the test file",
        )
    rest = rows.apart(rest, test)
    if rows.groups is not None and not rows.in_time:
        _check_groups_apart(rows.groups[rest])
    if rows.in_time or not 1 < len(rest) < CHOSEN_BY_FOLDS:
        return [_split(dataset, rows, rest, test, seed, 0, 0)]
    parts = rows.validations(rest, folds, np.random.default_rng([seed, 0, 0, 1]))
    return [_checked(dataset, rows, Split(without(rest, part), part, test)) for part in parts]


def _check_groups_apart(groups: np.ndarray) -> None:
    """Refuses groups (n,), those without a test row, that can't be divided into training and validation."""
    if (count := len(np.unique(groups.astype(str)))) < 2:
        raise DataError(
            "groups-all-tested",
            "nearly all groups have rows in the test file, so that too few are left to train and validate",
            got=f"{counted(count, 'group')}, of {counted(len(groups), 'row')}, without a test row",
            wanted="at least 2",
            do="leave out --group, or test on rows of other groups",
        )


def _split(
    dataset: Dataset, rows: _Rows, rest: np.ndarray, test: np.ndarray, seed: int, fold: int, repeat: int
) -> Split:
    rest = rows.apart(rest, test)
    validation = (
        rows.part(rest, np.random.default_rng([seed, repeat, fold, 1])) if len(rest) > 1 else rest[:0]
    )
    train, validation, test = map(np.sort, (without(rest, validation), validation, test))
    return _checked(dataset, rows, Split(train, validation, test, fold, repeat))


def _checked(dataset: Dataset, rows: _Rows, split: Split) -> Split:
    """The split, which has all its parts and something to tell apart."""
    if not (split.train.size and split.validation.size and split.test.size):
        got, wanted, do = counted(dataset.rows, dataset.each), "", "add rows"
        if rows.groups is not None:
            got += " in groups"
        elif dataset.task.kind == "classification" and dataset.target.ndim == 1:
            counts = np.unique(dataset.target, return_counts=True)[1]
            got += f" of {len(counts)} classes, at most {counts.max()} of one"
            if counts.max() < FEWEST_OF_A_CLASS:
                wanted = f"{FEWEST_OF_A_CLASS} of a class at least"
                do += "; --task regression, if the classes are amounts"
        raise DataError(
            "too-few-rows", "there are too few rows to train, validate and test", got=got, wanted=wanted, do=do
        )
    kept = "--time-ordered" if rows.in_time else "--group"
    _check_classes(dataset, split.train, kept, f"leave out {kept}, or add rows")
    return split


def _check_weights(dataset: Dataset, splits: list[Split]) -> None:
    """Refuses parts all of whose rows weigh nothing."""
    weights = dataset.weights
    if weights is None:
        return
    places = dataset.places + 1
    for split in splits:
        for part, rows in (("training", split.train), ("validation", split.validation), ("test", split.test)):
            if not weights[rows].any():
                raise DataError(
                    "weights-of-a-part",
                    f"the rows of a {part} part all weigh 0",
                    got=f"{counted(len(rows), 'row')} from row {places[rows.min()]} to row {places[rows.max()]}",
                    wanted="a weight above 0 in each part",
                    do="leave out the rows of weight 0",
                )


def _check_classes(dataset: Dataset, train: np.ndarray, kept: str, do: str) -> None:
    """Refuse a training part in which nothing can be told apart."""
    if dataset.task.kind == "regression":
        return
    known = dataset.target[train]
    known = known[~missing(known)] if dataset.task.stepwise else known
    if (known == known[0]).all():
        raise DataError(
            "one-class-to-train",
            f"with {kept} the training part of a split has only one class",
            got=repr(str(known[0])),
            wanted="at least 2 classes",
            do=do,
        )


def _strata(dataset: Dataset) -> np.ndarray:
    """The stratum of each row (N,): its class, its rarest label, or the quantile bin of its target.

    Of several numbers it is the bin of the sum of the standardised ones; of steps the rarest class, or the mean number.
    """
    target = dataset.target
    if dataset.task.stepwise and dataset.task.kind == "classification":
        return _rarest_labels(
            np.stack([(target == name).any(axis=1) for name in dataset.task.classes], axis=1)
        )
    if dataset.task.stepwise:
        target = np.nanmean(target, axis=1)
    if dataset.task.kind == "classification":
        return levels_of(target)[1]
    if dataset.task.kind == "multilabel":
        return _rarest_labels(target)
    if dataset.task.several:
        target = (target / target.std(axis=0)).sum(axis=1)
    for bins in range(BINS, 1, -1):
        edges = np.quantile(target, np.linspace(0, 1, bins + 1)[1:-1])
        strata = np.unique(np.searchsorted(edges, target), return_inverse=True)[1]
        if np.bincount(strata).min() >= FULL:
            return strata
    return np.zeros(dataset.rows, dtype=np.int64)


def _rarest_labels(labels: np.ndarray) -> np.ndarray:
    """For each row of labels (N, K) the rarest one that it has; a label that would be alone joins the other rows.

    Keeping the shares of the rarest labels first is the idea of iterative stratification (Sechidis, Tsoumakas and
    Vlahavas, "On the stratification of multi-label data", 2011).

    >>> np.bincount(_rarest_labels(np.array([[1, 0]] * 15 + [[1, 1]] * 12 + [[0, 0]] * 10))).tolist()
    [15, 12, 10]
    """
    count = labels.shape[1]
    strata = np.full(len(labels), count)
    for label in np.argsort(labels.sum(axis=0), kind="stable"):
        rows = (labels[:, label] > 0) & (strata == count)
        if rows.sum() >= FULL:
            strata[rows] = label
    rest = strata == count
    if 0 < rest.sum() < FULL:
        strata[rest] = np.bincount(strata).argmax()
    return np.unique(strata, return_inverse=True)[1]


def _stratified_part(strata: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fifth of the rows of each stratum; at least one where there are two; never all of them."""
    chosen = []
    for stratum in np.unique(strata[rows]):
        members = rng.permutation(rows[strata[rows] == stratum])
        chosen.append(members[: min(max(1, round(SHARE * len(members))), len(members) - 1)])
    return np.sort(np.concatenate(chosen))
